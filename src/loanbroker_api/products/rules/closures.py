"""The plain evaluation, closures over exact numbers: what the two fast ones are held to."""

from collections.abc import Callable
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

from loanbroker_api.customers.fields import Kind
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.model import (
    NO,
    UNKNOWN,
    YES,
    And,
    Between,
    Compare,
    Contains,
    Expr,
    FieldValue,
    Formula,
    Known,
    Not,
    Number,
    OneOf,
    Or,
    Relation,
)

Verdicts = Callable[[Facts], int]
Exact = Callable[[Facts], Fraction | None]
COMPARISONS = {"eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge}


def verdict_of(expr: Expr) -> Verdicts:
    """0 no, 1 unknown, 2 yes."""
    if isinstance(expr, And):
        parts = [verdict_of(part) for part in expr.of]
        return lambda facts: min(part(facts) for part in parts)
    if isinstance(expr, Or):
        parts = [verdict_of(part) for part in expr.of]
        return lambda facts: max(part(facts) for part in parts)
    if isinstance(expr, Not):
        inner = verdict_of(expr.of)
        return lambda facts: YES - inner(facts)
    if isinstance(expr, Known):
        code = expr.field.code
        return lambda facts: YES if code in facts.values else NO
    if isinstance(expr, Relation):
        left, right, compare = value_of(expr.left), value_of(expr.right), COMPARISONS[expr.op]

        def related(facts: Facts) -> int:
            a, b = left(facts), right(facts)
            return UNKNOWN if a is None or b is None else YES * compare(a, b)

        return related
    return _on_field(expr.field.code, _test_of(expr))


def _on_field(code: str, test: Callable[[int], bool]) -> Verdicts:
    def tested(facts: Facts) -> int:
        value = facts.values.get(code)
        return UNKNOWN if value is None else YES * test(value)

    return tested


def _test_of(leaf: Compare | Between | OneOf | Contains) -> Callable[[int], bool]:
    if isinstance(leaf, Between):
        low, high = leaf.low, leaf.high
        return lambda value: low <= value <= high
    if isinstance(leaf, OneOf):
        values = frozenset(leaf.values)
        return lambda value: value in values
    if isinstance(leaf, Contains):
        choice = leaf.choice
        return lambda value: bool(value >> choice & 1)
    compare, wanted = COMPARISONS[leaf.op], leaf.value
    return lambda value: compare(value, wanted)


def value_of(formula: Formula) -> Exact:
    """The exact value; None where a field that it needs is unknown, or where it divides by nothing."""
    if isinstance(formula, Number):
        value = formula.value
        return lambda facts: value
    if isinstance(formula, FieldValue):
        code, scale = formula.field.code, 10_000 if formula.field.kind is Kind.RATIO else 1
        return lambda facts: Fraction(facts.values[code], scale) if code in facts.values else None
    parts, combine = [value_of(part) for part in formula.of], ARITHMETIC[formula.op]

    def combined(facts: Facts) -> Fraction | None:
        values = [part(facts) for part in parts]
        known = [value for value in values if value is not None]
        return combine(known) if len(known) == len(values) else None

    return combined


def _times(values: list[Fraction]) -> Fraction:
    total = Fraction(1)
    for value in values:
        total *= value
    return total


ARITHMETIC: dict[str, Callable[[list[Fraction]], Fraction | None]] = {
    "add": lambda values: sum(values, Fraction(0)),
    "sub": lambda values: values[0] - values[1],
    "mul": _times,
    "div": lambda values: values[0] / values[1] if values[1] else None,
    "min": min,
    "max": max,
}
