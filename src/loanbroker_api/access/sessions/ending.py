"""How sessions end: at once, in every process, with a reason that is told."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update

from loanbroker_api.access.events import SessionEnded
from loanbroker_api.access.models import LoginSession, LoginTicket
from loanbroker_api.access.policies.problems import SessionExpired, SessionIdle, TimeRefused
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.uow import UnitOfWork

ENDING: Final[dict[type[Problem], str]] = {SessionIdle: "idle", SessionExpired: "expired", TimeRefused: "time"}
"""Refusals that end a live session for good. One from a wrong place does not: it may be a thief's, and the owner goes on."""


async def end_session(uow: UnitOfWork, actor: Actor, session: LoginSession, reason: str) -> bool:
    """End a session and its streams; ending it twice changes nothing. `reason` is a key of policies.rules.END_REASONS."""
    return bool(await _end(uow, actor, [session.id], reason))


async def end_sessions(
    uow: UnitOfWork, actor: Actor, employee_id: UUID, reason: str, *, keep: UUID | None = None, device_id: UUID | None = None
) -> int:
    """End an employee's sessions, all or those of one device, but for `keep`. Returns how many."""
    statement = select(LoginSession.id).where(LoginSession.employee_id == employee_id, LoginSession.ended_at.is_(None))
    if keep is not None:
        statement = statement.where(LoginSession.id != keep)
    if device_id is not None:
        statement = statement.where(LoginSession.device_id == device_id)
    return await _end(uow, actor, list(await uow.session.scalars(statement)), reason)


async def _end(uow: UnitOfWork, actor: Actor, session_ids: Sequence[UUID], reason: str) -> int:
    if not session_ids:
        return 0
    ended = await uow.session.execute(
        update(LoginSession)
        .where(LoginSession.id.in_(session_ids), LoginSession.ended_at.is_(None))
        .values(ended_at=uow.now, end_reason=reason)
        .returning(LoginSession.id, LoginSession.employee_id)
    )
    count = 0
    for session_id, employee_id in ended.all():
        count += 1
        uow.audit(actor, "access.session_ended", session_id, reason=reason, employee=employee_id)
        uow.emit(SessionEnded(session_id=session_id, employee_id=employee_id, reason=reason))
        uow.changed(employee_id=employee_id, session_id=session_id)
    return count


async def drop_tickets(uow: UnitOfWork, employee_id: UUID) -> None:
    """Logins under way of somebody who may not go on with them."""
    await uow.session.execute(delete(LoginTicket).where(LoginTicket.employee_id == employee_id))
