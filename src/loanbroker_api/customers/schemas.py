"""What crosses the wire in customers."""

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.schemas import (
    AllowedAction,
    ExplanationOut,
    Graded,
    InSchema,
    NamedRef,
    OutSchema,
    PageParams,
    PersonRef,
    ShortText,
    Text,
    When,
    example,
)

StageCode = Literal[
    "lead", "contact", "appointment", "visit", "contract", "submission", "supplement", "approval",
    "collateral", "disbursement", "receipt", "repayment", "settled", "overdue", "lost",
]  # fmt: skip
IntentCode = Literal["A", "B", "C", "D"]
OutcomeCode = Literal["interested", "call_again", "no_answer", "invalid_number", "refused", "other"]
ContactCode = Literal["new", "connected", "unreachable", "invalid"]
NextActionCode = Literal["call", "visit", "message", "other"]
ViewCode = Literal["all", "mine", "new", "due", "late", "unreached", "unassigned"]
SortCode = Literal["-activeAt", "-createdAt", "nextActionAt"]
RevealField = Literal["name", "phone", "idNumber", "note"]
Commas = Annotated[str | None, Field(max_length=200)]
LONGEST_AHEAD = timedelta(days=366)


class CustomerFilter(InSchema):
    """The list's filters, equal in the query string, in a search body and in GraphQL."""

    view: ViewCode = "all"
    stage: Annotated[Commas, Field(description="逗号分隔，如 lead,contact")] = None
    intent: Annotated[Commas, Field(description="逗号分隔，如 A,B")] = None
    city: Annotated[int | None, Field(ge=0, le=999_999, description="GB/T 2260 地级代码")] = None
    channel_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None


class CustomerListParams(CustomerFilter, PageParams):
    sort: SortCode = "-activeAt"


class CustomerSearchIn(InSchema):
    model_config = example(search="欧阳 8000", filter={"stage": "lead,contact"}, limit=20)

    search: Annotated[str, Field(min_length=1, max_length=120, description="姓名、拼音、首字母、手机号、后四位，可用空格组合")]
    filter: CustomerFilter | None = None
    sort: Literal["-createdAt"] = "-createdAt"
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=500)] = None


class AmountOut(OutSchema):
    from_fen: int
    to_fen: int | None


class CityOut(OutSchema):
    code: int
    name: str
    province: str


class CitiesOut(OutSchema):
    items: list[CityOut]


class CityRef(OutSchema):
    code: int
    name: str


class LastFollowUp(OutSchema):
    at: When
    outcome: OutcomeCode


class CustomerRow(OutSchema):
    id: UUID
    version: int
    kind: Literal["person", "company", "group"]
    name: Graded | None
    phone: Graded | None
    intent: IntentCode | None
    stage: StageCode
    wanted_amount: AmountOut | None
    city: CityRef | None
    channel: NamedRef | None
    owner: PersonRef | None
    team: NamedRef | None
    created_at: When
    active_at: When
    last_follow_up: LastFollowUp | None
    next_action_at: When | None
    first_contact_due_at: When | None
    stars: int | None
    contact_state: ContactCode
    unreachable_count: Annotated[int, Field(description="连续未接的次数")]
    completeness_bps: Annotated[int, Field(description="资质完整度，万分比")]
    allowed_actions: list[AllowedAction]


class PhoneOut(OutSchema):
    id: UUID
    phone: Graded | None
    kind: Literal["plain", "masked", "virtual", "digest", "landline"]
    primary: bool
    region: str | None
    carrier: str | None


class SourceOut(OutSchema):
    channel: NamedRef
    campaign: str | None
    creative: str | None
    keyword: str | None
    landing_page: str | None
    product: str | None
    submitted_at: When | None
    received_at: When


class OwnershipOut(OutSchema):
    owned_since: When | None
    reason_kind: str | None
    explanation: ExplanationOut | None


class CustomerOut(CustomerRow):
    phones: list[PhoneOut]
    id_number: Graded | None
    sex: Literal["male", "female"] | None
    birth_year: int | None
    source: SourceOut | None
    note: Graded | None
    lead_count: int
    ownership: OwnershipOut


class TotalOut(OutSchema):
    total: int
    capped: Annotated[bool, Field(description="超过 10000 时为 true，total 停在 10000")]


