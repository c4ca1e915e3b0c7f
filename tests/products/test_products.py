"""Products and the checks on their bodies."""

import asyncio
import copy
from typing import Any

import pytest

from support.company import Company
from support.doors import DOORS, DoorName, Refused, refusal
from support.people import SignIn
from support.product_doors import BODY, ProductDoor, body, hard


@pytest.mark.parametrize("name", DOORS)
async def test_a_product_is_made_found_and_changed(sign_in: SignIn, company: Company, name: DoorName) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), name)
    lender = await door.lender()
    made = await door.create_product(lender["id"], "云岫信用贷")
    assert (made["state"], made["current"], made["draft"]["number"], made["lender"]["name"]) == ("active", None, 1, "云岫银行")
    assert await refusal(door.create_product(lender["id"], "云岫信用贷")) == "products.name-taken"
    assert await refusal(door.create_product(str(company.id), "别家")) == "products.lender-not-found"
    changed = await door.update_product(made["id"], made["version"], name="云岫新贷", state="suspended")
    assert (changed["name"], changed["state"]) == ("云岫新贷", "suspended")
    assert await refusal(door.update_product(made["id"], made["version"], state="active")) == "core.stale"
    await door.sold(lender["id"], "云岫车贷", "car")
    assert [row["name"] for row in await door.products(kind="car")] == ["云岫车贷"]
    assert [row["name"] for row in await door.products(search="新")] == ["云岫新贷"]
    (sold,) = await door.products(state="active")
    assert (sold["current"]["number"], sold["draft"]) == (1, None)
    sales = ProductDoor(await sign_in("sales1"), name)
    assert len(await sales.products()) == 2
    assert await refusal(sales.create_product(lender["id"], "x")) == "core.forbidden"
    hr = ProductDoor(await sign_in("hr", role="hr"), name)
    assert await refusal(hr.product(made["id"])) == "core.forbidden"


async def test_a_bridge_product_is_off_until_an_owner_says_why(sign_in: SignIn) -> None:
    for name in DOORS:
        door = ProductDoor(await sign_in("boss", role="boss"), name)
        lender = await door.lender(f"过桥资方{name}")
        made = await door.create_product(lender["id"], "赎楼过桥", "bridge")
        assert made["state"] == "suspended"
        assert await refusal(door.update_product(made["id"], made["version"], state="active")) == "products.bridge-reason-needed"
        manager = ProductDoor(await sign_in("manager", role="manager"), name)
        asked = manager.update_product(made["id"], made["version"], state="active", enabledReason="想做")
        assert await refusal(asked) == "core.forbidden"
        enabled = await door.update_product(made["id"], made["version"], state="active", enabledReason="老客户赎楼，逐单看批复")
        assert (enabled["state"], enabled["enabledReason"]) == ("active", "老客户赎楼，逐单看批复")


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"amountMaxFen": 999_999}, "/body/amountMaxFen", "products.amount-range"),
    ({"terms": [24, 12]}, "/body/terms", "products.terms-order"),
    ({"terms": [12, 12]}, "/body/terms", "products.terms-order"),
    ({"terms": [0]}, "/body/terms/0", "core.greater-than-equal"),
    ({"terms": [361]}, "/body/terms/0", "core.less-than-equal"),
    ({"terms": []}, "/body/terms", "core.too-short"),
    ({"rate": {"basis": "annual", "minPpm": 2, "maxPpm": 1}}, "/body/rate/maxPpm", "products.rate-range"),
    ({"rate": {"basis": "weekly", "minPpm": 1, "maxPpm": 1}}, "/body/rate/basis", "core.literal-error"),
    ({"repayments": ["sometimes"]}, "/body/repayments/0", "core.literal-error"),
    ({"repayments": ["equal_instalment", "flat"]}, "/body/repayments/1", "products.repayment-basis"),
    ({"repayments": ["bullet", "bullet"]}, "/body/repayments", "products.repayment-twice"),
    ({"fees": [{"code": "a", "title": "费", "kind": "percent", "at": "end"}]}, "/body/fees/0/ppm", "products.fee-amount"),
    (
        {"fees": [{"code": "a", "title": "费", "kind": "fixed", "ppm": 1, "amountFen": 1, "at": "end"}]},
        "/body/fees/0/ppm",
        "products.fee-amount",
    ),
    ({"cities": [510_100, 510_199]}, "/body/cities/1", "products.city-unknown"),
    ({"queryStep": None}, "/body/queryStep", "products.query-step"),
    ({"makesQuery": False}, "/body/queryStep", "products.query-step"),
    ({"validFrom": "2026-02-01", "validTo": "2026-01-31"}, "/body/validTo", "products.date-range"),
    ({"amountMaxFen": 2**63}, "/body/amountMaxFen", "core.less-than-equal"),
    ({"surprise": 1}, "/body/surprise", "core.extra-forbidden"),
    ({"conditions": [hard("a", "ge", "shoeSize", 42)]}, "/body/rules/conditions/0/when/field", "products.rule-field"),
    ({"conditions": [hard("a", "ge", "age", "22")]}, "/body/rules/conditions/0/when/value", "products.rule-literal"),
    ({"conditions": [hard("a", "about", "age", 22)]}, "/body/rules/conditions/0/when/op", "products.rule-op"),
    ({"limit": {"op": "add", "of": [{"field": "age"}, {"field": "bankIncome"}]}}, "/body/rules/limit", "products.rule-type"),
]


