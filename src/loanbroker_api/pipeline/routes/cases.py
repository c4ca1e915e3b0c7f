"""REST of cases: lists, one case, its moves, documents and participants."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale
from loanbroker_api.core.http import gated, problems
from loanbroker_api.core.schemas import Page, PageParams
from loanbroker_api.customers.schemas import TotalOut
from loanbroker_api.customers.service import CustomerNotFound, NotYours, OwnerNotEligible
from loanbroker_api.pipeline import permissions, queries, rows, service
from loanbroker_api.pipeline.problems import (
    CaseClosed,
    CaseNotFound,
    CaseNotYours,
    ConditionsMissing,
    DueBelowReceived,
    LostReasonNeeded,
    MoveNotAllowed,
    PipelineNotFound,
    StageNotFound,
)
from loanbroker_api.pipeline.routes.router import router
from loanbroker_api.pipeline.schemas import (
    CaseFilter,
    CaseIn,
    CaseListParams,
    CaseOut,
    CasePatch,
    CaseRow,
    DocumentOut,
    MoveIn,
    ParticipantOut,
    ParticipantsIn,
    StageEventOut,
    Target,
)

DocumentName = Annotated[str, Path(min_length=1, max_length=40, description="资料名称，如 身份证")]


@router.get("/cases", summary="业务单列表", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def list_cases(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[CaseListParams, Query()]
) -> Page[CaseRow]:
    """数据权限内的业务单：范围内的、我参与的、我的客户的。游标翻页。"""
    now = runtime.clock.now()
    page = await queries.list_cases(session, actor, wanted, now)
    return Page(items=await rows.case_rows(session, actor, page.items, now), next_cursor=page.next_cursor)


@router.get("/cases/total", summary="业务单数", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def count_cases(session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[CaseFilter, Query()]) -> TotalOut:
    """符合筛选的业务单数，最多数到 10000。"""
    total = await queries.count_cases(session, actor, wanted, runtime.clock.now())
    return TotalOut(total=min(total, queries.TOTAL_CAP), capped=total > queries.TOTAL_CAP)


@router.post(
    "/cases",
    status_code=201,
    summary="新建业务单",
    responses=problems(Forbidden, NotYours, CustomerNotFound, PipelineNotFound, ConditionsMissing),
    openapi_extra=gated(permissions.CREATE),
)
async def create_case(body: CaseIn, uow: Writes, actor: CurrentActor) -> CaseRow:
    """给一位客户开业务单，归客户的归属人；没有产品版本时要给产品类型。"""
    case = await service.create_case(uow, actor, body)
    return (await rows.case_rows(uow.session, actor, [case], uow.now))[0]


@router.get("/cases/{case_id}", summary="业务单详情", responses=problems(CaseNotFound), openapi_extra=gated(permissions.VIEW))
async def get_case(case_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> CaseOut:
    """业务单连同参与人、资料、进件、放款，以及每个阶段能否进入、还差什么。"""
    case = await service.get_case(session, actor, case_id)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    return await rows.case_detail(session, actor, keys, case, runtime.clock.now())


@router.patch(
    "/cases/{case_id}",
    summary="编辑业务单",
    responses=problems(CaseNotFound, Forbidden, CaseNotYours, CaseClosed, DueBelowReceived, OwnerNotEligible, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.EDIT),
)
async def update_case(case_id: UUID, body: CasePatch, uow: Writes, actor: CurrentActor, version: IfMatch) -> CaseRow:
    """改产品、金额、期限、服务费、归属人；只改提交的字段。改服务费后应收随之重算，不能少于已回款。"""
    case = await service.update_case(uow, actor, case_id, body, version)
    return (await rows.case_rows(uow.session, actor, [case], uow.now))[0]


@router.get("/cases/{case_id}/targets", summary="能去的阶段", responses=problems(CaseNotFound), openapi_extra=gated(permissions.VIEW))
async def list_targets(case_id: UUID, session: Reads, actor: CurrentActor) -> list[Target]:
    """流程的每个阶段：能否进入，不能时的每一条原因。"""
    return await service.targets(session, actor, await service.get_case(session, actor, case_id))


@router.post(
    "/cases/{case_id}/move",
    summary="移动业务单",
    responses=problems(
        CaseNotFound, StageNotFound, Forbidden, CaseNotYours, MoveNotAllowed, ConditionsMissing, LostReasonNeeded, CaseClosed, Stale,
        IfMatchRequired,
    ),
    openapi_extra=gated(permissions.MOVE),
)  # fmt: skip
async def move_case(case_id: UUID, body: MoveIn, uow: Writes, actor: CurrentActor, version: IfMatch) -> CaseRow:
    """移到另一个阶段。服务器检查去向和进入条件；同时移动时一人成功，其他人得到 409 和当前内容。已结束的业务单由有编辑权限的人移回即重新打开。"""
    case = await service.move_case(uow, actor, case_id, body, version)
    return (await rows.case_rows(uow.session, actor, [case], uow.now))[0]


@router.get("/cases/{case_id}/history", summary="业务单历史", responses=problems(CaseNotFound), openapi_extra=gated(permissions.VIEW))
async def list_history(
    case_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[PageParams, Query()]
) -> Page[StageEventOut]:
    """每次移动：何时、谁、从哪到哪、在前一阶段停留多少秒；新的在前。"""
    await service.get_case(session, actor, case_id)
    page = await queries.list_stage_events(session, case_id, cursor=wanted.cursor, limit=wanted.limit)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    return Page(items=await rows.stage_events_out(session, actor, keys, page.items), next_cursor=page.next_cursor)


@router.put(
    "/cases/{case_id}/documents/{name}",
    summary="资料已收",
    responses=problems(CaseNotFound, Forbidden, CaseNotYours, CaseClosed),
    openapi_extra=gated(permissions.EDIT),
)
async def put_document(case_id: UUID, name: DocumentName, uow: Writes, actor: CurrentActor) -> list[DocumentOut]:
    """登记一份资料已收到；重复登记不改变时间。返回全部资料。"""
    case = await service.put_document(uow, actor, case_id, name)
    return await rows.documents_out(uow.session, case)


@router.delete(
    "/cases/{case_id}/documents/{name}",
    summary="资料撤回",
    responses=problems(CaseNotFound, Forbidden, CaseNotYours, CaseClosed),
    openapi_extra=gated(permissions.EDIT),
)
async def delete_document(case_id: UUID, name: DocumentName, uow: Writes, actor: CurrentActor) -> list[DocumentOut]:
    """取消一份资料的登记。返回全部资料。"""
    case = await service.delete_document(uow, actor, case_id, name)
    return await rows.documents_out(uow.session, case)


@router.put(
    "/cases/{case_id}/participants",
    summary="设置参与人",
    responses=problems(CaseNotFound, Forbidden, CaseNotYours),
    openapi_extra=gated(permissions.EDIT),
)
async def put_participants(case_id: UUID, body: ParticipantsIn, uow: Writes, actor: CurrentActor) -> list[ParticipantOut]:
    """设置全部参与人；参与人能看到业务单，并按自己的权限操作它。"""
    case = await service.put_participants(uow, actor, case_id, body.participants)
    return await rows.participants_out(uow.session, case.id)
