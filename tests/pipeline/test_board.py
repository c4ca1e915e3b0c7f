"""The board: what stands where, its first cards and further pages, by filter and scope."""

from datetime import timedelta

import pytest

from loanbroker_api.pipeline import board
from support.cases import CaseDoor, Maker, refused
from support.clock import TestClock
from support.company import Company
from support.doors import DOORS, DoorName
from support.people import SignIn


@pytest.mark.parametrize("door", DOORS)
async def test_counts_sums_and_cards(door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock, company: Company) -> None:
    here = [await make.case(owner=owner, wanted_fen=100) for owner in ("sales1", "sales2", "sales1")]
    clock.move(timedelta(hours=80))
    moved = await make.move(here[0].id, "visit")
    paid = await make.case_at("disbursed", approved=7_000, paid=7_000)
    lost = await make.move((await make.case()).id, "lost", reason="other")
    boss = CaseDoor(await sign_in("boss", role="boss"), door)
    columns = await boss.board()
    shown = {
        code: (column["count"], column["amountFen"], column["late"], [card["id"] for card in column["cards"]])
        for code, column in columns.items()
    }
    assert shown == {
        "appointment": (2, 200, 2, [str(case.id) for case in here[1:]]),
        "visit": (1, 100, 0, [str(moved.id)]),
        "disbursed": (1, 7_000, 0, [str(paid.id)]),
        "lost": (1, 20_000_000, 0, [str(lost.id)]),
        **dict.fromkeys(("signed", "submitted", "supplement", "approval", "collateral", "receipt", "repayment", "settled"), (0, 0, 0, [])),
    }
    assert list(columns) == [stage.code for stage in (await make.stages(paid)).values()]
    narrow = await boss.board(ownerId=str(company.employees["sales2"].id))
    assert {code: column["count"] for code, column in narrow.items() if column["count"]} == {"appointment": 1}
    assert (await boss.board(late=True))["appointment"]["count"] == 2
    assert (await boss.board(lenderId=str((await make.offer()).lender)))["disbursed"]["count"] == 1
    own = await CaseDoor(await sign_in("sales2"), door).board()
    assert {code: column["count"] for code, column in own.items() if column["count"]} == {"appointment": 1}
    clock.move(timedelta(days=91))
    boss = CaseDoor(await sign_in("boss"), door)
    assert (await boss.board())["lost"]["count"] == 0
    problem = await refused(boss.board(pipelineId=str(paid.id)))
    assert problem.code == "pipeline.not-found"


async def test_further_pages(make: Maker, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "FIRST", 2)
    cases = [await make.case() for _ in range(5)]
    api = await sign_in("boss", role="boss")
    column = (await api.ok("GET", "/cases/board"))["columns"][0]
    found, cursor = [card["id"] for card in column["cards"]], column["nextCursor"]
    while cursor:
        page = await api.ok("GET", f"/cases/board/{column['stage']['id']}", params={"cursor": cursor, "limit": 2})
        found += [card["id"] for card in page["items"]]
        cursor = page["nextCursor"]
    assert found == [str(case.id) for case in cases]
    assert (await api("GET", f"/cases/board/{cases[0].id}")).json()["code"] == "pipeline.stage-not-found"
    assert (await api("GET", f"/cases/board/{column['stage']['id']}", params={"cursor": "x"})).json()["code"] == "core.cursor-invalid"
