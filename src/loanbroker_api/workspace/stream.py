"""Push streams: one loop for SSE and the GraphQL subscription, woken through Redis and right without it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from loanbroker_api.access.gate import Gate
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.changes import Change
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.metrics import PUSH_STREAMS
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.wakes import PUSH_CHANNEL
from loanbroker_api.workspace.models import PushEvent
from loanbroker_api.workspace.queries import OVERLAP, push_event_time, push_events_since
from loanbroker_api.workspace.service import PUSH_KEPT

log = get_logger("push")
POLL_SECONDS = 5.0
POLL_SECONDS_WITHOUT_REDIS = 1.0
MAX_STREAMS = 10


class TooManyStreams(Problem):
    code, status = "workspace.too-many-streams", 429
    message, english = "打开的页面太多，关闭一些再试", "Too many open streams; close some"
    remedy = "每个员工在一个进程上最多 10 个推送连接。"


class Hub:
    """Wakes the streams of this process; one Redis subscription for all of them."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None
        self._connected = False
        self.closing = asyncio.Event()

    def start(self) -> None:
        self._runtime.changes.listen(self._judge_again)
        if self._runtime.settings.redis_url is not None:
            self._listener = asyncio.get_running_loop().create_task(self._listen(self._runtime.settings.redis_url.get_secret_value()))

    def _judge_again(self, change: Change) -> None:
        """Streams that a change may end look at once."""
        prefix = f"{change.tenant_id}:"
        key = f"{prefix}{change.employee_id}"
        for waiting, events in self._waiting.items():
            if waiting == key or (change.employee_id is None and waiting.startswith(prefix)):
                for event in events:
                    event.set()

    async def stop(self) -> None:
        self._runtime.changes.forget(self._judge_again)
        self.closing.set()
        self._wake_all()
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    async def _listen(self, url: str) -> None:
        while True:
            try:
                redis = Redis.from_url(url, socket_connect_timeout=2)  # pyright: ignore[reportUnknownMemberType]
                listening: Any = redis.pubsub()  # pyright: ignore[reportUnknownMemberType]
                async with redis, listening:
                    await listening.subscribe(PUSH_CHANNEL)
                    self._connected = True
                    self._wake_all()
                    async for message in listening.listen():
                        if message["type"] == "message":
                            for event in self._waiting.get(message["data"].decode(), ()):
                                event.set()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("push_without_redis", reason=type(error).__name__)
            self._connected = False
            self._wake_all()
            await asyncio.sleep(0.5)

    def _wake_all(self) -> None:
        for waiting in self._waiting.values():
            for event in waiting:
                event.set()

    async def events(self, gate: Gate, actor: Actor, after: UUID | None, kind: str) -> AsyncGenerator[PushEvent | None]:
        """An employee's events after `after` (or from now on), in order; None is a heartbeat. Ends with the session, by the same rules as requests.

        Raises TooManyStreams and, when the session or a policy ends it, that Problem.
        """
        key = f"{actor.tenant_id}:{actor.employee_id}"
        if len(self._waiting[key]) >= MAX_STREAMS:
            raise TooManyStreams
        woken = asyncio.Event()
        self._waiting[key].add(woken)
        PUSH_STREAMS.labels(kind).inc()
        try:
            async for event in self._follow(gate, actor, after, woken):
                yield event
        finally:
            PUSH_STREAMS.labels(kind).dec()
            self._waiting[key].discard(woken)
            if not self._waiting[key]:
                del self._waiting[key]

    async def _follow(self, gate: Gate, actor: Actor, after: UUID | None, woken: asyncio.Event) -> AsyncGenerator[PushEvent | None]:
        now = self._runtime.clock.now()
        sent: dict[UUID, datetime]
        async with self._runtime.read(actor.tenant_id) as session:
            if after is None:
                since, sent = now, {event.id: event.at for event in await push_events_since(session, actor.employee_id, now - OVERLAP)}
            else:
                # An event that is not kept any more (or never was) is older than all that are.
                since = await push_event_time(session, actor.employee_id, after) or now - PUSH_KEPT
                sent = {after: since}
        yield None
        while not self.closing.is_set():
            woken.clear()
            async with self._runtime.read(actor.tenant_id) as session:
                found = await push_events_since(session, actor.employee_id, since - OVERLAP)
            # After the reading: what came in after the session had ended is not sent any more.
            await gate.still(actor, actor.request.client)
            for event in found:
                if event.id not in sent:
                    sent[event.id] = event.at
                    since = max(since, event.at)
                    yield event
            sent = {event_id: at for event_id, at in sent.items() if at >= since - OVERLAP}
            timeout = POLL_SECONDS if self._connected else POLL_SECONDS_WITHOUT_REDIS
            try:
                await asyncio.wait_for(woken.wait(), timeout)
            except TimeoutError:
                yield None
