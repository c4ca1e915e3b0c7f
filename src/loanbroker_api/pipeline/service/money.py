"""What a case owes: kept beside the case in the transaction that changes its disbursements or its fee."""

from uuid import UUID

from sqlalchemy import func, select

from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.money import MAX_FEN, wan
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.pipeline.models import Case, Disbursement, Submission, SubmissionState
from loanbroker_api.pipeline.problems import DueBelowReceived

PPM = 1_000_000


def fee_due(disbursed_fen: int, rate_ppm: int, fixed_fen: int) -> int:
    """The fee in fen: a share of what was disbursed, half up, and a fixed sum once anything was."""
    return (disbursed_fen * rate_ppm + PPM // 2) // PPM + fixed_fen if disbursed_fen else 0


def set_due(case: Case, pointer: str) -> None:
    """Bring what is due in step. Raises Invalid at `pointer` beyond 64 bits, DueBelowReceived."""
    due = fee_due(case.disbursed_fen, case.fee_rate_ppm, case.fee_fixed_fen)
    if max(due, case.disbursed_fen) > MAX_FEN:
        raise Invalid(FieldError(pointer, "pipeline.amount-too-large", "合计超过 64 位整数能表示的金额", "The sum is beyond 64 bits"))
    if due < case.received_fen:
        excess = case.received_fen - due
        raise DueBelowReceived(due=wan(due), received=wan(case.received_fen), excess=wan(excess))
    case.due_fen = due


async def sum_disbursed(uow: UnitOfWork, case_id: UUID) -> int:
    """What was disbursed of a case, in fen, without the voided."""
    statement = select(func.sum(Disbursement.amount_fen)).where(Disbursement.case_id == case_id, Disbursement.voided_at.is_(None))
    return int(await uow.session.scalar(statement) or 0)


async def set_approved(uow: UnitOfWork, case: Case) -> None:
    """A case counts with its latest approval, the one that is being gone for; with none it counts with what is wanted."""
    approved = Submission.case_id == case.id, Submission.state == SubmissionState.APPROVED
    statement = select(Submission.approved_fen).where(*approved).order_by(Submission.decided_at.desc(), Submission.id.desc()).limit(1)
    case.approved_fen = await uow.session.scalar(statement)
