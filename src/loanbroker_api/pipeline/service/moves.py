"""Moves: the one writer of a case's stage. Every arrival in a stage is an appended stage_event; the customer, to-dos and clients follow."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.errors import FieldError, Invalid, Stale
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import Customer, Stage
from loanbroker_api.customers.service import follow_cases, record_activity
from loanbroker_api.pipeline import access, permissions, queries, rows, timeline
from loanbroker_api.pipeline.access import demand, refusal_of
from loanbroker_api.pipeline.entry import Unmet, load_facts, unmet
from loanbroker_api.pipeline.events import CASE_CHANGED, STAGE_DUE, CaseMoved
from loanbroker_api.pipeline.models import MOVE_COMMENT, Case, Pipeline, PipelineStage, StageEvent
from loanbroker_api.pipeline.problems import CaseClosed, ConditionsMissing, LostReasonNeeded
from loanbroker_api.pipeline.schemas import MoveIn
from loanbroker_api.pipeline.targets import CLOSED, against_move, is_back
from loanbroker_api.workspace.service import close_todos, push, put_todo


@dataclass(frozen=True)
class Arrival:
    """Why and with what words a case comes into a stage."""

    reason: str | None = None
    comment: str | None = None


async def lock_case(uow: UnitOfWork, actor: Actor, case_id: UUID) -> Case:
    """A case in sight, locked. Raises CaseNotFound.

    Everything that writes cases locks in this order: pipeline (shared), customer, case. So no two of them wait for each other: the timeline's
    foreign key alone would take the customer after the case.
    """
    seen = await access.get_case(uow.session, actor, case_id)
    await lock_pipeline(uow, seen.pipeline_id)
    await lock_customer(uow, seen.customer_id)
    statement = select(Case).where(Case.id == case_id).with_for_update().execution_options(populate_existing=True)
    return (await uow.session.scalars(statement)).one()


async def lock_pipeline(uow: UnitOfWork, pipeline_id: UUID) -> None:
    """Keep a pipeline as it is until the end of the transaction; many may, its editor waits."""
    await uow.session.execute(select(Pipeline.id).where(Pipeline.id == pipeline_id).with_for_update(read=True))


async def lock_customer(uow: UnitOfWork, customer_id: UUID) -> None:
    await uow.session.execute(select(Customer.id).where(Customer.id == customer_id).with_for_update())


async def check_case_version(uow: UnitOfWork, actor: Actor, case: Case, version: int) -> None:
    """Raises Stale with the case as it is now."""
    if case.version != version:
        (current,) = await rows.case_rows(uow.session, actor, [case], uow.now)
        raise Stale(current=current.model_dump(mode="json", by_alias=True))


async def check_open(uow: UnitOfWork, case: Case) -> None:
    """Raises CaseClosed."""
    if case.closed_at is not None:
        stage = (await queries.stages_by_id(uow.session, [case.stage_id]))[case.stage_id]
        raise CaseClosed(stage=stage.name)


async def move_case(uow: UnitOfWork, actor: Actor, case_id: UUID, data: MoveIn, version: int) -> Case:
    """Move a case to another stage of its pipeline.

    Raises CaseNotFound, Forbidden, CaseNotYours, Stale, Invalid (no such stage), MoveNotAllowed, CaseClosed (reopening needs the permission
    to edit), LostReasonNeeded, ConditionsMissing.
    """
    case = await lock_case(uow, actor, case_id)
    await demand(uow.session, actor, permissions.MOVE, case)
    await check_case_version(uow, actor, case, version)
    stages = (await queries.stages_of(uow.session, [case.pipeline_id]))[case.pipeline_id]
    target = next((stage for stage in stages if stage.code == data.stage_code), None)
    if target is None:
        raise Invalid(FieldError("/stageCode", "pipeline.stage-unknown", "流程里没有这个阶段", "The pipeline has no such stage"))
    may_reopen = await refusal_of(uow.session, actor, permissions.EDIT, case) is None
    against = against_move(case, stages, target, may_reopen=may_reopen)
    if against is not None:
        raise against
    _check_reason(data, target)
    await check_entry(uow, case, target)
    present = next(stage for stage in stages if stage.id == case.stage_id)
    await arrive(uow, actor, case, present, target, Arrival(data.lost_reason, data.comment or None))
    await uow.session.flush()
    await follow_customers(uow, actor, [case.customer_id])
    await tell_case(uow, case)
    return case


def _check_reason(data: MoveIn, target: PipelineStage) -> None:
    if target.kind == Stage.LOST and data.lost_reason is None:
        raise LostReasonNeeded(
            errors=[FieldError("/lostReason", "pipeline.lost-reason-needed", "选择流失原因", "Choose why the case is lost")]
        )
    if target.kind != Stage.LOST and data.lost_reason is not None:
        raise Invalid(FieldError("/lostReason", "pipeline.lost-reason-unused", "只有去流失才写流失原因", "Only for a lost case"))


async def check_entry(uow: UnitOfWork, case: Case, target: PipelineStage) -> None:
    """Raises ConditionsMissing with every condition of the stage that the case does not meet."""
    missing = unmet(target, (await load_facts(uow.session, [case]))[case.id])
    if missing:
        raise conditions_missing(target, missing)


def conditions_missing(target: PipelineStage, missing: Collection[Unmet]) -> ConditionsMissing:
    errors = [FieldError("/stageCode", item.code, item.message, item.english) for item in missing]
    return ConditionsMissing(errors=errors, stage=target.name, count=len(errors), what="；".join(item.message for item in missing))


async def arrive(uow: UnitOfWork, actor: Actor, case: Case, was: PipelineStage | None, now: PipelineStage, how: Arrival) -> None:
    """Put a locked case into a stage and append the event; whether it may go there was asked before."""
    at = uow.now
    if was is not None and at <= case.stage_since:
        at = case.stage_since + timedelta(microseconds=1)  # who waited for the lock began earlier; a case's events stay in order
    event = StageEvent(
        id=new_id(),
        at=at,
        recorded_at=uow.now,
        case_id=case.id,
        customer_id=case.customer_id,
        from_stage_id=was.id if was else None,
        to_stage_id=now.id,
        from_kind=was.kind if was else None,
        to_kind=now.kind,
        back=was is not None and is_back(was, now),
        by_id=actor.id,
        reason=how.reason if now.kind == Stage.LOST else None,
        seconds=int((at - case.stage_since).total_seconds()) if was else None,
        owner_id=case.owner_id,
        team_id=case.team_id,
        source_id=case.source_id,
        city=case.city,
        product_kind=case.product_kind,
        amount_fen=case.approved_fen or case.wanted_fen,
    )
    MOVE_COMMENT.seal(uow.keys, event, how.comment)
    uow.session.add(event)
    case.previous_stage_id = was.id if was else None
    case.stage_id, case.stage_kind, case.stage_since, case.active_at = now.id, now.kind, at, at
    case.closed_at = at if now.kind in CLOSED else None
    case.lost_reason = event.reason
    # Calendar hours: a lender's desk and a customer's patience do not know our working time.
    case.stage_due_at = at + timedelta(hours=now.sla_hours) if now.sla_hours and now.kind not in CLOSED else None
    await put_stage_todo(uow, case)
    if was is not None:
        facts = {"case": case.id, "number": case.number, "was": was.name, "now": now.name, "reason": event.reason}
        await record_activity(uow, actor, case.customer_id, timeline.MOVED, ref_id=case.id, **facts)
        uow.audit(actor, "pipeline.case_moved", case.id, was=was.code, now=now.code, reason=event.reason, commented=how.comment is not None)
    uow.emit(_moved(event))


def _moved(event: StageEvent) -> CaseMoved:
    return CaseMoved(
        case_id=event.case_id,
        customer_id=event.customer_id,
        event_id=event.id,
        at=event.at,
        from_kind=event.from_kind,
        to_kind=event.to_kind,
        back=event.back,
        reason=event.reason,
        owner_id=event.owner_id,
        team_id=event.team_id,
        source_id=event.source_id,
        city=event.city,
        product_kind=event.product_kind,
        amount_fen=event.amount_fen,
    )


async def put_stage_todo(uow: UnitOfWork, case: Case) -> None:
    """The owner's one to-do about a case is to move it on before its stage is late."""
    if case.owner_id is not None and case.stage_due_at is not None:
        await put_todo(uow, case.owner_id, STAGE_DUE, ("case", case.id), case.stage_due_at, {"number": case.number})
    else:
        await close_todos(uow, case.id, STAGE_DUE)


