"""What access announces."""

from uuid import UUID

from loanbroker_api.core.outbox import Event


class DutyChanged(Event):
    """An employee went on or off duty."""

    type = "access.duty_changed"
    employee_id: UUID
    on_duty: bool


class SessionEnded(Event):
    """A session ended; its streams close."""

    type = "access.session_ended"
    session_id: UUID
    employee_id: UUID
    reason: str


class BulkViewed(Event):
    """An employee has listed `count` records of a kind or more within an hour."""

    type = "access.bulk_viewed"
    employee_id: UUID
    kind: str
    count: int


class AuditChainBroken(Event):
    """A verification found the audit chain broken; `seal` is where, None for an entry that is in no seal."""

    type = "access.audit_chain_broken"
    kind: str
    seal: int | None
