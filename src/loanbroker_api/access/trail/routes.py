"""REST of the audit trail, thin."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, Reads, Writes
from loanbroker_api.access.permissions import AUDIT_EXPORT, AUDIT_VIEW
from loanbroker_api.access.trail import queries, rows, service
from loanbroker_api.access.trail.schemas import ActOut, ActsOut, ChainOut, EntryDetail, EntryOut, EntryParams, HeadOut
from loanbroker_api.access.trail.service import EntryNotFound
from loanbroker_api.core.audit_actions import ACTS
from loanbroker_api.core.errors import Forbidden
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.core.schemas import Page, PageParams

router = area_router("access")


@router.get("/audit/entries", summary="审计记录", responses=problems(Forbidden), openapi_extra=gated(AUDIT_VIEW))
async def list_audit_entries(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[EntryParams, Query()]
) -> Page[EntryOut]:
    """谁在什么时候从哪里对哪条记录做了什么，新的在前。条件都要满足；每次最多查看 20000 条，页不满而有 nextCursor 时可继续往前找。"""
    page = await queries.list_entries(session, actor, wanted)
    items = await rows.entries_out(session, actor, runtime.settings, page.items)
    return Page(items=items, next_cursor=page.next_cursor)


@router.get(
    "/audit/entries/{entry_id}", summary="一条审计记录", responses=problems(Forbidden, EntryNotFound), openapi_extra=gated(AUDIT_VIEW)
)
async def get_audit_entry(entry_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> EntryDetail:
    """一条记录和它的封印；hash 是按现在的内容算出的。"""
    return await rows.entry_detail(session, actor, runtime.settings, await service.get_entry(session, actor, entry_id))


@router.get("/audit/records/{subject_id}", summary="一条记录的历史", responses=problems(Forbidden), openapi_extra=gated(AUDIT_VIEW))
async def list_audit_record(
    subject_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[PageParams, Query()]
) -> Page[EntryOut]:
    """对一位客户、一名员工、一张业务单等做过的一切，新的在前。"""
    page = await service.record_history(session, actor, subject_id, cursor=wanted.cursor, limit=wanted.limit)
    items = await rows.entries_out(session, actor, runtime.settings, page.items)
    return Page(items=items, next_cursor=page.next_cursor)


@router.get("/audit/actions", summary="审计动作", responses=problems(Forbidden), openapi_extra=gated(AUDIT_VIEW))
async def list_audit_actions(actor: CurrentActor) -> ActsOut:
    """全部动作和名称，用来筛选。"""
    actor.require(AUDIT_VIEW)
    english = actor.language == "en"
    items = [ActOut(action=act.code, title=act.english if english else act.title, area=act.area) for act in ACTS.values()]
    return ActsOut(items=sorted(items, key=lambda act: act.action))


@router.get("/audit/chain", summary="审计链", responses=problems(Forbidden), openapi_extra=gated(AUDIT_VIEW))
async def get_audit_chain(session: Reads, actor: CurrentActor) -> ChainOut:
    """封印到第几个、链尾、还在等封印的记录、最近一次校验的结果。"""
    chain, verified = await service.get_chain(session, actor)
    return rows.chain_out(chain, verified, english=actor.language == "en")


@router.post(
    "/audit/heads",
    status_code=201,
    summary="导出链尾",
    responses=problems(Forbidden),
    openapi_extra=gated(AUDIT_EXPORT),
)
async def export_audit_head(uow: Writes, actor: CurrentActor) -> HeadOut:
    """签名的链尾，存到别处。以后连同封印一起截断、重写的链，用它就能发现。"""
    return await service.export_head(uow, actor)
