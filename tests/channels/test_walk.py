"""The walk of a lead through every layer: signed webhook, inbox, worker, customer, owner, follow-up."""

from collections.abc import Awaitable, Callable

import pytest
from fastapi import FastAPI

from support.client import Api
from support.company import Company, fresh_phone
from support.webhooks import Platform

SignIn = Callable[..., Awaitable[Api]]
Settle = Callable[[], Awaitable[None]]


async def test_a_pushed_lead_becomes_the_owners_customer(app: FastAPI, company: Company, sign_in: SignIn, settle: Settle) -> None:
    sales = await sign_in("sales1")
    channel, secret = await company.channel("巨量引擎")
    phone = fresh_phone()
    answer = await Platform(app, channel.key, secret).send(
        {
            "leadId": "77",
            "name": "欧阳修",
            "phone": f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}",
            "city": "成都",
            "wantedAmount": "20-30万",
            "campaign": "三月",
        }
    )
    assert (answer.status_code, answer.json()) == (202, {"received": 1})
    await settle()
    (row,) = (await sales.ok("GET", "/customers"))["items"]
    assert row["name"] == {"value": "欧阳*", "masked": True}
    assert row["phone"] == {"value": f"{phone[:3]}****{phone[-4:]}", "masked": True}
    assert row["wantedAmount"] == {"fromFen": 20_000_000, "toFen": 30_000_000}
    assert (row["city"]["name"], row["channel"]["name"], row["stage"]) == ("成都市", "巨量引擎", "lead")
    assert all(action["allowed"] for action in row["allowedActions"] if action["action"] != "assign")
    revealed = await sales.ok("POST", f"/customers/{row['id']}/reveal", json={"field": "phone", "reason": {"code": "call"}})
    assert revealed["value"] == phone
    await sales.ok("POST", f"/customers/{row['id']}/follow-ups", json={"outcome": "interested", "intent": "B", "note": "月底前要用"})
    (item,) = (await sales.ok("GET", f"/customers/{row['id']}/follow-ups"))["items"]
    assert (item["outcome"], item["note"]) == ("interested", {"value": "月底前要用", "masked": False})
    kinds = [entry["kind"] for entry in (await sales.ok("GET", f"/customers/{row['id']}/timeline"))["items"]]
    assert set(kinds) == {"lead_received", "assigned", "revealed", "follow_up", "stage_changed"}
    history = await sales.ok("GET", f"/customers/{row['id']}/ownership-history")
    assert history[0]["explanation"]["code"] == "customers.assign.round-robin"
    (bell,) = (await sales.ok("GET", "/notifications"))["items"]
    assert bell["title"] == "新客户：欧阳*"


@pytest.mark.parametrize("by", ["主号", "后四位", "姓名", "拼音"])
async def test_a_customer_is_found_by(by: str, company: Company, sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    phone = fresh_phone()
    customer = await company.customer(name="单田芳", phone=phone)
    text = {"主号": phone, "后四位": phone[-4:], "姓名": "单田", "拼音": "shantianfang"}[by]
    found = await sales.ok("POST", "/customers/search", json={"search": text})
    assert str(customer.id) in [row["id"] for row in found["items"]]
