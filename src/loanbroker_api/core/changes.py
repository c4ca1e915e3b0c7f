"""What changed about access, told to every process: through Redis at once, and by a log in PostgreSQL that each process reads twice a second.

A process keeps what it knows about sessions in memory. A change names a session, an employee or a whole company, and whoever hears of it drops
what it kept. The log is the certainty: a message that Redis lost is read there (docs/decisions/session-cache.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import Base
from loanbroker_api.core.ids import new_id


class AccessChange(Base):
    """Shared log, kept for a minute. `at` is the database's clock, since all processes compare with it; ids only."""

    __tablename__ = "access_change"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), index=True)
    tenant: Mapped[UUID]
    employee: Mapped[UUID | None]
    session: Mapped[UUID | None]


@dataclass(frozen=True)
class Change:
    """A session ended or changed; or, without a session, something about an employee; or, without either, about the company."""

    tenant_id: UUID
    employee_id: UUID | None = None
    session_id: UUID | None = None


class Listeners:
    """Who in this process wants to know of changes; told right after the commit that made them."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Change], None]] = []

    def listen(self, listener: Callable[[Change], None]) -> None:
        self._listeners.append(listener)

    def forget(self, listener: Callable[[Change], None]) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def tell(self, change: Change) -> None:
        for listener in self._listeners:
            listener(change)
