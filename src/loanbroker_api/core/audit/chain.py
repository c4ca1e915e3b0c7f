"""The chain: canonical form and hash of an entry, digest of a seal, and the sealer."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from loanbroker_api.core.audit.tables import CANONICAL_VERSION
from loanbroker_api.core.db import Database

HASH_BYTES: Final = 32
COLUMNS: Final = (
    "e.id, e.at, e.action, e.actor_kind, e.actor_id, e.actor_name, e.session_id, e.subject_id, e.request_id, e.ip, e.client, "
    "e.facts::text AS facts"
)
"""What entry_hash() needs of `audit_entry e`, in its order. Facts come as text: parsing them here is faster and knows no surprise of a codec."""


def canonical(tenant: str, row: Sequence[Any]) -> bytes:
    """Canonical form, version 1: a JSON array in fixed order, UTC microseconds, object keys sorted.

    `row` has COLUMNS in order, `tenant` is the tenant's id as text. Raises ValueError or TypeError for what no entry of ours can hold.
    """
    entry_id, at, action, actor_kind, actor_id, actor_name, session_id, subject_id, request_id, ip, client, facts = row
    return orjson.dumps(
        [
            tenant,
            str(entry_id),
            at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            action,
            actor_kind,
            None if actor_id is None else str(actor_id),
            actor_name,
            None if session_id is None else str(session_id),
            None if subject_id is None else str(subject_id),
            request_id,
            ip,
            client,
            orjson.loads(facts),
        ],
        option=orjson.OPT_SORT_KEYS,
    )


def entry_hash(tenant: str, row: Sequence[Any]) -> bytes:
    """sha256 of an entry's canonical form."""
    return sha256(canonical(tenant, row)).digest()


def link(previous: bytes, n: int, hashes: bytes) -> bytes:
    """The digest of seal n over the hashes of its entries, one after another."""
    return sha256(previous + n.to_bytes(8, "big") + hashes).digest()


async def seal_once(database: Database, now: datetime, *, limit: int = 5_000) -> int:
    """Seal what waits, one transaction a tenant; safe to run in several processes at once. Returns the number of sealed entries."""
    sealed = 0
    async with database.sealer.connect() as connection:
        tenants = (await connection.execute(text("SELECT DISTINCT tenant_id FROM audit_todo"))).scalars().all()
        await connection.rollback()
        for tenant_id in tenants:
            async with connection.begin():
                sealed += await _seal_tenant(connection, tenant_id, now, limit)
    return sealed


_WAITING = text(
    f"SELECT {COLUMNS} FROM audit_todo d JOIN audit_entry e ON e.tenant_id = d.tenant_id AND e.id = d.entry_id AND e.at = d.at "  # noqa: S608 - our own columns
    "WHERE d.tenant_id = :t AND e.tenant_id = :t ORDER BY d.entry_id LIMIT :limit"
)
_APPEND = text(
    "INSERT INTO audit_seal (tenant_id, n, entry_ids, digest, sealed_at, canonical, hashes) "
    "VALUES (:t, :n, :ids, :digest, :now, :canonical, :hashes)"
)


async def _seal_tenant(connection: AsyncConnection, tenant_id: UUID, now: datetime, limit: int) -> int:
    head = (
        await connection.execute(text("SELECT n, digest FROM audit_head WHERE tenant_id = :t FOR UPDATE SKIP LOCKED"), {"t": tenant_id})
    ).one_or_none()
    if head is None:
        return 0
    rows = (await connection.execute(_WAITING, {"t": tenant_id, "limit": limit})).all()
    if not rows:
        return 0
    ids = [row.id for row in rows]
    hashes = b"".join(entry_hash(str(tenant_id), row) for row in rows)
    digest = link(bytes(head.digest), head.n + 1, hashes)
    sealed = {"t": tenant_id, "n": head.n + 1, "digest": digest}
    await connection.execute(_APPEND, {**sealed, "ids": ids, "now": now, "canonical": CANONICAL_VERSION, "hashes": hashes})
    await connection.execute(text("UPDATE audit_head SET n = :n, digest = :digest WHERE tenant_id = :t"), sealed)
    await connection.execute(text("DELETE FROM audit_todo WHERE tenant_id = :t AND entry_id = ANY(:ids)"), {"t": tenant_id, "ids": ids})
    return len(ids)
