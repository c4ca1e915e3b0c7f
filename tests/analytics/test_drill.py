"""From any bar of the funnel to the customers behind it."""

from datetime import date, timedelta
from typing import Any

import pytest

from loanbroker_api.core import outbox
from loanbroker_api.core.runtime import Runtime
from support.brute import Wanted, brute
from support.client import Api, code_of
from support.company import Company
from support.facts import Facts
from support.funnel import STEPS, SignIn, ask, parameters
from support.histories import BEGIN, History


class TestDrill:
    """From any bar to the customers behind it."""

    async def _all(self, api: Api, query: dict[str, str], *, limit: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = await api.ok("GET", "/funnel/customers", params={**query, "limit": str(limit)} | ({"cursor": cursor} if cursor else {}))
            rows += page["items"]
            cursor = page["nextCursor"]
            if cursor is None:
                return rows
            assert len(page["items"]) == limit

    @pytest.mark.parametrize("by", ["cohort", "event"])
    async def test_a_bar_has_as_many_customers_as_it_says(
        self, by: str, runtime: Runtime, company: Company, sign_in: SignIn, told: History
    ) -> None:
        boss = await sign_in("boss", role="boss")
        found = await brute(runtime, company.id)
        wanted = Wanted(BEGIN.date(), BEGIN.date() + timedelta(days=100), by, channel=told.sources[1])
        answer = await ask(boss, "rest", **parameters(wanted))
        held = [arrival for arrival in found.arrivals if wanted.holds(arrival)]
        beyond = {(arrival.customer, arrival.step - 1) for arrival in found.arrivals}
        for number, step in enumerate(answer["steps"], start=1):
            assert step["drill"]["path"] == "/funnel/customers"
            rows = await self._all(boss, step["drill"]["query"], limit=3)
            assert len(rows) == step["count"]
            ids = [row["customer"]["id"] for row in rows]
            assert set(ids) == {str(one.customer) for one in held if one.step == number}
            assert len(ids) == len(set(ids))
            assert [row["reachedAt"] for row in rows] == sorted((row["reachedAt"] for row in rows), reverse=True)
            stuck = await self._all(boss, step["stuck"]["query"], limit=50)
            assert {row["customer"]["id"] for row in stuck} == {
                str(one.customer) for one in held if one.step == number and (one.customer, number) not in beyond
            }
            furthest = {str(one.customer): one.step for one in sorted(found.arrivals, key=lambda one: one.step)}
            assert all(STEPS.index(row["furthest"]) + 1 == furthest[row["customer"]["id"]] for row in rows)

    async def test_a_row_drills_to_its_own(self, runtime: Runtime, company: Company, sign_in: SignIn, told: History) -> None:
        boss = await sign_in("boss", role="boss")
        answer = await ask(boss, "rest", **{"from": BEGIN.date(), "to": BEGIN.date() + timedelta(days=150), "split": "employee"})
        for row in answer["rows"]:
            if row["key"] is None:
                assert row["drill"] is None
            else:
                assert len(await self._all(boss, row["drill"]["query"], limit=50)) == row["steps"][0]["count"]

    async def test_only_customers_in_sight_are_listed(self, runtime: Runtime, company: Company, sign_in: SignIn) -> None:
        """A leader's figure counts who was theirs; the list has who is theirs."""
        facts, leader = Facts(), await sign_in("leader1", role="leader", unit=company.team)
        mine = await company.employee("s0")
        other = await company.employee("s9", unit=company.other_team)
        async with runtime.uow(company.id) as uow:
            stays = await facts.customer(uow, BEGIN, owner=(mine.id, company.team))
            goes = await facts.customer(uow, BEGIN, owner=(mine.id, company.team))
            await facts.assign(uow, goes, BEGIN + timedelta(days=1), (other.id, company.other_team))
        await outbox.deliver(runtime, company.id)
        answer = await ask(leader, "rest", **{"from": date(2026, 7, 1), "to": date(2026, 7, 2)})
        assert answer["steps"][0]["count"] == 2
        rows = await self._all(leader, answer["steps"][0]["drill"]["query"], limit=50)
        assert [row["customer"]["id"] for row in rows] == [str(stays)]
        assert rows[0]["customer"]["name"]["masked"] is True

    async def test_finance_sees_figures_and_no_customers(self, sign_in: SignIn) -> None:
        finance = await sign_in("finance1", role="finance")
        assert (await finance.ok("GET", "/funnel"))["steps"]
        answer = await finance("GET", "/funnel/customers")
        assert (answer.status_code, code_of(answer)) == (403, "core.forbidden")
