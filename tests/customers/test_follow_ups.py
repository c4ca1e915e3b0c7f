"""Follow-ups, hand-overs, reveals: their rules, what follows from them, who is told."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from loanbroker_api.access.models import Employee, Role, RoleField
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.clock import BUSINESS_ZONE
from loanbroker_api.core.ids import new_id
from loanbroker_api.customers.models import Customer, OwnershipEvent, Reveal
from loanbroker_api.workspace.models import PushEvent, Todo
from support.client import code_of
from support.clock import TestClock
from support.company import Company
from support.doors import DOORS, Door, DoorName, Refused, refusal
from support.people import SignIn

Settle = Callable[[], Awaitable[None]]


async def rows_of(company: Company, statement: Any) -> list[Any]:
    async with company.runtime.read(company.id) as session:
        return list(await session.scalars(statement))


async def open_todos(company: Company) -> list[Todo]:
    return await rows_of(company, select(Todo).where(Todo.done_at.is_(None)))


async def customer_of(company: Company, customer: Customer) -> Customer:
    return (await rows_of(company, select(Customer).where(Customer.id == customer.id)))[0]


def iso(at: datetime) -> str:
    return at.isoformat()


@pytest.mark.parametrize("name", DOORS)
class TestFollowUps:
    async def test_what_follows_from_a_contact(self, company: Company, sign_in: SignIn, clock: TestClock, name: DoorName) -> None:
        door = Door(await sign_in("sales1"), name)
        me = company.employees["sales1"].id
        customer = await company.customer()
        assert customer.first_contact_due_at is not None
        assert customer.first_contact_due_at - customer.created_at == timedelta(minutes=30)
        due = clock.now() + timedelta(days=1)
        given = await door.follow_up(
            customer.id, outcome="interested", intent="B", note="月底要用", nextActionAt=iso(due), nextActionKind="visit"
        )
        assert (given["outcome"], given["note"]) == ("interested", {"value": "月底要用", "masked": False})
        after = await customer_of(company, customer)
        assert (after.stage, after.intent, after.next_action_kind, after.last_outcome) == (20, 2, "visit", 1)
        assert after.first_contact_due_at is None
        first = after.first_contacted_at
        assert first is not None
        (todo,) = await open_todos(company)
        assert (todo.employee_id, todo.subject_id, todo.kind) == (me, customer.id, "customers.next_action")
        assert abs(todo.due_at - due) < timedelta(milliseconds=1)
        clock.move(timedelta(minutes=5))
        later = clock.now() + timedelta(days=2)
        await door.follow_up(customer.id, outcome="no_answer", nextActionAt=iso(later))
        (todo,) = await open_todos(company)
        assert todo.due_at > due, "the next action replaces the one before"
        await door.follow_up(customer.id, outcome="refused", stage="lost")
        assert await open_todos(company) == []
        after = await customer_of(company, customer)
        assert (after.stage, after.next_action_at, after.next_action_kind, after.first_contacted_at) == (99, None, None, first)
        assert await door.follow_ups(customer.id) == [None, None, "月底要用"]
        assert (await door.timeline(customer.id))[:2] == ["stage_changed", "follow_up"]

    async def test_what_a_follow_up_refuses(self, company: Company, sign_in: SignIn, clock: TestClock, name: DoorName) -> None:
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        now = clock.now()
        cases: list[tuple[dict[str, Any], str]] = [
            ({"nextActionAt": iso(now - timedelta(seconds=1))}, "customers.next-action-past"),
            ({"nextActionAt": iso(now + timedelta(days=367))}, "customers.next-action-far"),
            ({"stage": "contract"}, "customers.stage-by-case"),
            ({"stage": "settled"}, "customers.stage-by-case"),
            ({"note": "a\x00b"}, "core.nul"),
            ({"note": "长" * 2_001}, "core.string-too-long"),
            ({"outcome": "perhaps"}, "core.literal-error"),
            ({"intent": "Z"}, "core.literal-error"),
        ]
        for more, code in cases:
            with pytest.raises(Refused) as refused:
                await door.follow_up(customer.id, **{"outcome": "other", **more})
            assert (refused.value.code, refused.value.fields) == ("core.invalid", [code])
        both = {"nextActionAt": iso(now - timedelta(days=1)), "stage": "overdue"}
        with pytest.raises(Refused) as refused:
            await door.follow_up(customer.id, outcome="other", **both)
        assert refused.value.fields == ["customers.next-action-past", "customers.stage-by-case"]
        assert await door.follow_ups(customer.id) == []
        assert (await customer_of(company, customer)).version == (await door.get(customer.id))["version"]


async def test_times_at_the_edge_of_the_calendar(company: Company, sign_in: SignIn) -> None:
    api = await sign_in("sales1")
    customer = await company.customer()
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "99999-01-01T00:00:00Z", "2026-02-30T00:00:00Z", ""):
        answer = await api("POST", f"/customers/{customer.id}/follow-ups", json={"outcome": "other", "nextActionAt": at})
        assert (answer.status_code, code_of(answer)) == (422, "core.invalid"), at


@pytest.mark.parametrize("name", DOORS)
class TestHandOver:
    async def test_a_customer_is_handed_over(
        self, company: Company, sign_in: SignIn, clock: TestClock, settle: Settle, name: DoorName
    ) -> None:
        before, leader = await sign_in("sales1"), await sign_in("leader1", role="leader", on_duty=False)
        after = await company.employee("sales2", on_duty=False)
        customer = await company.customer()
        await Door(before, name).follow_up(customer.id, outcome="interested", nextActionAt=iso(clock.now() + timedelta(days=1)))
        await settle()
        door = Door(leader, name)
        version = (await door.get(customer.id))["version"]
        row = await door.assign(customer.id, after.id, version, "他更合适")
        assert row["owner"]["id"] == str(after.id)
        (todo,) = await open_todos(company)
        assert todo.employee_id == after.id, "to-dos follow the customer"
        assert await refusal(Door(before, name).get(customer.id)) == "customers.not-found"
        told = {event.employee_id: event.kind for event in await rows_of(company, select(PushEvent).order_by(PushEvent.id))}
        assert told[company.employees["sales1"].id] == "customers.changed", "who loses it is told"
        await settle()
        api = await sign_in("sales2")
        (bell,) = (await api.ok("GET", "/notifications"))["items"]
        assert bell["title"] == "客户移交给你：张**"
        newest = (await rows_of(company, select(OwnershipEvent).order_by(OwnershipEvent.id.desc())))[0]
        assert (newest.kind, newest.previous_owner_id) == ("transferred", company.employees["sales1"].id)
        assert "他更合适" not in str([newest.explanation, [row.facts for row in await rows_of(company, select(AuditEntry))]])
        again = await door.assign(customer.id, after.id, row["version"])
        assert again["version"] == row["version"], "to the same owner again changes nothing"

    async def test_what_a_hand_over_refuses(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        await company.employee("sales1")
        door = Door(await sign_in("leader1", role="leader", on_duty=False), name)
        customer = await company.customer()
        version = (await door.get(customer.id))["version"]
        far = await company.employee("far", unit=company.other_team)
        clerk = await company.employee("clerk", role="finance")
        left = await company.employee("left", on_duty=False)
        async with company.runtime.uow(company.id) as uow:
            (await uow.session.get_one(Employee, (company.id, left.id))).active = False
        for who, why in (
            (far, "不在你的数据范围内"),
            (clerk, "没有跟进客户的权限"),
            (left, "不在职或不存在"),
            (customer, "不在职或不存在"),
        ):
            with pytest.raises(Refused) as refused:
                await door.assign(customer.id, who.id, version)
            assert (refused.value.code, why in refused.value.problem["message"]) == ("customers.owner-not-eligible", True), why
        assert await refusal(door.assign(customer.id, company.employees["leader1"].id, version - 1)) == "core.stale"
        assert (await door.get(customer.id))["version"] == version

    async def test_two_hand_overs_at_once(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        owners = [await company.employee(f"sales{number}", on_duty=number == 0) for number in range(5)]
        door = Door(await sign_in("leader1", role="leader", on_duty=False), name)
        customer = await company.customer()
        version = (await door.get(customer.id))["version"]
        codes = await asyncio.gather(*(refusal(door.assign(customer.id, owner.id, version)) for owner in owners[1:]))
        assert sorted(str(code) for code in codes) == ["None"] + ["core.stale"] * 3
        assert len(await rows_of(company, select(OwnershipEvent))) == 2


@pytest.mark.parametrize("name", DOORS)
class TestReveals:
    async def test_a_reveal_is_counted_and_remembered(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer(name="风清扬")
        seen = await door.reveal(customer.id, "name", "verify")
        assert (seen["value"], seen["remainingHour"], seen["remainingDay"]) == ("风清扬", 59, 299)
        assert await refusal(door.reveal(customer.id, "name", "other")) == "core.invalid", "a reason of one's own is written"
        await door.reveal(customer.id, "name", "other", "客户要求")
        assert await refusal(door.reveal(customer.id, "idNumber")) == "customers.nothing-to-reveal"
        assert await refusal(door.reveal(customer.id, "phone", phoneId=str(customer.id))) == "customers.phone-not-found"
        assert await refusal(door.reveal(customer.id, "birthday")) == "core.invalid"
        assert await refusal(door.reveal(customer.id, "name", "curiosity")) == "core.invalid"
        reveals = await rows_of(company, select(Reveal))
        assert [(row.field, row.employee_id) for row in reveals] == [("name", company.employees["sales1"].id)] * 2
        entries = await rows_of(company, select(AuditEntry).where(AuditEntry.action == "customers.revealed").order_by(AuditEntry.id))
        assert [entry.facts["reason"] for entry in entries] == ["verify", "other"]
        assert "风清扬" not in str([entry.facts for entry in entries])
        assert "客户要求" not in str([entry.facts for entry in entries])
        assert (await door.timeline(customer.id)).count("revealed") == 2

    async def test_the_hours_and_the_days_limit(self, company: Company, sign_in: SignIn, clock: TestClock, name: DoorName) -> None:
        api = await sign_in("sales1")
        door = Door(api, name)
        customer = await company.customer()
        me = company.employees["sales1"].id

        async def fill(count: int, at: datetime) -> None:
            async with company.runtime.uow(company.id) as uow:
                uow.session.add_all(
                    Reveal(
                        id=new_id(),
                        employee_id=me,
                        customer_id=customer.id,
                        field="name",
                        reason="call",
                        at=at,
                    )
                    for _ in range(count)
                )

        midnight = clock.now().astimezone(BUSINESS_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        clock.move(midnight + timedelta(days=1, hours=12) - clock.now())  # noon of tomorrow: the hour lies within the day
        await api.login()
        await fill(56, clock.now() - timedelta(minutes=30))
        codes = await asyncio.gather(*(refusal(door.reveal(customer.id, "name")) for _ in range(10)))
        assert sorted(str(code) for code in codes) == ["None"] * 4 + ["customers.reveal-limit"] * 6, "together they do not pass it"
        with pytest.raises(Refused) as refused:
            await door.reveal(customer.id, "name")
        assert "每小时 60 次" in refused.value.problem["message"]
        clock.move(timedelta(minutes=31))
        await api.login()
        assert await refusal(door.reveal(customer.id, "name")) is None
        await fill(300 - 61, clock.now() - timedelta(hours=2))
        clock.move(timedelta(hours=2))
        await api.login()
        with pytest.raises(Refused) as refused:
            await door.reveal(customer.id, "name")
        assert "每天 300 次" in refused.value.problem["message"]
        clock.move(timedelta(hours=10))
        await api.login()
        assert (await door.reveal(customer.id, "name"))["remainingDay"] == 299

    async def test_a_hidden_field(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        async with company.runtime.uow(company.id) as uow:
            role = (await uow.session.scalars(select(Role).where(Role.code == "sales"))).one()
            uow.session.add(RoleField(role_id=role.id, field="customer.phone", visibility=0))
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        row = await door.get(customer.id)
        assert (row["phone"], row["name"]["value"]) == (None, "张**")
        with pytest.raises(Refused) as refused:
            await door.reveal(customer.id, "phone")
        assert (refused.value.code, refused.value.problem["status"]) == ("customers.field-hidden", 403)
        assert await rows_of(company, select(Reveal)) == []


async def test_the_limit_says_when_to_come_back(company: Company, sign_in: SignIn, clock: TestClock) -> None:
    api = await sign_in("sales1")
    customer = await company.customer()
    for _ in range(60):
        await api.ok("POST", f"/customers/{customer.id}/reveal", json={"field": "name", "reason": {"code": "call"}})
    answer = await api("POST", f"/customers/{customer.id}/reveal", json={"field": "name", "reason": {"code": "call"}})
    assert (answer.status_code, code_of(answer)) == (429, "customers.reveal-limit")
    clock.move(timedelta(seconds=int(answer.headers["retry-after"])))
    await api.login()
    await api.ok("POST", f"/customers/{customer.id}/reveal", json={"field": "name", "reason": {"code": "call"}})
