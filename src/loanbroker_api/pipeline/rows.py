"""Cases as both doors show them: codes for numbers, masks by the actor's visibility, names beside ids."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.core.schemas import NamedRef, PersonRef
from loanbroker_api.customers.models import NAME, PHONE, Stage
from loanbroker_api.customers.rows import content, mask
from loanbroker_api.customers.schemas import CityRef
from loanbroker_api.pipeline import queries
from loanbroker_api.pipeline.access import allowed_actions
from loanbroker_api.pipeline.models import (
    DECLINED_REASON,
    MOVE_COMMENT,
    VOID_REASON,
    Case,
    Disbursement,
    Pipeline,
    PipelineStage,
    StageEvent,
    Submission,
    SubmissionState,
)
from loanbroker_api.pipeline.schemas import (
    CaseCustomer,
    CaseOut,
    CaseProduct,
    CaseRow,
    DisbursementOut,
    DocumentOut,
    EntryOut,
    ParticipantOut,
    PipelineOut,
    StageEventOut,
    StageOut,
    SubmissionOut,
)
from loanbroker_api.pipeline.targets import stage_ref, targets

Row = TypeVar("Row")
_AS_THEY_ARE = (
    "id", "version", "number", "pipeline_id", "stage_since", "stage_due_at", "product_version_id", "product_kind", "wanted_fen",
    "wanted_months", "approved_fen", "fee_rate_ppm", "fee_fixed_fen", "fee_agreed_at", "disbursed_fen", "due_fen", "received_fen",
    "active_at", "created_at", "closed_at", "lost_reason",
)  # fmt: skip


@dataclass(frozen=True)
class Loaded(Generic[Row]):
    """A row with what is shown beside it, for loaders: `names` by id, `paid` of a submission, `around` of a case."""

    row: Row
    around: Any


def pipeline_out(found: tuple[Pipeline, Sequence[PipelineStage]]) -> PipelineOut:
    pipeline, stages = found
    return PipelineOut(
        id=pipeline.id,
        version=pipeline.version,
        name=pipeline.name,
        product_kinds=pipeline.product_kinds,
        is_default=pipeline.is_default,
        stages=[_stage_out(stage) for stage in stages],
    )


def pipelines_out(found: Iterable[tuple[Pipeline, Sequence[PipelineStage]]]) -> list[PipelineOut]:
    return [pipeline_out(one) for one in found]


def _stage_out(stage: PipelineStage) -> StageOut:
    entry = [EntryOut(kind=one["kind"], field=one.get("field"), name=one.get("name")) for one in stage.entry]
    plain = {name: getattr(stage, name) for name in ("id", "code", "name", "position", "tone", "sla_hours", "post", "win_bps", "moves")}
    return StageOut.model_validate({**plain, "kind": Stage(stage.kind).name.lower(), "entry": entry})


async def case_rows(session: ReadSession, actor: Actor, cases: Sequence[Case], now: datetime) -> list[CaseRow]:
    """A page as rows: one statement for its names, whatever its length."""
    around = await queries.around(session, actor, cases)
    return [case_row(actor, case, around, now) for case in cases]


def case_row(actor: Actor, case: Case, around: queries.Around, now: datetime) -> CaseRow:
    return CaseRow.model_validate(_row(actor, case, around, now))


def _row(actor: Actor, case: Case, around: queries.Around, now: datetime) -> dict[str, Any]:
    stage = around.stages[case.stage_id]
    name, phone = around.customers[case.customer_id]
    product = around.products.get(case.product_id) if case.product_id else None
    city = city_by_code(case.city) if case.city else None
    late = case.closed_at is None and case.stage_due_at is not None and case.stage_due_at < now
    return {
        **{column: getattr(case, column) for column in _AS_THEY_ARE},
        "customer": CaseCustomer(id=case.customer_id, name=mask(actor, NAME, name), phone=mask(actor, PHONE, phone)),
        "stage": stage_ref(stage),
        "late": late,
        "days_in_stage": max(0, (now - case.stage_since).days),
        "sla_hours": stage.sla_hours,
        "product": CaseProduct(id=case.product_id, name=product[0], lender_name=product[1]) if case.product_id and product else None,
        "outstanding_fen": case.due_fen - case.received_fen,
        "owner": person(case.owner_id, around.names),
        "team": _named(case.team_id, around.names),
        "channel": _named(case.source_id, around.names),
        "city": CityRef(code=city.code, name=city.name) if city else None,
        "allowed_actions": allowed_actions(actor, case, takes_part=case.id in around.parts),
    }


def person(employee_id: UUID | None, names: Mapping[UUID, str]) -> PersonRef | None:
    return PersonRef(id=employee_id, display_name=names[employee_id]) if employee_id and employee_id in names else None


def _named(row_id: UUID | None, names: Mapping[UUID, str]) -> NamedRef | None:
    return NamedRef(id=row_id, name=names[row_id]) if row_id and row_id in names else None


async def case_detail(session: ReadSession, actor: Actor, keys: TenantKeys, case: Case, now: datetime) -> CaseOut:
    """Everything of a case's page but its money's rows, which are finance's."""
    around = await queries.around(session, actor, [case])
    return CaseOut.model_validate(
        {
            **_row(actor, case, around, now),
            "participants": await participants_out(session, case.id),
            "documents": await documents_out(session, case),
            "submissions": await submissions_out(session, actor, keys, await queries.submissions_of(session, [case.id]), now),
            "disbursements": await disbursements_out(session, actor, keys, await queries.disbursements_of(session, [case.id])),
            "next": await targets(session, actor, case),
        }
    )


