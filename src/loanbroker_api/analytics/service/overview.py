"""The overview of the actor's data scope."""

from datetime import datetime

from loanbroker_api.analytics.schemas import OverviewOut, PeriodCode
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession


async def overview(session: ReadSession, actor: Actor, period: PeriodCode, now: datetime) -> OverviewOut:
    """Raises Forbidden."""
    raise NotImplementedError
