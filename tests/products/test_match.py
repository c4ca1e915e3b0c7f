"""Matching: who would lend, in which order, and why not the others."""

from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from loanbroker_api.products.models import MatchRun, Product, ProductVersion
from support.clock import TestClock
from support.company import Company
from support.doors import DOORS, DoorName, Refused, graph_of, refusal, rest_of
from support.people import SignIn
from support.product_doors import CHENGDU, HANGZHOU, ProductDoor, body, hard

from .conftest import Known

ITEM = (
    "productId versionId productName verdict near limitFen limitText amountFen months repayment ratePpm rateBasis rateFrom instalmentFen "
    "totalCostFen feesFen nominal effective score approvalHours missing { field title } needs nearMisses { conditionId field text fromDate by } "
    "refusals explanation"
)
MATCH = f"aim counts {{ yes unknown near no }} ask {{ field title decides }} items {{ {ITEM} }}"


async def what_if(door: ProductDoor, facts: dict[str, Any], **more: Any) -> dict[str, Any]:
    if door.name == "rest":
        return rest_of(await door.api("POST", "/matches", json={"facts": facts, **more}))
    query = (
        'query($facts: JSON!, $amountFen: Fen, $months: Int, $aim: String! = "cost", $kinds: [String!]) '
        f"{{ match(facts: $facts, amountFen: $amountFen, months: $months, aim: $aim, kinds: $kinds) {{ {MATCH} }} }}"
    )
    found = (await graph_of(door.api, query, facts=facts, **more))["match"]
    for item in found["items"]:
        for near in item["nearMisses"]:
            near["from"] = near.pop("fromDate")
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [item["productName"] for item in found["items"]]


@pytest.mark.parametrize("name", DOORS)
async def test_one_product_with_all_its_figures(sign_in: SignIn, name: DoorName) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), name)
    await door.sold(
        (await door.lender())["id"],
        "公积金贷",
        "fund",
        rate={"basis": "monthly_flat", "minPpm": 6_000, "maxPpm": 9_000},
        repayments=["flat"],
        fees=[{"code": "service", "title": "服务费", "kind": "percent", "ppm": 30_000, "amountFen": None, "at": "disbursement"}],
        conditions=[
            hard("fund", "ge", "fundMonths", 12),
            {"id": "card", "severity": "soft", "points": 15, "when": {"op": "le", "field": "cardUsage", "value": 7_000}},
            {"id": "city", "severity": "need", "when": {"op": "known", "field": "workCity"}},
        ],
        limit={"op": "min", "of": [{"value": 50_000_000}, {"op": "mul", "of": [{"field": "fundMonthly"}, {"value": 12}, {"value": 10}]}]},
    )
    facts = {"fundMonths": 14, "fundMonthly": 320_000, "cardUsage": 8_000}
    found = await what_if(door, facts, amountFen=36_000_000, months=36)
    assert (found["counts"], found["ask"], found["aim"]) == ({"yes": 1, "unknown": 0, "near": 0, "no": 0}, None, "cost")
    (item,) = found["items"]
    # The product lends 30万 at most, the formula 38.4万; 0.6 % a month flat over 36 instalments with 3 % at the start is 15.32 / 16.44 %.
    assert (item["limitFen"], item["amountFen"], item["months"], item["repayment"]) == (38_400_000, 30_000_000, 36, "flat")
    assert (item["ratePpm"], item["rateBasis"], item["rateFrom"]) == (6_000, "monthly_flat", "range")
    assert (item["nominal"][:6], item["effective"][:6]) == ("0.1532", "0.1644")
    assert (item["feesFen"], item["totalCostFen"]) == (900_000, 900_000 + 36 * 180_000)
    assert item["instalmentFen"] == 833_333 + 180_000
    assert (item["score"], item["verdict"], item["missing"]) == (85, "yes", [])
    assert "38.4万" in item["limitText"]
    assert "3,200" in item["limitText"]
    assert len(item["needs"]) == 1
    tree = item["explanation"]
    assert tree["verdict"] == "yes"
    assert {child["facts"]["condition"]: child["verdict"] for child in tree["children"]} == {
        "@amount": "yes", "@term": "yes", "fund": "yes", "card": "no", "city": "no",
    }  # fmt: skip


