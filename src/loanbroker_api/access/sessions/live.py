"""What a process remembers of live sessions, so that a request in the steady state asks no database (docs/decisions/session-cache.md)."""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from loanbroker_api.access.models import CalendarDay
from loanbroker_api.access.policies.calendar import Calendar
from loanbroker_api.access.policies.effective import Limits, PolicyRow, fold
from loanbroker_api.access.policies.places import Places, places
from loanbroker_api.access.policies.rules import DeviceState, SessionFacts, Situation, judge, standing
from loanbroker_api.access.roles.holdings import HELD, holdings, parse_held
from loanbroker_api.access.roles.trees import OrgTrees
from loanbroker_api.access.sessions.feed import ChangeFeed
from loanbroker_api.core.actor import Actor, StepUp
from loanbroker_api.core.changes import Change
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.runtime import Runtime

MAX_SESSIONS = 20_000
_SESSION = text(
    f"""
    SELECT s.id, s.client, s.created_at, s.expires_at, s.ended_at, s.end_reason, s.last_used_at, s.device_id, s.stepped_up_at, s.approved_place,
           e.id AS employee_id, e.display_name, e.unit_id, e.active, t.active AS tenant_active, t.org_version, d.state AS device_state,
           {HELD} AS held
    FROM login_session s
    JOIN employee e ON e.tenant_id = s.tenant_id AND e.id = s.employee_id
    JOIN tenant t ON t.tenant_id = s.tenant_id
    LEFT JOIN device d ON d.tenant_id = s.tenant_id AND d.id = s.device_id
    WHERE s.tenant_id = :t AND e.tenant_id = :t AND t.tenant_id = :t AND s.id = :session
    """  # noqa: S608 - composed of our own constant
)
_POLICIES = text(
    """
    SELECT p.employee_id IS NOT NULL AS own, p.parts, p.overrides FROM login_policy p
    WHERE p.tenant_id = :t AND p.client = :client AND (p.employee_id = :employee OR p.role_id IN (
      SELECT er.role_id FROM employee_role er WHERE er.tenant_id = :t AND er.employee_id = :employee))
    """
)


async def limits_of(session: ReadSession, tenant_id: UUID, employee_id: UUID, client: str) -> Limits:
    """An employee's limits on one kind of client, in one statement."""
    rows = await session.execute(_POLICIES, {"t": tenant_id, "employee": employee_id, "client": client})
    return fold(PolicyRow(row.own, row.parts, row.overrides) for row in rows)


async def calendar_of(session: ReadSession) -> Calendar:
    """The company's calendar: the state's with its own days over it."""
    rows = await session.execute(select(CalendarDay.day, CalendarDay.working))
    days: dict[date, bool] = {row.day: row.working for row in rows}
    return Calendar(days)


@dataclass(slots=True)
class Live:
    """A session as the process knows it. `passed` holds, by address, until when it need not be judged again, idleness aside."""

    row: Any
    actor: Actor
    limits: Limits
    calendar: Calendar
    last_used_at: datetime
    shared_at: datetime
    """The last use that the database knows."""
    passed: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def situation(self, known: Places, *, client: str, ip: str, now: datetime) -> Situation:
        row = self.row
        facts = SessionFacts(row.client, row.expires_at, row.ended_at, row.end_reason, self.last_used_at, row.approved_place)
        state: DeviceState = row.device_state or "known"
        return Situation(
            now=now,
            client=client,
            ip=ip,
            place=known.find(ip),
            active=row.active and row.tenant_active,
            limits=self.limits,
            calendar=self.calendar,
            device=state,
            session=facts,
        )


