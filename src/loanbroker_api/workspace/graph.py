"""GraphQL's typed context, and the push stream as a subscription."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Hashable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, NewType
from uuid import UUID

import strawberry
from starlette.requests import HTTPConnection
from strawberry.dataloader import DataLoader
from strawberry.fastapi import BaseContext
from strawberry.types import Info as StrawberryInfo

from loanbroker_api.access.gate import Gate
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import PreviewReadOnly, Problem, Unauthenticated
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.workspace.models import PushEvent
from loanbroker_api.workspace.stream import Hub

Fen = NewType("Fen", int)
Json = NewType("Json", dict)  # pyright: ignore[reportMissingTypeArgument]
Loader = Callable[..., Awaitable[dict[UUID, Any]]]


class Context(BaseContext):
    """One operation: reads share one read-only transaction, one statement at a time; a mutation field has its own unit of work."""

    def __init__(self, connection: HTTPConnection) -> None:
        super().__init__()
        self.runtime: Runtime = connection.app.state.runtime
        self.gate: Gate = connection.app.state.gate
        self.hub: Hub = connection.app.state.hub
        self.connection = connection
        self.admitted: Actor | None = getattr(connection.state, "actor", None)
        self._loaders: dict[Any, DataLoader[UUID, Any]] = {}
        self._lock = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._session: ReadSession | None = None

    @property
    def actor(self) -> Actor:
        """Raises Unauthenticated."""
        if self.admitted is None:
            raise Unauthenticated
        return replace(self.admitted, language=self.connection.state.language)

    async def judge_again(self) -> Problem | None:
        """A socket outlives its handshake: each operation on it passes the rules of a request, with the permissions of now."""
        if self.admitted is None or self.connection.scope["type"] != "websocket":
            return None
        try:
            self.admitted = await self.gate.still(self.admitted, self.admitted.request.client)
        except Problem as refusal:
            return refusal
        return None

    @asynccontextmanager
    async def reads(self) -> AsyncGenerator[ReadSession]:
        """The operation's read-only transaction; siblings take turns."""
        async with self._lock:
            if self._session is None:
                self._session = await self._stack.enter_async_context(self.runtime.read(self.actor.tenant_id))
            yield self._session

    async def close(self) -> None:
        """End the read transaction; what comes after it in the same connection reads anew."""
        async with self._lock:
            self._session = None
            self._loaders.clear()
            stack, self._stack = self._stack, AsyncExitStack()
            await stack.aclose()

    def writes(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work for one mutation field, committed before its answer resolves. Raises PreviewReadOnly."""
        if self.actor.read_only:
            raise PreviewReadOnly
        return self.runtime.uow(self.actor.tenant_id)

    async def keys(self) -> TenantKeys:
        return await self.runtime.keyring.of(self.runtime.database, self.actor.tenant_id)

    def now(self) -> datetime:
        return self.runtime.clock.now()

    def loader(self, load: Loader, *more: Hashable) -> DataLoader[UUID, Any]:
        """A DataLoader of any `f(session, actor, keys, *more) -> dict`, one an operation and `more`."""

        async def batch(keys: list[UUID]) -> list[Any]:
            async with self.reads() as session:
                found = await load(session, self.actor, set(keys), *more)
            return [found.get(key) for key in keys]

        if (load, more) not in self._loaders:
            self._loaders[load, more] = DataLoader(load_fn=batch)
        return self._loaders[load, more]

    async def load_each(self, load: Loader, ids: Collection[UUID]) -> dict[UUID, Any]:
        """Those of the rows that are there, through the loader."""
        wanted = list(ids)
        found = await self.loader(load).load_many(wanted)
        return {key: row for key, row in zip(wanted, found, strict=True) if row is not None}


Info = StrawberryInfo[Context, None]


@strawberry.type(name="PushEvent", description="推送事件")
class PushEventNode:
    id: UUID
    kind: str
    at: datetime
    data: Json

    @classmethod
    def of(cls, row: PushEvent) -> "PushEventNode":
        return cls(id=row.id, kind=row.kind, at=row.at, data=Json(row.data))


@strawberry.type
class WorkspaceSubscription:
    @strawberry.subscription(description="当前员工的推送；断开后带最后收到的事件 id 继续，可能重发最近 10 秒的事件")
    async def events(self, info: Info, after: UUID | None = None) -> AsyncGenerator[PushEventNode]:
        context = info.context
        stream = context.hub.events(context.gate, context.actor, after, "graphql")
        try:
            async for event in stream:
                if event is not None:
                    yield PushEventNode.of(event)
        except Problem:
            await stream.aclose()
            raise
