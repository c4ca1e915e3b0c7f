"""What cases announce. Ids, codes and amounts only."""

from datetime import date, datetime
from uuid import UUID

from loanbroker_api.core.outbox import Event
from loanbroker_api.workspace.registry import push_kind, todo_kind

CASE_CHANGED = push_kind("pipeline.case_changed", "业务单有变化：caseId、stageId、version")
STAGE_DUE = todo_kind("pipeline.stage_due", "推进业务单", "Move the case on")


class CaseMoved(Event):
    """A case came into a stage, its first one included."""

    type = "pipeline.case_moved"
    case_id: UUID
    customer_id: UUID
    event_id: UUID
    at: datetime
    from_kind: int | None
    to_kind: int
    back: bool
    reason: str | None
    owner_id: UUID | None
    team_id: UUID | None
    source_id: UUID | None
    city: int | None
    product_kind: str
    amount_fen: int


class SubmissionDecided(Event):
    """A lender approved or declined, or an approval no longer stands (then `approved` is false)."""

    type = "pipeline.submission_decided"
    case_id: UUID
    customer_id: UUID
    submission_id: UUID
    at: datetime
    approved: bool
    amount_fen: int


class CaseDisbursed(Event):
    """A tranche was paid out, or voided (then `amount_fen` is negative)."""

    type = "pipeline.case_disbursed"
    case_id: UUID
    customer_id: UUID
    disbursement_id: UUID
    on: date
    amount_fen: int
