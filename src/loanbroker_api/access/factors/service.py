"""The rules of second factors. Whoever changes a person's factors holds that employee's row, so that two at once take turns."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy import update as sql_update
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access.events import FactorsChanged
from loanbroker_api.access.factors import passkeys, queries, recovery, totp
from loanbroker_api.access.factors.challenges import new_challenge, open_challenge, seal_challenge
from loanbroker_api.access.factors.problems import (
    FactorCodeWrong,
    FactorConfirmed,
    FactorMissing,
    FactorNotFound,
    FactorRequired,
    PasskeyRefused,
    PasskeyTaken,
    PersonOnly,
    TooManyFactors,
)
from loanbroker_api.access.factors.schemas import FactorProof
from loanbroker_api.access.models import Employee, SecondFactor
from loanbroker_api.access.queries import get_tenant
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork

MOST: Final = 10
DEFAULT_NAME: Final = "验证器"
WAITS: Final = timedelta(hours=1)
"""How long an authenticator that was started may wait for its first code."""


@dataclass(frozen=True)
class StartedTotp:
    """Told once."""

    id: UUID
    secret: str
    uri: str
    qr_svg: str


async def kinds_of(session: ReadSession, employee_id: UUID) -> set[str]:
    """What a person can prove himself with: totp, passkey, and recovery while there are factors to recover and codes left."""
    found = await queries.factors_of(session, employee_id)
    kinds = {factor.kind for factor in found.items}
    return kinds | {"recovery"} if kinds and found.codes_left else kinds


async def verify(uow: UnitOfWork, employee_id: UUID, proof: FactorProof, challenge: bytes | None) -> bool:
    """Whether a proof is right; uses it up in this transaction. Never raises for a wrong one; the caller counts tries."""
    if proof.kind == "passkey":
        return proof.credential is not None and challenge is not None and await passkeys.use(uow, employee_id, proof.credential, challenge)
    if proof.code is None:
        return False
    if proof.kind == "totp":
        return await totp.use_any(uow, employee_id, proof.code)
    if not await queries.confirmed(uow.session, employee_id):
        return False
    return await recovery.use(uow, employee_id, proof.code)


async def passkey_request(session: ReadSession, employee_id: UUID, runtime: Runtime) -> tuple[dict[str, Any], bytes]:
    """WebAuthn request options and their challenge, which the caller keeps where the client can't change it; good for 5 minutes."""
    challenge = new_challenge(runtime.clock.now())
    return await passkeys.request_options(session, runtime.settings, employee_id, challenge), challenge


async def start_totp(uow: UnitOfWork, actor: Actor, employee: Employee, name: str) -> StartedTotp:
    """An authenticator that waits for its first code; one that waited before gives way. Raises PersonOnly, TooManyFactors, StepUpRequired."""
    await _may_add(uow, actor, employee.id)
    await uow.session.execute(
        delete(SecondFactor).where(
            SecondFactor.employee_id == employee.id, SecondFactor.kind == "totp", SecondFactor.confirmed_at.is_(None)
        )
    )
    factor_id, secret = new_id(), totp.new_secret()
    uow.session.add(
        SecondFactor(
            id=factor_id, employee_id=employee.id, kind="totp", name=name or DEFAULT_NAME, secret_enc=totp.seal(uow.keys, factor_id, secret)
        )
    )
    await uow.session.flush()
    uri = totp.address(secret, employee.username, (await get_tenant(uow.session)).name)
    return StartedTotp(factor_id, secret, uri, totp.qr_svg(uri))


async def confirm_totp(uow: UnitOfWork, actor: Actor, employee_id: UUID, factor_id: UUID, code: str) -> list[str] | None:
    """Take a started authenticator into use by its first code; ten recovery codes with the first factor of a person, else None.

    Raises FactorNotFound, PersonOnly, FactorConfirmed, FactorCodeWrong.
    """
    await _hold(uow, employee_id)
    factor = await _own(uow, employee_id, factor_id)
    await require_person(uow, actor)
    if factor.confirmed_at is not None:
        raise FactorConfirmed
    if factor.kind != "totp" or factor.created_at + WAITS < uow.now:
        raise FactorNotFound
    if not await totp.use_step(uow, factor, code):
        raise FactorCodeWrong
    is_first = not await queries.confirmed(uow.session, employee_id)
    await uow.session.execute(sql_update(SecondFactor).where(SecondFactor.id == factor_id).values(confirmed_at=uow.now))
    return await _added(uow, actor, employee_id, factor_id, "totp", is_first=is_first)


async def passkey_creation(uow: UnitOfWork, actor: Actor) -> tuple[dict[str, Any], str]:
    """WebAuthn creation options for one's own new passkey, and the state to send back with it within 5 minutes.

    Raises PersonOnly, TooManyFactors, StepUpRequired.
    """
    employee = await _may_add(uow, actor, actor.employee_id)
    company = (await get_tenant(uow.session)).name
    challenge = new_challenge(uow.now)
    known = await queries.confirmed(uow.session, employee.id, "passkey")
    options = passkeys.creation_options(uow.runtime.settings, employee, company, challenge, known)
    return options, seal_challenge(uow.keys, employee.id, actor.session_id, "register", challenge)


