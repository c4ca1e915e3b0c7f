"""Who would be shut out by a draft: judged on the logins of the last weeks, one pass over them, and on the sessions that are live now."""

from collections import Counter
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access.models import Device, Employee, EmployeeRole, LoginPolicy, LoginRecord, LoginSession
from loanbroker_api.access.permissions import POLICIES_MANAGE
from loanbroker_api.access.policies import queries
from loanbroker_api.access.policies.calendar import Calendar
from loanbroker_api.access.policies.effective import Limits, PolicyRow, fold
from loanbroker_api.access.policies.places import Places, places
from loanbroker_api.access.policies.rules import DeviceState, SessionFacts, Situation, judge
from loanbroker_api.access.policies.schemas import ClientKind, ImpactIn, ImpactOut, LiveEffect, PolicyIn, ShutOut
from loanbroker_api.access.policies.service import check_parts, check_subject
from loanbroker_api.access.policies.trial import draft_row
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.schemas import PersonRef

MOST = 200
CHUNK = 500
Policies = tuple[PolicyRow, ...]


@dataclass
class _Person:
    """One employee's logins as they are read, in order of time. `devices` are those that would be bound by then."""

    employee_id: UUID
    devices: set[UUID]
    logins: int = 0
    reasons: Counter[str] = field(default_factory=Counter[str])
    last_refused_at: datetime | None = None

    @property
    def refused(self) -> int:
        return self.reasons.total()


@dataclass(frozen=True)
class _Judged:
    logins: int
    refused: int
    people: int
    people_refused: int
    worst: list[_Person]


class _Draft:
    """The limits of everybody whom a draft touches, with it and without; people of the same policies share them."""

    def __init__(self, draft: PolicyIn) -> None:
        self.row = draft_row(draft)
        self.subject = draft.role_id or draft.employee_id
        self._stored: dict[UUID, PolicyRow] = {}
        self._roles: dict[UUID, tuple[UUID, ...]] = {}
        self._known: dict[tuple[Any, ...], Limits] = {}

    async def load(self, session: ReadSession, client: str, people: Collection[UUID]) -> None:
        statement = select(LoginPolicy).where(
            LoginPolicy.client == client, LoginPolicy.role_id.is_not(None) | LoginPolicy.employee_id.in_(people)
        )
        for policy in await session.scalars(statement):
            subject = policy.role_id or policy.employee_id
            if subject is not None:
                self._stored[subject] = PolicyRow(policy.employee_id is not None, policy.parts, policy.overrides)
        held = select(EmployeeRole.employee_id, EmployeeRole.role_id).where(EmployeeRole.employee_id.in_(people))
        for employee_id, role_id in await session.execute(held.order_by(EmployeeRole.role_id)):
            self._roles[employee_id] = (*self._roles.get(employee_id, ()), role_id)

    def limits(self, employee_id: UUID, *, drafted: bool) -> Limits:
        """Raises nothing for who holds no role: then nothing limits him."""
        subjects = tuple(
            subject
            for subject in (*self._roles.get(employee_id, ()), employee_id)
            if subject in self._stored or (drafted and subject == self.subject)
        )
        key = (drafted, subjects)
        if key not in self._known:
            self._known[key] = fold(self.row if drafted and subject == self.subject else self._stored[subject] for subject in subjects)
        return self._known[key]


async def impact(session: ReadSession, actor: Actor, runtime: Runtime, data: ImpactIn) -> ImpactOut:
    """Raises Forbidden, Invalid. What cannot be known of the past is left out: how many sessions were open, and who was locked."""
    actor.require(POLICIES_MANAGE)
    draft, now = data.draft, runtime.clock.now()
    check_parts(draft, runtime.settings, own=draft.employee_id is not None, at="/draft")
    await check_subject(session, draft, at="/draft")
    since = now - timedelta(days=data.days)
    people = await _touched(session, draft)
    limits = _Draft(draft)
    await limits.load(session, draft.client, people)
    calendar = await queries.calendar_of(session)
    known = places(runtime.settings)
    judged = await _history(session, draft.client, people, since, limits, calendar, known)
    live, ending = await _live(session, draft.client, people, now, limits, calendar, known)
    names = await _names(session, {person.employee_id for person in judged.worst} | {row.employee_id for row, _, _ in ending})
    return ImpactOut(
        since=since,
        logins=judged.logins,
        refused=judged.refused,
        people=judged.people,
        people_refused=judged.people_refused,
        items=[_shut_out(person, names[person.employee_id]) for person in judged.worst],
        live_sessions=live,
        ending=[
            LiveEffect(
                employee=names[row.employee_id],
                session_id=row.id,
                client=cast("ClientKind", row.client),
                place=place,
                code=refusal.code,
                message=refusal.text(actor.language),
            )
            for row, place, refusal in ending
        ],
    )


async def _touched(session: ReadSession, draft: PolicyIn) -> list[UUID]:
    statement = select(Employee.id).where(Employee.active)
    if draft.employee_id is not None:
        statement = statement.where(Employee.id == draft.employee_id)
    else:
        statement = statement.where(Employee.id.in_(select(EmployeeRole.employee_id).where(EmployeeRole.role_id == draft.role_id)))
    return list(await session.scalars(statement))


async def _names(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, PersonRef]:
    rows = await session.execute(select(Employee.id, Employee.display_name).where(Employee.id.in_(ids)))
    return {row.id: PersonRef(id=row.id, display_name=row.display_name) for row in rows}


