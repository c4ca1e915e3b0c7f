"""GraphQL of roles, thin."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from loanbroker_api.access.permissions import EMPLOYEES_VIEW, ROLES_MANAGE
from loanbroker_api.access.roles import queries, rows, service
from loanbroker_api.access.roles.schemas import PermissionsOut, RoleCopyIn, RoleIn, RoleOut, RolePreviewOut
from loanbroker_api.access.schemas import FieldVisibility, HeldPermission
from loanbroker_api.core.nodes import ActionNode
from loanbroker_api.workspace.graph import Info

Version = Annotated[int, strawberry.argument(description="所见版本号")]


@strawberry.type(name="RolePermission", description="权限和数据范围")
class RolePermissionNode:
    permission: str
    scope: str

    @classmethod
    def all_of(cls, found: list[HeldPermission]) -> "list[RolePermissionNode]":
        return [cls(permission=row.permission, scope=row.scope) for row in found]


@strawberry.type(name="FieldVisibility", description="分级字段的可见性")
class FieldVisibilityNode:
    field: str
    visibility: str

    @classmethod
    def all_of(cls, found: list[FieldVisibility]) -> "list[FieldVisibilityNode]":
        return [cls(field=row.field, visibility=row.visibility) for row in found]


@strawberry.type(name="Role", description="角色")
class RoleNode:
    id: UUID
    version: int
    code: str
    name: str
    note: str
    builtin: bool
    employees: int
    permissions: list[RolePermissionNode]
    fields: list[FieldVisibilityNode]
    units: list[UUID]
    allowed_actions: list[ActionNode]

    @classmethod
    def of(cls, row: RoleOut) -> "RoleNode":
        return cls(
            id=row.id,
            version=row.version,
            code=row.code,
            name=row.name,
            note=row.note,
            builtin=row.builtin,
            employees=row.employees,
            permissions=RolePermissionNode.all_of(row.permissions),
            fields=FieldVisibilityNode.all_of(row.fields),
            units=row.units,
            allowed_actions=ActionNode.all_of(row.allowed_actions),
        )


@strawberry.type(name="Menu", description="页面")
class MenuNode:
    key: str
    path: str
    group: str


@strawberry.type(name="RolePreview", description="持有一个角色的人看到的菜单、权限和字段")
class RolePreviewNode:
    menus: list[MenuNode]
    permissions: list[RolePermissionNode]
    fields: list[FieldVisibilityNode]

    @classmethod
    def of(cls, row: RolePreviewOut) -> "RolePreviewNode":
        return cls(
            menus=[MenuNode(key=menu.key, path=menu.path, group=menu.group) for menu in row.menus],
            permissions=RolePermissionNode.all_of(row.permissions),
            fields=FieldVisibilityNode.all_of(row.fields),
        )


@strawberry.type(name="Permission", description="声明的一项权限；scoped 为 false 的没有数据范围")
class PermissionNode:
    code: str
    title: str
    scoped: bool


@strawberry.type(name="PermissionArea", description="一个业务区的权限")
class PermissionAreaNode:
    code: str
    permissions: list[PermissionNode]


@strawberry.type(name="GradedField", description="分级字段")
class GradedFieldNode:
    field: str
    title: str
    grade: str


@strawberry.type(name="MenuPermission", description="页面要的权限")
class MenuPermissionNode:
    key: str
    permission: str | None


@strawberry.type(name="PermissionCatalogue", description="角色可以由什么组成")
class CatalogueNode:
    areas: list[PermissionAreaNode]
    fields: list[GradedFieldNode]
    scopes: list[str]
    menus: list[MenuPermissionNode]

    @classmethod
    def of(cls, found: PermissionsOut) -> "CatalogueNode":
        return cls(
            areas=[
                PermissionAreaNode(
                    code=area.code,
                    permissions=[PermissionNode(code=one.code, title=one.title, scoped=one.scoped) for one in area.permissions],
                )
                for area in found.areas
            ],
            fields=[GradedFieldNode(field=one.field, title=one.title, grade=one.grade) for one in found.fields],
            scopes=list(found.scopes),
            menus=[MenuPermissionNode(key=menu.key, permission=menu.permission) for menu in found.menus],
        )


@strawberry.input(name="PermissionGrantInput", description="权限和数据范围：self、team、team_below、department、custom、company")
class PermissionGrantInput:
    permission: str
    scope: str


@strawberry.input(name="FieldGrantInput", description="字段可见性：hidden、masked、full")
class FieldGrantInput:
    field: str
    visibility: str


@strawberry.input(name="RoleInput", description="整个角色")
class RoleInput:
    name: str
    permissions: list[PermissionGrantInput]
    fields: list[FieldGrantInput]
    note: str = ""
    units: list[UUID] = strawberry.field(default_factory=list)


def _body(data: RoleInput) -> RoleIn:
    given: dict[str, Any] = {**vars(data), "permissions": [vars(one) for one in data.permissions]}
    return RoleIn.model_validate(given | {"fields": [vars(one) for one in data.fields]})


@strawberry.type
class AccessRoleQuery:
    @strawberry.field(description="权限目录")
    async def permission_catalogue(self, info: Info) -> CatalogueNode:
        info.context.actor.require(EMPLOYEES_VIEW)
        return CatalogueNode.of(rows.catalogue())

    @strawberry.field(description="全部角色，内置的在前")
    async def roles(self, info: Info) -> list[RoleNode]:
        actor = info.context.actor
        actor.require(EMPLOYEES_VIEW)
        async with info.context.reads() as session:
            return [RoleNode.of(row) for row in await rows.role_rows(session, actor, await queries.list_roles(session))]

    @strawberry.field(description="一个角色")
    async def role(self, info: Info, id: UUID) -> RoleNode:
        actor = info.context.actor
        async with info.context.reads() as session:
            (row,) = await rows.role_rows(session, actor, [await service.get_role(session, actor, id)])
        return RoleNode.of(row)

    @strawberry.field(description="以角色预览")
    async def role_preview(self, info: Info, id: UUID) -> RolePreviewNode:
        actor = info.context.actor
        async with info.context.reads() as session:
            role = await service.get_role(session, actor, id)
            actor.require(ROLES_MANAGE)
            return RolePreviewNode.of(await rows.preview_row(session, actor, role))


@strawberry.type
class AccessRoleMutation:
    @strawberry.mutation(description="新建角色")
    async def create_role(self, info: Info, data: RoleInput) -> RoleNode:
        body, actor = _body(data), info.context.actor
        async with info.context.writes() as uow:
            (row,) = await rows.role_rows(uow.session, actor, [await service.create_role(uow, actor, body)])
        return RoleNode.of(row)

    @strawberry.mutation(description="编辑角色，整体替换")
    async def update_role(self, info: Info, id: UUID, version: Version, data: RoleInput) -> RoleNode:
        body, actor = _body(data), info.context.actor
        async with info.context.writes() as uow:
            (row,) = await rows.role_rows(uow.session, actor, [await service.update_role(uow, actor, id, body, version)])
        return RoleNode.of(row)

    @strawberry.mutation(description="复制角色")
    async def copy_role(self, info: Info, id: UUID, name: str) -> RoleNode:
        body, actor = RoleCopyIn.model_validate({"name": name}), info.context.actor
        async with info.context.writes() as uow:
            (row,) = await rows.role_rows(uow.session, actor, [await service.copy_role(uow, actor, id, body)])
        return RoleNode.of(row)

    @strawberry.mutation(description="删除角色")
    async def delete_role(self, info: Info, id: UUID, version: Version) -> bool:
        async with info.context.writes() as uow:
            await service.delete_role(uow, info.context.actor, id, version)
        return True
