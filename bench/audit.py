"""How long the verification of an audit chain takes, beside reading the rows that it verifies.

The chain is of the kind that a working company has: five seals a second hold a few entries each. Reading is the bare SELECT of every column
of every entry in the same connection, as the driver gives them. `--quick`: 40,000 entries, else 600,000.
"""

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from _common import Figure, Place, finish, median, place, say, with_runtime
from loanbroker_api.access import queries, service
from loanbroker_api.core.audit import GENESIS, ChainState, Fault, entry_hash, link, verify_chain
from loanbroker_api.core.audit.chain import COLUMNS
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.ids import id_at, new_id
from loanbroker_api.core.runtime import Runtime

QUICK, FULL = 40_000, 600_000
ROUNDS = 4
ACTS = ("customers.followed_up", "customers.revealed", "customers.owner_changed", "pipeline.case_moved", "access.logged_in")
ENTRY = [
    "tenant_id",
    "id",
    "at",
    "action",
    "actor_kind",
    "actor_id",
    "actor_name",
    "session_id",
    "subject_id",
    "request_id",
    "ip",
    "client",
    "facts",
]
SEAL = ["tenant_id", "n", "entry_ids", "digest", "sealed_at", "canonical", "hashes"]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a smaller chain, within a minute")
    count = QUICK if arguments.parse_args().quick else FULL
    with place() as made:
        figures = with_runtime(made, lambda runtime: measure(made, runtime, count))
    finish(figures)


async def measure(made: Place, runtime: Runtime, count: int) -> list[Figure]:
    tenant_id = await chain_of(made, runtime, count)
    reads: list[float] = []
    verifications: list[float] = []
    async with runtime.database.read(tenant_id, snapshot=True) as session:
        for turn in range(ROUNDS + 1):
            rows, reading = await read_all(session, tenant_id)
            state, verifying = await verify(session, tenant_id)
            if (state.broken, state.entries + state.unsealed) != (None, rows):
                raise RuntimeError(f"the chain should hold all {rows} entries: {state}")
            if turn:  # the first fills the caches of both
                reads.append(reading)
                verifications.append(verifying)
            say(f"{rows:,} rows read in {reading:.2f} s, {state.seals:,} seals verified in {verifying:.2f} s")
    found = await find_a_change(made, runtime, tenant_id)
    reading, verifying = median(reads), median(verifications)
    say(f"{verifying / reading:.2f} × the time to read the rows, {rows / verifying:,.0f} entries a second; a change in the middle: {found}")
    case = f"{rows} entries, {state.seals} seals"
    return [
        Figure("audit", case, "verify-audit", round(verifying, 3), "s", round(reading, 3), round(verifying / reading, 2)),
        Figure("audit", case, "verified", round(rows / verifying), "entries/s"),
    ]


async def read_all(session: ReadSession, tenant_id: UUID) -> tuple[int, float]:
    """The driver's own fetch, without anything of ours or of SQLAlchemy's around it."""
    raw: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    begun = time.perf_counter()
    rows = await raw.fetch("SELECT * FROM audit_entry WHERE tenant_id = $1", tenant_id, timeout=600)
    return len(rows), time.perf_counter() - begun


async def verify(session: ReadSession, tenant_id: UUID) -> tuple[ChainState, float]:
    begun = time.perf_counter()
    state = await verify_chain(session, tenant_id)
    return state, time.perf_counter() - begun


async def find_a_change(made: Place, runtime: Runtime, tenant_id: UUID) -> str:
    """What verification says of one changed entry; the change is taken back."""
    administrator = await asyncpg.connect(made.admin_dsn)
    one = await administrator.fetchrow(
        "SELECT id, ip FROM audit_entry WHERE tenant_id = $1 ORDER BY id OFFSET (SELECT count(*) / 2 FROM audit_entry WHERE tenant_id = $1) LIMIT 1",
        tenant_id,
    )
    change = "UPDATE audit_entry SET ip = $3 WHERE tenant_id = $1 AND id = $2"
    try:
        await administrator.execute(change, tenant_id, one["id"], "10.9.9.9")
        async with runtime.database.read(tenant_id, snapshot=True) as session:
            state = await verify_chain(session, tenant_id)
    finally:
        await administrator.execute(change, tenant_id, one["id"], one["ip"])
        await administrator.close()
    if state.broken is None or state.broken != Fault("changed", state.broken.seal, one["id"]):
        raise RuntimeError(f"the changed entry {one['id']} was not named: {state.broken}")
    return state.broken.text(english=True)


async def chain_of(made: Place, runtime: Runtime, count: int) -> UUID:
    """The company with a chain of `count` entries or more, made once and kept."""
    code = f"bench-audit-{count}"
    tenant_id = await queries.tenant_by_code(runtime, code)
    if tenant_id is None:
        tenant_id = await service.create_tenant(runtime, code=code, name="审计链")
    administrator = await asyncpg.connect(made.admin_dsn)
    try:
        if await administrator.fetchval("SELECT n FROM audit_head WHERE tenant_id = $1", tenant_id) == 0:
            say(f"{count:,} entries")
            async with administrator.transaction():
                await administrator.copy_records_to_table("audit_entry", columns=ENTRY, records=entries(tenant_id, count))
                await seal_all(administrator, tenant_id)
            await administrator.execute("VACUUM ANALYZE audit_entry, audit_seal")
    finally:
        await administrator.close()
    return tenant_id


def entries(tenant_id: UUID, count: int) -> Iterator[tuple[Any, ...]]:
    """Acts of 40 employees in sessions of theirs, over the last weeks."""
    rng = Random(1)
    people = [(new_id(), f"员工{n}", new_id()) for n in range(40)]
    begin = datetime.now(UTC) - timedelta(days=28)
    for n in range(count):
        at = begin + timedelta(days=28) * n / count
        person, name, session = rng.choice(people)
        facts = {"outcome": "interested", "follow_up": str(new_id()), "count": n}
        act = rng.choice(ACTS)
        yield (
            *(tenant_id, id_at(at, rng), at, act, "employee", person, name, session, new_id()),
            *(str(new_id()), f"10.0.0.{n % 200}", "web", orjson.dumps(facts).decode()),
        )


async def seal_all(administrator: asyncpg.Connection, tenant_id: UUID) -> None:
    """Seals of one to eight entries, as the sealer would have made them; nothing waits after it."""
    rng, previous, n, taken = Random(2), GENESIS, 0, 0
    rows = await administrator.fetch(f"SELECT {COLUMNS} FROM audit_entry e WHERE e.tenant_id = $1 ORDER BY e.id", tenant_id)
    seals: list[tuple[Any, ...]] = []
    while taken < len(rows):
        some = rows[taken : taken + rng.randint(1, 8)]
        taken, n = taken + len(some), n + 1
        hashes = b"".join(entry_hash(str(tenant_id), tuple(row)) for row in some)
        previous = link(previous, n, hashes)
        seals.append((tenant_id, n, [row["id"] for row in some], previous, some[-1]["at"], 1, hashes))
    await administrator.copy_records_to_table("audit_seal", columns=SEAL, records=seals)
    await administrator.execute("UPDATE audit_head SET n = $2, digest = $3 WHERE tenant_id = $1", tenant_id, n, previous)
    await administrator.execute("DELETE FROM audit_todo WHERE tenant_id = $1", tenant_id)


if __name__ == "__main__":
    main()
