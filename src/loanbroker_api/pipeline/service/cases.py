"""Cases: made, edited, handed on; their documents and participants."""

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Employee
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit_actions import changes_between
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import Customer
from loanbroker_api.customers.service import OwnerNotEligible, get_customer, record_activity
from loanbroker_api.customers.service.access import demand as demand_customer
from loanbroker_api.pipeline import permissions, queries, timeline
from loanbroker_api.pipeline.access import demand
from loanbroker_api.pipeline.models import Case, CaseDocument, CaseParticipant, Pipeline, PipelineStage
from loanbroker_api.pipeline.problems import PipelineNotFound
from loanbroker_api.pipeline.schemas import CaseIn, CasePatch, ParticipantIn
from loanbroker_api.pipeline.service.money import set_due
from loanbroker_api.pipeline.service.moves import (
    Arrival,
    arrive,
    check_case_version,
    check_entry,
    check_open,
    follow_customers,
    lock_case,
    lock_customer,
    lock_pipeline,
    tell_case,
)
from loanbroker_api.pipeline.service.pipelines import ensure_pipelines
from loanbroker_api.pipeline.service.versions import Chosen, choose_version
from loanbroker_api.workspace.service import hand_todos

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
NUMBER_TRIES = 8
_NEVER_EMPTY = {"wanted_fen": "/wantedFen", "fee_rate_ppm": "/feeRatePpm", "fee_fixed_fen": "/feeFixedFen", "owner_id": "/ownerId"}


async def create_case(uow: UnitOfWork, actor: Actor, data: CaseIn) -> Case:
    """A case of a customer in sight, owned by the customer's owner, else by who opens it.

    Raises CustomerNotFound, Forbidden, NotYours, PipelineNotFound, ConditionsMissing, Invalid.
    """
    customer = await get_customer(uow.session, actor, data.customer_id)
    demand_customer(actor, permissions.CREATE, customer)
    chosen = await choose_version(uow, data.product_version_id) if data.product_version_id else None
    kind = chosen.product.kind if chosen else data.product_kind
    if kind is None:
        raise Invalid(FieldError("/productKind", "core.missing", "选定产品版本，或给出产品类型", "Name a product version or a kind"))
    pipeline = await _pipeline_for(uow, actor, data.pipeline_id, kind)
    await lock_pipeline(uow, pipeline.id)
    await lock_customer(uow, customer.id)
    stages = (await queries.stages_of(uow.session, [pipeline.id]))[pipeline.id]
    stage = stages[0] if data.stage_code is None else next((one for one in stages if one.code == data.stage_code), None)
    if stage is None:
        raise Invalid(FieldError("/stageCode", "pipeline.stage-unknown", "流程里没有这个阶段", "The pipeline has no such stage"))
    owner = (await access_queries.employees_by_id(uow.session, [customer.owner_id or actor.employee_id])).popitem()[1]
    case = await _insert(uow, data, customer, owner, stage, chosen, kind)
    await _write_participants(uow, case.id, data.participants)
    await record_activity(
        uow, actor, customer.id, timeline.CREATED, ref_id=case.id, case=case.id, number=case.number, wantedFen=case.wanted_fen
    )
    uow.audit(actor, "pipeline.case_created", case.id, customer=customer.id, number=case.number, stage=stage.code)
    await check_entry(uow, case, stage)
    await arrive(uow, actor, case, None, stage, Arrival())
    await uow.session.flush()
    await follow_customers(uow, actor, [customer.id])
    await tell_case(uow, case)
    return case


async def _pipeline_for(uow: UnitOfWork, actor: Actor, pipeline_id: UUID | None, kind: str) -> Pipeline:
    """The named pipeline, else the one of the product's kind, else the default. Raises PipelineNotFound."""
    await ensure_pipelines(uow, actor)
    live = await queries.list_pipelines(uow.session)
    if pipeline_id is not None:
        found = next((pipeline for pipeline in live if pipeline.id == pipeline_id), None)
    else:
        found = next((pipeline for pipeline in live if kind in pipeline.product_kinds), None)
        found = found or next((pipeline for pipeline in live if pipeline.is_default), None)
    if found is None:
        raise PipelineNotFound
    return found


