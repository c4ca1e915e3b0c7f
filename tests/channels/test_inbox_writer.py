"""The group commit: what is acknowledged is committed, one bad delivery harms no other, nothing waits for ever."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from loanbroker_api.channels.inbox_writer import InboxRow, InboxWriter
from loanbroker_api.core.errors import TooManyRequests, Unavailable
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.wakes import Waker
from loanbroker_api.embedded import EmbeddedServers
from loanbroker_api.settings import Settings
from support.admin import admin_dsn
from support.company import Company, new_company
from support.inbox import inbox_of


@pytest.fixture
def dsn(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


@asynccontextmanager
async def running(dsn: str, *, queue: int = 4_000, batch: int = 500) -> AsyncGenerator[InboxWriter]:
    writer = InboxWriter(dsn, Waker(None), queue_rows=queue, batch_rows=batch)
    writer.start()
    try:
        yield writer
    finally:
        await writer.close()


def row_of(company: Company, channel_id: UUID, key: str) -> InboxRow:
    return InboxRow(company.id, new_id(), channel_id, key, b"sealed", None, is_test=False, received_at=company.runtime.clock.now())


async def put(writer: InboxWriter, *rows: InboxRow) -> bool:
    """Whether it was acknowledged."""
    try:
        await writer.put(rows)
    except Unavailable:
        return False
    return True


@asynccontextmanager
async def locked_inbox(servers: EmbeddedServers) -> AsyncGenerator[None]:
    """Nobody can write to the inbox inside."""
    blocker = await asyncpg.connect(admin_dsn(servers))
    try:
        async with blocker.transaction():
            await blocker.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await blocker.close()


class TestBadBatches:
    @pytest.mark.parametrize(
        "spoilt",
        [{"id": None}, {"delivery_key": None}, {"delivery_key": "nul\x00"}, {"delivery_key": 5}, {"id": "no uuid"}],
        ids=str,
    )
    async def test_bad_rows_stand_alone_and_the_rest_is_committed(
        self, dsn: str, servers: EmbeddedServers, company: Company, spoilt: dict[str, Any]
    ) -> None:
        channel = new_id()
        rows = [row_of(company, channel, f"k{number}") for number in range(60)]
        bad = {7, 8, 31, 59}
        async with running(dsn) as writer:
            async with locked_inbox(servers):
                first = asyncio.create_task(put(writer, row_of(company, channel, "first")))
                await asyncio.sleep(0)  # it is taken alone; the rest gathers into one batch meanwhile
                tasks = [
                    asyncio.create_task(put(writer, row._replace(**spoilt) if number in bad else row)) for number, row in enumerate(rows)
                ]
            acknowledged = await asyncio.gather(*tasks)
            assert await first
            assert {number for number, yes in enumerate(acknowledged) if not yes} == bad
            assert await put(writer, row_of(company, channel, "after")), "the writer goes on"
        wanted = {f"k{number}" for number in range(60) if number not in bad} | {"first", "after"}
        assert {row.delivery_key for row in await inbox_of(company)} == wanted

    async def test_a_delivery_is_whole_or_not_at_all(self, dsn: str, company: Company) -> None:
        channel = new_id()
        broken = row_of(company, channel, "b")._replace(id=None)  # type: ignore[arg-type]
        async with running(dsn) as writer:
            assert not await put(writer, row_of(company, channel, "a"), broken, row_of(company, channel, "c"))
        assert await inbox_of(company) == []


class TestShutdown:
    async def test_what_waits_is_committed_before_the_end(self, dsn: str, servers: EmbeddedServers, company: Company) -> None:
        channel = new_id()
        writer = InboxWriter(dsn, Waker(None), queue_rows=4_000, batch_rows=50)
        writer.start()
        async with locked_inbox(servers):
            tasks = [asyncio.create_task(put(writer, row_of(company, channel, str(number)))) for number in range(1_000)]
            await asyncio.sleep(0)
            closing = asyncio.create_task(writer.close())
            await asyncio.sleep(0)
            assert not await put(writer, row_of(company, channel, "late")), "a process that stops takes nothing more"
            assert not closing.done()
        await closing
        assert all(task.done() for task in tasks)
        assert all([await task for task in tasks])
        assert {row.delivery_key for row in await inbox_of(company)} == {str(number) for number in range(1_000)}

    async def test_closing_without_a_database_ends(self, company: Company) -> None:
        writer = InboxWriter("postgresql://nobody@127.0.0.1:1/none", Waker(None), queue_rows=10, batch_rows=5)
        writer.start()
        task = asyncio.create_task(put(writer, row_of(company, new_id(), "x")))
        await asyncio.sleep(0)
        await writer.close()
        assert await task is False


class TestAcknowledged:
    async def test_acknowledged_is_committed_over_tenants_and_two_writers(self, dsn: str, runtime: Runtime) -> None:
        """Two processes' writers, four companies, batches that name the same rows in every order: no deadlock, no row lost or doubled."""
        companies = [await new_company(runtime) for _ in range(4)]
        channels = {company.id: sorted([new_id(), new_id()]) for company in companies}
        chance = random.Random(7)
        deliveries: list[list[InboxRow]] = []
        for _ in range(400):
            names = [(chance.choice(companies), chance.randrange(2), chance.randrange(60)) for _ in range(chance.randrange(1, 12))]
            deliveries.append([row_of(company, channels[company.id][channel], f"k{number}") for company, channel, number in names])
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        watcher = await asyncpg.connect(dsn)
        before = await watcher.fetchval(deadlocks)
        async with running(dsn, queue=100_000, batch=40) as one, running(dsn, queue=100_000, batch=40) as other:
            answers = await asyncio.gather(*(put((one, other)[number % 2], *rows) for number, rows in enumerate(deliveries)))
        assert all(answers)
        wanted = {(row.tenant_id, row.channel_id, row.delivery_key) for rows in deliveries for row in rows}
        kept = [row for company in companies for row in await inbox_of(company)]
        assert sorted((row.tenant_id, row.channel_id, row.delivery_key) for row in kept) == sorted(wanted)
        await watcher.execute("SELECT pg_stat_force_next_flush()")
        assert await watcher.fetchval(deadlocks) == before
        await watcher.close()

    async def test_every_repetition_is_counted(self, dsn: str, company: Company) -> None:
        channel = new_id()
        async with running(dsn) as writer:
            assert await put(writer, row_of(company, channel, "k"))
            assert all(await asyncio.gather(*(put(writer, row_of(company, channel, "k")) for _ in range(20))))
        (row,) = await inbox_of(company)
        assert row.deliveries == 21

    async def test_a_full_queue_refuses_and_empties(self, dsn: str, servers: EmbeddedServers, company: Company) -> None:
        channel = new_id()
        async with running(dsn, queue=5) as writer:
            async with locked_inbox(servers):
                tasks = [asyncio.create_task(put(writer, row_of(company, channel, str(number)))) for number in range(5)]
                await asyncio.sleep(0)
                with pytest.raises(TooManyRequests):
                    await writer.put([row_of(company, channel, "over")])
            assert all(await asyncio.gather(*tasks))
            assert await put(writer, *(row_of(company, channel, f"n{number}") for number in range(5)))
        assert len(await inbox_of(company)) == 10
