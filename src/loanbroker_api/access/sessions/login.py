"""Signing in, step by step: counting, password, policy, what the policy demands, session.

Each step is a transaction of its own. What is asked for after the password is carried by a ticket; every step judges the whole policy again,
so that a ticket never outlives a change of it.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import delete, func, select

from loanbroker_api.access import queries
from loanbroker_api.access.events import DeviceAdded, LoginUnusual
from loanbroker_api.access.factors import service as factors
from loanbroker_api.access.models import Device, Employee, LoginRecord, LoginSession, LoginTicket
from loanbroker_api.access.passwords import check_password
from loanbroker_api.access.policies.places import Place, places
from loanbroker_api.access.policies.problems import TicketInvalid
from loanbroker_api.access.policies.rules import Decision, Situation, judge, locked
from loanbroker_api.access.sessions import approvals, devices, lockout
from loanbroker_api.access.sessions.devices import Presented
from loanbroker_api.access.sessions.ending import end_session
from loanbroker_api.access.sessions.live import calendar_of, limits_of
from loanbroker_api.access.sessions.refreshing import Tokens, issue_refresh, tokens_of
from loanbroker_api.access.sessions.schemas import LoginIn
from loanbroker_api.access.sessions.unusual import Arrival, signals_of
from loanbroker_api.access.tokens import TokenSigner
from loanbroker_api.core.actor import Actor, RequestInfo
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork

TICKET_LIFE: Final = timedelta(minutes=10)
TICKET_TRIES: Final = 8
RECORDS_KEPT: Final = timedelta(days=180)
Next = Literal["factor", "enrol", "approval", "password", "bind"]


class LoginRefused(Problem):
    code, status = "access.login-refused", 401
    message, english = "机构、账号或密码不对", "Company, account or password is wrong"
    remedy = "核对机构代码、账号和密码；忘记密码时找管理员重置。"


@dataclass(frozen=True)
class Progress:
    """Where a login stands: who, on what, and which demands are behind it (password, factor, and approvals by kind → row)."""

    employee_id: UUID
    client: str
    ip: str
    device_id: UUID | None
    method: str = "password"
    done: frozenset[str] = frozenset()
    approvals: dict[str, str] = field(default_factory=dict[str, str])
    new_device: bool = False
    factor: str | None = None


@dataclass(frozen=True)
class Step:
    """What is asked for next."""

    next: Next
    ticket: str
    expires_in: int
    factors: tuple[str, ...] = ()
    approval: approvals.Waiting | None = None
    device: Device | None = None
    device_token: str | None = None


Outcome = Tokens | Step


async def login(runtime: Runtime, signer: TokenSigner, data: LoginIn, presented: Presented, request: RequestInfo) -> Outcome:
    """Raises LoginRefused, which does not tell whether the account exists; LoginLocked; to who knows the password AccountDisabled and the policy's refusals."""
    tenant_id = await queries.tenant_by_code(runtime, data.tenant)
    if tenant_id is None:
        await check_password(data.password, None)
        raise LoginRefused
    request = replace(request, client=data.client)
    async with runtime.uow(tenant_id) as uow:
        employee = await uow.session.scalar(select(Employee).where(Employee.username == data.username))
        device = await devices.recognise(uow.session, employee.id, data.client, presented, now=uow.now) if employee else None
        known_device = device.id if device is not None else None
        if employee is not None:
            part = (await limits_of(uow.session, tenant_id, employee.id, data.client)).attempts
        else:
            part = await lockout.decoy(uow.session, uow.keys, data.username, data.client)
        counted = await lockout.take_attempt(uow, username=data.username, device_id=known_device, ip=request.ip, part=part)
        if counted.locked_until is not None:
            _refused(uow, employee, request, "locked")
    if counted.locked_until is not None:
        raise locked(counted.locked_until - runtime.clock.now())
    fits, renewed = await check_password(data.password, employee.password_hash if employee else None)
    if employee is None or not fits:
        async with runtime.uow(tenant_id) as uow:
            _refused(uow, employee, request, "wrong_password", closed=counted.closed)
        raise LoginRefused
    async with runtime.uow(tenant_id) as uow:
        await lockout.forget_attempts(uow, username=data.username, device_id=known_device, ip=request.ip)
        employee = await _locked_employee(uow, employee.id)
        if renewed:
            employee.password_hash = renewed
        outcome = await begin(uow, signer, employee, data.client, presented, request)
    return settled(outcome)


