"""Reads of figures: from the roll-ups where one dimension answers, else counted from ledger and reach. Both give the same."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from loanbroker_api.analytics.asked import Asked
from loanbroker_api.analytics.models import FunnelCohort, FunnelDaily, FunnelFact, FunnelReach, Step
from loanbroker_api.analytics.rollups.reach import NIL
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.outbox import CONSUMERS, Outbox
from loanbroker_api.core.paging import Rows, decode_cursor, encode_cursor
from loanbroker_api.customers.models import Customer, Stage
from loanbroker_api.customers.service.access import visible
from loanbroker_api.pipeline.models import StageEvent

NOBODY = UUID(NIL)


@dataclass(frozen=True)
class Cell:
    """A step's figures: customers that reached it, facts of it, backward ones among them, fen."""

    customers: int = 0
    moves: int = 0
    back: int = 0
    amount_fen: int = 0

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.customers + other.customers, self.moves + other.moves, self.back + other.back, self.amount_fen + other.amount_fen)


Cells = dict[str, dict[Step, Cell]]
"""By key of the split ('' where there is none), then by step."""


async def cells(session: ReadSession, asked: Asked) -> Cells:
    """The figures of a period."""
    if asked.by == "cohort":
        return _gather(await _cohort_cells(session, asked))
    return _gather(await _event_cells(session, asked))


def _gather(rows: Sequence[tuple[str | None, int, Cell]]) -> Cells:
    found: Cells = defaultdict(lambda: defaultdict(Cell))
    for key, step, cell in rows:
        if cell != Cell():
            found[key or ""][Step(step)] += cell
    return found


async def _cohort_cells(session: ReadSession, asked: Asked) -> list[tuple[str | None, int, Cell]]:
    if asked.dimension is None:
        key = _loose_key(asked, FunnelReach)
        counts = func.count(), func.sum(FunnelReach.amount_fen)
        statement = select(key, FunnelReach.step, *counts).where(*_reach_conditions(asked)).group_by(key, FunnelReach.step)
    else:
        key = _rolled_key(asked, FunnelCohort)
        sums = func.sum(FunnelCohort.customers), func.sum(FunnelCohort.amount_fen)
        days = FunnelCohort.cohort_day.between(asked.first, asked.last)
        statement = select(key, FunnelCohort.step, *sums).where(*_rolled(asked, FunnelCohort), days).group_by(key, FunnelCohort.step)
    return [(key, step, Cell(int(count), 0, 0, int(amount))) for key, step, count, amount in await session.execute(statement)]


async def _event_cells(session: ReadSession, asked: Asked) -> list[tuple[str | None, int, Cell]]:
    if asked.dimension is not None:
        key = _rolled_key(asked, FunnelDaily)
        days = FunnelDaily.day.between(asked.first, asked.last)
        statement = select(key, FunnelDaily.step, *_SUMS).where(*_rolled(asked, FunnelDaily), days).group_by(key, FunnelDaily.step)
        return [(key, step, Cell(*map(int, sums))) for key, step, *sums in await session.execute(statement)]
    reached, happened = _loose_key(asked, FunnelReach), _loose_key(asked, FunnelFact)
    arrivals = select(reached, FunnelReach.step, func.count(), _before_approval(FunnelReach)).where(*_reach_conditions(asked))
    during = and_(FunnelFact.at >= asked.begins, FunnelFact.at < asked.ends)
    facts = select(happened, FunnelFact.step, func.sum(FunnelFact.moves), func.sum(FunnelFact.back), _from_approval(FunnelFact)).where(
        during, *_loose(asked, FunnelFact)
    )
    return [
        *((key, step, Cell(int(count), 0, 0, int(amount))) for key, step, count, amount in await session.execute(arrivals.group_by(reached, FunnelReach.step))),
        *((key, step, Cell(0, int(moves), int(back), int(amount))) for key, step, moves, back, amount in await session.execute(facts.group_by(happened, FunnelFact.step))),
    ]  # fmt: skip


_SUMS = (func.sum(FunnelDaily.customers), func.sum(FunnelDaily.moves), func.sum(FunnelDaily.back), func.sum(FunnelDaily.amount_fen))


def _before_approval(table: Any) -> Any:
    return func.sum(case((table.step < Step.APPROVED, table.amount_fen), else_=0))


def _from_approval(table: Any) -> Any:
    return func.sum(case((table.step >= Step.APPROVED, table.amount_fen), else_=0))


