"""Reads of cases: lists in two steps (keys by the index of each way of seeing, then the rows), names of a page in one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, bindparam, column, exists, func, select, text, true, tuple_, union
from sqlalchemy import Uuid as SqlUuid

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows, decode_cursor, encode_cursor
from loanbroker_api.customers.models import Customer, Stage
from loanbroker_api.pipeline import permissions
from loanbroker_api.pipeline.access import visible
from loanbroker_api.pipeline.models import (
    Case,
    CaseDocument,
    CaseParticipant,
    Disbursement,
    Pipeline,
    PipelineStage,
    StageEvent,
    Submission,
)
from loanbroker_api.pipeline.schemas import BoardFilter, CaseFilter, CaseListParams

TOTAL_CAP = 10_000
_SORTS: dict[str, tuple[tuple[Any, ...], tuple[type, ...]]] = {
    "-activeAt": ((Case.active_at, Case.id), (datetime, UUID)),
    "-createdAt": ((Case.id,), (UUID,)),
}


def board_conditions(wanted: BoardFilter, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions that list and board share."""
    found: list[ColumnElement[bool]] = []
    if wanted.owner_id is not None:
        found.append(Case.owner_id == wanted.owner_id)
    if wanted.team_id is not None:
        found.append(Case.team_id == wanted.team_id)
    if wanted.lender_id is not None:
        at = Submission.__table__.alias("at_lender")
        mine = at.c.tenant_id == Case.tenant_id, at.c.case_id == Case.id
        found.append(exists(select(1).where(*mine, at.c.lender_id == wanted.lender_id)))
    if wanted.late:
        found += [Case.closed_at.is_(None), Case.stage_due_at < now]
    return found


def conditions(wanted: CaseFilter, now: datetime) -> list[ColumnElement[bool]]:
    found = board_conditions(
        BoardFilter(owner_id=wanted.owner_id, team_id=wanted.team_id, lender_id=wanted.lender_id, late=wanted.late), now
    )
    equal = (
        (Case.pipeline_id, wanted.pipeline_id),
        (Case.stage_id, wanted.stage_id),
        (Case.product_kind, wanted.product_kind),
        (Case.customer_id, wanted.customer_id),
    )
    found += [one == value for one, value in equal if value is not None]
    if wanted.open is not None:
        found.append(Case.closed_at.is_(None) if wanted.open else Case.closed_at.is_not(None))
    if wanted.lost is not None:
        found.append(Case.stage_kind == Stage.LOST if wanted.lost else Case.stage_kind != Stage.LOST)
    return found


async def list_cases(session: ReadSession, actor: Actor, wanted: CaseListParams, now: datetime) -> Rows[Case]:
    """A page of the cases in the actor's sight. Raises Forbidden, CursorInvalid."""
    actor.require(permissions.VIEW)
    columns, kinds = _SORTS[wanted.sort]
    after = decode_cursor(wanted.cursor, wanted.sort, *kinds)
    narrow = conditions(wanted, now)
    if after is not None:
        narrow.append(tuple_(*columns) < tuple_(*after, types=[one.type for one in columns]))
    keys = _keys_in_sight(actor, narrow, columns, wanted.limit + 1).subquery("keys")
    order = [one.desc() for one in columns]
    found = list(await session.scalars(select(Case).join(keys, Case.id == keys.c.id).order_by(*order)))
    items = found[: wanted.limit]
    if len(found) <= wanted.limit:
        return Rows(items, None)
    return Rows(items, cursor_of(items[-1], wanted.sort))


def cursor_of(case: Case, sort: str) -> str:
    """The cursor after a row, for connections that give one to every edge."""
    return encode_cursor(sort, *(getattr(case, one.key) for one in _SORTS[sort][0]))


