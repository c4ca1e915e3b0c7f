"""Figures: every way of counting, and what keeps, rebuilds and verifies them."""

from typing import Any

from loanbroker_api.analytics.rollups import rebuild, refresh, verify
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Stage
from support.client import Api
from support.company import Company
from support.facts import Facts


async def walk_analytics(walk: Any, runtime: Runtime, company: Company, boss: Api, leader: Api) -> None:
    facts, person = Facts(), await company.employee("sales1")
    owner = (person.id, person.unit_id)
    async with runtime.uow(company.id) as uow:
        await facts.prepare(uow, "credit")
        customer = await facts.customer(uow, uow.now, owner=owner)
        case = await facts.case(uow, customer, uow.now, owner, kind="credit", amount=100, stage=Stage.VISIT)
        await facts.move(uow, case, Stage.VISIT, Stage.LOST, uow.now, reason="other")
    async with runtime.uow(company.id) as uow:
        assert await refresh(uow, [customer])
        assert await refresh(uow, [customer]) == 0
        assert await rebuild(uow)
    async with runtime.database.read(company.id, snapshot=True) as session:
        assert (await verify(session, company.id)).faults == 0
    for api in (boss, leader):
        for by in ("cohort", "event"):
            for split in ("none", "channel", "team", "employee", "kind", "city"):
                await walk("GET", "/funnel", api=api, params={"by": by, "split": split})
            await walk(
                "GET", "/funnel", api=api, params={"by": by, "employeeId": str(person.id), "kind": "credit", "teamId": str(company.team)}
            )
            for reached in ("true", "stuck"):
                await walk("GET", "/funnel/customers", api=api, params={"by": by, "reached": reached, "step": "visit"})
        await walk("GET", "/overview", api=api)
    await walk("GET", "/funnel/export", params={"split": "channel"})
    await walk("GET", "/figures/definitions")
    answer = await boss.graphql("{ funnel(input: {}) { steps { count } } overview { figures { value } } figureDefinitions { id } }")
    assert "errors" not in answer, answer
