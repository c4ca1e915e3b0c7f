"""Reads of sessions, devices, approvals and records."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access.models import Device, Employee, LoginApproval, LoginRecord, LoginSession
from loanbroker_api.access.permissions import SESSIONS_MANAGE
from loanbroker_api.access.sessions.approvals import WAITS
from loanbroker_api.access.sessions.schemas import ApprovalFilter, RecordFilter
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows, keyset


@dataclass(frozen=True)
class SessionRow:
    session: LoginSession
    device: Device | None


async def live_sessions(session: ReadSession, employee_id: UUID, now: datetime) -> list[SessionRow]:
    """An employee's live sessions, the last used first."""
    rows = await session.execute(
        select(LoginSession, Device)
        .outerjoin(Device, (Device.tenant_id == LoginSession.tenant_id) & (Device.id == LoginSession.device_id))
        .where(LoginSession.employee_id == employee_id, LoginSession.ended_at.is_(None), LoginSession.expires_at > now)
        .order_by(LoginSession.last_used_at.desc(), LoginSession.id)
    )
    return [SessionRow(row, device) for row, device in rows]


async def devices_of(session: ReadSession, employee_id: UUID) -> list[Device]:
    """An employee's devices, revoked ones left out, the last used first."""
    statement = (
        select(Device)
        .where(Device.employee_id == employee_id, Device.state != "revoked")
        .order_by(Device.last_used_at.desc(), Device.id)
        .limit(200)
    )
    return list(await session.scalars(statement))


async def current_device(session: ReadSession, session_id: UUID | None) -> UUID | None:
    """The device behind a session."""
    return await session.scalar(select(LoginSession.device_id).where(LoginSession.id == session_id))


async def list_approvals(session: ReadSession, actor: Actor, wanted: ApprovalFilter, now: datetime) -> Rows[LoginApproval]:
    """Requests to be let in of those in the actor's scope, newest first."""
    statement = select(LoginApproval)
    units = actor.units_of(SESSIONS_MANAGE)
    if units is not None:
        mine = select(Employee.id).where(Employee.unit_id.in_(units))
        statement = statement.where(LoginApproval.employee_id.in_(mine))
    waiting = (LoginApproval.state == WAITS) & (LoginApproval.expires_at > now)
    if wanted.state == "waiting":
        statement = statement.where(waiting)
    if wanted.state == "decided":
        statement = statement.where(~waiting)
    return await keyset(
        session,
        statement,
        LoginApproval.created_at,
        LoginApproval.id,
        sort="-createdAt",
        cursor=wanted.cursor,
        limit=wanted.limit,
        descending=True,
    )


async def list_records(session: ReadSession, actor: Actor, wanted: RecordFilter) -> Rows[LoginRecord]:
    """Attempts to sign in of those in the actor's scope, newest first."""
    statement = select(LoginRecord)
    units = actor.units_of(SESSIONS_MANAGE)
    if units is not None:
        statement = statement.where(LoginRecord.employee_id.in_(select(Employee.id).where(Employee.unit_id.in_(units))))
    if wanted.employee_id is not None:
        statement = statement.where(LoginRecord.employee_id == wanted.employee_id)
    if wanted.outcome is not None:
        statement = statement.where((LoginRecord.outcome == "ok") if wanted.outcome == "ok" else (LoginRecord.outcome != "ok"))
    return await keyset(
        session, statement, LoginRecord.at, LoginRecord.id, sort="-at", cursor=wanted.cursor, limit=wanted.limit, descending=True
    )


async def device_names(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await session.execute(select(Device.id, Device.name).where(Device.id.in_(ids)))
    return {row.id: row.name for row in rows}