async def add_passkey(uow: UnitOfWork, actor: Actor, *, name: str, state: str, credential: dict[str, Any]) -> tuple[UUID, list[str] | None]:
    """Register one's own passkey; its id, and ten recovery codes with the first factor of a person.

    Raises PasskeyRefused (not an answer to the options behind `state`), PasskeyTaken, PersonOnly, TooManyFactors, StepUpRequired.
    """
    employee = await _may_add(uow, actor, actor.employee_id)
    challenge = open_challenge(uow.keys, employee.id, actor.session_id, "register", state, uow.now)
    made = passkeys.registered(uow.runtime.settings, credential, challenge) if challenge is not None else None
    if made is None:
        raise PasskeyRefused
    is_first = not await queries.confirmed(uow.session, employee.id)
    factor_id = await uow.session.scalar(
        insert(SecondFactor)
        .values(
            id=new_id(),
            employee_id=employee.id,
            kind="passkey",
            name=name,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            transports=passkeys.transports_of(credential),
            confirmed_at=uow.now,
            created_at=uow.now,
            updated_at=uow.now,
        )
        .on_conflict_do_nothing()
        .returning(SecondFactor.id)
    )
    if factor_id is None:  # the credential's unique key decides, in the whole company
        raise PasskeyTaken
    return factor_id, await _added(uow, actor, employee.id, factor_id, "passkey", is_first=is_first)


async def remove_factor(uow: UnitOfWork, actor: Actor, factor_id: UUID) -> None:
    """Give up one of one's own factors; with the last one the recovery codes go.

    Raises FactorNotFound, PersonOnly, StepUpRequired, FactorRequired (the last one that some client's login policy asks for and takes).
    """
    await _hold(uow, actor.employee_id)
    factor = await _own(uow, actor.employee_id, factor_id)
    await require_person(uow, actor)
    if factor.confirmed_at is not None:  # one that was never taken into use protects nothing
        actor.require_step_up("policies", uow.now)
        others = [other for other in await queries.confirmed(uow.session, actor.employee_id) if other.id != factor_id]
        left = {other.kind for other in others}
        for kinds in await queries.required_kinds(uow.session, actor.employee_id):
            if factor.kind in kinds and not kinds & left:
                raise FactorRequired
        if not others:
            await recovery.drop_all(uow, actor.employee_id)
        uow.audit(actor, "access.factor_removed", actor.employee_id, kind=factor.kind, factor=factor_id)
        uow.emit(FactorsChanged(employee_id=actor.employee_id, what="removed"))
        uow.changed(employee_id=actor.employee_id)
    await uow.session.execute(delete(SecondFactor).where(SecondFactor.id == factor_id))


async def make_recovery_codes(uow: UnitOfWork, actor: Actor) -> list[str]:
    """Ten new recovery codes of one's own, told once; the old ones die. Raises PersonOnly, StepUpRequired, FactorMissing."""
    await _hold(uow, actor.employee_id)
    await require_person(uow, actor)
    actor.require_step_up("policies", uow.now)
    if not await queries.confirmed(uow.session, actor.employee_id):
        raise FactorMissing
    codes = await recovery.replace_all(uow, actor.employee_id)
    uow.audit(actor, "access.recovery_codes_made", actor.employee_id)
    uow.emit(FactorsChanged(employee_id=actor.employee_id, what="recovery"))
    return codes


async def reset_factors(uow: UnitOfWork, actor: Actor, employee_id: UUID) -> None:
    """Take away all factors and recovery codes of an employee who lost them; the caller has judged whether the actor may."""
    await _hold(uow, employee_id)
    kinds = sorted(await kinds_of(uow.session, employee_id))
    await uow.session.execute(delete(SecondFactor).where(SecondFactor.employee_id == employee_id))
    await recovery.drop_all(uow, employee_id)
    uow.audit(actor, "access.factors_reset", employee_id, kinds=kinds)
    uow.emit(FactorsChanged(employee_id=employee_id, what="reset"))
    uow.changed(employee_id=employee_id)


async def require_person(uow: UnitOfWork, actor: Actor) -> None:
    """Raises PersonOnly for an API key: it is made to read and write business, and would outlive what it changed here.

    An actor without a session is a login under way, or the system.
    """
    if actor.session_id is not None and not await queries.is_login(uow.session, actor.session_id, actor.employee_id):
        raise PersonOnly


async def _hold(uow: UnitOfWork, employee_id: UUID) -> Employee:
    """The employee, locked until the end of the transaction. FOR NO KEY UPDATE leaves the foreign keys of a login in peace."""
    held = select(Employee).where(Employee.id == employee_id).with_for_update(key_share=True)
    return (await uow.session.scalars(held, execution_options={"populate_existing": True})).one()


async def _own(uow: UnitOfWork, employee_id: UUID, factor_id: UUID) -> SecondFactor:
    factor = await uow.session.scalar(select(SecondFactor).where(SecondFactor.id == factor_id, SecondFactor.employee_id == employee_id))
    if factor is None:
        raise FactorNotFound
    return factor


async def _may_add(uow: UnitOfWork, actor: Actor, employee_id: UUID) -> Employee:
    """Another factor beside one that is there needs a fresh confirmation: else a stolen session would make its own key."""
    employee = await _hold(uow, employee_id)
    await require_person(uow, actor)
    held = await uow.session.scalar(
        select(func.count())
        .select_from(SecondFactor)
        .where(SecondFactor.employee_id == employee_id, SecondFactor.confirmed_at.is_not(None))
    )
    if held:
        actor.require_step_up("policies", uow.now)
    if (held or 0) >= MOST:
        raise TooManyFactors(limit=MOST)
    return employee


async def _added(uow: UnitOfWork, actor: Actor, employee_id: UUID, factor_id: UUID, kind: str, *, is_first: bool) -> list[str] | None:
    uow.audit(actor, "access.factor_added", employee_id, kind=kind, factor=factor_id)
    uow.emit(FactorsChanged(employee_id=employee_id, what="added"))
    uow.changed(employee_id=employee_id)
    return await recovery.replace_all(uow, employee_id) if is_first else None
