"""Who and what a tenant's story is told with: its salespeople, leaders, teams and channels as rows of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Employee
from loanbroker_api.channels import queries as channel_queries
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.ids import id_at
from loanbroker_api.customers.service.ownership import explain_turn
from loanbroker_api.demo.lending import Lending, load_lending
from loanbroker_api.demo.working_time import SHANGHAI

_OFFICE = "118.112.30"
"""Where the demonstration's people sit: a network in Chengdu."""


@dataclass(frozen=True)
class Plan:
    """What a seeding does, as it is kept in its task's params, so that whoever resumes it tells the same story."""

    tenant_index: int
    customers: int
    seed: int
    now: datetime
    staff: Sequence[UUID]  # in the order of people.make_employees
    channels: Sequence[UUID]  # in the order of texts.CHANNELS

    def to_params(self) -> dict[str, Any]:
        return {
            "tenantIndex": self.tenant_index,
            "customers": self.customers,
            "seed": self.seed,
            "now": self.now.isoformat(),
            "staff": [str(one) for one in self.staff],
            "channels": [str(one) for one in self.channels],
        }

    @classmethod
    def of(cls, params: dict[str, Any]) -> "Plan":
        return cls(
            tenant_index=params["tenantIndex"],
            customers=params["customers"],
            seed=params["seed"],
            now=datetime.fromisoformat(params["now"]),
            staff=[UUID(one) for one in params["staff"]],
            channels=[UUID(one) for one in params["channels"]],
        )

    def rng(self, *what: object) -> Random:
        """Draws that depend on what they are for alone, so that batches and resumptions do not change them."""
        name = ":".join(str(one) for one in ("rows", self.tenant_index, self.seed, *what))
        return Random(name)  # noqa: S311 - a demo must come out the same each time


@dataclass(frozen=True)
class DaySession:
    """An employee's session of one day, as audit entries name it. The session itself is long over."""

    id: UUID
    at: datetime
    ip: str


@dataclass(frozen=True)
class Cast:
    plan: Plan
    keys: TenantKeys
    staff: Sequence[Employee]
    channels: Sequence[tuple[UUID, str, UUID | None]]  # id, name, team
    sellers: Sequence[Employee]
    leaders: Sequence[Employee]
    clerks: Mapping[str, Employee]  # by the built-in role's code: submission, collateral, finance
    lending: Lending
    _turns: dict[UUID, dict[str, Any]] = field(default_factory=dict[UUID, dict[str, Any]])
    _sessions: dict[tuple[UUID, date], DaySession] = field(default_factory=dict[tuple[UUID, date], DaySession])

    def turn(self, seller: Employee) -> dict[str, Any]:
        """The explanation of the round robin when it was this seller's turn."""
        if seller.id not in self._turns:
            members = sorted(
                (one for one in self.sellers if one.unit_id == seller.unit_id and (one.on_duty or one is seller)),
                key=lambda one: one.employee_no,
            )
            before = members[members.index(seller) - 1]
            self._turns[seller.id] = explain_turn(members, seller, before.employee_no).to_json()
        return self._turns[seller.id]

    def session(self, employee: Employee, at: datetime) -> DaySession:
        """The session in which an employee acted on a day."""
        day = at.astimezone(SHANGHAI).date()
        if (employee.id, day) not in self._sessions:
            number = next(place for place, one in enumerate(self.staff) if one is employee)
            rng = self.plan.rng("session", number, day)
            opened = datetime(day.year, day.month, day.day, 8, 35, tzinfo=SHANGHAI) + timedelta(seconds=rng.randrange(25 * 60))
            self._sessions[employee.id, day] = DaySession(id_at(opened, rng), opened, f"{_OFFICE}.{20 + number}")
        return self._sessions[employee.id, day]


async def load_cast(session: ReadSession, keys: TenantKeys, plan: Plan) -> Cast:
    """The cast as it stands. Raises KeyError where one of it is gone."""
    people = await access_queries.employees_by_id(session, plan.staff)
    channels = await channel_queries.channels_by_id(session, plan.channels)
    staff = [people[one] for one in plan.staff]
    return Cast(
        plan,
        keys,
        staff=staff,
        channels=[(one, channels[one].name, channels[one].team_id) for one in plan.channels],
        sellers=[one for one in staff if one.username.startswith("sales")],
        leaders=[one for one in staff if one.username.startswith("leader")],
        clerks={one.username.rstrip("1"): one for one in staff if one.username in {"submission1", "collateral1", "finance1"}},
        lending=await load_lending(session),
    )
