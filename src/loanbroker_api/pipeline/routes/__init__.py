"""REST of pipeline, thin."""

from loanbroker_api.pipeline.routes import board, cases, lending, pipelines
from loanbroker_api.pipeline.routes.router import router

MODULES = (pipelines, board, cases, lending)

__all__ = ["MODULES", "router"]
