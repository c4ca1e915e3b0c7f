"""What the inbox of a test's company holds, read as the application does."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from loanbroker_api.channels.models import Inbox
from loanbroker_api.customers.models import Customer, Lead
from support.company import Company


async def inbox_of(company: Company) -> list[Inbox]:
    """Every row, oldest first."""
    async with company.runtime.read(company.id) as session:
        return list(await session.scalars(select(Inbox).order_by(Inbox.id)))


async def states_of(company: Company) -> Counter[str]:
    async with company.runtime.read(company.id) as session:
        found = await session.execute(select(Inbox.state, func.count()).group_by(Inbox.state))
        return Counter({row[0]: row[1] for row in found})


async def count_of(company: Company, table: Any) -> int:
    async with company.runtime.read(company.id) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def customers_of(company: Company) -> list[Customer]:
    async with company.runtime.read(company.id) as session:
        return list(await session.scalars(select(Customer).order_by(Customer.id)))


async def leads_of(company: Company) -> list[Lead]:
    async with company.runtime.read(company.id) as session:
        return list(await session.scalars(select(Lead).order_by(Lead.id)))
