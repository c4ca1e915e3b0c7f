"""Tables of tenants, the org tree, employees and roles as data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import Base, Small, TenantLink, TenantRow, tenant_fk
from loanbroker_api.core.grading import Grade, graded
from loanbroker_api.core.normalize.masks import mask_phone


class TenantDirectory(Base):
    """Shared: finds a tenant by its code before anything is bound. Holds no personal data."""

    __tablename__ = "tenant_directory"
    code: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]


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
        Index("uq_employee_phone", "tenant_id", "phone_index", unique=True, postgresql_where=text("phone_index IS NOT NULL")),
    )
    username: Mapped[str]
    display_name: Mapped[str]
    employee_no: Mapped[str]
    unit_id: Mapped[UUID]
    active: Mapped[bool] = mapped_column(default=True)
    on_duty: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    password_changed_at: Mapped[datetime | None]
    phone_enc: Mapped[bytes | None]
    phone_masked: Mapped[str | None]
    phone_index: Mapped[bytes | None]
    left_at: Mapped[datetime | None]


EMPLOYEE_PHONE = graded("employee.phone", table="employee", column="phone", grade=Grade.PERSONAL, title="员工手机号", mask=mask_phone)


class Role(TenantRow):
    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)
    code: Mapped[str]
    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="", server_default="")
    builtin: Mapped[bool] = mapped_column(default=False)
    units: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Org units (ids as text) that the scope 自定义 reaches."""


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
