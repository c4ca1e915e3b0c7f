"""Time: UTC inside, business days of Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.core.clock import SystemClock, business_day, day_start
from loanbroker_api.core.ids import first_id_at, new_id, time_of


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 1, 15, 59, 59, 999_999, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 3, 1, 0, 0, tzinfo=UTC), date(2026, 3, 1)),
    ],
)
def test_a_business_day_begins_at_midnight_in_shanghai(at: datetime, day: date) -> None:
    assert business_day(at) == day


@given(st.datetimes(datetime(1992, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_each_moment_lies_in_its_day(at: datetime) -> None:
    start = day_start(business_day(at))
    assert start <= at < start + timedelta(days=1)
    assert start.utcoffset() == timedelta(0)


def test_the_machines_clock_is_moved_by_its_offset() -> None:
    before = datetime.now(UTC)
    moved = SystemClock(timedelta(days=3)).now()
    assert before + timedelta(days=3) <= moved <= datetime.now(UTC) + timedelta(days=3)
    assert moved.utcoffset() == timedelta(0)


def test_ids_rise_and_know_their_time() -> None:
    before = datetime.now(UTC)
    ids = [new_id() for _ in range(2_000)]
    assert ids == sorted(set(ids))
    assert before - timedelta(milliseconds=1) <= time_of(ids[0]) <= datetime.now(UTC)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2500, 1, 1), timezones=st.just(UTC)))
def test_the_first_id_of_a_moment(at: datetime) -> None:
    assert time_of(first_id_at(at)) <= at < time_of(first_id_at(at)) + timedelta(milliseconds=2)
