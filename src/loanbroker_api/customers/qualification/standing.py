"""What a typed row says as a whole: which fields cannot apply, how complete it is, what to ask next. Pure functions over column → number.

A field that cannot apply counts as known: whoever has no house need not be asked what it is worth.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from loanbroker_api.customers.fields import FIELDS, TOTAL_WEIGHT, Group, QualificationField
from loanbroker_api.customers.models import Qualification
from loanbroker_api.customers.qualification.schemas import KnownState

Facts = Mapping[str, int]
"""The known columns of a typed row."""

COMPLETE = 10_000
_OCCUPATION = FIELDS["occupation"]
_IN_BUSINESS = frozenset(_OCCUPATION.number_of(code) for code in ("self_employed", "owner"))
_OWNED_OUTRIGHT = FIELDS["houseOwnership"].number_of("full")
_MORTGAGE = (FIELDS["houseMortgage"], FIELDS["mortgageMonths"])


def _of_group(group: Group, gate: str | None) -> tuple[QualificationField, ...]:
    return tuple(field for field in FIELDS.values() if field.group is group and field.code != gate)


HAVING = {gate: _of_group(group, gate) for gate, group in (("hasHouse", Group.HOUSE), ("hasCar", Group.CAR), ("hasPolicy", Group.POLICY))}
"""What can only be known of who has the thing, by the field that says whether they have it."""
_BUSINESS = _of_group(Group.BUSINESS, None)


def known_columns(row: Qualification) -> dict[str, int]:
    """The known columns of a typed row; truth as 0 and 1."""
    return {field.column: int(value) for field in FIELDS.values() if (value := getattr(row, field.column)) is not None}


def without(facts: Facts) -> Iterator[QualificationField]:
    """Fields that would contradict the facts: they describe what the person does not have."""
    for gate, fields in HAVING.items():
        if facts.get(FIELDS[gate].column) == 0:
            yield from fields
    if facts.get(FIELDS["houseOwnership"].column) == _OWNED_OUTRIGHT:
        yield from _MORTGAGE


def _needless(facts: Facts) -> set[str]:
    """Codes of what need not be asked: what would contradict, and the business of who has none."""
    occupation = facts.get(_OCCUPATION.column)
    idle = _BUSINESS if occupation is not None and occupation not in _IN_BUSINESS else ()
    return {field.code for field in chain(without(facts), idle)}


def completeness(facts: Facts) -> int:
    """Basis points of the catalogue's weight that is known, rounded down: 10000 only when nothing is missing."""
    needless = _needless(facts)
    known = sum(field.weight for field in FIELDS.values() if field.column in facts or field.code in needless)
    return known * COMPLETE // TOTAL_WEIGHT


def known_state(facts: Facts) -> KnownState:
    if not facts:
        return "unknown"
    return "complete" if completeness(facts) == COMPLETE else "partial"


def ask_next(facts: Facts) -> list[str]:
    """Codes of the unknown fields, the heaviest first; what depends on an open question waits for its answer."""
    waiting = {field.code for gate, fields in HAVING.items() if FIELDS[gate].column not in facts for field in fields}
    if FIELDS["houseOwnership"].column not in facts:
        waiting |= {field.code for field in _MORTGAGE}
    if _OCCUPATION.column not in facts:
        waiting |= {field.code for field in _BUSINESS}
    left_out = waiting | _needless(facts)
    asked = [field for field in FIELDS.values() if field.column not in facts and field.code not in left_out and field.weight]
    return [field.code for field in sorted(asked, key=lambda field: -field.weight)]
