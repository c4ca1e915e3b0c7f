"""The company's hours, in whole seconds of local time since 1970: calls are made 9–12 and 14–20, not on Sundays or holidays."""

from datetime import date, datetime, timedelta, timezone
from itertools import accumulate
from random import Random

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
DAY, HOUR, MINUTE = 86_400, 3_600, 60
WEEKS = 14
_EPOCH = datetime(1970, 1, 1, tzinfo=SHANGHAI)
_EPOCH_DAY = date(1970, 1, 1)
_MORNING, _NOON, _AFTERNOON, _EVENING = 9 * HOUR, 12 * HOUR, 14 * HOUR, 20 * HOUR
# Public holidays with a fixed date; those of the lunar calendar are worked through.
_HOLIDAYS = frozenset({(1, 1), *((5, day) for day in range(1, 6)), *((10, day) for day in range(1, 8))})
_FIRST_HOUR, _LAST_HOUR = 7, 23
_ARRIVALS_BY_HOUR = {7: 2, 8: 4, 9: 7, 10: 11, 11: 11, 12: 6, 13: 6, 14: 10, 15: 10, 16: 9, 17: 6, 18: 6, 19: 9, 20: 10, 21: 6, 22: 3}
_ARRIVALS_BY_WEEKDAY = (1.05, 1.08, 1.05, 1.0, 1.0, 0.78, 0.62)


def to_seconds(at: datetime) -> int:
    """Raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return int((at.astimezone(SHANGHAI) - _EPOCH).total_seconds())


def to_datetime(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def is_off(day: int) -> bool:
    """Whether nobody works on a day, counted since 1970-01-01, a Thursday."""
    date_of = _EPOCH_DAY + timedelta(days=day)
    return (day + 3) % 7 == 6 or (date_of.month, date_of.day) in _HOLIDAYS


class Calendar:
    """Of one story: the days off around it, and when leads arrive."""

    def __init__(self, now: int) -> None:
        self.now = now
        self._first_day = now // DAY - WEEKS * 7
        self._off = [is_off(day) for day in range(self._first_day, now // DAY + 60)]

    def at_work(self, seconds: int, rng: Random) -> int:
        """The first moment from `seconds` on when a call may be made; what waited for the doors to open is spread over an hour."""
        day, second = divmod(seconds, DAY)
        if not self._day_off(day):
            if _MORNING <= second < _NOON or _AFTERNOON <= second < _EVENING:
                return seconds
            if second < _MORNING:
                return day * DAY + _MORNING + int(rng.random() * 55 * MINUTE)
            if second < _AFTERNOON:
                return day * DAY + _AFTERNOON + int(rng.random() * 40 * MINUTE)
        day += 1
        while self._day_off(day):
            day += 1
        return day * DAY + _MORNING + int(rng.random() * 70 * MINUTE)

    def _day_off(self, day: int) -> bool:
        place = day - self._first_day
        return self._off[place] if 0 <= place < len(self._off) else is_off(day)

    def arrival_hours(self) -> tuple[list[int], list[float]]:
        """Starts of the hours in which leads arrive, oldest first, and their cumulative weights; the company grows a little."""
        starts: list[int] = []
        weights: list[float] = []
        for place in range(WEEKS * 7 + 1):
            day = self._first_day + place
            of_day = (
                _ARRIVALS_BY_WEEKDAY[(day + 3) % 7]
                * (0.9 + 0.2 * place / (WEEKS * 7))
                * (0.5 if self._off[place] and (day + 3) % 7 != 6 else 1)
            )
            for hour, of_hour in _ARRIVALS_BY_HOUR.items():
                start = day * DAY + hour * HOUR
                if start + HOUR <= self.now:
                    starts.append(start)
                    weights.append(of_day * of_hour)
        return starts, list(accumulate(weights))

    def last_open_moment(self) -> int:
        """Now, or the last moment before it when leads still arrived."""
        day, second = divmod(self.now, DAY)
        if second < _FIRST_HOUR * HOUR + HOUR:
            return (day - 1) * DAY + _LAST_HOUR * HOUR - 1
        return min(self.now, day * DAY + _LAST_HOUR * HOUR - 1)
