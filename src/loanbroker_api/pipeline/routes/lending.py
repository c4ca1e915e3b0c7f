"""REST of submissions, decisions and disbursements."""

from uuid import UUID

from loanbroker_api.access.deps import CurrentActor, IfMatch, Writes
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale
from loanbroker_api.core.http import gated, problems
from loanbroker_api.pipeline import permissions, rows, service
from loanbroker_api.pipeline.problems import (
    AlreadyVoided,
    CaseClosed,
    CaseNotFound,
    CaseNotYours,
    DecisionRefused,
    DisbursementNotFound,
    DueBelowReceived,
    LenderNotActive,
    OverApproved,
    SubmissionNotFound,
)
from loanbroker_api.pipeline.routes.router import router
from loanbroker_api.pipeline.schemas import DecisionIn, DisbursementIn, DisbursementOut, SubmissionIn, SubmissionOut, VoidIn


@router.post(
    "/cases/{case_id}/submissions",
    status_code=201,
    summary="进件",
    responses=problems(CaseNotFound, Forbidden, CaseNotYours, CaseClosed, LenderNotActive),
    openapi_extra=gated(permissions.SUBMIT),
)
async def create_submission(case_id: UUID, body: SubmissionIn, uow: Writes, actor: CurrentActor) -> SubmissionOut:
    """把业务单交给一个资方；可以同时交给几家。产品版本要生效中，或是业务单自己的版本。"""
    row = await service.add_submission(uow, actor, case_id, body)
    return (await rows.submissions_out(uow.session, actor, uow.keys, [row], uow.now))[0]


@router.post(
    "/submissions/{submission_id}/decision",
    summary="登记批复",
    responses=problems(SubmissionNotFound, Forbidden, CaseNotYours, CaseClosed, DecisionRefused, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.SUBMIT),
)
async def decide_submission(submission_id: UUID, body: DecisionIn, uow: Writes, actor: CurrentActor, version: IfMatch) -> SubmissionOut:
    """登记资方的答复：补件、补件已交、批复、拒绝、撤回。批复要有金额，拒绝要有原因；已放款的批复不能撤回。"""
    row = await service.decide_submission(uow, actor, submission_id, body, version)
    return (await rows.submissions_out(uow.session, actor, uow.keys, [row], uow.now))[0]


@router.post(
    "/cases/{case_id}/disbursements",
    status_code=201,
    summary="登记放款",
    responses=problems(CaseNotFound, SubmissionNotFound, Forbidden, CaseNotYours, CaseClosed, DecisionRefused, OverApproved),
    openapi_extra=gated(permissions.DISBURSE),
)
async def create_disbursement(case_id: UUID, body: DisbursementIn, uow: Writes, actor: CurrentActor) -> DisbursementOut:
    """登记资方放的一笔款，可以分几笔，合计不超过该进件的批复；应收服务费随之计算。"""
    row = await service.add_disbursement(uow, actor, case_id, body)
    return (await rows.disbursements_out(uow.session, actor, uow.keys, [row]))[0]


@router.post(
    "/disbursements/{disbursement_id}/void",
    summary="作废放款",
    responses=problems(DisbursementNotFound, Forbidden, CaseNotYours, AlreadyVoided, DueBelowReceived),
    openapi_extra=gated(permissions.DISBURSE),
)
async def void_disbursement(disbursement_id: UUID, body: VoidIn, uow: Writes, actor: CurrentActor) -> DisbursementOut:
    """作废录错的放款，原记录保留。作废后应收少于已回款时，先冲销多出的回款。"""
    row = await service.void_disbursement(uow, actor, disbursement_id, body.reason)
    return (await rows.disbursements_out(uow.session, actor, uow.keys, [row]))[0]
