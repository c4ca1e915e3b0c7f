"""Customers of every kind, as a test of lists and scopes needs them."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from loanbroker_api.core.ids import new_id
from loanbroker_api.core.normalize.phones import normalize_phone
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Customer, Outcome, Stage
from loanbroker_api.customers.service import IncomingLead, LeadResult, put_source, receive_lead
from support.client import Api
from support.company import Company, fresh_phone

SignIn = Callable[..., Awaitable[Api]]
SOURCE = new_id()


async def lead_in(
    runtime: Runtime, company: Company, *, name: str = "张三丰", phone: str | None = None, team: UUID | None = None, **more: Any
) -> LeadResult:
    """One lead as a worker receives it, in a transaction of its own."""
    async with runtime.uow(company.id) as uow:  # apart: one transaction would queue all leads behind the source's row
        await put_source(uow, SOURCE, "来源", "generic")
    async with runtime.uow(company.id) as uow:
        lead = IncomingLead(SOURCE, f"id:{new_id()}", uow.now, name, [normalize_phone(phone or fresh_phone())], **more)
        return await receive_lead(uow, company.system, lead, team or company.team)


async def set_columns(company: Company, customer_id: UUID, **values: Any) -> None:
    """Put a customer into a state that its rules reach only over days."""
    async with company.runtime.uow(company.id) as uow:
        await uow.session.execute(update(Customer).where(Customer.id == customer_id).values(**values))


async def crowd(company: Company, owners: list[UUID | None], *, size: int, seed: int = 5) -> list[Customer]:
    """So many customers with random filters' values, some equal in what lists sort by; `owners` by turn, None unassigned."""
    chance = random.Random(seed)
    now = company.runtime.clock.now()
    teams = {employee.id: employee.unit_id for employee in company.employees.values()}
    rows: list[Customer] = []
    async with company.runtime.uow(company.id) as uow:
        sources = [new_id(), new_id()]
        for number, source in enumerate(sources):
            await put_source(uow, source, f"来源{number}", "generic")
        for number in range(size):
            owner = owners[number % len(owners)]
            row = Customer(
                id=new_id(),
                owner_id=owner,
                team_id=teams[owner] if owner else chance.choice([company.team, company.other_team, None]),
                source_id=chance.choice([*sources, None]),
                stage=int(chance.choice(list(Stage))),
                intent=chance.choice([None, 1, 2, 3, 4]),
                city=chance.choice([None, 510_100, 440_300]),
                active_at=now - timedelta(hours=chance.randrange(12)),
                next_action_at=chance.choice(
                    [None, now + timedelta(minutes=1), *(now + timedelta(hours=chance.randrange(-60, 60)) for _ in range(2))]
                ),
                first_contact_due_at=chance.choice([None, now + timedelta(minutes=chance.randrange(-30, 30))]),
                last_follow_up_at=now - timedelta(hours=chance.randrange(100)),
                last_outcome=chance.choice([None, *(int(outcome) for outcome in Outcome)]),
                lead_count=1,
            )
            uow.session.add(row)
            rows.append(row)
    return rows
