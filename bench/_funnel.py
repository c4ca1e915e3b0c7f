"""The data set of bench/analytics.py: companies with 14 months of cases and their stage events, written by SQL and kept, and their Parquet."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import duckdb

from _common import FOLDER, Place, say
from loanbroker_api.access.queries import tenant_by_code
from loanbroker_api.access.service import create_tenant
from loanbroker_api.analytics.rollups import rebuild
from loanbroker_api.core.runtime import Runtime

DAYS = 425
EVENTS_A_CASE = 6
NOW = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

_CUSTOMERS = """
INSERT INTO customer (tenant_id, id, kind, stage, city, source_id, owner_id, team_id, lead_count, active_at, version, created_at, updated_at)
SELECT $1::uuid, uuidv7(at - now()), 'person', 50, 510100 + 100 * (i % 8), md5($1::uuid::text || 's' || i % 20)::uuid, md5($1::uuid::text || 'o' || i % 100)::uuid,
       md5($1::uuid::text || 't' || i % 100 / 10)::uuid, 1, at, 1, at, at
FROM (SELECT i, $2::timestamptz - make_interval(secs => i::float8 / $3::int * 86400 * $4::int) AS at FROM generate_series(1, $3::int) i) x
"""
_CASES = """
INSERT INTO loan_case (tenant_id, id, number, customer_id, pipeline_id, stage_id, stage_kind, stage_since, product_kind, owner_id, team_id, source_id,
                       city, wanted_fen, fee_rate_ppm, fee_fixed_fen, disbursed_fen, due_fen, received_fen, active_at, version, created_at, updated_at)
SELECT tenant_id, uuidv7(created_at - now()), 'B' || row_number() OVER (), id, $1::uuid, $1::uuid, 50, created_at,
       (ARRAY['credit', 'mortgage', 'car'])[1 + abs(hashtext(id::text)) % 3], owner_id, team_id, source_id, city,
       1000000 + abs(hashtext(id::text)) % 50000000, 0, 0, 0, 0, 0, created_at, 1, created_at, created_at
FROM customer WHERE tenant_id = $1::uuid
"""
# Three to nine arrivals a case, one of them a step back and forth again.
_EVENTS = """
INSERT INTO stage_event (tenant_id, id, at, recorded_at, case_id, customer_id, from_stage_id, to_stage_id, from_kind, to_kind, back, seconds,
                         owner_id, team_id, source_id, city, product_kind, amount_fen)
SELECT tenant_id, uuidv7(at - now()), at, at, id, customer_id, $1::uuid, $1::uuid, path[k - 1], path[k], coalesce(path[k] < path[k - 1], false), 3600,
       owner_id, team_id, source_id, city, product_kind, wanted_fen
FROM (SELECT c.*, k, ARRAY[30, 40, 50, 60, 50, 60, 70, 75, 80] AS path,
             c.created_at + make_interval(hours => k * (2 + abs(hashtext(c.id::text || 'h')) % 90)) AS at
      FROM loan_case c CROSS JOIN LATERAL generate_series(1, 3 + abs(hashtext(c.id::text)) % 7) k WHERE c.tenant_id = $1::uuid) x
WHERE at < $2::timestamptz
"""


async def companies_of(runtime: Runtime, made: Place, events: int, tenants: int) -> list[UUID]:
    """Companies with so many events together, their roll-ups made; loaded at the first run."""
    found: list[UUID] = []
    admin = await asyncpg.connect(made.admin_dsn)
    try:
        for number in range(tenants):
            code = f"bench-funnel-{events}-{number}"
            tenant_id = await tenant_by_code(runtime, code) or await create_tenant(runtime, code=code, name="基准测试")
            found.append(tenant_id)
            if not await admin.fetchval("SELECT EXISTS (SELECT FROM funnel_daily WHERE tenant_id = $1)", tenant_id):
                await _load(runtime, admin, tenant_id, events // tenants // EVENTS_A_CASE)
    finally:
        await admin.close()
    return found


async def _load(runtime: Runtime, admin: asyncpg.Connection, tenant_id: UUID, customers: int) -> None:
    await _partitions(admin)
    async with admin.transaction():
        await admin.execute("SET LOCAL session_replication_role = replica")  # foreign keys would want people and stages
        for table in ("stage_event", "loan_case", "customer"):
            await admin.execute(f"DELETE FROM {table} WHERE tenant_id = $1", tenant_id)
        await admin.execute(_CUSTOMERS, tenant_id, NOW, customers, DAYS)
        await admin.execute(_CASES, tenant_id)
        written = await admin.execute(_EVENTS, tenant_id, NOW)
    say(f"{customers:,} customers and {int(written.split()[-1]):,} stage events loaded")
    await admin.execute("VACUUM ANALYZE customer, loan_case, stage_event")
    async with runtime.uow(tenant_id) as uow:
        await rebuild(uow)
    await admin.execute("VACUUM ANALYZE funnel_fact, funnel_reach, funnel_daily, funnel_cohort")
    say("roll-ups rebuilt")


async def _partitions(admin: asyncpg.Connection) -> None:
    """The months that lie behind."""
    month = (NOW - timedelta(days=DAYS + 31)).replace(day=1)
    await admin.execute("SET ROLE lb_owner")
    while month < NOW:
        following = (month + timedelta(days=32)).replace(day=1)
        await admin.execute(
            f"CREATE TABLE IF NOT EXISTS stage_event_{month:%Y%m} PARTITION OF stage_event FOR VALUES FROM ('{month:%Y-%m-%d}') TO ('{following:%Y-%m-%d}')"
        )
        month = following
    await admin.execute("RESET ROLE")


async def parquet_of(made: Place, events: int, tenants: list[UUID]) -> tuple[Path, Path]:
    """The nightly export: all companies' events and customers as Parquet, in the order of their time."""
    folder = FOLDER / "parquet"
    folder.mkdir(exist_ok=True)
    files = folder / f"events-{events}.parquet", folder / f"customers-{events}.parquet"
    wanted = (
        "SELECT tenant_id, customer_id, source_id, at, from_kind, to_kind, back, amount_fen FROM stage_event WHERE tenant_id = ANY($1) ORDER BY tenant_id, at",
        "SELECT tenant_id, id, source_id, created_at FROM customer WHERE tenant_id = ANY($1) ORDER BY tenant_id, created_at",
    )
    if all(file.exists() for file in files):
        return files
    admin = await asyncpg.connect(made.admin_dsn)
    try:
        for file, query in zip(files, wanted, strict=True):
            raw = folder / f"{uuid4()}.csv"
            await admin.copy_from_query(query, tenants, output=raw, format="csv", header=True)
            duckdb.sql(f"COPY (SELECT * FROM read_csv('{raw}')) TO '{file}' (FORMAT parquet)")
            raw.unlink()
    finally:
        await admin.close()
    say(f"Parquet: {sum(file.stat().st_size for file in files) / 1e6:.0f} MB")
    return files
