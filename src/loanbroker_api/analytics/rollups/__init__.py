"""The roll-ups of the funnel: kept from the outbox, rebuilt from the facts, verified against them (docs/decisions/roll-ups.md)."""

from loanbroker_api.analytics.rollups.rebuild import rebuild
from loanbroker_api.analytics.rollups.refresh import refresh
from loanbroker_api.analytics.rollups.verify import Difference, Verification, verify

__all__ = ["Difference", "Verification", "rebuild", "refresh", "verify"]
