"""Tables of notifications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import TenantLink, tenant_fk


class Notification(TenantLink):
    """A message for one employee. Texts are made when it is read, so the row holds ids and codes only."""

    __tablename__ = "notification"
    __table_args__ = (
        tenant_fk("employee_id", "employee", cascade=True),
        Index(None, "tenant_id", "employee_id", "id"),
        Index("ix_notification_unread", "tenant_id", "employee_id", postgresql_where="read_at IS NULL"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID]
    kind: Mapped[str]
    subject_type: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