async def test_the_order_is_the_customers(sign_in: SignIn) -> None:
    """Cost by default; the other aims; what the company earns changes nothing."""
    door = ProductDoor(await sign_in("boss", role="boss"), "rest")
    lender = await door.lender()
    annual = {"basis": "annual", "maxPpm": 200_000}
    await door.sold(
        lender["id"], "贵而快", rate={**annual, "minPpm": 150_000}, approvalHours=1, commissionPpm=200_000, amountMaxFen=20_000_000
    )
    await door.sold(lender["id"], "便宜", rate={**annual, "minPpm": 50_000}, approvalHours=72, commissionPpm=0, amountMaxFen=15_000_000)
    await door.sold(
        lender["id"], "额度高", rate={**annual, "minPpm": 90_000}, approvalHours=24, commissionPpm=100_000, amountMaxFen=90_000_000
    )
    lax = await door.sold(
        lender["id"],
        "先息",
        rate={**annual, "minPpm": 60_000},
        repayments=["interest_first"],
        conditions=[{"id": "s", "severity": "soft", "points": 40, "when": {"op": "ge", "field": "zhimaScore", "value": 700}}],
    )
    facts = {"age": 30, "zhimaScore": 600}
    orders = {aim: names(await what_if(door, facts, amountFen=10_000_000, months=36, aim=aim)) for aim in AIMS}
    assert orders == {
        "cost": ["便宜", "先息", "额度高", "贵而快"],
        "amount": ["额度高", "先息", "贵而快", "便宜"],
        "speed": ["贵而快", "先息", "额度高", "便宜"],
        "instalment": ["先息", "便宜", "额度高", "贵而快"],
        "approval": ["便宜", "额度高", "贵而快", "先息"],
    }
    before = await what_if(door, facts, amountFen=10_000_000)
    for commission in (200_000, 0):
        draft = await door.draft(
            lax["id"], body(commissionPpm=commission, rate={**annual, "minPpm": 60_000}, repayments=["interest_first"])
        )
        await door.approve(draft["id"], draft["version"])
        assert names(await what_if(door, facts, amountFen=10_000_000)) == names(before)


AIMS = ("cost", "amount", "speed", "instalment", "approval")


@pytest.mark.parametrize("name", DOORS)
async def test_yes_then_unknown_then_near_then_no(sign_in: SignIn, name: DoorName) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), name)
    lender = await door.lender()
    wanted = {
        "丁不行": [hard("d", "eq", "dishonest", False)],
        "丙差一点": [hard("q", "le", "queries2m", 2)],
        "乙未知": [hard("fund", "ge", "fundMonths", 12)],
        "戊未知": [hard("fund", "ge", "fundMonths", 24), hard("income", "ge", "bankIncome", 1)],
        "甲行": [hard("age", "ge", "age", 22)],
    }
    for product, conditions in wanted.items():
        await door.sold(lender["id"], product, conditions=conditions)
    found = await what_if(door, {"age": 30, "dishonest": True, "queries2m": 4}, amountFen=10_000_000)
    assert names(found) == ["甲行", "乙未知", "戊未知", "丙差一点", "丁不行"]
    assert found["counts"] == {"yes": 1, "unknown": 2, "near": 1, "no": 1}
    assert (found["ask"]["field"], found["ask"]["decides"]) == ("fundMonths", 2)
    yes, unknown, both, near, no = found["items"]
    assert [one["field"] for one in unknown["missing"]] == ["fundMonths"]
    assert {one["field"] for one in both["missing"]} == {"fundMonths", "bankIncome"}
    (miss,) = near["nearMisses"]
    assert (miss["conditionId"], miss["field"], miss["by"]) == ("q", "queries2m", 2)
    assert miss["from"] is not None
    assert near["amountFen"] == 10_000_000
    assert (no["verdict"], no["near"], no["amountFen"], no["nominal"]) == ("no", False, None, None)
    assert no["refusals"]
    assert yes["refusals"] == []


async def test_a_limit_below_the_least_amount_refuses(sign_in: SignIn) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), "rest")
    given = {"amountMinFen": 3_000_000, "limit": {"op": "mul", "of": [{"field": "fundMonthly"}, {"value": 60}]}}
    sold = await door.sold((await door.lender())["id"], "甲", **given)
    for facts, verdict in (({"fundMonthly": 40_000}, "no"), ({"fundMonthly": 50_000}, "yes"), ({}, "yes")):
        (item,) = (await what_if(door, {"age": 30, **facts}, amountFen=5_000_000))["items"]
        assert item["verdict"] == verdict, facts
    (item,) = (await what_if(door, {"age": 30, "fundMonthly": 40_000}, amountFen=5_000_000))["items"]
    assert item["refusals"] == ["额度 2.4万，低于起贷金额 3万"]
    assert item["explanation"]["verdict"] == "no"
    assert item["explanation"]["children"][-1]["facts"]["condition"] == "@limit"
    assert item["productId"] == sold["id"]


