"""REST of finance, thin."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, Reads, Writes
from loanbroker_api.core.errors import Forbidden
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.core.schemas import Page
from loanbroker_api.finance import permissions, queries, rows, service
from loanbroker_api.finance.problems import AlreadyReversed, NotReversible, OverDue, ReceiptNotFound
from loanbroker_api.finance.schemas import (
    CaseReceipts,
    ReceiptIn,
    ReceiptListParams,
    ReceiptOut,
    ReceiptRow,
    ReceiptSummary,
    ReverseIn,
    SummaryParams,
)
from loanbroker_api.pipeline.problems import CaseNotFound, CaseNotYours

router = area_router("finance")


@router.get(
    "/cases/{case_id}/receipts",
    summary="业务单的回款",
    responses=problems(CaseNotFound, Forbidden, CaseNotYours),
    openapi_extra=gated(permissions.VIEW),
)
async def list_case_receipts(case_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> CaseReceipts:
    """应收、已收、冲销、未收和每一笔；应收 = 已收 + 冲销 + 未收。"""
    case = await service.get_case_money(session, actor, case_id)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    return await rows.case_receipts(session, actor, keys, case)


@router.post(
    "/cases/{case_id}/receipts",
    status_code=201,
    summary="登记回款",
    responses=problems(CaseNotFound, Forbidden, CaseNotYours, OverDue),
    openapi_extra=gated(permissions.RECORD),
)
async def create_receipt(case_id: UUID, body: ReceiptIn, uow: Writes, actor: CurrentActor) -> ReceiptOut:
    """登记收到的服务费，可以分笔；合计不超过应收，否则 422 并告知未收金额。"""
    receipt = await service.record_receipt(uow, actor, case_id, body)
    return (await rows.receipts_out(uow.session, actor, uow.keys, [receipt]))[0]


@router.post(
    "/receipts/{receipt_id}/reverse",
    status_code=201,
    summary="冲销回款",
    responses=problems(ReceiptNotFound, Forbidden, CaseNotYours, AlreadyReversed, NotReversible),
    openapi_extra=gated(permissions.REVERSE),
)
async def reverse_receipt(receipt_id: UUID, body: ReverseIn, uow: Writes, actor: CurrentActor) -> ReceiptOut:
    """冲销一笔回款：另记一笔负数，原记录不改。每笔只能冲销一次。返回冲销记录。"""
    receipt = await service.reverse_receipt(uow, actor, receipt_id, body)
    return (await rows.receipts_out(uow.session, actor, uow.keys, [receipt]))[0]


@router.get("/receipts", summary="回款列表", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def list_receipts(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[ReceiptListParams, Query()]
) -> Page[ReceiptRow]:
    """数据权限内的回款和冲销，到账晚的在前。"""
    page = await queries.list_receipts(session, actor, wanted)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    return Page(items=await rows.receipt_rows(session, actor, keys, page.items), next_cursor=page.next_cursor)


@router.get("/receipts/summary", summary="应收与账龄", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def get_summary(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[SummaryParams, Query()]
) -> ReceiptSummary:
    """数据权限内全部业务单的应收、净回款、未收，未收按首笔放款后的天数分段。"""
    return await queries.summary(session, actor, wanted, runtime.clock.now())
