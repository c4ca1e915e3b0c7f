"""Tables of signing in: devices, sessions and their refresh families, what a login waits for, and the record of every attempt."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import Small, TenantLink, TenantRow, tenant_fk


class Device(TenantRow):
    """A client that one employee signs in from: it holds a secret of ours, or a key pair of its own.

    `state`: known (seen, no policy asked for it), pending (waits for approval), bound, revoked. `name` is what the client calls itself.
    """

    __tablename__ = "device"
    __table_args__ = (
        tenant_fk("employee_id", "employee", cascade=True),
        Index(None, "tenant_id", "employee_id", "client"),
        Index(
            "uq_device_key", "tenant_id", "employee_id", "key_thumbprint", unique=True, postgresql_where=text("key_thumbprint IS NOT NULL")
        ),
    )
    employee_id: Mapped[UUID]
    client: Mapped[str]
    name: Mapped[str]
    state: Mapped[str]
    secret_digest: Mapped[bytes | None]
    public_jwk: Mapped[dict[str, Any] | None]
    key_thumbprint: Mapped[str | None]
    first_ip: Mapped[str]
    last_ip: Mapped[str]
    last_place: Mapped[str]
    last_used_at: Mapped[datetime]
    bound_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    push_kind: Mapped[str | None]
    push_token_enc: Mapped[bytes | None]


class LoginSession(TenantLink):
    """A signed-in client. Ended sessions keep their reason until they are purged. `place` is region code or empty (access/policies/places)."""

    __tablename__ = "login_session"
    __table_args__ = (tenant_fk("employee_id", "employee", cascade=True), Index(None, "tenant_id", "employee_id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID]
    client: Mapped[str]
    ip: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    device_id: Mapped[UUID | None]
    place: Mapped[str] = mapped_column(default="", server_default="")
    last_ip: Mapped[str] = mapped_column(default="", server_default="")
    factor: Mapped[str | None]
    """How the second factor was given: totp, recovery, passkey, approval; None where none was asked for."""
    stepped_up_at: Mapped[datetime | None]
    approved_place: Mapped[str | None]
    """A place outside the policy that a leader has approved for this session."""


class RefreshToken(TenantLink):
    """A link of a session's refresh family; only the digest is stored. Used again after the retry window, it ends the session."""

    __tablename__ = "refresh_token"
    __table_args__ = (tenant_fk("session_id", "login_session", cascade=True), Index(None, "tenant_id", "session_id"))
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginTicket(TenantLink):
    """A login whose password was right and which waits for something more; `done` lists the steps that are behind it."""

    __tablename__ = "login_ticket"
    __table_args__ = (tenant_fk("employee_id", "employee", cascade=True), Index(None, "tenant_id", "expires_at"))
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID]
    client: Mapped[str]
    ip: Mapped[str]
    device_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LoginCounter(TenantLink):
    """Wrong passwords by account, device or address. `key` is keyed (HMAC), so that names which do not exist count the same and tell nothing."""

    __tablename__ = "login_counter"
    __table_args__ = (Index(None, "tenant_id", "last_at"),)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    locks: Mapped[int]
    """How many times in a row it was locked: the next lock is longer."""
    locked_until: Mapped[datetime | None]
    last_at: Mapped[datetime]


class LoginRecord(TenantLink):
    """Every attempt to sign in that named an employee and his password, let in or not; kept 180 days. What drafts of policies are judged on."""

    __tablename__ = "login_record"
    __table_args__ = (
        Index(None, "tenant_id", "at", "id"),
        Index(None, "tenant_id", "employee_id", "at"),
        Index(None, "tenant_id", "ip", "at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    employee_id: Mapped[UUID]
    client: Mapped[str]
    ip: Mapped[str]
    place: Mapped[str]
    device_id: Mapped[UUID | None]
    device_state: Mapped[str]
    """State of the device at that moment: new, known, bound, pending."""
    session_id: Mapped[UUID | None]
    outcome: Mapped[str]
    """ok, or the problem's code."""
    signals: Mapped[list[Any]]
    """Codes of what was unusual about it."""


class LoginApproval(TenantRow):
    """A login that a leader has to decide on: a first device, a place the policy does not know, an unusual login without a second factor."""

    __tablename__ = "login_approval"
    __table_args__ = (tenant_fk("employee_id", "employee", cascade=True), Index(None, "tenant_id", "state", "id"))
    employee_id: Mapped[UUID]
    kind: Mapped[str]
    client: Mapped[str]
    device_id: Mapped[UUID | None]
    ip: Mapped[str]
    place: Mapped[str]
    signals: Mapped[list[Any]]
    state: Mapped[Small]
    """0 waits, 1 approved, 2 refused."""
    expires_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
