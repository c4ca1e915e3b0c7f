"""The audit trail: entries are written in the act's own transaction and sealed into a chain per tenant by one sealer (decisions/audit-sealing)."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import DateTime, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import Database, ReadSession, TenantLink
from loanbroker_api.core.ids import new_id

CANONICAL_VERSION = 1
GENESIS = bytes(32)


class AuditEntry(TenantLink):
    """Append-only, partitioned by month. `facts` never holds personal data: ids, codes, field names, masked forms."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "tenant_id", "at"),
        Index(None, "tenant_id", "subject_id", "at"),
        Index(None, "tenant_id", "actor_id", "at"),
        {"postgresql_partition_by": "RANGE (at)"},
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    action: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    session_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    request_id: Mapped[str]
    ip: Mapped[str]
    client: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class AuditTodo(TenantLink):
    """Entries that wait for their seal; a row older than 10 s is an alarm."""

    __tablename__ = "audit_todo"
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class AuditHead(TenantLink):
    """The end of a tenant's chain; its row lock lets one sealer append at a time."""

    __tablename__ = "audit_head"
    n: Mapped[int] = mapped_column(default=0)
    digest: Mapped[bytes] = mapped_column(LargeBinary, default=GENESIS)


class AuditSeal(TenantLink):
    """Link n of the chain: sha256(previous ‖ n ‖ sha256(canonical entry) …) over its entries in order."""

    __tablename__ = "audit_seal"
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    digest: Mapped[bytes]
    sealed_at: Mapped[datetime]
    canonical: Mapped[int] = mapped_column(default=CANONICAL_VERSION)
    hashes: Mapped[bytes | None]
    """sha256 of each entry, in order: names the entry that was changed. Seals from before there were any name only themselves."""


def entry_of(actor: Actor, at: datetime, action: str, subject_id: UUID | None, facts: dict[str, Any]) -> dict[str, Any]:
    """The column values of one entry."""
    return {
        "tenant_id": actor.tenant_id,
        "id": new_id(),
        "at": at,
        "action": action,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "session_id": actor.session_id,
        "subject_id": subject_id,
        "request_id": actor.request.request_id,
        "ip": actor.request.ip,
        "client": actor.request.client,
        "facts": orjson.loads(orjson.dumps(facts, default=str)),
    }


def canonical(row: Any) -> bytes:
    """Canonical form, version 1: a JSON array in fixed order, UTC microseconds, object keys sorted."""
    return orjson.dumps(
        [
            str(row.tenant_id),
            str(row.id),
            row.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            row.action,
            row.actor_kind,
            str(row.actor_id) if row.actor_id else None,
            row.actor_name,
            str(row.session_id) if row.session_id else None,
            str(row.subject_id) if row.subject_id else None,
            row.request_id,
            row.ip,
            row.client,
            row.facts,
        ],
        option=orjson.OPT_SORT_KEYS,
    )


def link(previous: bytes, n: int, entries: list[bytes]) -> bytes:
    """The digest of seal n over its entries' canonical forms."""
    digest = sha256(previous + n.to_bytes(8, "big"))
    for entry in entries:
        digest.update(sha256(entry).digest())
    return digest.digest()


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