def settled(outcome: Outcome | Problem) -> Outcome:
    """A refusal is raised only here, after what it left behind (record, audit) has been committed."""
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


async def begin(
    uow: UnitOfWork,
    signer: TokenSigner,
    employee: Employee,
    client: str,
    presented: Presented,
    request: RequestInfo,
    *,
    method: str = "password",
) -> Outcome | Problem:
    """Who the employee is has been shown: take the device in hand and go on. The employee's row must be locked."""
    place = places(uow.runtime.settings).find(request.ip)
    known = await devices.recognise(uow.session, employee.id, client, presented, now=uow.now)
    taken = await devices.take_device(uow, employee.id, client, presented, ip=request.ip, place=place, known=known)
    progress = Progress(employee.id, client, request.ip, taken.device.id, method, new_device=taken.new)
    return await advance(uow, signer, employee, progress, replace(request, client=client), device_token=taken.token)


async def advance(
    uow: UnitOfWork, signer: TokenSigner, employee: Employee, progress: Progress, request: RequestInfo, *, device_token: str | None = None
) -> Outcome | Problem:
    """Judge the whole policy as it is now: a refusal, the next step, or the session."""
    tenant = await queries.get_tenant(uow.session)
    device = await uow.session.get(Device, (uow.tenant_id, progress.device_id)) if progress.device_id else None
    place = places(uow.runtime.settings).find(request.ip)
    limits = await limits_of(uow.session, uow.tenant_id, employee.id, progress.client)
    signals = await _signals(uow, employee, progress, request.ip, place, limits.unusual)
    granted, refused = await approvals.granted(uow, progress.approvals, request.ip)
    live = await _live_sessions(uow, employee.id, progress.client)
    state = device.state if device is not None else "new"
    at = Situation(
        now=uow.now,
        client=progress.client,
        ip=request.ip,
        place=place,
        active=employee.active and tenant.active,
        limits=limits,
        calendar=await calendar_of(uow.session),
        device="new" if progress.new_device and state == "known" else state,  # type: ignore[arg-type]
        bound_devices=await devices.count_bound(uow.session, employee.id, progress.client),
        live_sessions=len(live),
        signals=tuple(signals),
        done=progress.done | granted,
    )
    decision = judge(at)
    refusal = decision.refusal or refused
    if refusal is not None:
        if progress.new_device and device is not None and device.state == "known":
            # Its secret was told to nobody: the next attempt would only leave another one.
            await uow.session.delete(device)
            progress = replace(progress, device_id=None)
        await _record(uow, employee, progress, at, refusal.code, None)
        actor = _actor(uow, employee, request)
        uow.audit(actor, "access.login_refused", employee.id, reason=refusal.code, client=progress.client, signals=signals)
        return refusal
    step = await _next_step(uow, employee, progress, decision, at, device, device_token)
    if step is not None:
        return step
    return await _open(uow, signer, employee, progress, at, request, live, device, device_token)


async def _next_step(
    uow: UnitOfWork,
    employee: Employee,
    progress: Progress,
    decision: Decision,
    at: Situation,
    device: Device | None,
    device_token: str | None,
) -> Step | None:
    kinds = await factors.kinds_of(uow.session, employee.id)
    wanted = list(decision.approvals)
    if decision.wants_factor:
        allowed = set(at.limits.factor.kinds) if at.limits.factor is not None else {"totp", "passkey"}
        usable = sorted(kind for kind in kinds if kind in allowed or (kind == "recovery" and kinds - {"recovery"}))
        if usable:
            return await _ticket(uow, progress, "factor", device, device_token, factors=tuple(usable))
        if at.limits.factor is not None and at.limits.factor.required:
            return await _ticket(uow, progress, "enrol", device, device_token)
        # Nothing to step up with: a leader has to know.
        if "unusual" not in at.done:
            wanted.append("unusual")
    if wanted:
        kind = wanted[0]
        waiting = await approvals.ask(uow, employee, kind, progress, place=at.place, signals=at.signals, device=device)
        asked = replace(progress, approvals={**progress.approvals, kind: str(waiting.id)})
        return await _ticket(uow, asked, "approval", device, device_token, approval=waiting)
    if employee.must_change_password and progress.method == "password":
        return await _ticket(uow, progress, "password", device, device_token)
    return None


