"""What workspace does in the background."""

from loanbroker_api.access.events import SessionEnded
from loanbroker_api.access.trail.subjects import employee_labels
from loanbroker_api.core.outbox import consumer
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.workspace.registry import SESSION_ENDED, subject
from loanbroker_api.workspace.service import push

subject("employee", employee_labels)


@consumer(SessionEnded, "workspace.close_streams")
async def close_streams(uow: UnitOfWork, event: SessionEnded) -> None:
    """Live streams judge their session again at once."""
    await push(uow, [event.employee_id], SESSION_ENDED, {"sessionId": str(event.session_id), "reason": event.reason})