def _keys_in_sight(actor: Actor, narrow: list[ColumnElement[bool]], columns: Sequence[Any], limit: int) -> Any:
    """Keys of one page: the whole company by one index; else the newest of each way of seeing a case by its own index, merged."""
    order = [one.desc() for one in columns]
    page: Any = select(*columns).where(*narrow).order_by(*order).limit(limit)
    units = actor.units_of(permissions.VIEW)
    if units is None:
        return page
    part = select(CaseParticipant.case_id).where(CaseParticipant.employee_id == actor.id)
    customers = select(Customer.id).where(Customer.owner_id == actor.id)
    ways: list[Any] = [page.where(Case.owner_id == actor.id), page.where(Case.id.in_(part)), page.where(Case.customer_id.in_(customers))]
    if units:
        listed = func.unnest(bindparam("teams", sorted(units), type_=ARRAY(SqlUuid()), unique=True))
        teams = listed.table_valued(column("team_id", SqlUuid()), name="teams").render_derived()
        probe: Any = page.where(Case.team_id == teams.c.team_id).lateral("probe")
        ways.append(select(*(probe.c[one.key] for one in columns)).select_from(teams.join(probe, true())))
    merged: Any = union(*(select(way.subquery(f"way_{number}")) for number, way in enumerate(ways))).subquery("ways")
    keys: list[Any] = [merged.c[one.key] for one in columns]
    return select(*keys).order_by(*(key.desc() for key in keys)).limit(limit)


async def count_cases(session: ReadSession, actor: Actor, wanted: CaseFilter, now: datetime) -> int:
    """How many, up to one over the cap. Raises Forbidden."""
    actor.require(permissions.VIEW)
    sight = visible(actor)
    inner = select(Case.id).where(*conditions(wanted, now), *([] if sight is None else [sight])).limit(TOTAL_CAP + 1)
    return await session.scalar(select(func.count()).select_from(inner.subquery())) or 0


async def cases_by_id(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Case]:
    """Those of the cases that the actor may see."""
    sight = visible(actor)
    return {case.id: case for case in await session.scalars(select(Case).where(Case.id.in_(ids), *([] if sight is None else [sight])))}


async def cases_by_customer(session: ReadSession, actor: Actor, ids: Collection[UUID], first: int = 20) -> dict[UUID, list[Case]]:
    """The newest cases of many customers in one statement; those out of sight are not there."""
    sight = visible(actor)
    seen = func.unnest(bindparam("customers", sorted(ids), type_=ARRAY(SqlUuid()), unique=True))
    customers = seen.table_valued(column("customer_id", SqlUuid()), name="customers").render_derived()
    newest: Any = select(Case.id).where(Case.customer_id == customers.c.customer_id, *([] if sight is None else [sight]))
    keys: Any = newest.order_by(Case.id.desc()).limit(first).lateral("newest")
    picked = select(keys.c.id).select_from(customers.join(keys, true())).subquery("picked")
    statement = select(Case).join(picked, Case.id == picked.c.id)
    found: dict[UUID, list[Case]] = {customer_id: [] for customer_id in ids}
    for case in await session.scalars(statement.order_by(Case.id.desc())):
        found[case.customer_id].append(case)
    return found


