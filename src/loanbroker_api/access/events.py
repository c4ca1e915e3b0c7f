"""What access announces."""

from typing import Literal
from uuid import UUID

from loanbroker_api.core.outbox import Event


class DutyChanged(Event):
    """An employee went on or off duty."""

    type = "access.duty_changed"
    employee_id: UUID
    on_duty: bool


class ApiKeyCreated(Event):
    """Somebody made a key that acts as an employee."""

    type = "access.api_key_created"
    key_id: UUID
    employee_id: UUID
    created_by: UUID | None


class ApiKeyRevoked(Event):
    """A key that acted as an employee works no more."""

    type = "access.api_key_revoked"
    key_id: UUID
    employee_id: UUID


class WechatBound(Event):
    """A WeChat identity signs in as an employee from now on."""

    type = "access.wechat_bound"
    employee_id: UUID


class WechatUnbound(Event):
    """No WeChat identity signs in as the employee any more."""

    type = "access.wechat_unbound"
    employee_id: UUID


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
