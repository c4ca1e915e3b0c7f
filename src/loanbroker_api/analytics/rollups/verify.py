"""Verifying: ledger and reach against the facts customer by customer, the roll-ups against ledger and reach, to the last count and fen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Text, cast, select

from loanbroker_api.analytics.models import Dimension
from loanbroker_api.analytics.rollups import facts, reach
from loanbroker_api.analytics.rollups.facts import FACTS, sql
from loanbroker_api.analytics.rollups.reach import REACH
from loanbroker_api.analytics.rollups.rebuild import COHORT, COHORT_COLUMNS, DAILY, DAILY_COLUMNS, chunks
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.outbox import CONSUMERS, Outbox

TOLD = 20


@dataclass(frozen=True)
class Difference:
    """A row that is stored and should not be (`stored`), or should be and is not (`missing`). Ids, codes and numbers only."""

    table: str
    side: str
    row: dict[str, Any]


@dataclass
class Verification:
    """`faults` counts all differences, `differences` holds the first ones; customers with undelivered events are left for the next time."""

    customers: int = 0
    waiting: int = 0
    faults: int = 0
    differences: list[Difference] = field(default_factory=list[Difference])

    def note(self, table: str, rows: Sequence[RowMapping]) -> None:
        """Count what a comparison found."""
        for row in rows:
            self.faults += 1
            if len(self.differences) < TOLD:
                found = dict(row)
                self.differences.append(Difference(table, found.pop("side"), found))


def _compare(table: str, columns: str, with_: str, made: str, stored: str) -> Any:
    made, stored = f"SELECT {columns} FROM {made}", f"SELECT {columns} FROM {stored}"
    return sql(f"""
        {with_}
        SELECT 'missing' AS side, m.* FROM ({made} EXCEPT {stored}) m
        UNION ALL SELECT 'stored', s.* FROM ({stored} EXCEPT {made}) s
    """)


_OF_THESE = "WHERE tenant_id = :tenant AND customer_id = ANY(:customers)"
_FACTS = _compare("funnel_fact", facts.COLUMNS, f"WITH {FACTS}", "fact", f"funnel_fact {_OF_THESE}")
_REACH = _compare("funnel_reach", reach.COLUMNS, f"WITH {REACH}", "arrival", f"funnel_reach {_OF_THESE}")
# Rows whose counts have all gone back to nothing may stay.
_DAILY = _compare(
    "funnel_daily",
    DAILY_COLUMNS,
    "",
    f"({DAILY}) made WHERE (customers, moves, back, amount_fen) <> (0, 0, 0, 0)",
    "funnel_daily WHERE tenant_id = :tenant AND dimension = :dimension AND (customers, moves, back, amount_fen) <> (0, 0, 0, 0)",
)
_COHORT = _compare(
    "funnel_cohort",
    COHORT_COLUMNS,
    "",
    f"({COHORT}) made",
    "funnel_cohort WHERE tenant_id = :tenant AND dimension = :dimension AND (customers, amount_fen) <> (0, 0)",
)
_STRAY = sql("""
    SELECT 'stored' AS side, f.customer_id, f.step FROM funnel_fact f LEFT JOIN customer c ON c.tenant_id = :tenant AND c.id = f.customer_id
    WHERE f.tenant_id = :tenant AND c.id IS NULL
    UNION ALL
    SELECT 'stored', r.customer_id, r.step FROM funnel_reach r LEFT JOIN customer c ON c.tenant_id = :tenant AND c.id = r.customer_id
    WHERE r.tenant_id = :tenant AND c.id IS NULL
""")


async def waiting_customers(session: ReadSession) -> set[UUID]:
    """Customers with events that have not come to the roll-ups yet."""
    names = [name for name in CONSUMERS if name.startswith("analytics.")]
    found = await session.scalars(select(cast(Outbox.payload["customer_id"].astext, Text)).where(Outbox.consumer.in_(names)).distinct())
    return {UUID(one) for one in found}


async def verify(session: ReadSession, tenant_id: UUID) -> Verification:
    """Compare everything; the session must see one moment (`database.read(tenant_id, snapshot=True)`)."""
    found = Verification()
    waiting = await waiting_customers(session)
    found.waiting = len(waiting)
    async for ids in chunks(session):
        settled = [one for one in ids if one not in waiting]
        asked = {"tenant": tenant_id, "customers": settled}
        found.customers += len(settled)
        found.note("funnel_fact", (await session.execute(_FACTS, asked)).mappings().all())
        found.note("funnel_reach", (await session.execute(_REACH, asked)).mappings().all())
    found.note("funnel_fact", (await session.execute(_STRAY, {"tenant": tenant_id})).mappings().all())
    for dimension in Dimension:
        asked = {"tenant": tenant_id, "dimension": dimension.value}
        found.note("funnel_daily", (await session.execute(_DAILY, asked)).mappings().all())
        found.note("funnel_cohort", (await session.execute(_COHORT, asked)).mappings().all())
    return found
