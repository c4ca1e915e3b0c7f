"""Production refuses every role that row-level security does not bind."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from loanbroker_api.core.db import asyncpg_url
from loanbroker_api.core.guard import UnsafeDatabaseRoleError, check_database_role
from loanbroker_api.embedded import EmbeddedServers


@pytest.fixture(scope="module")
async def owned(servers: EmbeddedServers, roles: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    """A database of its own with one table of lb_owner's; addresses by role."""
    administrator = await asyncpg.connect(servers.admin_dsn)
    await administrator.execute("CREATE DATABASE guarded OWNER lb_owner")
    await administrator.execute("CREATE ROLE passes_by LOGIN BYPASSRLS")
    connection = await asyncpg.connect(servers.dsn("lb_migrator", roles["lb_migrator"], "guarded"))
    await connection.execute("SET ROLE lb_owner")
    await connection.execute("CREATE TABLE kept (n int)")
    await connection.close()
    yield {role: servers.dsn(role, roles.get(role), "guarded") for role in ("postgres", "lb_app", "lb_migrator", "passes_by")}
    await administrator.execute("DROP DATABASE guarded (FORCE)")
    await administrator.execute("DROP ROLE passes_by")
    await administrator.close()


async def _check(url: str, *, role: str | None = None) -> None:
    engine = create_async_engine(asyncpg_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        if role:
            await connection.execute(text(f"SET ROLE {role}"))
        await check_database_role(connection)


@pytest.mark.parametrize("role", [None, "lb_sweeper", "lb_sealer"])
async def test_the_application_role_passes(owned: dict[str, str], role: str | None):
    await _check(owned["lb_app"], role=role)


@pytest.mark.parametrize(("login", "reason"), [("postgres", "superuser"), ("passes_by", "BYPASSRLS"), ("lb_migrator", "lb_owner")])
async def test_a_role_that_passes_by_the_policies_is_refused(owned: dict[str, str], login: str, reason: str):
    with pytest.raises(UnsafeDatabaseRoleError, match=f"{login}.*{reason}"):
        await _check(owned[login])


async def test_assuming_a_bound_role_does_not_hide_the_login(owned: dict[str, str]):
    with pytest.raises(UnsafeDatabaseRoleError, match="superuser"):
        await _check(owned["postgres"], role="lb_app")
