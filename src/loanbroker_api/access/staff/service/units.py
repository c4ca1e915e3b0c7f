"""Org units: the company, its departments, their teams."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from loanbroker_api.access.models import Employee, OrgUnit, Role
from loanbroker_api.access.permissions import UNITS_MANAGE
from loanbroker_api.access.roles.company import lock_company, org_changed
from loanbroker_api.access.roles.granting import beyond, excess_of_reach
from loanbroker_api.access.roles.holdings import Reach
from loanbroker_api.access.roles.trees import Tree, all_below, below, read_tree
from loanbroker_api.access.staff import queries
from loanbroker_api.access.staff.problems import RootUnit, UnitCycle, UnitInUse, UnitNotFound
from loanbroker_api.access.staff.schemas import UnitIn, UnitPatch
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession, Small
from loanbroker_api.core.errors import FieldError, Invalid, Stale
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork

MAX_UNITS = 2_000


async def found_unit(uow: UnitOfWork, actor: Actor, data: UnitIn) -> OrgUnit:
    """A department or team. Raises Forbidden, Invalid."""
    actor.require(UNITS_MANAGE)
    await lock_company(uow)
    await _check_parent(uow.session, data.parent_id)
    if (await uow.session.scalar(select(func.count()).select_from(OrgUnit)) or 0) >= MAX_UNITS:
        raise Invalid(FieldError("", "access.too-many-units", f"最多 {MAX_UNITS} 个组织", f"At most {MAX_UNITS} units"))
    unit = OrgUnit(id=new_id(), name=data.name, kind=data.kind, parent_id=data.parent_id, position=Small(data.position))
    uow.session.add(unit)
    await uow.session.flush()
    await org_changed(uow)
    uow.audit(actor, "access.unit_created", unit.id, kind=unit.kind, name=unit.name, parent=unit.parent_id)
    return unit


async def change_unit(uow: UnitOfWork, actor: Actor, unit_id: UUID, data: UnitPatch, version: int) -> OrgUnit:
    """Rename, move or reorder. Raises Forbidden, UnitNotFound, Stale, Invalid, RootUnit, UnitCycle, BeyondOwn.

    A move that would bring units into the actor's own reach is beyond what he holds.
    """
    actor.require(UNITS_MANAGE)
    await lock_company(uow)
    unit = await _unit(uow.session, unit_id, version)
    changes: dict[str, list[Any]] = {}
    if data.parent_id is not None and data.parent_id != unit.parent_id:
        if unit.parent_id is None:
            raise RootUnit
        await _check_parent(uow.session, data.parent_id)
        tree = await read_tree(uow.session)
        if data.parent_id in below(tree.parents, unit_id):
            raise UnitCycle
        _demand_no_gain(actor, tree, Tree({**tree.parents, unit_id: data.parent_id}, tree.kinds))
        changes["parentId"] = [unit.parent_id, data.parent_id]
        unit.parent_id = data.parent_id
    if data.name is not None and data.name != unit.name:
        changes["name"] = [unit.name, data.name]
        unit.name = data.name
    if data.position is not None and data.position != unit.position:
        changes["position"] = [unit.position, data.position]
        unit.position = Small(data.position)
    if not changes:
        return unit
    await uow.session.flush()
    await org_changed(uow)
    uow.audit(actor, "access.unit_updated", unit.id, changes=changes)
    return unit


async def remove_unit(uow: UnitOfWork, actor: Actor, unit_id: UUID, version: int) -> None:
    """Raises Forbidden, UnitNotFound, Stale, RootUnit, UnitInUse."""
    actor.require(UNITS_MANAGE)
    await lock_company(uow)
    unit = await _unit(uow.session, unit_id, version)
    if unit.parent_id is None:
        raise RootUnit
    if await uow.session.scalar(select(OrgUnit.id).where(OrgUnit.parent_id == unit_id).limit(1)):
        raise UnitInUse(why="它有下级")
    if await uow.session.scalar(select(Employee.id).where(Employee.unit_id == unit_id).limit(1)):
        raise UnitInUse(why="里面有员工（含已停用的）")
    for name, units in await uow.session.execute(select(Role.name, Role.units)):
        if str(unit_id) in units:
            raise UnitInUse(why=f"角色“{name}”的自定义范围里有它")
    name, kind, parent = unit.name, unit.kind, unit.parent_id
    try:
        async with uow.session.begin_nested():
            await uow.session.delete(unit)
            await uow.session.flush()
    except IntegrityError as error:
        # Later areas refer to units by foreign keys; which one it is, access does not know.
        raise UnitInUse(why="还有客户、业务单或渠道归它") from error
    await org_changed(uow)
    uow.audit(actor, "access.unit_deleted", unit_id, name=name, kind=kind, parent=parent)


def _demand_no_gain(actor: Actor, was: Tree, now: Tree) -> None:
    """Raises BeyondOwn where a move of units would widen what the actor himself reaches."""
    if actor.unit_id is None:
        return
    before = Reach(dict(actor.scopes), dict(actor.fields), was.reached(actor.unit_id), dict(actor.listed))
    # A list of units reaches whatever is below any of them, before and after.
    listed = {code: all_below(now.parents, units) for code, units in actor.listed.items()}
    after = before._replace(units=now.reached(actor.unit_id), listed=listed)
    excess = excess_of_reach(replace(actor, units=before.units), after, before)
    if excess:
        raise beyond([("/parentId", excess)])


async def _unit(session: ReadSession, unit_id: UUID, version: int) -> OrgUnit:
    unit = await queries.unit(session, unit_id, lock=True)
    if unit is None:
        raise UnitNotFound
    if unit.version != version:
        raise Stale(current={"id": str(unit.id), "version": unit.version, "name": unit.name})
    return unit


async def _check_parent(session: ReadSession, parent_id: UUID) -> None:
    """Raises Invalid: a team has no units below it."""
    parent = await queries.unit(session, parent_id)
    if parent is None:
        raise Invalid(FieldError("/parentId", "access.unit-unknown", "没有这个组织", "There is no such unit"))
    if parent.kind == "team":
        raise Invalid(FieldError("/parentId", "access.unit-team", "团队下面不能再有组织", "A team has no units below it"))
