"""From rules to the customers whom they let pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, select

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import decode_cursor, encode_cursor
from loanbroker_api.customers.models import Customer, Qualification
from loanbroker_api.customers.service import visible
from loanbroker_api.products import permissions
from loanbroker_api.products.rules.model import Expr
from loanbroker_api.products.rules.sql import Predicate, all_of, counted, newest
from loanbroker_api.products.schemas import RuleCustomersIn, RuleCustomersParams
from loanbroker_api.products.schemas.rules import VerdictCounts
from loanbroker_api.products.service.ruling import checked_rules, read_rules, refusing
from loanbroker_api.products.service.versions import get_version

_SORT = "rule"


@dataclass(frozen=True)
class CustomersFound:
    """A page of customers with their verdicts; the counts are there on the first page only."""

    counts: VerdictCounts | None
    items: list[tuple[Customer, Literal["yes", "unknown"]]]
    next_cursor: str | None

    @staticmethod
    def cursor_of(customer: Customer) -> str:
        return encode_cursor(_SORT, customer.id)


async def rule_customers(session: ReadSession, actor: Actor, data: RuleCustomersIn, now: datetime) -> CustomersFound:
    """For rules while they are edited. Raises Forbidden, RuleInvalid, CursorInvalid."""
    actor.require(permissions.MATCH)
    body = {"cities": data.cities, "amountMinFen": data.amount_min_fen, "terms": data.terms}
    exprs = refusing(checked_rules(data.rules, "/rules"), body)
    return await _customers(session, actor, exprs, RuleCustomersParams(wanted=data.wanted, cursor=data.cursor, limit=data.limit), now)


async def version_customers(
    session: ReadSession, actor: Actor, version_id: UUID, wanted: RuleCustomersParams, now: datetime
) -> CustomersFound:
    """For a version, its terms included. Raises Forbidden, VersionNotFound, CursorInvalid."""
    version = await get_version(session, actor, version_id)
    actor.require(permissions.MATCH)
    exprs = refusing(read_rules(version.body["rules"]), version.body)
    return await _customers(session, actor, exprs, wanted, now)


async def _customers(
    session: ReadSession, actor: Actor, exprs: Sequence[Expr], wanted: RuleCustomersParams, now: datetime
) -> CustomersFound:
    """Two steps: keys and verdicts backwards along the key, whose order is recency; then the rows. Customers without a qualification are left out."""
    after = decode_cursor(wanted.cursor, _SORT, UUID)
    qualifies = all_of(exprs, Qualification, business_day(now))
    rows = _in_scope(select(Qualification.customer_id), actor)
    counts = await _counts(session, rows, qualifies) if after is None else None
    if after is not None:
        rows = rows.where(Qualification.customer_id < after[0])
    page = newest(rows, qualifies, Qualification.customer_id.desc(), wanted.limit + 1, sure=wanted.wanted == "yes")
    found: list[tuple[UUID, bool | None]] = [tuple(row) for row in await session.execute(page)]
    shown = found[: wanted.limit]
    people = {one.id: one for one in await session.scalars(select(Customer).where(Customer.id.in_([key for key, _ in shown])))}
    items: list[tuple[Customer, Literal["yes", "unknown"]]] = [(people[key], "yes" if is_yes else "unknown") for key, is_yes in shown]
    more = len(found) > wanted.limit
    return CustomersFound(counts, items, encode_cursor(_SORT, shown[-1][0]) if more else None)


def _in_scope(rows: Any, actor: Actor) -> Any:
    """Customers are joined only where the viewer does not see the whole company."""
    scoped = visible(actor)
    if scoped is None:
        return rows
    same = and_(Customer.tenant_id == Qualification.tenant_id, Customer.id == Qualification.customer_id)
    return rows.join(Customer, same).where(scoped)


async def _counts(session: ReadSession, rows: Any, qualifies: Predicate) -> VerdictCounts:
    yes, unknown, no = (await session.execute(counted(rows, qualifies))).one()
    return VerdictCounts(yes=yes, unknown=unknown, no=no)