class CustomerIn(InSchema):
    model_config = example(name="欧阳修", phone="138 0013 8000", city="成都", wantedAmount="20-30万", note="月底前要用")

    name: Annotated[ShortText, Field(max_length=60)]
    phone: Annotated[str, Field(min_length=1, max_length=40)]
    city: Annotated[str | None, Field(max_length=60, description="城市名或 GB/T 2260 代码")] = None
    wanted_amount: Annotated[str | None, Field(max_length=40, description="元，如 200000、20万、20-30万")] = None
    note: Text | None = None


class CustomerPatch(InSchema):
    """Only what is sent is changed; null clears."""

    model_config = example(intent="A", wantedAmount="50万")

    name: Annotated[ShortText | None, Field(max_length=60)] = None
    city: Annotated[str | None, Field(max_length=60)] = None
    intent: IntentCode | None = None
    wanted_amount: Annotated[str | None, Field(max_length=40)] = None
    note: Text | None = None
    id_number: Annotated[str | None, Field(max_length=40, description="证件号；年龄和性别随之确定")] = None


class FollowUpIn(InSchema):
    model_config = example(
        outcome="interested",
        intent="A",
        note="有房，想做抵押",
        nextActionAt="2026-11-25T09:30:00+08:00",
        nextActionKind="call",
        stage="contact",
    )

    outcome: OutcomeCode
    intent: IntentCode | None = None
    note: Text | None = None
    next_action_at: When | None = None
    next_action_kind: NextActionCode | None = None
    stage: Annotated[StageCode | None, Field(description="沟通后的客户阶段：lead、contact、appointment、visit、lost")] = None


class FollowUpOut(OutSchema):
    id: UUID
    at: When
    by: PersonRef
    outcome: OutcomeCode
    intent: IntentCode | None
    note: Graded | None
    next_action_at: When | None
    next_action_kind: NextActionCode | None


class TimelineParams(PageParams):
    kind: Annotated[Commas, Field(description="逗号分隔，如 follow_up,assigned")] = None


class ActivityOut(OutSchema):
    id: UUID
    at: When
    kind: str
    actor: PersonRef | None
    text: str
    facts: dict[str, Any]
    follow_up: FollowUpOut | None


class OwnershipEventOut(OutSchema):
    id: UUID
    at: When
    kind: Literal["assigned", "transferred", "created", "released"]
    owner: PersonRef | None
    previous_owner: PersonRef | None
    team: NamedRef | None
    by: PersonRef | None
    explanation: ExplanationOut | None


class RevealReason(InSchema):
    code: Literal["call", "verify", "submission", "complaint", "other"]
    text: Annotated[str | None, Field(max_length=200)] = None


class RevealIn(InSchema):
    model_config = example(field="phone", reason={"code": "call"})

    field: RevealField
    phone_id: Annotated[UUID | None, Field(description="查看电话时指定哪一个，默认主号码")] = None
    reason: RevealReason


class RevealOut(OutSchema):
    value: Annotated[str | None, Field(description="用同一个 Idempotency-Key 重发时为空")]
    expires_at: When
    remaining_hour: int
    remaining_day: int


class AssignIn(InSchema):
    model_config = example(ownerId="01a20f5f-9a36-71bf-b920-d9578149c4b8", comment="跟进过这位客户")

    owner_id: UUID
    comment: Annotated[str | None, Field(max_length=200)] = None


class DayFigure(OutSchema):
    day: str
    count: int
    connected: int


class TodayFigures(OutSchema):
    follow_ups_today: int
    connected_today: int
    new_today: int
    visits_month: int
    follow_ups_month: int
    follow_ups_by_day: list[DayFigure]


class TodayCounts(OutSchema):
    new: int
    late: int
    due: int
    unreached: int


class TodayItem(OutSchema):
    kind: Literal["new", "late", "due", "unreached"]
    due_at: When | None
    reason: str
    customer: CustomerRow


class TeamRow(OutSchema):
    employee: PersonRef
    on_duty: bool
    new_today: int
    late: int
    follow_ups_today: int


class TodayOut(OutSchema):
    scope: Literal["self", "team", "team_below", "department", "custom", "company", "none"]
    counts: TodayCounts
    items: list[TodayItem]
    figures: TodayFigures
    team_rows: list[TeamRow]
