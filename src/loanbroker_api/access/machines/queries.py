"""Reads of API keys."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select, text

from loanbroker_api.access.models import ApiKey
from loanbroker_api.access.policies.networks import NetworkList
from loanbroker_api.access.policies.problems import IpRefused
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.paging import Rows, keyset
from loanbroker_api.core.schemas import PageParams

_KEY = text(
    """
    SELECT k.digest, k.name, k.permissions, k.networks, k.expires_at, k.revoked_at, e.id AS employee_id, e.display_name, e.unit_id,
           e.active AND t.active AS active
    FROM api_key k
    JOIN employee e ON e.tenant_id = k.tenant_id AND e.id = k.employee_id
    JOIN tenant t ON t.tenant_id = k.tenant_id
    WHERE k.tenant_id = :t AND e.tenant_id = :t AND t.tenant_id = :t AND k.id = :key
    """
)


@dataclass(frozen=True)
class KeyState:
    """A key as a request is judged by it. `active`: neither its owner nor the company is switched off."""

    employee_id: UUID
    unit_id: UUID
    actor_name: str
    active: bool
    permissions: frozenset[str]
    networks: tuple[str, ...]
    expires_at: datetime
    revoked_at: datetime | None
    digest: bytes = field(repr=False)

    def opens(self, digest: bytes, now: datetime) -> bool:
        """Whether the secret is this key's and the key still works; compared in constant time."""
        return hmac.compare_digest(self.digest, digest) and self.revoked_at is None and now < self.expires_at

    def refuses(self, ip: str) -> Problem | None:
        """A refusal where the key is bound to networks and the address is in none of them."""
        return None if not self.networks or _compiled(self.networks).holds(ip) else IpRefused(ip=ip)


@lru_cache(maxsize=1_000)
def _compiled(networks: tuple[str, ...]) -> NetworkList:
    return NetworkList(networks)


async def key_state(session: ReadSession, tenant_id: UUID, key_id: UUID) -> KeyState | None:
    """A key with its owner, in one statement; None when there is none."""
    row = (await session.execute(_KEY, {"t": tenant_id, "key": key_id})).one_or_none()
    if row is None:
        return None
    return KeyState(
        employee_id=row.employee_id,
        unit_id=row.unit_id,
        actor_name=f"{row.display_name}（{row.name}）",
        active=row.active,
        permissions=frozenset(row.permissions),
        networks=tuple(row.networks),
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        digest=bytes(row.digest),
    )


async def list_api_keys(session: ReadSession, wanted: PageParams) -> Rows[ApiKey]:
    """The company's keys, the newest first, those that work no more among them."""
    return await keyset(session, select(ApiKey), ApiKey.id, sort="-id", cursor=wanted.cursor, limit=wanted.limit, descending=True)


async def api_keys_by_id(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, ApiKey]:
    return {key.id: key for key in await session.scalars(select(ApiKey).where(ApiKey.id.in_(ids)))}
