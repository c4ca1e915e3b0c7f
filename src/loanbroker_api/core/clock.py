"""Time is passed in: everything that needs "now" is given a Clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC, with time zone."""
        ...


class SystemClock:
    """The machine's clock, moved by LOANBROKER_CLOCK_OFFSET."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


def business_day(at: datetime) -> date:
    """The day of Asia/Shanghai on which `at` falls."""
    return at.astimezone(BUSINESS_ZONE).date()


def day_start(day: date) -> datetime:
    """Midnight of a business day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=BUSINESS_ZONE).astimezone(UTC)
