"""Counts that all processes share, in Valkey; where it is down or has forgotten, what this process has counted itself."""

import time
from collections import OrderedDict
from typing import Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from loanbroker_api.core.logging import get_logger

log = get_logger("tally")
KEPT: Final = 50_000
"""Counts that a process keeps itself; the oldest go first."""
DOWN_SECONDS: Final = 5.0
"""How long a Valkey that did not answer is left alone, so that it holds up one request and not each."""


class Tally:
    def __init__(self, redis_url: str | None) -> None:
        self._redis: Redis | None = None
        if redis_url:
            pool = BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
                redis_url, max_connections=8, timeout=1, socket_timeout=1, socket_connect_timeout=1
            )
            self._redis = Redis(connection_pool=pool)
        self._own: OrderedDict[str, int] = OrderedDict()
        self._untold: dict[str, int] = {}
        """What was counted while Valkey was down; the next count of the same key takes it along."""
        self._down_until = 0.0

    async def add(self, key: str, count: int, *, seconds: int) -> int:
        """The new total under a key that is forgotten after `seconds`. Never raises."""
        before = self._own.pop(key, 0)
        self._own[key] = before + count
        while len(self._own) > KEPT:
            oldest, _ = self._own.popitem(last=False)
            self._untold.pop(oldest, None)
        if self._redis is None or time.monotonic() < self._down_until:
            self._untold[key] = self._untold.get(key, 0) + count
            return before + count
        told = count + self._untold.pop(key, 0)
        try:
            shared = await self._tell(self._redis, key, told, seconds)
            # A key that is new there and not here was forgotten, by a restart: it is told again.
            if shared == told and before > told - count:
                shared = await self._tell(self._redis, key, before + count - told, seconds)
        except (RedisError, OSError, TimeoutError) as error:
            self._untold[key] = self._untold.get(key, 0) + told
            self._down_until = time.monotonic() + DOWN_SECONDS
            log.warning("tally_alone", reason=type(error).__name__)
            return before + count
        return shared

    @staticmethod
    async def _tell(redis: Redis, key: str, count: int, seconds: int) -> int:
        async with redis.pipeline(transaction=False) as pipe:
            pipe.incrby(key, count)
            pipe.expire(key, seconds)
            return int((await pipe.execute())[0])

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose(close_connection_pool=True)
