"""The roll-ups equal brute force over random histories, whatever is late, moved back, withdrawn, told twice or at the same time."""

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from loanbroker_api.analytics.rollups import rebuild, verify
from loanbroker_api.core import outbox
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.outbox import Outbox
from loanbroker_api.core.runtime import Runtime
from support.brute import assert_equal, brute, stored
from support.company import Company, new_company
from support.histories import live


@pytest.mark.parametrize("seed", range(4))
async def test_kept_equals_brute_force_at_every_turn(seed: int, runtime: Runtime, company: Company, history: Any) -> None:
    told = await history(seed)
    for _ in range(6):
        await live(runtime, company, told, 40, each=8)
        await outbox.deliver(runtime, company.id)
        assert_equal(await stored(runtime, company.id), await brute(runtime, company.id))


async def test_the_histories_have_what_they_should_prove(runtime: Runtime, company: Company, history: Any) -> None:
    """Seeds that never void or move back would prove nothing."""
    told = await history(2)
    await live(runtime, company, told, 300)
    found = await brute(runtime, company.id)
    assert {one.step for one in found.arrivals} == set(range(1, 10))
    assert any(one.back for one in found.facts if one.step < 9)
    assert any(not one.stands for one in found.facts)
    async with runtime.read(company.id) as session:
        count = lambda what: session.scalar(text(f"SELECT count(*) FROM {what}"))  # noqa: E731
        assert await count("disbursement WHERE voided_at IS NOT NULL")
        assert await count("submission WHERE state = 'withdrawn'")
        assert await count("ownership_event WHERE kind = 'transferred'")
    assert {place[5] for place in found.cohort} >= {0, 91}
    assert any(
        (one.at - two.at).total_seconds() < 0
        for one in found.facts
        for two in found.facts
        if one.customer == two.customer and two.step == 1
    )


async def outbox_rows(runtime: Runtime, company: Company) -> list[dict[str, Any]]:
    async with runtime.read(company.id) as session:
        rows = await session.scalars(select(Outbox).where(Outbox.consumer.startswith("analytics.")))
        return [{column.key: getattr(row, column.key) for column in Outbox.__table__.columns} for row in rows]


async def test_told_twice_and_in_another_order_changes_nothing(runtime: Runtime, company: Company, history: Any) -> None:
    told = await history(11)
    await live(runtime, company, told, 120)
    rows = await outbox_rows(runtime, company)
    await outbox.deliver(runtime, company.id)
    before = await stored(runtime, company.id)
    random.Random(1).shuffle(rows)
    async with runtime.uow(company.id) as uow:
        await uow.session.execute(insert(Outbox), [{**row, "id": new_id(), "attempts": number % 2} for number, row in enumerate(rows)])
    assert await outbox.deliver(runtime, company.id) == len(rows) > 50
    assert_equal(await stored(runtime, company.id), before)
    assert_equal(before, await brute(runtime, company.id))


async def test_eight_consumers_at_once_and_writers_beside_them(runtime: Runtime, company: Company, history: Any) -> None:
    told = await history(12)
    await live(runtime, company, told, 160)
    async with runtime.uow(company.id) as uow:
        # Each event is delivered alone, so that many of one customer are on the way at once.
        await uow.session.execute(text("UPDATE outbox SET attempts = 1 WHERE tenant_id = :t"), {"t": company.id})
    await asyncio.gather(*(outbox.deliver(runtime, company.id) for _ in range(8)), live(runtime, company, told, 60))
    await outbox.deliver(runtime, company.id)
    assert await outbox_rows(runtime, company) == []
    assert_equal(await stored(runtime, company.id), await brute(runtime, company.id))


