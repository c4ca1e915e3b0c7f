"""What finance announces."""

from datetime import date
from uuid import UUID

from loanbroker_api.core.outbox import Event


class ReceiptRecorded(Event):
    """Money came in, or was reversed (then `amount_fen` is negative)."""

    type = "finance.receipt_recorded"
    case_id: UUID
    customer_id: UUID
    receipt_id: UUID
    on: date
    amount_fen: int
