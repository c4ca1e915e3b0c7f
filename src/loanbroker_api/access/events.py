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
