"""The database's roles, and the database itself: made by an administrator, the same on an embedded and on a server of one's own.

lb_owner     owns schema and tables; cannot log in
lb_migrator  logs in for migrations and becomes lb_owner
lb_app       logs in for the product; neither owner nor superuser nor BYPASSRLS, so every policy binds it
lb_sweeper, lb_sealer   what the application assumes for work over all tenants; NOINHERIT, so it must say so
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Protocol, cast

import asyncpg

OWNER, MIGRATOR, APPLICATION, SWEEPER, SEALER = "lb_owner", "lb_migrator", "lb_app", "lb_sweeper", "lb_sealer"
SCRAM_ROUNDS = 4096


class _Session(Protocol):
    """What we use of asyncpg's connection, which comes without types."""

    async def execute(self, query: str, /) -> str: ...
    async def fetchval(self, query: str, /, *args: object) -> Any: ...
    async def close(self) -> None: ...
    def get_server_version(self) -> Any: ...


def scram_verifier(password: str) -> str:
    """The stored form of RFC 5803 for an ASCII password, so that the password itself is in no statement and no server log."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, SCRAM_ROUNDS)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored_key, server_key))
    return f"SCRAM-SHA-256${SCRAM_ROUNDS}:{salt64}${stored64}:{server64}"


async def bootstrap_roles(admin_dsn: str, database: str, passwords: Mapping[str, str]) -> None:
    """Makes or corrects roles and database; runs again at every start, on PostgreSQL 15 and later.

    `passwords` has lb_app and lb_migrator. The administrator needs CREATEROLE and CREATEDB, no superuser. One statement a call: several
    in one are one transaction, and CREATE DATABASE cannot be in any.
    """
    connection = cast("_Session", await cast("Any", asyncpg).connect(admin_dsn))
    try:
        await _roles(connection, passwords)
        await _database(connection, database)
    finally:
        await connection.close()


async def _roles(connection: _Session, passwords: Mapping[str, str]) -> None:
    for role, inherits in ((OWNER, True), (SWEEPER, True), (SEALER, True), (MIGRATOR, True), (APPLICATION, False)):
        await _role(connection, role, passwords.get(role), inherits=inherits)
    await _grant(connection, OWNER, MIGRATOR)
    await _grant(connection, SWEEPER, APPLICATION, inherit=False)
    await _grant(connection, SEALER, APPLICATION, inherit=False)
    # A generic plan joins in the wrong order (data-plane: 6 to 7 times slower).
    await connection.execute(f"ALTER ROLE {APPLICATION} SET plan_cache_mode = force_custom_plan")
    for role in (APPLICATION, MIGRATOR):
        try:
            await connection.execute(f"ALTER ROLE {role} SET citus.propagate_set_commands = 'local'")
        except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError, asyncpg.UndefinedObjectError):
            # Only Citus needs it; a placeholder is refused to some administrators of plain servers.
            continue


async def _role(connection: _Session, role: str, password: str | None, *, inherits: bool) -> None:
    login = f"LOGIN PASSWORD '{scram_verifier(password)}'" if password else "NOLOGIN"
    inherit = "INHERIT" if inherits else "NOINHERIT"
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
        try:
            await connection.execute(f"CREATE ROLE {role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS {inherit} {login}")
        except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            # Another start made it between the question and now.
            pass
        else:
            return
    await connection.execute(f"ALTER ROLE {role} {inherit} {login}")
    # Naming these needs a superuser before PostgreSQL 16, so only where something is wrong.
    if await connection.fetchval("SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f"ALTER ROLE {role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")


async def _grant(connection: _Session, role: str, member: str, *, inherit: bool = True) -> None:
    # From 16 on each grant has its own inherit; before, the member's attribute decides.
    options = f" WITH INHERIT {str(inherit).upper()}" if connection.get_server_version().major >= 16 else ""
    await connection.execute(f"GRANT {role} TO {member}{options}")


async def _database(connection: _Session, database: str) -> None:
    quoted = await connection.fetchval("SELECT quote_ident($1)", database)
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database):
        if not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            # To give a database to a role one must be able to become it.
            options = " WITH SET TRUE, INHERIT FALSE" if connection.get_server_version().major >= 16 else ""
            await connection.execute(f"GRANT {OWNER} TO CURRENT_USER{options}")
        await _create(connection, quoted)
    await connection.execute(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {quoted} TO {APPLICATION}, {MIGRATOR}")


async def _create(connection: _Session, quoted: str) -> None:
    """UTF-8, sorted by code point on every server: the built-in provider from 17 on, the C library's C.UTF-8 before, C where there is none."""
    builtin = ["LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"] if connection.get_server_version().major >= 17 else []
    locales = [*builtin, "LOCALE 'C.UTF-8'", "LOCALE 'C'"]
    for position, locale in enumerate(locales):
        try:
            await connection.execute(f"CREATE DATABASE {quoted} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8' {locale}")
        except asyncpg.DuplicateDatabaseError:
            return
        except (asyncpg.WrongObjectTypeError, asyncpg.InvalidParameterValueError):
            if position == len(locales) - 1:
                raise
        else:
            return