@pytest.mark.parametrize(("given", "pointer", "code"), FAULTS, ids=[f"{pointer} {code}" for _, pointer, code in FAULTS])
async def test_a_bad_body_is_refused_at_its_place(sign_in: SignIn, given: dict[str, Any], pointer: str, code: str) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), "rest")
    lender = await door.lender()
    with pytest.raises(Refused) as refused:
        await door.create(lender["id"], "坏的", "credit", body(**copy.deepcopy(given)))
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in refused.value.problem["errors"]], refused.value.problem
    assert await door.products() == []


async def test_rules_that_are_too_much_are_refused_quickly(sign_in: SignIn) -> None:
    """10,000 nodes, a tree deeper than any stack, and a loop that JSON cannot hold: refused, none burns the processor."""
    door = ProductDoor(await sign_in("boss", role="boss"), "rest")
    lender = await door.lender()
    leaf = {"op": "known", "field": "age"}
    wide = {"id": "a", "severity": "hard", "when": {"op": "or", "of": [leaf] * 10_000}}
    deep: dict[str, Any] = leaf
    for _ in range(60):
        deep = {"op": "not", "of": deep}
    for condition, code in ((wide, "products.rule-size"), ({"id": "a", "severity": "hard", "when": deep}, "products.rule-depth")):
        with pytest.raises(Refused) as refused:
            await asyncio.wait_for(door.create_product(lender["id"], "大的", conditions=[condition]), timeout=5)
        assert (refused.value.code, refused.value.fields) == ("products.rule-invalid", [code])
    text = b'{"lenderId":"' + lender["id"].encode() + b'","name":"x","kind":"credit","body":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001
    answer = await door.api("POST", "/products", content=text, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert await door.products() == []


async def test_actions_follow_permissions(sign_in: SignIn) -> None:
    boss, manager, sales = await sign_in("boss", role="boss"), await sign_in("manager", role="manager"), await sign_in("sales1")
    lender = await ProductDoor(boss, "rest").lender()
    made = await ProductDoor(boss, "rest").create(lender["id"], "甲", "credit", BODY)
    seen = {
        api: {action["action"]: action["allowed"] for action in (await ProductDoor(api, "rest").product(made["id"]))["allowedActions"]}
        for api in (boss, manager, sales)
    }
    assert seen[boss] == {"edit": True, "activate": True, "draft": False, "approve": True}
    assert seen[manager] == {"edit": True, "activate": True, "draft": False, "approve": False}
    assert seen[sales] == {"edit": False, "activate": False, "draft": False, "approve": False}
