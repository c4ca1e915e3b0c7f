"""What formulas may be put together: money with money, money times a number or a ratio, and so on. A bare literal takes the other's dimension."""

from collections.abc import Sequence

from loanbroker_api.customers.fields import Kind, QualificationField
from loanbroker_api.products.rules.model import (
    COUNT,
    MONEY,
    PLAIN,
    RATIO,
    Arithmetic,
    Dimension,
    FieldValue,
    Formula,
    Number,
    formula_parts,
    interned,
)

BPS = 10_000
MAX_BITS = 2_048  # of a formula's exact value: keeps both Python's integers and numeric in the database small


def field_dimension(field: QualificationField) -> Dimension | None:
    """None for a field that one cannot count with."""
    if field.kind is Kind.MONEY:
        return MONEY
    if field.kind is Kind.RATIO:
        return RATIO
    return Dimension("number", field.unit) if field.kind is Kind.NUMBER else None


def common(types: Sequence[Dimension]) -> Dimension | None:
    """The dimension of what is added, compared or taken the least of; None where they do not go together."""
    found = PLAIN
    for one in types:
        if found.kind == "plain" or found == COUNT == Dimension(one.kind):
            found = one
        elif one.kind != "plain" and (one.kind != found.kind or (one.unit is not None and one.unit != found.unit)):
            return None
    return found


def product(types: Sequence[Dimension]) -> Dimension | None:
    """The dimension of a product; None for money times money. A ratio of something is of its kind."""
    found = PLAIN
    for one in types:
        if found.kind == "plain" or (found.kind == "ratio" and one.kind != "plain"):
            found = one
        elif one.kind == "money":
            if found.kind == "money":
                return None
            found = MONEY
        elif one.kind == "number" and found.kind == "number":
            found = COUNT
    return found


def quotient(above: Dimension, below: Dimension) -> Dimension | None:
    """The dimension of above ÷ below; None where something is divided by money that is not money."""
    if below.kind in {"plain", "ratio"} and above.kind != below.kind:
        return COUNT if above.kind == "plain" else above
    if below.kind == above.kind:
        return PLAIN if above.kind == "plain" else COUNT
    if below.kind == "money":
        return None
    return COUNT if above.kind == "plain" else above


def adapted(formula: Formula, wanted: Dimension) -> Formula:
    """A formula of bare literals as one of a dimension: fen, bps, ppm. Others stay as they are."""
    if formula.type.kind != "plain" or wanted.kind == "plain":
        return formula
    if isinstance(formula, Number):
        return interned(Number(formula.value / BPS if wanted.kind == "ratio" else formula.value, wanted))
    if isinstance(formula, FieldValue):
        return formula
    if formula.op in {"mul", "div"}:
        parts = (adapted(formula.of[0], wanted), *formula.of[1:])
    else:
        parts = tuple(adapted(part, wanted) for part in formula.of)
    return interned(Arithmetic(formula.op, parts, wanted))


def bits(formula: Formula) -> int:
    """How many bits its exact value may take as numerator over one denominator for all of it."""
    total = 0
    for part in formula_parts(formula):
        if isinstance(part, Number):
            total += max(part.value.numerator.bit_length(), part.value.denominator.bit_length())
        elif isinstance(part, FieldValue):
            total += part.field.high.bit_length() + (BPS.bit_length() if part.type.kind == "ratio" else 0)
        else:
            total += 1
    return total
