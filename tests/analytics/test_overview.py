"""The overview against brute force; its periods by the calendar."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from loanbroker_api.analytics.rollups import verify
from loanbroker_api.analytics.rollups.command import rebuild_companies, verify_companies, verify_nightly
from loanbroker_api.analytics.service.overview import periods
from loanbroker_api.core import outbox
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.settings import Settings
from support.brute import Wanted, brute, funnel_of, spans_of
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company, new_company
from support.facts import Facts
from support.histories import BEGIN, History, live

SignIn = Callable[..., Awaitable[Api]]
LEAD, CONTACTED, VISIT, SIGNED, DISBURSED, RECEIVED = 1, 3, 4, 5, 8, 9


@pytest.fixture
def clock() -> TestClock:
    """Within the histories' months."""
    return TestClock(datetime(2026, 9, 17, 4, tzinfo=UTC))


@pytest.fixture
async def told(runtime: Runtime, company: Company, history: Any) -> History:
    made: History = await history(31)
    await live(runtime, company, made, 200, each=40)
    await outbox.deliver(runtime, company.id)
    return made


@pytest.mark.parametrize(
    ("period", "today", "now", "before"),
    [
        ("today", "2026-03-01", ("2026-03-01", "2026-03-01"), ("2026-02-28", "2026-02-28")),
        ("week", "2026-11-24", ("2026-11-23", "2026-11-24"), ("2026-11-16", "2026-11-17")),
        ("month", "2026-11-24", ("2026-11-01", "2026-11-24"), ("2026-10-01", "2026-10-24")),
        ("month", "2026-03-31", ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        ("month", "2026-01-05", ("2026-01-01", "2026-01-05"), ("2025-12-01", "2025-12-05")),
        ("last_month", "2026-01-05", ("2025-12-01", "2025-12-31"), ("2025-11-01", "2025-11-30")),
    ],
)
def test_periods(period: Any, today: str, now: tuple[str, str], before: tuple[str, str]) -> None:
    found = periods(period, date.fromisoformat(today))
    assert found == (tuple(map(date.fromisoformat, now)), tuple(map(date.fromisoformat, before)))


def number(cells: dict[Any, dict[int, tuple[int, ...]]], step: int, place: int = 0) -> int:
    return sum(steps.get(step, (0, 0))[place] for steps in cells.values())


def columns(steps: dict[int, tuple[int, ...]]) -> dict[str, int]:
    counts = {
        name: steps.get(step, (0,))[0] for name, step in (("leads", LEAD), ("contacted", CONTACTED), ("visits", VISIT), ("signed", SIGNED))
    }
    return counts | {"disbursedFen": steps.get(DISBURSED, (0, 0))[1], "receivedFen": steps.get(RECEIVED, (0, 0))[1]}


@pytest.mark.parametrize("period", ["today", "week", "month", "last_month"])
@pytest.mark.parametrize("role", ["boss", "leader"])
async def test_it_is_what_happened(
    role: str, period: Any, runtime: Runtime, company: Company, sign_in: SignIn, told: History, clock: TestClock
) -> None:
    api = await sign_in(role, role=role, unit=company.team)
    found = await brute(runtime, company.id)
    teams = frozenset({company.team}) if role == "leader" else None
    now, before = periods(period, business_day(clock.now()))
    answer = await api.ok("GET", "/overview", params={"period": period})
    assert answer["scope"] == ("teams" if role == "leader" else "company")
    figures = {one["id"]: one for one in answer["figures"]}
    for name, (first, last) in (("value", now), ("previous", before)):
        wanted = Wanted(first, last, "event", teams=teams)
        cells, times = funnel_of(found, wanted), spans_of(found, wanted)
        assert figures["overview.leads"][name] == number(cells, LEAD)
        assert figures["overview.contacted"][name] == number(cells, CONTACTED)
        assert figures["overview.visits"][name] == number(cells, VISIT)
        assert figures["overview.signed"][name] == number(cells, SIGNED)
        assert figures["overview.disbursed"][name] == number(cells, DISBURSED, 1)
        assert figures["overview.received"][name] == number(cells, RECEIVED, 1)
        median = times.get(2)
        assert figures["overview.first_contact"][name] == (None if median is None else pytest.approx(median[0], abs=0.5))
        trend = answer["trend" if name == "value" else "previousTrend"]
        assert [row["day"] for row in trend] == [str(first + timedelta(days=one)) for one in range((last - first).days + 1)]
        for row in trend:
            day = date.fromisoformat(row.pop("day"))
            assert row == columns(funnel_of(found, Wanted(day, day, "event", teams=teams)).get(None, {}))
    for name, split in (("employees", "employee"), ("teams", "team")):
        cells = funnel_of(found, Wanted(*now, "event", split, teams=teams))
        rows = {row["id"]: {key: value for key, value in row.items() if key not in {"id", "name", "team"}} for row in answer[name]}
        assert rows == {key: columns(steps) for key, steps in cells.items() if key and any(map(any, steps.values()))}
        money = [row["receivedFen"] for row in answer[name]]
        assert money == sorted(money, reverse=True)
    channels = funnel_of(found, Wanted(*now, "event", "channel", teams=teams))
    for row in answer["channels"]:
        steps = columns(channels[row["channel"]["id"] if row["channel"] else None])
        assert (row["leads"], row["signed"], row["receivedFen"]) == (steps["leads"], steps["signed"], steps["receivedFen"])
    drilled = figures["overview.leads"]["drill"]
    page = await (await sign_in("chief", role="boss")).ok("GET", drilled["path"], params={**drilled["query"], "limit": "200"})
    assert role == "leader" or len(page["items"]) == figures["overview.leads"]["value"]


async def test_graphql_says_the_same(company: Company, sign_in: SignIn, told: History) -> None:
    boss = await sign_in("boss", role="boss")
    rest = await boss.ok("GET", "/overview", params={"period": "last_month"})
    query = """{ overview(period: LAST_MONTH) { from to previousFrom previousTo scope
        figures { id title unit value previous definition { id title text } drill { path query } }
        trend { day leads contacted visits signed disbursedFen receivedFen } teams { id name leads receivedFen }
        employees { id name teamId leads signed receivedFen } channels { channelId name leads signed receivedFen signedBps } } }"""
    graph = (await boss.graphql(query))["data"]["overview"]
    for name in ("from", "to", "previousFrom", "previousTo", "scope", "figures", "trend"):
        assert graph[name] == rest[name]
    assert graph["employees"] == [
        {**{name: row[name] for name in ("id", "name", "leads", "signed", "receivedFen")}, "teamId": row["team"]["id"]}
        for row in rest["employees"]
    ]
    assert [row["channelId"] for row in graph["channels"]] == [row["channel"] and row["channel"]["id"] for row in rest["channels"]]


async def test_nothing_yet(company: Company, sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss")
    answer = await boss.ok("GET", "/overview")
    assert [figure["value"] for figure in answer["figures"]] == [0, None, 0, 0, 0, 0, 0]
    assert (len(answer["trend"]), answer["employees"], answer["teams"], answer["channels"]) == (17, [], [], [])
    assert code_of(await boss("GET", "/overview", params={"period": "year"})) == "core.invalid"


class TestCommand:
    """What the command line and the night do, on a database of their own."""

    async def test_found_told_and_mended(self, clone: Settings) -> None:
        async with open_runtime(clone, TestClock(BEGIN + timedelta(hours=20))) as runtime:
            company, other = await new_company(runtime), await new_company(runtime)
            async with runtime.uow(company.id) as uow:
                await Facts(silent=True).customer(uow, uow.now)
            found = await verify_companies(clone, None)
            assert {code: bool(state.faults) for code, state in found.items()} == {company.code: True, other.code: False}
            assert await verify_companies(clone, "nobody") == {}
            assert await rebuild_companies(clone, company.code) == {company.code: 1}
            assert (await verify_companies(clone, company.code))[company.code].faults == 0

    async def test_the_night_looks_once(self, clone: Settings) -> None:
        """20:00 UTC is four in the morning."""
        clock = TestClock(datetime(2026, 7, 1, 20, tzinfo=UTC))
        async with open_runtime(clone, clock) as runtime:
            company = await new_company(runtime)
            async with runtime.uow(company.id) as uow:
                await Facts().customer(uow, uow.now)
            await outbox.deliver(runtime, company.id)
            assert await verify_nightly(runtime) == 1
            assert await verify_nightly(runtime) == 0
            clock.move(timedelta(hours=9))
            assert await verify_nightly(runtime) == 0, "not in the afternoon"
            clock.move(timedelta(hours=15))
            assert await verify_nightly(runtime) == 1

    async def test_what_is_on_the_way_is_no_fault(self, runtime: Runtime, company: Company) -> None:
        async with runtime.uow(company.id) as uow:
            await Facts().customer(uow, uow.now)
        async with runtime.database.read(company.id, snapshot=True) as session:
            found = await verify(session, company.id)
        assert (found.faults, found.waiting, found.customers) == (0, 1, 0)

    async def test_a_rebuild_beside_consumers(self, runtime: Runtime, company: Company, told: History) -> None:
        """Whoever comes first: at the end the roll-ups are right."""
        from loanbroker_api.analytics.rollups import rebuild
        from support.brute import assert_equal, stored

        async def again() -> None:
            async with runtime.uow(company.id) as uow:
                await rebuild(uow)

        await live(runtime, company, told, 20)
        await asyncio.gather(
            again(), outbox.deliver(runtime, company.id), outbox.deliver(runtime, company.id), live(runtime, company, told, 40)
        )
        await outbox.deliver(runtime, company.id)
        assert_equal(await stored(runtime, company.id), await brute(runtime, company.id))
