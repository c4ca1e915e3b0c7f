"""What areas give every company. A step runs inside create_tenant, and again in housekeeping for companies older than the area, so it only
gives what is missing.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from loanbroker_api.core.actor import Actor

if TYPE_CHECKING:
    from loanbroker_api.core.uow import UnitOfWork

Step = Callable[["UnitOfWork", Actor], Awaitable[None]]
STEPS: dict[str, Step] = {}


def founding(name: str) -> Callable[[Step], Step]:
    """Register a step under a name. Raises ValueError when registered twice."""

    def register(step: Step) -> Step:
        if name in STEPS:
            raise ValueError(f"founding step {name} is registered twice")
        STEPS[name] = step
        return step

    return register
