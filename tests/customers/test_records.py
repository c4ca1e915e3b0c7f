"""Customers entered and changed by hand."""

import asyncio

import pytest

from loanbroker_api.customers.models import CustomerPhone
from support.client import code_of
from support.company import Company, fresh_phone
from support.doors import DOORS, Door, DoorName, Refused, refusal
from support.inbox import count_of, customers_of
from support.people import SignIn, lead_in


async def test_a_customer_entered_by_hand(company: Company, sign_in: SignIn) -> None:
    api = await sign_in("sales1")
    for name in DOORS:
        door = Door(api, name)
        phone = fresh_phone()
        data = {"name": "令狐冲", "phone": f"+86 {phone}", "city": "成都", "note": "朋友介绍", "wantedAmount": "20万"}
        row = await door.create(**data)
        assert (row["name"]["value"], row["phone"]["value"]) == ("令狐*", f"{phone[:3]}****{phone[-4:]}")
        assert row["owner"]["id"] == str(company.employees["sales1"].id)
        assert await refusal(door.create(**data)) == "customers.phone-taken"
        assert await refusal(door.create(name="x", phone="138****0000")) == "core.invalid"
        with pytest.raises(Refused) as refused:
            await door.create(name="x", phone="1390000000", city="成都")
        assert refused.value.fields == ["phone.too-short"]
        assert "1390000000" not in str(refused.value.problem)
        for nul in ({"name": "a\x00", "phone": fresh_phone()}, {"name": "a", "phone": fresh_phone(), "note": "\x00"}):
            with pytest.raises(Refused) as refused:
                await door.create(**nul)
            assert (refused.value.code, refused.value.fields) == ("core.invalid", ["core.nul"]), name
        (history,) = await api.ok("GET", f"/customers/{row['id']}/ownership-history")
        assert history["explanation"]["code"] == "customers.assign.self-entered"
    assert len(await customers_of(company)) == 2
    finance = Door(await sign_in("money", role="finance"), "rest")
    assert await refusal(finance.create(name="x", phone=fresh_phone())) == "core.forbidden"


async def test_one_number_entered_by_many_at_once(company: Company, sign_in: SignIn) -> None:
    doors = [Door(await sign_in(f"sales{number}"), DOORS[number % 2]) for number in range(4)]
    phone = fresh_phone()
    codes = await asyncio.gather(*(refusal(door.create(name="任盈盈", phone=phone)) for door in doors * 3), refusal(_lead(company, phone)))
    done = codes.count(None)
    assert done in {1, 2}, "whoever came first, and the lead if it came later and touched"
    assert (codes[-1], codes.count("customers.phone-taken")) == (None, 13 - done)
    (customer,) = await customers_of(company)
    assert await count_of(company, CustomerPhone) == 1
    assert customer.phone_masked == f"{phone[:3]}****{phone[-4:]}"


async def _lead(company: Company, phone: str) -> None:
    await lead_in(company.runtime, company, phone=phone)


@pytest.mark.parametrize("name", DOORS)
async def test_an_edit_and_its_tokens(company: Company, sign_in: SignIn, name: DoorName) -> None:
    api = await sign_in("sales1")
    door = Door(api, name)
    phone = fresh_phone()
    customer = await company.customer(name="岳不群", phone=phone)
    version = (await door.get(customer.id))["version"]
    row = await door.update(customer.id, version, name="林平之", city="深圳", intent="A", note="改过")
    assert (row["name"]["value"], row["intent"], row["version"]) == ("林**", "A", version + 1)
    for gone in ("岳不群", "岳不", "yuebuqun", "ybq"):
        assert (await door.search(gone))[0] == [], gone
    for there in ("林平之", "平之", "linpingzhi", "lpz", phone, phone[-4:], f"林 {phone[-4:]}"):
        assert (await door.search(there))[0] == [str(customer.id)], there
    with pytest.raises(Refused) as refused:
        await door.update(customer.id, version, name="东方不败")
    assert (refused.value.code, refused.value.problem["status"]) == ("core.stale", 409)
    assert refused.value.problem["current"]["version"] == version + 1
    assert "东方" not in str(refused.value.problem)
    cleared = await door.update(customer.id, version + 1, city=None, intent=None, note=None)
    assert cleared["intent"] is None
    for bad in ({"name": None}, {"name": " "}, {"city": "不存在的城市"}, {"intent": "E"}, {"wantedAmount": "很多"}):
        assert await refusal(door.update(customer.id, version + 2, **bad)) == "core.invalid", bad
    assert (await door.get(customer.id))["version"] == version + 2, "a refused edit changes nothing"
    assert (await door.timeline(customer.id))[:2] == ["edited", "edited"]


async def test_an_edit_names_its_version(company: Company, sign_in: SignIn) -> None:
    api = await sign_in("sales1")
    customer = await company.customer()
    path = f"/customers/{customer.id}"
    answer = await api("PATCH", path, json={"city": "成都"})
    assert (answer.status_code, code_of(answer)) == (428, "core.if-match-required")
    for bad in ("x", '"-1"', "\xb2", "9" * 30):
        answer = await api("PATCH", path, json={"city": "成都"}, headers={"If-Match": bad.encode("latin-1")})
        assert (answer.status_code, code_of(answer)) == (422, "core.invalid"), bad


async def test_two_edits_of_one_version_at_once(company: Company, sign_in: SignIn) -> None:
    api = await sign_in("sales1")
    customer = await company.customer(name="田伯光")
    version = (await Door(api, "rest").get(customer.id))["version"]
    names = ["甲一", "乙二", "丙三", "丁四", "戊五", "己六"]
    codes = await asyncio.gather(
        *(refusal(Door(api, DOORS[number % 2]).update(customer.id, version, name=name)) for number, name in enumerate(names))
    )
    assert sorted(str(code) for code in codes) == ["None"] + ["core.stale"] * 5
    won = names[codes.index(None)]
    found = [name for name in names if (await Door(api, "rest").search(name))[0]]
    assert found == [won], "tokens are the winner's alone"


async def test_a_hand_made_write_is_done_once_under_its_key(company: Company, sign_in: SignIn) -> None:
    api = await sign_in("sales1")
    body = {"name": "仪琳", "phone": fresh_phone()}
    headers = {"Idempotency-Key": "one"}
    answers = await asyncio.gather(*(api("POST", "/customers", json=body, headers=headers) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await customers_of(company)) == 1
    other = await api("POST", "/customers", json=body | {"name": "仪和"}, headers=headers)
    assert (other.status_code, code_of(other)) == (422, "core.idempotency-mismatch")


async def test_cities(sign_in: SignIn) -> None:
    api = await sign_in("sales1")
    cities = (await api.ok("GET", "/cities"))["items"]
    assert [city["code"] for city in cities] == sorted({city["code"] for city in cities})
    assert {"code": 510_100, "name": "成都市", "province": "四川省"} in cities
    assert len(cities) > 330
    answer = await api("GET", "/customers", params={"city": 10**30})
    assert (answer.status_code, code_of(answer)) == (422, "core.invalid")