async def _seal_tenant(connection: AsyncConnection, tenant_id: UUID, now: datetime, limit: int) -> int:
    head = (
        await connection.execute(text("SELECT n, digest FROM audit_head WHERE tenant_id = :t FOR UPDATE SKIP LOCKED"), {"t": tenant_id})
    ).one_or_none()
    if head is None:
        return 0
    rows = (
        await connection.execute(
            text(
                "SELECT e.* FROM audit_todo d JOIN audit_entry e ON e.tenant_id = d.tenant_id AND e.id = d.entry_id AND e.at = d.at "
                "WHERE d.tenant_id = :t AND e.tenant_id = :t ORDER BY d.entry_id LIMIT :limit"
            ),
            {"t": tenant_id, "limit": limit},
        )
    ).all()
    if not rows:
        return 0
    ids = [row.id for row in rows]
    digest = link(bytes(head.digest), head.n + 1, [canonical(row) for row in rows])
    await connection.execute(
        text(
            "INSERT INTO audit_seal (tenant_id, n, entry_ids, digest, sealed_at, canonical) VALUES (:t, :n, :ids, :digest, :now, :canonical)"
        ),
        {"t": tenant_id, "n": head.n + 1, "ids": ids, "digest": digest, "now": now, "canonical": CANONICAL_VERSION},
    )
    await connection.execute(
        text("UPDATE audit_head SET n = :n, digest = :digest WHERE tenant_id = :t"), {"t": tenant_id, "n": head.n + 1, "digest": digest}
    )
    await connection.execute(text("DELETE FROM audit_todo WHERE tenant_id = :t AND entry_id = ANY(:ids)"), {"t": tenant_id, "ids": ids})
    return len(ids)


@dataclass(frozen=True)
class ChainState:
    """What verification found: `broken` names the first fault, None when the chain holds."""

    seals: int
    entries: int
    unsealed: int
    head: bytes
    broken: str | None


async def verify_chain(session: ReadSession, tenant_id: UUID, *, known_head: bytes | None = None) -> ChainState:
    """Recompute a tenant's chain from its entries, a seal at a time. The session must see one moment (`snapshot`): a sealer may be at work.

    `known_head` is a head that was kept elsewhere: without one, a tail that was cut off with its entries cannot be seen from inside.
    """
    seals = (
        await session.execute(text("SELECT n, entry_ids, digest FROM audit_seal WHERE tenant_id = :t ORDER BY n"), {"t": tenant_id})
    ).all()
    previous, entries, expected = GENESIS, 0, 1
    digests = {GENESIS}

    def broken(why: str) -> ChainState:
        return ChainState(len(seals), entries, 0, previous, why)

    for seal in seals:
        if seal.n != expected:
            return broken(f"seal {expected} is missing")
        rows = {
            row.id: row
            for row in await session.execute(
                text("SELECT * FROM audit_entry WHERE tenant_id = :t AND id = ANY(:ids)"), {"t": tenant_id, "ids": list(seal.entry_ids)}
            )
        }
        missing = [entry_id for entry_id in seal.entry_ids if entry_id not in rows]
        if missing:
            return broken(f"entry {missing[0]} of seal {seal.n} is missing")
        digest = link(previous, seal.n, [canonical(rows[entry_id]) for entry_id in seal.entry_ids])
        if digest != bytes(seal.digest):
            return broken(f"seal {seal.n} does not match its {len(rows)} entries")
        previous, entries, expected = digest, entries + len(rows), expected + 1
        digests.add(digest)
    head = (await session.execute(text("SELECT n, digest FROM audit_head WHERE tenant_id = :t"), {"t": tenant_id})).one_or_none()
    if head is None or (head.n, bytes(head.digest)) != (expected - 1, previous):
        return broken(f"the chain ends at seal {expected - 1}, its head says {head.n if head else 'nothing'}")
    if known_head is not None and known_head not in digests:
        return broken("the head that was kept is in no seal")
    rest = (await session.execute(_UNSEALED, {"t": tenant_id})).one()
    if rest.all_entries - rest.waiting != entries:
        return broken(f"{rest.all_entries - rest.waiting - entries} entries are in no seal")
    if rest.vanished:
        return broken(f"{rest.vanished} entries that waited for their seal are missing")
    return ChainState(len(seals), entries, rest.waiting, previous, None)


_UNSEALED = text(
    """
    SELECT (SELECT count(*) FROM audit_entry WHERE tenant_id = :t) AS all_entries,
           count(*) FILTER (WHERE e.id IS NOT NULL) AS waiting, count(*) FILTER (WHERE e.id IS NULL) AS vanished
    FROM audit_todo d LEFT JOIN audit_entry e ON e.tenant_id = d.tenant_id AND e.id = d.entry_id AND e.at = d.at AND e.tenant_id = :t
    WHERE d.tenant_id = :t
    """
)
