"""The golden cases: every product of the reference catalogue and some of our own with rarer rules, and 300 people near their edges."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import loanbroker_api
from loanbroker_api.customers.fields import FIELDS, Kind, beginning_of, shown
from support.rule_oracle import Expected, expect

TODAY = date(2027, 3, 1)
PEOPLE = 300
_DATA = Path(loanbroker_api.__file__).parent / "products" / "catalogue" / "data"
_GOOD: dict[str, Any] = {
    "age": 35, "sex": "male", "education": "bachelor", "maritalStatus": "married", "city": 510100, "householdCity": 510600, "workCity": 510100,
    "occupation": "listed", "bankIncome": 2_000_000, "cashIncome": 200_000, "jobMonths": 40, "socialBase": 900_000, "socialMonths": 40,
    "fundBase": 1_200_000, "fundMonths": 40, "fundMonthly": 200_000, "hasHouse": True, "houseCity": 510100, "houseKinds": ["residence"],
    "houseOwnership": "mortgaged", "houseValue": 300_000_000, "houseMortgage": 60_000_000, "mortgageMonths": 40, "hasCar": True,
    "carOwnership": "full", "carAgeMonths": 30, "carValue": 25_000_000, "hasPolicy": True, "policyInsurer": "ping_an",
    "policyPremium": 2_400_000, "policyMonths": 48, "policyInterval": "year", "queries1m": 0, "queries2m": 1, "queries3m": 1, "queries6m": 2,
    "queries12m": 4, "overdueNow": 0, "overdueRun24m": 0, "overdueCount24m": 0, "overdueRun60m": 0, "overdueCount60m": 0, "accountsOpen": 2,
    "lenderCount": 1, "cardLimit": 10_000_000, "cardUsage": 3_000, "guarantees": 0, "firstLoanMonths": 60, "debtTotal": 65_000_000,
    "debtUnsecured": 5_000_000, "debtMonthly": 400_000, "debtToIncome": 2_000, "zhimaScore": 720, "weilidai": True, "licenceMonths": 60,
    "shareHeld": 6_000, "tax12m": 8_000_000, "invoice12m": 500_000_000, "taxGrade": "A", "bankFlow": 40_000_000, "industry": "manufacturing",
    "executed": False, "dishonest": False, "wantedAmount": 30_000_000, "wantedMonths": 36, "purpose": "business", "latestMonthlyCost": 1_000_000,
    "urgencyDays": 30,
}  # fmt: skip


def _field(code: str) -> dict[str, str]:
    return {"field": code}


def _rare(number: int) -> dict[str, Any]:
    """A product whose rules use what the catalogue seldom does."""
    income, share = (
        {"op": "mul", "of": [_field("bankIncome"), {"value": "1.5"}]},
        {"op": "mul", "of": [_field("tax12m"), _field("shareHeld")]},
    )
    whens: list[Any] = [
        {"op": "not", "of": {"op": "or", "of": [{"op": "lt", "field": "age", "value": 30 + number}, {"op": "contains", "field": "houseKinds", "value": "shop"}]}},
        {"op": "or", "of": [{"op": "gt", "left": {"op": "div", "of": [_field("houseValue"), {"value": 3}]}, "right": {"op": "max", "of": [_field("houseMortgage"), {"op": "sub", "of": [_field("debtTotal"), income]}]}}, {"op": "not", "of": {"op": "known", "field": "houseValue"}}]},
        {"op": "ge", "left": {"op": "add", "of": [_field("jobMonths"), _field("fundMonths")]}, "right": {"value": 70 + number}},
        {"op": "le", "left": {"op": "max", "of": [_field("cardUsage"), {"value": 100}]}, "right": {"op": "min", "of": [{"value": 7_000}, {"op": "add", "of": [_field("debtToIncome"), {"value": "5000.5"}]}]}},
        {"op": "not", "of": {"op": "and", "of": [{"op": "in", "field": "taxGrade", "values": ["C", "D"]}, {"op": "ne", "field": "education", "value": "junior"}, {"op": "gt", "field": "licenceMonths", "value": 3}]}},
        {"op": "in", "field": "wantedMonths", "values": [12, 24, 36, 37, 60]},
        {"op": "in", "field": "licenceMonths", "values": [24, 36, 58, 59, 60, 61]},
        {"op": "in", "field": "age", "values": [22, 33, 34, 35, 55]},
        {"op": "between", "field": "licenceMonths", "from": 24, "to": 60},
        {"op": "ne", "field": "queries12m", "value": 3},
        {"op": "lt", "field": "carAgeMonths", "value": 31},
        {"op": "le", "left": share, "right": {"op": "div", "of": [_field("invoice12m"), {"value": "-0.01"}]}},
    ]  # fmt: skip
    severities = ["hard"] * 8 + ["soft", "soft", "soft", "need"]
    conditions = [
        {"id": f"r{at}", "severity": severity, "when": when} | ({"points": 20 + 30 * at % 50} if severity == "soft" else {})
        for at, (severity, when) in enumerate(zip(severities, whens, strict=True))
        if (at + number) % 3 or severity != "hard"
    ]
    per = {"op": "div", "of": [_field("houseValue"), {"op": "sub", "of": [_field("accountsOpen"), {"value": 2 + number % 2}]}]}
    limit = {
        "op": "min",
        "of": [
            {"value": 50_000_001},
            per if number % 3 == 0 else {"op": "mul", "of": [_field("fundMonthly"), {"value": "12.3"}, {"value": 10}]},
            share,
        ],
    }
    terms = [12, 24, 36, 60] if number % 2 else []
    return {
        "amountMinFen": 1_000_000,
        "cities": [510100, 500000] if number % 4 else [],
        "terms": terms,
        "rules": {"conditions": conditions, "limit": limit},
    }


# Each alone decides a product, so that a mistake in it cannot hide behind other conditions.
_SINGLES: tuple[Any, ...] = (
    {"op": "ne", "field": "hasHouse", "value": True},
    {"op": "eq", "field": "weilidai", "value": False},
    {"op": "le", "left": {"op": "sub", "of": [_field("debtTotal"), _field("houseMortgage")]}, "right": {"value": 5_000_000}},
    {"op": "known", "field": "zhimaScore"},
    {"op": "contains", "field": "houseKinds", "value": "residence"},
    {"op": "lt", "left": {"op": "mul", "of": [_field("bankIncome"), _field("cardUsage")]}, "right": {"value": "600000.5"}},
    {"op": "eq", "left": {"op": "max", "of": [_field("queries2m"), _field("queries6m")]}, "right": _field("queries6m")},
    {"op": "in", "field": "industry", "values": ["manufacturing", "it", "other"]},
)


def _single(when: Any) -> dict[str, Any]:
    conditions = [{"id": "only", "severity": "hard", "when": when}]
    return {"amountMinFen": 0, "cities": [], "terms": [], "rules": {"conditions": conditions, "limit": None}}


@cache
def bodies() -> tuple[tuple[str, dict[str, Any]], ...]:
    """(name, version body) of the catalogue's products and some of our own."""
    found: list[tuple[str, dict[str, Any]]] = []
    for path in sorted(_DATA.glob("*.json")):
        found.extend((product["name"], product["body"]) for product in json.loads(path.read_text())["products"])
    assert len(found) >= 60
    ours = [(f"rare{number}", _rare(number)) for number in range(12)]
    ours += [(f"single{number}", _single(when)) for number, when in enumerate(_SINGLES)]
    return (*found, *((name, json.loads(json.dumps(body))) for name, body in ours))  # each a tree of its own