def _rolled(asked: Asked, table: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [table.dimension == asked.dimension]
    if asked.key is not None:
        found.append(table.key == asked.key)
    if asked.teams is not None:
        found.append(table.team_id.in_(asked.teams))
    return found


def _rolled_key(asked: Asked, table: Any) -> ColumnElement[Any]:
    if asked.split == "team":
        return cast(func.nullif(table.team_id, NOBODY), Text)
    return literal("") if asked.split == "none" else table.key


def _loose(asked: Asked, table: Any) -> list[ColumnElement[bool]]:
    """The filters on a table that has all dimensions."""
    found: list[ColumnElement[bool]] = []
    for column, wanted in (
        (table.source_id, asked.channel),
        (table.employee_id, asked.employee),
        (table.kind, asked.kind),
        (table.city, asked.city),
    ):
        if wanted is not None:
            found.append(column == wanted)
    if asked.teams is not None:
        found.append(table.team_id.in_(asked.teams))
    return found


def _loose_key(asked: Asked, table: Any) -> ColumnElement[Any]:
    columns = {"channel": table.source_id, "team": table.team_id, "employee": table.employee_id, "kind": table.kind, "city": table.city}
    return literal("") if asked.split == "none" else cast(columns[asked.split], Text)


def _reach_conditions(asked: Asked, table: Any = FunnelReach) -> list[ColumnElement[bool]]:
    """Arrivals of the asked period: by the day the customer came, or by the moment of the arrival."""
    if asked.by == "cohort":
        return [table.cohort_day.between(asked.first, asked.last), *_loose(asked, table)]
    return [table.at >= asked.begins, table.at < asked.ends, *_loose(asked, table)]


@dataclass(frozen=True)
class Span:
    """Seconds from the step before."""

    median: int
    p90: int


async def spans(session: ReadSession, asked: Asked, *steps: Step) -> Mapping[Step, Span]:
    """Times between steps; exact, so read from the arrivals themselves. Without `steps` all of them."""
    median, p90 = (func.percentile_cont(share).within_group(FunnelReach.seconds) for share in (0.5, 0.9))
    wanted = FunnelReach.step.in_(steps or list(Step)[1:])
    statement = select(FunnelReach.step, median, p90).where(wanted, *_reach_conditions(asked)).group_by(FunnelReach.step)
    return {Step(step): Span(round(half), round(most)) for step, half, most in await session.execute(statement)}


async def lost(session: ReadSession, asked: Asked) -> Mapping[str | None, int]:
    """How many cases were lost, by reason; for a cohort those of its customers."""
    lead = aliased(FunnelReach)
    conditions: list[ColumnElement[bool]] = [StageEvent.to_kind == Stage.LOST]
    if asked.by == "cohort":
        conditions.append(lead.cohort_day.between(asked.first, asked.last))
        conditions.append(StageEvent.at >= asked.begins)
    else:
        conditions += [StageEvent.at >= asked.begins, StageEvent.at < asked.ends]
    for column, wanted in (
        (lead.source_id, asked.channel),
        (StageEvent.owner_id, asked.employee),
        (StageEvent.product_kind, asked.kind),
        (lead.city, asked.city),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    if asked.teams is not None:
        conditions.append(StageEvent.team_id.in_(asked.teams))
    whose = and_(lead.customer_id == StageEvent.customer_id, lead.step == Step.LEAD)
    statement = select(StageEvent.reason, func.count()).join(lead, whose).where(*conditions).group_by(StageEvent.reason)
    return {row[0]: row[1] for row in await session.execute(statement)}


async def by_day(session: ReadSession, asked: Asked) -> Mapping[date, Mapping[Step, Cell]]:
    """What happened each day; `asked` has at most one dimension."""
    statement = select(FunnelDaily.day, FunnelDaily.step, *_SUMS).where(
        *_rolled(asked, FunnelDaily), FunnelDaily.day.between(asked.first, asked.last)
    )
    found: dict[date, dict[Step, Cell]] = defaultdict(lambda: defaultdict(Cell))
    for day, step, *sums in await session.execute(statement.group_by(FunnelDaily.day, FunnelDaily.step)):
        found[day][Step(step)] = Cell(*map(int, sums))
    return found


async def fresh_until(session: ReadSession, now: datetime) -> datetime:
    """Everything recorded up to then is in the figures: now, unless events still wait for the roll-ups."""
    names = [name for name in CONSUMERS if name.startswith("analytics.")]
    oldest = await session.scalar(select(func.min(Outbox.created_at)).where(Outbox.consumer.in_(names)))
    return min(oldest, now) if oldest else now


@dataclass(frozen=True)
class Behind:
    """A customer behind a bar."""

    customer: Customer
    at: datetime
    furthest: Step
    furthest_at: datetime


async def customers_behind(
    session: ReadSession, actor: Actor, asked: Asked, step: Step, *, stuck: bool, cursor: str | None, limit: int
) -> Rows[Behind]:
    """A page of the customers of a bar whom the actor may see, the last to arrive first. Raises CursorInvalid."""
    sort = f"funnel:{asked.by}:{step.value}"
    after = decode_cursor(cursor, sort, datetime, UUID)
    conditions = [FunnelReach.step == step, *_reach_conditions(asked)]
    scoped = visible(actor)
    if scoped is not None:
        conditions.append(scoped)
    if stuck:
        beyond = aliased(FunnelReach)
        # The tenant is named here too: a criterion of the session does not reach into a correlated sub-select.
        same = beyond.tenant_id == FunnelReach.tenant_id, beyond.customer_id == FunnelReach.customer_id
        conditions.append(~exists(select(1).where(*same, beyond.step == step + 1)))
    if after is not None:
        conditions.append(
            tuple_(FunnelReach.at, FunnelReach.customer_id) < tuple_(*after, types=[FunnelReach.at.type, FunnelReach.customer_id.type])
        )
    statement = (
        select(Customer, FunnelReach.at)
        .join(Customer, Customer.id == FunnelReach.customer_id)
        .select_from(FunnelReach)
        .where(*conditions)
        .order_by(FunnelReach.at.desc(), FunnelReach.customer_id.desc())
        .limit(limit + 1)
    )
    found = (await session.execute(statement)).all()
    items = found[:limit]
    furthest = await _furthest(session, [customer.id for customer, _ in items])
    rows = [Behind(customer, at, *furthest[customer.id]) for customer, at in items]
    return Rows(rows, encode_cursor(sort, items[-1][1], items[-1][0].id) if len(found) > limit else None)


async def _furthest(session: ReadSession, ids: Sequence[UUID]) -> Mapping[UUID, tuple[Step, datetime]]:
    statement = select(FunnelReach.customer_id, FunnelReach.step, FunnelReach.at).where(FunnelReach.customer_id.in_(ids))
    rows = (await session.execute(statement.order_by(FunnelReach.step))).all()
    return {customer_id: (Step(step), at) for customer_id, step, at in rows}
