"""From a bar to the customers behind it."""

from datetime import datetime

from loanbroker_api.analytics import queries
from loanbroker_api.analytics.asked import asked
from loanbroker_api.analytics.models import Step
from loanbroker_api.analytics.schemas import FunnelCustomerOut, FunnelCustomersParams
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.schemas import Page
from loanbroker_api.customers import permissions as customer_permissions
from loanbroker_api.customers import rows as customer_rows


async def funnel_customers(session: ReadSession, actor: Actor, wanted: FunnelCustomersParams, now: datetime) -> Page[FunnelCustomerOut]:
    """A page of the customers behind a bar that the actor may see. Raises Forbidden, OutOfScope, RangeInvalid, CursorInvalid.

    Figures follow who owned a customer at the time, lists who owns it now: a customer that left the scope is counted and not listed.
    """
    actor.require(customer_permissions.VIEW)
    what = await asked(session, actor, wanted, now)
    page = await queries.customers_behind(
        session, actor, what, Step[wanted.step.upper()], stuck=wanted.reached == "stuck", cursor=wanted.cursor, limit=wanted.limit
    )
    rows = await customer_rows.customer_rows(session, actor, [item.customer for item in page.items])
    items = [
        FunnelCustomerOut.model_validate(
            {"customer": row, "reached_at": item.at, "furthest": item.furthest.name.lower(), "furthest_at": item.furthest_at}
        )
        for row, item in zip(rows, page.items, strict=True)
    ]
    return Page(items=items, next_cursor=page.next_cursor)
