"""The board: every stage with its count, sum and first cards, in a fixed number of statements whatever the number of stages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam, case, column, func, select, true, tuple_, union_all
from sqlalchemy import Uuid as SqlUuid

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows, decode_cursor, encode_cursor
from loanbroker_api.pipeline import permissions, queries, rows
from loanbroker_api.pipeline.access import visible
from loanbroker_api.pipeline.models import Case, Pipeline, PipelineStage
from loanbroker_api.pipeline.problems import PipelineNotFound, StageNotFound
from loanbroker_api.pipeline.schemas import BoardColumn, BoardFilter, BoardOut, BoardParams, ColumnParams
from loanbroker_api.pipeline.targets import CLOSED, stage_ref

FIRST = 20
CLOSED_FOR = timedelta(days=90)


def _narrow(actor: Actor, wanted: BoardFilter, now: datetime) -> list[ColumnElement[bool]]:
    sight = visible(actor)
    return [*queries.board_conditions(wanted, now), *([] if sight is None else [sight])]


async def board_out(session: ReadSession, actor: Actor, wanted: BoardParams, now: datetime) -> BoardOut:
    """Raises Forbidden, PipelineNotFound."""
    actor.require(permissions.VIEW)
    found = await _pipeline(session, wanted.pipeline_id)
    stages = (await queries.stages_of(session, [found.id]))[found.id]
    narrow = _narrow(actor, wanted, now)
    sums = await _sums(session, stages, narrow, now)
    cards = await _cards(session, stages, narrow, now)
    shown = iter(await rows.case_rows(session, actor, [one for stage in stages for one in cards[stage.id].items], now))
    columns: list[BoardColumn] = []
    for stage in stages:
        count, amount, late = sums.get(stage.id, (0, 0, 0))
        page = cards[stage.id]
        columns.append(
            BoardColumn(
                stage=stage_ref(stage),
                count=count,
                amount_fen=amount,
                late=late,
                cards=[next(shown) for _ in page.items],
                next_cursor=page.next_cursor,
            )
        )
    return BoardOut(pipeline_id=found.id, columns=columns)


async def _pipeline(session: ReadSession, pipeline_id: UUID | None) -> Pipeline:
    """Raises PipelineNotFound."""
    statement = select(Pipeline).where(Pipeline.archived_at.is_(None))
    statement = statement.where(Pipeline.is_default) if pipeline_id is None else statement.where(Pipeline.id == pipeline_id)
    found = await session.scalar(statement)
    if found is None:
        raise PipelineNotFound
    return found


def _parted(stages: Sequence[PipelineStage]) -> tuple[list[UUID], list[UUID]]:
    """Ids of open and of closed stages."""
    running = [stage.id for stage in stages if stage.kind not in CLOSED]
    return running, [stage.id for stage in stages if stage.kind in CLOSED]


def _ids(name: str, ids: list[UUID]) -> Any:
    return bindparam(name, ids, type_=ARRAY(SqlUuid()), unique=True)


async def _sums(
    session: ReadSession, stages: Sequence[PipelineStage], narrow: list[ColumnElement[bool]], now: datetime
) -> dict[UUID, tuple[int, int, int]]:
    """(count, fen, late) by stage. Two index-only scans in one statement."""
    amount = func.sum(func.coalesce(Case.approved_fen, Case.wanted_fen))
    late = func.count(case((Case.stage_due_at < now, 1)))
    running, closed = _parted(stages)
    counted = select(Case.stage_id, func.count(), amount, late).where(*narrow).group_by(Case.stage_id)
    lately = select(Case.stage_id, func.count(), amount, func.sum(0)).where(*narrow, Case.stage_since >= now - CLOSED_FOR)
    statement = union_all(
        counted.where(Case.stage_id == any_(_ids("running", running))),
        lately.where(Case.stage_id == any_(_ids("closed", closed))).group_by(Case.stage_id),
    )
    return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in await session.execute(statement)}


async def _cards(
    session: ReadSession, stages: Sequence[PipelineStage], narrow: list[ColumnElement[bool]], now: datetime
) -> dict[UUID, Rows[Case]]:
    """The first cards of each stage: the longest in it first, in closed ones the latest."""
    running, closed = _parted(stages)
    lately = [*narrow, Case.stage_since >= now - CLOSED_FOR]
    keys = union_all(_first_of("running", running, narrow, descending=False), _first_of("closed", closed, lately, descending=True))
    # As an array the keys are few to the planner, which then probes for the rows; joined to them it would read every case of the company.
    rows_of_keys = select(Case).where(Case.id == any_(func.array(keys.scalar_subquery())))
    found: dict[UUID, list[Case]] = {stage.id: [] for stage in stages}
    for one in await session.scalars(rows_of_keys):
        found[one.stage_id].append(one)
    return {stage.id: _page(sorted(found[stage.id], key=_place, reverse=stage.kind in CLOSED), FIRST) for stage in stages}


def _first_of(name: str, ids: list[UUID], narrow: list[ColumnElement[bool]], *, descending: bool) -> Any:
    """Keys of the first cards of stages, each by one probe of the index on (stage, since)."""
    stages = func.unnest(_ids(name, ids)).table_valued(column("stage_id", SqlUuid()), name=name).render_derived()
    order = [one.desc() if descending else one.asc() for one in (Case.stage_since, Case.id)]
    probe: Any = select(Case.id).where(Case.stage_id == stages.c.stage_id, *narrow).order_by(*order).limit(FIRST + 1)
    first = probe.lateral(f"first_{name}")
    return select(first.c.id).select_from(stages.join(first, true()))


def _place(one: Case) -> tuple[datetime, UUID]:
    return one.stage_since, one.id


def _page(found: list[Case], limit: int) -> Rows[Case]:
    items = found[:limit]
    return Rows(items, encode_cursor("column", items[-1].stage_since, items[-1].id) if len(found) > limit else None)


async def column_page(session: ReadSession, actor: Actor, stage_id: UUID, wanted: ColumnParams, now: datetime) -> Rows[Case]:
    """A further page of one stage. Raises Forbidden, StageNotFound, CursorInvalid."""
    actor.require(permissions.VIEW)
    stage = (await queries.stages_by_id(session, [stage_id])).get(stage_id)
    if stage is None or stage.archived_at is not None:
        raise StageNotFound
    descending = stage.kind in CLOSED
    statement = select(Case).where(Case.stage_id == stage_id, *_narrow(actor, wanted, now))
    if descending:
        statement = statement.where(Case.stage_since >= now - CLOSED_FOR)
    after = decode_cursor(wanted.cursor, "column", datetime, UUID)
    if after is not None:
        key, bound = tuple_(Case.stage_since, Case.id), tuple_(*after, types=[Case.stage_since.type, Case.id.type])
        statement = statement.where(key < bound if descending else key > bound)
    order = [one.desc() if descending else one.asc() for one in (Case.stage_since, Case.id)]
    return _page(list(await session.scalars(statement.order_by(*order).limit(wanted.limit + 1))), wanted.limit)
