"""Tables of channels: the channels and the durable inbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import TenantLink, TenantRow, tenant_fk


class Channel(TenantRow):
    """A configured source of leads. `previous_secret_enc` still verifies until `previous_until` after a rotation."""

    __tablename__ = "channel"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        UniqueConstraint("tenant_id", "name", name="uq_channel_name"),
        tenant_fk("team_id", "org_unit"),
    )
    key: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    team_id: Mapped[UUID | None]
    secret_enc: Mapped[bytes]
    previous_secret_enc: Mapped[bytes | None]
    previous_until: Mapped[datetime | None]
    created_by: Mapped[UUID | None]


class Inbox(TenantLink):
    """One row for each lead as delivered, committed before the platform gets its 2xx. The body is ciphertext, so nothing in it can fail the insert.

    state: pending → done | duplicate | dead | test; dead → pending (replay) | ignored.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel_id", "delivery_key"),
        Index("ix_inbox_due", "tenant_id", "next_at", "id", postgresql_where=text("state = 'pending'")),
        Index(None, "tenant_id", "state", "id"),
        Index("ix_inbox_channel", "tenant_id", "channel_id", "received_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel_id: Mapped[UUID]
    delivery_key: Mapped[str]
    received_at: Mapped[datetime]
    body_enc: Mapped[bytes | None]
    state: Mapped[str]
    is_test: Mapped[bool]
    deliveries: Mapped[int] = mapped_column(server_default="1")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    reason_text: Mapped[str | None]
    reason_field: Mapped[str | None]
    customer_id: Mapped[UUID | None]
    name_masked: Mapped[str | None]
    phone_masked: Mapped[str | None]
    city: Mapped[str | None]
    wanted_from_fen: Mapped[int | None]
    wanted_to_fen: Mapped[int | None]
    explanation: Mapped[dict[str, Any] | None]
    version: Mapped[int] = mapped_column(server_default="1")
