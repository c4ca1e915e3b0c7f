"""What crosses the wire in notifications."""

from typing import Literal
from uuid import UUID

from loanbroker_api.core.schemas import OutSchema, PageParams, When


class NotificationFilter(PageParams):
    unread: bool | None = None


class SubjectOut(OutSchema):
    type: str
    id: UUID


class NotificationOut(OutSchema):
    id: UUID
    kind: str
    group: Literal["todo", "lead", "business", "system"]
    title: str
    body: str
    subject: SubjectOut | None
    created_at: When
    read_at: When | None


class UnreadOut(OutSchema):
    unread: int
