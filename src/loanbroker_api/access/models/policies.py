"""Tables of login policies."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import TenantLink, TenantRow, tenant_fk


class LoginPolicy(TenantRow):
    """The limits of one role, or of one employee, on one kind of client. `parts` is access.policies.schemas.PolicyParts as JSON."""

    __tablename__ = "login_policy"
    __table_args__ = (
        tenant_fk("role_id", "role", cascade=True),
        tenant_fk("employee_id", "employee", cascade=True),
        Index("uq_login_policy_role", "tenant_id", "role_id", "client", unique=True, postgresql_where=text("role_id IS NOT NULL")),
        Index(
            "uq_login_policy_employee", "tenant_id", "employee_id", "client", unique=True, postgresql_where=text("employee_id IS NOT NULL")
        ),
    )
    role_id: Mapped[UUID | None]
    employee_id: Mapped[UUID | None]
    client: Mapped[str]
    parts: Mapped[dict[str, Any]]
    overrides: Mapped[list[Any]]


class CalendarDay(TenantLink):
    """A company's own word on a day: `working` overrides the state's calendar."""

    __tablename__ = "calendar_day"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool]
    title: Mapped[str]
    created_by: Mapped[UUID | None]
