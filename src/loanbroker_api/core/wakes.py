"""Hints between processes after commit. PostgreSQL is the only truth: whatever a lost hint announced is found by a sweep."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from arq.connections import ArqRedis, RedisSettings
from redis.asyncio import BlockingConnectionPool
from redis.exceptions import RedisError

from loanbroker_api.core.logging import get_logger

log = get_logger("wakes")
PUSH_CHANNEL = "lb:push"


@dataclass(frozen=True)
class Wake:
    """`job` is the name of a worker task that takes a tenant id, or "push": new push events for `employee_id`."""

    job: str
    tenant_id: UUID
    employee_id: UUID | None = None


def arq_settings(url: str) -> RedisSettings:
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 2
    settings.conn_retries = 1
    return settings


class Waker:
    """Sends wakes in the background; a Redis that is down costs a caller nothing and is tried again after a second."""

    def __init__(self, redis_url: str | None) -> None:
        self._redis: ArqRedis | None = None
        if redis_url:
            pool = BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
                redis_url, max_connections=4, timeout=1, socket_timeout=2, socket_connect_timeout=1
            )
            self._redis = ArqRedis(pool)
        self._sending: set[asyncio.Task[None]] = set()
        self._down_until = 0.0

    def send(self, wakes: Iterable[Wake]) -> None:
        """Never raises and never waits."""
        wanted = list(wakes)
        if not wanted or self._redis is None or time.monotonic() < self._down_until:
            return
        task = asyncio.get_running_loop().create_task(self._send(self._redis, wanted))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, redis: ArqRedis, wakes: list[Wake]) -> None:
        try:
            for wake in wakes:
                if wake.job == "push":
                    await redis.publish(PUSH_CHANNEL, f"{wake.tenant_id}:{wake.employee_id}")  # pyright: ignore[reportUnknownMemberType]
                else:
                    await redis.enqueue_job(wake.job, str(wake.tenant_id))
        except (RedisError, OSError, TimeoutError) as error:
            self._down_until = time.monotonic() + 1
            log.warning("wake_lost", reason=type(error).__name__)

    async def close(self) -> None:
        if self._sending:
            await asyncio.wait(self._sending, timeout=2)
        if self._redis is not None:
            await self._redis.aclose(close_connection_pool=True)
