"""The rules of notifications; the only writer of its table."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.notifications import queries
from loanbroker_api.notifications.models import Notification
from loanbroker_api.workspace.registry import push_kind
from loanbroker_api.workspace.service import push

CREATED = push_kind("notifications.created", "有新通知：notificationId、unread")


class NotificationNotFound(Problem):
    code, status = "notifications.not-found", 404
    message, english = "通知不存在", "There is no such notification"
    remedy = "刷新通知列表。"


async def notify(
    uow: UnitOfWork, employee_id: UUID, kind: str, *, subject: tuple[str, UUID] | None = None, facts: dict[str, Any] | None = None
) -> None:
    """Tell one employee, in the application. Facts are ids, codes and numbers."""
    row = Notification(
        id=new_id(),
        employee_id=employee_id,
        kind=kind,
        subject_type=subject[0] if subject else None,
        subject_id=subject[1] if subject else None,
        facts=facts or {},
        created_at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    await push(uow, [employee_id], CREATED, {"notificationId": str(row.id), "kind": kind})


async def mark_read(uow: UnitOfWork, actor: Actor, notification_id: UUID) -> int:
    """Returns how many are still unread. Raises NotificationNotFound; reading twice is the same."""
    mine = Notification.id == notification_id, Notification.employee_id == actor.employee_id
    if await uow.session.scalar(select(Notification.id).where(*mine)) is None:
        raise NotificationNotFound
    await uow.session.execute(update(Notification).where(*mine, Notification.read_at.is_(None)).values(read_at=uow.now))
    return await queries.unread_count(uow.session, actor)


async def mark_all_read(uow: UnitOfWork, actor: Actor) -> int:
    """Returns 0, what is then unread."""
    unread = Notification.employee_id == actor.employee_id, Notification.read_at.is_(None)
    await uow.session.execute(update(Notification).where(*unread).values(read_at=uow.now))
    return 0
