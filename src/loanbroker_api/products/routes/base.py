"""The router of the area."""

from loanbroker_api.core.http import area_router

router = area_router("products")
