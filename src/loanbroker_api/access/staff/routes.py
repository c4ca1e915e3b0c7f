"""REST of employees and org units, thin."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.access.models import Employee
from loanbroker_api.access.passwords import PasswordWeak
from loanbroker_api.access.permissions import EMPLOYEES_MANAGE, EMPLOYEES_VIEW, UNITS_MANAGE
from loanbroker_api.access.roles.problems import BeyondOwn, LastAdministrator
from loanbroker_api.access.schemas import EmployeeFilter, EmployeeOut, UnitOut, UnitsOut
from loanbroker_api.access.service import EmployeeNotFound
from loanbroker_api.access.staff import queries, rows, service
from loanbroker_api.access.staff.problems import (
    AlreadyActive,
    AlreadyInactive,
    EmployeeNoTaken,
    EmployeeNotYours,
    PhoneTaken,
    RootUnit,
    UnitCycle,
    UnitInUse,
    UnitNotFound,
    UsernameTaken,
)
from loanbroker_api.access.staff.schemas import (
    DeactivateIn,
    EmployeeCreated,
    EmployeeDetail,
    EmployeeIn,
    EmployeePatch,
    TemporaryPassword,
    UnitIn,
    UnitPatch,
)
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale, StepUpRequired
from loanbroker_api.core.http import ONCE, area_router, gated, problems
from loanbroker_api.core.schemas import Page
from loanbroker_api.core.uow import UnitOfWork

router = area_router("access")
_ONE = (Forbidden, EmployeeNotFound)
_ACCOUNT = (*_ONE, EmployeeNotYours, BeyondOwn)


async def _detail(uow: UnitOfWork, actor: Actor, person: Employee) -> EmployeeDetail:
    return (await rows.details(uow.session, actor, uow.keys, [person], uow.now))[0]


@router.get("/employees", summary="员工列表", responses=problems(Forbidden), openapi_extra=gated(EMPLOYEES_VIEW))
async def list_employees(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[EmployeeFilter, Query()]
) -> Page[EmployeeOut]:
    """数据权限内的员工，按工号排序。"""
    actor.require(EMPLOYEES_VIEW)
    among = None
    if wanted.state == "locked":
        keys = await runtime.keyring.load(session, actor.tenant_id)
        among = await queries.locked_employees(session, keys, runtime.clock.now())
    page = await access_queries.list_employees(session, actor, wanted, among=among)
    return Page(items=await rows.employee_rows(session, page.items), next_cursor=page.next_cursor)


@router.get("/employees/{employee_id}", summary="员工", responses=problems(*_ONE), openapi_extra=gated(EMPLOYEES_VIEW))
async def get_employee(employee_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> EmployeeDetail:
    """资料、角色、第二因素、锁定和最近登录，以及你能对他做的操作。手机号按你的角色显示。"""
    person = await service.get_employee(session, actor, employee_id)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    return (await rows.details(session, actor, keys, [person], runtime.clock.now()))[0]


@router.post(
    "/employees",
    status_code=201,
    summary="新建员工",
    responses=problems(Forbidden, StepUpRequired, BeyondOwn, UsernameTaken, EmployeeNoTaken, PhoneTaken, PasswordWeak),
    openapi_extra=gated(EMPLOYEES_MANAGE, **{ONCE: ["password"]}),
)
async def create_employee(body: EmployeeIn, uow: Writes, actor: CurrentActor) -> EmployeeCreated:
    """返回只显示一次的临时密码，首次登录必须修改。给的角色不能超过你自己的权限。"""
    person, password = await service.hire(uow, actor, body)
    return EmployeeCreated(employee=await _detail(uow, actor, person), password=password)


@router.patch(
    "/employees/{employee_id}",
    summary="编辑员工",
    responses=problems(*_ACCOUNT, StepUpRequired, LastAdministrator, EmployeeNoTaken, PhoneTaken, Stale, IfMatchRequired),
    openapi_extra=gated(EMPLOYEES_MANAGE),
)
async def update_employee(employee_id: UUID, body: EmployeePatch, uow: Writes, actor: CurrentActor, version: IfMatch) -> EmployeeDetail:
    """改资料、组织、手机号、角色；角色改动一秒内对他的会话生效。权限比你大的人，角色和手机号你不能改。"""
    return await _detail(uow, actor, await service.edit(uow, actor, employee_id, body, version))


@router.post(
    "/employees/{employee_id}/deactivate",
    summary="停用员工",
    responses=problems(*_ACCOUNT, LastAdministrator, AlreadyInactive, Stale, IfMatchRequired),
    openapi_extra=gated(EMPLOYEES_MANAGE),
)
async def deactivate_employee(employee_id: UUID, body: DeactivateIn, uow: Writes, actor: CurrentActor, version: IfMatch) -> EmployeeDetail:
    """离职或暂时停用：他的登录和接口密钥立即结束。"""
    return await _detail(uow, actor, await service.deactivate(uow, actor, employee_id, body, version))


@router.post(
    "/employees/{employee_id}/activate",
    summary="启用员工",
    responses=problems(*_ACCOUNT, AlreadyActive, Stale, IfMatchRequired),
    openapi_extra=gated(EMPLOYEES_MANAGE),
)
async def activate_employee(employee_id: UUID, uow: Writes, actor: CurrentActor, version: IfMatch) -> EmployeeDetail:
    """恢复登录，角色照旧；已结束的会话和密钥不恢复。"""
    return await _detail(uow, actor, await service.activate(uow, actor, employee_id, version))


@router.post(
    "/employees/{employee_id}/reset-password",
    summary="重置密码",
    responses=problems(*_ACCOUNT, StepUpRequired),
    openapi_extra=gated(EMPLOYEES_MANAGE, **{ONCE: ["password"]}),
)
async def reset_password(employee_id: UUID, uow: Writes, actor: CurrentActor) -> TemporaryPassword:
    """换成只显示一次的临时密码，结束他的登录；他下次登录必须修改。"""
    return TemporaryPassword(password=await service.reset_password(uow, actor, employee_id))


@router.post(
    "/employees/{employee_id}/reset-factors",
    status_code=204,
    summary="重置第二因素",
    responses=problems(*_ACCOUNT, StepUpRequired),
    openapi_extra=gated(EMPLOYEES_MANAGE),
)
async def reset_factors(employee_id: UUID, uow: Writes, actor: CurrentActor) -> None:
    """删除他的验证器、通行密钥和恢复码；策略要求时下次登录重新登记。"""
    await service.reset_factors(uow, actor, employee_id)


@router.get("/org-units", summary="组织", openapi_extra=gated("self"))
async def list_units(session: Reads) -> UnitsOut:
    """公司、部门和团队，上级在前。"""
    return UnitsOut(items=[rows.unit_out(unit) for unit in await access_queries.list_units(session)])


@router.post("/org-units", status_code=201, summary="新建组织", responses=problems(Forbidden), openapi_extra=gated(UNITS_MANAGE))
async def create_unit(body: UnitIn, uow: Writes, actor: CurrentActor) -> UnitOut:
    """在公司或部门下建部门或团队；团队下面不能再有组织。"""
    return rows.unit_out(await service.found_unit(uow, actor, body))


@router.patch(
    "/org-units/{unit_id}",
    summary="编辑组织",
    responses=problems(Forbidden, BeyondOwn, UnitNotFound, UnitCycle, RootUnit, Stale, IfMatchRequired),
    openapi_extra=gated(UNITS_MANAGE),
)
async def update_unit(unit_id: UUID, body: UnitPatch, uow: Writes, actor: CurrentActor, version: IfMatch) -> UnitOut:
    """改名、移动、排序；数据范围随组织立即变化。不能借移动扩大自己的数据范围。"""
    return rows.unit_out(await service.change_unit(uow, actor, unit_id, body, version))


@router.delete(
    "/org-units/{unit_id}",
    status_code=204,
    summary="删除组织",
    responses=problems(Forbidden, UnitNotFound, UnitInUse, RootUnit, Stale, IfMatchRequired),
    openapi_extra=gated(UNITS_MANAGE),
)
async def delete_unit(unit_id: UUID, uow: Writes, actor: CurrentActor, version: IfMatch) -> None:
    """只能删空的组织。"""
    await service.remove_unit(uow, actor, unit_id, version)