async def test_a_consumer_that_dies_leaves_nothing_half_done(runtime: Runtime, company: Company, history: Any) -> None:
    """The row of the outbox and what was booked for it go together."""
    told = await history(13)
    await live(runtime, company, told, 40)
    spoilt = [row["id"] for row in await outbox_rows(runtime, company) if row["consumer"] == "analytics.customer_assigned"]
    async with runtime.uow(company.id) as uow:
        await uow.session.execute(text("UPDATE outbox SET payload = '{}' WHERE tenant_id = :t AND consumer = 'analytics.customer_assigned'"), {"t": company.id})  # fmt: skip
    await outbox.deliver(runtime, company.id)
    assert {row["id"] for row in await outbox_rows(runtime, company)} == set(spoilt) != set()
    assert_equal(await stored(runtime, company.id), await brute(runtime, company.id))


async def test_rebuilt_equals_kept(runtime: Runtime, company: Company, history: Any) -> None:
    told = await history(14)
    await live(runtime, company, told, 200)
    await outbox.deliver(runtime, company.id)
    kept = await stored(runtime, company.id)
    async with runtime.uow(company.id) as uow:
        assert await rebuild(uow) == len(told.customers)
    assert_equal(await stored(runtime, company.id), kept)
    async with runtime.database.read(company.id, snapshot=True) as session:
        found = await verify(session, company.id)
    assert (found.faults, found.customers, found.waiting) == (0, len(told.customers), 0)


async def test_a_silent_import_is_found_and_mended(runtime: Runtime, company: Company, history: Any) -> None:
    told = await history(15, silent=True)
    await live(runtime, company, told, 100)
    async with runtime.database.read(company.id, snapshot=True) as session:
        found = await verify(session, company.id)
    assert found.faults > 0
    assert {one.side for one in found.differences} == {"missing"}
    async with runtime.uow(company.id) as uow:
        await rebuild(uow)
    assert_equal(await stored(runtime, company.id), await brute(runtime, company.id))


TAMPERED = [
    ("funnel_daily", "UPDATE funnel_daily SET customers = customers + 1 WHERE tenant_id = :t AND dimension = 'kind' AND step = 1"),
    ("funnel_daily", "UPDATE funnel_daily SET amount_fen = amount_fen - 1 WHERE tenant_id = :t AND amount_fen > 0"),
    ("funnel_cohort", "DELETE FROM funnel_cohort WHERE tenant_id = :t AND dimension = 'channel' AND step = 2"),
    ("funnel_cohort", "UPDATE funnel_cohort SET lag_days = 77 WHERE tenant_id = :t AND step = 1 AND dimension = 'city'"),
    ("funnel_reach", "UPDATE funnel_reach SET at = at - interval '1 second' WHERE tenant_id = :t AND step = 3"),
    ("funnel_fact", "UPDATE funnel_fact SET employee_id = NULL WHERE tenant_id = :t AND step = 2"),
    ("funnel_fact", "DELETE FROM funnel_fact WHERE tenant_id = :t AND step = 1"),
]


@pytest.mark.parametrize(("table", "statement"), TAMPERED, ids=range(len(TAMPERED)))
async def test_verify_finds_what_was_changed_and_rebuild_mends_it(
    table: str, statement: str, runtime: Runtime, company: Company, history: Any
) -> None:
    told = await history(16)
    await live(runtime, company, told, 100)
    await outbox.deliver(runtime, company.id)
    async with runtime.uow(company.id) as uow:
        await uow.session.execute(text(statement), {"t": company.id})
    async with runtime.database.read(company.id, snapshot=True) as session:
        found = await verify(session, company.id)
    assert found.faults >= 1
    assert table in {one.table for one in found.differences}
    async with runtime.uow(company.id) as uow:
        await rebuild(uow)
    assert_equal(await stored(runtime, company.id), await brute(runtime, company.id))


async def test_a_neighbour_is_left_alone(runtime: Runtime, company: Company, history: Any) -> None:
    told = await history(17)
    await live(runtime, company, told, 60)
    await outbox.deliver(runtime, company.id)
    before = await stored(runtime, company.id)
    neighbour = await new_company(runtime)
    async with runtime.uow(neighbour.id) as uow:
        assert await rebuild(uow) == 0
    assert_equal(await stored(runtime, company.id), before)
