"""Who acts: an employee in a session, a channel, or the system itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Literal
from uuid import UUID

from loanbroker_api.core.errors import Forbidden, StepUpRequired
from loanbroker_api.core.permissions import title_of


class Scope(IntEnum):
    """Whose rows a permission reaches; a wider scope is a greater number."""

    SELF = 1
    TEAM = 2
    TEAM_BELOW = 3
    DEPARTMENT = 4
    CUSTOM = 5
    COMPANY = 9


class Visibility(IntEnum):
    """How a graded field is shown to a role."""

    HIDDEN = 0
    MASKED = 1
    FULL = 2


@dataclass(frozen=True)
class RequestInfo:
    """From where an act came; kept in its audit entry."""

    request_id: str = ""
    ip: str = ""
    client: str = ""


@dataclass(frozen=True)
class StepUp:
    """What a session must have confirmed again: `needed` are acts (reveal, export, policies), `at` the last confirmation, good for `valid`."""

    needed: frozenset[str]
    at: datetime | None
    valid: timedelta


@dataclass(frozen=True)
class Actor:
    """Permissions and scopes as of this request. `units` maps each unit-bound scope to the org units that it reaches.

    `listed` holds, per permission, units that roles with a list of their own (自定义) add. `read_only` is a preview of a role.
    """

    tenant_id: UUID
    id: UUID | None
    kind: Literal["employee", "system", "channel"]
    name: str
    session_id: UUID | None = None
    unit_id: UUID | None = None
    scopes: Mapping[str, Scope] = field(default_factory=dict[str, Scope])
    fields: Mapping[str, Visibility] = field(default_factory=dict[str, Visibility])
    units: Mapping[Scope, frozenset[UUID]] = field(default_factory=dict[Scope, frozenset[UUID]])
    listed: Mapping[str, frozenset[UUID]] = field(default_factory=dict[str, frozenset[UUID]])
    step_up: StepUp | None = None
    read_only: bool = False
    request: RequestInfo = field(default_factory=RequestInfo)
    language: Literal["zh", "en"] = "zh"
    all_permissions: bool = False

    @classmethod
    def system(cls, tenant_id: UUID, name: str) -> "Actor":
        """The product itself, acting by rule; `name` says which part."""
        return cls(tenant_id=tenant_id, id=None, kind="system", name=name, all_permissions=True)

    @property
    def employee_id(self) -> UUID:
        """The acting employee. Raises Forbidden for the system and channels, which have no desk."""
        if self.id is None:
            raise Forbidden(permission="employee", permission_title="员工")
        return self.id

    def may(self, permission: str) -> bool:
        return self.all_permissions or permission in self.scopes

    def require(self, permission: str) -> None:
        """Raises Forbidden, which names the permission."""
        if not self.may(permission):
            raise Forbidden(permission=permission, permission_title=title_of(permission))

    def scope(self, permission: str) -> Scope:
        """How far a permission reaches. Raises Forbidden where it is not held."""
        self.require(permission)
        return Scope.COMPANY if self.all_permissions else self.scopes[permission]

    def units_of(self, permission: str) -> frozenset[UUID] | None:
        """Org units whose rows the permission reaches; None is the whole company, empty is the actor's own rows only."""
        scope = self.scope(permission)
        if scope is Scope.COMPANY:
            return None
        return self.units.get(scope, frozenset()) | self.listed.get(permission, frozenset())

    def require_step_up(self, act: str, now: datetime) -> None:
        """Raises StepUpRequired where the role's policy wants the act confirmed again and the last confirmation is too old."""
        wanted = self.step_up
        if wanted is not None and act in wanted.needed and (wanted.at is None or now >= wanted.at + wanted.valid):
            raise StepUpRequired(minutes=int(wanted.valid.total_seconds() // 60))

    def reaches(self, permission: str, *, owner_id: UUID | None, unit_id: UUID | None) -> bool:
        """Whether a row with this owner and unit lies in the permission's scope."""
        if not self.may(permission):
            return False
        units = self.units_of(permission)
        return units is None or (owner_id is not None and owner_id == self.id) or (unit_id is not None and unit_id in units)
