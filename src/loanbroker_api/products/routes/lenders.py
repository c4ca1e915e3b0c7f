"""REST of lenders."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale
from loanbroker_api.core.http import gated, problems
from loanbroker_api.core.schemas import Page
from loanbroker_api.products import permissions, queries, rows, service
from loanbroker_api.products.routes.base import router
from loanbroker_api.products.schemas import LenderIn, LenderListParams, LenderOut, LenderPatch
from loanbroker_api.products.service import LenderNameTaken, LenderNotFound


@router.get("/lenders", summary="资方列表", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def list_lenders(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[LenderListParams, Query()]
) -> Page[LenderOut]:
    """资方名录，按名称排序；按文字、类型、合作状态筛选。"""
    actor.require(permissions.VIEW)
    page = await queries.list_lenders(session, wanted)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    return Page(items=await rows.lender_rows(session, actor, keys, page.items), next_cursor=page.next_cursor)


@router.post(
    "/lenders",
    status_code=201,
    summary="新建资方",
    responses=problems(Forbidden, LenderNameTaken),
    openapi_extra=gated(permissions.LENDERS),
)
async def create_lender(body: LenderIn, uow: Writes, actor: CurrentActor) -> LenderOut:
    """把资方加入名录；联系人加密保存，只给管理资方的人看。"""
    lender = await service.create_lender(uow, actor, body)
    return (await rows.lender_rows(uow.session, actor, uow.keys, [lender]))[0]


@router.get("/lenders/{lender_id}", summary="资方", responses=problems(Forbidden, LenderNotFound), openapi_extra=gated(permissions.VIEW))
async def get_lender(lender_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> LenderOut:
    """一家资方和它的产品数。"""
    lender = await service.get_lender(session, actor, lender_id)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    return (await rows.lender_rows(session, actor, keys, [lender]))[0]


@router.patch(
    "/lenders/{lender_id}",
    summary="编辑资方",
    responses=problems(Forbidden, LenderNotFound, LenderNameTaken, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.LENDERS),
)
async def update_lender(lender_id: UUID, body: LenderPatch, uow: Writes, actor: CurrentActor, version: IfMatch) -> LenderOut:
    """只改提交的字段。改合作状态即一次复核；不在合作中的资方不参与匹配。"""
    lender = await service.update_lender(uow, actor, lender_id, body, version)
    return (await rows.lender_rows(uow.session, actor, uow.keys, [lender]))[0]
