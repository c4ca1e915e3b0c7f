"""Reads of second factors."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from loanbroker_api.access.models import RecoveryCode, SecondFactor
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession


@dataclass(frozen=True)
class Factors:
    """A person's confirmed factors, the oldest first, and how many recovery codes are left."""

    items: list[SecondFactor]
    codes_left: int


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
    return Factors(await confirmed(session, employee_id), await codes_left(session, employee_id))


async def load_factors(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Factors]:
    """Factors of several people, for a loader; only one's own are shown."""
    return {employee_id: await factors_of(session, employee_id) for employee_id in ids if employee_id == actor.id}
