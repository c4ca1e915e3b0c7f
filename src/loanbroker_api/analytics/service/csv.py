"""The funnel as a file for spreadsheets."""

from loanbroker_api.analytics.schemas import FunnelOut


def funnel_csv(found: FunnelOut) -> bytes:
    """UTF-8 with byte-order mark, Chinese heads; no cell is read as a formula."""
    raise NotImplementedError
