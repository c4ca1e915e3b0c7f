"""The rules of workspace: the only writer of tasks, push events, preferences, drafts and to-dos."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from loanbroker_api.core.actions import allowed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid, Problem
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.schemas import AllowedAction
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.core.wakes import Wake
from loanbroker_api.workspace.events import TodoMoved
from loanbroker_api.workspace.models import BackgroundTask, Draft, Preference, PushEvent, Todo
from loanbroker_api.workspace.permissions import TASKS_MANAGE
from loanbroker_api.workspace.registry import TASK_CHANGED, TODO_CHANGED

LIVE = ("queued", "running", "cancelling")
PUSH_KEPT = timedelta(hours=24)
DRAFT_KEPT = timedelta(days=30)
MAX_PREFERENCE = 20_000
MAX_DRAFT = 100_000


class TaskNotFound(Problem):
    code, status = "workspace.task-not-found", 404
    message, english = "任务不存在或无权查看", "There is no such task, or you may not see it"
    remedy = "从任务中心重新打开。"


class TaskNotCancellable(Problem):
    code, status = "workspace.task-not-cancellable", 409
    message, english = "任务已经结束，不能取消", "The task has ended"
    remedy = "刷新任务列表。"


class TaskNotResumable(Problem):
    code, status = "workspace.task-not-resumable", 409
    message, english = "只有失败或已取消的任务可以继续", "Only failed or cancelled tasks can be resumed"
    remedy = "等任务结束后再继续。"


class PreferenceNotFound(Problem):
    code, status = "workspace.preference-not-found", 404
    message, english = "还没有保存过这项偏好", "This preference was never saved"
    remedy = "先用 PUT 保存。"


class DraftNotFound(Problem):
    code, status = "workspace.draft-not-found", 404
    message, english = "没有这份草稿", "There is no such draft"
    remedy = "草稿保留 30 天，可能已过期。"


class TodoNotFound(Problem):
    code, status = "workspace.todo-not-found", 404
    message, english = "待办不存在或不是你的", "There is no such to-do of yours"
    remedy = "刷新待办列表。"


class TodoDone(Problem):
    code, status = "workspace.todo-done", 409
    message, english = "待办已经完成，不能改期", "The to-do is done already"
    remedy = "刷新待办列表；需要时在客户的跟进里约定新的时间。"


async def push(uow: UnitOfWork, employee_ids: Collection[UUID], kind: str, data: dict[str, Any]) -> None:
    """Push an event to employees' clients, with this transaction. Ids only in `data`."""
    if not employee_ids:
        return
    rows: list[dict[str, Any]] = [
        {"id": new_id(), "employee_id": employee_id, "kind": kind, "data": data, "at": uow.now} for employee_id in sorted(set(employee_ids))
    ]
    await uow.session.execute(insert(PushEvent), rows)
    for row in rows:
        uow.wake(Wake("push", uow.tenant_id, row["employee_id"]))


async def start_task(uow: UnitOfWork, actor: Actor, kind: str, params: dict[str, Any], *, total: int | None = None) -> BackgroundTask:
    """Queue long work; a worker takes it after commit."""
    task = BackgroundTask(id=new_id(), kind=kind, params=params, total=total, created_by=actor.id)
    uow.session.add(task)
    await uow.session.flush()
    uow.audit(actor, "workspace.task_started", task.id, kind=kind)
    uow.wake(Wake("run_tasks", uow.tenant_id))
    await task_changed(uow, task)
    return task


async def task_changed(uow: UnitOfWork, task: BackgroundTask) -> None:
    """Tell the task's starter."""
    if task.created_by is not None:
        await push(uow, [task.created_by], TASK_CHANGED, {"taskId": str(task.id), "state": task.state})


async def get_task(session: ReadSession, actor: Actor, task_id: UUID, *, lock: bool = False) -> BackgroundTask:
    """Raises TaskNotFound, also for another's task without the permission to manage all."""
    statement = select(BackgroundTask).where(BackgroundTask.id == task_id)
    task = await session.scalar(statement.with_for_update() if lock else statement)
    if task is None or (task.created_by != actor.id and not actor.may(TASKS_MANAGE)):
        raise TaskNotFound
    return task


