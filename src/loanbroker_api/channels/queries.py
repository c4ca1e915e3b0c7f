"""Reads of channels."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, func, select, text

from loanbroker_api.channels.models import Channel, Inbox
from loanbroker_api.channels.schemas import ChannelStats, InboxFilter
from loanbroker_api.core.clock import business_day, day_start
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows, keyset
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.schemas import PageParams

NO_STATS = ChannelStats(today=0, today_valid=0, today_duplicate=0, today_dead=0, dead_total=0, last_received_at=None)


async def list_channels(session: ReadSession, wanted: PageParams) -> Rows[Channel]:
    """Channels, newest first."""
    return await keyset(session, select(Channel), Channel.id, sort="-id", cursor=wanted.cursor, limit=wanted.limit, descending=True)


async def channels_by_id(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, Channel]:
    return {channel.id: channel for channel in await session.scalars(select(Channel).where(Channel.id.in_(ids)))}


async def stats_by_channel(session: ReadSession, ids: Collection[UUID], now: datetime) -> dict[UUID, ChannelStats]:
    """What came today, what is dead, and when the last lead came."""
    midnight = day_start(business_day(now))
    dead = await session.execute(
        select(Inbox.channel_id, func.count()).where(Inbox.state == "dead", Inbox.channel_id.in_(ids)).group_by(Inbox.channel_id)
    )
    dead_total = {row[0]: row[1] for row in dead}
    rows = await session.execute(
        select(
            Inbox.channel_id,
            func.count(),
            func.count(case((Inbox.state == "done", 1))),
            func.count(case((Inbox.state == "duplicate", 1))),
            func.count(case((Inbox.state == "dead", 1))),
        )
        .where(Inbox.channel_id.in_(ids), Inbox.received_at >= midnight)
        .group_by(Inbox.channel_id)
    )
    today = {row[0]: row for row in rows}
    found: dict[UUID, ChannelStats] = {}
    for channel_id in ids:
        last = await session.scalar(
            select(Inbox.received_at).where(Inbox.channel_id == channel_id).order_by(Inbox.received_at.desc()).limit(1)
        )
        row = today.get(channel_id)
        found[channel_id] = ChannelStats(
            today=row[1] if row else 0,
            today_valid=row[2] if row else 0,
            today_duplicate=row[3] if row else 0,
            today_dead=row[4] if row else 0,
            dead_total=dead_total.get(channel_id, 0),
            last_received_at=last,
        )
    return found


def health(channel: Channel, stats: ChannelStats, now: datetime) -> str:
    """disabled; warning with dead letters today; idle without a lead for a day; else ok."""
    if not channel.active:
        return "disabled"
    if stats.today_dead:
        return "warning"
    return "ok" if stats.last_received_at is not None and stats.last_received_at > now - timedelta(days=1) else "idle"


async def list_inbox(session: ReadSession, wanted: InboxFilter) -> Rows[Inbox]:
    """Deliveries, newest first."""
    statement = select(Inbox)
    if wanted.channel_id is not None:
        statement = statement.where(Inbox.channel_id == wanted.channel_id)
    if wanted.state is not None:
        statement = statement.where(Inbox.state == wanted.state)
    return await keyset(session, statement, Inbox.id, sort="-id", cursor=wanted.cursor, limit=wanted.limit, descending=True)


async def inbox_by_delivery(session: ReadSession, channel_id: UUID, delivery_key: str) -> Inbox | None:
    return await session.scalar(select(Inbox).where(Inbox.channel_id == channel_id, Inbox.delivery_key == delivery_key))


async def tenants_with_due(runtime: Runtime) -> list[UUID]:
    """Tenants whose inbox has something to process, as the sweeper sees it (no payload, no lock)."""
    async with runtime.database.sweeper.connect() as connection:
        found = await connection.execute(
            text("SELECT tenant_id FROM inbox WHERE state = 'pending' AND next_at <= :now GROUP BY tenant_id"), {"now": runtime.clock.now()}
        )
        return list(found.scalars())
