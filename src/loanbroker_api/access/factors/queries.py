"""Reads of second factors."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select

from loanbroker_api.access.models import EmployeeRole, LoginPolicy, LoginSession, RecoveryCode, SecondFactor
from loanbroker_api.access.policies.effective import PolicyRow, fold
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession


@dataclass(frozen=True)
class Factors:
    """A person's confirmed factors, the oldest first, how many recovery codes are left, and whether a policy asks for a factor."""

    items: list[SecondFactor]
    codes_left: int
    required: bool


async def confirmed(session: ReadSession, employee_id: UUID, kind: str | None = None) -> list[SecondFactor]:
    """A person's confirmed factors, the oldest first."""
    statement = select(SecondFactor).where(SecondFactor.employee_id == employee_id, SecondFactor.confirmed_at.is_not(None))
    if kind is not None:
        statement = statement.where(SecondFactor.kind == kind)
    return list(await session.scalars(statement.order_by(SecondFactor.confirmed_at, SecondFactor.id)))


async def codes_left(session: ReadSession, employee_id: UUID) -> int:
    unused = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.employee_id == employee_id, RecoveryCode.used_at.is_(None))
    return await session.scalar(unused) or 0


async def factors_of(session: ReadSession, employee_id: UUID) -> Factors:
    found = await confirmed(session, employee_id)
    return Factors(found, await codes_left(session, employee_id), bool(await required_kinds(session, employee_id)))


async def required_kinds(session: ReadSession, employee_id: UUID) -> list[frozenset[str]]:
    """For each kind of client whose login asks the person for a second factor: the kinds that it takes. Empty where none is asked for."""
    roles = select(EmployeeRole.role_id).where(EmployeeRole.employee_id == employee_id)
    statement = select(LoginPolicy).where(or_(LoginPolicy.employee_id == employee_id, LoginPolicy.role_id.in_(roles)))
    by_client: defaultdict[str, list[PolicyRow]] = defaultdict(list)
    for row in await session.scalars(statement):
        by_client[row.client].append(PolicyRow(row.employee_id is not None, row.parts, row.overrides))
    parts = [fold(rows).factor for _, rows in sorted(by_client.items())]
    return [frozenset(part.kinds) for part in parts if part is not None and part.required]


async def is_login(session: ReadSession, session_id: UUID, employee_id: UUID) -> bool:
    """Whether this is a session that the person signed in to; an API key acts under the key's id."""
    mine = select(LoginSession.id).where(LoginSession.id == session_id, LoginSession.employee_id == employee_id)
    return await session.scalar(mine) is not None


async def load_factors(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Factors]:
    """Factors of several people, for a loader; only one's own are shown."""
    return {employee_id: await factors_of(session, employee_id) for employee_id in ids if employee_id == actor.id}
