"""Policies, days and places as they are sent."""

from collections.abc import Collection
from datetime import date

from loanbroker_api.access.models import CalendarDay, LoginPolicy
from loanbroker_api.access.policies import queries
from loanbroker_api.access.policies.calendar import Calendar, DayKind, state_title
from loanbroker_api.access.policies.effective import parse_parts
from loanbroker_api.access.policies.phrases import sentences
from loanbroker_api.access.policies.places import Place, Places
from loanbroker_api.access.policies.schemas import (
    CalendarDayOut,
    CalendarOut,
    PlaceOut,
    PlacesOut,
    PolicyOut,
    PolicySubject,
)
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Language

_WEEKDAYS = "一二三四五六日"


async def policies_out(session: ReadSession, policies: Collection[LoginPolicy], language: Language) -> list[PolicyOut]:
    """With the names of roles and employees, in two statements for any number."""
    names = await queries.subject_names(session, policies)
    found: list[PolicyOut] = []
    for policy in policies:
        subject = policy.role_id or policy.employee_id
        if subject is None or subject not in names:
            continue
        parts = parse_parts(policy.parts)
        found.append(
            PolicyOut.model_validate(
                {
                    "id": policy.id,
                    "version": policy.version,
                    "subject": PolicySubject(kind="role" if policy.role_id else "employee", id=subject, name=names[subject]),
                    "client": policy.client,
                    "parts": parts,
                    "overrides": policy.overrides,
                    "sentences": sentences(parts, policy.overrides, language),
                    "updated_at": policy.updated_at,
                }
            )
        )
    return found


def day_out(calendar: Calendar, day: date, own: CalendarDay | None) -> CalendarDayOut:
    """A day as the company has it; by the week it is only named 周六."""
    kind: DayKind = calendar.kind(day)
    festival = state_title(day)
    title = own.title if own is not None else festival or f"周{_WEEKDAYS[day.weekday()]}"
    return CalendarDayOut(
        day=day,
        working=kind in {"workday", "makeup"},
        title=title if own is not None or kind != "makeup" else f"{title}调休上班",
        source="company" if own is not None else "state" if festival else "week",
        makeup=kind == "makeup",
    )


async def calendar_out(session: ReadSession, year: int) -> CalendarOut:
    """The days of a year that are not as their weekday says, or that the company has spoken on."""
    own = await queries.calendar_days(session, year)
    calendar = Calendar({day: row.working for day, row in own.items()})
    days = [day_out(calendar, day, own.get(day)) for day in calendar.differing(year)]
    return CalendarOut(year=year, covered=calendar.covered(year), days=days)


def place_out(place: Place) -> PlaceOut:
    return PlaceOut(code=place.code, name=place.name, parent=place.code[:2] if place.kind == "city" else None)


def places_out(known: Places) -> PlacesOut:
    return PlacesOut(items=[place_out(place) for place in known.all()], data_of=known.data_of, own_file=known.own_file)
