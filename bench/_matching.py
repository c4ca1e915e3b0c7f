"""The data of bench/match.py: a catalogue of any size from the reference one, people, the same rules for zen-engine and for JsonLogic, and a
typed table of many customers."""

import json
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

import loanbroker_api
from _common import Place, say
from loanbroker_api.access.queries import tenant_by_code
from loanbroker_api.access.service import create_tenant
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.fields import FIELDS, Kind, QualificationField, shown, today_month, today_ymd

TODAY = date(2027, 3, 1)
CITIES = (510100, 510600, 500000, 110000, 440300, 330100)
_DATA = Path(loanbroker_api.__file__).parent / "products" / "catalogue" / "data"
# What a person of means has; the rest is drawn from the field's range.
_GOOD = {
    "bankIncome": 3_000_000, "fundMonths": 60, "socialMonths": 60, "fundBase": 2_000_000, "houseValue": 400_000_000, "licenceMonths": 90,
    "jobMonths": 60, "zhimaScore": 800, "wantedAmount": 60_000_000, "invoice12m": 900_000_000, "tax12m": 30_000_000, "firstLoanMonths": 90,
    "policyMonths": 60, "fundMonthly": 400_000, "mortgageMonths": 60, "carValue": 40_000_000, "bankFlow": 90_000_000,
}  # fmt: skip
_FEW = {"queries1m": 2, "queries2m": 4, "queries3m": 5, "queries6m": 8, "queries12m": 12, "overdueRun24m": 3, "overdueCount24m": 5,
    "overdueRun60m": 3, "overdueCount60m": 6, "overdueNow": 0, "lenderCount": 4, "accountsOpen": 6, "cardUsage": 8_000, "debtToIncome": 6_000,
    "debtUnsecured": 30_000_000, "debtTotal": 90_000_000, "debtMonthly": 1_000_000, "houseMortgage": 120_000_000, "guarantees": 0,
    "carAgeMonths": 90, "age": 60, "wantedMonths": 60}  # fmt: skip


def reference_bodies() -> list[dict[str, Any]]:
    return [product["body"] for path in sorted(_DATA.glob("*.json")) for product in json.loads(path.read_text())["products"]]


def many_bodies(count: int) -> list[tuple[int, dict[str, Any]]]:
    """Products of the reference catalogue over and over, each with thresholds of its own."""
    random, reference = Random(1), reference_bodies()

    def moved(node: Any) -> Any:
        if isinstance(node, list):
            return [moved(part) for part in node]
        if not isinstance(node, dict):
            return node
        found = {name: moved(part) for name, part in node.items()}
        if found.get("op") in {"lt", "le", "gt", "ge"} and type(found.get("value")) is int and found["value"] > 3:
            found["value"] = found["value"] * random.randint(90, 110) // 100
        return found

    return [(at, moved(reference[at % len(reference)])) for at in range(count)]


def person_row(random: Random, unknown: float) -> dict[str, int | bool | None]:
    """A row of the typed table by column."""
    return {field.column: None if random.random() < unknown else _stored(random, field) for field in FIELDS.values()}


def _stored(random: Random, field: QualificationField) -> int | bool:
    if field.kind is Kind.BOOL:
        return random.random() < (0.02 if field.code in {"executed", "dishonest"} else 0.8)
    if field.kind is Kind.CHOICE:
        return random.choice(field.choices).number
    if field.kind is Kind.CITY:
        return random.choice(CITIES)
    if field.code in _FEW:
        value = random.randint(field.low if field.code != "age" else 20, max(field.low, _FEW[field.code]))
    else:
        value = random.randint(field.low, min(field.high, _GOOD.get(field.code, field.high)))
    if field.since == "ymd":
        return today_ymd(TODAY) - value * 10_000
    return today_month(TODAY) - value if field.since == "month" else value


def wire_of(row: dict[str, Any]) -> dict[str, Any]:
    """Every field as JSON has it; null where it is unknown."""
    return {code: shown(field, row[field.column], TODAY) for code, field in FIELDS.items()}


