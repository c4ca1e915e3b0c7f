"""The rules of one's own password. What knows a new one (change, login that must change, reset) ends what the old one had opened."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access.events import PasswordChanged, SessionEnded
from loanbroker_api.access.factors.problems import PasswordTriesUsed, PasswordWrong
from loanbroker_api.access.factors.schemas import PasswordIn
from loanbroker_api.access.models import Employee, LoginCounter, LoginSession, LoginTicket
from loanbroker_api.access.passwords import SAME, PasswordWeak, check_new_password, check_password, hash_password
from loanbroker_api.access.queries import get_tenant
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.errors import FieldError, PreviewReadOnly
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork

TRIES: Final = 5
WINDOW: Final = timedelta(minutes=15)
_KIND: Final = "own_password"


async def check_current(runtime: Runtime, actor: Actor, password: str) -> str:
    """The stored hash that one's own current password fits. Counts a try before it looks, in a transaction of its own: 50 wrong ones at
    once are 5 looks, and a refusal that rolls the change back does not roll its count back.

    Raises PreviewReadOnly, PasswordWrong, PasswordTriesUsed (5 tries without a right one within 15 minutes).
    """
    if actor.read_only:
        raise PreviewReadOnly
    async with runtime.uow(actor.tenant_id) as uow:
        await _count_try(uow, actor.employee_id)
        stored = await uow.session.scalar(select(Employee.password_hash).where(Employee.id == actor.employee_id))
    fits, _ = await check_password(password, stored)
    async with runtime.uow(actor.tenant_id) as uow:
        if fits:
            await uow.session.execute(
                delete(LoginCounter).where(LoginCounter.kind == _KIND, LoginCounter.key == _key(uow, actor.employee_id))
            )
        else:
            uow.audit(actor, "access.password_refused", actor.employee_id)
    if not fits or stored is None:
        raise PasswordWrong
    return stored


async def change_own_password(uow: UnitOfWork, actor: Actor, data: PasswordIn, checked: str) -> None:
    """Choose a new password and end one's other sessions. `checked` is what `check_current` answered.

    Raises PasswordWeak (pointer /next), PasswordWrong (somebody changed it meanwhile).
    """
    held = select(Employee).where(Employee.id == actor.employee_id).with_for_update(key_share=True)
    employee = (await uow.session.scalars(held, execution_options={"populate_existing": True})).one()
    if employee.password_hash != checked:
        raise PasswordWrong
    await set_password(uow, actor, employee, data.next, pointer="/next")
    await end_sessions(uow, actor, employee.id, reason="password", but=actor.session_id)


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


async def end_sessions(uow: UnitOfWork, actor: Actor, employee_id: UUID, *, reason: str, but: UUID | None = None) -> int:
    """End an employee's sessions, all or all but one, and the logins that wait for something after the old password. Answers how many."""
    wanted = update(LoginSession).where(LoginSession.employee_id == employee_id, LoginSession.ended_at.is_(None))
    if but is not None:
        wanted = wanted.where(LoginSession.id != but)
    ended = list(await uow.session.scalars(wanted.values(ended_at=uow.now, end_reason=reason).returning(LoginSession.id)))
    await uow.session.execute(delete(LoginTicket).where(LoginTicket.employee_id == employee_id))
    for session_id in ended:
        uow.audit(actor, "access.session_ended", session_id, reason=reason, employee=employee_id)
        uow.emit(SessionEnded(session_id=session_id, employee_id=employee_id, reason=reason))
    uow.changed(employee_id=employee_id)
    return len(ended)


async def _count_try(uow: UnitOfWork, employee_id: UUID) -> None:
    """Raises PasswordTriesUsed. One statement, so that parallel tries count exactly."""
    key, oldest = _key(uow, employee_id), uow.now - WINDOW
    sent = insert(LoginCounter).values(kind=_KIND, key=key, failures=1, locks=0, locked_until=None, last_at=uow.now)
    counted = await uow.session.scalar(
        sent.on_conflict_do_update(
            index_elements=["tenant_id", "kind", "key"],
            set_={
                "failures": case((LoginCounter.last_at <= oldest, 1), else_=LoginCounter.failures + 1),
                "last_at": sent.excluded.last_at,
            },
            where=or_(LoginCounter.failures < TRIES, LoginCounter.last_at <= oldest),
        ).returning(LoginCounter.failures)
    )
    if counted is None:
        last = await uow.session.scalar(select(LoginCounter.last_at).where(LoginCounter.kind == _KIND, LoginCounter.key == key))
        raise PasswordTriesUsed(max(1, int(((last or uow.now) - oldest).total_seconds())))


def _key(uow: UnitOfWork, employee_id: UUID) -> bytes:
    return uow.keys.blind(_KIND, str(employee_id))
