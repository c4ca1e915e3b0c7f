"""A person with factors, through both doors."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.runtime import Runtime
from support.client import Api
from support.clock import TestClock
from support.company import Company
from support.doors import DOORS, DoorName
from support.factors import Enter, FactorDoor, Prover


@pytest.fixture(params=DOORS)
def door(request: Any) -> DoorName:
    return request.param


@pytest.fixture
def enter(sign_in: Callable[..., Awaitable[Api]], door: DoorName, clock: TestClock) -> Enter:
    """`await enter("sales1")`: that employee's factors through the door of this test."""

    async def open_door(username: str = "sales1") -> FactorDoor:
        return FactorDoor(await sign_in(username), door, clock)

    return open_door


@pytest.fixture
async def rest(sign_in: Callable[..., Awaitable[Api]], clock: TestClock) -> FactorDoor:
    """The factors of sales1 through REST, for what does not depend on the door."""
    return FactorDoor(await sign_in("sales1"), "rest", clock)


@pytest.fixture
async def prove(runtime: Runtime, company: Company) -> Prover:
    return Prover(runtime, company, (await company.employee("sales1")).id)


@pytest.fixture
async def actor(company: Company) -> Actor:
    """sales1 without a policy."""
    employee = await company.employee("sales1")
    return Actor(company.id, employee.id, "employee", employee.display_name)
