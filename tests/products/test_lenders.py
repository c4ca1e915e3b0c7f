"""The roster of lenders."""

import asyncio

import pytest

from loanbroker_api.products.models import Lender
from support.company import Company
from support.doors import DOORS, DoorName, Refused, refusal
from support.people import SignIn
from support.product_doors import CHENGDU, CHONGQING, ProductDoor


@pytest.mark.parametrize("name", DOORS)
async def test_a_lender_is_made_found_and_changed(sign_in: SignIn, company: Company, name: DoorName) -> None:
    door = ProductDoor(await sign_in("boss", role="boss"), name)
    made = await door.create_lender(
        name="锦屏银行",
        kind="bank",
        cooperation="candidate",
        territories=[CHENGDU, CHONGQING, CHENGDU],
        route="bureau",
        contacts="王经理 138",
    )
    assert (made["territories"], made["contacts"], made["productCount"]) == (
        [CHONGQING, CHENGDU],
        {"value": "王经理 138", "masked": False},
        0,
    )
    changed = await door.update_lender(made["id"], made["version"], cooperation="active", contacts=None)
    assert (changed["cooperation"], changed["contacts"], changed["version"]) == ("active", None, made["version"] + 1)
    assert await refusal(door.update_lender(made["id"], made["version"], note="旧的")) == "core.stale"
    assert await refusal(door.create_lender(name="锦屏银行", kind="bank", route="bureau")) == "products.lender-name-taken"
    await door.lender("青黛银行", cooperation="suspended")
    assert [row["name"] for row in await door.lenders()] == ["锦屏银行", "青黛银行"]
    assert [row["name"] for row in await door.lenders(search="青")] == ["青黛银行"]
    assert [row["name"] for row in await door.lenders(cooperation="active")] == ["锦屏银行"]
    with pytest.raises(Refused) as refused:
        await door.create_lender(name="x", kind="bank", route="bureau", territories=[CHENGDU, 999_999])
    assert [error["pointer"] for error in refused.value.problem["errors"]] == ["/territories/1"]


async def test_contacts_are_ciphertext_and_shown_to_those_who_keep_the_roster(sign_in: SignIn, company: Company) -> None:
    boss, sales = await sign_in("boss", role="boss"), await sign_in("sales1")
    made = await ProductDoor(boss, "rest").create_lender(name="甲", kind="bank", route="bureau", contacts="李经理 028-1")
    async with company.runtime.read(company.id) as session:
        row = await session.get_one(Lender, (company.id, made["id"]))
    assert row.contacts_enc is not None
    assert "李经理".encode() not in row.contacts_enc
    for door in (ProductDoor(sales, "rest"), ProductDoor(sales, "graphql")):
        (seen,) = await door.lenders()
        assert seen["contacts"] == {"value": "•••", "masked": True}
        assert await refusal(door.create_lender(name="乙", kind="bank", route="bureau")) == "core.forbidden"
        assert [action["allowed"] for action in seen["allowedActions"]] == [False, False]
    assert (await boss("GET", f"/lenders/{made['id']}")).json()["hasContacts"] is True
    assert (await boss("GET", f"/lenders/{company.id}")).status_code == 404
    hr = ProductDoor(await sign_in("hr", role="hr"), "rest")
    assert await refusal(hr.lenders()) == "core.forbidden"


async def test_one_name_entered_by_many_at_once(sign_in: SignIn) -> None:
    doors = [ProductDoor(await sign_in("boss", role="boss"), name) for name in DOORS]
    codes = await asyncio.gather(*(refusal(door.create_lender(name="同名", kind="bank", route="bureau")) for door in doors * 3))
    assert (codes.count(None), codes.count("products.lender-name-taken")) == (1, 5)
