"""Starting verifications and exports of the audit trail."""

from typing import Any, Final

from loanbroker_api.access.permissions import AUDIT_EXPORT, AUDIT_VIEW
from loanbroker_api.access.trail.queries import by_looking
from loanbroker_api.access.trail.schemas import ExportIn
from loanbroker_api.access.trail.service import export_facts
from loanbroker_api.core.actor import Actor, Visibility
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.workspace.models import BackgroundTask
from loanbroker_api.workspace.service import start_task

VERIFY: Final = "access.verify_audit"
EXPORT: Final = "access.export_audit"


async def start_verification(uow: UnitOfWork, actor: Actor) -> BackgroundTask:
    """Raises Forbidden."""
    actor.require(AUDIT_VIEW)
    return await start_task(uow, actor, VERIFY, {})


async def start_export(uow: UnitOfWork, actor: Actor, wanted: ExportIn) -> BackgroundTask:
    """The export is an act of its own, with its filters. Raises Forbidden, StepUpRequired, Invalid."""
    actor.require(AUDIT_EXPORT)
    actor.require_step_up("export", uow.now)
    if wanted.from_ >= wanted.to:
        raise Invalid(FieldError("/to", "access.range-empty", "结束应在开始之后", "The end must be after the beginning"))
    by_looking(wanted, AuditEntry)
    filters = export_facts(wanted)
    hidden = sorted(name for name, visibility in actor.fields.items() if visibility is Visibility.HIDDEN)
    params: dict[str, Any] = {"filters": filters, "hidden": hidden}
    task = await start_task(uow, actor, EXPORT, params)
    uow.audit(actor, "access.audit_exported", task.id, filters=filters)
    return task
