"""The rules of login policies and of the company's calendar. The only writer of their tables."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access.models import CalendarDay, Employee, LoginPolicy, Role
from loanbroker_api.access.permissions import POLICIES_MANAGE
from loanbroker_api.access.policies.guard import demand_subject
from loanbroker_api.access.policies.places import places
from loanbroker_api.access.policies.problems import CalendarDayNotFound, PolicyExists, PolicyNotFound
from loanbroker_api.access.policies.schemas import PART_NAMES, CalendarDayIn, PartName, PolicyIn, PolicyParts, PolicyUpdate
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid, Stale
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.settings import Settings


def stored(parts: PolicyParts) -> dict[str, Any]:
    """As it lies in the table: parts that are off are absent."""
    return {name: part.model_dump(mode="json") for name in PART_NAMES if (part := getattr(parts, name)) is not None}


def replaced(data: PolicyIn | PolicyUpdate, *, own: bool) -> list[PartName]:
    """The parts in which an employee's policy replaces his roles': those named, and those it gives, which would otherwise say nothing."""
    if not own:
        return []
    given = set(data.overrides) | {name for name in PART_NAMES if getattr(data.parts, name) is not None}
    return [name for name in PART_NAMES if name in given]


def check_parts(data: PolicyIn | PolicyUpdate, settings: Settings, *, own: bool, at: str = "") -> None:
    """Raises Invalid for codes that are no place's, an end of a window nobody can reach, and overrides of a role's policy."""
    errors: list[FieldError] = []
    if data.overrides and not own:
        message = "只有员工的策略能取代角色的"
        errors.append(FieldError(f"{at}/overrides", "access.overrides-of-role", message, "Only an employee's policy overrides"))
    known = places(settings)
    for index, code in enumerate(data.parts.region.allow if data.parts.region else ()):
        if not known.known(code):
            pointer = f"{at}/parts/region/allow/{index}"
            errors.append(FieldError(pointer, "access.place-unknown", "没有这个行政区划代码", "There is no such division code"))
    if errors:
        raise Invalid(*errors)


async def check_subject(session: ReadSession, data: PolicyIn, *, at: str = "") -> None:
    """Raises Invalid when the role or the employee is not there."""
    if data.role_id is not None and await session.scalar(select(Role.id).where(Role.id == data.role_id)) is None:
        raise Invalid(FieldError(f"{at}/roleId", "access.role-not-found", "角色不存在", "There is no such role"))
    if data.employee_id is not None and await session.scalar(select(Employee.id).where(Employee.id == data.employee_id)) is None:
        raise Invalid(FieldError(f"{at}/employeeId", "access.employee-not-found", "员工不存在", "There is no such employee"))


def _may_write(uow: UnitOfWork, actor: Actor) -> None:
    actor.require(POLICIES_MANAGE)
    actor.require_step_up("policies", uow.now)


def _tell(uow: UnitOfWork, policy: LoginPolicy) -> None:
    """Live sessions feel it: one employee's, or those of everybody who may hold the role."""
    if policy.employee_id is not None:
        uow.changed(employee_id=policy.employee_id)
    else:
        uow.changed()


def _changes(was: dict[str, Any], now: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [was.get(name), now.get(name)] for name in (*PART_NAMES, "overrides") if was.get(name) != now.get(name)}


async def create_policy(uow: UnitOfWork, actor: Actor, data: PolicyIn) -> LoginPolicy:
    """Raises Forbidden, StepUpRequired, Invalid, BeyondOwn, PolicyExists."""
    _may_write(uow, actor)
    own = data.employee_id is not None
    check_parts(data, uow.runtime.settings, own=own)
    await check_subject(uow.session, data)
    await demand_subject(uow.session, actor, role_id=data.role_id, employee_id=data.employee_id)
    values = {
        "id": new_id(),
        "role_id": data.role_id,
        "employee_id": data.employee_id,
        "client": data.client,
        "parts": stored(data.parts),
        "overrides": replaced(data, own=own),
        "created_at": uow.now,
        "updated_at": uow.now,
    }
    # The unique key decides, so that two administrators at once do not make two.
    created = await uow.session.scalar(insert(LoginPolicy).values(values).on_conflict_do_nothing().returning(LoginPolicy))
    if created is None:
        raise PolicyExists
    changes = _changes({}, {**created.parts, "overrides": created.overrides or None})
    uow.audit(actor, "access.policy_created", created.id, **_subject(created), client=created.client, changes=changes)
    _tell(uow, created)
    return created


