"""Receipts: up to what is due, reversed once, in scope; the case's money always adds up."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from loanbroker_api.core.clock import business_day
from loanbroker_api.finance.models import Receipt
from support.cases import CaseDoor, Maker, refused
from support.clock import TestClock
from support.company import Company
from support.doors import DOORS, DoorName
from support.people import SignIn


def paid(clock: TestClock, amount: int, **more: Any) -> dict[str, Any]:
    return {"amountFen": amount, "method": "transfer", "receivedOn": business_day(clock.now()).isoformat(), **more}


def adds_up(money: dict[str, Any]) -> bool:
    rows = [item["amountFen"] for item in money["items"]]
    return (
        money["dueFen"] == money["receivedFen"] + money["reversedFen"] + money["outstandingFen"]
        and money["receivedFen"] == sum(amount for amount in rows if amount > 0)
        and money["reversedFen"] == sum(amount for amount in rows if amount < 0)
    )


@pytest.mark.parametrize("door", DOORS)
class TestRecording:
    async def test_in_part_up_to_what_is_due(self, door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        case = await make.case_at("disbursed")
        finance = CaseDoor(await sign_in("finance1", role="finance"), door)
        assert (await finance.receipt(case.id, **paid(clock, 400_000, note="首笔")))["note"] == {"value": "首笔"} | (
            {"masked": False} if door == "rest" else {}
        )
        problem = await refused(finance.receipt(case.id, **paid(clock, 200_001)))
        assert (problem.code, problem.problem["errors"][0]["pointer"]) == ("finance.over-due", "/amountFen")
        assert problem.problem["message"] == "超过未收：应收 6000元，未收 2000元"
        await finance.receipt(case.id, **paid(clock, 200_000))
        money = await finance.money(case.id)
        assert (money["dueFen"], money["receivedFen"], money["reversedFen"], money["outstandingFen"]) == (600_000, 600_000, 0, 0)
        assert adds_up(money)
        assert (await refused(finance.receipt(case.id, **paid(clock, 1)))).code == "finance.over-due"
        assert (await make.read(case.id)).received_fen == 600_000

    async def test_what_is_wrong_is_pointed_at(self, door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        case = await make.case_at("disbursed")
        finance = CaseDoor(await sign_in("finance1", role="finance"), door)
        tomorrow = (business_day(clock.now()) + timedelta(days=1)).isoformat()
        for changed, pointer in (
            ({"amountFen": 0}, "/amountFen"),
            ({"amountFen": -5}, "/amountFen"),
            ({"amountFen": 2**63}, "/amountFen"),
            ({"amountFen": 10**40}, "/amountFen"),
            ({"method": "gold"}, "/method"),
            ({"receivedOn": tomorrow}, "/receivedOn"),
            ({"note": "x" * 201}, "/note"),
        ):
            problem = await refused(finance.receipt(case.id, **paid(clock, 1) | changed))
            assert (problem.code, problem.problem["errors"][0]["pointer"]) == ("core.invalid", pointer), changed

    async def test_reversed_once_by_a_row_of_its_own(self, door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        case = await make.case_at("disbursed")
        finance = CaseDoor(await sign_in("finance1", role="finance"), door)
        receipt = await finance.receipt(case.id, **paid(clock, 400_000))
        clock.move(timedelta(days=2))
        await finance.api.login()
        reversal = await finance.reverse(receipt["id"], "金额录错")
        assert (reversal["amountFen"], reversal["reversesId"], reversal["note"]["value"]) == (-400_000, receipt["id"], "金额录错")
        assert (await refused(finance.reverse(receipt["id"]))).code == "finance.already-reversed"
        assert (await refused(finance.reverse(reversal["id"]))).code == "finance.not-reversible"
        assert (await refused(finance.reverse(case.id))).code == "finance.receipt-not-found"
        money = await finance.money(case.id)
        assert (money["receivedFen"], money["reversedFen"], money["outstandingFen"]) == (400_000, -400_000, 600_000)
        assert [item["reversed"] for item in money["items"]] == [True, False]
        assert adds_up(money)
        await finance.receipt(case.id, **paid(clock, 600_000))
        async with make.company.runtime.read(make.company.id) as session:
            rows = list(await session.scalars(select(Receipt).order_by(Receipt.id)))
        assert [row.amount_fen for row in rows] == [400_000, -400_000, 600_000]
        assert rows[1].received_on == rows[0].received_on + timedelta(days=2)

    async def test_a_lost_case_still_takes_what_is_due(self, door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        case = await make.case_at("disbursed")
        await make.move(case.id, "lost", reason="other")
        finance = CaseDoor(await sign_in("finance1", role="finance"), door)
        assert (await finance.receipt(case.id, **paid(clock, 600_000)))["amountFen"] == 600_000


@pytest.mark.parametrize("door", DOORS)
async def test_who_may(door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
    case = await make.case_at("disbursed")
    receipt = await CaseDoor(await sign_in("finance1", role="finance"), door).receipt(case.id, **paid(clock, 1_000))
    owner, colleague = CaseDoor(await sign_in("sales1"), door), CaseDoor(await sign_in("sales2"), door)
    assert (await owner.money(case.id))["receivedFen"] == 1_000
    assert (await refused(owner.receipt(case.id, **paid(clock, 1)))).code == "core.forbidden"
    assert (await refused(owner.reverse(receipt["id"]))).code == "core.forbidden"
    assert (await refused(colleague.money(case.id))).code == "pipeline.case-not-found"
    assert (await refused(colleague.reverse(receipt["id"]))).code == "finance.receipt-not-found"
    submission = CaseDoor(await sign_in("submission1", role="submission"), door)
    assert (await refused(submission.money(case.id))).code == "core.forbidden"


class TestLists:
    async def test_receipts_by_day_owner_and_page(self, make: Maker, sign_in: SignIn, clock: TestClock, company: Company) -> None:
        cases = [await make.case_at("disbursed", owner=owner) for owner in ("sales1", "sales2")]
        boss = await sign_in("boss", role="boss")
        today = business_day(clock.now())
        for number in range(5):
            day = (today - timedelta(days=number // 2)).isoformat()
            await boss.ok("POST", f"/cases/{cases[number % 2].id}/receipts", json=paid(clock, 1_000 + number, receivedOn=day))

        async def amounts(api: Any, **wanted: Any) -> list[int]:
            found, cursor = [], None
            while True:
                page = await api.ok("GET", "/receipts", params={"limit": 2, **wanted, **({"cursor": cursor} if cursor else {})})
                found += [row["amountFen"] for row in page["items"]]
                cursor = page["nextCursor"]
                if cursor is None:
                    return found

        assert await amounts(boss) == [1_001, 1_000, 1_003, 1_002, 1_004]
        assert await amounts(boss, **{"from": today.isoformat()}) == [1_001, 1_000]
        assert await amounts(boss, to=(today - timedelta(days=1)).isoformat()) == [1_003, 1_002, 1_004]
        assert await amounts(boss, ownerId=str(company.employees["sales2"].id)) == [1_001, 1_003]
        assert await amounts(await sign_in("sales1")) == [1_000, 1_002, 1_004]
        row = (await boss.ok("GET", "/receipts", params={"limit": 1}))["items"][0]
        assert (row["case"]["number"], row["customer"]["name"]["value"]) == (cases[1].number, "张**")

    async def test_summary_and_ageing(self, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        first = await make.case_at("disbursed")
        clock.move(timedelta(days=40))
        second = await make.case_at("disbursed", owner="sales2")
        boss = await sign_in("boss", role="boss")
        await boss.ok("POST", f"/cases/{first.id}/receipts", json=paid(clock, 100_000))
        await boss.ok("POST", f"/cases/{second.id}/receipts", json=paid(clock, 600_000))
        found = await boss.ok("GET", "/receipts/summary")
        assert (found["dueFen"], found["receivedFen"], found["outstandingFen"]) == (1_200_000, 700_000, 500_000)
        ages = [(bucket["fromDays"], bucket["toDays"], bucket["cases"], bucket["outstandingFen"]) for bucket in found["ageing"]]
        assert ages == [(0, 7, 0, 0), (8, 30, 0, 0), (31, 60, 1, 500_000), (61, 90, 0, 0), (91, None, 0, 0)]
        own = await (await sign_in("sales2")).ok("GET", "/receipts/summary")
        assert (own["dueFen"], own["outstandingFen"]) == (600_000, 0)
        graph = await boss.graphql("{ receiptSummary { dueFen ageing { cases outstandingFen } } }")
        assert graph["data"]["receiptSummary"]["dueFen"] == 1_200_000

    async def test_the_timeline_says_so(self, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        case = await make.case_at("disbursed")
        boss = await sign_in("boss", role="boss")
        receipt = await boss.ok("POST", f"/cases/{case.id}/receipts", json=paid(clock, 400_000))
        await boss.ok("POST", f"/receipts/{receipt['id']}/reverse", json={"reason": "录错"})
        texts = [row["text"] for row in (await boss.ok("GET", f"/customers/{case.customer_id}/timeline"))["items"]]
        assert texts[:2] == ["冲销回款 4000元", "回款 4000元"]
