"""The typed tree of a product's rules, as parse.py makes it: frozen, every field known, every literal a whole number or a fraction.

Equal subtrees are one object (interned for as long as somebody holds them), so that compilers compare by identity.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache
from typing import Any, Literal, TypeVar
from weakref import WeakValueDictionary

from loanbroker_api.customers.fields import QualificationField, Unit

NO, UNKNOWN, YES = 0, 1, 2
MIN_INT, MAX_INT = -(2**63), 2**63 - 1

Comparison = Literal["eq", "ne", "lt", "le", "gt", "ge"]
ArithmeticOp = Literal["add", "sub", "mul", "div", "min", "max"]
Severity = Literal["hard", "soft", "need"]


@dataclass(frozen=True)
class Dimension:
    """What a formula measures. `plain`: a bare literal that takes the dimension of what it meets. A ratio's value is 1 for 10,000 bps."""

    kind: Literal["plain", "money", "number", "ratio"]
    unit: Unit | None = None  # of a number; None goes with every unit


PLAIN, MONEY, RATIO, COUNT = Dimension("plain"), Dimension("money"), Dimension("ratio"), Dimension("number")


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Number:
    """A literal in a formula: fen where its dimension is money, 1 for 10,000 bps where it is a ratio."""

    value: Fraction
    type: Dimension


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class FieldValue:
    field: QualificationField
    type: Dimension


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Arithmetic:
    """`sub` and `div` have two parts, the others one or more."""

    op: ArithmeticOp
    of: "tuple[Formula, ...]"
    type: Dimension


Formula = Number | FieldValue | Arithmetic


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Compare:
    """A field with a literal: fen, bps, the number of a choice, a city's code, 0 or 1 for a truth."""

    field: QualificationField
    op: Comparison
    value: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Between:
    """Both ends belong to it; low ≤ high."""

    field: QualificationField
    low: int
    high: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class OneOf:
    """`values` ascending, each once."""

    field: QualificationField
    values: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Contains:
    """A set of choices has this one; `choice` is its number."""

    field: QualificationField
    choice: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Known:
    field: QualificationField


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Relation:
    """Two formulas of one dimension; every divisor in them is a literal."""

    op: Comparison
    left: Formula
    right: Formula


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class And:
    of: "tuple[Expr, ...]"


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Or:
    of: "tuple[Expr, ...]"


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Not:
    of: "Expr"


Leaf = Compare | Between | OneOf | Contains | Known | Relation
Expr = Leaf | And | Or | Not


@dataclass(frozen=True)
class Condition:
    """`points` is what a no costs a soft condition; 0 for the others."""

    id: str
    severity: Severity
    when: Expr
    points: int = 0
    label: str | None = None


@dataclass(frozen=True)
class Rules:
    """`limit` in fen, `rate` in ppm."""

    conditions: tuple[Condition, ...]
    limit: Formula | None = None
    rate: Formula | None = None


_N = TypeVar("_N", bound=Formula | Expr)
_nodes: WeakValueDictionary[tuple[Any, ...], Any] = WeakValueDictionary()


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def interned(node: _N) -> _N:
    """The one node that says this; its parts must be interned already."""
    parts = (getattr(node, name) for name in _names(type(node)))
    key = (type(node), *(part.code if isinstance(part, QualificationField) else part for part in parts))
    return _nodes.setdefault(key, node)


def formula_fields(formula: Formula) -> tuple[QualificationField, ...]:
    """The fields that a formula needs, each once, in the order of reading."""
    found: dict[str, QualificationField] = {}
    for part in formula_parts(formula):
        if isinstance(part, FieldValue):
            found.setdefault(part.field.code, part.field)
    return tuple(found.values())


def formula_parts(formula: Formula) -> Iterator[Formula]:
    """A formula and all in it, in the order of reading."""
    yield formula
    if isinstance(formula, Arithmetic):
        for part in formula.of:
            yield from formula_parts(part)


def leaf_fields(leaf: Leaf) -> tuple[QualificationField, ...]:
    """The fields that decide a leaf."""
    if isinstance(leaf, Relation):
        return tuple(dict.fromkeys((*formula_fields(leaf.left), *formula_fields(leaf.right))))
    return (leaf.field,)


def leaves(expr: Expr) -> Iterator[Leaf]:
    """The leaves of an expression in the order of reading."""
    if isinstance(expr, And | Or):
        for part in expr.of:
            yield from leaves(part)
    elif isinstance(expr, Not):
        yield from leaves(expr.of)
    else:
        yield expr


def unfolded(expr: Expr, *, negated: bool = False) -> tuple[Leaf | And | Or, bool]:
    """An expression without the NOTs in front of it, and whether it is then to be turned round.

    A turned AND is an OR of its turned parts, and the other way round (De Morgan, which holds for the three values).
    """
    while isinstance(expr, Not):
        expr, negated = expr.of, not negated
    return expr, negated


def is_or(group: And | Or, *, negated: bool) -> bool:
    """Whether a group as unfolded() gives it is an OR of its (turned) parts."""
    return isinstance(group, Or) is not negated
