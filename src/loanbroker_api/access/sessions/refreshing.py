"""Refresh tokens: rotated at each use, bound to the device that signed in, and the end of the whole family when one is stolen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil
from typing import Final
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access import queries
from loanbroker_api.access.models import Device, Employee, LoginSession, RefreshToken
from loanbroker_api.access.policies.places import places
from loanbroker_api.access.policies.problems import DeviceProofRequired
from loanbroker_api.access.policies.rules import judge
from loanbroker_api.access.sessions.devices import proves
from loanbroker_api.access.sessions.ending import ENDING, end_session
from loanbroker_api.access.sessions.live import LiveSessions, load_live
from loanbroker_api.access.tokens import BadToken, Claims, TokenSigner, digest_of, new_refresh_token, tenant_of_refresh_token
from loanbroker_api.core.actor import Actor, RequestInfo
from loanbroker_api.core.crypto import CannotDecrypt
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork

RETRY_WINDOW: Final = timedelta(seconds=10)
UNBOUND_CLIENTS: Final = frozenset({"api"})
"""Clients whose refresh token stands alone: programs on servers."""


class RefreshRefused(Problem):
    code, status = "access.refresh-refused", 401
    message, english = "登录已失效，重新登录", "Your sign-in is no longer valid; sign in again"
    remedy = "重新登录。"


@dataclass(frozen=True)
class Tokens:
    access_token: str
    expires_in: int
    refresh_token: str
    session_id: UUID
    client: str
    max_age: int
    device: Device | None = None
    device_token: str | None = None


@dataclass(frozen=True)
class Shown:
    """What a client shows of its device at a refresh."""

    tokens: Sequence[str] = ()
    proof: str | None = None


async def issue_refresh(uow: UnitOfWork, session: LoginSession) -> str:
    token = new_refresh_token(uow.tenant_id)
    uow.session.add(RefreshToken(digest=digest_of(token), session_id=session.id, created_at=uow.now, expires_at=session.expires_at))
    await uow.session.flush()
    return token


async def tokens_of(
    runtime: Runtime,
    signer: TokenSigner,
    tenant_id: UUID,
    session: LoginSession,
    refresh: str,
    *,
    device: Device | None = None,
    device_token: str | None = None,
) -> Tokens:
    """An access token never outlives its session."""
    now = runtime.clock.now()
    left = session.expires_at - now
    lifetime = min(timedelta(minutes=runtime.settings.access_token_minutes), left)
    access = await signer.sign(Claims(tenant_id, session.employee_id, session.id, session.client), now, lifetime)
    return Tokens(
        access, ceil(lifetime.total_seconds()), refresh, session.id, session.client, ceil(left.total_seconds()), device, device_token
    )


async def refresh(runtime: Runtime, signer: TokenSigner, sessions: LiveSessions, token: str, shown: Shown, request: RequestInfo) -> Tokens:
    """Rotate a refresh token. Raises RefreshRefused, DeviceProofRequired, and what the policy refuses as it is now.

    A token that is used again after the retry window, or from another device, ends its session for everyone. Within 10 s of its use the same
    client gets another successor, so that two tabs do not log each other out.
    """
    try:
        tenant_id = tenant_of_refresh_token(token)
    except BadToken as error:
        raise RefreshRefused from error
    try:
        async with runtime.uow(tenant_id) as uow:
            outcome = await _rotate(uow, sessions, token, shown, request)
    except CannotDecrypt as error:  # there is no such company
        raise RefreshRefused from error
    if isinstance(outcome, Problem):
        raise outcome
    return await tokens_of(runtime, signer, tenant_id, *outcome)


async def _rotate(
    uow: UnitOfWork, sessions: LiveSessions, token: str, shown: Shown, request: RequestInfo
) -> tuple[LoginSession, str] | Problem:
    row = await uow.session.scalar(select(RefreshToken).where(RefreshToken.digest == digest_of(token)).with_for_update())
    if row is None or row.expires_at <= uow.now:
        return RefreshRefused()
    session = await uow.session.scalar(select(LoginSession).where(LoginSession.id == row.session_id))
    employee = await uow.session.scalar(select(Employee).where(Employee.id == session.employee_id)) if session else None
    if session is None or employee is None:
        return RefreshRefused()
    if (
        session.ended_at is not None
        or session.expires_at <= uow.now
        or not employee.active
        or not (await queries.get_tenant(uow.session)).active
    ):
        return await _why_ended(uow, sessions, session, request) or RefreshRefused()
    actor = Actor(uow.tenant_id, employee.id, "system", "refresh", session_id=session.id, request=replace(request, client=session.client))
    fits = await _fits(uow, session, token, shown)
    used = row.used_at is not None
    if row.used_at is not None and row.used_at + RETRY_WINDOW < uow.now:
        return await _stolen(uow, actor, session, "refresh_reused")
    if fits is False or (fits is None and used):
        return await _stolen(uow, actor, session, "device_mismatch")
    if fits is None:
        return DeviceProofRequired()
    refusal = await _judge(uow, sessions, session, request)
    if refusal is not None:
        ends = ENDING.get(type(refusal))
        if ends is not None:
            await end_session(uow, actor, session, ends)
        else:
            uow.audit(actor, "access.request_refused", employee.id, reason=refusal.code)
        return refusal.as_status(401)
    row.used_at = row.used_at or uow.now
    return session, await issue_refresh(uow, session)


async def _fits(uow: UnitOfWork, session: LoginSession, token: str, shown: Shown) -> bool | None:
    if session.device_id is None or session.client in UNBOUND_CLIENTS:
        return True
    device = await uow.session.scalar(select(Device).where(Device.id == session.device_id))
    if device is None:
        return False
    return proves(device, refresh_token=token, tokens=shown.tokens, proof=shown.proof, now=uow.now)


async def _stolen(uow: UnitOfWork, actor: Actor, session: LoginSession, reason: str) -> Problem:
    await end_session(uow, actor, session, reason)
    return RefreshRefused()


async def _judge(uow: UnitOfWork, sessions: LiveSessions, session: LoginSession, request: RequestInfo) -> Problem | None:
    """A refresh is judged as a request is, by the policy of now; it is no use of the session."""
    live = await load_live(uow.session, sessions.trees, uow.tenant_id, session.id)
    if live is None:
        return RefreshRefused()
    live.last_used_at = max(live.last_used_at, sessions.last_used_at(session.id) or live.last_used_at)
    at = live.situation(places(uow.runtime.settings), client=session.client, ip=request.ip, now=uow.now)
    return judge(at).refusal


async def _why_ended(uow: UnitOfWork, sessions: LiveSessions, session: LoginSession, request: RequestInfo) -> Problem | None:
    """A session that a policy or a person ended says why; reuse and theft are not told apart from nonsense."""
    if session.end_reason in {"refresh_reused", "device_mismatch", "logout"}:
        return None
    return await _judge(uow, sessions, session, request)
