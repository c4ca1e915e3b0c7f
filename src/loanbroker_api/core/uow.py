"""The unit of work: one transaction of one tenant with its audit entries and outbox rows, committed at the edge."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import insert

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import AuditEntry, AuditTodo, entry_of
from loanbroker_api.core.changes import AccessChange, Change
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import WriteSession
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.outbox import Event, Outbox, rows_of
from loanbroker_api.core.wakes import Wake

if TYPE_CHECKING:
    from loanbroker_api.core.runtime import Runtime


class UnitOfWork:
    """What a service writes through. `now` is the moment of the act, the same for all it writes."""

    def __init__(self, session: WriteSession, tenant_id: UUID, now: datetime, keys: TenantKeys, runtime: "Runtime") -> None:
        self.session = session
        self.tenant_id = tenant_id
        self.now = now
        self.keys = keys
        self.runtime = runtime
        self._audit: list[dict[str, Any]] = []
        self._events: list[Event] = []
        self._wakes: list[Wake] = []
        self._changes: dict[Change, None] = {}
        self.done = False

    def audit(self, actor: Actor, action: str, subject_id: UUID | None = None, **facts: Any) -> None:
        """Record an act in this transaction. Facts are ids, codes and masked forms, never personal data."""
        self._audit.append(entry_of(actor, self.now, action, subject_id, facts))

    def emit(self, event: Event) -> None:
        """Announce an event: each registered consumer gets a row of the outbox in this transaction."""
        self._events.append(event)

    def wake(self, wake: Wake) -> None:
        """Tell other processes after commit. A hint only: whatever it announces is also found by a sweep."""
        if wake not in self._wakes:
            self._wakes.append(wake)

    def changed(self, *, employee_id: UUID | None = None, session_id: UUID | None = None) -> None:
        """What live sessions are judged by changed: of one session, of one employee's, or of the whole company. Every process hears of it."""
        self._changes[Change(self.tenant_id, employee_id, session_id)] = None

    async def commit(self) -> None:
        """Write audit and outbox, commit, then wake. Called by the edge, never by a service."""
        await self.session.flush()
        if self._audit:
            await self.session.execute(insert(AuditEntry), self._audit)
            todo = [{"tenant_id": entry["tenant_id"], "entry_id": entry["id"], "at": entry["at"]} for entry in self._audit]
            await self.session.execute(insert(AuditTodo), todo)
        rows = rows_of(self._events, self.tenant_id, self.now)
        if rows:
            await self.session.execute(insert(Outbox), rows)
            self.wake(Wake("deliver_outbox", self.tenant_id))
        if self._changes:
            logged = [
                {"id": new_id(), "tenant": change.tenant_id, "employee": change.employee_id, "session": change.session_id}
                for change in self._changes
            ]
            await self.session.execute(insert(AccessChange), logged)
        await self.session.commit()
        self.done = True
        for change in self._changes:
            self.runtime.changes.tell(change)
            self.wake(Wake("access", change.tenant_id, change.employee_id, change.session_id))
        self.runtime.waker.send(self._wakes)


@asynccontextmanager
async def unit_of_work(runtime: "Runtime", tenant_id: UUID) -> AsyncGenerator[UnitOfWork]:
    """A transaction that commits when its block ends and rolls back when it raises."""
    now = runtime.clock.now()
    async with runtime.database.write(tenant_id, now) as session:
        keys = await runtime.keyring.load(session, tenant_id)
        uow = UnitOfWork(session, tenant_id, now, keys, runtime)
        yield uow
        if not uow.done:
            await uow.commit()
