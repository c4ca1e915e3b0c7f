"""Employees: hired, edited, given roles."""

import secrets
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from loanbroker_api.access.models import EMPLOYEE_PHONE, Employee, EmployeeRole, OrgUnit, Tenant
from loanbroker_api.access.passwords import check_new_password, hash_password
from loanbroker_api.access.permissions import EMPLOYEES_MANAGE
from loanbroker_api.access.roles.company import keeping_an_administrator, lock_company
from loanbroker_api.access.roles.granting import Excess, beyond, demand_person, excess_of_reach
from loanbroker_api.access.roles.holdings import holdings, read_holdings
from loanbroker_api.access.roles.trees import Tree, read_tree
from loanbroker_api.access.staff import queries
from loanbroker_api.access.staff.problems import EmployeeNoTaken, PhoneTaken, UsernameTaken
from loanbroker_api.access.staff.schemas import EmployeeIn, EmployeePatch
from loanbroker_api.access.staff.service.reach import check_version, managed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid, Problem
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.normalize.errors import BadValue
from loanbroker_api.core.normalize.phones import PhoneKind, normalize_phone
from loanbroker_api.core.uow import UnitOfWork

# Letters and digits that nobody mistakes for one another when they are read out.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_TAKEN: dict[str, type[Problem]] = {
    "uq_employee_tenant_id_username": UsernameTaken,
    "uq_employee_employee_no": EmployeeNoTaken,
    "uq_employee_phone": PhoneTaken,
}


