"""POST /webhooks/{channelKey}: the door for platforms. Plain ASGI in front of the application's middleware, since nothing of a session concerns it."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import select
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loanbroker_api.channels.adapters import ADAPTERS, Adapter
from loanbroker_api.channels.adapters.base import SignatureWrong
from loanbroker_api.channels.inbox_writer import InboxRow, InboxWriter
from loanbroker_api.channels.keys import secret_bytes, tenant_of_channel_key
from loanbroker_api.channels.models import Channel
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.errors import BodyTooLarge, MethodNotAllowed, NotJson, Problem, language_of
from loanbroker_api.core.http import as_problem
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.metrics import WEBHOOK_LEADS
from loanbroker_api.core.runtime import Runtime

log = get_logger("door")
PATH: Final = "/webhooks/"
CACHE_SECONDS: Final = 5.0
CACHE_LIMIT: Final = 10_000
_ACCEPTED = WEBHOOK_LEADS.labels("accepted")


class ChannelUnknown(Problem):
    code, status = "channels.unknown", 404
    message, english = "没有这个推送地址：检查渠道页上的完整地址", "There is no such address; copy it from the channel's page"
    remedy = "在渠道页复制完整的推送地址。"


class ChannelDisabled(Problem):
    code, status = "channels.disabled", 404
    message, english = "这个渠道已停用", "This channel is disabled"
    remedy = "在渠道页启用后再发送。"


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """What a webhook needs of its channel, kept for 5 s, so that a delivery costs no read."""

    tenant_id: UUID
    id: UUID
    adapter: Adapter
    active: bool
    secret: bytes
    previous_secret: bytes | None
    previous_until: datetime | None
    keys: TenantKeys
    read_at: float
    """When the reading began, on the process's own clock."""

    def secrets(self, now: datetime) -> Sequence[bytes]:
        """Those that verify now; the one before a rotation runs out though it is cached."""
        if self.previous_secret is not None and self.previous_until is not None and self.previous_until > now:
            return [self.secret, self.previous_secret]
        return [self.secret]


