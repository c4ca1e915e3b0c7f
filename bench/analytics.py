"""The funnel by channel from the roll-ups, beside the same figures by SQL on the fly and by DuckDB over Parquet; and what keeping them costs.

    python bench/analytics.py [--quick]

10 million stage events in three companies, 240,000 in one with --quick; made at the first run and kept under .data/bench. One company is asked,
as the application's role under row-level security. The three answers of a question are compared before anything is timed; runs are interleaved,
medians are told. Keeping: moves of cases through the service (one commit each, no HTTP), then their events delivered to the roll-ups, both by
the clock; in batches, as a busy worker does, and one by one, as an idle one does.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import duckdb
import uvloop
from sqlalchemy import delete

from _common import Figure, Place, finish, median, place, say, with_runtime
from _funnel import NOW, companies_of, parquet_of
from loanbroker_api import registry
from loanbroker_api.access.passwords import hash_password
from loanbroker_api.access.queries import list_units
from loanbroker_api.access.service import add_employee, create_tenant
from loanbroker_api.core import outbox
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.outbox import Outbox
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Customer, Stage
from loanbroker_api.pipeline.models import Case, Pipeline, PipelineStage
from loanbroker_api.pipeline.schemas import CaseIn, MoveIn
from loanbroker_api.pipeline.service import create_case, move_case

TARGETS = {"month": 0.5, "year": 1.0, "keeping": 0.10}
STEP = "CASE WHEN {0} >= 99 THEN 0 WHEN {0} >= 60 THEN 6 WHEN {0} >= 50 THEN 5 WHEN {0} >= 40 THEN 4 ELSE 0 END"
TO, FROM = STEP.format("to_kind"), STEP.format("from_kind")
MOVES = f"""
SELECT source_id, {TO} AS step, count(*) AS moves, count(*) FILTER (WHERE back) AS back FROM {{events}}
WHERE tenant_id = {{tenant}} AND "at" >= {{since}} AND "at" < {{until}} AND {TO} > 0 AND (from_kind IS NULL OR ({FROM}) <> ({TO}))
GROUP BY 1, 2
"""
COHORT = f"""
WITH who AS (SELECT id, source_id, created_at FROM {{customers}} WHERE tenant_id = {{tenant}} AND created_at >= {{since}} AND created_at < {{until}}),
own AS (SELECT e.customer_id, {TO} AS step, min(e."at") AS "at" FROM {{events}} e JOIN who ON who.id = e.customer_id
        WHERE e.tenant_id = {{tenant}} AND e."at" >= {{since}} AND e."at" < {{until}} + INTERVAL '31 days' GROUP BY 1, 2),
