"""From rules to the customers whom they let pass."""

from typing import Any

import pytest

from support.company import Company
from support.doors import DOORS, DoorName, Refused, graph_of, rest_of
from support.people import SignIn
from support.product_doors import CHENGDU, CHONGQING, HANGZHOU, ProductDoor, body, hard

from .conftest import Known

RULES: dict[str, Any] = {"conditions": [hard("fund", "ge", "fundMonths", 12)], "limit": None, "rate": None}


async def passing(door: ProductDoor, rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A page through either door."""
    if door.name == "rest":
        return rest_of(await door.api("POST", "/products/rules/customers", json={"rules": rules, **more}))
    query = (
        'query($rules: JSON!, $cities: [Int!], $wanted: String! = "possible", $first: Int! = 50, $after: String) '
        "{ ruleCustomers(rules: $rules, cities: $cities, wanted: $wanted, first: $first, after: $after) "
        "{ counts { yes unknown no } edges { verdict node { id name { value masked } } } pageInfo { hasNextPage endCursor } } }"
    )
    given = {"first": more.pop("limit", 50), "after": more.pop("cursor", None), **more}
    found = (await graph_of(door.api, query, rules=rules, **given))["ruleCustomers"]
    return {
        "counts": found["counts"],
        "items": [{"customer": edge["node"], "verdict": edge["verdict"]} for edge in found["edges"]],
        "nextCursor": found["pageInfo"]["endCursor"] if found["pageInfo"]["hasNextPage"] else None,
    }


def ids(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["customer"]["id"], item["verdict"]) for item in found["items"]]


@pytest.mark.parametrize("name", DOORS)
async def test_newest_first_with_counts(sign_in: SignIn, known: Known, company: Company, name: DoorName) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), name)
    made = [str(await known(values)) for values in ({"fundMonths": 12}, {"fundMonths": 11}, {"age": 30}, {"fundMonths": 40}, {"age": 31})]
    await company.customer(name="没有资质")
    first = await passing(door, RULES, limit=2)
    assert first["counts"] == {"yes": 2, "unknown": 2, "no": 1}
    assert ids(first) == [(made[4], "unknown"), (made[3], "yes")]
    second = await passing(door, RULES, limit=2, cursor=first["nextCursor"])
    assert (second["counts"], ids(second), second["nextCursor"]) == (None, [(made[2], "unknown"), (made[0], "yes")], None)
    assert ids(await passing(door, RULES, wanted="yes")) == [(made[3], "yes"), (made[0], "yes")]
    shown = second["items"][1]["customer"]
    assert shown["name"] == {"value": "王*", "masked": True}
    with pytest.raises(Refused) as refused:
        await passing(door, RULES, cursor="bm8")
    assert refused.value.code == "core.cursor-invalid"


@pytest.mark.parametrize("name", DOORS)
async def test_only_whom_the_viewer_may_see(sign_in: SignIn, known: Known, company: Company, name: DoorName) -> None:
    mine = str(await known({"fundMonths": 20}, owner="sales1"))
    other = str(await known({"fundMonths": 21}, owner="sales2"))
    away = str(await known({"fundMonths": 22}, team=company.other_team))
    seen = {
        "sales1": await sign_in("sales1"),
        "leader1": await sign_in("leader1", role="leader", unit=company.team),
        "manager1": await sign_in("manager1", role="manager", unit=company.department),
        "boss": await sign_in("boss", role="boss"),
        "submission": await sign_in("sub", role="submission"),
    }
    found = {who: await passing(ProductDoor(api, name), RULES) for who, api in seen.items()}
    assert {who: [key for key, _ in ids(one)] for who, one in found.items()} == {
        "sales1": [mine],
        "leader1": [other, mine],
        "manager1": [away, other, mine],
        "boss": [away, other, mine],
        "submission": [],
    }
    assert {who: one["counts"]["yes"] for who, one in found.items()} == {
        "sales1": 1,
        "leader1": 2,
        "manager1": 3,
        "boss": 3,
        "submission": 0,
    }
    with pytest.raises(Refused) as refused:
        await passing(ProductDoor(await sign_in("hr", role="hr"), name), RULES)
    assert refused.value.code == "core.forbidden"


@pytest.mark.parametrize("name", DOORS)
async def test_bad_rules_are_refused_at_their_node(sign_in: SignIn, name: DoorName) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), name)
    nested = {"op": "and", "of": [{"op": "known", "field": "age"}, {"op": "ge", "field": "age", "value": True}]}
    with pytest.raises(Refused) as refused:
        await passing(door, {"conditions": [{"id": "a", "severity": "hard", "when": nested}]})
    (error,) = refused.value.problem["errors"]
    assert (refused.value.code, error["pointer"]) == ("products.rule-invalid", "/rules/conditions/0/when/of/1/value")


PEOPLE: list[dict[str, Any]] = [
    {},
    {"wantedAmount": 20_000_000},
    {"age": 34, "city": CHENGDU, "wantedAmount": 20_000_000, "overdueNow": 0, "executed": False, "dishonest": False},
    {
        "age": 34, "city": CHENGDU, "workCity": CHONGQING, "wantedAmount": 10_000_000, "overdueNow": 0, "executed": False, "dishonest": False,
        "fundMonths": 30, "fundBase": 1_000_000, "fundMonthly": 120_000, "bankIncome": 1_200_000, "jobMonths": 30, "socialMonths": 30,
        "queries1m": 1, "queries2m": 1, "queries6m": 3, "overdueRun24m": 0, "overdueCount24m": 1, "cardUsage": 4_500, "debtUnsecured": 0,
    },
    {
        "age": 45, "city": HANGZHOU, "workCity": HANGZHOU, "wantedAmount": 100_000_000, "wantedMonths": 36, "hasHouse": True,
        "houseKinds": ["residence", "shop"], "houseCity": HANGZHOU, "houseValue": 300_000_000, "houseMortgage": 200_000_000,
        "houseOwnership": "mortgaged", "mortgageMonths": 40, "overdueNow": 0, "executed": False, "dishonest": False, "purpose": "business",
        "licenceMonths": 40, "shareHeld": 10_000, "taxGrade": "B", "tax12m": 20_000_000, "invoice12m": 900_000_000, "bankFlow": 80_000_000,
        "industry": "manufacturing", "occupation": "owner", "queries2m": 2, "queries6m": 5, "overdueRun24m": 0, "overdueCount24m": 0,
        "debtUnsecured": 5_000_000, "debtMonthly": 900_000, "guarantees": 0,
    },
    {"age": 61, "city": CHENGDU, "wantedAmount": 5_000_000, "hasCar": True, "carOwnership": "full", "carAgeMonths": 30, "carValue": 9_000_000},
    {"age": 28, "city": CHENGDU, "wantedAmount": 4_000_000, "wantedMonths": 7, "fundMonths": 20, "fundMonthly": 10_000, "dishonest": True},
    {"age": 28, "city": CHENGDU, "wantedAmount": 3_000_000, "fundMonths": 20, "fundMonthly": 10_000, "fundBase": 350_000, "overdueNow": 0},
]  # fmt: skip


async def test_both_directions_agree_on_everyone(sign_in: SignIn, known: Known, catalogue: int) -> None:
    """Every version of the catalogue against every customer: what SQL says of the customer is what the match says of the product."""
    boss = await sign_in("boss", role="boss")
    customers = [str(await known(values)) for values in PEOPLE]
    by_match: dict[str, dict[str, str]] = {}
    for customer in customers:
        for item in (await boss.ok("POST", f"/customers/{customer}/matches", json={}))["items"]:
            by_match.setdefault(item["versionId"], {})[customer] = item["verdict"]
    assert len(by_match) == 54  # of 60: two bridges, and two lenders with two products each that are not in cooperation
    said: set[str] = set()
    for version, verdicts in by_match.items():
        found = await boss.ok("GET", f"/product-versions/{version}/customers", params={"limit": 200})
        by_rule = {**dict.fromkeys(customers, "no"), **dict(ids(found))}
        assert by_rule == verdicts, version
        tally = list(verdicts.values())
        assert found["counts"] == {word: tally.count(word) for word in ("yes", "unknown", "no")}
        said |= set(tally)
    assert said == {"yes", "unknown", "no"}


async def test_a_versions_terms_count(sign_in: SignIn, known: Known) -> None:
    boss = await sign_in("boss", role="boss")
    door = ProductDoor(boss, "rest")
    for city, amount in ((CHENGDU, 20_000_000), (HANGZHOU, 20_000_000), (CHENGDU, 1)):
        await known({"age": 30, "city": city, "workCity": city, "wantedAmount": amount})
    product = await door.create("" or (await door.lender())["id"], "甲", "credit", body(cities=[CHENGDU]))
    found = await boss.ok("GET", f"/product-versions/{product['draft']['id']}/customers", params={"wanted": "yes"})
    assert (found["counts"], len(found["items"])) == ({"yes": 1, "unknown": 0, "no": 2}, 1)
    draft = await passing(door, body()["rules"], cities=[CHENGDU], amountMinFen=1_000_000, terms=[12])
    assert draft["counts"] == found["counts"]
    assert (await passing(door, body()["rules"]))["counts"] == {"yes": 3, "unknown": 0, "no": 0}
