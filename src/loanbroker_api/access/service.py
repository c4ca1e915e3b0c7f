"""The rules of companies and their people as other areas need them: founding, adding, duty."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access.builtin_roles import BUILTIN_ROLES
from loanbroker_api.access.events import DutyChanged
from loanbroker_api.access.founding import STEPS
from loanbroker_api.access.models import (
    Employee,
    EmployeeRole,
    OrgUnit,
    Role,
    RoleField,
    RolePermission,
    Tenant,
    TenantDirectory,
)
from loanbroker_api.access.passwords import hash_password
from loanbroker_api.access.roles.company import org_changed
from loanbroker_api.core.actor import Actor, Scope
from loanbroker_api.core.audit import AuditHead
from loanbroker_api.core.db import Small
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork


class TenantCodeTaken(Problem):
    code, status = "access.tenant-code-taken", 409
    message, english = "机构代码“{tenant}”已被使用", "The company code {tenant} is taken"
    remedy = "换一个机构代码。"


class EmployeeNotFound(Problem):
    code, status = "access.employee-not-found", 404
    message, english = "员工不存在或无权查看", "There is no such employee, or you may not see them"
    remedy = "核对员工，或联系管理员。"


async def create_tenant(runtime: Runtime, *, code: str, name: str, tenant_id: UUID | None = None) -> UUID:
    """A new company with its keys, its audit chain, its built-in roles, its root unit and what areas give it. Raises TenantCodeTaken."""
    tenant_id = tenant_id or new_id()
    async with runtime.database.write(tenant_id, runtime.clock.now()) as session:
        taken = await session.scalar(
            insert(TenantDirectory).values(code=code, tenant_id=tenant_id).on_conflict_do_nothing().returning(TenantDirectory.code)
        )
        if taken is None:
            raise TenantCodeTaken(tenant=code)
        now = runtime.clock.now()
        session.add(Tenant(tenant_id=tenant_id, code=code, name=name, created_at=now))
        session.add(AuditHead())
        await runtime.keyring.create(session, tenant_id)
        uow = UnitOfWork(session, tenant_id, now, await runtime.keyring.load(session, tenant_id), runtime)
        actor = Actor.system(tenant_id, "create_tenant")
        session.add(OrgUnit(kind="company", name=name))
        for builtin in BUILTIN_ROLES:
            role = Role(id=new_id(), code=builtin.code, name=builtin.name, builtin=True)
            session.add(role)
            await session.flush()
            session.add_all(
                RolePermission(role_id=role.id, permission=permission, scope=Small(scope))
                for permission, scope in builtin.permissions.items()
            )
            session.add_all(RoleField(role_id=role.id, field=field, visibility=Small(shown)) for field, shown in builtin.fields.items())
        for step in STEPS.values():
            await step(uow, actor)
        uow.audit(actor, "access.tenant_created", tenant_id, code=code)
        await uow.commit()
    return tenant_id


async def add_unit(uow: UnitOfWork, actor: Actor, *, name: str, kind: str, parent_id: UUID | None, position: int = 0) -> OrgUnit:
    """A department or team under `parent_id`."""
    unit = OrgUnit(id=new_id(), name=name, kind=kind, parent_id=parent_id, position=Small(position))
    uow.session.add(unit)
    await uow.session.flush()
    await org_changed(uow)
    uow.audit(actor, "access.unit_created", unit.id, kind=kind)
    return unit


async def add_employee(
    uow: UnitOfWork,
    actor: Actor,
    *,
    username: str,
    display_name: str,
    employee_no: str,
    unit_id: UUID,
    password: str,
    role_codes: Sequence[str],
    on_duty: bool = False,
    password_hash: str | None = None,
) -> Employee:
    """An employee with roles. `password_hash` spares hashing where many share one password."""
    employee = Employee(
        id=new_id(),
        username=username,
        display_name=display_name,
        employee_no=employee_no,
        unit_id=unit_id,
        on_duty=on_duty,
        password_hash=password_hash or await hash_password(password),
    )
    uow.session.add(employee)
    await uow.session.flush()
    roles = await uow.session.scalars(select(Role).where(Role.code.in_(role_codes)))
    uow.session.add_all(EmployeeRole(employee_id=employee.id, role_id=role.id) for role in roles)
    await uow.session.flush()
    uow.audit(actor, "access.employee_created", employee.id, roles=list(role_codes))
    return employee


async def set_duty(uow: UnitOfWork, actor: Actor, *, on_duty: bool) -> Employee:
    """Go on or off duty: only who is on duty is given leads."""
    employee = (await uow.session.scalars(select(Employee).where(Employee.id == actor.employee_id).with_for_update())).one()
    if employee.on_duty != on_duty:
        employee.on_duty = on_duty
        await uow.session.flush()
        uow.audit(actor, "access.duty_changed", employee.id, on_duty=on_duty, changes={"onDuty": [not on_duty, on_duty]})
        uow.emit(DutyChanged(employee_id=employee.id, on_duty=on_duty))
    return employee


async def get_employee(uow: UnitOfWork, employee_id: UUID, *, active: bool = True) -> Employee:
    """Raises EmployeeNotFound."""
    employee = await uow.session.scalar(select(Employee).where(Employee.id == employee_id))
    if employee is None or (active and not employee.active):
        raise EmployeeNotFound
    return employee


SCOPE_NAMES: dict[Scope, str] = {scope: scope.name.lower() for scope in Scope}


def step_up_state(actor: Actor) -> dict[str, Any] | None:
    """Which acts the actor must confirm, and until when he has."""
    wanted = actor.step_up
    if wanted is None:
        return None
    return {"needed": sorted(wanted.needed), "until": wanted.at + wanted.valid if wanted.at else None}
