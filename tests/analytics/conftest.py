"""Histories to count."""

import random
from collections.abc import Awaitable, Callable

import pytest

from loanbroker_api.core import outbox
from loanbroker_api.core.runtime import Runtime
from support.company import Company
from support.facts import Facts, Owner
from support.histories import History, live

Make = Callable[..., Awaitable[History]]


@pytest.fixture
async def owners(company: Company) -> list[Owner]:
    people = [await company.employee(f"s{number}", unit=company.team if number < 2 else company.other_team) for number in range(3)]
    # One of them is seen under both teams: somebody who changed teams between two facts.
    return [*((one.id, one.unit_id) for one in people), (people[0].id, company.other_team)]


@pytest.fixture
async def history(runtime: Runtime, company: Company, owners: list[Owner]) -> Make:
    async def make(seed: int, *, silent: bool = False) -> History:
        made = History(random.Random(seed), Facts(silent=silent), owners)
        async with runtime.uow(company.id) as uow:
            await made.begin(uow)
        return made

    return make


@pytest.fixture
async def told(runtime: Runtime, company: Company, history: Make) -> History:
    made: History = await history(21)
    await live(runtime, company, made, 200, each=40)
    await outbox.deliver(runtime, company.id)
    return made
