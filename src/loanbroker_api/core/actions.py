"""allowedActions: whether something may be done to a row, told with the reason that the service itself would give."""

from functools import cache

from loanbroker_api.core.errors import Problem
from loanbroker_api.core.schemas import ActionReason, AllowedAction


def allowed(action: str, refusal: Problem | None) -> AllowedAction:
    """An action on a row: allowed, or refused with the reason that the service itself would give."""
    if refusal is None:
        return _allowed(action)
    return AllowedAction(action=action, allowed=False, reason=ActionReason(code=refusal.code, message=refusal.text()))


@cache
def _allowed(action: str) -> AllowedAction:
    """The same for every row, and there are many rows."""
    return AllowedAction(action=action, allowed=True, reason=None)
