"""GraphQL of access, thin."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import strawberry

from loanbroker_api.access import queries, service
from loanbroker_api.access.factors.graph import FactorsNode, my_factors
from loanbroker_api.access.models import Employee, OrgUnit
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.workspace.graph import Info


async def load_employees(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Employee]:
    return await queries.employees_by_id(session, ids)


async def load_units(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, OrgUnit]:
    return await queries.units_by_id(session, ids)


@strawberry.type(name="Employee", description="员工")
class EmployeeNode:
    id: UUID
    display_name: str
    employee_no: str
    on_duty: bool

    @classmethod
    def of(cls, row: Employee) -> "EmployeeNode":
        return cls(id=row.id, display_name=row.display_name, employee_no=row.employee_no, on_duty=row.on_duty)


@strawberry.type(name="OrgUnit", description="公司、部门或团队")
class OrgUnitNode:
    id: UUID
    name: str
    kind: str

    @classmethod
    def of(cls, row: OrgUnit) -> "OrgUnitNode":
        return cls(id=row.id, name=row.name, kind=row.kind)


@strawberry.type(name="HeldPermission", description="持有的权限和数据范围")
class HeldPermissionNode:
    permission: str
    scope: str


@strawberry.type(name="Me", description="当前员工")
class MeNode:
    employee: EmployeeNode
    permissions: list[HeldPermissionNode]
    server_time: datetime
    factors: FactorsNode = strawberry.field(resolver=my_factors, description="我的第二因素")


@strawberry.type
class AccessQuery:
    @strawberry.field(description="当前员工和权限")
    async def me(self, info: Info) -> MeNode:
        actor = info.context.actor
        employee: Employee = await info.context.loader(load_employees).load(actor.employee_id)
        held = [HeldPermissionNode(permission=code, scope=service.SCOPE_NAMES[scope]) for code, scope in sorted(actor.scopes.items())]
        return MeNode(employee=EmployeeNode.of(employee), permissions=held, server_time=info.context.now())


@strawberry.type
class AccessMutation:
    @strawberry.mutation(description="切换在岗状态")
    async def set_duty(self, info: Info, on_duty: bool) -> EmployeeNode:
        async with info.context.writes() as uow:
            employee = await service.set_duty(uow, info.context.actor, on_duty=on_duty)
        return EmployeeNode.of(employee)
