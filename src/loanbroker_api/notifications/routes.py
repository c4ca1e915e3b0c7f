"""REST of notifications, thin."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access.deps import CurrentActor, Reads, Writes
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.core.schemas import Page
from loanbroker_api.notifications import queries, service
from loanbroker_api.notifications.models import Notification
from loanbroker_api.notifications.registry import KINDS
from loanbroker_api.notifications.schemas import NotificationFilter, NotificationOut, SubjectOut, UnreadOut
from loanbroker_api.notifications.service import NotificationNotFound
from loanbroker_api.workspace.registry import labels_of

router = area_router("notifications")


@router.get("/notifications", summary="通知列表", openapi_extra=gated("self"))
async def list_notifications(session: Reads, actor: CurrentActor, wanted: Annotated[NotificationFilter, Query()]) -> Page[NotificationOut]:
    """我的通知，新的在前。"""
    page = await queries.list_notifications(session, actor, wanted)
    subjects = {(row.subject_type, row.subject_id) for row in page.items if row.subject_type and row.subject_id}
    labels = await labels_of(session, actor, {(kind, subject_id) for kind, subject_id in subjects if kind and subject_id})
    return Page(items=[_out(row, labels, actor) for row in page.items], next_cursor=page.next_cursor)


def _out(row: Notification, labels: dict[UUID, str], actor: Actor) -> NotificationOut:
    kind = KINDS[row.kind]
    label = labels.get(row.subject_id) if row.subject_id else None
    facts = {**row.facts, "label": label or "–"}
    english = actor.language == "en"
    subject = SubjectOut(type=row.subject_type, id=row.subject_id) if row.subject_type and row.subject_id and label else None
    return NotificationOut(
        id=row.id,
        kind=row.kind,
        group=kind.group,
        title=(kind.english_title if english else kind.title).format_map(facts),
        body=(kind.english_body if english else kind.body).format_map(facts),
        subject=subject,
        created_at=row.created_at,
        read_at=row.read_at,
    )


@router.get("/notifications/unread-count", summary="未读数", openapi_extra=gated("self"))
async def unread_count(session: Reads, actor: CurrentActor) -> UnreadOut:
    """最多数到 999。"""
    return UnreadOut(unread=await queries.unread_count(session, actor))


@router.post(
    "/notifications/{notification_id}/read", summary="标为已读", responses=problems(NotificationNotFound), openapi_extra=gated("self")
)
async def mark_read(notification_id: UUID, uow: Writes, actor: CurrentActor) -> UnreadOut:
    """返回剩余的未读数。"""
    return UnreadOut(unread=await service.mark_read(uow, actor, notification_id))


@router.post("/notifications/read-all", summary="全部已读", openapi_extra=gated("self"))
async def mark_all_read(uow: Writes, actor: CurrentActor) -> UnreadOut:
    """把所有通知标为已读。"""
    return UnreadOut(unread=await service.mark_all_read(uow, actor))
