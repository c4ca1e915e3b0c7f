"""When sessions and keys were last used: noted in memory, shared through PostgreSQL in batches, so that a request writes nothing itself."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from loanbroker_api.core.errors import Problem
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.runtime import Runtime

log = get_logger("access")
SHARE_SECONDS = 10.0
_SESSIONS = text(
    """
    UPDATE login_session SET last_used_at = GREATEST(login_session.last_used_at, u.at), last_ip = u.ip
    FROM unnest(CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]), CAST(:ips AS text[])) AS u(id, at, ip)
    WHERE login_session.tenant_id = :t AND login_session.id = u.id AND login_session.ended_at IS NULL
    """
)
_DEVICES = text(
    """
    UPDATE device SET last_used_at = GREATEST(device.last_used_at, u.at), last_ip = u.ip
    FROM unnest(CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]), CAST(:ips AS text[])) AS u(id, at, ip)
    WHERE device.tenant_id = :t AND device.id = u.id
    """
)
_KEYS = text(
    """
    UPDATE api_key SET last_used_at = GREATEST(api_key.last_used_at, u.at), last_ip = u.ip
    FROM unnest(CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]), CAST(:ips AS text[])) AS u(id, at, ip)
    WHERE api_key.tenant_id = :t AND api_key.id = u.id
    """
)
_STATEMENTS = {"session": _SESSIONS, "device": _DEVICES, "key": _KEYS}


@dataclass(frozen=True)
class Use:
    at: datetime
    ip: str


class Uses:
    """The uses of this process since they were last shared. A process that is killed loses at most ten seconds of them."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._noted: dict[tuple[UUID, str, UUID], Use] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, tenant_id: UUID, kind: str, identifier: UUID, at: datetime, ip: str) -> None:
        """`kind`: session, device or key."""
        self._noted[tenant_id, kind, identifier] = Use(at, ip)

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._repeat())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        with suppress(Exception):
            await self.share()

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(SHARE_SECONDS)
            try:
                await self.share()
            except (Problem, OSError, Exception) as error:  # noqa: BLE001 - tried again in ten seconds; the uses are kept
                log.warning("uses_unshared", reason=type(error).__name__)

    async def share(self) -> None:
        """Write what was noted, one transaction a company."""
        noted, self._noted = self._noted, {}
        by_tenant: defaultdict[UUID, list[tuple[str, UUID, Use]]] = defaultdict(list)
        for (tenant_id, kind, identifier), use in noted.items():
            by_tenant[tenant_id].append((kind, identifier, use))
        try:
            for tenant_id, uses in list(by_tenant.items()):
                async with self._runtime.database.write(tenant_id, self._runtime.clock.now()) as session:
                    for kind, statement in _STATEMENTS.items():
                        rows = sorted(((identifier, use) for of_kind, identifier, use in uses if of_kind == kind), key=lambda row: row[0])
                        if rows:
                            values = {
                                "t": tenant_id,
                                "ids": [identifier for identifier, _ in rows],
                                "ats": [use.at for _, use in rows],
                                "ips": [use.ip for _, use in rows],
                            }
                            await session.execute(statement, values)
                    await session.commit()
                del by_tenant[tenant_id]
        finally:
            for tenant_id, uses in by_tenant.items():
                for kind, identifier, use in uses:
                    self._noted.setdefault((tenant_id, kind, identifier), use)
