"""The rules of one's own password. What knows a new one ends what the old one had opened."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access.events import PasswordChanged
from loanbroker_api.access.factors.problems import PasswordWrong
from loanbroker_api.access.factors.schemas import PasswordIn
from loanbroker_api.access.factors.service import require_person
from loanbroker_api.access.models import Employee
from loanbroker_api.access.passwords import SAME, PasswordWeak, check_new_password, check_password, hash_password
from loanbroker_api.access.policies.rules import locked
from loanbroker_api.access.queries import get_tenant
from loanbroker_api.access.sessions import lockout
from loanbroker_api.access.sessions.ending import drop_tickets, end_sessions
from loanbroker_api.access.sessions.live import limits_of
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.errors import FieldError, PreviewReadOnly
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork

REASON: Final = "password"


async def check_current(runtime: Runtime, actor: Actor, password: str) -> str:
    """The stored hash that one's own current password fits.

    A try is counted before it is looked at, in a transaction of its own and together with step-up's: the refusal of a change does not roll
    its count back, and fifty at once get no more looks than the login policy gives.
    Raises PreviewReadOnly, PersonOnly, PasswordWrong, LoginLocked.
    """
    if actor.read_only:
        raise PreviewReadOnly
    me = actor.employee_id
    async with runtime.uow(actor.tenant_id) as uow:
        await require_person(uow, actor)
        limits = await limits_of(uow.session, actor.tenant_id, me, actor.request.client)
        counted = await lockout.take_attempt(uow, **_subject(actor, me), part=limits.attempts)
        stored = await uow.session.scalar(select(Employee.password_hash).where(Employee.id == me))
    if counted.locked_until is not None:
        raise locked(counted.locked_until - runtime.clock.now())
    fits, _ = await check_password(password, stored)
    async with runtime.uow(actor.tenant_id) as uow:
        if fits:
            await lockout.forget_attempts(uow, **_subject(actor, me))
        else:
            uow.audit(actor, "access.password_refused", me)
    if not fits or stored is None:
        raise PasswordWrong
    return stored


def _subject(actor: Actor, employee_id: UUID) -> dict[str, Any]:
    """The counter of who is signed in already: his own, apart from that of his login, which strangers can close."""
    return {"username": "", "device_id": employee_id, "ip": actor.request.ip}


async def change_own_password(uow: UnitOfWork, actor: Actor, data: PasswordIn, checked: str) -> None:
    """Choose a new password and end one's other sessions. `checked` is what `check_current` answered.

    Raises PasswordWeak (pointer /next), PasswordWrong (somebody changed it meanwhile).
    """
    held = select(Employee).where(Employee.id == actor.employee_id).with_for_update(key_share=True)
    employee = (await uow.session.scalars(held, execution_options={"populate_existing": True})).one()
    if employee.password_hash != checked:
        raise PasswordWrong
    await set_password(uow, actor, employee, data.next, pointer="/next")
    await end_sessions(uow, actor, employee.id, REASON, keep=actor.session_id)
    await drop_tickets(uow, employee.id)


async def set_password(uow: UnitOfWork, actor: Actor, employee: Employee, password: str, *, pointer: str) -> None:
    """Give an employee the password he chose himself; he need not change it again. Raises PasswordWeak, also for the one he has.

    The caller holds the employee's row and ends the sessions.
    """
    tenant = await get_tenant(uow.session)
    check_new_password(
        uow.runtime.settings,
        password,
        username=employee.username,
        tenant_code=tenant.code,
        display_name=employee.display_name,
        pointer=pointer,
    )
    same, _ = await check_password(password, employee.password_hash)
    if same:
        raise PasswordWeak(FieldError(pointer, *SAME))
    employee.password_hash = await hash_password(password)
    employee.must_change_password = False
    employee.password_changed_at = uow.now
    await uow.session.flush()
    uow.audit(actor, "access.password_changed", employee.id)
    uow.emit(PasswordChanged(employee_id=employee.id))
    uow.changed(employee_id=employee.id)
