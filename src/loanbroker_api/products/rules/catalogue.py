"""All products' rules compiled into one program, and the cache of such catalogues."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from loanbroker_api.core.errors import FieldError
from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.products.rules.arrays import TRUE, Groups, Indices, Program, compiled, grouped
from loanbroker_api.products.rules.ask import Bits, leaf_bits
from loanbroker_api.products.rules.model import Compare, Condition, Expr, Known, Not, OneOf, Or, Rules, interned
from loanbroker_api.products.rules.parse import parse_rules
from loanbroker_api.products.rules.refusals import RuleErrors

TERRITORY, AMOUNT, TERM = "@territory", "@amount", "@term"
_KEPT = 32  # catalogues; one is a few MB
_KEPT_VERSIONS = 20_000


ReadBody = tuple[Rules, tuple[Condition, ...]]
ParsedBody = ReadBody | tuple[FieldError, ...]


@dataclass(frozen=True)
class CompiledVersion:
    """A product's version: its conditions, the implicit hard ones first. `first`: the place of its first condition among all roots."""

    id: Hashable
    conditions: tuple[Condition, ...]
    rules: Rules
    first: int


@dataclass(frozen=True)
class CompiledCatalogue:
    """`hard`: the hard conditions' places by version. `soft_*`: place, points and version of each soft condition.

    `faulty`: versions whose rules no longer read, with the errors; they are not among `versions`.
    """

    versions: tuple[CompiledVersion, ...]
    faulty: Mapping[Hashable, tuple[FieldError, ...]]
    program: Program
    hard: Groups
    hard_exprs: Mapping[int, Expr]  # by place
    soft_places: Indices
    soft_points: NDArray[np.int64]
    soft_versions: Indices

    @cached_property
    def leaf_bits(self) -> Bits:
        return leaf_bits(self.program)

    @cached_property
    def position(self) -> Mapping[Hashable, int]:
        """Where a version stands among `versions`, by its id."""
        return {version.id: at for at, version in enumerate(self.versions)}


def implicit_conditions(body: Mapping[str, Any]) -> list[Condition]:
    """What a version's own terms ask: one lives or works in its cities, wants enough, and a term that it offers (if one is named)."""
    found: list[Condition] = []
    if body.get("cities"):
        cities = tuple(sorted(set(body["cities"])))
        places: list[Expr] = [interned(OneOf(FIELDS[code], cities)) for code in ("city", "workCity")]
        found.append(Condition(TERRITORY, "hard", interned(Or(tuple(places))), label="服务城市"))
    if body.get("amountMinFen") is not None:
        found.append(Condition(AMOUNT, "hard", interned(Compare(FIELDS["wantedAmount"], "ge", body["amountMinFen"])), label="起贷金额"))
    if body.get("terms"):
        unnamed = interned(Not(interned(Known(FIELDS["wantedMonths"]))))
        offered = interned(OneOf(FIELDS["wantedMonths"], tuple(sorted(set(body["terms"])))))
        found.append(Condition(TERM, "hard", interned(Or((unnamed, offered))), label="期限"))
    return found


def hard_conditions(rules: Rules, body: Mapping[str, Any]) -> list[Expr]:
    """Everything that refuses: the implicit conditions and the hard ones of the rules. For SQL."""
    conditions = [*implicit_conditions(body), *rules.conditions]
    return [condition.when for condition in conditions if condition.severity == "hard"]


def parse_body(body: Mapping[str, Any]) -> ParsedBody:
    """A version's rules and all its conditions, or what is wrong with its rules."""
    try:
        rules = parse_rules(body["rules"])
    except RuleErrors as refused:
        return refused.errors
    return rules, (*implicit_conditions(body), *rules.conditions)


def compile_catalogue(
    bodies: Sequence[tuple[Hashable, Mapping[str, Any]]], parsed: Callable[[Hashable, Mapping[str, Any]], ParsedBody] | None = None
) -> CompiledCatalogue:
    """From (version id, version body) in any order; the order is kept. `parsed` may answer from memory what parse_body() would."""
    versions: list[CompiledVersion] = []
    faulty: dict[Hashable, tuple[FieldError, ...]] = {}
    exprs: list[Expr] = []
    for version_id, body in bodies:
        one = parse_body(body) if parsed is None else parsed(version_id, body)
        if isinstance(one[0], FieldError):
            faulty[version_id] = cast("tuple[FieldError, ...]", one)
            continue
        rules, conditions = cast("ReadBody", one)
        versions.append(CompiledVersion(version_id, conditions, rules, len(exprs)))
        exprs.extend(condition.when for condition in conditions)
    program = compiled(exprs)
    hard: list[list[int]] = []
    hard_exprs: dict[int, Expr] = {}
    soft: list[tuple[int, int, int]] = []
    for at, version in enumerate(versions):
        placed = list(zip(version.conditions, program.roots[version.first : version.first + len(version.conditions)].tolist(), strict=True))
        refusing = {place: condition.when for condition, place in placed if condition.severity == "hard"}
        hard_exprs |= refusing
        hard.append(list(refusing) or [TRUE])
        soft.extend((place, condition.points, at) for condition, place in placed if condition.severity == "soft")
    return CompiledCatalogue(
        versions=tuple(versions),
        faulty=faulty,
        program=program,
        hard=grouped(hard, slice(0, len(hard))),
        hard_exprs=hard_exprs,
        soft_places=np.array([place for place, _, _ in soft], dtype=np.intp),
        soft_points=np.array([points for _, points, _ in soft], dtype=np.int64),
        soft_versions=np.array([at for _, _, at in soft], dtype=np.intp),
    )


_T = TypeVar("_T")


class _Recent(Generic[_T]):
    """The values used last."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._found: OrderedDict[Hashable, _T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        if key in self._found:
            self._found.move_to_end(key)
            return self._found[key]
        self._found[key] = made = make()
        if len(self._found) > self._kept:
            self._found.popitem(last=False)
        return made


class CatalogueCache:
    """The catalogues used last, by key, and the versions read last, so that one new product does not have all others read again.

    Keys and version ids stand for content that never changes: an approved version's id; a draft's with its version number.
    """

    def __init__(self, kept: int = _KEPT, kept_versions: int = _KEPT_VERSIONS) -> None:
        self._catalogues: _Recent[CompiledCatalogue] = _Recent(kept)
        self._versions: _Recent[ParsedBody] = _Recent(kept_versions)

    def get(self, key: Hashable, bodies: Callable[[], Sequence[tuple[Hashable, Mapping[str, Any]]]]) -> CompiledCatalogue:
        """The catalogue of that key; `bodies` is asked only where it is not there."""
        return self._catalogues.get(key, lambda: compile_catalogue(bodies(), self._parsed))

    def _parsed(self, version_id: Hashable, body: Mapping[str, Any]) -> ParsedBody:
        return self._versions.get(version_id, lambda: parse_body(body))
