"""今日: the queue of what one looks after with the reason for each line, and the figures of one's scope."""

from datetime import datetime, timedelta
from typing import Any

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.schemas import EmployeeFilter
from loanbroker_api.access.service import SCOPE_NAMES
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.clock import BUSINESS_ZONE, business_day
from loanbroker_api.core.db import ReadSession
from loanbroker_api.customers import permissions, queries, rows
from loanbroker_api.customers.models import Customer
from loanbroker_api.customers.rows import person
from loanbroker_api.customers.schemas import DayFigure, TeamRow, TodayCounts, TodayFigures, TodayItem, TodayOut


async def today_out(session: ReadSession, actor: Actor, now: datetime) -> TodayOut:
    """Everything that the page 今日 shows."""
    if not actor.may(permissions.VIEW):
        return _nothing()
    queue = await queries.today_queue(session, actor, now)
    shown = {row.id: row for row in await rows.customer_rows(session, actor, [customer for _, customer in queue])}
    items = [
        TodayItem.model_validate(
            {"kind": kind, "due_at": _due(kind, customer), "reason": _reason(kind, customer, now), "customer": shown[customer.id]}
        )
        for kind, customer in queue
    ]
    return TodayOut.model_validate(
        {
            "scope": SCOPE_NAMES[actor.scope(permissions.VIEW)],
            "counts": TodayCounts.model_validate(await queries.today_counts(session, actor, now)),
            "items": items,
            "figures": await _figures(session, actor, now),
            "team_rows": await _team(session, actor, now),
        }
    )


def _nothing() -> TodayOut:
    counts = TodayCounts(new=0, late=0, due=0, unreached=0)
    figures = TodayFigures(follow_ups_today=0, connected_today=0, new_today=0, visits_month=0, follow_ups_month=0, follow_ups_by_day=[])
    return TodayOut(scope="none", counts=counts, items=[], figures=figures, team_rows=[])


def _due(kind: str, customer: Customer) -> datetime | None:
    return customer.first_contact_due_at if kind == "new" else customer.next_action_at


def _reason(kind: str, customer: Customer, now: datetime) -> str:
    due = _due(kind, customer)
    if kind == "new" and due is not None:
        return "新线索，还没有联系" if due > now else "新线索，已超过首次联系时间"
    if kind == "late":
        return "约定的时间已过"
    if kind == "due" and due is not None:
        return f"约定 {due.astimezone(BUSINESS_ZONE):%H:%M} 跟进"
    return "上次未接通"


async def _figures(session: ReadSession, actor: Actor, now: datetime) -> TodayFigures:
    by_day: dict[str, tuple[int, int]] = {
        day: (count, connected) for day, count, connected, _ in await queries.follow_up_figures(session, actor, now)
    }
    today = business_day(now)
    days = [today - timedelta(days=back) for back in range(13, -1, -1)]
    count, connected = by_day.get(today.isoformat(), (0, 0))
    follow_ups, visits = await queries.month_figures(session, actor, now)
    return TodayFigures(
        follow_ups_today=count,
        connected_today=connected,
        new_today=await queries.new_today(session, actor, now),
        visits_month=visits,
        follow_ups_month=follow_ups,
        follow_ups_by_day=[
            DayFigure(day=day.isoformat(), count=by_day.get(day.isoformat(), (0, 0))[0], connected=by_day.get(day.isoformat(), (0, 0))[1])
            for day in days
        ],
    )


async def _team(session: ReadSession, actor: Actor, now: datetime) -> list[TeamRow]:
    if actor.units_of(permissions.VIEW) == frozenset() or not actor.may("access.employees.view"):
        return []
    figures = await queries.team_today(session, actor.units_of(permissions.VIEW), now)
    wanted = EmployeeFilter.model_validate({"active": True, "limit": 100})
    members = (await access_queries.list_employees(session, actor, wanted)).items
    holders = await access_queries.holders(session, permissions.FOLLOW_UP)
    found: list[dict[str, Any]] = []
    for employee in members:
        if employee.id not in holders or employee.id == actor.id:
            continue
        fresh, late, done = figures.get(employee.id, (0, 0, 0))
        found.append(
            {"employee": person(employee), "on_duty": employee.on_duty, "new_today": fresh, "late": late, "follow_ups_today": done}
        )
    return [TeamRow.model_validate(row) for row in sorted(found, key=lambda row: -row["late"])]
