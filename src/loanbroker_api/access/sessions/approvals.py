"""Logins that a leader has to let in: a first device, a place nobody knows, something unusual without a second factor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access import queries
from loanbroker_api.access.events import LoginApprovalDecided, LoginApprovalWanted
from loanbroker_api.access.models import Device, Employee, LoginApproval
from loanbroker_api.access.permissions import SESSIONS_MANAGE
from loanbroker_api.access.policies.places import Place
from loanbroker_api.access.policies.problems import ApprovalRefused
from loanbroker_api.access.sessions.ending import end_sessions
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession, Small
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork

if TYPE_CHECKING:
    from loanbroker_api.access.sessions.login import Progress

WAITS, APPROVED, REFUSED = Small(0), Small(1), Small(2)
OPEN_FOR: Final = timedelta(minutes=15)
GOOD_FOR: Final = timedelta(minutes=30)
REMIND_AFTER: Final = timedelta(minutes=1)


class ApprovalNotFound(Problem):
    code, status = "access.approval-not-found", 404
    message, english = "这条登录申请不存在或无权处理", "There is no such login request, or it is not yours to decide"
    remedy = "刷新列表；申请 15 分钟内有效。"


class ApprovalSettled(Problem):
    code, status = "access.approval-settled", 409
    message, english = "这条登录申请已经处理或已过期", "This login request is settled or out of date"
    remedy = "刷新列表；让员工重新登录会产生新的申请。"


class OwnApproval(Problem):
    code, status = "access.own-approval", 403
    message, english = "不能批准自己的登录，请上级处理", "You cannot approve your own login"
    remedy = "由上级或其他管理员处理。"


@dataclass(frozen=True)
class Waiting:
    id: UUID
    kind: str
    expires_at: datetime
    leaders: tuple[str, ...]


async def ask(
    uow: UnitOfWork, employee: Employee, kind: str, progress: "Progress", *, place: Place, signals: tuple[str, ...], device: Device | None
) -> Waiting:
    """The open request of this login, made at the first asking: the employee's leaders are told."""
    known = progress.approvals.get(kind)
    row = await uow.session.get(LoginApproval, (uow.tenant_id, UUID(known))) if known else None
    leaders = await queries.deciders(uow.session, employee, SESSIONS_MANAGE)
    if row is None or row.state != WAITS or row.expires_at <= uow.now:
        row = LoginApproval(
            id=new_id(),
            employee_id=employee.id,
            kind=kind,
            client=progress.client,
            device_id=progress.device_id,
            ip=progress.ip,
            place=place.code,
            signals=list(signals),
            state=WAITS,
            expires_at=uow.now + OPEN_FOR,
        )
        uow.session.add(row)
        if kind == "device" and device is not None and device.state == "known":
            device.state = "pending"
        await uow.session.flush()
        actor = Actor(uow.tenant_id, employee.id, "employee", employee.display_name)
        uow.audit(actor, "access.approval_asked", row.id, kind=kind, client=progress.client)
        uow.emit(LoginApprovalWanted(approval_id=row.id, employee_id=employee.id, kind=kind, leaders=[leader.id for leader in leaders]))
    return Waiting(row.id, row.kind, row.expires_at, tuple(leader.display_name for leader in leaders))


async def granted(uow: UnitOfWork, asked: Mapping[str, str], ip: str) -> tuple[frozenset[str], Problem | None]:
    """Which of a login's requests are approved, and the refusal when one was refused."""
    if not asked:
        return frozenset(), None
    rows = await uow.session.scalars(select(LoginApproval).where(LoginApproval.id.in_([UUID(value) for value in asked.values()])))
    good: set[str] = set()
    for row in rows:
        if row.state == REFUSED:
            return frozenset(), ApprovalRefused()
        if row.state == APPROVED and row.decided_at is not None and uow.now < row.decided_at + GOOD_FOR and row.ip == ip:
            good.add(row.kind)
    return frozenset(good), None


async def remind(uow: UnitOfWork, asked: Mapping[str, str]) -> None:
    """Tell the leaders again, once a minute at most."""
    for value in asked.values():
        row = await uow.session.get(LoginApproval, (uow.tenant_id, UUID(value)), with_for_update=True)
        if row is None or row.state != WAITS or uow.now < (row.reminded_at or row.created_at) + REMIND_AFTER:
            continue
        row.reminded_at = uow.now
        employee = await uow.session.get_one(Employee, (uow.tenant_id, row.employee_id))
        leaders = await queries.deciders(uow.session, employee, SESSIONS_MANAGE)
        uow.emit(LoginApprovalWanted(approval_id=row.id, employee_id=row.employee_id, kind=row.kind, leaders=[one.id for one in leaders]))


async def decide(uow: UnitOfWork, actor: Actor, approval_id: UUID, version: int, *, approve: bool) -> LoginApproval:
    """Let a login in, or not. Raises ApprovalNotFound (also out of scope), OwnApproval, ApprovalSettled."""
    row = await uow.session.get(LoginApproval, (uow.tenant_id, approval_id), with_for_update=True)
    employee = await uow.session.get(Employee, (uow.tenant_id, row.employee_id)) if row is not None else None
    if row is None or employee is None or not actor.reaches(SESSIONS_MANAGE, owner_id=employee.id, unit_id=employee.unit_id):
        raise ApprovalNotFound
    actor.require(SESSIONS_MANAGE)
    if employee.id == actor.id:
        raise OwnApproval
    if row.state != WAITS or row.expires_at <= uow.now or row.version != version:
        raise ApprovalSettled
    row.state = APPROVED if approve else REFUSED
    row.decided_by, row.decided_at = actor.id, uow.now
    device = await uow.session.get(Device, (uow.tenant_id, row.device_id)) if row.device_id else None
    if row.kind == "device" and device is not None and device.state == "pending":
        device.state = "bound" if approve else "revoked"
        device.decided_by = actor.id
        if approve:
            device.bound_at = uow.now
        else:
            device.revoked_at = uow.now
            await end_sessions(uow, actor, employee.id, "device", device_id=device.id)
    await uow.session.flush()
    uow.audit(actor, "access.approval_decided", row.id, kind=row.kind, approve=approve, employee=employee.id)
    uow.emit(LoginApprovalDecided(approval_id=row.id, employee_id=employee.id, approved=approve))
    return row


async def waiting_count(session: ReadSession, actor: Actor, now: datetime) -> int:
    """How many requests wait for this leader."""
    statement = (
        select(LoginApproval.id)
        .join(Employee, (Employee.tenant_id == LoginApproval.tenant_id) & (Employee.id == LoginApproval.employee_id))
        .where(LoginApproval.state == WAITS, LoginApproval.expires_at > now, LoginApproval.employee_id != actor.id)
        .limit(200)
    )
    units = actor.units_of(SESSIONS_MANAGE)
    if units is not None:
        statement = statement.where(Employee.unit_id.in_(units))
    return len((await session.scalars(statement)).all())