async def _ticket(
    uow: UnitOfWork,
    progress: Progress,
    following: Next,
    device: Device | None,
    device_token: str | None,
    *,
    factors: tuple[str, ...] = (),
    approval: approvals.Waiting | None = None,
) -> Step:
    secret = secrets.token_urlsafe(32)
    token = f"lt_{uow.tenant_id.hex}_{secret}"
    life = max(TICKET_LIFE, approval.expires_at - uow.now) if approval is not None else TICKET_LIFE
    uow.session.add(
        LoginTicket(
            digest=sha256(token.encode()).digest(),
            employee_id=progress.employee_id,
            client=progress.client,
            ip=progress.ip,
            device_id=progress.device_id,
            facts={
                "method": progress.method,
                "done": sorted(progress.done),
                "approvals": progress.approvals,
                "newDevice": progress.new_device,
                "factor": progress.factor,
                "next": following,
            },
            created_at=uow.now,
            expires_at=uow.now + life,
        )
    )
    await uow.session.flush()
    return Step(following, token, int(life.total_seconds()), factors, approval, device, device_token)


def tenant_of_ticket(token: str) -> UUID:
    """Raises TicketInvalid."""
    parts = token.split("_", 2)
    try:
        if parts[0] != "lt":
            raise TicketInvalid
        return UUID(parts[1])
    except (IndexError, ValueError) as error:
        raise TicketInvalid from error


@dataclass(frozen=True)
class Held:
    """A ticket in hand, its row locked, with the employee whose login it carries."""

    row: LoginTicket
    employee: Employee
    progress: Progress
    following: str


async def hold_ticket(uow: UnitOfWork, token: str, request: RequestInfo, following: Collection[str]) -> Held:
    """The ticket, for one of the steps `following`. It only works from the address that it was given to. Raises TicketInvalid."""
    row = await uow.session.scalar(select(LoginTicket).where(LoginTicket.digest == sha256(token.encode()).digest()).with_for_update())
    if row is None or row.expires_at <= uow.now or row.tries >= TICKET_TRIES or row.ip != request.ip:
        raise TicketInvalid
    facts: dict[str, Any] = row.facts
    if facts["next"] not in following:
        raise TicketInvalid
    employee = await _locked_employee(uow, row.employee_id)
    progress = Progress(
        row.employee_id,
        row.client,
        row.ip,
        row.device_id,
        facts["method"],
        frozenset(facts["done"]),
        dict(facts["approvals"]),
        facts["newDevice"],
        facts["factor"],
    )
    return Held(row, employee, progress, facts["next"])


async def go_on(uow: UnitOfWork, signer: TokenSigner, held: Held, progress: Progress, request: RequestInfo) -> Outcome | Problem:
    """The step of a ticket is done: the ticket ends, the login goes on."""
    await uow.session.execute(delete(LoginTicket).where(LoginTicket.digest == held.row.digest))
    return await advance(uow, signer, held.employee, progress, replace(request, client=progress.client))


async def _signals(uow: UnitOfWork, employee: Employee, progress: Progress, ip: str, place: Place, part: Any) -> list[str]:
    arrival = Arrival(employee.id, uow.now, ip, place, progress.new_device)
    return await signals_of(uow.session, part, places(uow.runtime.settings), arrival)


async def _live_sessions(uow: UnitOfWork, employee_id: UUID, client: str) -> list[LoginSession]:
    """The employee's live sessions of that kind, oldest first."""
    statement = (
        select(LoginSession)
        .where(LoginSession.employee_id == employee_id, LoginSession.client == client)
        .where(LoginSession.ended_at.is_(None), LoginSession.expires_at > uow.now)
        .order_by(LoginSession.created_at, LoginSession.id)
    )
    return list(await uow.session.scalars(statement))


