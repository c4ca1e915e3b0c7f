"""GraphQL of employees and org units, thin."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from pydantic.alias_generators import to_camel

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Employee
from loanbroker_api.access.permissions import EMPLOYEES_VIEW
from loanbroker_api.access.schemas import EmployeeFilter, UnitOut
from loanbroker_api.access.staff import queries, rows, service
from loanbroker_api.access.staff.schemas import DeactivateIn, EmployeeDetail, EmployeeIn, EmployeePatch, UnitIn, UnitPatch
from loanbroker_api.core.nodes import ActionNode, GradedNode, NamedNode, PageInfoNode
from loanbroker_api.core.paging import encode_cursor
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.workspace.graph import Info

Version = Annotated[int, strawberry.argument(description="所见版本号")]


@strawberry.type(name="RoleRef", description="角色的名称")
class RoleRefNode:
    id: UUID
    code: str
    name: str


@strawberry.type(name="StaffMember", description="员工的账号：资料、角色、第二因素、锁定")
class StaffNode:
    id: UUID
    version: int
    username: str
    display_name: str
    employee_no: str
    org_unit: NamedNode
    roles: list[RoleRefNode]
    on_duty: bool
    active: bool
    phone: GradedNode | None
    must_change_password: bool
    left_at: datetime | None
    totp: bool
    passkeys: int
    locked_until: datetime | None
    last_login_at: datetime | None
    allowed_actions: list[ActionNode]

    @classmethod
    def of(cls, row: EmployeeDetail) -> "StaffNode":
        made: dict[str, Any] = {
            **dict(row),
            "org_unit": NamedNode.of(row.org_unit),
            "roles": [RoleRefNode(id=role.id, code=role.code, name=role.name) for role in row.roles],
            "phone": GradedNode.of(row.phone),
            "totp": row.factors.totp,
            "passkeys": row.factors.passkeys,
            "allowed_actions": ActionNode.all_of(row.allowed_actions),
        }
        del made["factors"]
        return cls(**made)


@strawberry.type(name="StaffEdge")
class StaffEdge:
    cursor: str
    node: StaffNode


@strawberry.type(name="StaffConnection", description="一页员工")
class StaffConnection:
    edges: list[StaffEdge]
    page_info: PageInfoNode


@strawberry.type(name="OrgUnitDetail", description="组织，含上级和次序")
class UnitNode:
    id: UUID
    version: int
    parent_id: UUID | None
    kind: str
    name: str
    position: int

    @classmethod
    def of(cls, row: UnitOut) -> "UnitNode":
        return cls(**dict(row))


@strawberry.type(name="NewEmployee", description="新员工；临时密码只显示这一次")
class NewEmployeeNode:
    employee: StaffNode
    password: str | None


@strawberry.input(name="StaffFilter", description="state：active、suspended、left、locked")
class StaffFilterInput:
    search: str | None = None
    unit_id: UUID | None = None
    role_id: UUID | None = None
    state: str | None = None


@strawberry.input(name="NewEmployeeInput", description="新员工")
class EmployeeInput:
    username: str
    display_name: str
    unit_id: UUID
    role_ids: list[UUID]
    employee_no: str | None = None
    phone: str | None = None
    password: str | None = None


@strawberry.input(name="EmployeePatch", description="只改给出的字段；phone 给 null 是去掉号码")
class EmployeePatchInput:
    display_name: str | None = strawberry.UNSET
    employee_no: str | None = strawberry.UNSET
    unit_id: UUID | None = strawberry.UNSET
    phone: str | None = strawberry.UNSET
    role_ids: list[UUID] | None = strawberry.UNSET


@strawberry.input(name="OrgUnitInput", description="新组织：department 或 team")
class UnitInput:
    name: str
    kind: str
    parent_id: UUID
    position: int = 0


@strawberry.input(name="OrgUnitPatch", description="只改给出的字段")
class UnitPatchInput:
    name: str | None = strawberry.UNSET
    parent_id: UUID | None = strawberry.UNSET
    position: int | None = strawberry.UNSET


def _body(data: object) -> dict[str, Any]:
    """An input as REST's body has it, so that both doors point at the same fields."""
    return {to_camel(name): value for name, value in vars(data).items() if value is not strawberry.UNSET}


async def _node(info: Info, uow: UnitOfWork, person: Employee) -> StaffNode:
    (row,) = await rows.details(uow.session, info.context.actor, uow.keys, [person], uow.now)
    return StaffNode.of(row)


