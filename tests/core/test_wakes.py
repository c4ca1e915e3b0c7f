"""Wakes are hints: gathered while they are many, never lost while Redis is there, no burden while it is not."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from loanbroker_api.core.ids import new_id
from loanbroker_api.core.wakes import PUSH_CHANNEL, Wake, Waker
from loanbroker_api.embedded import EmbeddedServers
from support.wait import until


@pytest.fixture
async def redis(servers: EmbeddedServers) -> AsyncGenerator[Any]:
    async with Redis.from_url(servers.redis_url) as client:
        await client.delete("arq:queue")
        yield client


@pytest.fixture
async def waker(servers: EmbeddedServers) -> AsyncGenerator[Waker]:
    made = Waker(servers.redis_url)
    yield made
    await made.close()


async def test_a_flood_of_one_tenant_is_a_few_jobs(redis: Any, waker: Waker) -> None:
    tenant = new_id()
    for _ in range(1_000):
        waker.send([Wake("process_inbox", tenant)])
        await asyncio.sleep(0)
    await waker.close()
    assert 1 <= await redis.zcard("arq:queue") < 500


async def test_what_comes_while_a_wake_is_sent_is_sent_after_it(redis: Any, waker: Waker) -> None:
    """Whoever committed after a wake had left needs one more: the worker may already have looked."""
    tenant = new_id()
    waker.send([Wake("process_inbox", tenant)])
    await until(lambda: redis.zcard("arq:queue"))
    waker.send([Wake("process_inbox", tenant)])
    await waker.close()
    assert await redis.zcard("arq:queue") == 2


async def test_everyone_is_pushed_to_once(redis: Any, waker: Waker) -> None:
    tenant, people = new_id(), [new_id() for _ in range(20)]
    async with redis.pubsub() as listener:
        await listener.subscribe(PUSH_CHANNEL)
        for employee in [*people, *people]:
            waker.send([Wake("push", tenant, employee)])
        await waker.close()
        heard: list[UUID] = []
        while (message := await listener.get_message(timeout=1)) is not None:
            if message["type"] == "message":
                heard.append(UUID(message["data"].decode().partition(":")[2]))
    assert sorted(heard) == sorted(people)


async def test_a_redis_that_is_down_is_no_burden() -> None:
    waker = Waker("redis://127.0.0.1:1/0")
    waker.send([Wake("process_inbox", new_id())])
    assert waker._sending is not None
    await asyncio.wait_for(waker._sending, 60)  # the failure stays inside
    waker.send([Wake("process_inbox", new_id())])
    assert waker._sending is None, "a Redis that has just failed is not asked again at once"
    await waker.close()
