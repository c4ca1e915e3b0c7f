"""What a process holds for its whole life: settings, clock, engines, keys, the waker."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from loanbroker_api.core.changes import Listeners
from loanbroker_api.core.clock import Clock, SystemClock
from loanbroker_api.core.crypto import Keyring
from loanbroker_api.core.db import Database, ReadSession
from loanbroker_api.core.tally import Tally
from loanbroker_api.core.uow import UnitOfWork, unit_of_work
from loanbroker_api.core.wakes import Waker
from loanbroker_api.settings import Settings


@dataclass(frozen=True)
class Runtime:
    settings: Settings
    clock: Clock
    database: Database
    keyring: Keyring
    waker: Waker
    tally: Tally
    changes: Listeners = field(default_factory=Listeners)

    def read(self, tenant_id: UUID) -> AbstractAsyncContextManager[ReadSession]:
        """A read-only transaction of one tenant."""
        return self.database.read(tenant_id)

    def uow(self, tenant_id: UUID) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work of one tenant: commits when its block ends, rolls back when it raises."""
        return unit_of_work(self, tenant_id)


@asynccontextmanager
async def open_runtime(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[Runtime]:
    """Opens engines and the waker, closes them at the end."""
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    runtime = Runtime(
        settings=settings,
        clock=clock or SystemClock(settings.clock_offset),
        database=Database(settings),
        keyring=Keyring(settings.master_key_bytes),
        waker=Waker(redis_url),
        tally=Tally(redis_url),
    )
    try:
        yield runtime
    finally:
        await runtime.waker.close()
        await runtime.tally.close()
        await runtime.database.close()
