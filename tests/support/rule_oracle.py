"""What a product's JSON says of a person, by a table: the expected answers of the golden cases. Imports nothing of the product.

A person is a dictionary of wire values (age 35, cardUsage 6500, education "master", houseKinds ["shop"]); what is not in it is unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

RATIOS = {"cardUsage", "debtToIncome", "shareHeld"}
COUNTS = {"age", "jobMonths", "fundMonths", "socialMonths", "licenceMonths", "policyMonths", "mortgageMonths", "carAgeMonths"}
COUNTS |= {"firstLoanMonths", "accountsOpen", "lenderCount", "zhimaScore", "wantedMonths", "urgencyDays"}
Person = dict[str, Any]

TESTS: dict[str, Callable[[Any, dict[str, Any]], bool]] = {
    "eq": lambda mine, node: mine == node["value"],
    "ne": lambda mine, node: mine != node["value"],
    "lt": lambda mine, node: mine < node["value"],
    "le": lambda mine, node: mine <= node["value"],
    "gt": lambda mine, node: mine > node["value"],
    "ge": lambda mine, node: mine >= node["value"],
    "between": lambda mine, node: node["from"] <= mine <= node["to"],
    "in": lambda mine, node: mine in node["values"],
    "contains": lambda mine, node: node["value"] in mine,
}


@dataclass
class Expected:
    """Verdicts: True, False, None for unknown. `limit`: fen, "unknown", or None where the product has no formula."""

    verdict: bool | None
    conditions: list[bool | None]
    score: int
    limit: int | str | None


def expect(body: dict[str, Any], person: Person) -> Expected:
    hard, every, score = [], [], 100
    if body["cities"]:
        hard.append(some([inside(person.get("city"), body["cities"]), inside(person.get("workCity"), body["cities"])]))
    wanted = person.get("wantedAmount")
    hard.append(None if wanted is None else wanted >= body["amountMinFen"])
    if body["terms"]:
        hard.append("wantedMonths" not in person or person["wantedMonths"] in body["terms"])
    every.extend(hard)
    for condition in body["rules"]["conditions"]:
        answer = truth(condition["when"], person)
        every.append(answer)
        if condition["severity"] == "hard":
            hard.append(answer)
        elif condition["severity"] == "soft" and answer is False:
            score -= condition["points"]
    return Expected(all_of(hard), every, max(score, 0), limit(body["rules"].get("limit"), person))


def inside(mine: Any, values: list[Any]) -> bool | None:
    return None if mine is None else mine in values


def all_of(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def some(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False


def truth(node: dict[str, Any], person: Person) -> bool | None:
    op = node["op"]
    if op == "and":
        return all_of([truth(part, person) for part in node["of"]])
    if op == "or":
        return some([truth(part, person) for part in node["of"]])
    if op == "not":
        answer = truth(node["of"], person)
        return None if answer is None else not answer
    if op == "known":
        return node["field"] in person
    if "left" in node:
        (a, kind_a), (b, kind_b) = amount(node["left"], person), amount(node["right"], person)
        if a is None or b is None:
            return None
        a, b = (percent(a, kind_a), percent(b, kind_b)) if "ratio" in {kind_a, kind_b} else (a, b)
        return TESTS[op](a, {"value": b})
    return TESTS[op](person[node["field"]], node) if node["field"] in person else None


def percent(value: Fraction, kind: str) -> Fraction:
    return value / 10_000 if kind == "plain" else value


def amount(node: dict[str, Any], person: Person) -> tuple[Fraction | None, str]:
    """A formula's value, and whether it is plain (a literal), money, a count or a ratio (1 for 100 %)."""
    if "value" in node:
        return Fraction(str(node["value"])), "plain"
    if "field" in node:
        code = node["field"]
        kind = (
            "ratio"
            if code in RATIOS
            else "count"
            if code in COUNTS or code.startswith(("queries", "overdueRun", "overdueCount"))
            else "money"
        )
        if code not in person:
            return None, kind
        return Fraction(person[code], 10_000 if kind == "ratio" else 1), kind
    parts = [amount(part, person) for part in node["of"]]
    kinds = [kind for _, kind in parts]
    op = node["op"]
    kind = next((one for one in ("money", "count", "ratio") if one in kinds), "plain")
    if op == "div" and kinds[0] == kinds[1] != "plain":
        kind = "count"
    if any(value is None for value, _ in parts):
        return None, kind
    values = [value for value, _ in parts if value is not None]
    if kind == "ratio" and op in {"add", "sub", "min", "max"}:
        values = [percent(value, own) for value, own in zip(values, kinds, strict=True)]
    return arithmetic(op, values), kind


def arithmetic(op: str, values: list[Fraction]) -> Fraction | None:
    if op in {"min", "max"}:
        return {"min": min, "max": max}[op](values)
    total = values[0]
    for value in values[1:]:
        if op == "div" and value == 0:
            return None
        total = {"add": total + value, "sub": total - value, "mul": total * value}[op] if op != "div" else total / value
    return total


def limit(formula: dict[str, Any] | None, person: Person) -> int | str | None:
    if formula is None:
        return None
    value, _ = amount(formula, person)
    return "unknown" if value is None else max(0, value.numerator // value.denominator)
