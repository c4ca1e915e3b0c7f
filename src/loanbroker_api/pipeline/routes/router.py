"""The one router of the area; the modules beside it add their operations."""

from loanbroker_api.core.http import area_router

router = area_router("pipeline")
