"""Tables of workspace: background tasks, push events, preferences, drafts, to-dos."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import TenantLink, TenantRow, tenant_fk


class BackgroundTask(TenantRow):
    """Long work as a resource. `lease_until` is renewed while a worker runs it; a lapsed lease is resumed from `checkpoint`."""

    __tablename__ = "background_task"
    __table_args__ = (Index(None, "tenant_id", "state", "lease_until"), Index(None, "tenant_id", "created_by", "id"))
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued")
    params: Mapped[dict[str, Any]]
    checkpoint: Mapped[dict[str, Any]] = mapped_column(default=dict)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    failed: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    created_by: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


class TaskFile(TenantLink):
    """A part of the file that a task made, compressed and encrypted; kept 7 days."""

    __tablename__ = "task_file"
    __table_args__ = (tenant_fk("task_id", "background_task", cascade=True), Index(None, "tenant_id", "created_at"))
    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body_enc: Mapped[bytes]
    created_at: Mapped[datetime]


class PushEvent(TenantLink):
    """An event for one employee's clients, kept 24 h; the id's order is roughly time. Ids only, no personal data."""

    __tablename__ = "push_event"
    __table_args__ = (Index(None, "tenant_id", "employee_id", "at", "id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Preference(TenantLink):
    """Views, columns, density, theme: what an employee's clients keep on the server."""

    __tablename__ = "preference"
    __table_args__ = (tenant_fk("employee_id", "employee", cascade=True),)
    employee_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


class Draft(TenantLink):
    """An unsent form. It holds what a person typed, so it is encrypted, and purged after 30 days."""

    __tablename__ = "draft"
    __table_args__ = (tenant_fk("employee_id", "employee", cascade=True),)
    employee_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    body_enc: Mapped[bytes]
    saved_at: Mapped[datetime]


class Todo(TenantRow):
    """A thing an employee has to do about a subject; its label comes from the subject's area when it is read."""

    __tablename__ = "todo"
    __table_args__ = (
        Index("ix_todo_open", "tenant_id", "employee_id", "due_at", "id", postgresql_where="done_at IS NULL"),
        Index("ix_todo_subject", "tenant_id", "subject_id", "kind"),
    )
    employee_id: Mapped[UUID]
    kind: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
