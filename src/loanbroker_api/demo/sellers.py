"""How the demo's salespeople differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from loanbroker_api.demo.people import make_employees


@dataclass(frozen=True, slots=True)
class Salesperson:
    """Probabilities are per lead or per planned contact; `skill` multiplies the chance to get beyond a first talk."""

    name: str
    team: int
    skill: float
    first_contact_minutes: float  # median
    leaves_unworked: float
    stalls: float  # lets a planned contact lie
    reveals_without_contact: float  # of unworked leads, looks at the phone and records nothing


@dataclass(frozen=True, slots=True)
class _Manner:
    skill: float
    first_contact_minutes: float
    leaves_unworked: float
    stalls: float
    reveals_without_contact: float


_STAR = _Manner(1.75, 4, 0.004, 0.01, 0)
_GOOD = _Manner(1.2, 11, 0.015, 0.03, 0.02)
_PLAIN = _Manner(0.95, 22, 0.035, 0.06, 0.05)
_NEW = _Manner(0.7, 30, 0.05, 0.1, 0.05)
_POOR = _Manner(0.4, 160, 0.34, 0.28, 0.6)
_MANNERS = (_GOOD, _STAR, _PLAIN, _PLAIN, _POOR, _PLAIN, _GOOD, _PLAIN, _NEW, _GOOD, _PLAIN, _PLAIN)


def make_salespeople(*, tenant_index: int, seed: int) -> Sequence[Salesperson]:
    """sales1 … sales12 of make_employees, in order: sales2 is very good, sales5 leaves leads lying and looks at phones."""
    rng = Random(f"sellers:{tenant_index}:{seed}")  # noqa: S311 - a demo must come out the same each time
    sellers = [employee for employee in make_employees(tenant_index=tenant_index, seed=seed) if employee.username.startswith("sales")]
    return tuple(
        Salesperson(
            name=seller.name,
            team=seller.team or 0,
            skill=manner.skill * rng.uniform(0.93, 1.07),
            first_contact_minutes=manner.first_contact_minutes * rng.uniform(0.85, 1.2),
            leaves_unworked=manner.leaves_unworked,
            stalls=manner.stalls,
            reveals_without_contact=manner.reveals_without_contact,
        )
        for seller, manner in zip(sellers, _MANNERS, strict=True)
    )