async def participants_out(session: ReadSession, case_id: UUID) -> list[ParticipantOut]:
    rows = await queries.participants_of(session, [case_id])
    return (await participants_by_case(session, rows)).get(case_id, [])


async def participants_by_case(session: ReadSession, rows: Collection[Any]) -> dict[UUID, list[ParticipantOut]]:
    found: dict[UUID, list[ParticipantOut]] = {}
    if rows:
        names = await queries.names_of(session, next(iter(rows)).tenant_id, people={row.employee_id for row in rows})
        for row in rows:
            employee = PersonRef(id=row.employee_id, display_name=names[row.employee_id])
            found.setdefault(row.case_id, []).append(ParticipantOut(employee=employee, part=row.part))
    return found


async def documents_out(session: ReadSession, case: Case) -> list[DocumentOut]:
    """What the pipeline asks for, in its order, then whatever else was received."""
    return (await documents_by_case(session, [case]))[case.id]


async def documents_by_case(session: ReadSession, cases: Collection[Case]) -> dict[UUID, list[DocumentOut]]:
    stages = await queries.stages_of(session, {case.pipeline_id for case in cases})
    received: dict[UUID, dict[str, datetime]] = {case.id: {} for case in cases}
    for document in await queries.documents_of(session, list(received)):
        received[document.case_id][document.name] = document.received_at
    found: dict[UUID, list[DocumentOut]] = {}
    for case in cases:
        asked = [entry["name"] for stage in stages[case.pipeline_id] for entry in stage.entry if entry["kind"] == "document"]
        names = dict.fromkeys([*asked, *received[case.id]])
        at = received[case.id]
        found[case.id] = [DocumentOut(name=name, received=name in at, received_at=at.get(name)) for name in names]
    return found


async def submissions_out(
    session: ReadSession, actor: Actor, keys: TenantKeys, rows: Sequence[Submission], now: datetime
) -> list[SubmissionOut]:
    return [submission_out(actor, keys, loaded, now) for loaded in await submissions_with_names(session, rows)]


async def submissions_with_names(session: ReadSession, rows: Sequence[Submission]) -> list[Loaded[Submission]]:
    if not rows:
        return []
    paid = await queries.paid_by_submission(session, [row.id for row in rows])
    names = await queries.names_of(
        session,
        rows[0].tenant_id,
        lenders={row.lender_id for row in rows},
        products={row.product_id for row in rows},
        people={row.by_id for row in rows if row.by_id},
    )
    return [Loaded(row, (names, paid.get(row.id, 0))) for row in rows]


def submission_out(actor: Actor, keys: TenantKeys, loaded: Loaded[Submission], now: datetime) -> SubmissionOut:
    row, (names, paid) = loaded.row, loaded.around
    waiting = row.state in (SubmissionState.SUBMITTED, SubmissionState.SUPPLEMENT)
    return SubmissionOut.model_validate(
        {
            **{name: getattr(row, name) for name in SubmissionOut.model_fields if hasattr(row, name)},
            "lender": NamedRef(id=row.lender_id, name=names[row.lender_id]),
            "product": NamedRef(id=row.product_id, name=names[row.product_id]),
            "late": waiting and row.due_at is not None and row.due_at < now,
            "declined_reason": content(actor, keys, DECLINED_REASON, row),
            "disbursed_fen": paid,
            "by": person(row.by_id, names),
        }
    )


async def disbursements_out(session: ReadSession, actor: Actor, keys: TenantKeys, rows: Sequence[Disbursement]) -> list[DisbursementOut]:
    names = await people_of(session, rows)
    return [disbursement_out(actor, keys, Loaded(row, names)) for row in rows]


def disbursement_out(actor: Actor, keys: TenantKeys, loaded: Loaded[Disbursement]) -> DisbursementOut:
    row = loaded.row
    plain = {name: getattr(row, name) for name in DisbursementOut.model_fields if hasattr(row, name)}
    return DisbursementOut.model_validate(
        {**plain, "void_reason": content(actor, keys, VOID_REASON, row), "by": person(row.by_id, loaded.around)}
    )


async def people_of(session: ReadSession, rows: Sequence[Any]) -> dict[UUID, str]:
    people = {row.by_id for row in rows if row.by_id}
    return await queries.names_of(session, rows[0].tenant_id, people=people) if people else {}


async def stage_events_out(session: ReadSession, actor: Actor, keys: TenantKeys, rows: Sequence[StageEvent]) -> list[StageEventOut]:
    return [stage_event_out(actor, keys, loaded) for loaded in await events_with_stages(session, rows)]


async def events_with_stages(session: ReadSession, rows: Sequence[StageEvent]) -> list[Loaded[StageEvent]]:
    named = {row.to_stage_id for row in rows} | {row.from_stage_id for row in rows if row.from_stage_id}
    stages = await queries.stages_by_id(session, named) if named else {}
    names = await people_of(session, rows)
    return [Loaded(row, (stages, names)) for row in rows]


def stage_event_out(actor: Actor, keys: TenantKeys, loaded: Loaded[StageEvent]) -> StageEventOut:
    row, (stages, names) = loaded.row, loaded.around
    return StageEventOut.model_validate(
        {
            **{name: getattr(row, name) for name in ("id", "at", "reason", "seconds", "back")},
            "from_stage": stage_ref(stages[row.from_stage_id]) if row.from_stage_id else None,
            "to_stage": stage_ref(stages[row.to_stage_id]),
            "by": person(row.by_id, names),
            "comment": content(actor, keys, MOVE_COMMENT, row),
        }
    )
