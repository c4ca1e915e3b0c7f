"""Reads of notifications."""

from sqlalchemy import func, select

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows, keyset
from loanbroker_api.notifications.models import Notification
from loanbroker_api.notifications.schemas import NotificationFilter

SHOWN_AT_MOST = 999


async def list_notifications(session: ReadSession, actor: Actor, wanted: NotificationFilter) -> Rows[Notification]:
    """The actor's notifications, newest first."""
    statement = select(Notification).where(Notification.employee_id == actor.employee_id)
    if wanted.unread is not None:
        statement = statement.where(Notification.read_at.is_(None) if wanted.unread else Notification.read_at.is_not(None))
    return await keyset(session, statement, Notification.id, sort="-id", cursor=wanted.cursor, limit=wanted.limit, descending=True)


async def unread_count(session: ReadSession, actor: Actor) -> int:
    """At most 999."""
    unread = (
        select(Notification.id)
        .where(Notification.employee_id == actor.employee_id, Notification.read_at.is_(None))
        .limit(SHOWN_AT_MOST)
        .subquery()
    )
    return await session.scalar(select(func.count()).select_from(unread)) or 0
