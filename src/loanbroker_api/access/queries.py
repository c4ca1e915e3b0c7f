"""Reads of access."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from loanbroker_api.access.models import Employee, EmployeeRole, OrgUnit, Role, RolePermission, Tenant, TenantDirectory
from loanbroker_api.access.permissions import EMPLOYEES_VIEW
from loanbroker_api.access.schemas import EmployeeFilter
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows, keyset
from loanbroker_api.core.runtime import Runtime


async def tenant_by_code(runtime: Runtime, code: str) -> UUID | None:
    """A tenant's id by its code, through the shared directory."""
    async with AsyncSession(runtime.database.app) as session:
        return await session.scalar(select(TenantDirectory.tenant_id).where(TenantDirectory.code == code))


async def all_tenants(runtime: Runtime) -> list[UUID]:
    """Every tenant of the installation, for sweeps."""
    async with AsyncSession(runtime.database.app) as session:
        return list(await session.scalars(select(TenantDirectory.tenant_id).order_by(TenantDirectory.tenant_id)))


async def get_tenant(session: ReadSession) -> Tenant:
    return (await session.scalars(select(Tenant))).one()


async def list_units(session: ReadSession) -> list[OrgUnit]:
    """The whole org tree, parents before children."""
    return list(await session.scalars(select(OrgUnit).order_by(OrgUnit.kind != "company", OrgUnit.kind != "department", OrgUnit.position)))


async def units_by_id(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, OrgUnit]:
    return {unit.id: unit for unit in await session.scalars(select(OrgUnit).where(OrgUnit.id.in_(ids)))}


async def employees_by_id(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, Employee]:
    """Employees by id, whoever asks: a name on a row is not a list of the staff."""
    return {person.id: person for person in await session.scalars(select(Employee).where(Employee.id.in_(ids)))} if ids else {}


async def list_employees(
    session: ReadSession, actor: Actor, wanted: EmployeeFilter, *, among: Collection[UUID] | None = None
) -> Rows[Employee]:
    """Employees in the actor's scope, by staff number; `among` limits them to these."""
    statement = select(Employee)
    if among is not None:
        statement = statement.where(Employee.id.in_(among))
    units = actor.units_of(EMPLOYEES_VIEW)
    if units is not None:
        statement = statement.where(Employee.unit_id.in_(units) | (Employee.id == actor.id))
    if wanted.search:
        statement = statement.where(
            Employee.display_name.startswith(wanted.search, autoescape=True)
            | Employee.employee_no.startswith(wanted.search, autoescape=True)
        )
    if wanted.unit_id:
        statement = statement.where(Employee.unit_id == wanted.unit_id)
    if wanted.active is not None:
        statement = statement.where(Employee.active == wanted.active)
    if wanted.role_id:
        statement = statement.where(Employee.id.in_(select(EmployeeRole.employee_id).where(EmployeeRole.role_id == wanted.role_id)))
    if wanted.state == "active":
        statement = statement.where(Employee.active)
    elif wanted.state in {"suspended", "left"}:
        left = Employee.left_at.is_not(None) if wanted.state == "left" else Employee.left_at.is_(None)
        statement = statement.where(Employee.active.is_(False), left)
    return await keyset(session, statement, Employee.employee_no, Employee.id, sort="employeeNo", cursor=wanted.cursor, limit=wanted.limit)


async def roles_by_employee(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, list[Role]]:
    """Roles of many employees in one statement."""
    rows = await session.execute(
        select(EmployeeRole.employee_id, Role)
        .join(Role, (Role.tenant_id == EmployeeRole.tenant_id) & (Role.id == EmployeeRole.role_id))
        .where(EmployeeRole.employee_id.in_(ids))
        .order_by(Role.code)
    )
    found: dict[UUID, list[Role]] = {employee_id: [] for employee_id in ids}
    for employee_id, role in rows:
        found[employee_id].append(role)
    return found


async def on_duty_members(session: ReadSession, unit_id: UUID, permission: str) -> list[Employee]:
    """Active employees of one unit who are on duty and hold a permission, in a fixed order (for round robin)."""
    holds = (
        select(EmployeeRole.employee_id)
        .join(
            RolePermission,
            (RolePermission.tenant_id == EmployeeRole.tenant_id) & (RolePermission.role_id == EmployeeRole.role_id),
        )
        .where(RolePermission.permission == permission)
    )
    return list(
        await session.scalars(
            select(Employee)
            .where(Employee.unit_id == unit_id, Employee.active, Employee.on_duty, Employee.id.in_(holds))
            .order_by(Employee.employee_no)
        )
    )


async def holds(session: ReadSession, employee_id: UUID, permission: str) -> bool:
    """Whether an employee holds a permission, in whatever scope."""
    found = await session.scalar(
        select(RolePermission.permission)
        .join(EmployeeRole, (EmployeeRole.tenant_id == RolePermission.tenant_id) & (EmployeeRole.role_id == RolePermission.role_id))
        .where(EmployeeRole.employee_id == employee_id, RolePermission.permission == permission)
        .limit(1)
    )
    return found is not None


async def holders(session: ReadSession, permission: str) -> set[UUID]:
    """Employees who hold a permission."""
    return set(
        await session.scalars(
            select(EmployeeRole.employee_id)
            .join(RolePermission, (RolePermission.tenant_id == EmployeeRole.tenant_id) & (RolePermission.role_id == EmployeeRole.role_id))
            .where(RolePermission.permission == permission)
        )
    )


async def leaders_of(session: ReadSession, unit_id: UUID) -> list[UUID]:
    """The employees of a unit who lead it."""
    return list(
        await session.scalars(
            select(Employee.id)
            .join(EmployeeRole, (EmployeeRole.tenant_id == Employee.tenant_id) & (EmployeeRole.employee_id == Employee.id))
            .join(Role, (Role.tenant_id == EmployeeRole.tenant_id) & (Role.id == EmployeeRole.role_id))
            .where(Employee.unit_id == unit_id, Employee.active, Role.code == "leader")
        )
    )


async def deciders(session: ReadSession, employee: Employee, permission: str) -> list[Employee]:
    """Who may decide about an employee: the holders of a permission in his unit and the units above it, the nearest first; not himself."""
    held = await holders(session, permission)
    units = {unit.id: unit for unit in await list_units(session)}
    chain: list[UUID] = []
    at: UUID | None = employee.unit_id
    while at is not None and at in units:
        chain.append(at)
        at = units[at].parent_id
    found = await session.scalars(
        select(Employee).where(Employee.id.in_(held), Employee.unit_id.in_(chain), Employee.active, Employee.id != employee.id)
    )
    return sorted(found, key=lambda one: (chain.index(one.unit_id), one.employee_no))[:10]
