"""Whose turn it is: exact under concurrency, explained, and only for those on duty."""

import asyncio
from collections import Counter

import pytest

from loanbroker_api.access.service import set_duty
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.settings import Settings
from support.client import Api
from support.clock import TestClock
from support.company import Company, fresh_phone
from support.inbox import customers_of
from support.people import SignIn, lead_in


async def explanation_of(api: Api, customer_id: object) -> dict[str, object]:
    return (await api.ok("GET", f"/customers/{customer_id}/ownership-history"))[0]["explanation"]


async def test_turns_are_exact_over_many_connections(settings: Settings, company: Company, clock: TestClock) -> None:
    members = [(await company.employee(f"sales{number}", on_duty=number != 2)).id for number in range(5)]
    await company.employee("elsewhere", unit=company.other_team)
    await company.employee("clerk", role="finance")  # of the team, but may not work customers
    barrier = asyncio.Barrier(8)

    async def receive(runtime: Runtime) -> None:
        async with runtime.read(company.id):
            pass
        await barrier.wait()
        for _ in range(6):
            await lead_in(runtime, company)

    async with open_runtime(settings, clock) as one, open_runtime(settings, clock) as other:
        await asyncio.gather(*(receive((one, other)[number % 2]) for number in range(8)))
    given = Counter(customer.owner_id for customer in await customers_of(company))
    assert given == dict.fromkeys((members[0], members[1], members[3], members[4]), 12)


async def test_turns_go_by_staff_number_and_explain_themselves(company: Company, sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss", unit=company.root)
    members = [await company.employee(f"sales{number}") for number in range(3)]
    owners = [(await company.customer()).owner_id for _ in range(5)]
    assert owners == [members[number].id for number in (0, 1, 2, 0, 1)]
    last = (await customers_of(company))[-1]
    explanation = await explanation_of(boss, last.id)
    assert (explanation["code"], explanation["verdict"]) == ("customers.assign.round-robin", "yes")
    children = explanation["children"]
    assert isinstance(children, list)
    assert [child["verdict"] for child in children] == ["no", "yes", "no"]
    assert f"工号 {members[0].employee_no}" in str(explanation["text"])


async def test_off_duty_is_skipped_and_nobody_on_duty_waits(company: Company, sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss", unit=company.root)
    one, other = await company.employee("sales1"), await company.employee("sales2")

    async def duty(employee_id: object, *, on_duty: bool) -> None:
        async with company.runtime.uow(company.id) as uow:
            await set_duty(uow, Actor(company.id, employee_id, "employee", "x"), on_duty=on_duty)  # type: ignore[arg-type]

    assert (await company.customer()).owner_id == one.id
    await duty(other.id, on_duty=False)
    assert [(await company.customer()).owner_id for _ in range(2)] == [one.id] * 2
    await duty(one.id, on_duty=False)
    waiting = await company.customer()
    assert (waiting.owner_id, waiting.team_id, waiting.first_contact_due_at) == (None, company.team, None)
    explanation = await explanation_of(boss, waiting.id)
    assert (explanation["code"], explanation["verdict"], explanation["text"]) == (
        "customers.assign.nobody-on-duty",
        "no",
        "团队里没有在岗的人，等待分配",
    )
    (row,) = (await boss.ok("GET", "/customers", params={"view": "unassigned"}))["items"]
    assert row["id"] == str(waiting.id)
    await duty(other.id, on_duty=True)
    assert (await company.customer()).owner_id == other.id


@pytest.mark.parametrize("repeats", [8])
async def test_a_person_who_comes_eight_times_at_once_takes_one_turn(company: Company, repeats: int) -> None:
    await company.employee("sales1")
    await company.employee("sales2")
    phone = fresh_phone()
    outcomes = await asyncio.gather(*(lead_in(company.runtime, company, phone=phone) for _ in range(repeats)))
    assert Counter(outcome.result for outcome in outcomes) == {"created": 1, "touched": repeats - 1}
    after = [(await company.customer()).owner_id for _ in range(2)]
    assert len(set(after)) == 2, "the touches took no turn"
