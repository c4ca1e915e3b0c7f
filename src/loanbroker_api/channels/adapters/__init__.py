"""Adapters of lead platforms; importing this package registers them."""

from loanbroker_api.channels.adapters.base import ADAPTERS, Adapter
from loanbroker_api.channels.adapters.generic import GENERIC

__all__ = ["ADAPTERS", "GENERIC", "Adapter"]
