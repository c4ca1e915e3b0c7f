"""The few forms that arrays know leaves in: a range, a bit mask, membership, known, a relation of formulas."""

from dataclasses import dataclass
from typing import Literal

from loanbroker_api.customers.fields import Kind
from loanbroker_api.products.rules.model import MAX_INT, MIN_INT, Between, Compare, Contains, Known, Leaf, OneOf, Relation, interned


@dataclass(frozen=True)
class Canonical:
    """`range`: low ≤ value ≤ high. `mask`: a bit of `low` is set. `member`: value in `values`. `relation`: eq, lt or le."""

    form: Literal["range", "mask", "member", "known", "relation"]
    code: str = ""
    low: int = 0
    high: int = 0
    values: tuple[int, ...] = ()
    relation: Relation | None = None


_TURNED = {"ne", "gt", "ge"}


def canonical(leaf: Leaf) -> tuple[Canonical, bool]:
    """The form of a leaf, and whether the leaf is its negation."""
    if isinstance(leaf, Relation):
        if leaf.op in _TURNED:
            return Canonical("relation", relation=interned(Relation(_opposite(leaf.op), leaf.left, leaf.right))), True
        return Canonical("relation", relation=leaf), False
    code, kind = leaf.field.code, leaf.field.kind
    if isinstance(leaf, Known):
        return Canonical("known", code), False
    if isinstance(leaf, Between):
        return Canonical("range", code, leaf.low, leaf.high), False
    if isinstance(leaf, Contains):
        return Canonical("mask", code, 1 << leaf.choice), False
    if isinstance(leaf, OneOf):
        if kind is Kind.CHOICE:
            return Canonical("mask", code, sum(1 << value for value in leaf.values)), False
        return Canonical("member", code, values=leaf.values), False
    if kind in {Kind.BOOL, Kind.CHOICE}:
        return Canonical("mask", code, 1 << leaf.value), leaf.op == "ne"
    return _compared(code, leaf)


def _opposite(op: str) -> Literal["eq", "lt", "le"]:
    return "eq" if op == "ne" else "le" if op == "gt" else "lt"


def _compared(code: str, leaf: Compare) -> tuple[Canonical, bool]:
    value = leaf.value
    if leaf.op in {"eq", "ne"}:
        return Canonical("range", code, value, value), leaf.op == "ne"
    if leaf.op in {"le", "gt"}:
        return Canonical("range", code, MIN_INT, value), leaf.op == "gt"
    # Nothing is below the smallest number: value - 1 would not be one.
    below = Canonical("range", code, MIN_INT, value - 1) if value > MIN_INT else Canonical("range", code, 1, 0)
    if leaf.op == "lt":
        return below, False
    return (Canonical("range", code, value, MAX_INT), False) if value > MIN_INT else (below, True)
