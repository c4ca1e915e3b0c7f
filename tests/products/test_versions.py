"""The life of a version: draft, approved, effective from a time, and never changed again."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.products.models import ProductVersion
from loanbroker_api.products.service import version_at
from support.clock import TestClock
from support.company import Company
from support.doors import DOORS, DoorName, Refused, refusal
from support.people import SignIn
from support.product_doors import ProductDoor, body, hard


@pytest.mark.parametrize("name", DOORS)
async def test_from_draft_to_force(sign_in: SignIn, company: Company, clock: TestClock, name: DoorName) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), name)
    product = await door.create_product((await door.lender())["id"], "甲")
    draft = await door.version(product["draft"]["id"])
    saved = await door.save(draft["id"], draft["version"], body(approvalHours=12), "更快")
    assert (saved["body"]["approvalHours"], saved["note"], saved["state"]) == (12, "更快", "draft")
    assert await refusal(door.save(draft["id"], draft["version"], body())) == "core.stale"
    assert await refusal(door.approve(draft["id"], draft["version"])) == "core.stale"
    approved = await door.approve(saved["id"], saved["version"])
    assert (approved["state"], approved["effective"], approved["effectiveTo"]) == ("approved", True, None)
    assert (await door.product(product["id"]))["current"]["number"] == 1
    # What is approved never changes.
    assert await refusal(door.save(saved["id"], approved["version"], body())) == "products.version-frozen"
    assert await refusal(door.approve(saved["id"], approved["version"])) == "products.version-not-draft"
    again = await door.draft(product["id"])
    assert (again["number"], again["body"]) == (2, approved["body"])
    assert await refusal(door.draft(product["id"])) == "products.draft-exists"
    sales = ProductDoor(await sign_in("sales1"), name)
    assert await refusal(sales.approve(again["id"], again["version"])) == "core.forbidden"
    manager = ProductDoor(await sign_in("manager", role="manager"), name)
    assert await refusal(manager.approve(again["id"], again["version"])) == "core.forbidden"


@pytest.mark.parametrize("name", DOORS)
async def test_a_version_takes_over_at_its_time(sign_in: SignIn, company: Company, clock: TestClock, name: DoorName) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), name)
    product = await door.sold((await door.lender())["id"], "甲")
    began = clock.now()
    clock.move(timedelta(days=1))
    await door.api.login()
    second = await door.draft(product["id"], body(approvalHours=48))
    later = clock.now() + timedelta(days=3)
    before = (clock.now() - timedelta(minutes=5)).isoformat()
    assert await refusal(door.approve(second["id"], second["version"], before)) == "products.effective-in-past"
    approved = await door.approve(second["id"], second["version"], later.isoformat())
    assert approved["effective"] is False
    assert (await door.product(product["id"]))["current"]["number"] == 1
    third = await door.draft(product["id"], body(approvalHours=72))
    # Nothing may begin before what is already agreed to begin.
    assert await refusal(door.approve(third["id"], third["version"])) == "products.effective-taken"
    assert await refusal(door.approve(third["id"], third["version"], later.isoformat())) == "products.effective-taken"
    clock.move(timedelta(days=3, seconds=1))
    await door.api.login()
    assert (await door.product(product["id"]))["current"]["number"] == 2
    first = await door.version(product["versionId"])
    assert (first["effective"], first["effectiveTo"], first["state"]) == (False, approved["effectiveFrom"], "approved")
    async with company.runtime.read(company.id) as session:
        moments = {
            began - timedelta(days=1): None,
            began + timedelta(hours=1): 1,
            later - timedelta(microseconds=1): 1,
            later: 2,
            later + timedelta(days=400): 2,
        }
        for at, number in moments.items():
            found = await version_at(session, UUID(product["id"]), at)
            assert (found and found.number) == number, at


async def test_a_promise_can_be_taken_back_until_it_holds(sign_in: SignIn, clock: TestClock) -> None:
    boss = await sign_in("boss", role="boss")
    door = ProductDoor(boss, "rest")
    product = await door.sold((await door.lender())["id"], "甲")
    second = await door.draft(product["id"])
    approved = await door.approve(second["id"], second["version"], (clock.now() + timedelta(days=1)).isoformat())
    path = f"/product-versions/{second['id']}/withdraw"
    withdrawn = await boss.ok("POST", path, headers={"If-Match": str(approved["version"])})
    assert (withdrawn["state"], withdrawn["effective"]) == ("withdrawn", False)
    assert (await door.version(product["versionId"]))["effectiveTo"] is None
    clock.move(timedelta(days=2))
    await boss.login()
    assert (await door.product(product["id"]))["current"]["number"] == 1
    first = await door.version(product["versionId"])
    answer = await boss("POST", f"/product-versions/{first['id']}/withdraw", headers={"If-Match": str(first["version"])})
    assert answer.json()["code"] == "products.version-in-force"
    answer = await boss("POST", path, headers={"If-Match": str(withdrawn["version"])})
    assert answer.json()["code"] == "products.version-not-approved"
    third = await door.draft(product["id"])
    assert third["number"] == 3
    assert (await boss("DELETE", f"/product-versions/{third['id']}", headers={"If-Match": str(third["version"])})).status_code == 204
    answer = await boss("DELETE", f"/product-versions/{first['id']}", headers={"If-Match": str(first["version"])})
    assert answer.json()["code"] == "products.version-frozen"
    assert (await door.draft(product["id"], source=product["versionId"]))["number"] == 3


async def test_drafts_made_at_once_are_one(sign_in: SignIn, company: Company) -> None:
    doors = [ProductDoor(await sign_in("boss", role="boss"), name) for name in DOORS]
    product = await doors[0].sold((await doors[0].lender())["id"], "甲")
    codes = await asyncio.gather(*(refusal(door.draft(product["id"])) for door in doors * 4))
    assert (codes.count(None), codes.count("products.draft-exists")) == (1, 7)
    async with company.runtime.read(company.id) as session:
        numbers = sorted(await session.scalars(select(ProductVersion.number)))
    assert numbers == [1, 2]


async def test_approvals_at_once_are_one(sign_in: SignIn, company: Company) -> None:
    doors = [ProductDoor(await sign_in("boss", role="boss"), name) for name in DOORS]
    product = await doors[0].sold((await doors[0].lender())["id"], "甲")
    draft = await doors[0].draft(product["id"])
    codes = await asyncio.gather(
        *(refusal(door.approve(draft["id"], draft["version"])) for door in doors * 3),
        *(refusal(door.save(draft["id"], draft["version"], body(approvalHours=99))) for door in doors),
    )
    assert codes.count(None) == 1, codes
    async with company.runtime.read(company.id) as session:
        rows = list(await session.scalars(select(ProductVersion)))
        audits = list(await session.scalars(select(AuditEntry.action).where(AuditEntry.action == "products.version_approved")))
    effective = [row for row in rows if row.state == "approved" and row.effective_to is None]
    assert len(effective) == 1
    assert len(audits) == sum(row.state == "approved" for row in rows)


async def test_two_versions_side_by_side(sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss")
    door = ProductDoor(boss, "rest")
    lender = await door.lender()
    product = await door.sold(
        lender["id"], "甲", conditions=[hard("age", "ge", "age", 22), hard("fund", "ge", "fundMonths", 12)], fees=[FEE]
    )
    second = await door.draft(
        product["id"],
        body(
            amountMaxFen=50_000_000,
            terms=[12, 24, 60],
            rate={"basis": "annual", "minPpm": 55_000, "maxPpm": 120_000},
            cities=[510_100],
            fees=[{**FEE, "ppm": 10_000}],
            conditions=[hard("fund", "ge", "fundMonths", 6), hard("job", "ge", "jobMonths", 6)],
            limit={"op": "mul", "of": [{"field": "fundMonthly"}, {"value": 120}]},
        ),
    )
    found = (await boss.ok("GET", f"/product-versions/{second['id']}/compare", params={"with": product["versionId"]}))["changes"]
    texts = {change["path"]: change["text"] for change in found}
    assert list(texts) == [
        "/amountMaxFen", "/rate/minPpm", "/terms", "/cities", "/fees/service", "/rules/conditions/age", "/rules/conditions/fund",
        "/rules/conditions/job", "/rules/limit",
    ]  # fmt: skip
    assert texts["/amountMaxFen"] == "最高金额：30万 → 50万"
    assert texts["/rate/minPpm"] == "最低利率：6% → 5.5%"
    assert texts["/terms"] == "期限：新增60 个月，去掉36 个月"
    assert texts["/cities"] == "服务城市：不限 → 成都"
    assert texts["/fees/service"] == "费用：手续费 2%（放款时） → 手续费 1%（放款时）"
    assert texts["/rules/conditions/age"].startswith("删除条件：")
    assert "12" in texts["/rules/conditions/fund"]
    assert "6" in texts["/rules/conditions/fund"]
    assert texts["/rules/conditions/job"].startswith("新增条件：")
    assert texts["/rules/limit"].startswith("额度公式：无 → ")
    assert (await boss.ok("GET", f"/product-versions/{second['id']}/compare", params={"with": second["id"]}))["changes"] == []
    other = await door.create_product(lender["id"], "乙")
    answer = await boss("GET", f"/product-versions/{second['id']}/compare", params={"with": other["draft"]["id"]})
    assert answer.json()["code"] == "products.versions-apart"


FEE: dict[str, Any] = {"code": "service", "title": "手续费", "kind": "percent", "ppm": 20_000, "amountFen": None, "at": "disbursement"}


async def test_another_companys_version_is_not_there(sign_in: SignIn, company: Company) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), "rest")
    assert await refusal(door.version(str(company.id))) == "products.version-not-found"
    assert await refusal(door.draft(str(company.id))) == "products.not-found"
    with pytest.raises(Refused) as refused:
        await door._rest("POST", f"/product-versions/{company.id}/approve", None, json={})
    assert refused.value.code == "core.if-match-required"
