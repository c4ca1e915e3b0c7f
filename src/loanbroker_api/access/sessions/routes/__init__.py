"""REST of the sessions room."""

from loanbroker_api.access.sessions.routes.looking_after import router as looking_after_router
from loanbroker_api.access.sessions.routes.signing_in import router as signing_in_router

__all__ = ["looking_after_router", "signing_in_router"]
