"""Runs background tasks: claims one by lease, lets its kind work, keeps progress and checkpoint, resumes what a kill left behind."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.workspace.models import BackgroundTask
from loanbroker_api.workspace.registry import TASK_KINDS
from loanbroker_api.workspace.service import task_changed

log = get_logger("tasks")
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5


class TaskCancelled(Exception):  # noqa: N818 - control flow
    """Its owner cancelled the task; what was done stays done."""


class TaskRun:
    """What a task's kind works with."""

    def __init__(self, runtime: Runtime, tenant_id: UUID, task_id: UUID, params: dict[str, Any], checkpoint: dict[str, Any]) -> None:
        self.runtime = runtime
        self.tenant_id = tenant_id
        self.task_id = task_id
        self.params = params
        self.checkpoint = checkpoint

    async def report(self, *, done: int, total: int | None = None, failed: int = 0, checkpoint: dict[str, Any] | None = None) -> None:
        """Keep progress and renew the lease. Raises TaskCancelled when its owner wants it to stop."""
        async with self.runtime.uow(self.tenant_id) as uow:
            await self.report_in(uow, done=done, total=total, failed=failed, checkpoint=checkpoint)

    async def report_in(
        self, uow: UnitOfWork, *, done: int, total: int | None = None, failed: int = 0, checkpoint: dict[str, Any] | None = None
    ) -> None:
        """The same within the transaction that did the step, so that step and checkpoint cannot part."""
        task = (await uow.session.scalars(select(BackgroundTask).where(BackgroundTask.id == self.task_id).with_for_update())).one()
        if task.state == "cancelling":
            raise TaskCancelled
        task.done, task.failed, task.lease_until = done, failed, uow.now + LEASE
        if total is not None:
            task.total = total
        if checkpoint is not None:
            self.checkpoint = task.checkpoint = checkpoint
        await uow.session.flush()
        await task_changed(uow, task)


async def run_due(runtime: Runtime, tenant_id: UUID) -> int:
    """Run a tenant's queued and abandoned tasks one after another. Returns how many ended."""
    ended = 0
    while (claimed := await _claim(runtime, tenant_id)) is not None:
        await _run(runtime, tenant_id, claimed)
        ended += 1
    return ended


async def _claim(runtime: Runtime, tenant_id: UUID) -> BackgroundTask | None:
    async with runtime.uow(tenant_id) as uow:
        task = await uow.session.scalar(
            select(BackgroundTask)
            .where(
                (BackgroundTask.state == "queued")
                | (BackgroundTask.state.in_(("running", "cancelling")) & (BackgroundTask.lease_until < uow.now))
            )
            .order_by(BackgroundTask.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if task is None:
            return None
        if task.state == "cancelling" or task.attempts >= MAX_ATTEMPTS:
            task.state, task.finished_at = ("cancelled" if task.state == "cancelling" else "failed"), uow.now
            task.error = None if task.state == "cancelled" else "workspace.task-abandoned"
        else:
            task.state, task.attempts, task.lease_until = "running", task.attempts + 1, uow.now + LEASE
            task.started_at = task.started_at or uow.now
        await uow.session.flush()
        await task_changed(uow, task)
        return task


async def _run(runtime: Runtime, tenant_id: UUID, task: BackgroundTask) -> None:
    if task.state != "running":
        return
    kind = TASK_KINDS.get(task.kind)
    state, error, result = "done", None, None
    try:
        if kind is None:
            raise LookupError(task.kind)  # noqa: TRY301 - handled as any failure
        result = await kind.run(TaskRun(runtime, tenant_id, task.id, task.params, task.checkpoint))
    except TaskCancelled:
        state = "cancelled"
    except Exception as failure:
        state, error = "failed", "workspace.task-failed"
        log.error("task_failed", kind=task.kind, task=str(task.id), exc_info=failure)  # noqa: TRY400 - rendered without values
    async with runtime.uow(tenant_id) as uow:
        row = (await uow.session.scalars(select(BackgroundTask).where(BackgroundTask.id == task.id).with_for_update())).one()
        row.state, row.error, row.result, row.finished_at, row.lease_until = state, error, result, uow.now, None
        await uow.session.flush()
        await task_changed(uow, row)


async def tenants_with_due(runtime: Runtime) -> list[UUID]:
    """Tenants with queued or abandoned tasks, as the sweeper sees them."""
    async with runtime.database.sweeper.connect() as connection:
        found = await connection.execute(
            text(
                "SELECT tenant_id FROM background_task WHERE state = 'queued' OR (state IN ('running', 'cancelling') AND lease_until < :now) "
                "GROUP BY tenant_id"
            ),
            {"now": runtime.clock.now()},
        )
        return list(found.scalars())
