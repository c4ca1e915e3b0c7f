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
        self._down_until = 0.0

    async def add(self, key: str, count: int, *, seconds: int) -> int:
        """The new total under a key that is forgotten after `seconds`. Never raises."""
        own = self._own[key] = self._own.pop(key, 0) + count
        while len(self._own) > KEPT:
            self._own.popitem(last=False)
        if self._redis is None or time.monotonic() < self._down_until:
            return own
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.incrby(key, count)
                pipe.expire(key, seconds)
                shared = int((await pipe.execute())[0])
        except (RedisError, OSError, TimeoutError) as error:
            self._down_until = time.monotonic() + DOWN_SECONDS
            log.warning("tally_alone", reason=type(error).__name__)
            return own
        return max(own, shared)

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose(close_connection_pool=True)
