"""The calendar against what the State Council announced (国办发明电) and against a company's own word."""

from datetime import date, timedelta

import pytest

from loanbroker_api.access.policies.calendar import Calendar, state_title

ANNOUNCED = {
    # 国办发明电〔2025〕7 号, for 2026
    "2026-01-01": "holiday",
    "2026-01-02": "holiday",
    "2026-01-03": "holiday",
    "2026-01-04": "makeup",
    "2026-01-05": "workday",
    "2026-02-14": "makeup",
    "2026-02-15": "holiday",
    "2026-02-23": "holiday",
    "2026-02-24": "workday",
    "2026-02-28": "makeup",
    "2026-03-07": "restday",
    "2026-05-09": "makeup",
    "2026-09-20": "makeup",
    "2026-09-25": "holiday",
    "2026-10-01": "holiday",
    "2026-10-07": "holiday",
    "2026-10-08": "workday",
    "2026-10-10": "makeup",
    "2026-10-11": "restday",
    # of other years
    "2024-02-04": "makeup",
    "2024-02-10": "holiday",
    "2023-09-29": "holiday",
    "2015-09-03": "holiday",
}


@pytest.mark.parametrize(("day", "kind"), ANNOUNCED.items())
def test_what_was_announced(day: str, kind: str) -> None:
    assert Calendar().kind(date.fromisoformat(day)) == kind


@pytest.mark.parametrize("year", [2003, 2027, 2099])
def test_a_year_nobody_announced_goes_by_the_week(year: int) -> None:
    calendar = Calendar()
    assert not calendar.covered(year)
    for offset in range(365):
        day = date(year, 1, 1) + timedelta(days=offset)
        assert calendar.kind(day) == ("restday" if day.isoweekday() > 5 else "workday")
    assert calendar.differing(year) == []


def test_every_year_of_the_package_is_covered() -> None:
    assert [year for year in range(2000, 2030) if Calendar().covered(year)] == list(range(2004, 2027))


@pytest.mark.parametrize(
    ("day", "working", "kind"),
    [
        ("2026-10-01", True, "workday"),  # a Thursday of the National Day holidays
        ("2026-10-03", True, "makeup"),  # a Saturday of them
        ("2026-10-10", False, "holiday"),  # a make-up Saturday
        ("2026-11-25", False, "holiday"),  # a Wednesday
        ("2026-11-28", True, "makeup"),  # a Saturday
        ("2026-11-28", False, "holiday"),  # a Saturday on which the company says that it is closed
        ("2027-10-01", False, "holiday"),  # not announced yet
    ],
)
def test_a_company_has_the_last_word(day: str, working: bool, kind: str) -> None:
    wanted = date.fromisoformat(day)
    calendar = Calendar({wanted: working})
    assert calendar.kind(wanted) == kind
    other = wanted + timedelta(days=7)
    assert calendar.kind(other) == Calendar().kind(other)


def test_days_that_differ_from_the_week() -> None:
    own = {date(2026, 11, 25): False, date(2026, 11, 26): True}
    differing = Calendar(own).differing(2026)
    assert differing == sorted(differing)
    assert set(own) <= set(differing)
    plain = Calendar()
    for offset in range(365):
        day = date(2026, 1, 1) + timedelta(days=offset)
        assert (day in differing) is (day in own or plain.kind(day) in {"holiday", "makeup"})


@pytest.mark.parametrize(
    ("day", "title"),
    [
        ("2026-10-01", "国庆节"),
        ("2026-09-20", "国庆节"),
        ("2026-02-16", "春节"),
        ("2015-09-03", "抗战胜利 70 周年纪念日"),
        ("2026-11-25", None),
    ],
)
def test_festivals_by_name(day: str, title: str | None) -> None:
    assert state_title(date.fromisoformat(day)) == title
