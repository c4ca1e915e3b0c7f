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


class DeviceAdded(Event):
    """Somebody who had signed in before did so from a device that was not known; the person is told."""

    type = "access.device_added"
    employee_id: UUID
    device_id: UUID | None
    client: str


class LoginUnusual(Event):
    """A login that was let in after stepping up; the person and the leaders are told. `signals` are codes of access.sessions.unusual."""

    type = "access.login_unusual"
    employee_id: UUID
    session_id: UUID
    signals: list[str]


class LoginApprovalWanted(Event):
    """A login waits for a leader."""

    type = "access.login_approval_wanted"
    approval_id: UUID
    employee_id: UUID
    kind: str
    leaders: list[UUID]


class LoginApprovalDecided(Event):
    """A leader has decided."""

    type = "access.login_approval_decided"
    approval_id: UUID
    employee_id: UUID
    approved: bool
class FactorsChanged(Event):
    """Somebody's second factors changed: added, removed, recovery (new codes), or reset by an administrator."""

    type = "access.factors_changed"
    employee_id: UUID
    what: Literal["added", "removed", "recovery", "reset"]


class PasswordChanged(Event):
    """An employee chose a new password."""

    type = "access.password_changed"
    employee_id: UUID