def _shut_out(person: _Person, who: PersonRef) -> ShutOut:
    return ShutOut(
        employee=who,
        logins=person.logins,
        refused=person.refused,
        reasons=dict(person.reasons.most_common()),
        last_refused_at=person.last_refused_at,
    )


async def _records(session: ReadSession, client: str, people: Collection[UUID], since: datetime) -> AsyncIterator[Any]:
    """Logins that were let in, person by person, in order of time; a chunk of them in memory at a time."""
    statement = (
        select(LoginRecord.employee_id, LoginRecord.at, LoginRecord.ip, LoginRecord.device_id, LoginRecord.device_state)
        .where(LoginRecord.employee_id.in_(people), LoginRecord.client == client, LoginRecord.at >= since, LoginRecord.outcome == "ok")
        .order_by(LoginRecord.employee_id, LoginRecord.at, LoginRecord.id)
    )
    async for row in await session.stream(statement.execution_options(yield_per=CHUNK)):
        yield row


async def _history(
    session: ReadSession,
    client: str,
    people: Collection[UUID],
    since: datetime,
    limits: _Draft,
    calendar: Calendar,
    known: Places,
) -> _Judged:
    bound = await _bound_before(session, client, people, since)
    counted: Counter[str] = Counter()
    worst: list[_Person] = []
    person: _Person | None = None

    def close(done: _Person | None) -> None:
        nonlocal worst
        if done is None:
            return
        counted["people"] += 1
        counted["logins"] += done.logins
        counted["refused"] += done.refused
        if done.refused:
            counted["people_refused"] += 1
            worst.append(done)
        if len(worst) >= 2 * MOST:
            worst = nlargest(MOST, worst, key=lambda someone: someone.refused)

    async for row in _records(session, client, people, since):
        if person is None or person.employee_id != row.employee_id:
            close(person)
            person = _Person(row.employee_id, set(bound.get(row.employee_id, ())))
        _count(person, row, client, limits.limits(row.employee_id, drafted=True), calendar, known)
    close(person)
    return _Judged(
        counted["logins"],
        counted["refused"],
        counted["people"],
        counted["people_refused"],
        nlargest(MOST, worst, key=lambda someone: someone.refused),
    )


async def _bound_before(session: ReadSession, client: str, people: Collection[UUID], since: datetime) -> dict[UUID, set[UUID]]:
    """Devices that were bound when the weeks looked at began, and still are."""
    statement = select(Device.employee_id, Device.id).where(
        Device.employee_id.in_(people), Device.client == client, Device.state == "bound", Device.bound_at < since
    )
    found: dict[UUID, set[UUID]] = {}
    for row in await session.execute(statement):
        found.setdefault(row.employee_id, set()).add(row.id)
    return found


def _count(person: _Person, row: Any, client: str, limits: Limits, calendar: Calendar, known: Places) -> None:
    """A login as it would have gone. What is let in would have bound its device, so that the next ones are counted against the limit."""
    bound = row.device_state == "bound" or row.device_id in person.devices
    situation = Situation(
        now=row.at,
        client=client,
        ip=row.ip,
        place=known.find(row.ip),
        active=True,
        limits=limits,
        calendar=calendar,
        device="bound" if bound else "new",
        bound_devices=len(person.devices),
    )
    person.logins += 1
    refusal = judge(situation).refusal
    if refusal is not None:
        person.reasons[refusal.code] += 1
        person.last_refused_at = row.at
    elif row.device_id is not None:
        person.devices.add(row.device_id)


async def _live(
    session: ReadSession,
    client: str,
    people: Collection[UUID],
    now: datetime,
    limits: _Draft,
    calendar: Calendar,
    known: Places,
) -> tuple[int, list[tuple[Any, str, Any]]]:
    """How many sessions are live, and those of them that the draft would end, at most MOST: row, place and refusal."""
    statement = (
        select(
            LoginSession.id,
            LoginSession.employee_id,
            LoginSession.client,
            LoginSession.ip,
            LoginSession.last_ip,
            LoginSession.expires_at,
            LoginSession.last_used_at,
            LoginSession.approved_place,
            Device.state.label("device_state"),
        )
        .outerjoin(Device, (Device.tenant_id == LoginSession.tenant_id) & (Device.id == LoginSession.device_id))
        .where(
            LoginSession.employee_id.in_(people),
            LoginSession.client == client,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
        )
        .order_by(LoginSession.last_used_at.desc())
    )
    live = 0
    ending: list[tuple[Any, str, Any]] = []
    async for row in await session.stream(statement.execution_options(yield_per=CHUNK)):
        situation = _of_session(row, now, limits.limits(row.employee_id, drafted=False), calendar, known)
        if judge(situation).refusal is not None:
            continue  # idle or out of hours already: its next request ends it without the draft
        live += 1
        refusal = judge(_of_session(row, now, limits.limits(row.employee_id, drafted=True), calendar, known)).refusal
        if refusal is not None and len(ending) < MOST:
            ending.append((row, situation.place.name, refusal))
    return live, ending


def _of_session(row: Any, now: datetime, limits: Limits, calendar: Calendar, known: Places) -> Situation:
    ip = row.last_ip or row.ip
    state = cast("DeviceState", row.device_state or "known")
    return Situation(
        now=now,
        client=row.client,
        ip=ip,
        place=known.find(ip),
        active=True,
        limits=limits,
        calendar=calendar,
        device=state,
        session=SessionFacts(row.client, row.expires_at, None, None, row.last_used_at, row.approved_place),
    )
