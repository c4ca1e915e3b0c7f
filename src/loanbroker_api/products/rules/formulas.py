"""Limits and rates of one person: the value, and the formula with the numbers put in."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from loanbroker_api.customers.fields import Kind, QualificationField
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.model import Arithmetic, FieldValue, Formula, Number, formula_fields
from loanbroker_api.products.rules.reading import arranged
from loanbroker_api.products.rules.texts import exact_text, value_text


@dataclass(frozen=True)
class Computed:
    """`value`: fen or ppm, rounded down, never below 0; None where it is unknown: `missing` are the fields that it lacks, none where it divides
    by 0. `text` is the formula with the numbers put in.
    """

    value: int | None
    text: str
    missing: tuple[QualificationField, ...] = ()


@dataclass(frozen=True)
class _Part:
    value: Fraction | None
    text: str


def computed(formula: Formula, facts: Facts) -> Computed:
    """min(50万, 公积金个人月缴 3,200元 × 12 × 10 = 38.4万) = 38.4万."""
    missing = tuple(field for field in formula_fields(formula) if field.code not in facts.values)
    part = _part(formula, facts)
    if part.value is None:
        why = f"缺少{'、'.join(field.title for field in missing)}" if missing else "除数为 0，算不出"
        return Computed(None, f"{part.text}（{why}）", missing)
    value = floor(part.value)
    text = _with_value(formula, part)
    return Computed(max(0, value), text if value >= 0 else f"{text}，按 0 计")


def _with_value(formula: Formula, part: _Part) -> str:
    if isinstance(formula, Arithmetic) and part.value is not None:
        return f"{part.text} = {exact_text(part.value, formula.type)}"
    return part.text


def _part(formula: Formula, facts: Facts) -> _Part:
    if isinstance(formula, Number):
        return _Part(formula.value, exact_text(formula.value, formula.type))
    if isinstance(formula, FieldValue):
        return _field(formula.field, facts)
    parts = [_part(part, facts) for part in formula.of]
    in_list = formula.op in {"min", "max"}
    texts = [_with_value(one, part) if in_list else part.text for one, part in zip(formula.of, parts, strict=True)]
    values = [part.value for part in parts if part.value is not None]
    return _Part(_combined(formula.op, values) if len(values) == len(parts) else None, arranged(formula, texts))


def _field(field: QualificationField, facts: Facts) -> _Part:
    value = facts.values.get(field.code)
    if value is None:
        return _Part(None, f"{field.title} 未知")
    scale = 10_000 if field.kind is Kind.RATIO else 1
    return _Part(Fraction(value, scale), f"{field.title} {value_text(field, value, with_unit=False)}")


def _combined(op: str, values: list[Fraction]) -> Fraction | None:
    if op == "min":
        return min(values)
    if op == "max":
        return max(values)
    total = values[0]
    for value in values[1:]:
        if op == "add":
            total += value
        elif op == "sub":
            total -= value
        elif op == "mul":
            total *= value
        elif value:
            total /= value
        else:
            return None
    return total