def hard_exprs(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The hard conditions of a version as rules write them, its territory, amount and term among them."""
    found: list[dict[str, Any]] = []
    if body["cities"]:
        found.append({"op": "or", "of": [{"op": "in", "field": code, "values": body["cities"]} for code in ("city", "workCity")]})
    found.append({"op": "ge", "field": "wantedAmount", "value": body["amountMinFen"]})
    if body["terms"]:
        unnamed = {"op": "not", "of": {"op": "known", "field": "wantedMonths"}}
        found.append({"op": "or", "of": [unnamed, {"op": "in", "field": "wantedMonths", "values": body["terms"]}]})
    return found + [condition["when"] for condition in body["rules"]["conditions"] if condition["severity"] == "hard"]


_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def _formula_fields(node: dict[str, Any]) -> list[str]:
    return [node["field"]] if "field" in node else [code for part in node.get("of", []) for code in _formula_fields(part)]


class Zen:
    """zen-engine's expressions. A comparison with null is an error there, so that each needs a guard, after which unknown reads as false."""

    def __init__(self, *, guarded: bool) -> None:
        self._guarded = guarded

    def expr(self, node: dict[str, Any]) -> str:
        op = node["op"]
        if op in {"and", "or"}:
            return "(" + f" {op} ".join(self.expr(part) for part in node["of"]) + ")"
        if op == "not":
            return f"not ({self.expr(node['of'])})"
        if op == "known":
            return f"({node['field']} != null)"
        codes = [*_formula_fields(node["left"]), *_formula_fields(node["right"])] if "left" in node else [node["field"]]
        guard = "".join(f"{code} != null and " for code in dict.fromkeys(codes)) if self._guarded else ""
        return f"({guard}{self._test(node)})"

    def _test(self, node: dict[str, Any]) -> str:
        op = node["op"]
        if "left" in node:
            return f"{self._formula(node['left'])} {_SIGNS[op]} {self._formula(node['right'])}"
        if op == "between":
            return f"{node['field']} >= {node['from']} and {node['field']} <= {node['to']}"
        if op == "in":
            return f"{node['field']} in {json.dumps(node['values'])}"
        if op == "contains":
            return f"{json.dumps(node['value'])} in {node['field']}"
        return f"{node['field']} {_SIGNS[op]} {json.dumps(node['value'])}"

    def _formula(self, node: dict[str, Any]) -> str:
        if "of" not in node:
            return node.get("field") or str(node["value"])
        parts = [self._formula(part) for part in node["of"]]
        if node["op"] in {"min", "max"}:
            return f"{node['op']}([{', '.join(parts)}])"
        return "(" + f" {_ARITHMETIC[node['op']]} ".join(parts) + ")"


def json_logic(node: dict[str, Any]) -> Any:
    """The same as JsonLogic."""
    op = node.get("op")
    if op in {"and", "or"}:
        return {op: [json_logic(part) for part in node["of"]]}
    if op == "not":
        return {"!": [json_logic(node["of"])]}
    if op is None:
        return {"var": node["field"]} if "field" in node else float(node["value"])
    if op in _ARITHMETIC or op in {"min", "max"}:
        return {_ARITHMETIC.get(op, op): [json_logic(part) for part in node["of"]]}
    if "left" in node:
        return {_SIGNS[op]: [json_logic(node["left"]), json_logic(node["right"])]}
    mine = {"var": node["field"]}
    if op == "known":
        return {"!==": [mine, None]}
    if op == "between":
        return {"<=": [node["from"], mine, node["to"]]}
    if op == "in":
        return {"in": [mine, node["values"]]}
    if op == "contains":
        return {"in": [node["value"], mine]}
    return {_SIGNS[op]: [mine, node["value"]]}


async def table_of(runtime: Runtime, made: Place, size: int) -> UUID:
    """The tenant with `size` rows in the typed table, 30 % of the fields unknown; made at the first run. They need no customers."""
    code = f"bench-rules-{size}"
    tenant_id = await tenant_by_code(runtime, code) or await create_tenant(runtime, code=code, name="规则基准")
    connection = await asyncpg.connect(made.admin_dsn)
    try:
        if await connection.fetchval("SELECT count(*) FROM qualification WHERE tenant_id = $1", tenant_id) != size:
            say(f"loading {size:,} rows")
            random, columns = Random(2), [field.column for field in FIELDS.values()]
            people = [person_row(random, 0.3) for _ in range(min(size, 20_000))]
            async with connection.transaction():
                await connection.execute("SET LOCAL session_replication_role = replica")  # customers are not needed
                await connection.execute("DELETE FROM qualification WHERE tenant_id = $1", tenant_id)
                now = runtime.clock.now()
                rest = [tuple(person[column] for column in columns) for person in people]
                for start in range(0, size, len(rest)):
                    random.shuffle(rest)
                    await connection.copy_records_to_table(
                        "qualification",
                        records=[
                            (tenant_id, UUID(int=(0x0190 << 112) | (start + at)), 1, now, *row)
                            for at, row in enumerate(rest[: size - start])
                        ],
                        columns=["tenant_id", "customer_id", "version", "updated_at", *columns],
                    )
            await connection.execute("VACUUM ANALYZE qualification")
            say("loaded")
    finally:
        await connection.close()
    return tenant_id
