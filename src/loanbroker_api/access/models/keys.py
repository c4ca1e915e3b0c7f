"""Tables of keys and of identities elsewhere."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import Base, TenantLink, TenantRow, tenant_fk


class SigningKey(Base):
    """Shared: keys of access tokens and of exported audit heads; the private half is wrapped by the master key.

    A token key signs from `active_at` on, when every process has seen it, and verifies until `retired_at`. Audit keys are never retired.
    """

    __tablename__ = "signing_key"
    kid: Mapped[str] = mapped_column(Text, primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    purpose: Mapped[str] = mapped_column(default="token", server_default="token")
    active_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class ProviderToken(Base):
    """Shared: an access token of the installation at a provider (WeChat), wrapped by the master key; its row lock lets one process renew it."""

    __tablename__ = "provider_token"
    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    account: Mapped[str] = mapped_column(Text, primary_key=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime | None]
    forced_at: Mapped[datetime | None]


class ApiKey(TenantRow):
    """A machine client of one employee: it may do what he may, cut down to `permissions`, until `expires_at`. Only a digest is stored."""

    __tablename__ = "api_key"
    __table_args__ = (tenant_fk("employee_id", "employee", cascade=True), Index(None, "tenant_id", "employee_id"))
    employee_id: Mapped[UUID]
    name: Mapped[str]
    hint: Mapped[str]
    """The last four characters, to tell keys apart."""
    digest: Mapped[bytes]
    permissions: Mapped[list[Any]]
    networks: Mapped[list[Any]]
    """CIDR networks it may be used from; empty is anywhere the owner's policy for api allows."""
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    last_ip: Mapped[str]
    revoked_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]


class WechatBinding(TenantLink):
    """A WeChat identity (appid, openid) that signs in as an employee. openid is stored as a blind index and as ciphertext."""

    __tablename__ = "wechat_binding"
    __table_args__ = (
        tenant_fk("employee_id", "employee", cascade=True),
        UniqueConstraint("tenant_id", "employee_id", "appid", name="uq_wechat_binding_employee"),
    )
    appid: Mapped[str] = mapped_column(primary_key=True)
    openid_index: Mapped[bytes] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID]
    openid_enc: Mapped[bytes]
    unionid_enc: Mapped[bytes | None]
    bound_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