async def test_what_is_not_matched(sign_in: SignIn, clock: TestClock) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), "rest")
    lender = await door.lender()
    paused = await door.lender("暂停资方", cooperation="suspended")
    await door.lender("准入资方", cooperation="candidate")
    await door.sold(lender["id"], "在售")
    await door.sold(paused["id"], "资方暂停")
    bridge = await door.sold(lender["id"], "过桥", "bridge")
    await door.update_product(bridge["id"], bridge["version"], state="active", enabledReason="负责人批准")
    off = await door.sold(lender["id"], "产品暂停")
    await door.update_product(off["id"], off["version"], state="suspended")
    await door.create_product(lender["id"], "只有草稿")
    await door.sold(lender["id"], "过期", validTo="2020-01-01")
    await door.sold(lender["id"], "未到", validFrom="2999-01-01")
    await door.sold(lender["id"], "车", "car")
    facts = {"age": 30}
    assert sorted(names(await what_if(door, facts))) == ["在售", "车"]
    assert names(await what_if(door, facts, kinds=["car", "bridge"])) == ["车"]
    assert names(await what_if(door, facts, kinds=["bridge"])) == []
    lenders = {row["name"]: row for row in await door.lenders()}
    await door.update_lender(paused["id"], lenders["暂停资方"]["version"], cooperation="active")
    assert "资方暂停" in names(await what_if(door, facts))


async def test_a_saved_customer_matches_as_the_same_what_if(sign_in: SignIn, company: Company, catalogue: int, known: Known) -> None:
    facts = {
        "age": 34, "city": CHENGDU, "workCity": CHENGDU, "occupation": "private", "bankIncome": 1_200_000, "jobMonths": 30, "fundMonths": 30,
        "fundBase": 1_000_000, "fundMonthly": 120_000, "socialMonths": 30, "queries2m": 1, "queries6m": 3, "queries1m": 1, "overdueNow": 0,
        "overdueRun24m": 0, "overdueCount24m": 1, "cardUsage": 4_500, "executed": False, "dishonest": False, "debtUnsecured": 3_000_000,
        "hasHouse": True, "houseKinds": ["residence"], "houseCity": CHENGDU, "houseValue": 200_000_000, "wantedAmount": 20_000_000,
    }  # fmt: skip
    assert catalogue == 60
    customer = await known(facts, owner="sales1")
    sales = await sign_in("sales1")
    tried = await what_if(ProductDoor(sales, "rest"), facts)
    saved = await sales.ok("POST", f"/customers/{customer}/matches", json={})
    assert saved["runId"] is not None
    assert saved["items"] == tried["items"]
    assert saved["counts"] == tried["counts"]
    assert sum(saved["counts"].values()) == len(saved["items"])
    assert saved["counts"]["yes"] > 3
    query = f"query($id: UUID!) {{ customer(id: $id) {{ match(first: 200) {{ {MATCH} }} }} }}"
    through = (await graph_of(sales, query, id=str(customer)))["customer"]["match"]
    assert [item["versionId"] for item in through["items"]] == [item["versionId"] for item in saved["items"]]
    assert through["items"][0]["explanation"] == saved["items"][0]["explanation"]
    # Stand-ins hold for one run only; null makes a field unknown.
    other = await sales.ok("POST", f"/customers/{customer}/matches", json={"facts": {"fundMonths": None, "dishonest": True}})
    assert other["counts"]["yes"] < saved["counts"]["yes"]
    assert (await sales.ok("POST", f"/customers/{customer}/matches", json={}))["items"] == saved["items"]
    page = await sales.ok("GET", f"/customers/{customer}/matches", params={"limit": 2})
    assert [run["counts"]["yes"] for run in page["items"]] == [saved["counts"]["yes"], other["counts"]["yes"]]
    assert page["nextCursor"] is not None
    assert page["items"][0]["best"]["versionId"] == saved["items"][0]["versionId"]
    assert page["items"][0]["by"]["id"] == str(company.employees["sales1"].id)


async def test_a_run_remembers_its_versions(sign_in: SignIn, company: Company, known: Known) -> None:
    boss = await sign_in("boss", role="boss")
    door = ProductDoor(boss, "rest")
    sold = await door.sold((await door.lender())["id"], "甲")
    customer = await known({"age": 30}, owner="sales1")
    first = await boss.ok("POST", f"/customers/{customer}/matches", json={"amountFen": 5_000_000})
    draft = await door.draft(sold["id"], body(conditions=[hard("age", "ge", "age", 40)]))
    await door.approve(draft["id"], draft["version"])
    second = await boss.ok("POST", f"/customers/{customer}/matches", json={"amountFen": 5_000_000})
    async with company.runtime.read(company.id) as session:
        runs = {str(run.id): run.results for run in await session.scalars(select(MatchRun))}
    assert [(one["versionId"], one["verdict"]) for one in runs[first["runId"]]] == [(sold["versionId"], "yes")]
    assert [(one["versionId"], one["verdict"]) for one in runs[second["runId"]]] == [(draft["id"], "no")]


