"""Tables, engines and the tenant's place in every statement."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NewType
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKeyConstraint, LargeBinary, MetaData, SmallInteger, Text, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import ExecutionContext
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria

from loanbroker_api.core.ids import new_id
from loanbroker_api.settings import Settings

Small = NewType("Small", int)
"""A smallint column: codes of small fixed lists."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain class attribute
        datetime: DateTime(timezone=True),
        int: BigInteger,
        Small: SmallInteger,
        str: Text,
        bytes: LargeBinary,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


def _bound_tenant(context: ExecutionContext) -> UUID:
    return context.root_connection.info["tenant_id"]


class TenantLink(Base):
    """A table of one tenant's rows with a key of its own making; tenant_id defaults to the transaction's tenant."""

    __abstract__ = True
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, default=_bound_tenant, sort_order=-100)


class TenantRow(TenantLink):
    """A table with the key (tenant_id, id), a version for optimistic locking and its times."""

    __abstract__ = True
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-99)
    version: Mapped[int] = mapped_column(default=1, sort_order=90)
    created_at: Mapped[datetime] = mapped_column(sort_order=91)
    updated_at: Mapped[datetime] = mapped_column(sort_order=92)


def tenant_fk(column: str, table: str, *, cascade: bool = False) -> ForeignKeyConstraint:
    """A foreign key within the tenant: (tenant_id, column) → table(tenant_id, id)."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete="CASCADE" if cascade else None)


class ReadSession(AsyncSession):
    """A session in a read-only transaction of one tenant."""


class WriteSession(ReadSession):
    """A session that may write; services take it, queries take either."""


def _name_the_tenant(state: ORMExecuteState) -> None:
    tenant_id: UUID | None = state.session.info.get("tenant_id")
    if tenant_id is not None and (state.is_select or state.is_update or state.is_delete) and not state.is_column_load:
        state.statement = state.statement.options(
            with_loader_criteria(TenantLink, lambda cls: cls.tenant_id == tenant_id, include_aliases=True)
        )


class TenantSession(Session):
    """The synchronous heart of our sessions: adds `tenant_id = :t` to each ORM statement and stamps times on rows."""


def _stamp(session: Session, _context: object, _instances: object) -> None:
    now: datetime | None = session.info.get("now")
    if now is None:
        return
    for row in session.new:
        if isinstance(row, TenantRow):
            row.created_at = getattr(row, "created_at", None) or now
            row.updated_at = getattr(row, "updated_at", None) or now
    for row in session.dirty:
        if isinstance(row, TenantRow) and session.is_modified(row):
            row.updated_at = now
            row.version = row.version + 1


event.listen(TenantSession, "do_orm_execute", _name_the_tenant)
event.listen(TenantSession, "before_flush", _stamp)


def asyncpg_url(url: str) -> str:
    """A postgresql:// address as SQLAlchemy wants it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg"))


class Database:
    """The process's engines: the application's, the sweeper's and the sealer's, each with its own rights."""

    def __init__(self, settings: Settings) -> None:
        if settings.database_url is None:
            raise ValueError("LOANBROKER_DATABASE_URL is missing; `loanbroker up` starts an embedded server")
        url = settings.database_url.get_secret_value()
        sweeper = settings.sweeper_database_url.get_secret_value() if settings.sweeper_database_url else url
        sealer = settings.sealer_database_url.get_secret_value() if settings.sealer_database_url else url
        self.app = _engine(url, settings.database_pool)
        self.sweeper = _engine(sweeper, 2, role="lb_sweeper")
        self.sealer = _engine(sealer, 2, role="lb_sealer")

    async def close(self) -> None:
        for engine in (self.app, self.sweeper, self.sealer):
            await engine.dispose()

    @asynccontextmanager
    async def read(self, tenant_id: UUID, *, snapshot: bool = False) -> AsyncGenerator[ReadSession]:
        """A read-only transaction of one tenant; with `snapshot` all its statements see the same moment."""
        engine = self.app.execution_options(isolation_level="REPEATABLE READ") if snapshot else self.app
        async with (
            ReadSession(engine, sync_session_class=TenantSession, expire_on_commit=False, autoflush=False) as session,
            session.begin(),
        ):
            await bind(session, tenant_id, read_only=True)
            yield session

    @asynccontextmanager
    async def write(self, tenant_id: UUID, now: datetime) -> AsyncGenerator[WriteSession]:
        """A transaction of one tenant that the caller commits or, by raising, rolls back."""
        async with WriteSession(self.app, sync_session_class=TenantSession, expire_on_commit=False) as session:
            await session.begin()
            await bind(session, tenant_id, read_only=False)
            session.sync_session.info["now"] = now
            yield session


async def bind(session: AsyncSession, tenant_id: UUID, *, read_only: bool) -> None:
    """Bind the session's transaction to a tenant, in one round trip."""
    connection = await session.connection()
    await connection.execute(_BIND, {"tenant": tenant_id, "read_only": read_only})
    session.sync_session.info["tenant_id"] = tenant_id
    connection.sync_connection.info["tenant_id"] = tenant_id  # type: ignore[union-attr]


_BIND = text("SELECT app.bind_tenant(:tenant, :read_only)")


def _engine(url: str, size: int, *, role: str | None = None) -> AsyncEngine:
    server_settings = {"application_name": "loanbroker", "timezone": "UTC"}
    if role:
        server_settings["role"] = role
    return create_async_engine(
        asyncpg_url(url),
        pool_size=size,
        max_overflow=size,
        pool_timeout=10,
        pool_pre_ping=False,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={"server_settings": server_settings, "timeout": 5, "command_timeout": 60},
    )