async def case_labels(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    """Number and masked name, for to-dos and notifications."""
    sight = visible(actor)
    statement = (
        select(Case.id, Case.number, Customer.name_masked)
        .join(Customer, (Customer.tenant_id == Case.tenant_id) & (Customer.id == Case.customer_id))
        .where(Case.id.in_(ids), *([] if sight is None else [sight]))
    )
    return {row[0]: f"{row[2] or '未留名'} {row[1]}" for row in await session.execute(statement)}


@dataclass(frozen=True)
class StageFacts:
    id: UUID
    code: str
    name: str
    tone: str
    kind: int
    sla_hours: int | None


@dataclass(frozen=True)
class Around:
    """What rows name beside themselves, read once for a page: names by id, and the cases in which the reader takes part."""

    stages: Mapping[UUID, StageFacts]
    customers: Mapping[UUID, tuple[str | None, str | None]]
    products: Mapping[UUID, tuple[str, str]]
    names: Mapping[UUID, str]
    parts: Collection[UUID]


_AROUND = text(
    """
    SELECT 'stage' AS what, id, code AS a, name AS b, tone AS c, kind::bigint AS n, sla_hours AS m
      FROM pipeline_stage WHERE tenant_id = :tenant AND id = ANY(:stages)
    UNION ALL SELECT 'customer', id, name_masked, phone_masked, NULL, NULL, NULL FROM customer WHERE tenant_id = :tenant AND id = ANY(:customers)
    UNION ALL SELECT 'product', p.id, p.name, l.name, NULL, NULL, NULL
      FROM product p JOIN lender l ON l.tenant_id = p.tenant_id AND l.id = p.lender_id WHERE p.tenant_id = :tenant AND p.id = ANY(:products)
    UNION ALL SELECT 'name', id, display_name, NULL, NULL, NULL, NULL FROM employee WHERE tenant_id = :tenant AND id = ANY(:owners)
    UNION ALL SELECT 'name', id, name, NULL, NULL, NULL, NULL FROM org_unit WHERE tenant_id = :tenant AND id = ANY(:teams)
    UNION ALL SELECT 'name', id, name, NULL, NULL, NULL, NULL FROM source WHERE tenant_id = :tenant AND id = ANY(:sources)
    UNION ALL SELECT 'part', case_id, NULL, NULL, NULL, NULL, NULL
      FROM case_participant WHERE tenant_id = :tenant AND employee_id = :me AND case_id = ANY(:cases)
    """
).bindparams(
    *(bindparam(name, type_=ARRAY(SqlUuid())) for name in ("stages", "customers", "products", "owners", "teams", "sources", "cases"))
)


async def around(session: ReadSession, actor: Actor, cases: Collection[Case]) -> Around:
    """Names of a page of cases, in one statement whose text does not depend on how many there are."""
    stages: dict[UUID, StageFacts] = {}
    customers: dict[UUID, tuple[str | None, str | None]] = {}
    products: dict[UUID, tuple[str, str]] = {}
    names: dict[UUID, str] = {}
    parts: set[UUID] = set()
    if cases:
        asked = {
            "tenant": actor.tenant_id,
            "me": actor.id,
            "cases": [case.id for case in cases],
            "stages": list({case.stage_id for case in cases}),
            "customers": list({case.customer_id for case in cases}),
            "products": list({case.product_id for case in cases if case.product_id}),
            "owners": list({case.owner_id for case in cases if case.owner_id}),
            "teams": list({case.team_id for case in cases if case.team_id}),
            "sources": list({case.source_id for case in cases if case.source_id}),
        }
        for what, row_id, a, b, c, n, m in await session.execute(_AROUND, asked):
            if what == "stage":
                stages[row_id] = StageFacts(row_id, a, b, c, n, m)
            elif what == "customer":
                customers[row_id] = (a, b)
            elif what == "product":
                products[row_id] = (a, b)
            elif what == "name":
                names[row_id] = a
            else:
                parts.add(row_id)
    return Around(stages, customers, products, names, parts)


async def list_pipelines(session: ReadSession) -> list[Pipeline]:
    """Live pipelines, the default first."""
    statement = (
        select(Pipeline).where(Pipeline.archived_at.is_(None)).order_by(Pipeline.is_default.desc(), Pipeline.created_at, Pipeline.id)
    )
    return list(await session.scalars(statement))


async def stages_of(session: ReadSession, pipeline_ids: Collection[UUID]) -> dict[UUID, list[PipelineStage]]:
    """The live stages of pipelines, in their order."""
    statement = select(PipelineStage).where(PipelineStage.pipeline_id.in_(pipeline_ids), PipelineStage.archived_at.is_(None))
    found: dict[UUID, list[PipelineStage]] = {pipeline_id: [] for pipeline_id in pipeline_ids}
    for stage in await session.scalars(statement.order_by(PipelineStage.position)):
        found[stage.pipeline_id].append(stage)
    return found


async def stages_by_id(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, PipelineStage]:
    """Stages, the archived too: history names them."""
    return {stage.id: stage for stage in await session.scalars(select(PipelineStage).where(PipelineStage.id.in_(ids)))}


async def list_stage_events(session: ReadSession, case_id: UUID, *, cursor: str | None, limit: int) -> Rows[StageEvent]:
    """A case's moves, newest first; the caller has checked that the case may be seen. Raises CursorInvalid."""
    statement = select(StageEvent).where(StageEvent.case_id == case_id)
    after = decode_cursor(cursor, "history", datetime, UUID)
    if after is not None:
        statement = statement.where(tuple_(StageEvent.at, StageEvent.id) < tuple_(*after, types=[StageEvent.at.type, StageEvent.id.type]))
    found = list(await session.scalars(statement.order_by(StageEvent.at.desc(), StageEvent.id.desc()).limit(limit + 1)))
    items = found[:limit]
    return Rows(items, encode_cursor("history", items[-1].at, items[-1].id) if len(found) > limit else None)


async def newest_events(session: ReadSession, case_ids: Collection[UUID], first: int) -> list[StageEvent]:
    """The newest moves of each case, newest first."""
    listed = func.unnest(bindparam("cases", sorted(case_ids), type_=ARRAY(SqlUuid()), unique=True))
    cases = listed.table_valued(column("case_id", SqlUuid()), name="cases").render_derived()
    newest: Any = select(StageEvent.id, StageEvent.at).where(StageEvent.case_id == cases.c.case_id)
    keys: Any = newest.order_by(StageEvent.at.desc(), StageEvent.id.desc()).limit(first).lateral("newest")
    picked = select(keys.c.id, keys.c.at).select_from(cases.join(keys, true())).subquery("picked")
    statement = select(StageEvent).join(picked, (StageEvent.id == picked.c.id) & (StageEvent.at == picked.c.at))
    return list(await session.scalars(statement.order_by(StageEvent.at.desc(), StageEvent.id.desc())))


async def submissions_of(session: ReadSession, case_ids: Collection[UUID]) -> list[Submission]:
    """First submitted first."""
    return list(await session.scalars(select(Submission).where(Submission.case_id.in_(case_ids)).order_by(Submission.id)))


async def disbursements_of(session: ReadSession, case_ids: Collection[UUID]) -> list[Disbursement]:
    """First paid first, the voided too."""
    statement = select(Disbursement).where(Disbursement.case_id.in_(case_ids))
    return list(await session.scalars(statement.order_by(Disbursement.paid_on, Disbursement.id)))


async def documents_of(session: ReadSession, case_ids: Collection[UUID]) -> list[CaseDocument]:
    return list(await session.scalars(select(CaseDocument).where(CaseDocument.case_id.in_(case_ids)).order_by(CaseDocument.name)))


async def participants_of(session: ReadSession, case_ids: Collection[UUID]) -> list[CaseParticipant]:
    statement = select(CaseParticipant).where(CaseParticipant.case_id.in_(case_ids))
    return list(await session.scalars(statement.order_by(CaseParticipant.part, CaseParticipant.employee_id)))


async def paid_by_submission(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, int]:
    """What was disbursed of submissions, in fen, without the voided."""
    statement = (
        select(Disbursement.submission_id, func.sum(Disbursement.amount_fen))
        .where(Disbursement.submission_id.in_(ids), Disbursement.voided_at.is_(None))
        .group_by(Disbursement.submission_id)
    )
    return {row[0]: int(row[1]) for row in await session.execute(statement)}


_LENDING_NAMES = text(
    """
    SELECT 'lender' AS what, id, name FROM lender WHERE tenant_id = :tenant AND id = ANY(:lenders)
    UNION ALL SELECT 'product', id, name FROM product WHERE tenant_id = :tenant AND id = ANY(:products)
    UNION ALL SELECT 'employee', id, display_name FROM employee WHERE tenant_id = :tenant AND id = ANY(:people)
    """
).bindparams(*(bindparam(name, type_=ARRAY(SqlUuid())) for name in ("lenders", "products", "people")))


async def names_of(
    session: ReadSession, tenant_id: UUID, *, lenders: Collection[UUID] = (), products: Collection[UUID] = (), people: Collection[UUID] = ()
) -> dict[UUID, str]:
    """Names of lenders, products and employees, in one statement."""
    asked = {"tenant": tenant_id, "lenders": list(lenders), "products": list(products), "people": list(people)}
    return {row_id: name for _, row_id, name in await session.execute(_LENDING_NAMES, asked)}
