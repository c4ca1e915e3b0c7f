"""The audit trail of the last days: acts of the story and logins, as the services would have recorded them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from loanbroker_api.access.models import Employee
from loanbroker_api.core.audit import AuditEntry, AuditTodo
from loanbroker_api.demo.bulk import Rows
from loanbroker_api.demo.cast import Cast, DaySession

# A trail of fourteen weeks would be most of the rows; the last days show what it is.
ACTS_KEPT, LOOKS_KEPT = timedelta(days=3), timedelta(days=14)
_LOOKS = frozenset({"customers.revealed", "access.logged_in"})


@dataclass(frozen=True)
class Doer:
    id: UUID | None
    kind: Literal["employee", "system", "channel"]
    name: str
    session: DaySession | None = None


class Trail:
    """Writes entries with their to-dos, so that the sealer takes them into the chain."""

    def __init__(self, cast: Cast, rows: Rows, make_id: Callable[[datetime], UUID]) -> None:
        self._cast, self._rows, self._make_id = cast, rows, make_id

    def employee(self, employee: Employee, at: datetime) -> Doer:
        return Doer(employee.id, "employee", employee.display_name, self._cast.session(employee, at))

    def channel(self, channel_id: UUID, name: str) -> Doer:
        return Doer(channel_id, "channel", name)

    def system(self, name: str) -> Doer:
        return Doer(None, "system", name)

    def write(self, doer: Doer, at: datetime, action: str, subject_id: UUID | None, **facts: Any) -> None:
        """One entry, unless the act is too long ago."""
        if at < self._cast.plan.now - (LOOKS_KEPT if action in _LOOKS else ACTS_KEPT):
            return
        entry = self._rows.add(
            AuditEntry,
            id=self._make_id(at),
            at=at,
            action=action,
            actor_kind=doer.kind,
            actor_id=doer.id,
            actor_name=doer.name,
            session_id=doer.session.id if doer.session else None,
            subject_id=subject_id,
            request_id=str(self._make_id(at)) if doer.session else "",
            ip=doer.session.ip if doer.session else "",
            client="web" if doer.session else "",
            facts=facts,
        )
        self._rows.add(AuditTodo, entry_id=entry.id, at=at)