@strawberry.type
class AccessStaffQuery:
    @strawberry.field(description="数据权限内的员工，按工号")
    async def employees(
        self, info: Info, first: int = 50, after: str | None = None, filter: StaffFilterInput | None = None
    ) -> StaffConnection:
        context = info.context
        context.actor.require(EMPLOYEES_VIEW)
        wanted = EmployeeFilter.model_validate({"cursor": after, "limit": first, **(_body(filter) if filter else {})})
        keys = await context.keys()
        async with context.reads() as session:
            locked = await queries.locked_employees(session, keys, context.now()) if wanted.state == "locked" else None
            page = await access_queries.list_employees(session, context.actor, wanted, among=locked)
            found = await rows.details(session, context.actor, keys, page.items, context.now())
        edges = [StaffEdge(cursor=encode_cursor("employeeNo", row.employee_no, row.id), node=StaffNode.of(row)) for row in found]
        return StaffConnection(
            edges=edges,
            page_info=PageInfoNode(
                has_next_page=page.next_cursor is not None,
                has_previous_page=after is not None,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
        )

    @strawberry.field(description="一名员工的账号")
    async def employee(self, info: Info, id: UUID) -> StaffNode:
        context = info.context
        actor, keys = context.actor, await context.keys()
        async with context.reads() as session:
            person = await service.get_employee(session, actor, id)
            (row,) = await rows.details(session, actor, keys, [person], context.now())
        return StaffNode.of(row)

    @strawberry.field(description="公司、部门和团队，上级在前")
    async def org_units(self, info: Info) -> list[UnitNode]:
        async with info.context.reads() as session:
            return [UnitNode.of(rows.unit_out(unit)) for unit in await access_queries.list_units(session)]


@strawberry.type
class AccessStaffMutation:
    @strawberry.mutation(description="新建员工，返回只显示一次的临时密码")
    async def create_employee(self, info: Info, data: EmployeeInput) -> NewEmployeeNode:
        body = EmployeeIn.model_validate(_body(data))
        async with info.context.writes() as uow:
            person, password = await service.hire(uow, info.context.actor, body)
            return NewEmployeeNode(employee=await _node(info, uow, person), password=password)

    @strawberry.mutation(description="编辑员工")
    async def update_employee(self, info: Info, id: UUID, version: Version, data: EmployeePatchInput) -> StaffNode:
        body = EmployeePatch.model_validate(_body(data))
        async with info.context.writes() as uow:
            return await _node(info, uow, await service.edit(uow, info.context.actor, id, body, version))

    @strawberry.mutation(description="停用员工：left 离职，suspended 暂时停用")
    async def deactivate_employee(self, info: Info, id: UUID, version: Version, reason: str, note: str | None = None) -> StaffNode:
        body = DeactivateIn.model_validate({"reason": reason, "note": note})
        async with info.context.writes() as uow:
            return await _node(info, uow, await service.deactivate(uow, info.context.actor, id, body, version))

    @strawberry.mutation(description="启用员工")
    async def activate_employee(self, info: Info, id: UUID, version: Version) -> StaffNode:
        async with info.context.writes() as uow:
            return await _node(info, uow, await service.activate(uow, info.context.actor, id, version))

    @strawberry.mutation(description="重置密码，返回只显示一次的临时密码")
    async def reset_password(self, info: Info, id: UUID) -> str:
        async with info.context.writes() as uow:
            return await service.reset_password(uow, info.context.actor, id)

    @strawberry.mutation(description="重置第二因素")
    async def reset_factors(self, info: Info, id: UUID) -> bool:
        async with info.context.writes() as uow:
            await service.reset_factors(uow, info.context.actor, id)
        return True

    @strawberry.mutation(description="新建组织")
    async def create_org_unit(self, info: Info, data: UnitInput) -> UnitNode:
        body = UnitIn.model_validate(_body(data))
        async with info.context.writes() as uow:
            return UnitNode.of(rows.unit_out(await service.found_unit(uow, info.context.actor, body)))

    @strawberry.mutation(description="改名、移动、排序")
    async def update_org_unit(self, info: Info, id: UUID, version: Version, data: UnitPatchInput) -> UnitNode:
        body = UnitPatch.model_validate(_body(data))
        async with info.context.writes() as uow:
            return UnitNode.of(rows.unit_out(await service.change_unit(uow, info.context.actor, id, body, version)))

    @strawberry.mutation(description="删除空的组织")
    async def delete_org_unit(self, info: Info, id: UUID, version: Version) -> bool:
        async with info.context.writes() as uow:
            await service.remove_unit(uow, info.context.actor, id, version)
        return True
