"""What crosses the wire in the audit trail."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.schemas import InSchema, OutSchema, PageParams, ShortText, When, example

ActorKind = Literal["employee", "system", "channel"]


class EntryConditions(InSchema):
    """Which entries; everything given must hold."""

    action: Annotated[
        str | None, Field(max_length=1_000, description="动作代码，逗号分隔可多选，如 customers.revealed,access.logged_in")
    ] = None
    actor_id: Annotated[UUID | None, Field(description="谁做的")] = None
    subject_id: Annotated[UUID | None, Field(description="对哪条记录")] = None
    session_id: Annotated[UUID | None, Field(description="在哪个会话里")] = None
    ip: Annotated[ShortText | None, Field(description="完整的 IP 地址")] = None
    client: Annotated[Literal["web", "ios", "android", "wechat_mp", "terminal", "api"] | None, Field(description="客户端")] = None


class EntryFilter(EntryConditions):
    from_: Annotated[When | None, Field(alias="from", description="从这一刻起（含）")] = None
    to: Annotated[When | None, Field(description="到这一刻止（不含）")] = None


class EntryParams(PageParams, EntryFilter):
    pass


class ExportIn(EntryConditions):
    """The conditions of the search; the time span is required, so that nobody exports everything by accident."""

    model_config = example(**{"from": "2026-11-01T00:00:00+08:00", "to": "2026-12-01T00:00:00+08:00", "action": "customers.revealed"})

    from_: Annotated[When, Field(alias="from", description="从这一刻起（含）")]
    to: Annotated[When, Field(description="到这一刻止（不含）")]


class ActorRef(OutSchema):
    kind: ActorKind
    id: UUID | None
    name: str


class SubjectRef(OutSchema):
    kind: str
    id: UUID
    label: Annotated[str | None, Field(description="记录已删除或不便显示时为空")]


class ChangeOut(OutSchema):
    field: str
    title: str
    was: Annotated[str | None, Field(description="分级字段只有脱敏后的形式；没有这个字段的查看权限时为空")]
    now: str | None


class EntryOut(OutSchema):
    id: UUID
    at: When
    action: str
    title: str
    actor: ActorRef
    subject: SubjectRef | None
    client: str
    ip: str
    place: str
    device_name: str | None
    session_id: UUID | None
    request_id: str
    facts: dict[str, Any]
    changes: list[ChangeOut]
    sealed: Annotated[int | None, Field(description="第几个封印；空：还在等封印")]


class SealOut(OutSchema):
    n: int
    digest: str
    sealed_at: When


class EntryDetail(EntryOut):
    seal: SealOut | None
    hash: Annotated[str, Field(description="现在按内容算出的 sha256；与封印里的一致才没有被改过")]


class ActOut(OutSchema):
    action: str
    title: str
    area: str


class ActsOut(OutSchema):
    items: list[ActOut]


class FaultOut(OutSchema):
    kind: str
    seal: int | None
    entry_id: UUID | None
    message: str


class VerifiedOut(OutSchema):
    at: When
    to_seal: int
    entries: int
    broken: FaultOut | None


class ChainOut(OutSchema):
    seals: int
    head: str
    sealed_at: When | None
    waiting: int
    oldest_waiting: When | None
    verified: Annotated[VerifiedOut | None, Field(description="最近一次校验")]


class HeadOut(OutSchema):
    head: Annotated[str, Field(description="签名的链尾（JWS，ES256）：存到别处，以后用 loanbroker verify-audit --head 核对")]
    tenant: str
    n: int
    digest: str
    at: When