class Door:
    """The ASGI application under /webhooks/."""

    def __init__(self, runtime: Runtime, writer: InboxWriter) -> None:
        self._runtime = runtime
        self._writer = writer
        self._channels: OrderedDict[str, OpenChannel] = OrderedDict()
        self._absent_at: dict[str, float] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            status, body, extra = await self._take(scope, receive, headers)
        except Problem as problem:
            status, body, extra = self._refuse(problem, headers)
        except Exception as error:
            problem = as_problem(error)
            if problem.status == 500:
                log.error("webhook_failed", exc_info=error)  # noqa: TRY400 - rendered without values
            status, body, extra = self._refuse(problem, headers)
        kind = b"application/json" if status < 400 else b"application/problem+json"
        raw = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *extra]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _refuse(self, problem: Problem, headers: Mapping[str, str]) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        WEBHOOK_LEADS.labels(problem.code).inc()
        body = orjson.dumps(problem.to_json(language_of(headers.get("accept-language")), str(new_id())))
        return problem.status, body, [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]

    async def _take(self, scope: Scope, receive: Receive, headers: Mapping[str, str]) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        if scope["method"] != "POST":
            raise MethodNotAllowed
        key = scope["path"][len(PATH) :]
        arrived = time.monotonic()
        channel = await self._channel(key)
        body = await _body(receive, headers, channel.adapter.body_limit)
        now = self._runtime.clock.now()
        try:
            delivery = channel.adapter.verify(headers, body, channel.secrets(now), now)
        except SignatureWrong:
            if channel.read_at >= arrived:
                raise
            channel = await self._channel(key, since=arrived)  # the secret may have been rotated a moment ago
            delivery = channel.adapter.verify(headers, body, channel.secrets(now), now)
        if not channel.active:
            channel = await self._channel(key, since=arrived)  # it may have been enabled again
        if not channel.active:
            raise ChannelDisabled
        try:
            leads = channel.adapter.split(body)
        except NotJson as refused:
            # Under a key of its own: the mended body, sent again with the same id, is another row.
            key_of_refused = f"{delivery.key}:not-json"
            await self._writer.put([_row(channel, key_of_refused, body, "channels.not-json", now, is_test=delivery.is_test)])
            raise refused from None
        many = len(leads) > 1
        rows = [
            _row(channel, f"{delivery.key}:{number}" if many else delivery.key, lead, None, now, is_test=delivery.is_test)
            for number, lead in enumerate(leads)
        ]
        if rows:
            await self._writer.put(rows)
        _ACCEPTED.inc(len(rows))
        return 202, b'{"received":%d}' % len(rows), []

    async def _channel(self, key: str, *, since: float | None = None) -> OpenChannel:
        """The channel as it was at `since` or later. Raises ChannelUnknown. By default what is known is trusted for 5 s, what is unknown for 1 s.

        One read serves everyone who waits: when the 5 s are over under load, hundreds of deliveries ask at the same moment.
        """
        now = time.monotonic()
        wanted = now - CACHE_SECONDS if since is None else since
        while True:
            known = self._channels.get(key)
            if known is not None and known.read_at >= wanted:
                return known
            if known is None and self._absent_at.get(key, -9.0) > now - 1.0:
                raise ChannelUnknown
            reading = self._reading.get(key) or self._begin_reading(key)
            await asyncio.shield(reading)

    def _begin_reading(self, key: str) -> asyncio.Task[None]:
        """Raises ChannelUnknown for what cannot be a key."""
        tenant_id = tenant_of_channel_key(key)
        if tenant_id is None:
            raise ChannelUnknown
        reading = asyncio.get_running_loop().create_task(self._read(tenant_id, key))
        self._reading[key] = reading

        def forget(done: asyncio.Task[None]) -> None:
            del self._reading[key]
            if not done.cancelled():
                done.exception()  # told to whoever waits; nobody may be left

        reading.add_done_callback(forget)
        return reading

    async def _read(self, tenant_id: UUID, key: str) -> None:
        begun = time.monotonic()
        found = await self._read_channel(tenant_id, key, begun)
        if len(self._absent_at) > CACHE_LIMIT:
            self._absent_at.clear()
        if found is None:
            self._channels.pop(key, None)
            self._absent_at[key] = begun
            return
        self._channels[key] = found
        if len(self._channels) > CACHE_LIMIT:
            self._channels.popitem(last=False)

    async def _read_channel(self, tenant_id: UUID, key: str, begun: float) -> OpenChannel | None:
        async with self._runtime.read(tenant_id) as session:
            row = await session.scalar(select(Channel).where(Channel.key == key))
            if row is None:
                return None
            keys = await self._runtime.keyring.load(session, tenant_id)

        def opened(sealed: bytes) -> bytes:
            return secret_bytes(keys.decrypt("channel", "secret", row.id, sealed).decode())

        previous = opened(row.previous_secret_enc) if row.previous_secret_enc is not None else None
        secret, adapter = opened(row.secret_enc), ADAPTERS[row.kind]
        return OpenChannel(tenant_id, row.id, adapter, row.active, secret, previous, row.previous_until, keys, begun)


def _row(channel: OpenChannel, key: str, body: bytes, reason: str | None, now: datetime, *, is_test: bool) -> InboxRow:
    row_id = new_id()
    sealed = channel.keys.encrypt("inbox", "body", row_id, body)
    return InboxRow(channel.tenant_id, row_id, channel.id, key.replace("\x00", ""), sealed, reason, is_test, now)


async def _body(receive: Receive, headers: Mapping[str, str], limit: int) -> bytes:
    """Raises BodyTooLarge as soon as it is known."""
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise BodyTooLarge(limit_kib=limit // 1024)
    message: Message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > limit:
            raise BodyTooLarge(limit_kib=limit // 1024)
        return body
    parts, size = [body], len(body)
    while message.get("more_body", False):
        message = await receive()
        part: bytes = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > limit:
            raise BodyTooLarge(limit_kib=limit // 1024)
    return b"".join(parts)


class DoorMiddleware:
    """Takes /webhooks/ out before everything else."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self.app = app
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PATH):
            await self.state.door(scope, receive, send)
        else:
            await self.app(scope, receive, send)