async def _open(
    uow: UnitOfWork,
    signer: TokenSigner,
    employee: Employee,
    progress: Progress,
    at: Situation,
    request: RequestInfo,
    live: list[LoginSession],
    device: Device | None,
    device_token: str | None,
) -> Tokens:
    actor = _actor(uow, employee, request)
    limit = at.limits.sessions
    if limit is not None and len(live) >= limit.max:
        for oldest in live[: len(live) - limit.max + 1]:
            await end_session(uow, actor, oldest, "superseded")
    if device is not None and device.state == "known" and at.limits.device is not None:
        device.state, device.bound_at = "bound", uow.now
        uow.audit(actor, "access.device_bound", device.id, client=progress.client)
    life = timedelta(days=uow.runtime.settings.refresh_token_days)
    if limit is not None:
        life = min(life, timedelta(hours=limit.hours))
    opened = LoginSession(
        id=new_id(),
        employee_id=employee.id,
        client=progress.client,
        ip=request.ip,
        last_ip=request.ip,
        created_at=uow.now,
        last_used_at=uow.now,
        expires_at=uow.now + life,
        device_id=progress.device_id,
        place=at.place.code,
        factor=progress.factor,
        stepped_up_at=uow.now if progress.factor else None,
        approved_place=request.ip if "region" in at.done else None,
    )
    uow.session.add(opened)
    await uow.session.flush()
    refresh = await issue_refresh(uow, opened)
    actor = replace(actor, session_id=opened.id)
    await _record(uow, employee, progress, at, "ok", opened.id)
    uow.audit(
        actor, "access.logged_in", employee.id, client=progress.client, method=progress.method, factor=progress.factor, signals=at.signals
    )
    if at.signals:
        uow.emit(LoginUnusual(employee_id=employee.id, session_id=opened.id, signals=list(at.signals)))
    elif progress.new_device and await _signed_in_before(uow, employee.id):
        uow.emit(DeviceAdded(employee_id=employee.id, device_id=progress.device_id, client=progress.client))
    return await tokens_of(uow.runtime, signer, uow.tenant_id, opened, refresh, device=device, device_token=device_token)


async def _signed_in_before(uow: UnitOfWork, employee_id: UUID) -> bool:
    statement = select(func.count()).where(LoginRecord.employee_id == employee_id, LoginRecord.outcome == "ok")
    return (await uow.session.scalar(statement) or 0) > 1


async def _record(uow: UnitOfWork, employee: Employee, progress: Progress, at: Situation, outcome: str, session_id: UUID | None) -> None:
    uow.session.add(
        LoginRecord(
            id=new_id(),
            at=uow.now,
            employee_id=employee.id,
            client=progress.client,
            ip=at.ip,
            place=at.place.code,
            device_id=progress.device_id,
            device_state=at.device,
            session_id=session_id,
            outcome=outcome,
            signals=list(at.signals),
        )
    )
    await uow.session.flush()


def _actor(uow: UnitOfWork, employee: Employee, request: RequestInfo) -> Actor:
    return Actor(uow.tenant_id, employee.id, "employee", employee.display_name, unit_id=employee.unit_id, request=request)


def _refused(uow: UnitOfWork, employee: Employee | None, request: RequestInfo, reason: str, *, closed: bool = False) -> None:
    actor = Actor(uow.tenant_id, employee.id if employee else None, "system", "login", request=request)
    uow.audit(actor, "access.login_refused", employee.id if employee else None, reason=reason, client=request.client)
    if closed:
        uow.audit(actor, "access.login_locked", employee.id if employee else None, client=request.client)


async def _locked_employee(uow: UnitOfWork, employee_id: UUID) -> Employee:
    """Logins of one person take turns: limits on devices and sessions are counted under this lock."""
    statement = select(Employee).where(Employee.id == employee_id).with_for_update().execution_options(populate_existing=True)
    return (await uow.session.scalars(statement)).one()
