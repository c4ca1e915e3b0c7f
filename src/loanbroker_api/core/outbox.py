"""The transactional outbox: events are rows, one for each registered consumer, delivered at least once after commit."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Index, delete, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import TenantLink
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.metrics import OUTBOX_DELIVERED, OUTBOX_FAILED

if TYPE_CHECKING:
    from loanbroker_api.core.runtime import Runtime
    from loanbroker_api.core.uow import UnitOfWork

log = get_logger("outbox")
MAX_ATTEMPTS = 20


class Event(BaseModel):
    """Something that happened. Ids and codes only: an event never carries personal data."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    type: ClassVar[str]


class Outbox(TenantLink):
    """An undelivered event for one consumer; the consumer's own transaction deletes it."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "tenant_id", "next_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    consumer: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


Handler = Callable[["UnitOfWork", Any], Awaitable[None]]


@dataclass(frozen=True)
class Consumer:
    name: str
    event: type[Event]
    handle: Handler


CONSUMERS: dict[str, Consumer] = {}
_BY_EVENT: dict[type[Event], list[Consumer]] = defaultdict(list)


def consumer(event: type[Event], name: str) -> Callable[[Handler], Handler]:
    """Register an idempotent handler `(uow, event)` of an event under a stable name (it is stored in rows)."""

    def register(handle: Handler) -> Handler:
        if name in CONSUMERS:
            raise ValueError(f"consumer {name} is registered twice")
        CONSUMERS[name] = Consumer(name, event, handle)
        _BY_EVENT[event].append(CONSUMERS[name])
        return handle

    return register


def rows_of(events: Iterable[Event], tenant_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """The outbox rows of some events, in order."""
    return [
        {
            "tenant_id": tenant_id,
            "id": new_id(),
            "consumer": registered.name,
            "payload": event.model_dump(mode="json"),
            "created_at": now,
            "next_at": now,
            "attempts": 0,
            "error": None,
        }
        for event in events
        for registered in _BY_EVENT[type(event)]
    ]


async def deliver(runtime: "Runtime", tenant_id: UUID, *, limit: int = 10_000) -> int:
    """Deliver a tenant's due events, each in a transaction of its own with its deletion. Returns how many were delivered."""
    from loanbroker_api.core.uow import unit_of_work

    delivered = 0
    for _ in range(limit):
        failed: tuple[UUID, int, str] | None = None
        async with unit_of_work(runtime, tenant_id) as uow:
            row = await uow.session.scalar(
                select(Outbox)
                .where(Outbox.next_at <= uow.now, Outbox.attempts < MAX_ATTEMPTS)
                .order_by(Outbox.next_at, Outbox.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if row is None:
                return delivered
            registered = CONSUMERS.get(row.consumer)
            try:
                if registered is None:
                    raise LookupError("consumer is not registered in this release")  # noqa: TRY301 - handled as any failure
                async with uow.session.begin_nested():
                    await registered.handle(uow, registered.event.model_validate(row.payload))
                await uow.session.execute(delete(Outbox).where(Outbox.id == row.id))
                delivered += 1
                OUTBOX_DELIVERED.labels(row.consumer).inc()
            except Exception as error:  # noqa: BLE001 - any failure of a consumer is a later try
                failed = (row.id, row.attempts + 1, type(error).__name__)
                log.warning("outbox_retry", consumer=row.consumer, attempts=row.attempts + 1, reason=type(error).__name__)
                OUTBOX_FAILED.labels(row.consumer).inc()
                await uow.session.rollback()
                uow.done = True
        if failed is not None:
            await _postpone(runtime, tenant_id, *failed)
    return delivered


async def _postpone(runtime: "Runtime", tenant_id: UUID, row_id: UUID, attempts: int, reason: str) -> None:
    from loanbroker_api.core.uow import unit_of_work

    async with unit_of_work(runtime, tenant_id) as uow:
        wait = timedelta(seconds=min(2**attempts, 3600))
        await uow.session.execute(update(Outbox).where(Outbox.id == row_id).values(attempts=attempts, next_at=uow.now + wait, error=reason))


async def tenants_with_due(runtime: "Runtime") -> list[UUID]:
    """Tenants whose outbox has something due, as the sweeper sees it (no payload, no lock)."""
    async with runtime.database.sweeper.connect() as connection:
        found = await connection.execute(
            text("SELECT tenant_id FROM outbox WHERE next_at <= :now AND attempts < :limit GROUP BY tenant_id"),
            {"now": runtime.clock.now(), "limit": MAX_ATTEMPTS},
        )
        return list(found.scalars())
