"""A clock that a test moves."""

from datetime import UTC, datetime, timedelta


class TestClock:
    __test__ = False

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._moved = timedelta(0)

    def now(self) -> datetime:
        return (self._start or datetime.now(UTC)) + self._moved

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self._moved += by