def _subject(policy: LoginPolicy) -> dict[str, UUID]:
    return {"role": policy.role_id} if policy.role_id is not None else {"employee": policy.employee_id} if policy.employee_id else {}


async def get_policy(session: ReadSession, actor: Actor, policy_id: UUID, *, lock: bool = False) -> LoginPolicy:
    """Raises Forbidden, PolicyNotFound."""
    actor.require(POLICIES_MANAGE)
    statement = select(LoginPolicy).where(LoginPolicy.id == policy_id)
    policy = await session.scalar(statement.with_for_update() if lock else statement)
    if policy is None:
        raise PolicyNotFound
    return policy


async def _locked(uow: UnitOfWork, actor: Actor, policy_id: UUID, version: int) -> LoginPolicy:
    policy = await get_policy(uow.session, actor, policy_id, lock=True)
    actor.require_step_up("policies", uow.now)
    await demand_subject(uow.session, actor, role_id=policy.role_id, employee_id=policy.employee_id)
    if policy.version != version:
        raise Stale(current={"version": policy.version, "parts": policy.parts, "overrides": policy.overrides})
    return policy


async def update_policy(uow: UnitOfWork, actor: Actor, policy_id: UUID, data: PolicyUpdate, version: int) -> LoginPolicy:
    """Saying the same again changes and announces nothing. Raises Forbidden, StepUpRequired, PolicyNotFound, BeyondOwn, Stale, Invalid."""
    policy = await _locked(uow, actor, policy_id, version)
    own = policy.employee_id is not None
    check_parts(data, uow.runtime.settings, own=own)
    parts, overrides = stored(data.parts), list(replaced(data, own=own))
    changes = _changes({**policy.parts, "overrides": policy.overrides}, {**parts, "overrides": overrides})
    if changes:
        policy.parts, policy.overrides = parts, overrides
        await uow.session.flush()
        uow.audit(actor, "access.policy_changed", policy.id, **_subject(policy), client=policy.client, changes=changes)
        _tell(uow, policy)
    return policy


async def delete_policy(uow: UnitOfWork, actor: Actor, policy_id: UUID, version: int) -> None:
    """Raises Forbidden, StepUpRequired, PolicyNotFound, BeyondOwn, Stale."""
    policy = await _locked(uow, actor, policy_id, version)
    await uow.session.execute(delete(LoginPolicy).where(LoginPolicy.id == policy.id))
    changes = _changes({**policy.parts, "overrides": policy.overrides or None}, {})
    uow.audit(actor, "access.policy_deleted", policy.id, **_subject(policy), client=policy.client, changes=changes)
    _tell(uow, policy)


async def put_day(uow: UnitOfWork, actor: Actor, day: date, data: CalendarDayIn) -> CalendarDay:
    """The company's word on a day; saying it again changes nothing. Raises Forbidden, StepUpRequired, Invalid."""
    _may_write(uow, actor)
    if not 2000 <= day.year <= 2100:  # a slip of the finger, and years that date arithmetic cannot leave
        raise Invalid(FieldError("day", "access.calendar-year", "年份应在 2000 到 2100 之间", "A year from 2000 to 2100"))
    fresh = {"tenant_id": uow.tenant_id, "day": day, "working": data.working, "title": data.title, "created_by": actor.id}
    made = await uow.session.scalar(insert(CalendarDay).values(fresh).on_conflict_do_nothing().returning(CalendarDay))
    if made is not None:
        uow.audit(actor, "access.calendar_day_set", None, day=day, changes={"working": [None, made.working], "title": [None, made.title]})
        uow.changed()
        return made
    row = (await uow.session.scalars(select(CalendarDay).where(CalendarDay.day == day).with_for_update())).one()
    was, now = (row.working, row.title), (data.working, data.title)
    if was != now:
        row.working, row.title, row.created_by = data.working, data.title, actor.id
        await uow.session.flush()
        changes = {name: [before, after] for name, before, after in zip(("working", "title"), was, now, strict=True) if before != after}
        uow.audit(actor, "access.calendar_day_set", None, day=day, changes=changes)
        uow.changed()
    return row


async def remove_day(uow: UnitOfWork, actor: Actor, day: date) -> None:
    """The state's word counts again. Raises Forbidden, StepUpRequired, CalendarDayNotFound."""
    _may_write(uow, actor)
    gone = await uow.session.scalar(delete(CalendarDay).where(CalendarDay.day == day).returning(CalendarDay))
    if gone is None:
        raise CalendarDayNotFound
    uow.audit(actor, "access.calendar_day_removed", None, day=day, changes={"working": [gone.working, None], "title": [gone.title, None]})
    uow.changed()
