"""Alembic's environment. The connection comes from loanbroker_api.migrate, as the migrator; here it becomes the owner."""

from alembic import context
from sqlalchemy import Connection, text

import loanbroker_api.models  # noqa: F401 # registers every area's tables
from loanbroker_api.core.db import Base


def _become_owner(connection: Connection) -> None:
    if not connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = 'lb_owner' AND pg_has_role(oid, 'MEMBER')")):
        raise RuntimeError("LOANBROKER_OWNER_DATABASE_URL must name a login that is a member of lb_owner (lb_migrator)")
    connection.execute(text("SET ROLE lb_owner"))
    # A migration that waits for a lock makes everyone behind it wait: better to fail and be run again.
    connection.execute(text("SET lock_timeout = '5s'"))
    # Alembic takes an open transaction for somebody else's and would not commit it.
    connection.commit()


def _migrate(connection: Connection) -> None:
    _become_owner(connection)
    partitions = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition AND relkind IN ('r', 'p')")))
    connection.commit()

    def include_name(name: str | None, kind: str, _parents: object) -> bool:
        # Partitions are made at run time; autogenerate would drop them.
        return not (kind == "table" and name in partitions)

    context.configure(
        connection=connection, target_metadata=Base.metadata, include_name=include_name, compare_type=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


_migrate(context.config.attributes["connection"])
