"""Revealing a field wants the identity confirmed where the policy says so, and the leader hears of many reveals."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from loanbroker_api.core.actor import Actor, Scope, StepUp
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.errors import StepUpRequired
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Reveal
from loanbroker_api.customers.schemas import RevealIn
from loanbroker_api.customers.service import reveal_field
from support.client import Api
from support.clock import TestClock
from support.company import Company
from support.people import SignIn

BODY = {"field": "name", "reason": {"code": "call"}}


async def test_the_identity_is_confirmed_first(company: Company, runtime: Runtime) -> None:
    person = await company.employee("sales1")
    customer = await company.customer()
    scopes = {"customers.view": Scope.COMPANY, "customers.reveal": Scope.COMPANY}
    actor = Actor(company.id, person.id, "employee", person.display_name, scopes=scopes)
    data = RevealIn.model_validate(BODY)
    wanted = StepUp(frozenset({"reveal"}), None, timedelta(minutes=5))
    with pytest.raises(StepUpRequired):
        async with runtime.uow(company.id) as uow:
            await reveal_field(uow, replace(actor, step_up=wanted), customer.id, data)
    async with runtime.read(company.id) as session:
        assert await session.scalar(select(func.count()).select_from(Reveal)) == 0
    async with runtime.uow(company.id) as uow:
        confirmed = replace(wanted, at=uow.now - timedelta(minutes=4))
        assert (await reveal_field(uow, replace(actor, step_up=confirmed), customer.id, data)).value == "张三丰"


async def test_many_reveals_are_told_to_the_leader_once_an_hour(
    company: Company, sign_in: SignIn, runtime: Runtime, settle: Callable[[], Awaitable[None]], clock: TestClock
) -> None:
    leader, api = await sign_in("leader1", role="leader", on_duty=False), await sign_in("sales1")
    customer = await company.customer()

    async def reveal(times: int) -> list[int]:
        """How many reveals the leader was told of, each time that he was."""
        await api.login()
        for _ in range(times):
            await api.ok("POST", f"/customers/{customer.id}/reveal", json=BODY)
        await settle()
        return await told(leader, runtime, company)

    assert await reveal(29) == []
    assert await reveal(1) == [30]
    assert await reveal(5) == [30], "not again within the hour"
    clock.move(timedelta(minutes=61))
    assert await reveal(29) == [30]
    assert await reveal(2) == [30, 30]


async def told(leader: Api, runtime: Runtime, company: Company) -> list[int]:
    await leader.login()
    items = (await leader.ok("GET", "/notifications", params={"limit": 100}))["items"]
    kinds = [item for item in items if item["kind"] == "customers.many_revealed"]
    assert all(item["title"] == "员工sales1 一小时内查看了 30 次完整信息" for item in kinds)
    async with runtime.read(company.id) as session:
        entries = await session.scalars(select(AuditEntry).where(AuditEntry.action == "customers.many_revealed"))
        counts = [entry.facts["count"] for entry in entries]
    assert len(counts) == len(kinds)
    return counts
