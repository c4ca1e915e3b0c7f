"""Reads of roles."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from loanbroker_api.access.models import Employee, EmployeeRole, Role
from loanbroker_api.core.db import ReadSession


async def list_roles(session: ReadSession) -> list[Role]:
    """All roles of the company: the built-in ones first, then by name. Bounded by service.MAX_ROLES."""
    return list(await session.scalars(select(Role).order_by(Role.builtin.desc(), Role.name, Role.id)))


async def roles_by_id(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, Role]:
    return {role.id: role for role in await session.scalars(select(Role).where(Role.id.in_(ids)))} if ids else {}


async def holders_by_role(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, int]:
    """How many employees hold each role, those who left included."""
    rows = await session.execute(
        select(EmployeeRole.role_id, func.count()).where(EmployeeRole.role_id.in_(ids)).group_by(EmployeeRole.role_id)
    )
    return dict(rows.all())


async def units_of_holders(session: ReadSession, role_id: UUID) -> set[UUID]:
    """Units in which somebody holds a role."""
    return set(
        await session.scalars(
            select(Employee.unit_id)
            .join(EmployeeRole, (EmployeeRole.tenant_id == Employee.tenant_id) & (EmployeeRole.employee_id == Employee.id))
            .where(EmployeeRole.role_id == role_id)
            .distinct()
        )
    )
