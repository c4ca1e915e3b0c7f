"""What crosses the wire in channels."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.schemas import (
    ActionReason,
    AllowedAction,
    ExplanationOut,
    Graded,
    InSchema,
    NamedRef,
    OutSchema,
    PageParams,
    ShortText,
    When,
    example,
)
from loanbroker_api.customers.schemas import AmountOut

InboxState = Literal["pending", "done", "duplicate", "dead", "ignored", "test"]


class ChannelIn(InSchema):
    model_config = example(name="巨量引擎·抵押", kind="generic", teamId="01a20f5f-9a36-71bf-b920-d9578149c4b8")

    name: Annotated[ShortText, Field(max_length=40, examples=["巨量引擎·抵押"])]
    kind: Literal["generic"]
    team_id: Annotated[UUID | None, Field(description="新客户轮流分给这个团队在岗的人")] = None


class ChannelPatch(InSchema):
    """Only what is sent is changed."""

    model_config = example(state="disabled")

    name: Annotated[ShortText | None, Field(max_length=40)] = None
    team_id: UUID | None = None
    state: Literal["active", "disabled"] | None = None


class ChannelStats(OutSchema):
    today: int
    today_valid: int
    today_duplicate: int
    today_dead: int
    dead_total: int
    last_received_at: When | None


class ChannelOut(OutSchema):
    id: UUID
    version: int
    key: str
    name: str
    kind: Literal["generic"]
    state: Literal["active", "disabled"]
    webhook_url: str
    team: NamedRef | None
    created_at: When
    stats: ChannelStats
    health: Literal["ok", "idle", "warning", "disabled"]
    secret_hint: str
    allowed_actions: list[AllowedAction]


class ChannelCreated(ChannelOut):
    secret: Annotated[str | None, Field(description="只在创建时显示一次；用同一个 Idempotency-Key 重发时为空")]


class SecretOut(OutSchema):
    secret: Annotated[str | None, Field(description="只显示一次")]
    previous_valid_until: When


class TestLeadOut(OutSchema):
    status_code: int
    webhook_id: str
    inbox_entry_id: UUID | None
    explanation: ExplanationOut


class InboxFilter(PageParams):
    channel_id: UUID | None = None
    state: InboxState | None = None


class Preview(OutSchema):
    name: Graded | None
    phone: Graded | None
    city: str | None
    wanted_amount: AmountOut | None


class InboxEntryOut(OutSchema):
    id: UUID
    version: int
    channel: NamedRef
    received_at: When
    processed_at: When | None
    state: InboxState
    deliveries: int
    attempts: int
    reason: ActionReason | None
    preview: Preview
    customer_id: UUID | None
    allowed_actions: list[AllowedAction]


class FieldOut(OutSchema):
    name: str
    value: str
    error: ActionReason | None


class InboxEntryDetail(InboxEntryOut):
    fields: list[FieldOut]
    explanation: ExplanationOut | None


class ReplayIn(InSchema):
    model_config = example(corrections={"phone": "13800138000"})

    corrections: Annotated[dict[str, str], Field(max_length=20, description='改正的字段，如 {"phone": "13800138000"}')] = Field(
        default_factory=dict
    )


class ReplayManyIn(InSchema):
    model_config = example(channelId="01a20f5f-9a36-71bf-b920-d9578149c4b8")

    channel_id: UUID | None = None


class ReplayedOut(OutSchema):
    replayed: int


class IgnoreIn(InSchema):
    model_config = example(reason="测试号码")

    reason: Annotated[ShortText, Field(max_length=200)]
