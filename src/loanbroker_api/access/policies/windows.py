"""When the weekly windows of a policy are open. Days and hours are those of Asia/Shanghai; moments go in and out with their zone."""

from datetime import UTC, date, datetime, time, timedelta

from loanbroker_api.access.policies.calendar import Calendar
from loanbroker_api.access.policies.schemas import TimePart, Window
from loanbroker_api.core.clock import BUSINESS_ZONE

DAY_MINUTES = 1_440
HORIZON_DAYS = 30

Span = tuple[datetime, datetime]
"""From, until (not included), as naive times of Asia/Shanghai, which has had no summer time since 1991."""


def minutes_of(clock: str) -> int:
    """Minutes since midnight of HH:MM; 24:00 is 1,440."""
    return int(clock[:2]) * 60 + int(clock[3:])


def reach(window: Window) -> tuple[int, int]:
    """From and until in minutes since the midnight its day begins with; until is beyond 1,440 where it runs into the next day."""
    start, end = minutes_of(window.start), minutes_of(window.end)
    # An end at the hour of the start is a whole day later, 24:00 being 00:00.
    return start, start + ((end - start) % DAY_MINUTES or DAY_MINUTES)


def weekday_for(part: TimePart, calendar: Calendar, day: date) -> int | None:
    """Whose windows (1 Monday … 7 Sunday) start on a day; None: nobody's, it is a holiday."""
    kind = calendar.kind(day)
    if kind == "holiday" and part.holidays == "closed":
        return None
    if kind == "makeup" and part.makeup == "workday":
        return widest_workday(part)
    return day.isoweekday()


def widest_workday(part: TimePart) -> int:
    """The day of Monday to Friday that is open longest; of several the earliest in the week."""
    return max(range(1, 6), key=lambda weekday: (_open_minutes(part, weekday), -weekday))


def _open_minutes(part: TimePart, weekday: int) -> int:
    total, reached = 0, 0
    for start, end in sorted(reach(window) for window in part.windows if weekday in window.days):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _spans(part: TimePart, calendar: Calendar, first: date, days: int) -> list[Span]:
    """Open stretches of the windows that start on these days, in order, adjoining and overlapping ones merged."""
    found: list[Span] = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        weekday = weekday_for(part, calendar, day)
        midnight = datetime.combine(day, time())
        for window in part.windows:
            if weekday in window.days:
                start, end = reach(window)
                found.append((midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)))
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _local(at: datetime) -> datetime:
    return at.astimezone(BUSINESS_ZONE).replace(tzinfo=None)


def _moment(local: datetime) -> datetime:
    return local.replace(tzinfo=BUSINESS_ZONE).astimezone(UTC)


def opened(part: TimePart, calendar: Calendar, at: datetime) -> bool:
    """Whether a window is open at this moment."""
    now = _local(at)
    # What is open now started today or, running past midnight, yesterday.
    return any(start <= now < end for start, end in _spans(part, calendar, now.date() - timedelta(days=1), 2))


def closes(part: TimePart, calendar: Calendar, at: datetime) -> datetime | None:
    """When the stretch that is open at `at` ends; None where none is open, or where it goes on for 30 days and more."""
    now = _local(at)
    for start, end in _spans(part, calendar, now.date() - timedelta(days=1), HORIZON_DAYS + 2):
        if start <= now < end:
            return _moment(end) if end <= now + timedelta(days=HORIZON_DAYS) else None
    return None


def next_opening(part: TimePart, calendar: Calendar, at: datetime) -> datetime | None:
    """The first moment from `at` on at which a window is open: `at` itself while one is; None where none opens within 30 days."""
    now = _local(at)
    for start, end in _spans(part, calendar, now.date() - timedelta(days=1), HORIZON_DAYS + 2):
        if now < end:
            opening = max(start, now)
            return _moment(opening) if opening <= now + timedelta(days=HORIZON_DAYS) else None
    return None
