"""Rebuilding: everything is thrown away and made anew from the facts, in one transaction; readers see the old until its end."""

from collections.abc import AsyncGenerator
from uuid import UUID

from sqlalchemy import delete, select, update

from loanbroker_api.analytics.models import Dimension, FunnelCohort, FunnelDaily, FunnelFact, FunnelReach, RollupState
from loanbroker_api.analytics.rollups import facts, reach
from loanbroker_api.analytics.rollups.facts import FACTS, day_of, sql
from loanbroker_api.analytics.rollups.reach import ARRIVAL_MONEY, FACT_MONEY, KEYS, LAG, REACH
from loanbroker_api.analytics.rollups.refresh import FUNNEL, hold
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import Customer

CHUNK = 5_000

_WRITE_FACTS = sql(f"WITH {FACTS} INSERT INTO funnel_fact (tenant_id, {facts.COLUMNS}) SELECT :tenant, {facts.COLUMNS} FROM fact")
_WRITE_REACH = sql(f"WITH {REACH} INSERT INTO funnel_reach (tenant_id, {reach.COLUMNS}) SELECT :tenant, {reach.COLUMNS} FROM arrival")

# What funnel_daily and funnel_cohort should hold of one dimension, from ledger and reach.
DAILY = f"""
    SELECT k.dimension, {day_of("x.at")} AS day, k.key, k.team AS team_id, x.step, sum(x.customers)::bigint AS customers,
           sum(x.moves)::bigint AS moves, sum(x.back)::bigint AS back, sum(x.amount_fen)::bigint AS amount_fen
    FROM (
        SELECT x.at, x.step, x.source_id, x.employee_id, x.team_id, x.kind, x.city, 0 AS customers, x.moves, x.back, {FACT_MONEY} AS amount_fen
        FROM funnel_fact x WHERE x.tenant_id = :tenant
        UNION ALL
        SELECT x.at, x.step, x.source_id, x.employee_id, x.team_id, x.kind, x.city, 1, 0, 0, {ARRIVAL_MONEY}
        FROM funnel_reach x WHERE x.tenant_id = :tenant
    ) x {KEYS} WHERE k.dimension = :dimension GROUP BY 1, 2, 3, 4, 5
"""
COHORT = f"""
    SELECT k.dimension, x.cohort_day, k.key, k.team AS team_id, x.step, {LAG} AS lag_days, count(*) AS customers,
           sum(x.amount_fen)::bigint AS amount_fen
    FROM funnel_reach x {KEYS} WHERE x.tenant_id = :tenant AND k.dimension = :dimension GROUP BY 1, 2, 3, 4, 5, 6
"""
DAILY_COLUMNS = "dimension, day, key, team_id, step, customers, moves, back, amount_fen"
COHORT_COLUMNS = "dimension, cohort_day, key, team_id, step, lag_days, customers, amount_fen"
_WRITE_DAILY = sql(f"INSERT INTO funnel_daily (tenant_id, {DAILY_COLUMNS}) SELECT :tenant, {DAILY_COLUMNS} FROM ({DAILY}) made")
_WRITE_COHORT = sql(f"INSERT INTO funnel_cohort (tenant_id, {COHORT_COLUMNS}) SELECT :tenant, {COHORT_COLUMNS} FROM ({COHORT}) made")


async def chunks(session: ReadSession) -> AsyncGenerator[list[UUID]]:
    """Ids of all customers, some thousand at a time."""
    after: UUID | None = None
    while True:
        page = select(Customer.id).order_by(Customer.id).limit(CHUNK)
        found = list(await session.scalars(page if after is None else page.where(Customer.id > after)))
        if not found:
            return
        yield found
        after = found[-1]


async def rebuild(uow: UnitOfWork) -> int:
    """Make the tenant's roll-ups anew. Returns how many customers went in. What is delivered meanwhile waits for its turn."""
    await hold(uow)
    for table in (FunnelFact, FunnelReach, FunnelDaily, FunnelCohort):
        await uow.session.execute(delete(table))
    customers = 0
    async for ids in chunks(uow.session):
        asked = {"tenant": uow.tenant_id, "customers": ids}
        await uow.session.execute(_WRITE_FACTS, asked)
        await uow.session.execute(_WRITE_REACH, asked)
        customers += len(ids)
    for dimension in Dimension:
        asked = {"tenant": uow.tenant_id, "dimension": dimension.value}
        await uow.session.execute(_WRITE_DAILY, asked)
        await uow.session.execute(_WRITE_COHORT, asked)
    await uow.session.execute(update(RollupState).where(RollupState.name == FUNNEL).values(rebuilt_at=uow.now))
    return customers