async def follow_customers(uow: UnitOfWork, actor: Actor, customer_ids: Collection[UUID]) -> None:
    """Let locked customers stand where their cases stand."""
    if not customer_ids:
        return
    kinds: dict[UUID, list[int]] = {}
    for customer_id, kind in await uow.session.execute(select(Case.customer_id, Case.stage_kind).where(Case.customer_id.in_(customer_ids))):
        kinds.setdefault(customer_id, []).append(kind)
    statement = select(Customer).where(Customer.id.in_(customer_ids)).order_by(Customer.id)
    for customer in await uow.session.scalars(statement, execution_options={"populate_existing": True}):
        await follow_cases(uow, actor, customer, kinds.get(customer.id, []))


async def tell_case(uow: UnitOfWork, case: Case) -> None:
    """Owner and participants see the case change. Called last: it tells the version."""
    told = {row.employee_id for row in await queries.participants_of(uow.session, [case.id])}
    if case.owner_id is not None:
        told.add(case.owner_id)
    await push(uow, told, CASE_CHANGED, {"caseId": str(case.id), "stageId": str(case.stage_id), "version": case.version})


async def enter_by_mapping(uow: UnitOfWork, actor: Actor, was: PipelineStage, now: PipelineStage) -> None:
    """Move all cases of a stage that goes; its pipeline is locked by its editor, so none comes meanwhile."""
    standing = await uow.session.scalars(select(Case.customer_id).where(Case.stage_id == was.id))
    customer_ids = sorted(set(standing))
    await uow.session.execute(select(Customer.id).where(Customer.id.in_(customer_ids)).order_by(Customer.id).with_for_update())
    statement = select(Case).where(Case.stage_id == was.id).order_by(Case.id).with_for_update()
    cases = list(await uow.session.scalars(statement, execution_options={"populate_existing": True}))
    for case in cases:
        await arrive(uow, actor, case, was, now, Arrival(reason="other" if now.kind == Stage.LOST else None))
    await uow.session.flush()
    await follow_customers(uow, actor, customer_ids)
    for case in cases:
        await tell_case(uow, case)
