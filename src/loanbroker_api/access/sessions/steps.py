"""The steps after the password: second factor, enrolment, a leader's decision, a new password."""

import base64
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import update

from loanbroker_api.access.factors import service as factors
from loanbroker_api.access.factors.passwords_service import set_password
from loanbroker_api.access.factors.schemas import FactorProof
from loanbroker_api.access.models import LoginTicket
from loanbroker_api.access.policies.problems import FactorRefused, TicketInvalid
from loanbroker_api.access.sessions import approvals
from loanbroker_api.access.sessions.ending import end_sessions
from loanbroker_api.access.sessions.login import Held, Outcome, go_on, hold_ticket, settled, tenant_of_ticket
from loanbroker_api.access.tokens import TokenSigner
from loanbroker_api.core.actor import Actor, RequestInfo
from loanbroker_api.core.crypto import CannotDecrypt
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork

Work = Callable[[UnitOfWork, Held], Awaitable[Outcome | Problem]]


async def _step(runtime: Runtime, token: str, request: RequestInfo, following: tuple[str, ...], work: Work) -> Outcome:
    """One step in one transaction. A refusal that `work` returns is raised after the commit: the try it cost stays counted."""
    async with _uow(runtime, token) as uow:
        held = await hold_ticket(uow, token, request, following)
        outcome = await work(uow, held)
    return settled(outcome)


@asynccontextmanager
async def _uow(runtime: Runtime, token: str) -> AsyncGenerator[UnitOfWork]:
    """A unit of work of the company that a ticket names. Raises TicketInvalid where there is none."""
    try:
        async with runtime.uow(tenant_of_ticket(token)) as uow:
            yield uow
    except CannotDecrypt as error:
        raise TicketInvalid from error


async def resume(runtime: Runtime, signer: TokenSigner, token: str, request: RequestInfo) -> Outcome:
    """Ask again while a leader decides: the same step with a new ticket, or the next. Raises TicketInvalid, ApprovalRefused."""

    async def work(uow: UnitOfWork, held: Held) -> Outcome | Problem:
        return await go_on(uow, signer, held, held.progress, request)

    return await _step(runtime, token, request, ("approval",), work)


async def remind(runtime: Runtime, token: str, request: RequestInfo) -> None:
    """Tell the leaders again, once a minute at most. Raises TicketInvalid."""
    async with _uow(runtime, token) as uow:
        held = await hold_ticket(uow, token, request, ("approval",))
        await approvals.remind(uow, held.progress.approvals)


async def give_factor(runtime: Runtime, signer: TokenSigner, token: str, proof: FactorProof, request: RequestInfo) -> Outcome:
    """Raises TicketInvalid (also after eight tries), FactorRefused."""

    async def work(uow: UnitOfWork, held: Held) -> Outcome | Problem:
        stored = held.row.facts.get("challenge")
        challenge = base64.b64decode(stored) if stored else None
        if not await factors.verify(uow, held.employee.id, proof, challenge):
            return await _wrong(uow, held, request, proof.kind)
        done = held.progress.done | {"factor"}
        return await go_on(uow, signer, held, replace(held.progress, done=done, factor=proof.kind), request)

    return await _step(runtime, token, request, ("factor",), work)


async def _wrong(uow: UnitOfWork, held: Held, request: RequestInfo, kind: str) -> Problem:
    facts = {**held.row.facts, "challenge": None}
    await uow.session.execute(
        update(LoginTicket).where(LoginTicket.digest == held.row.digest).values(tries=LoginTicket.tries + 1, facts=facts)
    )
    actor = Actor(uow.tenant_id, held.employee.id, "employee", held.employee.display_name, request=request)
    uow.audit(actor, "access.factor_refused", held.employee.id, kind=kind)
    return FactorRefused()


async def passkey_options(runtime: Runtime, token: str, request: RequestInfo) -> dict[str, Any]:
    """What the browser asks the passkey; the challenge stays in the ticket and works once. Raises TicketInvalid."""
    async with _uow(runtime, token) as uow:
        held = await hold_ticket(uow, token, request, ("factor",))
        options, challenge = await factors.passkey_request(uow.session, held.employee.id, runtime)
        held.row.facts = {**held.row.facts, "challenge": base64.b64encode(challenge).decode()}
        return options


@dataclass(frozen=True)
class Enrolled:
    recovery_codes: list[str]
    outcome: Outcome


async def start_enrolment(runtime: Runtime, token: str, request: RequestInfo) -> Any:
    """A TOTP secret for who must have a second factor and has none. Raises TicketInvalid."""
    async with _uow(runtime, token) as uow:
        held = await hold_ticket(uow, token, request, ("enrol",))
        actor = Actor(uow.tenant_id, held.employee.id, "employee", held.employee.display_name, request=request)
        started = await factors.start_totp(uow, actor, held.employee, "")
        held.row.facts = {**held.row.facts, "enrolling": str(started.id)}
        return started


async def confirm_enrolment(runtime: Runtime, signer: TokenSigner, token: str, code: str, request: RequestInfo) -> Enrolled:
    """The first code makes the factor count. Raises TicketInvalid, FactorRefused."""
    codes: list[str] = []

    async def work(uow: UnitOfWork, held: Held) -> Outcome | Problem:
        started = held.row.facts.get("enrolling")
        actor = Actor(uow.tenant_id, held.employee.id, "employee", held.employee.display_name, request=request)
        if started is None:
            return FactorRefused()
        try:
            async with uow.session.begin_nested():
                codes.extend(await factors.confirm_totp(uow, actor, held.employee.id, UUID(started), code) or [])
        except Problem:
            return await _wrong(uow, held, request, "totp")
        done = held.progress.done | {"factor"}
        return await go_on(uow, signer, held, replace(held.progress, done=done, factor="totp"), request)

    outcome = await _step(runtime, token, request, ("enrol",), work)
    return Enrolled(codes, outcome)


async def choose_password(runtime: Runtime, signer: TokenSigner, token: str, password: str, request: RequestInfo) -> Outcome:
    """A new password after an administrator gave one. Raises TicketInvalid, PasswordWeak."""

    async def work(uow: UnitOfWork, held: Held) -> Outcome | Problem:
        actor = Actor(uow.tenant_id, held.employee.id, "employee", held.employee.display_name, request=request)
        await set_password(uow, actor, held.employee, password, pointer="/newPassword")
        await end_sessions(uow, actor, held.employee.id, "password")
        return await go_on(uow, signer, held, held.progress, request)

    return await _step(runtime, token, request, ("password",), work)
