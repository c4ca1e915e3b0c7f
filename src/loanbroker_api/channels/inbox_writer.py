"""Group commit of webhook leads: one writer a process takes whatever waits, commits it in one statement, then answers all of them.

There is no waiting time: while one batch commits the next gathers (docs/decisions/group-commit.md).
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from loanbroker_api.core.errors import TooManyRequests, Unavailable
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.metrics import WEBHOOK_BATCH, WEBHOOK_QUEUE
from loanbroker_api.core.wakes import Wake, Waker

log = get_logger("inbox")
_INGEST = (
    "SELECT app.ingest_batch($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bytea[], $6::text[], $7::boolean[], $8::timestamptz[])"
)


connect: Any = vars(asyncpg)["connect"]


def _sqlstate(error: Exception) -> str:
    return str(getattr(error, "sqlstate", None) or "")


class InboxRow(NamedTuple):
    """A row in the order of app.ingest_batch's arguments."""

    tenant_id: UUID
    id: UUID
    channel_id: UUID
    delivery_key: str
    body_enc: bytes
    reason: str | None
    """A code makes the row a dead letter from the start."""
    is_test: bool
    received_at: datetime


@dataclass(slots=True)
class _Waiting:
    rows: Sequence[InboxRow]
    committed: asyncio.Future[None] = field(repr=False)


class InboxWriter:
    """`put` returns when the rows are committed. The queue is bounded by rows; closing drains it first."""

    def __init__(self, dsn: str, waker: Waker, *, queue_rows: int, batch_rows: int) -> None:
        self._dsn = dsn
        self._waker = waker
        self._queue_rows = queue_rows
        self._batch_rows = batch_rows
        self._queue: deque[_Waiting] = deque()
        self._rows = 0
        self._gathered = asyncio.Event()
        self._closing = False
        self._connection: Any = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        WEBHOOK_QUEUE.set_function(lambda: self._rows)
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Drain what waits, then stop."""
        self._closing = True
        self._gathered.set()
        if self._task is not None:
            await self._task
        if self._connection is not None:
            with suppress(Exception):
                await self._connection.close(timeout=2)

    async def put(self, rows: Sequence[InboxRow]) -> None:
        """Raises TooManyRequests when the queue is full, Unavailable when the database is down or the process stops; then nothing was kept."""
        if self._closing:
            raise Unavailable
        if self._rows + len(rows) > self._queue_rows:
            raise TooManyRequests(1)
        waiting = _Waiting(rows, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._rows += len(rows)
        self._gathered.set()
        await waiting.committed

    async def _run(self) -> None:
        while True:
            if not self._queue:
                if self._closing:
                    return
                self._gathered.clear()
                await self._gathered.wait()
                continue
            batch = self._take()
            try:
                await self._commit(batch)
            except Exception as error:
                log.error("ingest_failed", exc_info=error)  # noqa: TRY400 - rendered without values
                self._fail(batch)
            finally:
                self._rows -= sum(len(waiting.rows) for waiting in batch)

    def _take(self) -> list[_Waiting]:
        batch = [self._queue.popleft()]
        rows = len(batch[0].rows)
        while self._queue and rows + len(self._queue[0].rows) <= self._batch_rows:
            rows += len(self._queue[0].rows)
            batch.append(self._queue.popleft())
        return batch

    async def _commit(self, batch: list[_Waiting]) -> None:
        """One statement for all; a batch that the database refuses is halved until the bad delivery stands alone."""
        try:
            await self._insert([row for waiting in batch for row in waiting.rows])
        except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError, OSError, TimeoutError) as error:
            log.warning("ingest_unavailable", reason=type(error).__name__)
            await self._drop_connection()
            self._fail(batch)
        except asyncpg.PostgresError as error:
            if _sqlstate(error)[:2] in {"53", "57", "58"}:
                await self._drop_connection()
                self._fail(batch)
            elif len(batch) == 1:
                log.error("ingest_refused", reason=type(error).__name__, sqlstate=_sqlstate(error))  # noqa: TRY400
                self._fail(batch)
            else:
                middle = len(batch) // 2
                await self._commit(batch[:middle])
                await self._commit(batch[middle:])
        else:
            for waiting in batch:
                if not waiting.committed.done():
                    waiting.committed.set_result(None)
            WEBHOOK_BATCH.observe(sum(len(waiting.rows) for waiting in batch))
            tenants = {row.tenant_id for waiting in batch for row in waiting.rows}
            self._waker.send(Wake("process_inbox", tenant) for tenant in sorted(tenants))

    async def _insert(self, rows: Sequence[InboxRow]) -> None:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(
                self._dsn, timeout=2, command_timeout=10, server_settings={"application_name": "loanbroker-inbox"}
            )
        await self._connection.execute(_INGEST, *zip(*rows, strict=True))

    async def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    @staticmethod
    def _fail(batch: list[_Waiting]) -> None:
        for waiting in batch:
            if not waiting.committed.done():
                waiting.committed.set_exception(Unavailable())
