"""Acts of a database's superuser, for what no part of the product can do."""

from typing import Any

import asyncpg

from foundation import TEST_DATABASE
from loanbroker_api.embedded import EmbeddedServers


def admin_dsn(servers: EmbeddedServers, database: str = TEST_DATABASE) -> str:
    return servers.admin_dsn.replace("/postgres?", f"/{database}?")


async def as_admin(servers: EmbeddedServers, statement: str, *values: Any) -> list[asyncpg.Record]:
    """One statement in a connection of its own; its rows."""
    connection = await asyncpg.connect(admin_dsn(servers))
    try:
        return await connection.fetch(statement, *values)
    finally:
        await connection.close()
