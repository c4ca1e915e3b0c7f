"""What access announces."""

from typing import Literal
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


class FactorsChanged(Event):
    """Somebody's second factors changed: added, removed, recovery (new codes), or reset by an administrator."""

    type = "access.factors_changed"
    employee_id: UUID
    what: Literal["added", "removed", "recovery", "reset"]


class PasswordChanged(Event):
    """An employee chose a new password."""

    type = "access.password_changed"
    employee_id: UUID