class LiveSessions:
    """Sessions of this process by id; what a change names is dropped before the next request."""

    def __init__(self, runtime: Runtime, feed: ChangeFeed) -> None:
        self._runtime = runtime
        self._feed = feed
        self.trees = OrgTrees()
        self._sessions: OrderedDict[UUID, Live] = OrderedDict()
        self._by_employee: defaultdict[UUID, set[UUID]] = defaultdict(set)
        self._heard: dict[UUID, int] = {}
        self.places = places(runtime.settings)
        runtime.changes.listen(self._forget)

    def close(self) -> None:
        self._runtime.changes.forget(self._forget)

    def _forget(self, change: Change) -> None:
        self._heard[change.tenant_id] = self._heard.get(change.tenant_id, 0) + 1
        if change.session_id is not None:
            self._drop(change.session_id)
        elif change.employee_id is not None:
            for session_id in tuple(self._by_employee.get(change.employee_id, ())):
                self._drop(session_id)
        else:
            for session_id in [key for key, live in self._sessions.items() if live.actor.tenant_id == change.tenant_id]:
                self._drop(session_id)

    def _drop(self, session_id: UUID) -> None:
        live = self._sessions.pop(session_id, None)
        if live is not None and live.actor.id is not None:
            of_employee = self._by_employee[live.actor.id]
            of_employee.discard(session_id)
            if not of_employee:
                del self._by_employee[live.actor.id]

    async def of(self, tenant_id: UUID, session_id: UUID) -> Live | None:
        """The session, from memory where that is trusted, else from PostgreSQL; None when there is none."""
        if self._feed.trusted:
            known = self._sessions.get(session_id)
            if known is not None:
                return known if known.actor.tenant_id == tenant_id else None
        return await self.load(tenant_id, session_id)

    def last_used_at(self, session_id: UUID) -> datetime | None:
        """The last use that this process has seen itself."""
        known = self._sessions.get(session_id)
        return known.last_used_at if known is not None else None

    async def load(self, tenant_id: UUID, session_id: UUID) -> Live | None:
        """The session as PostgreSQL has it now; kept unless something changed meanwhile."""
        heard = self._heard.get(tenant_id, 0)
        before = self._sessions.get(session_id)
        async with self._runtime.read(tenant_id) as session:
            live = await load_live(session, self.trees, tenant_id, session_id)
        if live is not None and before is not None:
            live.last_used_at = max(live.last_used_at, before.last_used_at)
        if live is not None and self._feed.trusted and self._heard.get(tenant_id, 0) == heard:
            self._keep(session_id, live)
        return live

    def _keep(self, session_id: UUID, live: Live) -> None:
        self._drop(session_id)
        self._sessions[session_id] = live
        if live.actor.id is not None:
            self._by_employee[live.actor.id].add(session_id)
        if len(self._sessions) > MAX_SESSIONS:
            self._drop(next(iter(self._sessions)))

    def judge(self, live: Live, *, client: str, ip: str, now: datetime) -> Problem | None:
        """By all rules of a live session; what passed by time and place is not looked at again until it can change."""
        until = live.passed.get(ip)
        if until is not None and now < until and client == live.row.client and not self._may_idle(live, now):
            return None
        at = live.situation(self.places, client=client, ip=ip, now=now)
        refusal = judge(at).refusal
        if refusal is None:
            if len(live.passed) > 64:
                live.passed.clear()
            live.passed[ip] = standing(at).until
        return refusal

    def _may_idle(self, live: Live, now: datetime) -> bool:
        minutes = live.limits.idle_minutes
        return minutes is not None and now >= live.last_used_at + timedelta(minutes=minutes)


async def load_live(session: ReadSession, trees: OrgTrees, tenant_id: UUID, session_id: UUID) -> Live | None:
    """A session with everything that a request is judged by."""
    row = (await session.execute(_SESSION, {"t": tenant_id, "session": session_id})).one_or_none()
    if row is None:
        return None
    held = holdings(parse_held(row.held), await trees.tree(session, tenant_id, row.org_version), row.unit_id)
    limits = await limits_of(session, tenant_id, row.employee_id, row.client)
    actor = Actor(
        tenant_id=tenant_id,
        id=row.employee_id,
        kind="employee",
        name=row.display_name,
        session_id=row.id,
        unit_id=row.unit_id,
        scopes=held.scopes,
        fields=held.fields,
        units=held.units,
        listed=held.listed,
        step_up=step_up_of(limits, row.stepped_up_at),
    )
    return Live(row, actor, limits, await calendar_of(session) if limits.time else Calendar({}), row.last_used_at, row.last_used_at)


def step_up_of(limits: Limits, at: datetime | None) -> StepUp | None:
    """What a session must confirm again, by its limits."""
    part = limits.factor
    return StepUp(frozenset(part.step_up), at, timedelta(minutes=part.step_up_minutes)) if part and part.step_up else None
