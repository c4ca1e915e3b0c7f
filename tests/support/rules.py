"""Random rules and people that meet at their edges: literals and values come from the same few numbers of each field."""

import json
from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

from hypothesis import strategies as st

from loanbroker_api.customers.fields import FIELDS, Kind, QualificationField, today_month, today_ymd

TODAY = date(2027, 3, 1)
CITIES = (510100, 510600, 500000, 110000, 310000, 440300)
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
COUNTED = tuple(field for field in FIELDS.values() if field.kind in {Kind.MONEY, Kind.NUMBER, Kind.RATIO})
MONEY = tuple(field for field in FIELDS.values() if field.kind is Kind.MONEY)
RATIO = tuple(field for field in FIELDS.values() if field.kind is Kind.RATIO)
MONTHS = tuple(field for field in FIELDS.values() if field.kind is Kind.NUMBER and field.unit.value == "month")


def pool(field: QualificationField) -> tuple[int, ...]:
    """A few numbers of a field, as they go over the wire."""
    if field.kind is Kind.CITY:
        return CITIES
    if field.kind is Kind.CHOICE:
        return tuple(choice.number for choice in field.choices)
    if field.kind is Kind.BOOL:
        return (0, 1)
    if field.kind is Kind.MONEY:
        return (0, 1, 300_000, 300_001, 50_000_000, field.high)
    return tuple(sorted({field.low, min(field.low + 1, field.high), 22 if field.high > 22 else 1, field.high // 2, field.high}))


def row_of(random: Random, today: date = TODAY, *, unknown: float = 0.3) -> dict[str, int | bool | None]:
    """A row of the typed table by column; beginnings lie before, at and after their round numbers of months and years."""
    row: dict[str, int | bool | None] = {}
    for field in FIELDS.values():
        value: int | bool | None = None
        if random.random() >= unknown:
            if field.kind is Kind.SET:
                value = sum(1 << choice.number for choice in field.choices if random.random() < 0.4)
            elif field.since == "ymd":
                value = max(19_000_101, today_ymd(today) - random.choice(pool(field)) * 10_000 + random.choice((-1, 0, 1, 30)))
            elif field.since == "month":
                value = today_month(today) - random.choice(pool(field)) + random.choice((-1, 0, 1))
            else:
                value = random.choice(pool(field))
                value = bool(value) if field.kind is Kind.BOOL else value
        row[field.column] = value
    return row


def wire(field: QualificationField, number: int) -> Any:
    """A literal as rules write it."""
    if field.kind is Kind.BOOL:
        return bool(number)
    return field.code_of(number) if field.kind is Kind.CHOICE else number


def literals(field: QualificationField) -> st.SearchStrategy[Any]:
    numbers = pool(field)
    if field.kind in {Kind.MONEY, Kind.NUMBER, Kind.RATIO}:
        near = sorted({number + step for number in numbers for step in (-1, 0, 1)} | {-(2**63), 2**63 - 1})
        return st.sampled_from(near)
    return st.sampled_from([wire(field, number) for number in numbers])


@st.composite
def leaf(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from(tuple(FIELDS.values())))
    node: dict[str, Any] = {"field": field.code}
    if draw(st.integers(0, 9)) == 0:
        return node | {"op": "known"}
    if field.kind is Kind.SET:
        return node | {"op": "contains", "value": draw(st.sampled_from([choice.code for choice in field.choices]))}
    counted = field.kind in {Kind.MONEY, Kind.NUMBER, Kind.RATIO}
    ops = (*COMPARISONS, "between", "in") if counted else ("eq", "ne") if field.kind is Kind.BOOL else ("eq", "ne", "in")
    op = draw(st.sampled_from(ops))
    if op == "between":
        low, high = sorted([draw(literals(field)), draw(literals(field))])
        return node | {"op": op, "from": low, "to": high}
    if op == "in":
        return node | {"op": op, "values": draw(st.lists(literals(field), min_size=1, max_size=4))}
    return node | {"op": op, "value": draw(literals(field))}


def constants() -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from([{"value": value} for value in (0, 1, 12, -3, 0.8, "0.000001", "1.5", 50_000_000, -0.25, 7)])


def divisors() -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from([{"value": value} for value in (3, "0.7", -7, 12, "0.000003", 1e-6)])


@st.composite
def money(draw: st.DrawFn, depth: int = 3) -> dict[str, Any]:
    """A formula of money with literal divisors."""
    shape = draw(st.integers(0, 5)) if depth else 0
    if shape == 0:
        return {"field": draw(st.sampled_from(MONEY)).code}
    inner = money(depth - 1)
    if shape <= 2:
        more = draw(st.lists(inner | constants(), min_size=1, max_size=3))
        return {"op": draw(st.sampled_from(("add", "min", "max"))), "of": [draw(inner), *more]}
    if shape == 3:
        return {"op": "sub", "of": [draw(inner), draw(inner)]}
    if shape == 4:
        return {"op": "div", "of": [draw(inner), draw(divisors())]}
    factor = {"field": draw(st.sampled_from((*RATIO, *MONTHS, FIELDS["age"]))).code}
    return {"op": "mul", "of": draw(st.permutations([draw(inner), draw(constants()), draw(constants() | st.just(factor))]))}


@st.composite
def relation(draw: st.DrawFn) -> dict[str, Any]:
    shape = draw(st.integers(0, 3))
    if shape == 0:
        left = {"field": draw(st.sampled_from(RATIO)).code}
        right = {"field": draw(st.sampled_from(RATIO)).code} if draw(st.booleans()) else draw(constants())
    elif shape == 1:
        left = {"op": "add", "of": [{"field": draw(st.sampled_from(MONTHS)).code}, draw(constants())]}
        right = {"field": draw(st.sampled_from(MONTHS)).code}
    else:
        left, right = draw(money()), draw(money(1) | constants())
    return {"op": draw(st.sampled_from(COMPARISONS)), "left": left, "right": right}


@st.composite
def exprs(draw: st.DrawFn, depth: int = 4) -> dict[str, Any]:
    """Expressions that parse, up to five levels deep."""
    shape = draw(st.integers(0, 5)) if depth else 0
    if shape <= 1:
        return draw(relation()) if draw(st.integers(0, 3)) == 0 else draw(leaf())
    if shape == 2:
        return {"op": "not", "of": draw(exprs(depth - 1))}
    return {"op": draw(st.sampled_from(("and", "or"))), "of": draw(st.lists(exprs(depth - 1), min_size=1, max_size=3))}


def rules_of(*whens: Mapping[str, Any]) -> dict[str, Any]:
    """Rules with these as hard conditions c1, c2, …; a tree, though strategies share their parts."""
    conditions = [{"id": f"c{at}", "severity": "hard", "when": when} for at, when in enumerate(whens, start=1)]
    return json.loads(json.dumps({"conditions": conditions}))
