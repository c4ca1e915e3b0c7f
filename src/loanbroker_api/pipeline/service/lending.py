"""Submissions to lenders, what they decide, and what they pay out."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import Small
from loanbroker_api.core.errors import FieldError, Invalid, Stale
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.money import wan
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.service import record_activity
from loanbroker_api.pipeline import permissions, queries, rows, timeline
from loanbroker_api.pipeline.access import demand
from loanbroker_api.pipeline.events import CaseDisbursed, SubmissionDecided
from loanbroker_api.pipeline.models import DECLINED_REASON, VOID_REASON, Case, Disbursement, Submission, SubmissionState
from loanbroker_api.pipeline.problems import (
    AlreadyVoided,
    CaseNotFound,
    DecisionRefused,
    DisbursementNotFound,
    LenderNotActive,
    OverApproved,
    SubmissionNotFound,
)
from loanbroker_api.pipeline.schemas import DecisionIn, DisbursementIn, SubmissionIn
from loanbroker_api.pipeline.service.money import set_approved, set_due, sum_disbursed
from loanbroker_api.pipeline.service.moves import check_open, lock_case, tell_case
from loanbroker_api.pipeline.service.versions import choose_version
from loanbroker_api.pipeline.timeline import STATE_NAMES
from loanbroker_api.products.models import Cooperation, Lender

_OPEN = SubmissionState.SUBMITTED, SubmissionState.SUPPLEMENT
AFTER: dict[str, tuple[SubmissionState, ...]] = {
    SubmissionState.SUBMITTED: (
        SubmissionState.SUPPLEMENT,
        SubmissionState.APPROVED,
        SubmissionState.DECLINED,
        SubmissionState.WITHDRAWN,
    ),
    SubmissionState.SUPPLEMENT: (
        SubmissionState.SUBMITTED,
        SubmissionState.APPROVED,
        SubmissionState.DECLINED,
        SubmissionState.WITHDRAWN,
    ),
    SubmissionState.APPROVED: (SubmissionState.WITHDRAWN,),
    SubmissionState.DECLINED: (),
    SubmissionState.WITHDRAWN: (),
}


async def add_submission(uow: UnitOfWork, actor: Actor, case_id: UUID, data: SubmissionIn) -> Submission:
    """Hand a case to a lender; to several at once, if wanted. Raises CaseNotFound, Forbidden, CaseNotYours, CaseClosed, LenderNotActive, Invalid."""
    case = await lock_case(uow, actor, case_id)
    await demand(uow.session, actor, permissions.SUBMIT, case)
    await check_open(uow, case)
    chosen = await choose_version(uow, data.product_version_id, own=case.product_version_id)
    if chosen.lender.cooperation != Cooperation.ACTIVE:
        raise LenderNotActive(lender=chosen.lender.name)
    submitted_at = _moment("/submittedAt", data.submitted_at, uow.now)
    row = Submission(
        id=new_id(),
        case_id=case.id,
        lender_id=chosen.lender.id,
        product_id=chosen.product.id,
        product_version_id=chosen.version.id,
        state=SubmissionState.SUBMITTED.value,
        amount_fen=data.amount_fen,
        months=_small(data.months),
        submitted_at=submitted_at,
        due_at=_due(submitted_at, chosen.version.body),
        by_id=actor.id,
        owner_id=case.owner_id,
        team_id=case.team_id,
    )
    uow.session.add(row)
    case.active_at = uow.now
    await uow.session.flush()
    facts = {"case": case.id, "number": case.number, "lender": chosen.lender.name, "amountFen": data.amount_fen}
    await record_activity(uow, actor, case.customer_id, timeline.SUBMITTED, ref_id=row.id, **facts)
    uow.audit(actor, "pipeline.submitted", case.id, submission=row.id, lender=chosen.lender.id, amount_fen=data.amount_fen)
    await tell_case(uow, case)
    return row


def _small(value: int | None) -> Small | None:
    return None if value is None else Small(value)


def _moment(pointer: str, given: datetime | None, now: datetime) -> datetime:
    """Raises Invalid for a time that has not come."""
    if given is not None and given > now:
        raise Invalid(FieldError(pointer, "pipeline.in-the-future", "时间不能在将来", "The time must not be ahead"))
    return given or now


def _due(submitted_at: datetime, body: dict[str, Any]) -> datetime | None:
    hours = body.get("approvalHours")
    return submitted_at + timedelta(hours=hours) if isinstance(hours, int) and not isinstance(hours, bool) else None


async def decide_submission(uow: UnitOfWork, actor: Actor, submission_id: UUID, data: DecisionIn, version: int) -> Submission:
    """Record what a lender said. Raises SubmissionNotFound, Forbidden, CaseNotYours, Stale, CaseClosed, DecisionRefused, Invalid."""
    case, row = await _locked(uow, actor, submission_id)
    await demand(uow.session, actor, permissions.SUBMIT, case)
    if row.version != version:
        (current,) = await rows.submissions_out(uow.session, actor, uow.keys, [row], uow.now)
        raise Stale(current=current.model_dump(mode="json", by_alias=True))
    await check_open(uow, case)
    wanted = SubmissionState(data.state)
    paid = (await queries.paid_by_submission(uow.session, [row.id])).get(row.id, 0)
    if wanted not in AFTER[row.state] or (row.state == SubmissionState.APPROVED and paid):
        raise DecisionRefused(was=STATE_NAMES[row.state] + ("、已放款" if paid else ""), wanted=STATE_NAMES[wanted])
    _check_decision(uow, row, data)
    was, row.state = SubmissionState(row.state), wanted.value
    row.owner_id, row.team_id = case.owner_id, case.team_id
    row.decided_at = None if wanted in _OPEN else data.decided_at or uow.now
    if wanted is SubmissionState.APPROVED:
        row.approved_fen, row.approved_rate_ppm = data.approved_fen, data.approved_rate_ppm
        row.approved_months = _small(data.approved_months) or row.months
    DECLINED_REASON.seal(uow.keys, row, data.declined_reason if wanted is SubmissionState.DECLINED else None)
    case.active_at = uow.now
    await uow.session.flush()
    await set_approved(uow, case)
    await uow.session.flush()
    await _tell_decision(uow, actor, case, row, was)
    return row


async def _locked(uow: UnitOfWork, actor: Actor, submission_id: UUID) -> tuple[Case, Submission]:
    """A submission of a case in sight, both locked. Raises SubmissionNotFound."""
    case_id = await uow.session.scalar(select(Submission.case_id).where(Submission.id == submission_id))
    if case_id is None:
        raise SubmissionNotFound
    try:
        case = await lock_case(uow, actor, case_id)
    except CaseNotFound as hidden:
        raise SubmissionNotFound from hidden
    statement = select(Submission).where(Submission.id == submission_id).with_for_update()
    return case, (await uow.session.scalars(statement, execution_options={"populate_existing": True})).one()


def _check_decision(uow: UnitOfWork, row: Submission, data: DecisionIn) -> None:
    errors: list[FieldError] = []
    approving = data.state == "approved"
    if approving and data.approved_fen is None:
        errors.append(FieldError("/approvedFen", "core.missing", "填写批复金额", "How much was approved?"))
    if not approving and (data.approved_fen, data.approved_months, data.approved_rate_ppm) != (None, None, None):
        errors.append(FieldError("/approvedFen", "pipeline.approved-unused", "只有批复才有批复金额、期限、利率", "Only for an approval"))
    if data.state == "declined" and not data.declined_reason:
        errors.append(FieldError("/declinedReason", "core.missing", "填写拒绝原因", "Why was it declined?"))
    if data.state != "declined" and data.declined_reason:
        errors.append(FieldError("/declinedReason", "pipeline.declined-unused", "只有拒绝才有拒绝原因", "Only for a decline"))
    if data.decided_at is not None:
        _moment("/decidedAt", data.decided_at, uow.now)
        if data.decided_at < row.submitted_at:
            errors.append(FieldError("/decidedAt", "pipeline.before-submission", "答复不能早于进件", "A decision follows its submission"))
    if errors:
        raise Invalid(*errors)


async def _tell_decision(uow: UnitOfWork, actor: Actor, case: Case, row: Submission, was: SubmissionState) -> None:
    lender = await uow.session.scalar(select(Lender.name).where(Lender.id == row.lender_id))
    facts = {"case": case.id, "number": case.number, "lender": lender, "state": row.state, "approvedFen": row.approved_fen}
    await record_activity(uow, actor, case.customer_id, timeline.DECIDED, ref_id=row.id, **facts)
    uow.audit(actor, "pipeline.decided", case.id, submission=row.id, state=row.state, approved_fen=row.approved_fen)
    if row.state in (SubmissionState.APPROVED, SubmissionState.DECLINED) or was is SubmissionState.APPROVED:
        approved = row.state == SubmissionState.APPROVED
        uow.emit(
            SubmissionDecided(
                case_id=case.id,
                customer_id=case.customer_id,
                submission_id=row.id,
                at=row.decided_at or uow.now,
                approved=approved,
                amount_fen=(row.approved_fen or 0) if approved else row.amount_fen,
            )
        )
    await tell_case(uow, case)


async def add_disbursement(uow: UnitOfWork, actor: Actor, case_id: UUID, data: DisbursementIn) -> Disbursement:
    """Record a tranche. Raises CaseNotFound, SubmissionNotFound, Forbidden, CaseNotYours, CaseClosed, DecisionRefused, OverApproved, Invalid."""
    case = await lock_case(uow, actor, case_id)
    await demand(uow.session, actor, permissions.DISBURSE, case)
    await check_open(uow, case)
    row = await uow.session.scalar(select(Submission).where(Submission.id == data.submission_id, Submission.case_id == case.id))
    if row is None:
        raise SubmissionNotFound
    if row.state != SubmissionState.APPROVED:
        raise DecisionRefused(was=STATE_NAMES[row.state], wanted="放款")
    if not business_day(row.submitted_at) <= data.paid_on <= business_day(uow.now):
        raise Invalid(FieldError("/paidOn", "pipeline.paid-on", "放款日应在进件之后、今天或以前", "From the submission's day to today"))
    approved, paid = row.approved_fen or 0, (await queries.paid_by_submission(uow.session, [row.id])).get(row.id, 0)
    if paid + data.amount_fen > approved:
        left = wan(approved - paid)
        error = FieldError("/amountFen", "pipeline.over-approved", f"最多再放 {left}", "Over what was approved")
        raise OverApproved(errors=[error], approved=wan(approved), paid=wan(paid), left=left)
    made = Disbursement(
        id=new_id(),
        case_id=case.id,
        submission_id=row.id,
        amount_fen=data.amount_fen,
        paid_on=data.paid_on,
        by_id=actor.id,
        owner_id=case.owner_id,
        team_id=case.team_id,
    )
    case.disbursed_fen += data.amount_fen
    set_due(case, "/amountFen")
    uow.session.add(made)
    await _tell_disbursement(uow, actor, case, made, data.amount_fen)
    return made


async def void_disbursement(uow: UnitOfWork, actor: Actor, disbursement_id: UUID, reason: str) -> Disbursement:
    """Take a tranche back that was recorded wrongly. Raises DisbursementNotFound, Forbidden, CaseNotYours, AlreadyVoided, DueBelowReceived."""
    case_id = await uow.session.scalar(select(Disbursement.case_id).where(Disbursement.id == disbursement_id))
    if case_id is None:
        raise DisbursementNotFound
    try:
        case = await lock_case(uow, actor, case_id)
    except CaseNotFound as hidden:
        raise DisbursementNotFound from hidden
    await demand(uow.session, actor, permissions.DISBURSE, case)
    statement = select(Disbursement).where(Disbursement.id == disbursement_id).with_for_update()
    row = (await uow.session.scalars(statement, execution_options={"populate_existing": True})).one()
    if row.voided_at is not None:
        raise AlreadyVoided
    row.voided_at = uow.now
    VOID_REASON.seal(uow.keys, row, reason)
    await uow.session.flush()
    case.disbursed_fen = await sum_disbursed(uow, case.id)
    set_due(case, "")
    await _tell_disbursement(uow, actor, case, row, -row.amount_fen)
    return row


async def _tell_disbursement(uow: UnitOfWork, actor: Actor, case: Case, row: Disbursement, amount_fen: int) -> None:
    case.active_at = uow.now
    await uow.session.flush()
    facts = {"case": case.id, "number": case.number, "amountFen": row.amount_fen, "voided": amount_fen < 0}
    await record_activity(uow, actor, case.customer_id, timeline.DISBURSED, ref_id=row.id, **facts)
    uow.audit(actor, "pipeline.disbursed" if amount_fen > 0 else "pipeline.disbursement_voided", case.id, row=row.id, amount_fen=amount_fen)
    uow.emit(CaseDisbursed(case_id=case.id, customer_id=case.customer_id, disbursement_id=row.id, on=row.paid_on, amount_fen=amount_fen))
    await tell_case(uow, case)
