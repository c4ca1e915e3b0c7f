"""Many expressions for one person at once, compiled to arrays: gather, compare, then maximum and minimum level by level.

Equal leaves and equal groups are evaluated once. NOT is pushed down to the leaves (De Morgan holds for the three values), and what is left,
ANDs and ORs of ANDs and ORs, needs no distribution: a node's level is one above its highest part, whatever the nesting, so size stays linear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loanbroker_api.customers.fields import FIELDS, Kind, QualificationField
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.leaf_forms import Canonical, canonical
from loanbroker_api.products.rules.model import UNKNOWN, YES, And, Expr, Not, Or, leaf_fields
from loanbroker_api.products.rules.relations import RelationTest

Verdicts = NDArray[np.int8]
Indices = NDArray[np.intp]
CODES = tuple(FIELDS)
COLUMN = {code: at for at, code in enumerate(CODES)}
_MASKED = tuple(
    (at, known.code, known.kind is Kind.SET) for at, known in enumerate(FIELDS.values()) if known.kind in {Kind.BOOL, Kind.CHOICE, Kind.SET}
)
TRUE = 0  # the place that always holds a yes


def _indices(values: Sequence[int]) -> Indices:
    return np.array(values, dtype=np.intp)


@dataclass(frozen=True)
class Groups:
    """ORs or ANDs of one level: `parts` are places of the verdicts, `starts` where each group begins among them."""

    place: slice
    parts: Indices
    starts: Indices


@dataclass(frozen=True)
class Level:
    ors: Groups | None
    ands: Groups | None


@dataclass(frozen=True)
class Members:
    """Leaves `field in values` of one field: which of `places` hold a value."""

    column: int
    places: Indices
    holding: dict[int, Indices]


@dataclass(frozen=True)
class Program:
    """`roots`: the place of each expression's verdict in what run() answers. Places: yes, leaves by form, their negations, levels."""

    size: int
    roots: Indices
    range_columns: Indices
    range_low: NDArray[np.int64]
    range_high: NDArray[np.int64]
    mask_columns: Indices
    masks: NDArray[np.int64]
    members: tuple[Members, ...]
    known_columns: Indices
    known_from: int
    relations: tuple[RelationTest, ...]
    relations_from: int
    negated: Indices
    negated_from: int
    levels: tuple[Level, ...]
    leaf_fields: tuple[tuple[QualificationField, ...], ...]  # of the leaves, from place 1 on
    places: Mapping[tuple[Expr, bool], int]  # of every expression in them, as it stands and (True) turned round, where that was needed

    def run(self, facts: Facts) -> Verdicts:
        """The verdict of every leaf, group and expression: 0 no, 1 unknown, 2 yes."""
        values, known, bits = vectors(facts)
        verdicts = np.empty(self.size, dtype=np.int8)
        verdicts[TRUE] = YES
        end_ranges = 1 + len(self.range_columns)
        gathered = values[self.range_columns]
        inside = (gathered >= self.range_low) & (gathered <= self.range_high)
        verdicts[1:end_ranges] = np.where(known[self.range_columns], inside * np.int8(YES), np.int8(UNKNOWN))
        end_masks = end_ranges + len(self.mask_columns)
        hit = (bits[self.mask_columns] & self.masks) != 0
        verdicts[end_ranges:end_masks] = np.where(known[self.mask_columns], hit * np.int8(YES), np.int8(UNKNOWN))
        for one in self.members:
            verdicts[one.places] = 0 if known[one.column] else UNKNOWN
            if known[one.column] and (holding := one.holding.get(int(values[one.column]))) is not None:
                verdicts[holding] = YES
        verdicts[self.known_from : self.relations_from] = known[self.known_columns] * np.int8(YES)
        if self.relations:
            verdicts[self.relations_from : self.negated_from] = [relation(facts) for relation in self.relations]
        verdicts[self.negated_from : self.negated_from + len(self.negated)] = YES - verdicts[self.negated]
        for level in self.levels:
            if level.ors is not None:
                verdicts[level.ors.place] = np.maximum.reduceat(verdicts[level.ors.parts], level.ors.starts)
            if level.ands is not None:
                verdicts[level.ands.place] = np.minimum.reduceat(verdicts[level.ands.parts], level.ands.starts)
        return verdicts


def vectors(facts: Facts) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """A person by column of CODES: values (0 where unknown), known or not, and choices as bits."""
    of = facts.values
    values = np.array([of.get(code, 0) for code in CODES], dtype=np.int64)
    known = np.array([code in of for code in CODES], dtype=np.bool_)
    bits = np.zeros(len(CODES), dtype=np.int64)
    for at, code, is_set in _MASKED:
        value = of.get(code)
        if value is not None:
            bits[at] = value if is_set else 1 << value
    return values, known, bits


_Symbol = tuple[str, int]  # ("leaf" | "negated" | "node", number), ("true", 0)


@dataclass
class _Node:
    is_or: bool
    parts: tuple[_Symbol, ...]
    level: int


