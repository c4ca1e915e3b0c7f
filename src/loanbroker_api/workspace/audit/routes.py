"""REST of long work on the audit trail, thin; beside access/trail/routes.py, above it only because tasks are."""

from loanbroker_api.access.deps import CurrentActor, Writes
from loanbroker_api.access.permissions import AUDIT_EXPORT, AUDIT_VIEW
from loanbroker_api.access.trail.schemas import ExportIn
from loanbroker_api.core.errors import Forbidden, StepUpRequired
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.workspace.audit import service
from loanbroker_api.workspace.routes import task_out
from loanbroker_api.workspace.schemas import TaskOut

router = area_router("access")


@router.post(
    "/audit/verifications",
    status_code=202,
    summary="校验审计链",
    responses=problems(Forbidden),
    openapi_extra=gated(AUDIT_VIEW),
)
async def start_audit_verification(uow: Writes, actor: CurrentActor) -> TaskOut:
    """后台重新计算整条链，结果在任务里，也在 /audit/chain 的 verified 里；第一处不符会写明是哪条记录。"""
    return task_out(await service.start_verification(uow, actor), actor)


@router.post(
    "/audit/exports",
    status_code=202,
    summary="导出审计",
    responses=problems(Forbidden, StepUpRequired),
    openapi_extra=gated(AUDIT_EXPORT),
)
async def start_audit_export(body: ExportIn, uow: Writes, actor: CurrentActor) -> TaskOut:
    """后台生成 CSV，完成后从 /tasks/{id}/file 下载，保留 7 天。导出本身也是一条审计记录。"""
    return task_out(await service.start_export(uow, actor, body), actor)
