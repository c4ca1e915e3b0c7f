"""Reads of workspace."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, tuple_

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows, keyset
from loanbroker_api.core.schemas import PageParams
from loanbroker_api.workspace.models import BackgroundTask, Preference, PushEvent, Todo
from loanbroker_api.workspace.permissions import TASKS_MANAGE
from loanbroker_api.workspace.schemas import TodoFilter


async def list_tasks(session: ReadSession, actor: Actor, wanted: PageParams) -> Rows[BackgroundTask]:
    """The actor's tasks, or all with the permission, newest first."""
    statement = select(BackgroundTask)
    if not actor.may(TASKS_MANAGE):
        statement = statement.where(BackgroundTask.created_by == actor.employee_id)
    return await keyset(session, statement, BackgroundTask.id, sort="-id", cursor=wanted.cursor, limit=wanted.limit, descending=True)


async def list_preferences(session: ReadSession, actor: Actor) -> list[Preference]:
    """Everything the actor's clients keep here, by key."""
    statement = select(Preference).where(Preference.employee_id == actor.employee_id)
    return list(await session.scalars(statement.order_by(Preference.key).limit(500)))


async def list_todos(session: ReadSession, actor: Actor, wanted: TodoFilter) -> Rows[Todo]:
    """The actor's to-dos: open ones by due time, done ones by the last change."""
    mine = select(Todo).where(Todo.employee_id == actor.employee_id)
    if wanted.state == "open":
        statement = mine.where(Todo.done_at.is_(None))
        return await keyset(session, statement, Todo.due_at, Todo.id, sort="dueAt", cursor=wanted.cursor, limit=wanted.limit)
    statement = mine.where(Todo.done_at.is_not(None))
    return await keyset(
        session, statement, Todo.updated_at, Todo.id, sort="-updatedAt", cursor=wanted.cursor, limit=wanted.limit, descending=True
    )


async def push_events_since(session: ReadSession, employee_id: UUID, since: datetime, *, page: int = 500) -> list[PushEvent]:
    """All of an employee's events from `since` on, oldest first.

    Ids are made before their transaction commits, so a reader asks again for a few seconds that it has already read and drops what it knows.
    """
    found: list[PushEvent] = []
    statement = select(PushEvent).where(PushEvent.employee_id == employee_id, PushEvent.at >= since).order_by(PushEvent.at, PushEvent.id)
    more = statement
    while True:
        rows = list(await session.scalars(more.limit(page)))
        found += rows
        if len(rows) < page:
            return found
        more = statement.where(tuple_(PushEvent.at, PushEvent.id) > tuple_(rows[-1].at, rows[-1].id))


async def push_event_time(session: ReadSession, employee_id: UUID, event_id: UUID) -> datetime | None:
    """When an event of this employee was pushed; None when it is not (or no longer) kept."""
    return await session.scalar(select(PushEvent.at).where(PushEvent.employee_id == employee_id, PushEvent.id == event_id))


OVERLAP = timedelta(seconds=10)