@dataclass
class _Builder:
    leaves: dict[Canonical, int] = field(default_factory=dict[Canonical, int])
    negations: dict[int, int] = field(default_factory=dict[int, int])
    groups: dict[tuple[bool, frozenset[_Symbol]], int] = field(default_factory=dict[tuple[bool, frozenset[_Symbol]], int])
    nodes: list[_Node] = field(default_factory=list[_Node])
    seen: dict[tuple[Expr, bool], _Symbol] = field(default_factory=dict[tuple[Expr, bool], _Symbol])

    def add(self, expr: Expr, *, negated: bool = False) -> _Symbol:
        key = (expr, negated)
        if key not in self.seen:
            self.seen[key] = self._add(expr, negated=negated)
        return self.seen[key]

    def _add(self, expr: Expr, *, negated: bool) -> _Symbol:
        if isinstance(expr, Not):
            return self.add(expr.of, negated=not negated)
        if isinstance(expr, And | Or):
            return self._group(is_or=isinstance(expr, Or) is not negated, parts=[self.add(part, negated=negated) for part in expr.of])
        leaf, is_turned = canonical(expr)
        number = self.leaves.setdefault(leaf, len(self.leaves))
        if is_turned is negated:
            return ("leaf", number)
        return ("negated", self.negations.setdefault(number, len(self.negations)))

    def _group(self, parts: list[_Symbol], *, is_or: bool) -> _Symbol:
        flat: dict[_Symbol, None] = {}
        for part in parts:
            inner = self.nodes[part[1]] if part[0] == "node" else None
            flat.update(dict.fromkeys(inner.parts if inner is not None and inner.is_or is is_or else (part,)))
        if len(flat) == 1:
            return next(iter(flat))
        key = (is_or, frozenset(flat))
        if key not in self.groups:
            level = 1 + max((self.nodes[number].level for kind, number in flat if kind == "node"), default=0)
            self.groups[key] = len(self.nodes)
            self.nodes.append(_Node(is_or, tuple(flat), level))
        return ("node", self.groups[key])


def compiled(exprs: Sequence[Expr]) -> Program:
    """One program for all of them."""
    builder = _Builder()
    symbols = [builder.add(expr) for expr in exprs]
    by_form: dict[str, list[Canonical]] = {"range": [], "mask": [], "member": [], "known": [], "relation": []}
    for leaf in builder.leaves:
        by_form[leaf.form].append(leaf)
    ordered = [leaf for form in by_form.values() for leaf in form]
    places: dict[_Symbol, int] = {("leaf", builder.leaves[leaf]): at for at, leaf in enumerate(ordered, start=1)}
    negated_from = 1 + len(ordered)
    places |= {("negated", number): negated_from + number for number in builder.negations.values()}
    levels, size = _levels(builder, places, negated_from + len(builder.negations))
    known_from = 1 + sum(len(by_form[form]) for form in ("range", "mask", "member"))
    ranges, masks, knowns = by_form["range"], by_form["mask"], by_form["known"]
    return Program(
        size=size,
        roots=_indices([places[symbol] for symbol in symbols]),
        range_columns=_indices([COLUMN[leaf.code] for leaf in ranges]),
        range_low=np.array([leaf.low for leaf in ranges], dtype=np.int64),
        range_high=np.array([leaf.high for leaf in ranges], dtype=np.int64),
        mask_columns=_indices([COLUMN[leaf.code] for leaf in masks]),
        masks=np.array([leaf.low for leaf in masks], dtype=np.int64),
        members=_members(by_form["member"], 1 + len(ranges) + len(masks)),
        known_columns=_indices([COLUMN[leaf.code] for leaf in knowns]),
        known_from=known_from,
        relations=tuple(RelationTest(leaf.relation) for leaf in by_form["relation"] if leaf.relation is not None),
        relations_from=known_from + len(knowns),
        negated=_indices([places["leaf", number] for number in builder.negations]),
        negated_from=negated_from,
        levels=levels,
        leaf_fields=tuple((FIELDS[leaf.code],) if leaf.relation is None else leaf_fields(leaf.relation) for leaf in ordered),
        places={key: places[symbol] for key, symbol in builder.seen.items()},
    )


def _levels(builder: _Builder, places: dict[_Symbol, int], place: int) -> tuple[tuple[Level, ...], int]:
    by_level: dict[int, tuple[list[int], list[int]]] = {}
    for number, node in enumerate(builder.nodes):
        by_level.setdefault(node.level, ([], []))[0 if node.is_or else 1].append(number)
    found: list[Level] = []
    for level in sorted(by_level):
        made: list[Groups | None] = []
        for numbers in by_level[level]:
            parts = [[places[part] for part in builder.nodes[number].parts] for number in numbers]
            places.update({("node", number): place + at for at, number in enumerate(numbers)})
            made.append(grouped(parts, slice(place, place + len(numbers))) if numbers else None)
            place += len(numbers)
        found.append(Level(*made))
    return tuple(found), place


def grouped(parts: Sequence[Sequence[int]], place: slice) -> Groups:
    """Groups of places, none of them empty."""
    ends = np.cumsum([len(part) for part in parts], dtype=np.intp)
    return Groups(place, _indices([one for part in parts for one in part]), ends - [len(part) for part in parts])


def _members(leaves: Sequence[Canonical], place: int) -> tuple[Members, ...]:
    by_code: dict[str, list[tuple[int, Canonical]]] = {}
    for at, leaf in enumerate(leaves):
        by_code.setdefault(leaf.code, []).append((place + at, leaf))
    found: list[Members] = []
    for code, ones in by_code.items():
        holding: dict[int, list[int]] = {}
        for at, leaf in ones:
            for value in leaf.values:
                holding.setdefault(value, []).append(at)
        found.append(Members(COLUMN[code], _indices([at for at, _ in ones]), {value: _indices(at) for value, at in holding.items()}))
    return tuple(found)
