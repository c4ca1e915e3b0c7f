"""What routes ask for: the actor, a read-only session, a unit of work that commits before the answer leaves."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Header, Request

from loanbroker_api.access.gate import Gate
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import PreviewReadOnly, Unauthenticated
from loanbroker_api.core.http import if_match
from loanbroker_api.core.idempotency import check_key, claim
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork


def current_runtime(request: Request) -> Runtime:
    return request.app.state.runtime


def current_gate(request: Request) -> Gate:
    return request.app.state.gate


def current_actor(request: Request) -> Actor:
    """Raises Unauthenticated; the middleware has put the actor there for every route that is not public."""
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None:
        raise Unauthenticated
    return replace(actor, language=request.state.language)


async def reads(request: Request, actor: Annotated[Actor, Depends(current_actor)]) -> AsyncGenerator[ReadSession]:
    async with current_runtime(request).read(actor.tenant_id) as session:
        yield session


async def writes(
    request: Request,
    actor: Annotated[Actor, Depends(current_actor)],
    idempotency_key: Annotated[
        str | None, Header(alias="Idempotency-Key", description="同一次提交重发时用同一个键，24 小时内只生效一次")
    ] = None,
) -> AsyncGenerator[UnitOfWork]:
    if actor.read_only:
        raise PreviewReadOnly
    async with current_runtime(request).uow(actor.tenant_id) as uow:
        if idempotency_key is not None:
            row_id = new_id()
            operation = f"{request.method} {request.url.path}"
            await claim(uow, actor.employee_id, operation, check_key(idempotency_key), await request.body(), row_id)
            request.state.claimed = (uow, row_id)
        yield uow


CurrentRuntime = Annotated[Runtime, Depends(current_runtime)]
CurrentGate = Annotated[Gate, Depends(current_gate)]
CurrentActor = Annotated[Actor, Depends(current_actor)]
Reads = Annotated[ReadSession, Depends(reads, scope="function")]
Writes = Annotated[UnitOfWork, Depends(writes, scope="function")]
IfMatch = Annotated[int, Depends(if_match)]
