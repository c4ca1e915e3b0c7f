"""REST of products, thin. The modules add their operations to one router; fixed addresses come before those with an id."""

from loanbroker_api.products.routes import rules

# isort: split
from loanbroker_api.products.routes import lenders, loans, matching, products, versions
from loanbroker_api.products.routes.base import router

__all__ = ["router"]

_LOADED = (rules, lenders, products, versions, matching, loans)