async def cancel_task(uow: UnitOfWork, actor: Actor, task_id: UUID) -> BackgroundTask:
    """Raises TaskNotFound, TaskNotCancellable."""
    task = await get_task(uow.session, actor, task_id, lock=True)
    if task.state not in LIVE:
        raise TaskNotCancellable
    if task.state == "queued":
        task.state, task.finished_at = "cancelled", uow.now
    else:
        task.state = "cancelling"
    await uow.session.flush()
    uow.audit(actor, "workspace.task_cancelled", task.id)
    await task_changed(uow, task)
    return task


async def resume_task(uow: UnitOfWork, actor: Actor, task_id: UUID) -> BackgroundTask:
    """Run a failed or cancelled task on from its checkpoint. Raises TaskNotFound, TaskNotResumable."""
    task = await get_task(uow.session, actor, task_id, lock=True)
    if task.state not in {"failed", "cancelled"}:
        raise TaskNotResumable
    task.state, task.finished_at, task.error, task.attempts = "queued", None, None, 0
    await uow.session.flush()
    uow.audit(actor, "workspace.task_resumed", task.id)
    uow.wake(Wake("run_tasks", uow.tenant_id))
    await task_changed(uow, task)
    return task


def task_actions(task: BackgroundTask) -> list[AllowedAction]:
    """What may be done to a task now."""
    live = task.state in LIVE
    resumable = task.state in {"failed", "cancelled"}
    return [
        allowed("cancel", None if live else TaskNotCancellable()),
        allowed("resume", None if resumable else TaskNotResumable()),
    ]


async def get_preference(session: ReadSession, actor: Actor, key: str) -> Preference:
    """Raises PreferenceNotFound."""
    kept = await session.scalar(select(Preference).where(Preference.employee_id == actor.employee_id, Preference.key == key))
    if kept is None:
        raise PreferenceNotFound
    return kept


async def put_preference(uow: UnitOfWork, actor: Actor, key: str, value: dict[str, Any]) -> Preference:
    """Save a preference; the last writer wins. Raises Invalid over 20 kB."""
    _check_size("/value", value, MAX_PREFERENCE)
    row = {"employee_id": actor.employee_id, "key": key, "value": value, "version": 1, "updated_at": uow.now}
    statement = upsert(Preference).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=["tenant_id", "employee_id", "key"],
        set_={"value": statement.excluded.value, "updated_at": statement.excluded.updated_at, "version": Preference.version + 1},
    )
    return (await uow.session.scalars(statement.returning(Preference), execution_options={"populate_existing": True})).one()


async def delete_preference(uow: UnitOfWork, actor: Actor, key: str) -> None:
    """Forget a preference; forgetting it twice is the same."""
    await uow.session.execute(delete(Preference).where(Preference.employee_id == actor.employee_id, Preference.key == key))


async def get_draft(session: ReadSession, actor: Actor, key: str) -> Draft:
    """Raises DraftNotFound."""
    kept = await session.scalar(select(Draft).where(Draft.employee_id == actor.employee_id, Draft.key == key))
    if kept is None:
        raise DraftNotFound
    return kept


async def put_draft(uow: UnitOfWork, actor: Actor, key: str, body: dict[str, Any]) -> datetime:
    """Keep what was typed, encrypted. Raises Invalid over 100 kB. Returns when it was saved."""
    _check_size("/body", body, MAX_DRAFT)
    row_id = new_id()
    row = {
        "employee_id": actor.employee_id,
        "key": key,
        "id": row_id,
        "body_enc": uow.keys.encrypt("draft", "body", row_id, orjson.dumps(body)),
        "saved_at": uow.now,
    }
    statement = upsert(Draft).values(row)
    await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "employee_id", "key"],
            set_={name: statement.excluded[name] for name in ("id", "body_enc", "saved_at")},
        )
    )
    return uow.now


async def delete_draft(uow: UnitOfWork, actor: Actor, key: str) -> None:
    await uow.session.execute(delete(Draft).where(Draft.employee_id == actor.employee_id, Draft.key == key))


