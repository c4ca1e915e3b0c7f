"""The rule language behind the API: its schema, its checks, how it reads."""

from typing import Any

import orjson

from loanbroker_api.export import documents
from support.people import SignIn
from support.product_doors import CHENGDU, ProductDoor, body, hard


async def test_the_schema_is_the_published_one(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    schema = await sales.ok("GET", "/products/rule-schema")
    assert schema == orjson.loads(documents()["rules.schema.json"])
    assert "conditions" in schema["properties"]
    assert (await (await sign_in("hr", role="hr"))("GET", "/products/rule-schema")).status_code == 403


async def test_rules_are_checked_and_read_aloud(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    rules: dict[str, Any] = body(conditions=[hard("fund", "ge", "fundMonths", 12)])["rules"]
    found = await sales.ok("POST", "/products/rules/check", json={"rules": rules, "cities": [CHENGDU]})
    assert (found["ok"], found["errors"]) == (True, [])
    assert [one["id"] for one in found["readsAs"]] == ["@territory", "fund"]
    assert "公积金连续月数" in found["readsAs"][1]["text"]
    assert "12" in found["sentence"]
    rules["conditions"].append(hard("x", "ge", "nothing", 1))
    wrong = await sales.ok("POST", "/products/rules/check", json={"rules": rules})
    assert (wrong["ok"], wrong["readsAs"], wrong["sentence"]) == (False, [], "")
    (error,) = wrong["errors"]
    assert (error["pointer"], error["code"]) == ("/rules/conditions/1/when/field", "products.rule-field")
    english = await sales.ok("POST", "/products/rules/check", json={"rules": rules}, headers={"Accept-Language": "en"})
    assert english["errors"][0]["message"].isascii()


async def test_a_version_reads_itself_aloud(sign_in: SignIn) -> None:
    for door in (ProductDoor(await sign_in("boss", role="boss"), "rest"), ProductDoor(await sign_in("boss", role="boss"), "graphql")):
        lender = await door.lender(f"银行{door.name}")
        made = await door.create(lender["id"], "甲", "credit", body(cities=[CHENGDU]))
        version = await door.version(made["draft"]["id"])
        assert [one["id"] for one in version["readsAs"]] == ["@territory", "@amount", "@term", "age"]
        assert "成都" in version["readsAs"][0]["text"]
        assert version["sentence"].startswith("须")
