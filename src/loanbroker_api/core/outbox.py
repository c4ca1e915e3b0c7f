"""The transactional outbox: events are rows, one for each registered consumer, delivered at least once after commit."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
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
BatchHandler = Callable[["UnitOfWork", Sequence[Any]], Awaitable[None]]


@dataclass(frozen=True)
class Consumer:
    """`together`, where there is one, takes many events at once: up to `batch`, of every consumer that has the same one."""

    name: str
    event: type[Event]
    handle: Handler
    together: BatchHandler | None = None
    batch: int = 1


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


def batch_consumer(handle: BatchHandler, batch: int, **events: type[Event]) -> None:
    """Register an idempotent handler `(uow, events)` of several kinds of events, each under a stable name (`a__b` for `a.b`).

    A batch that fails is tried again event by event, so that one bad event holds up nobody else.
    """

    async def alone(uow: "UnitOfWork", event: Event) -> None:
        await handle(uow, [event])

    for given, event in events.items():
        name = given.replace("__", ".")
        consumer(event, name)(alone)
        CONSUMERS[name] = registered = Consumer(name, event, alone, handle, batch)
        _BY_EVENT[event][-1] = registered


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
    """Deliver a tenant's due events, each (or each batch) in a transaction of its own with its deletion. Returns how many were delivered."""
    from loanbroker_api.core.uow import unit_of_work

    delivered = 0
    while delivered < limit:
        failed: tuple[list[UUID], int, str] | None = None
        async with unit_of_work(runtime, tenant_id) as uow:
            rows = await _take(uow)
            if not rows:
                return delivered
            ids, name, attempts = [row.id for row in rows], rows[0].consumer, rows[0].attempts + 1
            try:
                async with uow.session.begin_nested():
                    await _handle(uow, rows)
                await uow.session.execute(delete(Outbox).where(Outbox.id.in_(ids)))
                delivered += len(rows)
                OUTBOX_DELIVERED.labels(name).inc(len(rows))
            except Exception as error:  # noqa: BLE001 - any failure of a consumer is a later try
                failed = (ids, attempts, type(error).__name__)
                log.warning("outbox_retry", consumer=name, attempts=attempts, rows=len(rows), reason=type(error).__name__)
                OUTBOX_FAILED.labels(name).inc()
                await uow.session.rollback()
                uow.done = True
        if failed is not None:
            await _postpone(runtime, tenant_id, *failed)
    return delivered


async def _take(uow: "UnitOfWork") -> list[Outbox]:
    """The next due event, locked; where its consumer takes many, others of the same handler with it. One that failed goes alone."""
    due = (
        select(Outbox)
        .where(Outbox.next_at <= uow.now, Outbox.attempts < MAX_ATTEMPTS)
        .order_by(Outbox.next_at, Outbox.id)
        .with_for_update(skip_locked=True)
    )
    first = await uow.session.scalar(due.limit(1))
    if first is None:
        return []
    registered = CONSUMERS.get(first.consumer)
    if registered is None or registered.together is None or first.attempts:
        return [first]
    names = [one.name for one in CONSUMERS.values() if one.together is registered.together]
    others = due.where(Outbox.consumer.in_(names), Outbox.attempts == 0, Outbox.id != first.id)
    return [first, *await uow.session.scalars(others.limit(registered.batch - 1))]


async def _handle(uow: "UnitOfWork", rows: Sequence[Outbox]) -> None:
    """Raises whatever the consumer raises, LookupError for a consumer that this release does not know."""
    registered = CONSUMERS.get(rows[0].consumer)
    if registered is None:
        raise LookupError("consumer is not registered in this release")
    events = [CONSUMERS[row.consumer].event.model_validate(row.payload) for row in rows]
    if registered.together is not None:
        await registered.together(uow, events)
    else:
        await registered.handle(uow, events[0])


async def _postpone(runtime: "Runtime", tenant_id: UUID, ids: Sequence[UUID], attempts: int, reason: str) -> None:
    """Later, and later each time; events that failed together are tried alone at once, for most of them are not to blame."""
    from loanbroker_api.core.uow import unit_of_work

    async with unit_of_work(runtime, tenant_id) as uow:
        wait = timedelta(seconds=min(2**attempts, 3600)) if len(ids) == 1 else timedelta(0)
        late = update(Outbox).where(Outbox.id.in_(ids)).values(attempts=attempts, next_at=uow.now + wait, error=reason)
        await uow.session.execute(late)


async def tenants_with_due(runtime: "Runtime") -> list[UUID]:
    """Tenants whose outbox has something due, as the sweeper sees it (no payload, no lock)."""
    async with runtime.database.sweeper.connect() as connection:
        found = await connection.execute(
            text("SELECT tenant_id FROM outbox WHERE next_at <= :now AND attempts < :limit GROUP BY tenant_id"),
            {"now": runtime.clock.now(), "limit": MAX_ATTEMPTS},
        )
        return list(found.scalars())
