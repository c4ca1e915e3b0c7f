"""Accounts: closed, opened again, their password and second factors taken away."""

from uuid import UUID

from sqlalchemy import delete

from loanbroker_api.access.events import DutyChanged
from loanbroker_api.access.factors import service as factors_service
from loanbroker_api.access.machines.service import end_keys_of
from loanbroker_api.access.models import Employee, LoginTicket
from loanbroker_api.access.passwords import hash_password
from loanbroker_api.access.roles.company import keeping_an_administrator, lock_company
from loanbroker_api.access.roles.granting import demand_person
from loanbroker_api.access.sessions.ending import end_sessions
from loanbroker_api.access.staff import queries
from loanbroker_api.access.staff.problems import AlreadyActive, AlreadyInactive
from loanbroker_api.access.staff.schemas import DeactivateIn
from loanbroker_api.access.staff.service.people import temporary_password
from loanbroker_api.access.staff.service.reach import check_version, managed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.uow import UnitOfWork


async def deactivate(uow: UnitOfWork, actor: Actor, employee_id: UUID, data: DeactivateIn, version: int) -> Employee:
    """Close an account: its sessions, half-done logins and API keys end with this transaction.

    Raises Forbidden, EmployeeNotFound, EmployeeNotYours, Stale, AlreadyInactive, BeyondOwn, LastAdministrator.
    """
    async with keeping_an_administrator(uow):
        person = await _account(uow, actor, employee_id)
        check_version(person, version)
        if not person.active:
            raise AlreadyInactive
        person.active = False
        person.left_at = uow.now if data.reason == "left" else None
        was_on_duty, person.on_duty = person.on_duty, False
    ended = await end_sessions(uow, actor, person.id, "left")
    await uow.session.execute(delete(LoginTicket).where(LoginTicket.employee_id == person.id))
    await end_keys_of(uow, actor, person.id, data.reason)
    if was_on_duty:
        uow.emit(DutyChanged(employee_id=person.id, on_duty=False))
    uow.audit(
        actor,
        "access.employee_deactivated",
        person.id,
        reason=data.reason,
        note=data.note,
        sessions=ended,
        changes={"active": [True, False]},
    )
    uow.changed(employee_id=person.id)
    return person


async def activate(uow: UnitOfWork, actor: Actor, employee_id: UUID, version: int) -> Employee:
    """Open an account again with the roles that it had; its sessions and keys stay ended.

    Raises Forbidden, EmployeeNotFound, EmployeeNotYours, Stale, AlreadyActive, BeyondOwn.
    """
    await lock_company(uow)
    person = await _account(uow, actor, employee_id)
    check_version(person, version)
    if person.active:
        raise AlreadyActive
    person.active, person.left_at = True, None
    await uow.session.flush()
    uow.audit(actor, "access.employee_activated", person.id, changes={"active": [False, True]})
    uow.changed(employee_id=person.id)
    return person


async def reset_password(uow: UnitOfWork, actor: Actor, employee_id: UUID) -> str:
    """A temporary password, told this once, that has to be changed at the next login; sessions end.

    Raises Forbidden, EmployeeNotFound, EmployeeNotYours, StepUpRequired, BeyondOwn.
    """
    password = temporary_password(uow.runtime.settings.password_min)
    hashed = await hash_password(password)
    person = await _account(uow, actor, employee_id)
    actor.require_step_up("policies", uow.now)
    person.password_hash, person.must_change_password, person.password_changed_at = hashed, True, uow.now
    await uow.session.flush()
    await uow.session.execute(delete(LoginTicket).where(LoginTicket.employee_id == person.id))
    ended = await end_sessions(uow, actor, person.id, "password")
    uow.audit(actor, "access.password_reset", person.id, sessions=ended)
    uow.changed(employee_id=person.id)
    return password


async def reset_factors(uow: UnitOfWork, actor: Actor, employee_id: UUID) -> None:
    """Forget the second factors and recovery codes of somebody who lost them; where his policy wants one he enrols at the next login.

    Raises Forbidden, EmployeeNotFound, EmployeeNotYours, StepUpRequired, BeyondOwn.
    """
    person = await _account(uow, actor, employee_id)
    actor.require_step_up("policies", uow.now)
    await factors_service.reset_factors(uow, actor, person.id)


async def _account(uow: UnitOfWork, actor: Actor, employee_id: UUID) -> Employee:
    """An account to act on: whoever takes it over must not gain by it."""
    person = await managed(uow.session, actor, employee_id)
    demand_person(actor, (await queries.reaches(uow.session, [person]))[person.id])
    return person
