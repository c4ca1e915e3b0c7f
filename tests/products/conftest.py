"""Fixtures of the tests of products."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from loanbroker_api.core.clock import business_day
from loanbroker_api.core.ids import new_id
from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.customers.models import Customer, Qualification
from loanbroker_api.customers.qualification.values import parse_values
from loanbroker_api.products.catalogue import load_catalogue
from support.clock import TestClock
from support.company import Company

Known = Callable[..., Awaitable[UUID]]


@pytest.fixture
def known(company: Company, clock: TestClock) -> Known:
    """`await known({"age": 35}, owner="sales1")`: a customer of whom these values are known, as the typed table keeps them."""

    async def make(values: dict[str, Any], *, owner: str | None = None, team: UUID | None = None) -> UUID:
        employee = await company.employee(owner) if owner else None
        async with company.runtime.uow(company.id) as uow:
            customer = Customer(
                id=new_id(), owner_id=employee.id if employee else None, team_id=team or company.team, active_at=uow.now, name_masked="王*"
            )
            uow.session.add(customer)
            await uow.session.flush()
            parsed = parse_values(values, business_day(clock.now()))
            columns = {FIELDS[code].column: value for code, value in parsed.items()}
            uow.session.add(Qualification(customer_id=customer.id, updated_at=uow.now, **columns))
            return customer.id

    return make


@pytest.fixture
async def catalogue(company: Company) -> int:
    """The reference catalogue in this test's company; how many products it has."""
    async with company.runtime.uow(company.id) as uow:
        return await load_catalogue(uow, company.system)
