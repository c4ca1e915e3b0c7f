"""The overview of the actor's data scope: figures against the period before, day by day, people, teams and channels."""

import calendar
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from loanbroker_api.analytics import queries, titles
from loanbroker_api.analytics.asked import Asked, asked
from loanbroker_api.analytics.definitions import DEFINITIONS
from loanbroker_api.analytics.models import Step
from loanbroker_api.analytics.queries import Cell, Cells
from loanbroker_api.analytics.schemas import ChannelFigureOut, FigureOut, FunnelParams, OverviewOut, PeriodCode, RankOut, TrendOut
from loanbroker_api.analytics.service.funnel import bps, drill, drill_query, shown, total
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.schemas import NamedRef, PersonRef

MOST_RANKED = 100
# What is shown of a step: how many customers, or the money.
_COUNTS = {"leads": Step.LEAD, "contacted": Step.CONTACTED, "visits": Step.VISIT, "signed": Step.SIGNED}
_MONEY = {"disbursed": Step.DISBURSED, "received": Step.RECEIVED}


def periods(period: PeriodCode, today: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """First and last day of the period so far, and of as much of the one before."""
    if period == "today":
        yesterday = today - timedelta(days=1)
        return (today, today), (yesterday, yesterday)
    if period == "week":
        monday = today - timedelta(days=today.weekday())
        return (monday, today), (monday - timedelta(days=7), today - timedelta(days=7))
    first = today.replace(day=1)
    if period == "month":
        return (first, today), (_month_before(first), _same_day(_month_before(first), today.day))
    earlier = _month_before(first)
    return (earlier, first - timedelta(days=1)), (_month_before(earlier), earlier - timedelta(days=1))


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _same_day(first: date, day: int) -> date:
    return first.replace(day=min(day, calendar.monthrange(first.year, first.month)[1]))


async def overview(session: ReadSession, actor: Actor, period: PeriodCode, now: datetime) -> OverviewOut:
    """Raises Forbidden."""
    (first, last), (earlier, until) = periods(period, business_day(now))
    wanted = FunnelParams.model_validate({"from": first, "to": last, "by": "event"})
    what = await asked(session, actor, wanted, now)
    before = what.during(earlier, until)
    employees = await _employees(session, what)
    return OverviewOut.model_validate(
        {
            "period": period,
            "from": first,
            "to": last,
            "previous_from": earlier,
            "previous_to": until,
            "scope": _scope(what),
            "viewer": PersonRef(id=actor.employee_id, display_name=actor.name),
            "figures": await _figures(session, what, before, drill_query(what, wanted)),
            "trend": await _trend(session, what),
            "previous_trend": await _trend(session, before),
            "employees": employees,
            "teams": await _teams(session, what),
            "channels": await _channels(session, what),
            "fresh_until": await queries.fresh_until(session, now),
        }
    )


def _scope(what: Asked) -> Literal["company", "teams", "self"]:
    if what.employee is not None:
        return "self"
    return "company" if what.teams is None else "teams"


async def _figures(session: ReadSession, what: Asked, before: Asked, query: Mapping[str, str]) -> list[FigureOut]:
    now, then = total(await queries.cells(session, what)), total(await queries.cells(session, before))
    first, earlier = await queries.spans(session, what, Step.VALID), await queries.spans(session, before, Step.VALID)
    values: dict[str, tuple[int | None, int | None, Step]] = {
        name: (now[step].customers, then[step].customers, step) for name, step in _COUNTS.items()
    }
    values["first_contact"] = (
        first[Step.VALID].median if Step.VALID in first else None,
        earlier[Step.VALID].median if Step.VALID in earlier else None,
        Step.VALID,
    )
    values |= {name: (now[step].amount_fen, then[step].amount_fen, step) for name, step in _MONEY.items()}
    order = ("leads", "first_contact", "contacted", "visits", "signed", "disbursed", "received")
    return [_figure(name, *values[name], query) for name in order]


def _figure(name: str, value: int | None, previous: int | None, step: Step, query: Mapping[str, str]) -> FigureOut:
    definition = DEFINITIONS[f"overview.{name}"]
    return FigureOut(
        id=definition.id,
        title=definition.title,
        unit=definition.unit,
        value=value,
        previous=previous,
        definition=shown(definition),
        drill=drill(query, step),
    )


def _numbers(cells: Mapping[Step, Cell]) -> dict[str, int]:
    """The columns of trend and ranking."""
    counts = {name: cells[step].customers if step in cells else 0 for name, step in _COUNTS.items()}
    return counts | {f"{name}_fen": cells[step].amount_fen if step in cells else 0 for name, step in _MONEY.items()}


async def _trend(session: ReadSession, what: Asked) -> list[TrendOut]:
    """Every day of the period, those without anything too."""
    found = await queries.by_day(session, what)
    days = [what.first + timedelta(days=number) for number in range((what.last - what.first).days + 1)]
    return [TrendOut.model_validate({"day": day, **_numbers(found.get(day, {}))}) for day in days]


def _ranked(found: Cells) -> list[tuple[UUID, dict[str, int]]]:
    """Money first, then signatures, visits, contacts, leads."""
    rows = [(UUID(key), _numbers(cells)) for key, cells in found.items() if key]
    by = ("received_fen", "disbursed_fen", "signed", "visits", "contacted", "leads")
    return sorted(rows, key=lambda row: ([-row[1][name] for name in by], row[0]))[:MOST_RANKED]


async def _employees(session: ReadSession, what: Asked) -> list[RankOut]:
    ranked = _ranked(await queries.cells(session, what.by_split("employee")))
    people = await titles.employees(session, [one for one, _ in ranked])
    units = await titles.teams(session, {person.unit_id for person in people.values()})
    return [_rank(one, people[one].display_name, (people[one].unit_id, units), numbers) for one, numbers in ranked if one in people]


def _rank(one: UUID, name: str, unit: tuple[UUID, Mapping[UUID, str]] | None, numbers: Mapping[str, Any]) -> RankOut:
    team = NamedRef(id=unit[0], name=unit[1][unit[0]]) if unit is not None and unit[0] in unit[1] else None
    return RankOut.model_validate({"id": one, "name": name, "team": team, **numbers})


async def _teams(session: ReadSession, what: Asked) -> list[RankOut]:
    """None for somebody who sees their own figures only."""
    if what.employee is not None:
        return []
    ranked = _ranked(await queries.cells(session, what.by_split("team")))
    names = await titles.teams(session, [one for one, _ in ranked])
    return [_rank(one, names[one], None, numbers) for one, numbers in ranked if one in names]


async def _channels(session: ReadSession, what: Asked) -> list[ChannelFigureOut]:
    found = await queries.cells(session, what.by_split("channel"))
    names = await titles.sources(session, [UUID(key) for key in found if key])
    rows: list[ChannelFigureOut] = []
    for key, cells in found.items():
        leads, signed = cells[Step.LEAD].customers, cells[Step.SIGNED].customers
        channel = NamedRef(id=UUID(key), name=names.get(UUID(key), key)) if key else None
        rows.append(
            ChannelFigureOut(
                channel=channel, leads=leads, signed=signed, received_fen=cells[Step.RECEIVED].amount_fen, signed_bps=bps(signed, leads)
            )
        )
    return sorted(rows, key=lambda row: (-row.leads, -row.received_fen, str(row.channel.id if row.channel else "")))[:MOST_RANKED]
