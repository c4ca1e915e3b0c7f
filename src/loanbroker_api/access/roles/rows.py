"""Roles as they are sent."""

from collections.abc import Collection, Mapping

from loanbroker_api.access.models import Role
from loanbroker_api.access.roles import queries
from loanbroker_api.access.roles.holdings import read_holdings, role_held
from loanbroker_api.access.roles.preview import preview_actor
from loanbroker_api.access.roles.schemas import (
    GradedFieldOut,
    MenuPermission,
    PermissionArea,
    PermissionOut,
    PermissionsOut,
    RoleOut,
    RolePreviewOut,
)
from loanbroker_api.access.roles.service import role_actions
from loanbroker_api.access.roles.trees import OrgTrees
from loanbroker_api.access.schemas import FieldVisibility, HeldPermission, MenuOut
from loanbroker_api.core.actor import Actor, Scope, Visibility
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.grading import GRADED
from loanbroker_api.core.permissions import MENUS, PERMISSIONS


def held_permissions(scopes: Mapping[str, Scope]) -> list[HeldPermission]:
    """By code."""
    return [HeldPermission.model_validate({"permission": code, "scope": scope.name.lower()}) for code, scope in sorted(scopes.items())]


def visibilities(fields: Mapping[str, Visibility]) -> list[FieldVisibility]:
    """By field, those that are said."""
    return [FieldVisibility.model_validate({"field": name, "visibility": shown.name.lower()}) for name, shown in sorted(fields.items())]


def menus_of(actor: Actor) -> list[MenuOut]:
    """The pages that an actor has, in their order."""
    open_ones = (menu for menu in MENUS.values() if menu.permission is None or actor.may(menu.permission))
    return [MenuOut(key=menu.key, path=menu.path, group=menu.group) for menu in sorted(open_ones, key=lambda menu: menu.order)]


async def role_rows(session: ReadSession, actor: Actor, roles: Collection[Role]) -> list[RoleOut]:
    """Roles with what they hold, in a fixed number of statements."""
    ids = [role.id for role in roles]
    held, holders = await read_holdings(session, ids), await queries.holders_by_role(session, ids)
    return [
        RoleOut(
            id=role.id,
            version=role.version,
            code=role.code,
            name=role.name,
            note=role.note,
            builtin=role.builtin,
            employees=holders.get(role.id, 0),
            permissions=held_permissions(held[role.id].permissions),
            fields=visibilities(held[role.id].fields),
            units=sorted(held[role.id].units),
            allowed_actions=role_actions(actor, role, holders.get(role.id, 0)),
        )
        for role in roles
    ]


async def preview_row(session: ReadSession, actor: Actor, role: Role) -> RolePreviewOut:
    """What GET /me would say while one previews a role."""
    held = await role_held(session, OrgTrees(), actor.tenant_id, role.id)
    seen = preview_actor(actor, [held] if held else [])
    return RolePreviewOut(
        menus=menus_of(seen),
        permissions=held_permissions(seen.scopes),
        fields=visibilities({name: seen.fields.get(name, Visibility.MASKED) for name in GRADED}),
    )


def catalogue() -> PermissionsOut:
    """Everything a role can be made of, as the areas declare it."""
    areas: dict[str, list[PermissionOut]] = {}
    for declared in PERMISSIONS.values():
        row = PermissionOut(code=declared.code, title=declared.title, scoped=declared.scoped)
        areas.setdefault(declared.code.split(".")[0], []).append(row)
    return PermissionsOut.model_validate(
        {
            "areas": [PermissionArea(code=code, permissions=rows) for code, rows in areas.items()],
            "fields": [
                GradedFieldOut.model_validate({"field": f.field, "title": f.title, "grade": f.grade.value}) for f in GRADED.values()
            ],
            "scopes": [scope.name.lower() for scope in Scope],
            "menus": [
                MenuPermission(key=menu.key, permission=menu.permission) for menu in sorted(MENUS.values(), key=lambda one: one.order)
            ],
        }
    )
