"""Workdays, holidays and make-up workdays: the state's calendar, which a company may correct day by day."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from chinese_calendar import constants

DayKind = Literal["workday", "restday", "holiday", "makeup"]
_DAYS_OFF: dict[date, str] = dict(constants.holidays)
_DAYS_OF_WORK: dict[date, str] = dict(constants.workdays)
_COVERED = frozenset(day.year for day in _DAYS_OFF)
_TITLES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利 70 周年纪念日",
}


def state_title(day: date) -> str | None:
    """The festival (春节) that a holiday or a make-up workday is due to."""
    name = _DAYS_OFF.get(day) or _DAYS_OF_WORK.get(day)
    return None if name is None else _TITLES[name]


class Calendar:
    """`overrides` says per day whether this company works, above the state's word."""

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self.overrides = dict(overrides or {})

    def kind(self, day: date) -> DayKind:
        """workday and restday are Monday–Friday and the weekend as usual; holiday is a day off whatever its weekday, makeup a weekend day of work.

        Years that the state has not announced go by the week alone.
        """
        weekend = day.weekday() >= 5
        working = self.overrides.get(day)
        if working is None:
            return state_kind(day)
        if working:
            return "makeup" if weekend else "workday"
        return "holiday"

    def covered(self, year: int) -> bool:
        """Whether the state's calendar knows the year."""
        return year in _COVERED

    def differing(self, year: int) -> list[date]:
        """Days of a year that are not what their weekday says, or that the company has spoken on."""
        first = date(year, 1, 1)
        days = (first + timedelta(days=offset) for offset in range(366))
        return [day for day in days if day.year == year and (day in self.overrides or state_kind(day) in {"holiday", "makeup"})]


def state_kind(day: date) -> DayKind:
    """By the state's calendar alone."""
    weekend = day.weekday() >= 5
    if day in _DAYS_OF_WORK and weekend:
        return "makeup"
    if day in _DAYS_OFF:
        return "holiday"
    return "restday" if weekend else "workday"