async def _insert(
    uow: UnitOfWork, data: CaseIn, customer: Customer, owner: Employee, stage: PipelineStage, chosen: Chosen | None, kind: str
) -> Case:
    agreed = {"fee_rate_ppm", "fee_fixed_fen"} & data.model_fields_set
    values: dict[str, Any] = {
        "customer_id": customer.id,
        "pipeline_id": stage.pipeline_id,
        "stage_id": stage.id,
        "stage_kind": stage.kind,
        "stage_since": uow.now,
        "product_id": chosen.product.id if chosen else None,
        "product_version_id": chosen.version.id if chosen else None,
        "product_kind": kind,
        "owner_id": owner.id,
        "team_id": owner.unit_id,
        "source_id": customer.source_id,
        "city": customer.city,
        "wanted_fen": data.wanted_fen,
        "wanted_months": data.wanted_months,
        "fee_rate_ppm": data.fee_rate_ppm or 0,
        "fee_fixed_fen": data.fee_fixed_fen or 0,
        "fee_agreed_at": uow.now if agreed else None,
        "active_at": uow.now,
        "created_at": uow.now,
        "updated_at": uow.now,
    }
    for _ in range(NUMBER_TRIES):  # the unique key decides; a number is drawn again where it is taken
        statement = insert(Case).values(id=new_id(), number=_number(uow), **values).on_conflict_do_nothing().returning(Case)
        created = await uow.session.scalar(statement)
        if created is not None:
            return created
    raise RuntimeError("no free case number")


def _number(uow: UnitOfWork) -> str:
    """Day and five letters that are not mistaken for each other on the phone: 261124-7KQ2M."""
    return f"{business_day(uow.now):%y%m%d}-{''.join(secrets.choice(_LETTERS) for _ in range(5))}"


async def update_case(uow: UnitOfWork, actor: Actor, case_id: UUID, data: CasePatch, version: int) -> Case:
    """Change what was sent. A fee that was sent counts as agreed.

    Raises CaseNotFound, Forbidden, CaseNotYours, Stale, CaseClosed, Invalid, DueBelowReceived, OwnerNotEligible.
    """
    case = await lock_case(uow, actor, case_id)
    await demand(uow.session, actor, permissions.EDIT, case)
    await check_case_version(uow, actor, case, version)
    await check_open(uow, case)
    sent = data.model_fields_set
    cleared = [pointer for name, pointer in _NEVER_EMPTY.items() if name in sent and getattr(data, name) is None]
    if cleared:
        raise Invalid(*(FieldError(pointer, "core.missing", "这一项不能清空", "This cannot be cleared") for pointer in cleared))
    before = _as_kept(case)
    if "product_version_id" in sent:
        await _set_product(uow, case, data.product_version_id)
    if data.wanted_fen is not None:
        case.wanted_fen = data.wanted_fen
    if "wanted_months" in sent:
        case.wanted_months = data.wanted_months  # pyright: ignore[reportAttributeAccessIssue]
    if {"fee_rate_ppm", "fee_fixed_fen"} & sent:
        case.fee_rate_ppm = case.fee_rate_ppm if data.fee_rate_ppm is None else data.fee_rate_ppm
        case.fee_fixed_fen = case.fee_fixed_fen if data.fee_fixed_fen is None else data.fee_fixed_fen
        case.fee_agreed_at = case.fee_agreed_at or uow.now
        set_due(case, "/feeRatePpm" if "fee_rate_ppm" in sent else "/feeFixedFen")
    if data.owner_id is not None and data.owner_id != case.owner_id:
        await _hand_over(uow, actor, case, data.owner_id)
    if uow.session.is_modified(case):
        case.active_at = uow.now
        uow.audit(actor, "pipeline.case_edited", case.id, fields=sorted(sent), changes=changes_between(before, _as_kept(case)))
        await uow.session.flush()
        await tell_case(uow, case)
    return case


async def _set_product(uow: UnitOfWork, case: Case, version_id: UUID | None) -> None:
    if version_id is None:
        case.product_id = case.product_version_id = None
        return
    chosen = await choose_version(uow, version_id, own=case.product_version_id)
    case.product_id, case.product_version_id, case.product_kind = chosen.product.id, chosen.version.id, chosen.product.kind