def _check_size(pointer: str, body: dict[str, Any], limit: int) -> None:
    if len(orjson.dumps(body)) > limit:
        raise Invalid(FieldError(pointer, "core.too-long", f"内容超过 {limit // 1000} kB", f"Over {limit // 1000} kB"))


async def put_todo(
    uow: UnitOfWork, employee_id: UUID, kind: str, subject: tuple[str, UUID], due_at: datetime, facts: dict[str, Any] | None = None
) -> Todo:
    """Give an employee the one open to-do of this kind about a subject, in place of an earlier one."""
    await close_todos(uow, subject[1], kind)
    todo = Todo(
        id=new_id(), employee_id=employee_id, kind=kind, subject_type=subject[0], subject_id=subject[1], due_at=due_at, facts=facts or {}
    )
    uow.session.add(todo)
    await uow.session.flush()
    await push(uow, [employee_id], TODO_CHANGED, {})
    return todo


async def close_todos(uow: UnitOfWork, subject_id: UUID, kind: str | None = None) -> None:
    """Close the open to-dos about a subject."""
    statement = update(Todo).where(Todo.subject_id == subject_id, Todo.done_at.is_(None))
    if kind is not None:
        statement = statement.where(Todo.kind == kind)
    owners = set(await uow.session.scalars(statement.values(done_at=uow.now, version=Todo.version + 1).returning(Todo.employee_id)))
    await push(uow, owners, TODO_CHANGED, {})


async def hand_todos(uow: UnitOfWork, subject_id: UUID, employee_id: UUID | None) -> None:
    """Open to-dos about a subject follow its new owner, or close when it has none."""
    if employee_id is None:
        await close_todos(uow, subject_id)
        return
    others = Todo.subject_id == subject_id, Todo.done_at.is_(None), Todo.employee_id != employee_id
    before = set(await uow.session.scalars(select(Todo.employee_id).where(*others).with_for_update()))
    if before:
        await uow.session.execute(update(Todo).where(*others).values(employee_id=employee_id, version=Todo.version + 1))
        await push(uow, [*before, employee_id], TODO_CHANGED, {})


async def get_todo(uow: UnitOfWork, actor: Actor, todo_id: UUID) -> Todo:
    """The actor's own to-do, locked. Raises TodoNotFound."""
    todo = await uow.session.scalar(select(Todo).where(Todo.id == todo_id, Todo.employee_id == actor.employee_id).with_for_update())
    if todo is None:
        raise TodoNotFound
    return todo


async def complete_todo(uow: UnitOfWork, actor: Actor, todo_id: UUID) -> Todo:
    """Done; doing it twice is the same. Raises TodoNotFound."""
    todo = await get_todo(uow, actor, todo_id)
    if todo.done_at is None:
        todo.done_at = uow.now
        await uow.session.flush()
        uow.emit(TodoMoved(kind=todo.kind, subject_id=todo.subject_id, due_at=None))
        await push(uow, [todo.employee_id], TODO_CHANGED, {})
    return todo


async def reschedule_todo(uow: UnitOfWork, actor: Actor, todo_id: UUID, due_at: datetime) -> Todo:
    """Raises TodoNotFound, TodoDone, Invalid for a time that has passed."""
    if due_at <= uow.now:
        raise Invalid(FieldError("/dueAt", "workspace.due-past", "改期的时间应在现在之后", "The new time must be ahead"))
    todo = await get_todo(uow, actor, todo_id)
    if todo.done_at is not None:
        raise TodoDone
    todo.due_at = due_at
    await uow.session.flush()
    uow.emit(TodoMoved(kind=todo.kind, subject_id=todo.subject_id, due_at=due_at))
    await push(uow, [todo.employee_id], TODO_CHANGED, {})
    return todo


async def purge(uow: UnitOfWork) -> int:
    """Push events and drafts past their time. Returns how many rows went."""
    gone = list(await uow.session.scalars(delete(PushEvent).where(PushEvent.at < uow.now - PUSH_KEPT).returning(PushEvent.id)))
    gone += list(await uow.session.scalars(delete(Draft).where(Draft.saved_at < uow.now - DRAFT_KEPT).returning(Draft.id)))
    return len(gone)
