"""Stars, contact, intent and stage: what moves them, and what they were."""

from datetime import timedelta

import pytest

from loanbroker_api.core.normalize.phones import normalize_phone
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Stage
from loanbroker_api.customers.service import IncomingLead, move_stage, put_source, receive_lead
from loanbroker_api.customers.service.access import get_customer
from support.client import code_of
from support.clock import TestClock
from support.company import Company, fresh_phone
from support.doors import DOORS, Door, DoorName, Refused, refusal
from support.people import SOURCE, SignIn, lead_in


@pytest.mark.parametrize("name", DOORS)
class TestStars:
    async def test_with_their_history(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        row = await door.get(customer.id)
        assert row["stars"] is None
        rated = await door.stars(customer.id, row["version"], 4)
        assert (rated["stars"], rated["version"]) == (4, row["version"] + 1)
        same = await door.stars(customer.id, rated["version"], 4)
        assert same["version"] == rated["version"], "the same again writes nothing"
        none = await door.stars(customer.id, rated["version"], 0)
        assert none["stars"] == 0, "no star is a rating too"
        await door.stars(customer.id, none["version"], None)
        assert await door.states(customer.id) == [
            ("stars", 0, None, "by_hand"),
            ("stars", 4, 0, "by_hand"),
            ("stars", None, 4, "by_hand"),
        ]
        timeline = (await door.api.ok("GET", f"/customers/{customer.id}/timeline"))["items"]
        assert [entry["text"] for entry in timeline[:3]] == ["修改了星级"] * 3
        changes = (await door.api.ok("GET", f"/customers/{customer.id}/state-changes", params={"limit": 2}))["items"]
        assert {change["by"]["displayName"] for change in changes} == {"员工sales1"}

    async def test_refused(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        version = (await door.get(customer.id))["version"]
        for bad in (-1, 6, "5", 4.5, True, [5]):
            assert await refusal(door.stars(customer.id, version, bad)) in {"core.invalid", "core.graphql-invalid"}, bad
        with pytest.raises(Refused) as refused:
            await door.stars(customer.id, version - 1, 5)
        assert (refused.value.code, refused.value.problem["current"]["version"]) == ("core.stale", version)
        assert (await door.get(customer.id))["stars"] is None
        answer = await door.api("PUT", f"/customers/{customer.id}/stars", json={"stars": 5})
        assert (answer.status_code, code_of(answer)) == (428, "core.if-match-required")
        answer = await door.api("PUT", f"/customers/{customer.id}/stars", json={}, headers={"If-Match": str(version)})
        assert code_of(answer) == "core.invalid", "null is said, not left out"


@pytest.mark.parametrize("name", DOORS)
async def test_contact_is_that_of_the_latest_attempt(company: Company, sign_in: SignIn, clock: TestClock, name: DoorName) -> None:
    door = Door(await sign_in("sales1"), name)
    customer = await company.customer()
    row = await door.get(customer.id)
    assert (row["contactState"], row["unreachableCount"]) == ("new", 0)
    steps = [
        ("no_answer", "unreachable", 1),
        ("no_answer", "unreachable", 2),
        ("other", "unreachable", 2),
        ("call_again", "connected", 0),
        ("other", "connected", 0),
        ("no_answer", "unreachable", 1),
        ("invalid_number", "invalid", 1),
        ("refused", "connected", 0),
        ("interested", "connected", 0),
    ]
    for outcome, state, count in steps:
        clock.move(timedelta(minutes=1))
        await door.follow_up(customer.id, outcome=outcome)
        row = await door.get(customer.id)
        assert (row["contactState"], row["unreachableCount"]) == (state, count), outcome
    contact = [(was, now, cause) for what, was, now, cause in await door.states(customer.id) if what == "contact"]
    assert contact == [
        ("invalid", "connected", "follow_up"),
        ("unreachable", "invalid", "follow_up"),
        ("connected", "unreachable", "follow_up"),
        ("unreachable", "connected", "follow_up"),
        ("new", "unreachable", "follow_up"),
    ]


@pytest.mark.parametrize("name", DOORS)
async def test_stage_and_intent_are_kept_wherever_they_move(company: Company, sign_in: SignIn, name: DoorName) -> None:
    door = Door(await sign_in("sales1"), name)
    phone = fresh_phone()
    customer = await company.customer(phone=phone)
    await door.follow_up(customer.id, outcome="interested", intent="B")
    await door.follow_up(customer.id, outcome="call_again", intent="B")
    version = (await door.get(customer.id))["version"]
    await door.update(customer.id, version, intent="A")
    await door.follow_up(customer.id, outcome="refused", stage="lost")
    await lead_in(company.runtime, company, phone=phone)
    async with company.runtime.uow(company.id) as uow:
        row = await get_customer(uow.session, company.system, customer.id, lock=True)
        await move_stage(uow, company.system, row, Stage.VISIT, "case")
        await move_stage(uow, company.system, row, Stage.VISIT, "case")
    assert await door.states(customer.id) == [
        ("stage", "lead", "visit", "case"),
        ("stage", "lost", "lead", "lead"),
        ("stage", "contact", "lost", "follow_up"),
        ("intent", "B", "A", "by_hand"),
        ("stage", "lead", "contact", "follow_up"),
        ("intent", None, "B", "follow_up"),
        ("contact", "new", "connected", "follow_up"),
    ]
    timeline = (await door.api.ok("GET", f"/customers/{customer.id}/timeline", params={"kind": "stage_changed"}))["items"]
    assert [entry["text"] for entry in timeline] == ["阶段 线索 → 到访", "阶段 流失 → 线索", "阶段 沟通 → 流失", "阶段 线索 → 沟通"]
    changes = (await door.api.ok("GET", f"/customers/{customer.id}/state-changes"))["items"]
    assert [change["by"] is None for change in changes] == [True, True, False, False, False, False, False]


async def test_another_number_is_tried_anew(company: Company, sign_in: SignIn, runtime: Runtime) -> None:
    door = Door(await sign_in("sales1"), "rest")
    phone = fresh_phone()
    customer = await company.customer(phone=phone)
    await door.follow_up(customer.id, outcome="invalid_number")
    await lead_in(runtime, company, phone=phone)
    assert (await door.get(customer.id))["contactState"] == "invalid", "the same number is as dead as before"
    async with runtime.uow(company.id) as uow:
        await put_source(uow, SOURCE, "来源", "generic")
        numbers = [normalize_phone(phone), normalize_phone(fresh_phone())]
        result = await receive_lead(uow, company.system, IncomingLead(SOURCE, "again", uow.now, None, numbers), company.team)
    assert result.customer_id == customer.id
    assert (await door.get(customer.id))["contactState"] == "new"
    assert (await door.states(customer.id))[0] == ("contact", "invalid", "new", "lead")


async def test_states_page_by_page(company: Company, sign_in: SignIn) -> None:
    api = await sign_in("sales1")
    door = Door(api, "rest")
    customer = await company.customer()
    version = (await door.get(customer.id))["version"]
    for stars in (1, 2, 3, 4, 5):
        version = (await door.stars(customer.id, version, stars))["version"]
    path = f"/customers/{customer.id}/state-changes"
    first = await api.ok("GET", path, params={"limit": 3})
    second = await api.ok("GET", path, params={"limit": 3, "cursor": first["nextCursor"]})
    assert [row["now"] for row in first["items"] + second["items"]] == [5, 4, 3, 2, 1]
    assert second["nextCursor"] is None
