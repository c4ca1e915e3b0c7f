"""Closures, arrays and SQL give the same three-valued answer, whatever the rules and whoever the person."""

from random import Random
from typing import Any
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.customers.models import Qualification
from loanbroker_api.products.rules.arrays import compiled
from loanbroker_api.products.rules.closures import verdict_of
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.parse import parse_rules
from loanbroker_api.products.rules.sql import counted, newest, possible, predicate
from support.company import Company
from support.rules import TODAY, exprs, row_of, rules_of

PEOPLE, EXAMPLES, RULES = 40, 11, 30  # 330 rules
BATCHES = st.lists(exprs(), min_size=RULES, max_size=RULES)


async def insert_people(administrator: asyncpg.Connection, tenant: UUID, random: Random, count: int) -> dict[UUID, dict[str, Any]]:
    """Rows of the typed table without their customers; foreign keys are off in this transaction only."""
    people = {new_id(): row_of(random) for _ in range(count)}
    columns = [field.column for field in FIELDS.values()]
    async with administrator.transaction():
        await administrator.execute("SET LOCAL session_replication_role = replica")
        await administrator.execute("DELETE FROM qualification WHERE tenant_id = $1", tenant)
        await administrator.copy_records_to_table(
            "qualification",
            records=[(tenant, key, 1, await now(administrator), *(row[column] for column in columns)) for key, row in people.items()],
            columns=["tenant_id", "customer_id", "version", "updated_at", *columns],
        )
    return people


async def now(administrator: asyncpg.Connection) -> Any:
    return await administrator.fetchval("SELECT now()")


# A batch of rules shrinks too slowly to be worth it; the answers that differ are shown rule by rule.
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.reuse, Phase.generate])
@given(batch=BATCHES, seed=st.integers(0, 2**32))
async def test_three_evaluations_agree(
    runtime: Runtime, company: Company, administrator: asyncpg.Connection, batch: list[dict[str, Any]], seed: int
) -> None:
    people = await insert_people(administrator, company.id, Random(seed), PEOPLE)
    exprs = [condition.when for condition in parse_rules(rules_of(*batch)).conditions]
    program, oracles = compiled(exprs), [verdict_of(expr) for expr in exprs]
    expected = {key: [oracle(Facts.from_row(row, TODAY)) for oracle in oracles] for key, row in people.items()}
    for key, row in people.items():
        assert program.run(Facts.from_row(row, TODAY))[program.roots].tolist() == expected[key]
    judged = [predicate(expr, Qualification, TODAY) for expr in exprs]
    async with runtime.read(company.id) as session:
        rows = await session.execute(select(Qualification.customer_id, *(one.label(f"r{at}") for at, one in enumerate(judged))))
        answered = {key: [1 if one is None else 2 * one for one in answers] for key, *answers in rows}
    assert answered == expected


async def test_counts_and_the_possible_ones(runtime: Runtime, company: Company, administrator: asyncpg.Connection) -> None:
    people = await insert_people(administrator, company.id, Random(7), 200)
    rule = {"op": "or", "of": [{"op": "ge", "field": "age", "value": 23}, {"op": "eq", "field": "hasHouse", "value": True}]}
    (condition,) = parse_rules(rules_of(rule)).conditions
    oracle = verdict_of(condition.when)
    expected = {key: oracle(Facts.from_row(row, TODAY)) for key, row in people.items()}
    tally = tuple(list(expected.values()).count(verdict) for verdict in (2, 1, 0))
    assert min(tally) > 0
    qualifies = predicate(condition.when, Qualification, TODAY)
    async with runtime.read(company.id) as session:
        counts = (await session.execute(counted(select(Qualification.customer_id), qualifies))).one()
        could = await session.scalars(select(Qualification.customer_id).where(possible(qualifies)))
        does = await session.scalars(select(Qualification.customer_id).where(qualifies))
        assert tuple(counts) == tally
        assert set(could) == {key for key, verdict in expected.items() if verdict > 0}
        page = (await session.execute(newest(select(Qualification.customer_id), qualifies, Qualification.customer_id.desc(), 30))).all()
        fitting = sorted((key for key, verdict in expected.items() if verdict > 0), reverse=True)
        assert [(key, 1 if verdict is None else 2 * verdict) for key, verdict in page] == [(key, expected[key]) for key in fitting[:30]]
        assert set(does) == {key for key, verdict in expected.items() if verdict == 2}


def test_a_person_from_the_form_is_the_one_from_the_table() -> None:
    """What-if values and stored beginnings are one form: 23 years → a birthday → 23 years."""
    wire = {"age": 23, "licenceMonths": 30, "hasHouse": True, "houseKinds": ["shop", "villa"], "education": "master", "fundMonths": None}
    facts = Facts.from_wire(wire, TODAY)
    stored = {"birth_ymd": 20_040_301, "licence_month": 2027 * 12 + 2 - 30, "has_house": True, "house_kinds": 36, "education": 5}
    assert facts == Facts.from_row(stored | {"fund_months": None, "customer_id": "someone"}, TODAY)
    assert facts.overridden({"age": None, "fundMonths": 3}).values == {
        "licenceMonths": 30,
        "hasHouse": 1,
        "houseKinds": 36,
        "education": 5,
        "fundMonths": 3,
    }
