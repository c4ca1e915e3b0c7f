"""The funnel within the actor's data scope."""

from collections.abc import Mapping
from datetime import datetime

from loanbroker_api.analytics import queries, titles
from loanbroker_api.analytics.asked import Asked, asked
from loanbroker_api.analytics.definitions import DEFINITIONS, STEP_TITLES, Definition, of_step
from loanbroker_api.analytics.models import Step
from loanbroker_api.analytics.queries import Cell, Cells, Span
from loanbroker_api.analytics.schemas import (
    DefinitionOut,
    DrillOut,
    FunnelOut,
    FunnelParams,
    FunnelRowOut,
    LostOut,
    SplitCode,
    SplitStepOut,
    StepOut,
)
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.pipeline.models import LostReason

MOST_ROWS = 200
_SPLIT_PARAMETER: dict[SplitCode, str] = {
    "channel": "channelId",
    "team": "teamId",
    "employee": "employeeId",
    "kind": "kind",
    "city": "city",
}


async def funnel(session: ReadSession, actor: Actor, wanted: FunnelParams, now: datetime) -> FunnelOut:
    """Raises Forbidden, OutOfScope, RangeInvalid."""
    what = await asked(session, actor, wanted, now)
    before = what.before()
    found = await queries.cells(session, what)
    previous = await queries.cells(session, before) if wanted.compare else None
    query = drill_query(what, wanted)
    rows, left = await _rows(session, what, found, previous, query)
    return FunnelOut(
        from_=what.first,
        to=what.last,
        previous_from=before.first if wanted.compare else None,
        previous_to=before.last if wanted.compare else None,
        by=what.by,
        split=what.split,
        steps=_steps(total(found), total(previous) if previous is not None else None, await queries.spans(session, what), query),
        rows=rows,
        rows_left=left,
        lost=_lost(await queries.lost(session, what)),
        fresh_until=await queries.fresh_until(session, now),
        definition=shown(DEFINITIONS[f"funnel.{what.by}"]),
    )


def shown(definition: Definition) -> DefinitionOut:
    return DefinitionOut.model_validate(definition)


def drill_query(what: Asked, wanted: FunnelParams) -> dict[str, str]:
    """The parameters that ask for the same customers again, days spelt out."""
    filters = {
        "channelId": wanted.channel_id,
        "teamId": wanted.team_id,
        "employeeId": wanted.employee_id,
        "kind": wanted.kind,
        "city": wanted.city,
    }
    query = {"from": what.first.isoformat(), "to": what.last.isoformat(), "by": what.by}
    return query | {name: str(value) for name, value in filters.items() if value is not None}


def drill(query: Mapping[str, str], step: Step, *, stuck: bool = False) -> DrillOut:
    """The list of customers behind a bar."""
    return DrillOut(path="/funnel/customers", query={**query, "step": step.name.lower(), "reached": "stuck" if stuck else "true"})


def total(found: Cells) -> dict[Step, Cell]:
    """All keys together: a fact and an arrival have one key each, so that sums count nobody twice."""
    return {step: sum((by_step[step] for by_step in found.values() if step in by_step), Cell()) for step in Step}


def bps(part: int, whole: int) -> int | None:
    """A share in basis points, half up; None of nothing."""
    return None if whole == 0 else (part * 20_000 + whole) // (whole * 2)


def _rate(cells: Mapping[Step, Cell], step: Step) -> int | None:
    return None if step is Step.LEAD else bps(cells[step].customers, cells[Step(step - 1)].customers)


def _total_rate(cells: Mapping[Step, Cell], step: Step) -> int | None:
    return bps(cells[step].customers, cells[Step.LEAD].customers)


def _steps(
    cells: Mapping[Step, Cell], previous: Mapping[Step, Cell] | None, spans: Mapping[Step, Span], query: Mapping[str, str]
) -> list[StepOut]:
    return [
        StepOut.model_validate(
            {
                "step": step.name.lower(),
                "title": STEP_TITLES[step],
                "count": cells[step].customers,
                "amount_fen": cells[step].amount_fen,
                "moves": cells[step].moves,
                "back": cells[step].back,
                "rate_bps": _rate(cells, step),
                "total_bps": _total_rate(cells, step),
                "previous_count": previous[step].customers if previous else None,
                "previous_amount_fen": previous[step].amount_fen if previous else None,
                "previous_rate_bps": _rate(previous, step) if previous else None,
                "median_seconds": spans[step].median if step in spans else None,
                "p90_seconds": spans[step].p90 if step in spans else None,
                "definition": shown(of_step(step)),
                "drill": drill(query, step),
                "stuck": drill(query, step, stuck=True),
            }
        )
        for step in Step
    ]


async def _rows(
    session: ReadSession, what: Asked, found: Cells, previous: Cells | None, query: Mapping[str, str]
) -> tuple[list[FunnelRowOut], int]:
    """The longest rows first; how many were left out."""
    if what.split == "none":
        return [], 0
    ordered = sorted(found, key=lambda key: ([-found[key][step].customers for step in Step], key))[:MOST_ROWS]
    names = await titles.of_keys(session, what.split, ordered)
    return [_row(what.split, key, names[key], found[key], previous, query) for key in ordered], len(found) - len(ordered)


def _row(
    split: SplitCode, key: str, title: str, cells: Mapping[Step, Cell], previous: Cells | None, query: Mapping[str, str]
) -> FunnelRowOut:
    before = previous.get(key, {}) if previous is not None else None
    steps = [
        SplitStepOut.model_validate(
            {
                "step": step.name.lower(),
                "count": cells[step].customers,
                "amount_fen": cells[step].amount_fen,
                "rate_bps": _rate(cells, step),
                "total_bps": _total_rate(cells, step),
                "previous_count": before.get(step, Cell()).customers if before is not None else None,
            }
        )
        for step in Step
    ]
    narrowed = drill({**query, _SPLIT_PARAMETER[split]: key}, Step.LEAD) if key else None
    return FunnelRowOut(key=key or None, title=title, steps=steps, drill=narrowed)


def _lost(found: Mapping[str | None, int]) -> list[LostOut]:
    """The most frequent first; what carries no reason of the list is 其他."""
    counts: dict[LostReason, int] = {}
    for reason, count in found.items():
        known = LostReason(reason) if reason in set(LostReason) else LostReason.OTHER
        counts[known] = counts.get(known, 0) + count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0].value))
    return [
        LostOut.model_validate({"reason": reason.value, "title": titles.LOST_REASONS[reason], "count": count}) for reason, count in ordered
    ]
