"""Keys and database addresses of a run: the embedded server's, or those of a server of the user's own."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from pydantic import SecretStr

from loanbroker_api.embedded import APPLICATION, MIGRATOR, bootstrap_roles
from loanbroker_api.embedded.places import write_private
from loanbroker_api.settings import Settings, decode_master_key
from loanbroker_api.up.refused import RefusedError

DATABASE = "loanbroker"


async def own_database(settings: Settings, passwords: Mapping[str, str]) -> tuple[str, str]:
    """Addresses of application and migrator on a server of the user's: made there by an administrator, else as they were given."""
    given = cast("SecretStr", settings.database_url).get_secret_value()
    try:
        connection = await cast("Any", asyncpg).connect(given)
    except (OSError, asyncpg.PostgresError) as error:
        raise RefusedError(
            f"连不上 LOANBROKER_DATABASE_URL 指定的数据库（{type(error).__name__}）。 / "
            f"Cannot connect to the database of LOANBROKER_DATABASE_URL ({type(error).__name__})."
        ) from error
    try:
        administrator = await connection.fetchval(
            "SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles WHERE rolname = current_user"
        )
    finally:
        await connection.close()
    if not administrator:
        return given, settings.owner_database_url.get_secret_value() if settings.owner_database_url else given
    named = urlsplit(given).path.lstrip("/")
    database = named if named not in {"", "postgres", "template1"} else DATABASE
    await bootstrap_roles(given, database, passwords)
    application, owner = (_for_role(given, role, passwords[role], database) for role in (APPLICATION, MIGRATOR))
    return application, owner


def kept_master_key(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, base64.b64encode(secrets.token_bytes(32)).decode())
    return path.read_text(encoding="utf-8").strip()


def role_password(master_key: str, role: str) -> str:
    """Derived, so that it need not be stored and is the same at the next start."""
    return (
        base64.urlsafe_b64encode(hmac.digest(decode_master_key(master_key), f"database role {role}".encode(), hashlib.sha256))
        .decode()
        .rstrip("=")
    )


def _for_role(url: str, role: str, password: str, database: str) -> str:
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password, safe='')}@{address}", path=f"/{quote(database)}"))