def _as_kept(case: Case) -> dict[str, Any]:
    """The editable fields as the audit trail keeps them."""
    return {
        "productVersionId": case.product_version_id,
        "wantedFen": case.wanted_fen,
        "wantedMonths": case.wanted_months,
        "feeRatePpm": case.fee_rate_ppm,
        "feeFixedFen": case.fee_fixed_fen,
    }


async def _hand_over(uow: UnitOfWork, actor: Actor, case: Case, owner_id: UUID) -> None:
    """Raises OwnerNotEligible."""
    owner = (await access_queries.employees_by_id(uow.session, [owner_id])).get(owner_id)
    if owner is None or not owner.active:
        raise OwnerNotEligible(why="不在职或不存在")
    if not actor.reaches(permissions.EDIT, owner_id=owner.id, unit_id=owner.unit_id):
        raise OwnerNotEligible(why="不在你的数据范围内")
    if not await access_queries.holds(uow.session, owner.id, permissions.MOVE):
        raise OwnerNotEligible(why="没有推进业务单的权限")
    previous, case.owner_id, case.team_id = case.owner_id, owner.id, owner.unit_id
    await hand_todos(uow, case.id, owner.id)
    uow.audit(actor, "pipeline.owner_changed", case.id, owner=owner.id, previous=previous)


async def put_document(uow: UnitOfWork, actor: Actor, case_id: UUID, name: str) -> Case:
    """Note that a document is there; saying it again changes nothing. Raises CaseNotFound, Forbidden, CaseNotYours, CaseClosed, Invalid."""
    case = await _for_documents(uow, actor, case_id)
    clean = name.strip()
    if not clean or "\x00" in clean:
        raise Invalid(FieldError("name", "core.string-too-short", "资料要有名称", "A document has a name"))
    statement = insert(CaseDocument).values(case_id=case.id, name=clean, received_at=uow.now, by_id=actor.id).on_conflict_do_nothing()
    if await uow.session.scalar(statement.returning(CaseDocument.name)) is not None:
        uow.audit(actor, "pipeline.document_received", case.id, document=clean)
        await tell_case(uow, case)
    return case


async def delete_document(uow: UnitOfWork, actor: Actor, case_id: UUID, name: str) -> Case:
    """Take that back; doing it twice is the same. Raises CaseNotFound, Forbidden, CaseNotYours, CaseClosed."""
    case = await _for_documents(uow, actor, case_id)
    statement = delete(CaseDocument).where(CaseDocument.case_id == case.id, CaseDocument.name == name.strip())
    if await uow.session.scalar(statement.returning(CaseDocument.name)) is not None:
        uow.audit(actor, "pipeline.document_removed", case.id, document=name.strip())
        await tell_case(uow, case)
    return case


async def _for_documents(uow: UnitOfWork, actor: Actor, case_id: UUID) -> Case:
    case = await lock_case(uow, actor, case_id)
    await demand(uow.session, actor, permissions.EDIT, case)
    await check_open(uow, case)
    return case


async def put_participants(uow: UnitOfWork, actor: Actor, case_id: UUID, participants: Sequence[ParticipantIn]) -> Case:
    """Give a case exactly these participants. Raises CaseNotFound, Forbidden, CaseNotYours, Invalid."""
    case = await lock_case(uow, actor, case_id)
    await demand(uow.session, actor, permissions.EDIT, case)
    await tell_case(uow, case)  # those who go are told too
    await uow.session.execute(delete(CaseParticipant).where(CaseParticipant.case_id == case.id))
    await _write_participants(uow, case.id, participants)
    uow.audit(actor, "pipeline.participants_changed", case.id, participants=[str(one.employee_id) for one in participants])
    await tell_case(uow, case)
    return case


async def _write_participants(uow: UnitOfWork, case_id: UUID, participants: Sequence[ParticipantIn]) -> None:
    wanted = {(one.employee_id, one.part) for one in participants}
    people = await access_queries.employees_by_id(uow.session, {employee_id for employee_id, _ in wanted})
    errors = [
        FieldError(f"/participants/{number}/employeeId", "pipeline.participant-unknown", "员工不存在或已离职", "No such active employee")
        for number, one in enumerate(participants)
        if one.employee_id not in people or not people[one.employee_id].active
    ]
    if errors:
        raise Invalid(*errors)
    uow.session.add_all(CaseParticipant(case_id=case_id, employee_id=employee_id, part=part) for employee_id, part in sorted(wanted))
    await uow.session.flush()
