"""From a bar to the customers behind it."""

from datetime import datetime

from loanbroker_api.analytics.schemas import FunnelCustomerOut, FunnelCustomersParams
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.schemas import Page


async def funnel_customers(session: ReadSession, actor: Actor, wanted: FunnelCustomersParams, now: datetime) -> Page[FunnelCustomerOut]:
    """A page of the customers behind a bar that the actor may see. Raises Forbidden, OutOfScope, RangeInvalid, CursorInvalid."""
    raise NotImplementedError
