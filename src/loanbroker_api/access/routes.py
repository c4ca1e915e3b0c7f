"""REST of access, thin."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access import queries, service
from loanbroker_api.access.deps import CurrentActor, CurrentGate, CurrentRuntime, Reads, Writes
from loanbroker_api.access.models import Employee, OrgUnit, Role
from loanbroker_api.access.permissions import EMPLOYEES_VIEW
from loanbroker_api.access.schemas import (
    DutyIn,
    EmployeeFilter,
    EmployeeOut,
    FieldVisibility,
    HeldPermission,
    MenuOut,
    MeOut,
    MyselfOut,
    RoleRef,
    StepUpState,
    TenantOut,
    UnitOut,
    UnitRef,
    UnitsOut,
)
from loanbroker_api.core.actor import Visibility
from loanbroker_api.core.errors import Forbidden
from loanbroker_api.core.grading import GRADED
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.core.permissions import MENUS
from loanbroker_api.core.schemas import NamedRef, Page

router = area_router("access")


@router.get("/me", summary="我", openapi_extra=gated("self"))
async def get_me(session: Reads, actor: CurrentActor, runtime: CurrentRuntime, gate: CurrentGate) -> MeOut:
    """当前员工、机构、权限、字段可见性和菜单。客户端只按这里的权限和菜单绘制，不看角色名。"""
    employee = (await queries.employees_by_id(session, [actor.employee_id]))[actor.employee_id]
    unit = (await queries.units_by_id(session, [employee.unit_id]))[employee.unit_id]
    tenant = await queries.get_tenant(session)
    roles = (await queries.roles_by_employee(session, [employee.id]))[employee.id]
    standing = await gate.standing(actor)
    menus = sorted((menu for menu in MENUS.values() if menu.permission is None or actor.may(menu.permission)), key=lambda menu: menu.order)
    return MeOut(
        employee=MyselfOut.model_validate(employee),
        tenant=TenantOut(id=tenant.tenant_id, code=tenant.code, name=tenant.name),
        org_unit=UnitRef(id=unit.id, name=unit.name, kind=unit.kind),
        roles=[RoleRef.model_validate(role) for role in roles],
        permissions=[
            HeldPermission.model_validate({"permission": code, "scope": service.SCOPE_NAMES[scope]})
            for code, scope in sorted(actor.scopes.items())
        ],
        fields=[
            FieldVisibility.model_validate({"field": name, "visibility": actor.fields.get(name, Visibility.MASKED).name.lower()})
            for name in sorted(GRADED)
        ],
        menus=[MenuOut(key=menu.key, path=menu.path, group=menu.group) for menu in menus],
        idle_seconds=standing.idle_minutes * 60 if standing else 0,
        closes_at=standing.closes_at if standing else None,
        step_up=StepUpState.model_validate(service.step_up_state(actor)) if actor.step_up else None,
        preview=actor.read_only,
        server_time=runtime.clock.now(),
    )


@router.put("/me/duty", summary="在岗/离岗", openapi_extra=gated("self"))
async def put_duty(body: DutyIn, uow: Writes, actor: CurrentActor) -> MyselfOut:
    """切换在岗状态；只有在岗的人会分到新线索。"""
    return MyselfOut.model_validate(await service.set_duty(uow, actor, on_duty=body.on_duty))


@router.get("/org-units", summary="组织", openapi_extra=gated("self"))
async def list_units(session: Reads) -> UnitsOut:
    """公司、部门和团队，上级在前。"""
    return UnitsOut(items=[unit_out(unit) for unit in await queries.list_units(session)])


def unit_out(unit: OrgUnit) -> UnitOut:
    return UnitOut.model_validate(unit)


@router.get("/employees", summary="员工列表", responses=problems(Forbidden), openapi_extra=gated(EMPLOYEES_VIEW))
async def list_employees(session: Reads, actor: CurrentActor, wanted: Annotated[EmployeeFilter, Query()]) -> Page[EmployeeOut]:
    """数据权限内的员工，按工号排序。"""
    page = await queries.list_employees(session, actor, wanted)
    roles = await queries.roles_by_employee(session, [employee.id for employee in page.items])
    units = await queries.units_by_id(session, {employee.unit_id for employee in page.items})
    return Page(items=[_employee_out(employee, units, roles[employee.id]) for employee in page.items], next_cursor=page.next_cursor)


def _employee_out(employee: Employee, units: dict[UUID, OrgUnit], roles: list[Role]) -> EmployeeOut:
    return EmployeeOut(
        id=employee.id,
        display_name=employee.display_name,
        employee_no=employee.employee_no,
        username=employee.username,
        org_unit=NamedRef(id=employee.unit_id, name=units[employee.unit_id].name),
        on_duty=employee.on_duty,
        active=employee.active,
        roles=[RoleRef.model_validate(role) for role in roles],
    )
