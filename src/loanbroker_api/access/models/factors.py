"""Tables of second factors."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import TenantLink, TenantRow, tenant_fk


class SecondFactor(TenantRow):
    """A TOTP secret (encrypted) or a passkey (public key only). Counts only once `confirmed_at` is set."""

    __tablename__ = "second_factor"
    __table_args__ = (
        tenant_fk("employee_id", "employee", cascade=True),
        Index(None, "tenant_id", "employee_id"),
        Index("uq_second_factor_credential", "tenant_id", "credential_id", unique=True, postgresql_where=text("credential_id IS NOT NULL")),
    )
    employee_id: Mapped[UUID]
    kind: Mapped[str]
    """totp or passkey."""
    name: Mapped[str]
    secret_enc: Mapped[bytes | None]
    last_step: Mapped[int] = mapped_column(default=0)
    """TOTP: the last time step that was used, so that no code works twice."""
    credential_id: Mapped[bytes | None]
    public_key: Mapped[bytes | None]
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[str] = mapped_column(default="")
    confirmed_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(TenantLink):
    """One of ten codes for a lost second factor, usable once; only a keyed digest is stored."""

    __tablename__ = "recovery_code"
    __table_args__ = (tenant_fk("employee_id", "employee", cascade=True), Index(None, "tenant_id", "employee_id"))
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
