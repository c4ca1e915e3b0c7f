"""Figures: who may see which, and what they are. Reads only; the roll-ups are written by rollups/."""

from loanbroker_api.analytics.service.csv import funnel_csv
from loanbroker_api.analytics.service.drill import funnel_customers
from loanbroker_api.analytics.service.funnel import funnel
from loanbroker_api.analytics.service.overview import overview

__all__ = ["funnel", "funnel_csv", "funnel_customers", "overview"]
