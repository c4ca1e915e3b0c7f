"""The rules of roles. The only writer of role, role_permission and role_field."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from loanbroker_api.access.models import OrgUnit, Role, RoleField, RolePermission
from loanbroker_api.access.permissions import EMPLOYEES_VIEW, ROLES_MANAGE
from loanbroker_api.access.roles import queries
from loanbroker_api.access.roles.company import keeping_an_administrator, lock_company
from loanbroker_api.access.roles.granting import demand_role
from loanbroker_api.access.roles.holdings import Holding, read_holdings
from loanbroker_api.access.roles.problems import RoleBuiltin, RoleInUse, RoleNameTaken, RoleNotFound
from loanbroker_api.access.roles.schemas import RoleCopyIn, RoleIn
from loanbroker_api.access.roles.trees import read_tree
from loanbroker_api.core.actions import allowed
from loanbroker_api.core.actor import Actor, Scope, Visibility
from loanbroker_api.core.db import ReadSession, Small
from loanbroker_api.core.errors import FieldError, Forbidden, Invalid, Problem, Stale
from loanbroker_api.core.grading import GRADED
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.permissions import PERMISSIONS, title_of
from loanbroker_api.core.schemas import AllowedAction
from loanbroker_api.core.uow import UnitOfWork

MAX_ROLES = 200
_NOTHING = Holding()


class TooManyRoles(Problem):
    code, status = "access.too-many-roles", 409
    message, english = "一个机构最多 {limit} 个角色", "A company has at most {limit} roles"
    remedy = "删除不再用的角色。"


async def get_role(session: ReadSession, actor: Actor, role_id: UUID) -> Role:
    """Raises Forbidden, RoleNotFound."""
    if not actor.may(ROLES_MANAGE):
        actor.require(EMPLOYEES_VIEW)
    role = (await queries.roles_by_id(session, [role_id])).get(role_id)
    if role is None:
        raise RoleNotFound
    return role


async def create_role(uow: UnitOfWork, actor: Actor, data: RoleIn) -> Role:
    """Raises Forbidden, StepUpRequired, Invalid, BeyondOwn, RoleNameTaken, TooManyRoles."""
    actor.require(ROLES_MANAGE)
    actor.require_step_up("policies", uow.now)
    await lock_company(uow)
    holding = _parse(data)
    # Fields that a new role says nothing of are masked, which is more than nothing.
    before = Holding(fields=dict.fromkeys(GRADED, Visibility.HIDDEN))
    await _check(uow, actor, before, holding, data, holder_units=set())
    return await _create(uow, actor, data.name, data.note, holding)


async def _create(uow: UnitOfWork, actor: Actor, name: str, note: str, holding: Holding) -> Role:
    await _check_name(uow.session, name, None)
    if (await uow.session.scalar(select(func.count()).select_from(Role)) or 0) >= MAX_ROLES:
        raise TooManyRoles(limit=MAX_ROLES)
    units = sorted(str(unit) for unit in holding.units)
    role = Role(id=new_id(), code=f"r_{secrets.token_hex(4)}", name=name, note=note, units=units)
    uow.session.add(role)
    await uow.session.flush()
    _write_rows(uow, role.id, holding)
    await uow.session.flush()
    uow.audit(actor, "access.role_created", role.id, name=name, changes=_changes(_NOTHING, holding))
    return role


async def update_role(uow: UnitOfWork, actor: Actor, role_id: UUID, data: RoleIn, version: int) -> Role:
    """Raises Forbidden, RoleNotFound, StepUpRequired, Stale, Invalid, BeyondOwn, RoleNameTaken, LastAdministrator.

    A permission or field that the role had before may stay though the actor does not hold it; what is added or widened may not.
    """
    async with keeping_an_administrator(uow):
        role = await _writable(uow, actor, role_id)
        was = (await read_holdings(uow.session, [role_id]))[role_id]
        if role.version != version:
            raise Stale(current={"id": str(role.id), "version": role.version, "name": role.name})
        now = _parse(data)
        await _check(uow, actor, was, now, data, holder_units=await queries.units_of_holders(uow.session, role_id))
        await _check_name(uow.session, data.name, role_id)
        changes = _changes(was, now)
        for label, old, new in (("name", role.name, data.name), ("note", role.note, data.note)):
            if old != new:
                changes[label] = [old, new]
        if not changes:
            return role
        # Its permissions are rows of their own, so the version is counted here and not by what of the role's columns changed.
        changed = await uow.session.scalars(
            update(Role)
            .where(Role.id == role_id)
            .values(
                name=data.name,
                note=data.note,
                units=sorted(str(unit) for unit in now.units),
                version=Role.version + 1,
                updated_at=uow.now,
            )
            .returning(Role),
            execution_options={"populate_existing": True},
        )
        role = changed.one()
        await uow.session.execute(delete(RolePermission).where(RolePermission.role_id == role_id))
        await uow.session.execute(delete(RoleField).where(RoleField.role_id == role_id))
        _write_rows(uow, role_id, now)
    uow.audit(actor, "access.role_updated", role.id, name=role.name, changes=changes)
    uow.changed()
    return role


async def copy_role(uow: UnitOfWork, actor: Actor, role_id: UUID, data: RoleCopyIn) -> Role:
    """A role like another one. Raises Forbidden, RoleNotFound, StepUpRequired, BeyondOwn, RoleNameTaken, TooManyRoles."""
    await lock_company(uow)
    role = await _writable(uow, actor, role_id)
    holding = (await read_holdings(uow.session, [role_id]))[role_id]
    before = Holding(fields=dict.fromkeys(GRADED, Visibility.HIDDEN))
    order = (sorted(holding.permissions), sorted(holding.fields))
    demand_role(actor, before, holding, order=order, tree=await read_tree(uow.session), holder_units=set())
    return await _create(uow, actor, data.name, role.note, holding)


async def delete_role(uow: UnitOfWork, actor: Actor, role_id: UUID, version: int) -> None:
    """Raises Forbidden, RoleNotFound, StepUpRequired, Stale, RoleBuiltin, RoleInUse."""
    await lock_company(uow)
    role = await _writable(uow, actor, role_id)
    if role.version != version:
        raise Stale(current={"id": str(role.id), "version": role.version, "name": role.name})
    refused = deletion_refused(role, (await queries.holders_by_role(uow.session, [role_id])).get(role_id, 0))
    if refused is not None:
        raise refused
    was = (await read_holdings(uow.session, [role_id]))[role_id]
    await uow.session.execute(delete(Role).where(Role.id == role_id))
    uow.audit(actor, "access.role_deleted", role_id, name=role.name, changes=_changes(was, _NOTHING))
    uow.changed()


def deletion_refused(role: Role, holders: int) -> Problem | None:
    """A role that somebody holds is never deleted, so no administrator is lost that way."""
    if role.builtin:
        return RoleBuiltin()
    return RoleInUse(count=holders) if holders else None


def role_actions(actor: Actor, role: Role, holders: int) -> list[AllowedAction]:
    """What the actor may do to a role, with reasons."""
    manage = None if actor.may(ROLES_MANAGE) else Forbidden(permission=ROLES_MANAGE, permission_title=title_of(ROLES_MANAGE))
    return [
        allowed("edit", manage),
        allowed("copy", manage),
        allowed("delete", manage or deletion_refused(role, holders)),
        allowed("preview", manage),
    ]


async def _writable(uow: UnitOfWork, actor: Actor, role_id: UUID) -> Role:
    role = await get_role(uow.session, actor, role_id)
    actor.require(ROLES_MANAGE)
    actor.require_step_up("policies", uow.now)
    return role


def _parse(data: RoleIn) -> Holding:
    """Raises Invalid for what is not declared, is said twice, or has a scope that it cannot have."""
    errors: list[FieldError] = []
    permissions: dict[str, Scope] = {}
    fields: dict[str, Visibility] = {}
    for position, grant in enumerate(data.permissions):
        declared, at = PERMISSIONS.get(grant.permission), f"/permissions/{position}"
        if declared is None:
            errors.append(FieldError(f"{at}/permission", "access.permission-unknown", "没有这项权限", "There is no such permission"))
        elif grant.permission in permissions:
            errors.append(FieldError(f"{at}/permission", "access.permission-twice", "这项权限出现了两次", "This permission is there twice"))
        elif not declared.scoped and grant.scope != "company":
            errors.append(
                FieldError(f"{at}/scope", "access.permission-unscoped", "这项权限没有数据范围，填 company", "It has no data scope")
            )
        else:
            permissions[grant.permission] = Scope[grant.scope.upper()]
    for position, shown in enumerate(data.fields):
        if shown.field not in GRADED:
            errors.append(FieldError(f"/fields/{position}/field", "access.field-unknown", "没有这个分级字段", "There is no such field"))
        elif shown.field in fields:
            errors.append(FieldError(f"/fields/{position}/field", "access.field-twice", "这个字段出现了两次", "This field is there twice"))
        else:
            fields[shown.field] = Visibility[shown.visibility.upper()]
    if Scope.CUSTOM in permissions.values() and not data.units:
        errors.append(
            FieldError("/units", "access.units-missing", "有权限的范围是自定义，选至少一个组织", "Choose the units of the custom scope")
        )
    if errors:
        raise Invalid(*errors)
    return Holding(permissions, fields, frozenset(data.units))


async def _check(uow: UnitOfWork, actor: Actor, was: Holding, now: Holding, data: RoleIn, *, holder_units: set[UUID]) -> None:
    known = set(await uow.session.scalars(select(OrgUnit.id).where(OrgUnit.id.in_(now.units))))
    unknown = [
        FieldError(f"/units/{position}", "access.unit-unknown", "没有这个组织", "There is no such unit")
        for position, unit in enumerate(data.units)
        if unit not in known
    ]
    if unknown:
        raise Invalid(*unknown)
    order = ([grant.permission for grant in data.permissions], [field.field for field in data.fields])
    demand_role(actor, was, now, order=order, tree=await read_tree(uow.session), holder_units=holder_units)


async def _check_name(session: ReadSession, name: str, but: UUID | None) -> None:
    """Raises RoleNameTaken. The company is locked, so that nobody takes the name meanwhile."""
    if await session.scalar(select(Role.id).where(Role.name == name, Role.id != but if but else Role.id.is_not(None)).limit(1)):
        raise RoleNameTaken(name=name)


def _write_rows(uow: UnitOfWork, role_id: UUID, holding: Holding) -> None:
    uow.session.add_all(RolePermission(role_id=role_id, permission=code, scope=Small(scope)) for code, scope in holding.permissions.items())
    uow.session.add_all(RoleField(role_id=role_id, field=name, visibility=Small(shown)) for name, shown in holding.fields.items())


def _changes(was: Holding, now: Holding) -> dict[str, list[Any]]:
    """Was and now of what differs: `code scope`, `field visibility`, ids of units."""
    found: dict[str, list[Any]] = {}
    pairs: tuple[tuple[str, Mapping[str, Scope | Visibility], Mapping[str, Scope | Visibility]], ...] = (
        ("permissions", was.permissions, now.permissions),
        ("fields", was.fields, now.fields),
    )
    for label, before, after in pairs:
        old, new = ({f"{name} {value.name.lower()}" for name, value in one.items()} for one in (before, after))
        if old != new:
            found[label] = [sorted(old - new), sorted(new - old)]
    if was.units != now.units:
        found["units"] = [sorted(map(str, was.units)), sorted(map(str, now.units))]
    return found
