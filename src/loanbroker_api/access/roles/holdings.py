"""What an employee may do: the roles that he holds, merged.

A permission's scope is the widest that a role gives; a role with a list of units of its own (自定义) adds them, with everything below, to
whatever else reaches. A field is shown as the role that shows most of it shows it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text

from loanbroker_api.access.models import Role, RoleField, RolePermission, Tenant
from loanbroker_api.access.roles.trees import OrgTrees, Tree, all_below
from loanbroker_api.core.actor import Scope, Visibility
from loanbroker_api.core.db import ReadSession


@dataclass(frozen=True)
class Holding:
    """One role as data. `units` are those that its scope 自定义 names."""

    permissions: Mapping[str, Scope] = field(default_factory=dict[str, Scope])
    fields: Mapping[str, Visibility] = field(default_factory=dict[str, Visibility])
    units: frozenset[UUID] = frozenset()


class Reach(NamedTuple):
    """What an actor is made of: scope by permission, visibility by field, units by scope, listed units by permission."""

    scopes: dict[str, Scope]
    fields: dict[str, Visibility]
    units: dict[Scope, frozenset[UUID]]
    listed: dict[str, frozenset[UUID]]


def merge(held: Collection[Holding]) -> tuple[dict[str, Scope], dict[str, Visibility], dict[str, frozenset[UUID]]]:
    """Scope by permission, visibility by field, and the units that are named per permission.

    A scope is CUSTOM only where no role gives another one; a role that says nothing of a field does not outvote one that hides it.
    """
    scopes: dict[str, Scope] = {}
    fields: dict[str, Visibility] = {}
    named: dict[str, frozenset[UUID]] = {}
    for role in held:
        for permission, scope in role.permissions.items():
            if scope is Scope.CUSTOM:
                named[permission] = named.get(permission, frozenset()) | role.units
            else:
                scopes[permission] = max(scopes.get(permission, scope), scope)
        for name, shown in role.fields.items():
            fields[name] = max(fields.get(name, shown), shown)
    for permission in named:
        scopes.setdefault(permission, Scope.CUSTOM)
    return scopes, fields, named


def holdings(held: Collection[Holding], tree: Tree, unit_id: UUID) -> Reach:
    """Roles merged for somebody in `unit_id`, with everything below the units that they name."""
    scopes, fields, named = merge(held)
    return Reach(scopes, fields, tree.reached(unit_id), {code: all_below(tree.parents, tops) for code, tops in named.items()})


# Correlated with employee `e` of the tenant `:t`: his roles as JSON, for whoever reads an employee anyway.
HELD = """
    (SELECT json_agg(json_build_object(
        'units', r.units,
        'permissions', (SELECT json_object_agg(rp.permission, rp.scope) FROM role_permission rp
                        WHERE rp.tenant_id = :t AND rp.tenant_id = r.tenant_id AND rp.role_id = r.id),
        'fields', (SELECT json_object_agg(rf.field, rf.visibility) FROM role_field rf
                   WHERE rf.tenant_id = :t AND rf.tenant_id = r.tenant_id AND rf.role_id = r.id)))
     FROM employee_role er JOIN role r ON r.tenant_id = er.tenant_id AND r.id = er.role_id
     WHERE er.tenant_id = :t AND r.tenant_id = :t AND er.employee_id = e.id)
"""


def parse_held(value: list[dict[str, Any]] | None) -> list[Holding]:
    """What HELD answered."""
    return [_holding(role["permissions"] or {}, role["fields"] or {}, role["units"]) for role in value or []]


def _holding(permissions: dict[str, int], fields: dict[str, int], units: list[str]) -> Holding:
    return Holding(
        {code: Scope(scope) for code, scope in permissions.items()},
        {name: Visibility(shown) for name, shown in fields.items()},
        frozenset(UUID(unit) for unit in units),
    )


_EMPLOYEE = text(
    f"""
    SELECT e.unit_id, t.org_version, {HELD} AS held
    FROM employee e JOIN tenant t ON t.tenant_id = e.tenant_id
    WHERE e.tenant_id = :t AND t.tenant_id = :t AND e.id = :employee
    """  # noqa: S608 - composed of this module's own constant
)


async def actor_of(session: ReadSession, trees: OrgTrees, tenant_id: UUID, employee_id: UUID) -> Reach:
    """What an employee holds now. Raises LookupError when there is no such employee."""
    row = (await session.execute(_EMPLOYEE, {"t": tenant_id, "employee": employee_id})).one_or_none()
    if row is None:
        raise LookupError(employee_id)
    return holdings(parse_held(row.held), await trees.tree(session, tenant_id, row.org_version), row.unit_id)


async def role_held(session: ReadSession, trees: OrgTrees, tenant_id: UUID, role_id: UUID) -> Holding | None:
    """One role with everything below its units, as previews want it; None when there is no such role."""
    version = await session.scalar(select(Tenant.org_version))
    held = await read_holdings(session, [role_id])
    if version is None or role_id not in held:
        return None
    tree = await trees.tree(session, tenant_id, version)
    return replace(held[role_id], units=all_below(tree.parents, held[role_id].units))


async def read_holdings(session: ReadSession, role_ids: Collection[UUID]) -> dict[UUID, Holding]:
    """Roles as data, by id, in three statements."""
    permissions: dict[UUID, dict[str, int]] = {}
    fields: dict[UUID, dict[str, int]] = {}
    for granted in await session.scalars(select(RolePermission).where(RolePermission.role_id.in_(role_ids))):
        permissions.setdefault(granted.role_id, {})[granted.permission] = granted.scope
    for shown in await session.scalars(select(RoleField).where(RoleField.role_id.in_(role_ids))):
        fields.setdefault(shown.role_id, {})[shown.field] = shown.visibility
    roles = await session.execute(select(Role.id, Role.units).where(Role.id.in_(role_ids)))
    return {role.id: _holding(permissions.get(role.id, {}), fields.get(role.id, {}), role.units) for role in roles}
