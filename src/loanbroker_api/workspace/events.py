"""What workspace announces."""

from datetime import datetime
from uuid import UUID

from loanbroker_api.core.outbox import Event


class TodoMoved(Event):
    """An employee completed a to-do (`due_at` None) or moved it; the subject's area keeps its own clock in step."""

    type = "workspace.todo_moved"
    kind: str
    subject_id: UUID
    due_at: datetime | None
