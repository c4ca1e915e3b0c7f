"""Tables of the audit trail, and the column values of one entry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import DateTime, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit_actions import masked_changes
from loanbroker_api.core.db import TenantLink
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
    # Its first entry finds the seal of an entry: ids rise within a seal, and mostly from seal to seal.
    __table_args__ = (Index("ix_audit_seal_first_entry", "tenant_id", text("(entry_ids[1])")),)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    digest: Mapped[bytes]
    sealed_at: Mapped[datetime]
    canonical: Mapped[int] = mapped_column(default=CANONICAL_VERSION)
    hashes: Mapped[bytes | None]
    """sha256 of each entry, in order: names the entry that was changed. Seals of the first release have none and name only themselves."""


def entry_of(actor: Actor, at: datetime, action: str, subject_id: UUID | None, facts: dict[str, Any]) -> dict[str, Any]:
    """The column values of one entry. Graded values among `changes` ({field: [was, now]}) are masked here, if they were not before."""
    if isinstance(facts.get("changes"), Mapping):
        facts = {**facts, "changes": masked_changes(action, cast("Mapping[str, Any]", facts["changes"]))}
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
