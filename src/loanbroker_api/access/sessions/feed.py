"""Hears of every change to access: from Redis within milliseconds, from the log in PostgreSQL within half a second when Redis keeps silent.

`trusted` says whether the log was read lately. What is not trusted is not used: each request then asks PostgreSQL, and when that does not
answer either, nobody is let in.
"""

import asyncio
import time
from collections import OrderedDict
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from loanbroker_api.core.changes import Change
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.wakes import ACCESS_CHANNEL

log = get_logger("access")
_RECENT = "SELECT id, tenant, employee, session FROM access_change WHERE at > clock_timestamp() - interval '10 seconds'"
_REMEMBERED = 50_000


class ChangeFeed:
    """One for a process. Tells the runtime's listeners; a change may be told twice."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._seen: OrderedDict[UUID, None] = OrderedDict()
        self._read_at = float("-inf")
        self._tasks: list[asyncio.Task[None]] = []
        self._allowed = 2 * runtime.settings.access_poll_seconds + 0.2

    @property
    def trusted(self) -> bool:
        return time.monotonic() - self._read_at < self._allowed

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks.append(loop.create_task(self._poll()))
        if self._runtime.settings.redis_url is not None:
            self._tasks.append(loop.create_task(self._listen(self._runtime.settings.redis_url.get_secret_value())))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    async def _poll(self) -> None:
        """On a connection of its own: a busy pool must not make everyone ask the database."""
        settings = self._runtime.settings
        dsn = settings.database_url.get_secret_value() if settings.database_url else ""
        connection: Any = None
        try:
            while True:
                started = time.monotonic()
                try:
                    if connection is None or connection.is_closed():
                        connection = await cast("Any", asyncpg).connect(dsn, timeout=2, command_timeout=1)
                    rows: list[Any] = await connection.fetch(_RECENT)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                    log.warning("access_log_unread", reason=type(error).__name__)
                    if connection is not None:
                        connection.terminate()
                        connection = None
                else:
                    for row in rows:
                        self._tell(row)
                    self._read_at = started
                await asyncio.sleep(settings.access_poll_seconds)
        finally:
            if connection is not None:
                connection.terminate()

    def _tell(self, row: Any) -> None:
        if row["id"] in self._seen:
            return
        self._seen[row["id"]] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        self._runtime.changes.tell(Change(row["tenant"], row["employee"], row["session"]))

    async def _listen(self, url: str) -> None:
        while True:
            try:
                redis = Redis.from_url(url, socket_connect_timeout=2)  # pyright: ignore[reportUnknownMemberType]
                listening: Any = redis.pubsub()  # pyright: ignore[reportUnknownMemberType]
                async with redis, listening:
                    await listening.subscribe(ACCESS_CHANNEL)
                    async for message in listening.listen():
                        if message["type"] == "message" and (change := parse_change(message["data"].decode())) is not None:
                            self._runtime.changes.tell(change)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("access_without_redis", reason=type(error).__name__)
            await asyncio.sleep(0.5)


def parse_change(text: str) -> Change | None:
    """A message of the channel; None for one that is not ours."""
    tenant, _, rest = text.partition(":")
    employee, _, session = rest.partition(":")
    try:
        return Change(UUID(tenant), UUID(employee) if employee else None, UUID(session) if session else None)
    except ValueError:
        return None
