"""Counts that processes share, and what is left of them without Valkey."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from loanbroker_api.core import tally
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.tally import Tally
from loanbroker_api.embedded import EmbeddedServers
from support.relay import Relay


@pytest.fixture
async def key() -> str:
    return f"test:{new_id()}"


@pytest.fixture
async def pair(servers: EmbeddedServers) -> AsyncGenerator[tuple[Tally, Tally]]:
    async with AsyncExitStack() as stack:
        both = Tally(servers.redis_url), Tally(servers.redis_url)
        for one in both:
            stack.push_async_callback(one.close)
        yield both


async def test_processes_count_together(pair: tuple[Tally, Tally], key: str) -> None:
    one, other = pair
    assert await one.add(key, 3, seconds=60) == 3
    assert await other.add(key, 4, seconds=60) == 7
    assert sorted(await asyncio.gather(*(tally.add(key, 1, seconds=60) for tally in (one, other) * 10))) == list(range(8, 28))


async def test_a_count_is_forgotten(servers: EmbeddedServers, pair: tuple[Tally, Tally], key: str) -> None:
    await pair[0].add(key, 3, seconds=60)
    redis = Redis.from_url(servers.redis_url)
    assert 0 < await redis.ttl(key) <= 60
    await redis.aclose()


async def test_without_valkey_a_process_counts_alone(key: str) -> None:
    alone = Tally(None)
    assert [await alone.add(key, 2, seconds=60) for _ in range(3)] == [2, 4, 6]
    await alone.close()


async def test_a_valkey_that_forgot_is_told_again(servers: EmbeddedServers, pair: tuple[Tally, Tally], key: str) -> None:
    await pair[0].add(key, 400, seconds=60)
    redis = Redis.from_url(servers.redis_url)
    await redis.delete(key)
    await redis.aclose()
    assert await pair[0].add(key, 50, seconds=60) == 450
    assert await pair[1].add(key, 1, seconds=60) == 451, "and it is told again, so that the others count on from there"


async def test_a_valkey_that_is_gone_is_left_alone_and_found_again(
    servers: EmbeddedServers, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Relay(urlsplit(servers.redis_url).port or 0) as relay:
        counted = Tally(servers.redis_url.replace(f":{urlsplit(servers.redis_url).port}", f":{relay.port}"))
        assert await counted.add(key, 1, seconds=60) == 1
        await relay.cut()
        assert await counted.add(key, 1, seconds=60) == 2
        await relay.mend()
        assert await counted.add(key, 1, seconds=60) == 3
        redis = Redis.from_url(servers.redis_url)
        assert await redis.get(key) == b"1", "while it is left alone it is not asked"
        await redis.aclose()
        monkeypatch.setattr(counted, "_down_until", 0.0)
        assert await counted.add(key, 10, seconds=60) == 13
        await counted.close()


def test_what_a_process_keeps_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "KEPT", 3)
    alone = Tally(None)

    async def count() -> None:
        for n in (1, 2, 3, 1, 4):
            await alone.add(str(n), 1, seconds=60)

    asyncio.run(count())
    assert dict(alone._own) == {"3": 1, "1": 2, "4": 1}
