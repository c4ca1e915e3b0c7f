"""REST of matching."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, Reads, Writes
from loanbroker_api.core.errors import Forbidden
from loanbroker_api.core.http import gated, problems
from loanbroker_api.core.schemas import Page, PageParams
from loanbroker_api.customers.service import CustomerNotFound, get_customer
from loanbroker_api.products import permissions, queries, rows, service
from loanbroker_api.products.routes.base import router
from loanbroker_api.products.schemas import CustomerMatchIn, MatchIn, MatchOut, MatchRunRow


@router.post("/matches", summary="试匹配", responses=problems(Forbidden), openapi_extra=gated(permissions.MATCH))
async def match_facts(body: MatchIn, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> MatchOut:
    """用填写的资质匹配全部在售产品，不保存任何内容。默认按客户成本排序，佣金从不影响顺序。"""
    return await service.match_facts(session, actor, body, runtime.clock.now())


@router.post(
    "/customers/{customer_id}/matches",
    status_code=201,
    summary="匹配客户",
    responses=problems(Forbidden, CustomerNotFound),
    openapi_extra=gated(permissions.MATCH),
)
async def match_customer(customer_id: UUID, body: CustomerMatchIn, uow: Writes, actor: CurrentActor) -> MatchOut:
    """用客户已知的资质匹配全部在售产品，并记下用了哪些版本、结论如何。facts 只在这一次代替已存的值。"""
    return await service.keep_match(uow, actor, customer_id, body)


@router.get(
    "/customers/{customer_id}/matches",
    summary="匹配记录",
    responses=problems(Forbidden, CustomerNotFound),
    openapi_extra=gated(permissions.MATCH),
)
async def list_matches(customer_id: UUID, session: Reads, actor: CurrentActor, wanted: Annotated[PageParams, Query()]) -> Page[MatchRunRow]:
    """给一位客户做过的匹配，新的在前。"""
    await get_customer(session, actor, customer_id)
    actor.require(permissions.MATCH)
    page = await queries.list_runs(session, customer_id, wanted)
    return Page(items=await rows.run_rows(session, page), next_cursor=page.next_cursor)
