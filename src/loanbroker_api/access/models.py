"""Tables of access: tenants, the org tree, employees, roles as data, sessions and signing keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import Base, Small, TenantLink, TenantRow, tenant_fk


class TenantDirectory(Base):
    """Shared: finds a tenant by its code before anything is bound. Holds no personal data."""

    __tablename__ = "tenant_directory"
    code: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]


class SigningKey(Base):
    """Shared: keys of access tokens; the private half is wrapped by the master key."""

    __tablename__ = "signing_key"
    kid: Mapped[str] = mapped_column(Text, primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]


class Tenant(TenantLink):
    """A loan-broker company. `org_version` rises whenever units, roles or posts change, so that cached scopes are dropped."""

    __tablename__ = "tenant"
    code: Mapped[str]
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    org_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class OrgUnit(TenantRow):
    """公司 → 部门 → 团队."""

    __tablename__ = "org_unit"
    __table_args__ = (tenant_fk("parent_id", "org_unit"), Index(None, "tenant_id", "parent_id"))
    parent_id: Mapped[UUID | None]
    kind: Mapped[str]
    name: Mapped[str]
    position: Mapped[Small] = mapped_column(default=0)


class Employee(TenantRow):
    """A member of the staff; `username` is unique within the tenant, `employee_no` is the staff number."""

    __tablename__ = "employee"
    __table_args__ = (
        UniqueConstraint("tenant_id", "username"),
        UniqueConstraint("tenant_id", "employee_no", name="uq_employee_employee_no"),
        tenant_fk("unit_id", "org_unit"),
        Index(None, "tenant_id", "unit_id"),
    )
    username: Mapped[str]
    display_name: Mapped[str]
    employee_no: Mapped[str]
    unit_id: Mapped[UUID]
    active: Mapped[bool] = mapped_column(default=True)
    on_duty: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=False)


class Role(TenantRow):
    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)
    code: Mapped[str]
    name: Mapped[str]
    builtin: Mapped[bool] = mapped_column(default=False)


class RolePermission(TenantLink):
    """A permission of a role with its data scope (core.actor.Scope)."""

    __tablename__ = "role_permission"
    __table_args__ = (tenant_fk("role_id", "role", cascade=True),)
    role_id: Mapped[UUID] = mapped_column(primary_key=True)
    permission: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[Small]


class RoleField(TenantLink):
    """How a role sees a graded field (core.actor.Visibility); masked where no row says otherwise."""

    __tablename__ = "role_field"
    __table_args__ = (tenant_fk("role_id", "role", cascade=True),)
    role_id: Mapped[UUID] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    visibility: Mapped[Small]


class EmployeeRole(TenantLink):
    __tablename__ = "employee_role"
    __table_args__ = (
        tenant_fk("employee_id", "employee", cascade=True),
        tenant_fk("role_id", "role", cascade=True),
        Index(None, "tenant_id", "role_id"),
    )
    employee_id: Mapped[UUID] = mapped_column(primary_key=True)
    role_id: Mapped[UUID] = mapped_column(primary_key=True)


class LoginSession(TenantLink):
    """A signed-in client. Ended sessions keep their reason until they are purged."""

    __tablename__ = "login_session"
    __table_args__ = (tenant_fk("employee_id", "employee", cascade=True), Index(None, "tenant_id", "employee_id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID]
    client: Mapped[str]
    ip: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class RefreshToken(TenantLink):
    """A link of a session's refresh family; only the digest is stored. Used again after the retry window, it ends the session."""

    __tablename__ = "refresh_token"
    __table_args__ = (tenant_fk("session_id", "login_session", cascade=True), Index(None, "tenant_id", "session_id"))
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
