"""REST of access, thin."""

from loanbroker_api.access import queries, service
from loanbroker_api.access.deps import CurrentActor, CurrentGate, CurrentRuntime, Reads, Writes
from loanbroker_api.access.roles.rows import held_permissions, menus_of, visibilities
from loanbroker_api.access.schemas import (
    DutyIn,
    MeOut,
    MyselfOut,
    RoleRef,
    StepUpState,
    TenantOut,
    UnitRef,
)
from loanbroker_api.core.actor import Visibility
from loanbroker_api.core.grading import GRADED
from loanbroker_api.core.http import area_router, gated

router = area_router("access")


@router.get("/me", summary="我", openapi_extra=gated("self"))
async def get_me(session: Reads, actor: CurrentActor, runtime: CurrentRuntime, gate: CurrentGate) -> MeOut:
    """当前员工、机构、权限、字段可见性和菜单。客户端只按这里的权限和菜单绘制，不看角色名。"""
    employee = (await queries.employees_by_id(session, [actor.employee_id]))[actor.employee_id]
    unit = (await queries.units_by_id(session, [employee.unit_id]))[employee.unit_id]
    tenant = await queries.get_tenant(session)
    roles = (await queries.roles_by_employee(session, [employee.id]))[employee.id]
    standing = await gate.standing(actor)
    return MeOut(
        employee=MyselfOut.model_validate(employee),
        tenant=TenantOut(id=tenant.tenant_id, code=tenant.code, name=tenant.name),
        org_unit=UnitRef(id=unit.id, name=unit.name, kind=unit.kind),
        roles=[RoleRef.model_validate(role) for role in roles],
        permissions=held_permissions(actor.scopes),
        fields=visibilities({name: actor.fields.get(name, Visibility.MASKED) for name in GRADED}),
        menus=menus_of(actor),
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
