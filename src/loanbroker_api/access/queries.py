"""Reads of access."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from loanbroker_api.access.models import Employee, EmployeeRole, OrgUnit, Role, RolePermission, Tenant, TenantDirectory
from loanbroker_api.access.permissions import EMPLOYEES_VIEW
from loanbroker_api.access.schemas import EmployeeFilter
from loanbroker_api.core.actor import Actor, RequestInfo, Scope, Visibility
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows, keyset
from loanbroker_api.core.runtime import Runtime


@dataclass(frozen=True)
class SessionState:
    """A session as the middleware judges it, with the actor that it stands for."""

    row: Row[Any]
    actor: Actor


_SESSION = text(
    """
    SELECT s.id, s.client, s.expires_at, s.ended_at, s.end_reason, s.last_used_at, e.id AS employee_id, e.display_name, e.unit_id, e.active,
           t.active AS tenant_active, t.org_version,
           (SELECT json_object_agg(p.permission, p.scope) FROM (
              SELECT rp.permission, max(rp.scope) AS scope FROM employee_role er
              JOIN role_permission rp ON rp.tenant_id = er.tenant_id AND rp.role_id = er.role_id
              WHERE er.tenant_id = :t AND rp.tenant_id = :t AND er.employee_id = e.id GROUP BY rp.permission) p) AS scopes,
           (SELECT json_object_agg(f.field, f.visibility) FROM (
              SELECT rf.field, max(rf.visibility) AS visibility FROM employee_role er
              JOIN role_field rf ON rf.tenant_id = er.tenant_id AND rf.role_id = er.role_id
              WHERE er.tenant_id = :t AND rf.tenant_id = :t AND er.employee_id = e.id GROUP BY rf.field) f) AS fields
    FROM login_session s
    JOIN employee e ON e.tenant_id = s.tenant_id AND e.id = s.employee_id
    JOIN tenant t ON t.tenant_id = s.tenant_id
    WHERE s.tenant_id = :t AND e.tenant_id = :t AND t.tenant_id = :t AND s.id = :session
    """
)


class OrgTrees:
    """Each tenant's org tree in memory, by its version; bounded."""

    def __init__(self, limit: int = 2_000) -> None:
        self._trees: dict[UUID, tuple[int, dict[UUID, UUID | None], dict[UUID, str]]] = {}
        self._limit = limit

    async def units(self, session: ReadSession, tenant_id: UUID, version: int, unit_id: UUID) -> dict[Scope, frozenset[UUID]]:
        """The org units that each scope reaches from `unit_id`."""
        known = self._trees.get(tenant_id)
        if known is None or known[0] != version:
            rows = (await session.execute(select(OrgUnit.id, OrgUnit.parent_id, OrgUnit.kind))).all()
            known = (version, {row.id: row.parent_id for row in rows}, {row.id: row.kind for row in rows})
            if len(self._trees) >= self._limit:
                self._trees.pop(next(iter(self._trees)))
            self._trees[tenant_id] = known
        _, parents, kinds = known
        department = unit_id
        while kinds.get(department) == "team" and (parent := parents.get(department)) is not None:
            department = parent
        return {
            Scope.TEAM: frozenset({unit_id}),
            Scope.TEAM_BELOW: below(parents, unit_id),
            Scope.DEPARTMENT: below(parents, department),
        }


def below(parents: dict[UUID, UUID | None], top: UUID) -> frozenset[UUID]:
    """A unit and everything under it."""
    found = {top}
    grew = True
    while grew:
        more = {unit for unit, parent in parents.items() if parent in found} - found
        found |= more
        grew = bool(more)
    return frozenset(found)


async def session_state(
    session: ReadSession, trees: OrgTrees, tenant_id: UUID, session_id: UUID, request: RequestInfo
) -> SessionState | None:
    """The session with everything a request is judged by, in one statement; None when there is no such session."""
    row = (await session.execute(_SESSION, {"t": tenant_id, "session": session_id})).one_or_none()
    if row is None:
        return None
    held: dict[str, int] = row.scopes or {}
    shown: dict[str, int] = row.fields or {}
    scopes = {code: Scope(value) for code, value in held.items()}
    fields = {name: Visibility(value) for name, value in shown.items()}
    actor = Actor(
        tenant_id=tenant_id,
        id=row.employee_id,
        kind="employee",
        name=row.display_name,
        session_id=row.id,
        unit_id=row.unit_id,
        scopes=scopes,
        fields=fields,
        units=await trees.units(session, tenant_id, row.org_version, row.unit_id),
        request=replace(request, client=row.client),
    )
    return SessionState(row, actor)


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


async def list_employees(session: ReadSession, actor: Actor, wanted: EmployeeFilter) -> Rows[Employee]:
    """Employees in the actor's scope, by staff number."""
    statement = select(Employee)
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