def temporary_password(at_least: int) -> str:
    """Groups of four, at least 79 bits, and as long as the company's passwords must be."""
    groups = max(4, -(-(at_least + 1) // 5))
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


async def hire(uow: UnitOfWork, actor: Actor, data: EmployeeIn) -> tuple[Employee, str | None]:
    """An employee with a temporary password, which is told this once (None where the caller chose it).

    Raises Forbidden, StepUpRequired, Invalid, PasswordWeak, BeyondOwn, UsernameTaken, EmployeeNoTaken, PhoneTaken.
    """
    actor.require(EMPLOYEES_MANAGE)
    if data.role_ids:
        actor.require_step_up("policies", uow.now)
    settings = uow.runtime.settings
    made = None if data.password else temporary_password(settings.password_min)
    if data.password:
        code = await uow.session.scalar(select(Tenant.code)) or ""
        check_new_password(settings, data.password, username=data.username, tenant_code=code, display_name=data.display_name)
    hashed = await hash_password(data.password or made or "")
    await lock_company(uow)
    await _check_unit(uow.session, actor, data.unit_id)
    await _check_roles(uow.session, actor, data.role_ids, set(), data.unit_id)
    person = Employee(
        id=new_id(),
        username=data.username,
        display_name=data.display_name,
        employee_no=data.employee_no or await _next_number(uow.session),
        unit_id=data.unit_id,
        password_hash=hashed,
        must_change_password=True,
        password_changed_at=uow.now,
    )
    set_phone(uow, person, data.phone)
    await _save(uow, person)
    uow.session.add_all(EmployeeRole(employee_id=person.id, role_id=role_id) for role_id in set(data.role_ids))
    await uow.session.flush()
    facts: dict[str, Any] = {"username": person.username, "unit": person.unit_id, "roles": sorted(map(str, data.role_ids))}
    uow.audit(actor, "access.employee_created", person.id, **facts, phone=person.phone_masked)
    return person, made


async def edit(uow: UnitOfWork, actor: Actor, employee_id: UUID, data: EmployeePatch, version: int) -> Employee:
    """Raises Forbidden, EmployeeNotFound, EmployeeNotYours, StepUpRequired, Stale, Invalid, BeyondOwn, LastAdministrator, …Taken.

    A phone can be a way to sign in, so that of somebody who holds more than the actor is not the actor's to change; nor are his roles.
    """
    async with keeping_an_administrator(uow):
        person = await managed(uow.session, actor, employee_id)
        sent = data.model_fields_set
        if data.role_ids is not None:
            actor.require_step_up("policies", uow.now)
        check_version(person, version)
        held = (await queries.role_ids_of(uow.session, [person.id]))[person.id]
        before = (await queries.reaches(uow.session, [person]))[person.id]
        changes: dict[str, list[Any]] = {}
        if data.unit_id is not None and data.unit_id != person.unit_id:
            await _check_unit(uow.session, actor, data.unit_id)
            kept = await read_holdings(uow.session, held if data.role_ids is None else held & set(data.role_ids))
            after = holdings(kept.values(), await read_tree(uow.session), data.unit_id)
            excess = excess_of_reach(actor, after, before)
            if excess:
                raise beyond([("/unitId", excess)])
            changes["unitId"] = [person.unit_id, data.unit_id]
            person.unit_id = data.unit_id
        if data.role_ids is not None and set(data.role_ids) != held:
            demand_person(actor, before, "/roleIds")
            await _check_roles(uow.session, actor, data.role_ids, held, person.unit_id)
            await _put_roles(uow, person.id, held, set(data.role_ids))
            changes["roleIds"] = [sorted(map(str, held)), sorted(map(str, set(data.role_ids)))]
        for name, field in (("display_name", "displayName"), ("employee_no", "employeeNo")):
            value = getattr(data, name)
            if value is not None and value != getattr(person, name):
                changes[field] = [getattr(person, name), value]
                setattr(person, name, value)
        if "phone" in sent:
            masked, index = person.phone_masked, person.phone_index
            set_phone(uow, person, data.phone)
            if person.phone_index != index:
                demand_person(actor, before, "/phone")
                changes["phone"] = [masked, person.phone_masked]
        if not changes:
            return person
        # Roles are rows of their own: the version counts them, too.
        flag_modified(person, "unit_id")
        await _save(uow, person)
    uow.audit(actor, "access.employee_updated", person.id, changes=changes)
    uow.changed(employee_id=person.id)
    return person


async def _put_roles(uow: UnitOfWork, employee_id: UUID, held: set[UUID], wanted: set[UUID]) -> None:
    gone = held - wanted
    if gone:
        await uow.session.execute(delete(EmployeeRole).where(EmployeeRole.employee_id == employee_id, EmployeeRole.role_id.in_(gone)))
    uow.session.add_all(EmployeeRole(employee_id=employee_id, role_id=role_id) for role_id in wanted - held)
    await uow.session.flush()


def set_phone(uow: UnitOfWork, person: Employee, text: str | None) -> None:
    """Seal a mobile number, or none. Raises Invalid."""
    if text is None:
        EMPLOYEE_PHONE.seal(uow.keys, person, None)
        person.phone_index = None
        return
    try:
        phone = normalize_phone(text)
    except BadValue as bad:
        raise Invalid(FieldError("/phone", bad.code, bad.message, bad.message)) from bad
    if phone.kind is not PhoneKind.PLAIN:
        raise Invalid(FieldError("/phone", "access.phone-kind", "填 11 位手机号", "A mobile number of eleven digits"))
    index = uow.keys.blind("phone", phone.value)
    if index != person.phone_index:
        EMPLOYEE_PHONE.seal(uow.keys, person, phone.value)
        person.phone_index = index


async def _check_unit(session: ReadSession, actor: Actor, unit_id: UUID) -> None:
    """Raises Invalid for a unit that is not there or not in the actor's reach: which of the two is not told."""
    reach = actor.units_of(EMPLOYEES_MANAGE)
    known = await session.scalar(select(OrgUnit.id).where(OrgUnit.id == unit_id))
    if known is None or (reach is not None and unit_id not in reach):
        raise Invalid(FieldError("/unitId", "access.unit-unknown", "没有这个组织，或不在你的数据范围内", "No such unit in your scope"))


async def _check_roles(session: ReadSession, actor: Actor, wanted: list[UUID], held: set[UUID], unit_id: UUID) -> None:
    """Raises Invalid for roles that are not there, BeyondOwn for those that give somebody in this unit more than the actor holds."""
    known = await read_holdings(session, set(wanted))
    errors = [
        FieldError(f"/roleIds/{position}", "access.role-unknown", "没有这个角色", "There is no such role")
        for position, role_id in enumerate(wanted)
        if role_id not in known
    ]
    if errors:
        raise Invalid(*errors)
    tree: Tree = await read_tree(session)
    found: list[tuple[str, Excess]] = []
    for position, role_id in enumerate(wanted):
        excess = Excess() if role_id in held else excess_of_reach(actor, holdings([known[role_id]], tree, unit_id))
        if excess:
            found.append((f"/roleIds/{position}", excess))
    if found:
        raise beyond(found)


async def _next_number(session: ReadSession) -> str:
    """One more than the greatest staff number that is a number, four digits at least. The company is locked."""
    numbers: Collection[str] = list(
        await session.scalars(select(Employee.employee_no).where(Employee.employee_no.regexp_match("^[0-9]{1,9}$")))
    )
    return f"{max(map(int, numbers), default=0) + 1:04d}"


async def _save(uow: UnitOfWork, person: Employee) -> None:
    """Raises UsernameTaken, EmployeeNoTaken, PhoneTaken: the unique keys decide."""
    try:
        async with uow.session.begin_nested():
            uow.session.add(person)
            await uow.session.flush()
    except IntegrityError as error:
        key = getattr(getattr(error.orig, "__cause__", None), "constraint_name", "")
        if key not in _TAKEN:
            raise
        raise _TAKEN[key] from error
