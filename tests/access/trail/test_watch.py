"""Reads that matter: who lists many customers within an hour leaves an entry, and the leader hears of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from loanbroker_api.access.trail import watch
from loanbroker_api.access.trail.queries import leaders_above
from loanbroker_api.access.trail.watch import note_view, threshold
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.notifications.models import Notification
from support.client import Api
from support.clock import TestClock
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]


async def bulk_entries(runtime: Runtime, company: Company) -> list[int]:
    async with runtime.read(company.id) as session:
        entries = await session.scalars(select(AuditEntry).where(AuditEntry.action == "access.bulk_viewed").order_by(AuditEntry.id))
        return [entry.facts["count"] for entry in entries]


async def actor_of(company: Company, username: str) -> Actor:
    person = await company.employee(username)
    return Actor(company.id, person.id, "employee", person.display_name)


def test_thresholds_double() -> None:
    totals = (0, 499, 500, 999, 1_000, 1_999, 2_000, 3_999, 4_000, 70_000)
    assert [threshold(total) for total in totals] == [0, 0, 500, 500, 1_000, 1_000, 2_000, 2_000, 4_000, 64_000]


async def test_an_hour_of_pages_is_one_entry_for_each_threshold(runtime: Runtime, company: Company, clock: TestClock) -> None:
    at_half_past(clock)
    actor = await actor_of(company, "sales1")
    for _ in range(21):
        await note_view(runtime, actor, "customer", 100)
    assert await bulk_entries(runtime, company) == [500, 1_000, 2_000]
    await note_view(runtime, await actor_of(company, "sales2"), "customer", 499)
    await note_view(runtime, actor, "case", 499)
    assert len(await bulk_entries(runtime, company)) == 3, "each employee and each kind counts alone"
    clock.move(timedelta(hours=1))
    await note_view(runtime, actor, "customer", 499)
    assert len(await bulk_entries(runtime, company)) == 3, "a new hour begins anew"
    await note_view(runtime, actor, "customer", 1_600)
    assert await bulk_entries(runtime, company) == [500, 1_000, 2_000, 2_000], "a jump over two is one entry"


def at_half_past(clock: TestClock) -> None:
    """So that no hour ends during a test."""
    clock.move(timedelta(minutes=(90 - clock.now().minute) % 60))


async def test_the_system_and_empty_pages_do_not_count(runtime: Runtime, company: Company) -> None:
    await note_view(runtime, company.system, "customer", 10_000)
    await note_view(runtime, await actor_of(company, "sales1"), "customer", 0)
    assert await bulk_entries(runtime, company) == []


async def test_the_leader_is_told(
    runtime: Runtime, company: Company, sign_in: SignIn, settle: Callable[[], Awaitable[None]], clock: TestClock
) -> None:
    at_half_past(clock)
    leader = await sign_in("leader1", role="leader")
    await company.employee("leader2", role="leader", unit=company.other_team)
    await note_view(runtime, await actor_of(company, "sales1"), "customer", 600)
    await settle()
    (told,) = (await leader.ok("GET", "/notifications"))["items"]
    assert told["title"] == "员工sales1 一小时内查看了 500 位以上客户"
    assert told["subject"] == {"type": "employee", "id": str(company.employees["sales1"].id)}
    async with runtime.read(company.id) as session:
        assert set(await session.scalars(select(Notification.employee_id))) == {company.employees["leader1"].id}


async def test_who_leads_whom(runtime: Runtime, company: Company) -> None:
    """The nearest unit upwards that has a leader besides oneself."""
    people = {
        name: (await company.employee(name, role=role, unit=unit)).id
        for name, role, unit in (
            ("sales1", "sales", company.team),
            ("sales2", "sales", company.other_team),
            ("leader1", "leader", company.team),
            ("manager1", "manager", company.department),
            ("boss", "boss", company.root),
        )
    }
    async with runtime.read(company.id) as session:
        led = {name: await leaders_above(session, company.id, person) for name, person in people.items()}
    assert led == {
        "sales1": [people["leader1"]],
        "sales2": [people["manager1"]],
        "leader1": [people["manager1"]],
        "manager1": [people["boss"]],
        "boss": [],
    }


@pytest.mark.parametrize("door", ["list", "search", "graphql list", "graphql search"])
async def test_lists_and_searches_count(
    company: Company, sign_in: SignIn, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, clock: TestClock, door: str
) -> None:
    at_half_past(clock)
    monkeypatch.setattr(watch, "FIRST", 4)
    api = await sign_in("sales1")
    for _ in range(2):
        await company.customer(name="张三丰")
    calls: dict[str, Callable[[], Awaitable[Any]]] = {
        "list": lambda: api.ok("GET", "/customers"),
        "search": lambda: api.ok("POST", "/customers/search", json={"search": "张三丰"}),
        "graphql list": lambda: api.graphql("{ customers(first: 9) { edges { node { id } } } }"),
        "graphql search": lambda: api.graphql('{ searchCustomers(search: "张三丰", first: 9) { edges { node { id } } } }'),
    }
    await calls[door]()
    assert await bulk_entries(runtime, company) == []
    await calls[door]()
    assert await bulk_entries(runtime, company) == [4]
