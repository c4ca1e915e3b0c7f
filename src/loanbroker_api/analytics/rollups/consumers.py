"""What the roll-ups listen to: each event names a customer, whose facts are then read anew."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from loanbroker_api.analytics.rollups.refresh import refresh
from loanbroker_api.core.outbox import batch_consumer
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.events import (
    CustomerAssigned,
    CustomerCreated,
    CustomerEdited,
    FollowUpRecorded,
    LeadReceived,
    QualificationChanged,
)
from loanbroker_api.finance.events import ReceiptRecorded
from loanbroker_api.pipeline.events import CaseDisbursed, CaseMoved, SubmissionDecided

BATCH = 500


class OfCustomer(Protocol):
    """An event about one customer."""

    @property
    def customer_id(self) -> UUID: ...


async def keep_rollups(uow: UnitOfWork, events: Sequence[OfCustomer]) -> None:
    """Idempotent: the events only say whom to look at. Of what is known about a person only the city is counted by."""
    whom = {event.customer_id for event in events if not isinstance(event, QualificationChanged) or "city" in event.fields}
    if whom:
        await refresh(uow, whom)


batch_consumer(
    keep_rollups,
    BATCH,
    analytics__lead_received=LeadReceived,
    analytics__customer_created=CustomerCreated,
    analytics__customer_edited=CustomerEdited,
    analytics__customer_assigned=CustomerAssigned,
    analytics__qualified=QualificationChanged,
    analytics__followed_up=FollowUpRecorded,
    analytics__case_moved=CaseMoved,
    analytics__submission_decided=SubmissionDecided,
    analytics__case_disbursed=CaseDisbursed,
    analytics__receipt_recorded=ReceiptRecorded,
)
