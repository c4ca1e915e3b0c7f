"""REST of channels, thin."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.channels import permissions, queries, service
from loanbroker_api.channels.models import Channel, Inbox
from loanbroker_api.channels.schemas import (
    ChannelCreated,
    ChannelIn,
    ChannelOut,
    ChannelPatch,
    FieldOut,
    IgnoreIn,
    InboxEntryDetail,
    InboxEntryOut,
    InboxFilter,
    Preview,
    ReplayedOut,
    ReplayIn,
    ReplayManyIn,
    SecretOut,
    TestLeadOut,
)
from loanbroker_api.channels.service import CannotReachSelf, ChannelNameTaken, ChannelNotFound, ChannelOff, EntryNotDead, EntryNotFound
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.core.schemas import ActionReason, ExplanationOut, Graded, NamedRef, Page, PageParams
from loanbroker_api.customers.models import NAME, PHONE
from loanbroker_api.customers.schemas import AmountOut

router = area_router("channels")


async def _out(session: ReadSession, actor: Actor, channels: Collection[Channel], base: str, now: datetime) -> list[ChannelOut]:
    stats = await queries.stats_by_channel(session, [channel.id for channel in channels], now)
    teams = await access_queries.units_by_id(session, {channel.team_id for channel in channels if channel.team_id})
    found: list[ChannelOut] = []
    for channel in channels:
        team = teams.get(channel.team_id) if channel.team_id else None
        found.append(
            ChannelOut.model_validate(
                {
                    "id": channel.id,
                    "version": channel.version,
                    "key": channel.key,
                    "name": channel.name,
                    "kind": channel.kind,
                    "state": "active" if channel.active else "disabled",
                    "webhook_url": f"{base}/webhooks/{channel.key}",
                    "team": NamedRef(id=team.id, name=team.name) if team else None,
                    "created_at": channel.created_at,
                    "stats": stats[channel.id],
                    "health": queries.health(channel, stats[channel.id], now),
                    "secret_hint": "whsec_••••••••",
                    "allowed_actions": service.channel_actions(actor, channel),
                }
            )
        )
    return found


@router.get("/channels", summary="渠道列表", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def list_channels(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[PageParams, Query()]
) -> Page[ChannelOut]:
    """渠道和今天的收件情况，新的在前。"""
    actor.require(permissions.VIEW)
    page = await queries.list_channels(session, wanted)
    now, base = runtime.clock.now(), runtime.settings.public_base
    return Page(items=await _out(session, actor, page.items, base, now), next_cursor=page.next_cursor)


@router.post(
    "/channels",
    status_code=201,
    summary="新建渠道",
    responses=problems(Forbidden, ChannelNameTaken),
    openapi_extra=gated(permissions.MANAGE),
)
async def create_channel(body: ChannelIn, uow: Writes, actor: CurrentActor, runtime: CurrentRuntime) -> ChannelCreated:
    """返回推送地址和签名密钥；密钥只显示这一次。"""
    channel, secret = await service.create_channel(uow, actor, body)
    out = (await _out(uow.session, actor, [channel], runtime.settings.public_base, uow.now))[0]
    return ChannelCreated.model_validate({**out.model_dump(), "secret": secret})


@router.get("/channels/{channel_id}", summary="渠道", responses=problems(Forbidden, ChannelNotFound), openapi_extra=gated(permissions.VIEW))
async def get_channel(channel_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> ChannelOut:
    """一个渠道。"""
    channel = await service.get_channel(session, actor, channel_id)
    return (await _out(session, actor, [channel], runtime.settings.public_base, runtime.clock.now()))[0]


@router.patch(
    "/channels/{channel_id}",
    summary="编辑渠道",
    responses=problems(Forbidden, ChannelNotFound, ChannelNameTaken, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.MANAGE),
)
async def update_channel(
    channel_id: UUID, body: ChannelPatch, uow: Writes, actor: CurrentActor, version: IfMatch, runtime: CurrentRuntime
) -> ChannelOut:
    """改名称、团队，启用或停用。停用后 5 秒内推送地址返回 404。"""
    channel = await service.update_channel(uow, actor, channel_id, body, version)
    return (await _out(uow.session, actor, [channel], runtime.settings.public_base, uow.now))[0]


@router.post(
    "/channels/{channel_id}/rotate-secret",
    summary="轮换密钥",
    responses=problems(Forbidden, ChannelNotFound),
    openapi_extra=gated(permissions.MANAGE),
)
async def rotate_secret(channel_id: UUID, uow: Writes, actor: CurrentActor) -> SecretOut:
    """新密钥立即可用，旧密钥再用 24 小时。"""
    channel, secret = await service.rotate_secret(uow, actor, channel_id)
    return SecretOut.model_validate({"secret": secret, "previous_valid_until": channel.previous_until})


@router.post(
    "/channels/{channel_id}/test-lead",
    summary="发送测试线索",
    responses=problems(Forbidden, ChannelNotFound, ChannelOff, CannotReachSelf),
    openapi_extra=gated(permissions.MANAGE),
)
async def send_test_lead(channel_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> TestLeadOut:
    """服务器用渠道的密钥签名，经 HTTP 发到渠道自己的推送地址；线索标为测试，不建立客户。"""
    status, message_id, entry_id, explanation = await service.send_test_lead(runtime, actor, channel_id)
    shown = ExplanationOut.model_validate(explanation.to_json())
    return TestLeadOut(status_code=status, webhook_id=message_id, inbox_entry_id=entry_id, explanation=shown)


async def _entries(session: ReadSession, actor: Actor, entries: Collection[Inbox]) -> list[InboxEntryOut]:
    channels = await queries.channels_by_id(session, {entry.channel_id for entry in entries})
    return [InboxEntryOut.model_validate(_entry(actor, entry, channels[entry.channel_id])) for entry in entries]


def _entry(actor: Actor, entry: Inbox, channel: Channel) -> dict[str, object]:
    name, phone = NAME.shown(actor, entry.name_masked), PHONE.shown(actor, entry.phone_masked)
    amount = None if entry.wanted_from_fen is None else AmountOut(from_fen=entry.wanted_from_fen, to_fen=entry.wanted_to_fen)
    return {
        "id": entry.id,
        "version": entry.version,
        "channel": NamedRef(id=channel.id, name=channel.name),
        "received_at": entry.received_at,
        "processed_at": entry.processed_at,
        "state": entry.state,
        "deliveries": entry.deliveries,
        "attempts": entry.attempts,
        "reason": ActionReason(code=entry.reason, message=entry.reason_text or REASONS.get(entry.reason, "无法处理"))
        if entry.reason
        else None,
        "preview": Preview(
            name=Graded(value=name, masked=True) if name else None,
            phone=Graded(value=phone, masked=True) if phone else None,
            city=entry.city,
            wanted_amount=amount,
        ),
        "customer_id": entry.customer_id,
        "allowed_actions": service.entry_actions(actor, entry),
    }


REASONS = {"channels.not-json": "请求体不是有效的 JSON"}


@router.get("/inbox-entries", summary="收件箱", responses=problems(Forbidden), openapi_extra=gated(permissions.INBOX_VIEW))
async def list_inbox(session: Reads, actor: CurrentActor, wanted: Annotated[InboxFilter, Query()]) -> Page[InboxEntryOut]:
    """每一条送达：状态、原因、客户；新的在前。"""
    actor.require(permissions.INBOX_VIEW)
    page = await queries.list_inbox(session, wanted)
    return Page(items=await _entries(session, actor, page.items), next_cursor=page.next_cursor)


@router.get(
    "/inbox-entries/{entry_id}", summary="收件", responses=problems(Forbidden, EntryNotFound), openapi_extra=gated(permissions.INBOX_VIEW)
)
async def get_entry(entry_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> InboxEntryDetail:
    """一条送达的字段（脱敏）、错误和处理说明。"""
    entry = await service.get_entry(session, actor, entry_id)
    channel = (await queries.channels_by_id(session, [entry.channel_id]))[entry.channel_id]
    fields: list[tuple[str, str]] = []
    if entry.body_enc is not None:
        keys = await runtime.keyring.load(session, actor.tenant_id)
        fields = service.masked_fields(channel.kind, keys.decrypt("inbox", "body", entry.id, entry.body_enc))
    reason = ActionReason(code=entry.reason, message=entry.reason_text or "") if entry.reason and entry.reason_field else None
    shown = [FieldOut(name=name, value=value, error=reason if reason and name == entry.reason_field else None) for name, value in fields]
    if reason and entry.reason_field and entry.reason_field not in {field.name for field in shown}:
        shown.append(FieldOut(name=entry.reason_field, value="", error=reason))
    return InboxEntryDetail.model_validate({**_entry(actor, entry, channel), "fields": shown, "explanation": entry.explanation})


@router.post(
    "/inbox-entries/{entry_id}/replay",
    summary="重放死信",
    responses=problems(Forbidden, EntryNotFound, EntryNotDead),
    openapi_extra=gated(permissions.INBOX_REPLAY),
)
async def replay_entry(entry_id: UUID, body: ReplayIn, uow: Writes, actor: CurrentActor) -> InboxEntryOut:
    """可先改正字段，再重新处理。"""
    return (await _entries(uow.session, actor, [await service.replay(uow, actor, entry_id, body.corrections)]))[0]


@router.post("/inbox-entries/replay", summary="全部重放", responses=problems(Forbidden), openapi_extra=gated(permissions.INBOX_REPLAY))
async def replay_all(body: ReplayManyIn, uow: Writes, actor: CurrentActor) -> ReplayedOut:
    """重放一个渠道或全部渠道的死信。"""
    return ReplayedOut(replayed=await service.replay_all(uow, actor, body.channel_id))


@router.post(
    "/inbox-entries/{entry_id}/ignore",
    summary="忽略死信",
    responses=problems(Forbidden, EntryNotFound, EntryNotDead),
    openapi_extra=gated(permissions.INBOX_REPLAY),
)
async def ignore_entry(entry_id: UUID, body: IgnoreIn, uow: Writes, actor: CurrentActor) -> InboxEntryOut:
    """确认不再处理。"""
    return (await _entries(uow.session, actor, [await service.ignore(uow, actor, entry_id, commented=bool(body.reason))]))[0]
