"""What holds for a company as a whole: one writer of its roles and posts at a time, and never without an administrator."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import func, select, update

from loanbroker_api.access.models import Employee, EmployeeRole, RolePermission, Tenant
from loanbroker_api.access.permissions import EMPLOYEES_MANAGE, ROLES_MANAGE
from loanbroker_api.access.roles.problems import LastAdministrator
from loanbroker_api.core.actor import Scope
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.uow import UnitOfWork


async def lock_company(uow: UnitOfWork) -> None:
    """Whoever changes roles, posts or units waits here for the one before, and then sees what he left."""
    await uow.session.execute(select(Tenant.org_version).where(Tenant.tenant_id == uow.tenant_id).with_for_update())


async def administrators(session: ReadSession) -> set[UUID]:
    """Active employees who manage roles and employees in the whole company."""
    statement = (
        select(EmployeeRole.employee_id)
        .join(Employee, (Employee.tenant_id == EmployeeRole.tenant_id) & (Employee.id == EmployeeRole.employee_id))
        .join(RolePermission, (RolePermission.tenant_id == EmployeeRole.tenant_id) & (RolePermission.role_id == EmployeeRole.role_id))
        .where(Employee.active, RolePermission.permission.in_((ROLES_MANAGE, EMPLOYEES_MANAGE)), RolePermission.scope == Scope.COMPANY)
        .group_by(EmployeeRole.employee_id)
        .having(func.count(RolePermission.permission.distinct()) == 2)
    )
    return set(await session.scalars(statement))


@asynccontextmanager
async def keeping_an_administrator(uow: UnitOfWork) -> AsyncGenerator[None]:
    """Locks the company, lets the block write, and judges what is left. Raises LastAdministrator where the last one would go.

    A company that has none yet is not kept from anything.
    """
    await lock_company(uow)
    before = await administrators(uow.session)
    yield
    await uow.session.flush()
    if before and not await administrators(uow.session):
        raise LastAdministrator


async def org_changed(uow: UnitOfWork) -> None:
    """Units changed: every cached tree is out of date, and so is what every session reaches."""
    await uow.session.execute(update(Tenant).values(org_version=Tenant.org_version + 1))
    uow.changed()
