"""What the last run prepared, so that a start with nothing new skips migrations and demo data (two processes, seconds).

Believed only as far as the database confirms it: the same database (its oid, which a new one does not share) at the same revision.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import asyncpg

from loanbroker_api.embedded.places import write_private
from loanbroker_api.up.programs import CHECKOUT


class Prepared:
    """The mark `prepared.json` of a data folder for one database."""

    def __init__(self, data_dir: Path, owner_url: str) -> None:
        self._path = data_dir / "prepared.json"
        self._owner_url = owner_url

    async def fits(self, wanted: str) -> bool:
        """Whether the database is as the last successful start left it and `wanted` is what that start prepared."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return kept == [wanted, await self._state()] and None not in kept

    async def keep(self, wanted: str) -> None:
        write_private(self._path, json.dumps([wanted, await self._state()]))

    async def _state(self) -> str | None:
        """Oid and revision; None where there is no revision yet."""
        connection = await cast("Any", asyncpg).connect(self._owner_url)
        try:
            oid = await connection.fetchval("SELECT oid::text FROM pg_database WHERE datname = current_database()")
            revisions = await connection.fetch("SELECT version_num FROM alembic_version ORDER BY 1")
        except asyncpg.PostgresError:
            return None
        finally:
            await connection.close()
        return f"{oid} {' '.join(row[0] for row in revisions)}"


def digest(master_key: str, *steps: Sequence[str], password: str) -> str:
    """Names the commands, the migrations and the demo password, the last without giving it away."""
    state = hashlib.sha256()
    for path in sorted((CHECKOUT / "migrations").rglob("*.py")):
        state.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    state.update(json.dumps(steps).encode())
    state.update(hmac.digest(master_key.encode(), password.encode(), "sha256"))
    return state.hexdigest()
