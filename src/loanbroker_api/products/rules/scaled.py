"""Formulas in whole numbers: one denominator for all of it, so that a comparison needs no division and never rounds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, prod
from typing import Literal

from loanbroker_api.customers.fields import QualificationField
from loanbroker_api.products.rules.model import FieldValue, Formula, Number, Relation

_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Whole:
    value: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A field's own whole number: fen, bps, a count."""

    field: QualificationField


@dataclass(frozen=True, slots=True)
class Combined:
    op: Literal["add", "mul", "min", "max"]
    of: "tuple[Scaled, ...]"


Scaled = Whole | Stored | Combined


def scaled_sides(relation: Relation) -> tuple[Scaled, Scaled]:
    """Both sides times one positive number, so that they compare as before."""
    left, below_left = _scaled(relation.left)
    right, below_right = _scaled(relation.right)
    shared = lcm(below_left, below_right)
    return _times(left, shared // below_left), _times(right, shared // below_right)


def _times(node: Scaled, factor: int) -> Scaled:
    if factor == 1:
        return node
    return Whole(node.value * factor) if isinstance(node, Whole) else Combined("mul", (Whole(factor), node))


def _scaled(formula: Formula) -> tuple[Scaled, int]:
    """A formula as numerator and positive denominator. Raises ValueError for a divisor that is no literal."""
    if isinstance(formula, Number):
        return Whole(formula.value.numerator), formula.value.denominator
    if isinstance(formula, FieldValue):
        return Stored(formula.field), _BPS if formula.type.kind == "ratio" else 1
    parts = [_scaled(part) for part in formula.of]
    if formula.op == "mul":
        return Combined("mul", tuple(node for node, _ in parts)), prod(below for _, below in parts)
    if formula.op == "div":
        divisor = formula.of[1]
        if not isinstance(divisor, Number):
            raise ValueError("a divisor in a condition is a literal")
        (node, below), inverse = parts[0], Fraction(1) / divisor.value
        return _times(node, inverse.numerator), below * inverse.denominator
    shared = lcm(*(below for _, below in parts))
    nodes = [_times(node, shared // below) for node, below in parts]
    if formula.op == "sub":
        return Combined("add", (nodes[0], _times(nodes[1], -1))), shared
    return Combined(formula.op, tuple(nodes)), shared


def whole_of(node: Scaled) -> Callable[[Mapping[str, int]], int]:
    """Its number for values by field code, all of them known."""
    if isinstance(node, Whole):
        value = node.value
        return lambda _: value
    if isinstance(node, Stored):
        code = node.field.code
        return lambda values: values[code]
    parts = [whole_of(part) for part in node.of]
    combine = {"add": sum, "mul": prod, "min": min, "max": max}[node.op]
    return lambda values: combine([part(values) for part in parts])
