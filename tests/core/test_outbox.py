"""The outbox: at least once, in a transaction of its own with the row's deletion, one failure held against nobody else."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from loanbroker_api.core import outbox
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.outbox import CONSUMERS, Consumer, Event, Outbox
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import Source
from support.clock import TestClock
from support.company import Company


class Happened(Event):
    """Something of this file's own."""

    type = "test.happened"
    id: UUID
    broken: bool = False


class Consumers:
    """Consumers of this test: what they were given, and whether the broken ones still fail."""

    def __init__(self) -> None:
        self.given: list[UUID] = []
        self.failing = True

    async def keep(self, uow: UnitOfWork, event: Happened) -> None:
        self.given.append(event.id)
        uow.session.add(Source(id=event.id, name="来源", kind="generic"))
        await uow.session.flush()
        if event.broken and self.failing:
            raise RuntimeError("13800138000 must not be kept")


@pytest.fixture
async def consumers(runtime: Runtime) -> AsyncGenerator[Consumers]:
    own = Consumers()
    registered = Consumer("test.keep", Happened, own.keep)
    CONSUMERS[registered.name] = registered
    outbox._BY_EVENT[Happened].append(registered)
    yield own
    del CONSUMERS[registered.name]
    del outbox._BY_EVENT[Happened]


async def announce(runtime: Runtime, company: Company, *broken: bool) -> list[UUID]:
    events = [Happened(id=new_id(), broken=one) for one in broken]
    async with runtime.uow(company.id) as uow:
        for event in events:
            uow.emit(event)
    return [event.id for event in events]


async def rows(runtime: Runtime, company: Company) -> list[Outbox]:
    async with runtime.read(company.id) as session:
        return list(await session.scalars(select(Outbox).order_by(Outbox.id)))


async def sources(runtime: Runtime, company: Company) -> list[UUID]:
    async with runtime.read(company.id) as session:
        return list(await session.scalars(select(Source.id).order_by(Source.id)))


async def test_a_delivered_event_is_gone_and_its_effect_there(runtime: Runtime, company: Company, consumers: Consumers) -> None:
    announced = await announce(runtime, company, False, False)
    assert await outbox.deliver(runtime, company.id) == 2
    assert await rows(runtime, company) == []
    assert await sources(runtime, company) == sorted(announced) == consumers.given
    assert await outbox.deliver(runtime, company.id) == 0


async def test_a_failing_consumer_is_tried_later_and_the_others_go_on(
    runtime: Runtime, company: Company, consumers: Consumers, clock: TestClock
) -> None:
    first, broken, last = await announce(runtime, company, False, True, False)
    assert await outbox.deliver(runtime, company.id) == 2
    assert await sources(runtime, company) == [first, last]
    (row,) = await rows(runtime, company)
    assert (row.payload["id"], row.attempts, row.error) == (str(broken), 1, "RuntimeError")
    assert row.next_at > clock.now()
    assert await outbox.deliver(runtime, company.id) == 0
    clock.move(timedelta(seconds=5))
    assert await outbox.deliver(runtime, company.id) == 0
    (row,) = await rows(runtime, company)
    assert row.attempts == 2
    consumers.failing = False
    clock.move(timedelta(seconds=10))
    assert company.id in await outbox.tenants_with_due(runtime)
    assert await outbox.deliver(runtime, company.id) == 1
    assert await rows(runtime, company) == []


async def test_it_gives_up_after_so_many_tries_and_keeps_the_row(
    runtime: Runtime, company: Company, consumers: Consumers, clock: TestClock
) -> None:
    await announce(runtime, company, True)
    for _ in range(outbox.MAX_ATTEMPTS + 2):
        await outbox.deliver(runtime, company.id)
        clock.move(timedelta(hours=2))
    (row,) = await rows(runtime, company)
    assert row.attempts == outbox.MAX_ATTEMPTS == len(consumers.given)
    assert company.id not in await outbox.tenants_with_due(runtime)


async def test_two_deliverers_at_once_deliver_once(runtime: Runtime, company: Company, consumers: Consumers) -> None:
    announced = await announce(runtime, company, *[False] * 12)
    done = await asyncio.gather(*(outbox.deliver(runtime, company.id) for _ in range(4)))
    assert sum(done) == 12
    assert sorted(consumers.given) == announced == await sources(runtime, company)


async def test_what_a_consumer_writes_goes_with_its_failure(runtime: Runtime, company: Company, consumers: Consumers) -> None:
    await announce(runtime, company, True)
    await outbox.deliver(runtime, company.id)
    assert len(consumers.given) == 1
    assert await sources(runtime, company) == []


async def test_an_event_of_an_unknown_consumer_stays(runtime: Runtime, company: Company, consumers: Consumers, clock: TestClock) -> None:
    await announce(runtime, company, False)
    known = CONSUMERS.pop("test.keep")
    assert await outbox.deliver(runtime, company.id) == 0
    (row,) = await rows(runtime, company)
    assert (row.consumer, row.error, consumers.given) == ("test.keep", "LookupError", [])
    CONSUMERS["test.keep"] = known
    clock.move(timedelta(minutes=1))
    assert await outbox.deliver(runtime, company.id) == 1


async def test_an_event_of_another_shape_stays(runtime: Runtime, company: Company, consumers: Consumers, administrator: Any) -> None:
    await announce(runtime, company, False)
    await administrator.execute("UPDATE outbox SET payload = '{}' WHERE tenant_id = $1", company.id)
    assert await outbox.deliver(runtime, company.id) == 0
    (row,) = await rows(runtime, company)
    assert row.error == "ValidationError"


async def test_nothing_of_the_failure_but_its_type_is_kept(
    runtime: Runtime, company: Company, consumers: Consumers, capfd: pytest.CaptureFixture[str]
) -> None:
    await announce(runtime, company, True)
    await outbox.deliver(runtime, company.id)
    (row,) = await rows(runtime, company)
    assert "13800138000" not in f"{row.error}{row.payload}{''.join(capfd.readouterr())}"


def test_a_consumers_name_is_taken_once() -> None:
    name = next(iter(CONSUMERS))
    with pytest.raises(ValueError, match=name):
        outbox.consumer(Happened, name)(Consumers().keep)
