"""GraphQL of long work on the audit trail, thin."""

from datetime import datetime
from uuid import UUID

import strawberry

from loanbroker_api.access.trail.schemas import ExportIn
from loanbroker_api.workspace.audit import service
from loanbroker_api.workspace.graph import Info
from loanbroker_api.workspace.models import BackgroundTask


@strawberry.type(name="StartedTask", description="后台任务；进度和结果用 REST 的 /tasks/{id}")
class StartedTask:
    id: UUID
    kind: str
    state: str

    @classmethod
    def of(cls, row: BackgroundTask) -> "StartedTask":
        return cls(id=row.id, kind=row.kind, state=row.state)


@strawberry.input(name="AuditExportInput", description="导出的条件；时间段必填")
class AuditExportInput:
    from_: datetime = strawberry.field(name="from")
    to: datetime
    action: str | None = None
    actor_id: UUID | None = None
    subject_id: UUID | None = None
    session_id: UUID | None = None
    ip: str | None = None
    client: str | None = None


@strawberry.type
class AuditTaskMutation:
    @strawberry.mutation(description="后台校验审计链")
    async def start_audit_verification(self, info: Info) -> StartedTask:
        async with info.context.writes() as uow:
            task = await service.start_verification(uow, info.context.actor)
        return StartedTask.of(task)

    @strawberry.mutation(description="后台导出审计；需要再次确认身份")
    async def start_audit_export(self, info: Info, filter: AuditExportInput) -> StartedTask:
        wanted = ExportIn.model_validate(vars(filter))
        async with info.context.writes() as uow:
            task = await service.start_export(uow, info.context.actor, wanted)
        return StartedTask.of(task)
