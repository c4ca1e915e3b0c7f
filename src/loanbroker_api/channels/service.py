"""The rules of channels: channels and their secrets, dead letters. The only writer of their tables besides the door and the worker."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from loanbroker_api.access import queries as access_queries
from loanbroker_api.channels import permissions, queries
from loanbroker_api.channels.adapters import ADAPTERS
from loanbroker_api.channels.adapters.generic import FIELDS, TEST_PREFIX, sign
from loanbroker_api.channels.keys import new_channel_key, new_secret, secret_bytes
from loanbroker_api.channels.models import Channel, Inbox
from loanbroker_api.channels.schemas import ChannelIn, ChannelPatch
from loanbroker_api.core.actions import allowed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit_actions import changes_between
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid, NotJson, Problem, Stale
from loanbroker_api.core.explain import Explanation
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.normalize import masks
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.schemas import AllowedAction
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.core.wakes import Wake
from loanbroker_api.customers.service import put_source

PREVIOUS_SECRET_VALID = timedelta(hours=24)


class ChannelNotFound(Problem):
    code, status = "channels.not-found", 404
    message, english = "渠道不存在", "There is no such channel"
    remedy = "刷新渠道列表。"


class ChannelNameTaken(Problem):
    code, status = "channels.name-taken", 409
    message, english = "渠道“{name}”已存在", "A channel of this name exists"
    remedy = "换一个名称。"


class EntryNotFound(Problem):
    code, status = "channels.entry-not-found", 404
    message, english = "收件不存在", "There is no such delivery"
    remedy = "刷新收件箱。"


class EntryNotDead(Problem):
    code, status = "channels.entry-not-dead", 409
    message, english = "只有死信可以重放或忽略", "Only dead letters can be replayed or ignored"
    remedy = "刷新收件箱，它可能已被处理。"


class ChannelOff(Problem):
    code, status = "channels.off", 409
    message, english = "渠道已停用，启用后再试", "The channel is disabled; enable it first"
    remedy = "在渠道页启用。"


class CannotReachSelf(Problem):
    code, status = "channels.cannot-reach-self", 502
    message, english = "无法访问推送地址，检查服务地址设置", "The webhook address cannot be reached from the server"
    remedy = "检查 LOANBROKER_INTERNAL_URL。"


async def _check_team(session: ReadSession, team_id: UUID | None) -> None:
    if team_id is None:
        return
    team = (await access_queries.units_by_id(session, [team_id])).get(team_id)
    if team is None or team.kind != "team":
        raise Invalid(FieldError("/teamId", "channels.team", "应为一个团队的 id", "Must be a team's id"))


async def create_channel(uow: UnitOfWork, actor: Actor, data: ChannelIn) -> tuple[Channel, str]:
    """A channel and its secret, which is shown this once. Raises Forbidden, Invalid, ChannelNameTaken."""
    actor.require(permissions.MANAGE)
    await _check_team(uow.session, data.team_id)
    secret = new_secret()
    channel = Channel(
        id=new_id(),
        key=new_channel_key(uow.tenant_id),
        name=data.name,
        kind=data.kind,
        team_id=data.team_id,
        created_by=actor.id,
    )
    channel.secret_enc = uow.keys.encrypt("channel", "secret", channel.id, secret)
    await _save(uow, channel, data.name)
    await put_source(uow, channel.id, channel.name, channel.kind)
    uow.audit(actor, "channels.created", channel.id, name=channel.name, kind=channel.kind)
    return channel, secret


async def _save(uow: UnitOfWork, channel: Channel, name: str) -> None:
    try:
        async with uow.session.begin_nested():
            uow.session.add(channel)
            await uow.session.flush()
    except IntegrityError as error:
        raise ChannelNameTaken(name=name) from error


async def get_channel(session: ReadSession, actor: Actor, channel_id: UUID, *, lock: bool = False) -> Channel:
    """Raises Forbidden, ChannelNotFound."""
    actor.require(permissions.VIEW)
    statement = select(Channel).where(Channel.id == channel_id)
    channel = await session.scalar(statement.with_for_update() if lock else statement)
    if channel is None:
        raise ChannelNotFound
    return channel


async def update_channel(uow: UnitOfWork, actor: Actor, channel_id: UUID, data: ChannelPatch, version: int) -> Channel:
    """Raises Forbidden, ChannelNotFound, Stale, Invalid, ChannelNameTaken."""
    channel = await get_channel(uow.session, actor, channel_id, lock=True)
    actor.require(permissions.MANAGE)
    if channel.version != version:
        raise Stale(current={"version": channel.version, "name": channel.name, "state": "active" if channel.active else "disabled"})
    sent, before = data.model_fields_set, _as_kept(channel)
    if "team_id" in sent:
        await _check_team(uow.session, data.team_id)
        channel.team_id = data.team_id
    if data.state is not None:
        channel.active = data.state == "active"
    if data.name is not None:
        channel.name = data.name
    await _save(uow, channel, channel.name)
    await put_source(uow, channel.id, channel.name, channel.kind)
    uow.audit(actor, "channels.updated", channel.id, fields=sorted(sent), changes=changes_between(before, _as_kept(channel)))
    return channel


def _as_kept(channel: Channel) -> dict[str, Any]:
    return {"name": channel.name, "teamId": channel.team_id, "enabled": channel.active}


async def rotate_secret(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> tuple[Channel, str]:
    """A new secret; the one before verifies for 24 h more. Raises Forbidden, ChannelNotFound."""
    channel = await get_channel(uow.session, actor, channel_id, lock=True)
    actor.require(permissions.MANAGE)
    old = uow.keys.decrypt("channel", "secret", channel.id, channel.secret_enc)
    secret = new_secret()
    channel.previous_secret_enc = uow.keys.encrypt("channel", "secret", channel.id, old)
    channel.previous_until = uow.now + PREVIOUS_SECRET_VALID
    channel.secret_enc = uow.keys.encrypt("channel", "secret", channel.id, secret)
    await uow.session.flush()
    uow.audit(actor, "channels.secret_rotated", channel.id)
    return channel, secret


def channel_actions(actor: Actor, channel: Channel) -> list[AllowedAction]:
    """What the actor may do to a channel, with reasons."""
    manage = None if actor.may(permissions.MANAGE) else _forbidden(permissions.MANAGE)
    test = manage or (None if channel.active else ChannelOff())
    return [allowed("edit", manage), allowed("rotate_secret", manage), allowed("test_lead", test)]


def _forbidden(permission: str) -> Problem:
    try:
        Actor(tenant_id=new_id(), id=None, kind="system", name="").require(permission)
    except Problem as refusal:
        return refusal
    raise AssertionError


TEST_PHONE = "13800138000"


async def send_test_lead(runtime: Runtime, actor: Actor, channel_id: UUID) -> tuple[int, str, UUID | None, Explanation]:
    """Sign a test lead with the channel's secret and send it over HTTP to the channel's own address, as a platform would.

    Raises Forbidden, ChannelNotFound, ChannelOff, CannotReachSelf. The lead is marked as a test and never becomes a customer.
    """
    async with runtime.read(actor.tenant_id) as session:
        channel = await get_channel(session, actor, channel_id)
        actor.require(permissions.MANAGE)
        keys = await runtime.keyring.load(session, actor.tenant_id)
    if not channel.active:
        raise ChannelOff
    secret = secret_bytes(keys.decrypt("channel", "secret", channel.id, channel.secret_enc).decode())
    message_id = f"{TEST_PREFIX}{new_id()}"
    lead = {"leadId": message_id, "name": "测试客户", "phone": TEST_PHONE, "city": "成都", "wantedAmount": "20万", "campaign": "测试线索"}
    body = orjson.dumps(lead)
    timestamp = int(runtime.clock.now().timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            answer = await client.post(f"{runtime.settings.internal_base}/webhooks/{channel.key}", content=body, headers=headers)
    except httpx.HTTPError as error:
        raise CannotReachSelf from error
    async with runtime.read(actor.tenant_id) as session:
        entry = await queries.inbox_by_delivery(session, channel_id, message_id)
    took = answer.status_code == 202
    steps = (
        Explanation("channels.test.signature", "yes" if answer.status_code != 401 else "no", "验签"),
        Explanation("channels.test.stored", "yes" if entry else "no", "入库"),
    )
    explanation = Explanation("channels.test", "yes" if took and entry else "no", f"推送地址返回 {answer.status_code}", children=steps)
    return answer.status_code, message_id, entry.id if entry else None, explanation


async def get_entry(session: ReadSession, actor: Actor, entry_id: UUID, *, lock: bool = False) -> Inbox:
    """Raises Forbidden, EntryNotFound."""
    actor.require(permissions.INBOX_VIEW)
    statement = select(Inbox).where(Inbox.id == entry_id)
    entry = await session.scalar(statement.with_for_update() if lock else statement)
    if entry is None:
        raise EntryNotFound
    return entry


def entry_actions(actor: Actor, entry: Inbox) -> list[AllowedAction]:
    refused = None if actor.may(permissions.INBOX_REPLAY) else _forbidden(permissions.INBOX_REPLAY)
    refused = refused or (None if entry.state == "dead" else EntryNotDead())
    return [allowed("replay", refused), allowed("ignore", refused)]


async def replay(uow: UnitOfWork, actor: Actor, entry_id: UUID, corrections: dict[str, str]) -> Inbox:
    """Process a dead letter again, with corrected values. Raises Forbidden, EntryNotFound, EntryNotDead, Invalid."""
    entry = await get_entry(uow.session, actor, entry_id, lock=True)
    actor.require(permissions.INBOX_REPLAY)
    if entry.state != "dead" or entry.body_enc is None:
        raise EntryNotDead
    if corrections:
        body = _corrected(uow.keys.decrypt("inbox", "body", entry.id, entry.body_enc), corrections)
        entry.body_enc = uow.keys.encrypt("inbox", "body", entry.id, body)
    entry.state, entry.attempts, entry.next_at = "pending", 0, uow.now
    entry.reason = entry.reason_text = entry.reason_field = None
    entry.version += 1
    await uow.session.flush()
    uow.audit(actor, "channels.replayed", entry.id, fields=sorted(corrections))
    uow.wake(Wake("process_inbox", uow.tenant_id))
    return entry


def _corrected(body: bytes, corrections: dict[str, str]) -> bytes:
    unknown = sorted(set(corrections) - set(FIELDS))
    if unknown:
        raise Invalid(
            *(FieldError(f"/corrections/{name[:40]}", "channels.unknown-field", "没有这个字段", "Unknown field") for name in unknown)
        )
    try:
        document: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotJson from error
    if not isinstance(document, dict):
        raise NotJson
    return orjson.dumps({**document, **corrections})


async def replay_all(uow: UnitOfWork, actor: Actor, channel_id: UUID | None) -> int:
    """Process every dead letter again, of one channel or of all. Raises Forbidden. Returns how many."""
    actor.require(permissions.INBOX_VIEW)
    actor.require(permissions.INBOX_REPLAY)
    statement = update(Inbox).where(Inbox.state == "dead", Inbox.body_enc.is_not(None), Inbox.reason != "channels.not-json")
    if channel_id is not None:
        statement = statement.where(Inbox.channel_id == channel_id)
    values: dict[str, Any] = {
        "state": "pending",
        "attempts": 0,
        "next_at": uow.now,
        "reason": None,
        "reason_text": None,
        "reason_field": None,
        "version": Inbox.version + 1,
    }
    count = len(list(await uow.session.scalars(statement.values(values).returning(Inbox.id))))
    if count:
        uow.audit(actor, "channels.replayed_all", channel_id, count=count)
        uow.wake(Wake("process_inbox", uow.tenant_id))
    return count


async def ignore(uow: UnitOfWork, actor: Actor, entry_id: UUID, *, commented: bool) -> Inbox:
    """Put a dead letter aside. Raises Forbidden, EntryNotFound, EntryNotDead."""
    entry = await get_entry(uow.session, actor, entry_id, lock=True)
    actor.require(permissions.INBOX_REPLAY)
    if entry.state != "dead":
        raise EntryNotDead
    entry.state = "ignored"
    entry.version += 1
    await uow.session.flush()
    uow.audit(actor, "channels.ignored", entry.id, commented=commented)
    return entry


_MASKS = {"name": masks.mask_name, "phone": masks.mask_phone, "idNumber": masks.mask_id}
_PLAIN = frozenset({"city", "wantedAmount", "product", "campaign", "creative", "keyword", "submittedAt", "leadId"})


def masked_fields(adapter_kind: str, body: bytes) -> list[tuple[str, str]]:
    """A delivery's values as people may see them: names and numbers masked, free values hidden."""
    try:
        values = ADAPTERS[adapter_kind].parse(body).values
    except Exception:  # noqa: BLE001 - what cannot be read is shown as such
        return [("", f"{len(body)} 字节，无法解析")]
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        text = "" if value is None else str(value)
        if name in _MASKS:
            text = _masked(name, text)
        elif name not in _PLAIN:
            text = "•••" if text else ""
        found.append((name[:40], text[:200]))
    return found


def _masked(name: str, text: str) -> str:
    compact = "".join(text.split())
    if name == "phone" and len(compact) < 11:
        return compact[:3] + "*" * max(0, len(compact) - 3)
    return _MASKS[name](compact) if compact else ""