def _edges(node: Any, found: dict[str, set[Any]]) -> dict[str, set[Any]]:
    """Every literal by the field that it is compared with."""
    if isinstance(node, dict):
        if isinstance(node.get("field"), str):
            literals = [node[name] for name in ("value", "from", "to") if name in node] + node.get("values", [])
            found.setdefault(node["field"], set()).update(literals)
        for part in node.values():
            _edges(part, found)
    elif isinstance(node, list):
        for part in node:
            _edges(part, found)
    return found


def _edge(random: Random, code: str, literals: list[Any]) -> Any:
    field, literal = FIELDS[code], random.choice(literals)
    if field.kind is Kind.SET:
        return sorted({literal, random.choice(field.choices).code})
    if field.kind in {Kind.MONEY, Kind.NUMBER, Kind.RATIO}:
        return max(field.low, min(field.high, literal + random.choice((-1, 0, 0, 1))))
    return literal


def _kind_of_person(random: Random) -> dict[str, Any]:
    city = random.choice((510100, 510100, 500000, 510600, 110000, 440300, 440100, 310000, 330100))
    owner = random.random() < 0.5
    return {
        "city": city, "workCity": city, "houseCity": city,
        "occupation": "owner" if owner else random.choice(("institution", "state_owned", "listed", "private")),
        "houseOwnership": random.choice(("full", "mortgaged")), "houseMortgage": random.choice((0, 60_000_000)),
        "carOwnership": random.choice(("full", "mortgaged")), "wantedAmount": random.choice((10_000_000, 30_000_000, 100_000_000, 300_000_000)),
        "purpose": random.choice(("business", "consumption", "decoration")), "debtTotal": random.choice((5_000_000, 65_000_000)), "wantedMonths": random.choice((12, 12, 24, 36, None)),
    }  # fmt: skip


@cache
def people() -> tuple[dict[str, int | bool | None], ...]:
    """Rows of the typed table by column: people who fit, with a few fields moved to an edge of some rule, or unknown."""
    edges = {code: sorted(values, key=str) for code, values in _edges([body for _, body in bodies()], {}).items() if values}
    edges |= {"wantedAmount": [body["amountMinFen"] for _, body in bodies()], "wantedMonths": [12, 18, 24, 36, 60]}
    edges |= {"city": [510100, 510700, 110000], "workCity": [510100, 500000, 110000]}
    made: list[dict[str, int | bool | None]] = []
    for seed in range(PEOPLE):
        random = Random(seed)
        person = dict(_GOOD) | _kind_of_person(random)
        for code in random.sample(sorted(edges), random.randint(0, 10)):
            person[code] = _edge(random, code, edges[code])
        for code in random.sample(sorted(_GOOD), random.choice((0, 0, 1, 2, 4, 30))):
            person[code] = None
        made.append(_row(random, person))
    return tuple(made)


def _row(random: Random, person: dict[str, Any]) -> dict[str, int | bool | None]:
    row: dict[str, int | bool | None] = {}
    for code, field in FIELDS.items():
        value = person[code]
        if value is not None and field.kind is Kind.CHOICE:
            value = field.number_of(value)
        elif value is not None and field.kind is Kind.SET:
            value = field.mask_of(value)
        elif value is not None and field.since == "ymd":
            born = beginning_of(field, value, TODAY)
            value = born if random.random() < 0.5 else (born // 10_000 - 1) * 10_000 + 615  # a birthday today, or in June before
        elif value is not None and field.since == "month":
            value = beginning_of(field, value, TODAY)
        row[field.column] = value
    return row


@cache
def expected() -> tuple[tuple[Expected, ...], ...]:
    """By person and product, as the oracle has it."""
    wires = [
        {code: value for code, field in FIELDS.items() if (value := shown(field, row[field.column], TODAY)) is not None} for row in people()
    ]
    return tuple(tuple(expect(body, wire) for _, body in bodies()) for wire in wires)