reach AS (SELECT own.customer_id, n.step, min(own."at") AS "at" FROM own JOIN (VALUES (4), (5), (6)) n (step) ON n.step <= own.step GROUP BY 1, 2)
SELECT source_id, step, count(*) AS customers FROM reach JOIN who ON who.id = reach.customer_id
WHERE {{day_of_at}} - {{day_of_creation}} <= 30 GROUP BY 1, 2
"""
ROLLED_MOVES = """
SELECT key, step, sum(moves)::bigint, sum(back)::bigint FROM funnel_daily
WHERE tenant_id = $1 AND dimension = 'channel' AND day BETWEEN $2 AND $3 AND step BETWEEN 4 AND 6 GROUP BY 1, 2
HAVING sum(moves) > 0
"""
ROLLED_COHORT = """
SELECT key, step, sum(customers)::bigint FROM funnel_cohort
WHERE tenant_id = $1 AND dimension = 'channel' AND cohort_day BETWEEN $2 AND $3 AND lag_days <= 30 AND step BETWEEN 4 AND 6 GROUP BY 1, 2
"""
Answer = set[tuple[Any, ...]]


def rows_of(rows: Iterable[Any]) -> Answer:
    """The same whoever answers: keys as text."""
    return {(str(row[0]), *row[1:]) for row in rows}


class Question:
    """Moves or cohort of a period: three ways to the same answer."""

    def __init__(self, what: str, days: int, tenant: UUID, files: tuple[Path, Path]) -> None:
        self.what, self.tenant = what, tenant
        self.last = NOW.date() - timedelta(days=40)
        self.first = self.last - timedelta(days=days - 1)
        events, customers = files
        template = MOVES if what == "moves" else COHORT
        self.rolled = ROLLED_MOVES if what == "moves" else ROLLED_COHORT
        since, until = (f"TIMESTAMPTZ '{day} 00:00:00+08'" for day in (self.first, self.last + timedelta(days=1)))
        shared = {"tenant": f"'{tenant}'::uuid", "since": since, "until": until}

        def days_of(of: str) -> str:
            return f"(({of}) AT TIME ZONE 'Asia/Shanghai')::date"

        both = {"day_of_at": days_of('reach."at"'), "day_of_creation": days_of("who.created_at")}
        self.plain = template.format(events="stage_event", customers="customer", **shared, **both)
        duck_events, duck_customers = (f"read_parquet('{file}')" for file in (events, customers))
        self.duck = template.format(events=duck_events, customers=duck_customers, **shared, **both)

    async def on_the_fly(self, connection: asyncpg.Connection) -> Answer:
        return rows_of(await connection.fetch(self.plain))

    async def rolled_up(self, connection: asyncpg.Connection) -> Answer:
        return rows_of(await connection.fetch(self.rolled, self.tenant, self.first, self.last))

    async def by_duckdb(self, duck: duckdb.DuckDBPyConnection) -> Answer:
        return rows_of(duck.execute(self.duck).fetchall())


async def timed(work: Callable[[], Awaitable[Any]]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun


async def compare(made: Place, tenant: UUID, files: tuple[Path, Path], *, quick: bool) -> list[Figure]:
    figures: list[Figure] = []
    duck = duckdb.connect()
    duck.execute("SET TimeZone = 'Asia/Shanghai'")
    connection = await asyncpg.connect(made.application_dsn)
    async with connection.transaction(readonly=True):
        await connection.execute("SELECT app.bind_tenant($1, true)", tenant)
        for name, days in (("month", 30), ("year", 365)):
            for what in ("moves", "cohort"):
                question = Question(what, days, tenant, files)
                ways = {
                    "roll-up": lambda question=question: question.rolled_up(connection),
                    "DuckDB over Parquet": lambda question=question: question.by_duckdb(duck),
                    "SQL on the fly": lambda question=question: question.on_the_fly(connection),
                }
                answers = [await way() for way in ways.values()]
                if not answers[0] or answers[1] != answers[0] or answers[2] != answers[0]:
                    different = [sorted(answer - answers[0], key=str)[:3] for answer in answers[1:]]
                    raise RuntimeError(f"{what} of a {name}: the answers differ: {different}, roll-up {sorted(answers[0], key=str)[:3]}")
                rounds = 9 if days == 30 else 3 if quick else 5
                times: dict[str, list[float]] = {way: [] for way in ways}
                for _ in range(rounds):
                    for way, work in ways.items():
                        times[way].append(await timed(work))
                figures += told(f"{what}, {name}", name, {way: median(each) for way, each in times.items()}, len(answers[0]))
    await connection.close()
    return figures


def told(case: str, span: str, times: dict[str, float], rows: int) -> list[Figure]:
    rolled, duck, plain = times.values()
    verdict = "within" if rolled / duck <= TARGETS[span] else "OVER"
    say(
        f"{case}: {rows} rows; roll-up {rolled * 1000:.2f} ms, DuckDB {duck * 1000:.1f} ms, on the fly {plain * 1000:.1f} ms; "
        f"roll-up ÷ DuckDB {rolled / duck:.2f} ({verdict} {TARGETS[span]}), ÷ on the fly {rolled / plain:.3f}"
    )
    return [
        Figure("analytics", case, "roll-up / DuckDB over Parquet", rolled * 1000, "ms", duck * 1000, rolled / duck),
        Figure("analytics", case, "roll-up / SQL on the fly", rolled * 1000, "ms", plain * 1000, rolled / plain),
    ]


STAGES = (Stage.APPOINTMENT, Stage.VISIT, Stage.CONTRACT, Stage.SUBMISSION, Stage.APPROVAL, Stage.COLLATERAL)


async def working_company(runtime: Runtime, size: int) -> tuple[Actor, list[UUID]]:
    """A new company whose seller has `size` cases in the first stage of a pipeline without conditions."""
    code = f"bench-{new_id()}"
    tenant_id = await create_tenant(runtime, code=code, name="基准测试")
    system = Actor.system(tenant_id, "bench")
    async with runtime.uow(tenant_id) as uow:
        (root,) = await list_units(uow.session)
        seller = await add_employee(
            uow, system, username="seller", display_name="员工", employee_no="1", unit_id=root.id, password="",
            role_codes=["boss"], password_hash=await hash_password("bench-password"),
        )  # fmt: skip
        pipeline = Pipeline(id=new_id(), name="基准", product_kinds=[], is_default=False)
        uow.session.add(pipeline)
        await uow.session.flush()
        codes = [stage.name.lower() for stage in STAGES]
        for position, stage in enumerate(STAGES):
            row = PipelineStage(
                id=new_id(), pipeline_id=pipeline.id, code=codes[position], name=stage.name, kind=stage, position=position, tone="blue",
                sla_hours=24, win_bps=0, entry=[], moves=codes,
            )  # fmt: skip
            uow.session.add(row)
        customers = [
            Customer(id=new_id(), owner_id=seller.id, team_id=root.id, active_at=uow.now, name_masked="张*", phone_masked="138****5678")
            for _ in range(size)
        ]
        uow.session.add_all(customers)
        await uow.session.flush()
    actor = Actor(tenant_id, seller.id, "employee", "员工", unit_id=root.id, all_permissions=True)
    cases: list[UUID] = []
    for customer in customers:
        async with runtime.uow(tenant_id) as uow:
            wanted = CaseIn(customer_id=customer.id, product_kind="credit", pipeline_id=pipeline.id, wanted_fen=10_000_000)  # pyright: ignore[reportArgumentType]
            cases.append((await create_case(uow, actor, wanted)).id)
    return actor, cases


async def move_all(runtime: Runtime, actor: Actor, cases: list[UUID], stage: str, version: dict[UUID, int]) -> None:
    for case_id in cases:
        async with runtime.uow(actor.tenant_id) as uow:
            moved: Case = await move_case(uow, actor, case_id, MoveIn(stage_code=stage), version[case_id])
        version[case_id] = moved.version


async def only_rollups(runtime: Runtime, actor: Actor) -> None:
    """What other consumers would do is not ours to time."""
    async with runtime.uow(actor.tenant_id) as uow:
        await uow.session.execute(delete(Outbox).where(~Outbox.consumer.startswith("analytics.")))


async def keeping(runtime: Runtime, *, size: int) -> list[Figure]:
    actor, cases = await working_company(runtime, size)
    await only_rollups(runtime, actor)
    await outbox.deliver(runtime, actor.tenant_id)
    async with runtime.read(actor.tenant_id) as session:
        version = {case_id: (await session.get_one(Case, (actor.tenant_id, case_id))).version for case_id in cases}
    writes: list[float] = []
    kept: dict[str, list[float]] = {"in batches": [], "one by one": []}
    for number in range(4):
        stage = STAGES[1 + number % (len(STAGES) - 1)].name.lower()
        writes.append(await timed(lambda stage=stage: move_all(runtime, actor, cases, stage, version)))
        await only_rollups(runtime, actor)
        if number % 2:
            async with runtime.uow(actor.tenant_id) as uow:
                await uow.session.execute(Outbox.__table__.update().where(Outbox.tenant_id == actor.tenant_id).values(attempts=1))
        begun = time.perf_counter()
        delivered = await outbox.deliver(runtime, actor.tenant_id)
        kept["one by one" if number % 2 else "in batches"].append(time.perf_counter() - begun)
        if delivered != size:
            raise RuntimeError(f"{delivered} events came of {size} moves")
    write = median(writes) / size * 1000
    figures: list[Figure] = []
    for way, times in kept.items():
        cost = median(times) / size * 1000
        limit = f" ({'within' if cost / write <= TARGETS['keeping'] else 'OVER'} {TARGETS['keeping']:.0%})" if way == "in batches" else ""
        say(f"keeping, {way}: {cost:.2f} ms an event beside {write:.2f} ms a move: {cost / write:.1%}{limit}")
        figures.append(Figure("analytics", f"keeping, {way}", "delivery / move of a case", cost, "ms", write, cost / write))
    return figures


async def measure(runtime: Runtime, made: Place, *, quick: bool) -> list[Figure]:
    events, tenants = (240_000, 1) if quick else (10_000_000, 3)
    companies = await companies_of(runtime, made, events, tenants)
    files = await parquet_of(made, events, companies)
    figures = await compare(made, companies[0], files, quick=quick)
    return figures + await keeping(runtime, size=50 if quick else 400)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="240,000 events, within a minute")
    quick = parser.parse_args().quick
    registry.load()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    with place() as made:
        figures = with_runtime(made, lambda runtime: measure(runtime, made, quick=quick))
    finish(figures)


if __name__ == "__main__":
    main()
