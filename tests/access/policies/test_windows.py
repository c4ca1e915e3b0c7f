"""Weekly windows against an oracle that walks minute by minute: across midnight, on holidays and on make-up days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanbroker_api.access.policies.calendar import Calendar
from loanbroker_api.access.policies.schemas import TimePart
from loanbroker_api.access.policies.windows import closes, next_opening, opened
from support.minutes import Minutes

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = date(2030, 3, 4)  # a Monday of a year that no calendar knows: only the company speaks
SPAN = 75
CLOCK = st.sampled_from(["00:00", "00:01", "02:00", "08:30", "12:00", "17:59", "18:00", "22:00", "23:59", "24:00"])
WINDOW = st.tuples(st.sets(st.integers(1, 7), min_size=1), CLOCK, CLOCK)
DAYS = st.dictionaries(st.integers(-3, SPAN - 1).map(lambda offset: FIRST + timedelta(days=offset)), st.booleans(), max_size=30)


def part_of(windows: list[tuple[set[int], str, str]], holidays: str, makeup: str) -> TimePart:
    given_windows = [{"days": sorted(days), "start": start, "end": end} for days, start, end in windows]
    return TimePart.model_validate({"windows": given_windows, "holidays": holidays, "makeup": makeup})


def utc(local: datetime | None) -> datetime | None:
    return None if local is None else local.replace(tzinfo=SHANGHAI).astimezone(UTC)


@settings(max_examples=120, deadline=None)
@given(
    windows=st.lists(WINDOW, min_size=1, max_size=4),
    days=DAYS,
    holidays=st.sampled_from(["closed", "open"]),
    makeup=st.sampled_from(["workday", "weekday"]),
    moments=st.lists(
        st.tuples(st.integers(0, 40 * 1_440), st.sampled_from([0.0, 0.001, 59.999])),
        min_size=1,
        max_size=8,
    ),
)
def test_open_closing_and_opening(windows, days, holidays, makeup, moments) -> None:
    part = part_of(windows, holidays, makeup)
    # Weekends of work are make-up days; any day off is a holiday; a weekday of work is what it was.
    kinds = {day: "holiday" if not working else "makeup" for day, working in days.items() if not working or day.isoweekday() > 5}
    oracle = Minutes(windows, kinds, FIRST, SPAN, holidays=holidays, makeup=makeup)
    calendar = Calendar(days)
    for minute, seconds in moments:
        local = datetime(FIRST.year, FIRST.month, FIRST.day) + timedelta(minutes=minute, seconds=seconds)
        at = local.replace(tzinfo=SHANGHAI)
        assert opened(part, calendar, at) is oracle.is_open(local)
        assert closes(part, calendar, at) == utc(oracle.closes(local))
        assert next_opening(part, calendar, at) == utc(oracle.next_opening(local))


@settings(max_examples=30, deadline=None)
@given(
    windows=st.lists(WINDOW, min_size=1, max_size=3),
    holidays=st.sampled_from(["closed", "open"]),
    makeup=st.sampled_from(["workday", "weekday"]),
)
def test_around_national_day_of_2026(windows, holidays, makeup) -> None:
    """Holidays and make-up days as announced (国办发明电〔2025〕7 号), typed in by hand; every edge of every window."""
    kinds = {date(2026, 9, day): "holiday" for day in (25, 26, 27)} | {date(2026, 10, day): "holiday" for day in range(1, 8)}
    kinds |= {date(2026, 9, 20): "makeup", date(2026, 10, 10): "makeup"}
    first = date(2026, 9, 17)
    oracle = Minutes(windows, kinds, first, 27, holidays=holidays, makeup=makeup)
    part, calendar = part_of(windows, holidays, makeup), Calendar()
    edges = {int(text[:2]) * 60 + int(text[3:]) + more for window in windows for text in window[1:] for more in (-1, 0, 1)}
    for offset in range(1, 26):
        for minute in edges:
            local = datetime(2026, 9, 17) + timedelta(days=offset, minutes=minute)
            assert opened(part, calendar, local.replace(tzinfo=SHANGHAI)) is oracle.is_open(local), local


NIGHT = part_of([({5}, "22:00", "06:00")], "closed", "workday")
OFFICE = part_of([({1, 2, 3, 4, 5}, "09:00", "18:00"), ({1, 2, 3, 4, 5}, "18:00", "20:00"), ({3}, "08:00", "18:00")], "closed", "workday")


@pytest.mark.parametrize(
    ("part", "at", "is_open"),
    [
        # Friday 2026-09-25 is a holiday, Wednesday 2026-09-30 the day before one.
        (NIGHT, "2026-09-25T23:00", False),
        (NIGHT, "2026-09-26T05:00", False),
        (NIGHT, "2026-09-18T23:00", True),
        (NIGHT, "2026-09-19T05:59", True),  # Saturday, in Friday's window
        (NIGHT, "2026-09-19T06:00", False),
        (part_of([({3}, "22:00", "06:00")], "closed", "workday"), "2026-10-01T05:00", True),  # it goes on into the holiday
        (part_of([({3}, "22:00", "06:00")], "closed", "workday"), "2026-10-01T06:00", False),
        (OFFICE, "2026-10-10T08:30", True),  # a make-up Saturday is as Wednesday, the widest
        (OFFICE, "2026-10-10T07:59", False),
        (OFFICE, "2026-10-11T10:00", False),
        (OFFICE, "2026-10-08T19:59", True),
        (OFFICE, "2026-10-08T20:00", False),
        (part_of([({1, 2, 3, 4, 5}, "09:00", "18:00")], "closed", "weekday"), "2026-10-10T10:00", False),
        (part_of([({4}, "09:00", "18:00")], "open", "workday"), "2026-10-01T10:00", True),
    ],
)
def test_what_the_description_says(part: TimePart, at: str, is_open: bool) -> None:
    assert opened(part, Calendar(), datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)) is is_open


def test_of_equally_wide_days_the_earliest_counts() -> None:
    """A make-up Saturday is as Monday, not as Tuesday, which is as long, nor as Friday, which only looks longer."""
    windows = [({1}, "09:00", "18:00"), ({2}, "10:00", "19:00"), ({5}, "12:00", "18:00"), ({5}, "13:00", "19:00"), ({5}, "13:00", "19:00")]
    part = part_of(windows, "closed", "workday")
    for clock, is_open in (("08:59", False), ("09:00", True), ("17:59", True), ("18:00", False), ("18:30", False)):
        assert opened(part, Calendar(), datetime.fromisoformat(f"2026-10-10T{clock}").replace(tzinfo=SHANGHAI)) is is_open


def test_adjoining_windows_are_one_stretch() -> None:
    at = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
    assert closes(OFFICE, Calendar(), at) == datetime(2026, 11, 23, 20, tzinfo=SHANGHAI)


def test_a_week_without_end_never_closes() -> None:
    always = part_of([({1, 2, 3, 4, 5, 6, 7}, "00:00", "24:00")], "open", "weekday")
    at = datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert opened(always, Calendar(), at)
    assert closes(always, Calendar(), at) is None
    assert next_opening(always, Calendar(), at) == at


def test_thirty_days_without_a_window() -> None:
    days = {date(2030, 3, 4) + timedelta(days=offset): False for offset in range(40)}
    at = datetime(2030, 3, 4, 10, tzinfo=SHANGHAI)
    assert next_opening(OFFICE, Calendar(days), at) is None
    assert next_opening(OFFICE, Calendar(dict(list(days.items())[:29])), at) == datetime(2030, 4, 2, 9, tzinfo=SHANGHAI)


def test_moments_of_any_zone() -> None:
    at = datetime.fromisoformat("2026-11-23T20:00:00-05:00")  # 09:00 on Tuesday in Shanghai
    assert opened(OFFICE, Calendar(), at)
    assert not opened(OFFICE, Calendar(), at - timedelta(microseconds=1))
