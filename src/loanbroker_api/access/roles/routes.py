"""REST of roles, thin."""

from uuid import UUID

from loanbroker_api.access.deps import CurrentActor, IfMatch, Reads, Writes
from loanbroker_api.access.permissions import EMPLOYEES_VIEW, ROLES_MANAGE
from loanbroker_api.access.roles import queries, rows, service
from loanbroker_api.access.roles.problems import BeyondOwn, LastAdministrator, RoleBuiltin, RoleInUse, RoleNameTaken, RoleNotFound
from loanbroker_api.access.roles.schemas import PermissionsOut, RoleCopyIn, RoleIn, RoleOut, RolePreviewOut, RolesOut
from loanbroker_api.access.roles.service import TooManyRoles
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale, StepUpRequired
from loanbroker_api.core.http import area_router, gated, problems

router = area_router("access")


@router.get("/permissions", summary="权限目录", responses=problems(Forbidden), openapi_extra=gated(EMPLOYEES_VIEW))
async def list_permissions(actor: CurrentActor) -> PermissionsOut:
    """角色可以由哪些权限、数据范围和字段组成，按业务区分组。"""
    actor.require(EMPLOYEES_VIEW)
    return rows.catalogue()


@router.get("/roles", summary="角色列表", responses=problems(Forbidden), openapi_extra=gated(EMPLOYEES_VIEW))
async def list_roles(session: Reads, actor: CurrentActor) -> RolesOut:
    """全部角色，内置的在前。"""
    actor.require(EMPLOYEES_VIEW)
    return RolesOut(items=await rows.role_rows(session, actor, await queries.list_roles(session)))


@router.get("/roles/{role_id}", summary="角色", responses=problems(Forbidden, RoleNotFound), openapi_extra=gated(EMPLOYEES_VIEW))
async def get_role(role_id: UUID, session: Reads, actor: CurrentActor) -> RoleOut:
    """一个角色的权限、数据范围和字段可见性。"""
    return (await rows.role_rows(session, actor, [await service.get_role(session, actor, role_id)]))[0]


@router.post(
    "/roles",
    status_code=201,
    summary="新建角色",
    responses=problems(Forbidden, StepUpRequired, BeyondOwn, RoleNameTaken, TooManyRoles),
    openapi_extra=gated(ROLES_MANAGE),
)
async def create_role(body: RoleIn, uow: Writes, actor: CurrentActor) -> RoleOut:
    """只能给出自己持有的权限，数据范围和字段可见性不超过自己的。"""
    return (await rows.role_rows(uow.session, actor, [await service.create_role(uow, actor, body)]))[0]


@router.put(
    "/roles/{role_id}",
    summary="编辑角色",
    responses=problems(Forbidden, StepUpRequired, BeyondOwn, RoleNotFound, RoleNameTaken, LastAdministrator, Stale, IfMatchRequired),
    openapi_extra=gated(ROLES_MANAGE),
)
async def update_role(role_id: UUID, body: RoleIn, uow: Writes, actor: CurrentActor, version: IfMatch) -> RoleOut:
    """整体替换；对持有它的人一秒内生效。自己没有的权限可以保留或去掉，不能新增或放宽。"""
    return (await rows.role_rows(uow.session, actor, [await service.update_role(uow, actor, role_id, body, version)]))[0]


@router.delete(
    "/roles/{role_id}",
    status_code=204,
    summary="删除角色",
    responses=problems(Forbidden, StepUpRequired, RoleNotFound, RoleInUse, RoleBuiltin, Stale, IfMatchRequired),
    openapi_extra=gated(ROLES_MANAGE),
)
async def delete_role(role_id: UUID, uow: Writes, actor: CurrentActor, version: IfMatch) -> None:
    """内置的和还有人持有的不能删。"""
    await service.delete_role(uow, actor, role_id, version)


@router.post(
    "/roles/{role_id}/copy",
    status_code=201,
    summary="复制角色",
    responses=problems(Forbidden, StepUpRequired, BeyondOwn, RoleNotFound, RoleNameTaken, TooManyRoles),
    openapi_extra=gated(ROLES_MANAGE),
)
async def copy_role(role_id: UUID, body: RoleCopyIn, uow: Writes, actor: CurrentActor) -> RoleOut:
    """以另一个名称复制它的权限、范围和字段可见性。"""
    return (await rows.role_rows(uow.session, actor, [await service.copy_role(uow, actor, role_id, body)]))[0]


@router.get(
    "/roles/{role_id}/preview", summary="以角色预览", responses=problems(Forbidden, RoleNotFound), openapi_extra=gated(ROLES_MANAGE)
)
async def preview_role(role_id: UUID, session: Reads, actor: CurrentActor) -> RolePreviewOut:
    """持有这个角色的人看到的菜单、权限和字段；不超过你自己的。整个客户端的预览用请求头 X-Preview-Role。"""
    role = await service.get_role(session, actor, role_id)
    actor.require(ROLES_MANAGE)
    return await rows.preview_row(session, actor, role)
