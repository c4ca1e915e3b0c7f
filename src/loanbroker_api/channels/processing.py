"""From the inbox to a customer: claims one row at a time, parses, hands it to customers, and says what became of it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from loanbroker_api.access import queries as access_queries
from loanbroker_api.channels import permissions
from loanbroker_api.channels.adapters import ADAPTERS
from loanbroker_api.channels.adapters.base import LeadRefused
from loanbroker_api.channels.models import Channel, Inbox
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.explain import Explanation
from loanbroker_api.core.http import is_outage
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.metrics import INBOX_PROCESSED
from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.core.normalize.masks import mask_name, mask_phone
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.service import IncomingLead, known_by_phone, next_in_turn, receive_lead
from loanbroker_api.workspace.registry import push_kind
from loanbroker_api.workspace.service import push

log = get_logger("inbox")
MAX_ATTEMPTS = 8
INBOX_CHANGED = push_kind("channels.inbox_changed", "收件箱有新的死信：channelId")


@dataclass(frozen=True)
class _Failed:
    id: UUID
    attempts: int
    reason: str


async def process_inbox(runtime: Runtime, tenant_id: UUID, *, limit: int = 100_000) -> int:
    """Process a tenant's due inbox, each lead in a transaction of its own. Returns how many were processed."""
    processed = 0
    for _ in range(limit):
        failed: _Failed | None = None
        async with runtime.uow(tenant_id) as uow:
            entry = await uow.session.scalar(
                select(Inbox)
                .where(Inbox.state == "pending", Inbox.next_at <= uow.now)
                .order_by(Inbox.next_at, Inbox.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if entry is None:
                return processed
            entry_id, attempts = entry.id, entry.attempts + 1  # a failed flush leaves the row unreadable
            try:
                await _process(uow, entry)
                processed += 1
            except Exception as error:
                if is_outage(error):
                    raise
                failed = _Failed(entry_id, attempts, type(error).__name__)
                log.error("lead_failed", exc_info=error, attempts=failed.attempts)  # noqa: TRY400 - rendered without values
                await uow.session.rollback()
                uow.done = True
        if failed is not None:
            await _postpone(runtime, tenant_id, failed)
    return processed


async def _postpone(runtime: Runtime, tenant_id: UUID, failed: _Failed) -> None:
    async with runtime.uow(tenant_id) as uow:
        values = {"attempts": failed.attempts, "next_at": uow.now + timedelta(seconds=min(2**failed.attempts, 600))}
        if failed.attempts >= MAX_ATTEMPTS:
            values |= {
                "state": "dead",
                "reason": "channels.processing-failed",
                "reason_text": "处理时多次出错，可重放",
                "processed_at": uow.now,
            }
        await uow.session.execute(update(Inbox).where(Inbox.id == failed.id).values(values))


async def _process(uow: UnitOfWork, entry: Inbox) -> None:
    channel = (await uow.session.scalars(select(Channel).where(Channel.id == entry.channel_id))).one()
    actor = Actor(uow.tenant_id, channel.id, "channel", channel.name, all_permissions=True)
    entry.attempts += 1
    entry.processed_at = uow.now
    entry.version += 1
    if entry.body_enc is None:
        raise LookupError("the body was erased")
    body = uow.keys.decrypt("inbox", "body", entry.id, entry.body_enc)
    try:
        parsed = ADAPTERS[channel.kind].parse(body)
        lead: IncomingLead = parsed.to_lead(source_id=channel.id, delivery_key=entry.delivery_key, received_at=entry.received_at)
    except LeadRefused as refused:
        await _bury(uow, entry, refused)
        return
    _preview(entry, lead)
    if entry.is_test:
        await _rehearse(uow, entry, channel, lead)
        return
    result = await receive_lead(uow, actor, lead, channel.team_id)
    entry.state = "done" if result.result == "created" else "duplicate"
    entry.customer_id = result.customer_id
    entry.explanation = result.explanation.to_json()
    await uow.session.flush()
    INBOX_PROCESSED.labels(result.result).inc()


async def _bury(uow: UnitOfWork, entry: Inbox, refused: LeadRefused) -> None:
    entry.state, entry.reason, entry.reason_text, entry.reason_field = "dead", refused.code, refused.message, refused.field
    await uow.session.flush()
    watchers = await access_queries.holders(uow.session, permissions.INBOX_REPLAY)
    await push(uow, watchers, INBOX_CHANGED, {"channelId": str(entry.channel_id)})
    INBOX_PROCESSED.labels("dead").inc()


def _preview(entry: Inbox, lead: IncomingLead) -> None:
    city = city_by_code(lead.city) if lead.city else None
    entry.name_masked = mask_name(lead.name) if lead.name else None
    entry.phone_masked = mask_phone(lead.phones[0].value)
    entry.city = city.name if city else None
    entry.wanted_from_fen = lead.wanted.from_fen if lead.wanted else None
    entry.wanted_to_fen = lead.wanted.to_fen if lead.wanted else None


async def _rehearse(uow: UnitOfWork, entry: Inbox, channel: Channel, lead: IncomingLead) -> None:
    """A test lead goes all the way but becomes nobody: what would have happened is its explanation."""
    known = await known_by_phone(uow, lead.phones)
    steps = [
        Explanation("channels.test.parsed", "yes", "解析"),
        Explanation("channels.test.deduplicated", "info" if known else "yes", "去重：已有此客户" if known else "去重：是新客户"),
    ]
    if channel.team_id is None:
        steps.append(Explanation("customers.assign.no-team", "no", "渠道没有指定团队，等待分配"))
    else:
        _, turn = await next_in_turn(uow, channel.team_id, take=False)
        steps.append(turn)
    entry.state = "test"
    entry.explanation = Explanation("channels.test", "yes", "测试线索，不建立客户", children=tuple(steps)).to_json()
    await uow.session.flush()
    INBOX_PROCESSED.labels("test").inc()
