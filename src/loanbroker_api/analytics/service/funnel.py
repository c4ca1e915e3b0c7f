"""The funnel within the actor's data scope."""

from datetime import datetime

from loanbroker_api.analytics.schemas import FunnelOut, FunnelParams
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession


async def funnel(session: ReadSession, actor: Actor, wanted: FunnelParams, now: datetime) -> FunnelOut:
    """Raises Forbidden, OutOfScope, RangeInvalid."""
    raise NotImplementedError
