"""Weekly windows minute by minute, as their description says it, and nothing of ours imported. Times are naive, of Asia/Shanghai."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

Windows = Sequence[tuple[set[int], str, str]]
"""Days (1 Monday … 7 Sunday), from HH:MM, until HH:MM."""
DAY = 1_440


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _marked(windows: Windows, weekday: int) -> set[int]:
    """Minutes after the midnight of a day on which its windows are open: one by one until the clock shows the end."""
    found: set[int] = set()
    for days, start, end in windows:
        if weekday in days:
            minute = _clock(start)
            while True:
                found.add(minute)
                minute += 1
                if minute % DAY == _clock(end) % DAY:
                    break
    return found


def _widest(windows: Windows) -> int:
    lengths = [len(_marked(windows, weekday)) for weekday in range(1, 6)]
    return lengths.index(max(lengths)) + 1


class Minutes:
    """Which minutes are open, from `first` for so many days. `kinds` names days that are holiday or makeup; others are as their weekday."""

    def __init__(
        self, windows: Windows, kinds: Mapping[date, str], first: date, days: int, *, holidays: str = "closed", makeup: str = "workday"
    ) -> None:
        self.start = datetime.combine(first, time())
        self.open = bytearray(days * DAY)
        for offset in range(-3, days):
            day = first + timedelta(days=offset)
            weekday = day.isoweekday()
            if kinds.get(day) == "holiday" and holidays == "closed":
                continue
            if kinds.get(day) == "makeup" and makeup == "workday":
                weekday = _widest(windows)
            for minute in _marked(windows, weekday):
                if 0 <= (at := offset * DAY + minute) < len(self.open):
                    self.open[at] = 1

    def _index(self, at: datetime) -> int:
        return int((at - self.start).total_seconds() // 60)

    def is_open(self, at: datetime) -> bool:
        return bool(self.open[self._index(at)])

    def closes(self, at: datetime) -> datetime | None:
        """The first closed minute after an open one, within thirty days."""
        if not self.is_open(at):
            return None
        closed = self.open.find(0, self._index(at))
        moment = self.start + timedelta(minutes=closed)
        return moment if closed >= 0 and moment <= at + timedelta(days=30) else None

    def next_opening(self, at: datetime) -> datetime | None:
        if self.is_open(at):
            return at
        opened = self.open.find(1, self._index(at))
        moment = self.start + timedelta(minutes=opened)
        return moment if opened >= 0 and moment <= at + timedelta(days=30) else None
