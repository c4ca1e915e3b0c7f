"""Every knob of the product, typed, in one class. Environment variables carry the prefix LOANBROKER_."""

import base64
import binascii
from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def decode_master_key(text: str) -> bytes:
    """32 bytes from their base64 form. Raises ValueError with what would be right, never with the value."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("LOANBROKER_MASTER_KEY must be base64 of 32 random bytes (openssl rand -base64 32)") from error
    if len(key) != 32:
        raise ValueError("LOANBROKER_MASTER_KEY must be base64 of exactly 32 random bytes (openssl rand -base64 32)")
    if len(set(key)) < 12:
        raise ValueError("LOANBROKER_MASTER_KEY is not random: take it from openssl rand -base64 32")
    return key


class Settings(BaseSettings):
    """Read once at start. What is missing or weak stops a production start with the variable's name."""

    model_config = SettingsConfigDict(env_prefix="LOANBROKER_", extra="ignore", hide_input_in_errors=True, frozen=True)

    environment: Literal["development", "test", "production"] = "development"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    data_dir: Path = Path(".data")
    database_url: SecretStr | None = None
    """postgresql://… as the application role; without it `loanbroker up` starts an embedded server."""
    owner_database_url: SecretStr | None = None
    """Role that owns the schema; only `migrate`, `create-tenant` and `up` use it."""
    sweeper_database_url: SecretStr | None = None
    """Optional login of its own for the sweeper; by default the application's login assumes the role lb_sweeper."""
    sealer_database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    master_key: SecretStr | None = None
    demo_password: SecretStr | None = None
    public_url: str | None = None
    """Address under which platforms and browsers reach the product; printed in webhook addresses. Default http://localhost:PORT."""
    internal_url: str | None = None
    """Address under which the product reaches itself (test leads). Default http://127.0.0.1:PORT."""
    frontend_dir: Path | None = None
    """Built SPA to serve; default frontend/dist of the checkout; an empty folder turns it off."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins of an SPA deployed alone, comma-separated."""
    cookie_domain: str | None = None
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Networks whose X-Forwarded-For is believed, comma-separated CIDR."""
    clock_offset: timedelta = timedelta(0)
    """Seconds added to the clock of every process; for tests and demonstrations, refused in production."""
    database_pool: int = Field(default=10, ge=1, le=200)
    access_token_minutes: int = Field(default=10, ge=1, le=10)
    refresh_token_days: int = Field(default=14, ge=1, le=90)
    password_min: int = Field(default=12, ge=8, le=64)
    """Characters that a password must have at least."""
    ip_xdb: Path | None = None
    """An ip2region xdb (IPv4) of the operator's; by default the one that ships, with Chinese provinces and cities as of 2021."""
    ip_xdb_v6: Path | None = None
    """The same for IPv6; without it every IPv6 address has an unknown region."""
    signing_key_days: int = Field(default=90, ge=1, le=3650)
    """After how many days the worker changes the key that signs access tokens."""
    wechat_base_url: str = "https://api.weixin.qq.com"
    wechat_appid: str | None = None
    """The company's mini-program; without it WeChat login is refused."""
    wechat_secret: SecretStr | None = None
    access_poll_seconds: float = Field(default=0.4, gt=0, le=0.8)
    """How often each process reads the log of changes to access; what it knows older than twice this and 0.2 s is not trusted."""
    webhook_queue: int = Field(default=4_000, ge=1)
    """Webhook leads that may wait for the group commit before 429 is answered."""
    webhook_batch: int = Field(default=500, ge=1, le=5_000)
    sweep_seconds: float = Field(default=2.0, gt=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    metrics_open: bool | None = None
    """Whether /metrics answers without a token; default only outside production."""
    worker_metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Where the worker serves its own figures to Prometheus; off by default."""
    docs_open: bool | None = None
    """Whether /docs, /graphiql and the schema documents are served to everyone; default only outside production."""

    @field_validator("clock_offset", mode="before")
    @classmethod
    def _seconds(cls, value: object) -> object:
        try:
            return float(value) if isinstance(value, str) else value
        except ValueError:
            return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.master_key is not None:
            decode_master_key(self.master_key.get_secret_value())
        if self.environment == "production":
            if self.master_key is None:
                raise ValueError("LOANBROKER_MASTER_KEY is missing: base64 of 32 random bytes (openssl rand -base64 32)")
            if self.database_url is None:
                raise ValueError("LOANBROKER_DATABASE_URL is missing: production never starts an embedded database")
            if self.redis_url is None:
                raise ValueError("LOANBROKER_REDIS_URL is missing: production never starts an embedded Valkey")
            if self.clock_offset:
                raise ValueError("LOANBROKER_CLOCK_OFFSET is refused in production")
            if self.public_url is None or not self.public_url.startswith("https://"):
                raise ValueError("LOANBROKER_PUBLIC_URL must be the https:// address under which platforms reach the product")
        return self

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def master_key_bytes(self) -> bytes:
        """The 32 bytes that wrap every tenant's keys. Raises ValueError where no key is set."""
        if self.master_key is None:
            raise ValueError("LOANBROKER_MASTER_KEY is missing: base64 of 32 random bytes (openssl rand -base64 32)")
        return decode_master_key(self.master_key.get_secret_value())

    @property
    def public_base(self) -> str:
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def internal_base(self) -> str:
        return (self.internal_url or f"http://127.0.0.1:{self.port}").rstrip("/")


@lru_cache
def get_settings() -> Settings:
    """The process's settings; tests build their own."""
    return Settings()