async def test_nobody_matches_out_of_sight(sign_in: SignIn, known: Known, company: Company) -> None:
    customer = await known({"age": 30}, owner="sales1")
    other = await sign_in("sales2")
    hr = await sign_in("hr", role="hr")
    for api in (other, hr):
        for call in (api("POST", f"/customers/{customer}/matches", json={}), api("GET", f"/customers/{customer}/matches")):
            assert (await call).json()["code"] == "customers.not-found"
    assert (await hr("POST", "/matches", json={"facts": {}})).json()["code"] == "core.forbidden"
    query = "query($id: UUID!) { customer(id: $id) { match { aim } } }"
    assert await refusal(graph_of(other, query, id=str(customer))) == "customers.not-found"
    collateral = await sign_in("col", role="collateral")
    assert await refusal(graph_of(collateral, "{ match(facts: {}) { aim } }")) == "core.forbidden"


@pytest.mark.parametrize("name", DOORS)
async def test_bad_facts_are_refused_at_their_place(sign_in: SignIn, name: DoorName) -> None:
    door = ProductDoor(await sign_in("sales1"), name)
    faults: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
        ({"shoeSize": 42}, {}, "/facts/shoeSize", "customers.field-unknown"),
        ({"age": "30"}, {}, "/facts/age", "customers.field-type"),
        ({"age": 400}, {}, "/facts/age", "customers.field-range"),
        ({"taxGrade": "Z"}, {}, "/facts/taxGrade", "customers.field-choice"),
        ({"bankIncome": 2**64}, {}, "/facts/bankIncome", "customers.field-range"),
        ({}, {"amountFen": 2_000_000_000_000}, "/amountFen", "customers.field-range"),
        ({}, {"aim": "commission"}, "/aim", "core.literal-error"),
    ]
    for facts, more, pointer, code in faults:
        with pytest.raises(Refused) as refused:
            await what_if(door, facts, **more)
        assert [(error["pointer"], error["code"]) for error in refused.value.problem["errors"]] == [(pointer, code)]


async def test_the_catalogue_is_loaded_once(company: Company, catalogue: int) -> None:
    from loanbroker_api.products.catalogue import load_catalogue

    async with company.runtime.uow(company.id) as uow:
        assert (catalogue, await load_catalogue(uow, company.system)) == (60, 0)
    async with company.runtime.read(company.id) as session:
        kinds = set(await session.scalars(select(Product.kind)))
        bridges = set(await session.scalars(select(Product.state).where(Product.kind == "bridge")))
        states = set(await session.scalars(select(ProductVersion.state)))
    assert kinds == {"credit", "mortgage", "car", "policy", "fund", "tax", "business", "consumption", "bridge"}
    assert (bridges, states) == ({"suspended"}, {"approved"})


async def test_a_city_away_is_refused(sign_in: SignIn) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), "rest")
    await door.sold((await door.lender())["id"], "甲", cities=[CHENGDU])
    for facts, verdict in (
        ({"city": CHENGDU}, "yes"),
        ({"city": HANGZHOU, "workCity": CHENGDU}, "yes"),
        ({"city": HANGZHOU}, "unknown"),
        ({"city": HANGZHOU, "workCity": HANGZHOU}, "no"),
    ):
        (item,) = (await what_if(door, {"age": 30, **facts}, amountFen=5_000_000))["items"]
        assert item["verdict"] == verdict, facts


async def test_a_page_of_matches_reads_the_shelf_once(sign_in: SignIn, company: Company, catalogue: int, known: Known) -> None:
    """No more statements for five customers' matches than for one's."""
    for number in range(5):
        await known({"age": 30 + number, "wantedAmount": 10_000_000}, owner="sales1")
    sales = await sign_in("sales1")
    counted: list[int] = []
    for first in (1, 5):
        statements: list[str] = []

        def note(_connection: Any, _cursor: object, statement: str, *_: object, into: list[str] = statements) -> None:
            into.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        found = await graph_of(
            sales, f"{{ customers(first: {first}) {{ edges {{ node {{ match(first: 3) {{ items {{ productName }} }} }} }} }} }}"
        )
        event.remove(Engine, "before_cursor_execute", note)
        assert [len(edge["node"]["match"]["items"]) for edge in found["customers"]["edges"]] == [3] * first
        counted.append(len([one for one in statements if "product_version" in one or "qualification" in one]))
    assert counted == [3, 2]  # names on sale and what is known; the bodies only the first time
