"""Hints between processes after commit. PostgreSQL is the only truth: whatever a lost hint announced is found by a sweep."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson
from arq.connections import ArqRedis, RedisSettings
from redis.asyncio import BlockingConnectionPool
from redis.exceptions import RedisError

from loanbroker_api.core.logging import get_logger

log = get_logger("wakes")
PUSH_CHANNEL = "lb:push"
ACCESS_CHANNEL = "lb:access"
GATHER_SECONDS = 0.02


@dataclass(frozen=True)
class Wake:
    """`job` is the name of a worker task that takes a tenant id; "push": new push events for `employee_id`; "access": a change (core.changes)."""

    job: str
    tenant_id: UUID
    employee_id: UUID | None = None
    session_id: UUID | None = None


def arq_settings(url: str) -> RedisSettings:
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 2
    settings.conn_retries = 1
    return settings


class Waker:
    """Sends wakes in the background; a Redis that is down costs a caller nothing and is tried again after a second.

    The first wake leaves at once. Wakes that come while it is sent, and for 20 ms after, are sent together, each once: whatever a wake
    announces is already committed, so one that starts after it tells the same. A thousand commits a second are fifty wakes.
    """

    def __init__(self, redis_url: str | None) -> None:
        self._redis: ArqRedis | None = None
        if redis_url:
            pool = BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
                redis_url, max_connections=4, timeout=1, socket_timeout=2, socket_connect_timeout=1
            )
            self._redis = ArqRedis(pool, job_serializer=orjson.dumps, job_deserializer=orjson.loads)
        self._waiting: dict[Wake, None] = {}
        self._sending: asyncio.Task[None] | None = None
        self._down_until = 0.0

    def send(self, wakes: Iterable[Wake]) -> None:
        """Never raises and never waits."""
        if self._redis is None or time.monotonic() < self._down_until:
            return
        self._waiting.update(dict.fromkeys(wakes))
        if self._waiting and self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._send_waiting(self._redis))

    async def _send_waiting(self, redis: ArqRedis) -> None:
        try:
            while self._waiting:
                wakes, self._waiting = self._waiting, {}
                await _send(redis, wakes)
                await asyncio.sleep(GATHER_SECONDS)
        except (RedisError, OSError, TimeoutError) as error:
            self._waiting.clear()
            self._down_until = time.monotonic() + 1
            log.warning("wake_lost", reason=type(error).__name__)
        finally:
            self._sending = None

    async def close(self) -> None:
        """Sends what waits, for 2 s at most."""
        if self._sending is not None:
            await asyncio.wait([self._sending], timeout=2)
        if self._redis is not None:
            await self._redis.aclose(close_connection_pool=True)


async def _send(redis: ArqRedis, wakes: Iterable[Wake]) -> None:
    """Messages in one round trip, however many people they are for."""
    messages = [wake for wake in wakes if wake.job in _MESSAGES]
    if messages:
        async with redis.pipeline(transaction=False) as pipe:
            for wake in messages:
                pipe.publish(_MESSAGES[wake.job], _message(wake))  # pyright: ignore[reportUnknownMemberType]
            await pipe.execute()
    for wake in wakes:
        if wake.job not in _MESSAGES:
            await redis.enqueue_job(wake.job, str(wake.tenant_id))


_MESSAGES = {"push": PUSH_CHANNEL, "access": ACCESS_CHANNEL}


def _message(wake: Wake) -> str:
    if wake.job == "push":
        return f"{wake.tenant_id}:{wake.employee_id}"
    return f"{wake.tenant_id}:{wake.employee_id or ''}:{wake.session_id or ''}"
