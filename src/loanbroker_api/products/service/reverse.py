"""From rules to the customers whom they let pass."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import encode_cursor
from loanbroker_api.customers.models import Customer
from loanbroker_api.products.schemas import RuleCustomersIn, RuleCustomersParams
from loanbroker_api.products.schemas.rules import VerdictCounts


@dataclass(frozen=True)
class CustomersFound:
    """A page of customers with their verdicts; the counts are there on the first page only."""

    counts: VerdictCounts | None
    items: list[tuple[Customer, Literal["yes", "unknown"]]]
    next_cursor: str | None

    @staticmethod
    def cursor_of(customer: Customer) -> str:
        return encode_cursor("rule", customer.id)


async def rule_customers(session: ReadSession, actor: Actor, data: RuleCustomersIn, now: datetime) -> CustomersFound:
    raise NotImplementedError


async def version_customers(
    session: ReadSession, actor: Actor, version_id: UUID, wanted: RuleCustomersParams, now: datetime
) -> CustomersFound:
    raise NotImplementedError
