"""What customers announce. Ids and codes only."""

from uuid import UUID

from loanbroker_api.core.outbox import Event
from loanbroker_api.workspace.registry import push_kind, todo_kind

ARRIVED = push_kind("customers.arrived", "有客户到我名下或我的团队：customerId、ownerId、isNew")
CHANGED = push_kind("customers.changed", "客户有变化：customerId、version")
NEXT_ACTION = todo_kind("customers.next_action", "下次跟进", "Next follow-up")


class CustomerAssigned(Event):
    """A customer got an owner, by rule or by hand; `by_rule` also for the first owner of a lead."""

    type = "customers.assigned"
    customer_id: UUID
    owner_id: UUID | None
    previous_owner_id: UUID | None
    by_rule: bool


class LeadReceived(Event):
    """A lead became or touched a customer."""

    type = "customers.lead_received"
    customer_id: UUID
    lead_id: UUID
    source_id: UUID
    created: bool


class FollowUpRecorded(Event):
    """A contact was recorded."""

    type = "customers.follow_up_recorded"
    customer_id: UUID
    follow_up_id: UUID
    employee_id: UUID
    outcome: int


class CustomerCreated(Event):
    """A customer is new: by a lead, by hand or by import."""

    type = "customers.created"
    customer_id: UUID
    source_id: UUID | None


class CustomerEdited(Event):
    """A customer's own fields were edited; field names only."""

    type = "customers.edited"
    customer_id: UUID
    fields: list[str]


class QualificationChanged(Event):
    """Qualification values changed; field codes only."""

    type = "customers.qualification_changed"
    customer_id: UUID
    fields: list[str]


class ManyRevealed(Event):
    """An employee has revealed half of what an hour allows; told once an hour."""

    type = "customers.many_revealed"
    employee_id: UUID
    count: int
