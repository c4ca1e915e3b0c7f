"""What crosses the wire in figures. Rates are basis points, money is fen, spans are seconds."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.schemas import InSchema, NamedRef, OutSchema, PageParams, PersonRef, When
from loanbroker_api.customers.schemas import CustomerRow

StepCode = Literal["lead", "valid", "contacted", "visit", "signed", "submitted", "approved", "disbursed", "received"]
ByCode = Literal["cohort", "event"]
SplitCode = Literal["none", "channel", "team", "employee", "kind", "city"]
PeriodCode = Literal["today", "week", "month", "last_month"]
UnitCode = Literal["count", "fen", "bps", "seconds"]
KindCode = Literal["credit", "mortgage", "car", "policy", "fund", "tax", "business", "consumption", "bridge"]
LostCode = Literal[
    "no_qualification", "rate_too_high", "chose_another", "unreachable", "withdrew", "declined", "duplicate", "other"
]  # fmt: skip
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]


class FunnelParams(InSchema):
    """Which funnel: business days of Asia/Shanghai, both inclusive, at most 400; without them this month up to today."""

    from_: Annotated[Day | None, Field(alias="from", description="起始业务日（上海），默认本月 1 日")] = None
    to: Annotated[Day | None, Field(description="截止业务日（含），默认今天；最长 400 天")] = None
    by: Annotated[ByCode, Field(description="cohort：这段时间到达的线索后来怎样；event：这段时间发生了什么")] = "cohort"
    split: Annotated[SplitCode, Field(description="按什么拆分成行")] = "none"
    channel_id: UUID | None = None
    team_id: Annotated[UUID | None, Field(description="团队或部门，含下级")] = None
    employee_id: UUID | None = None
    kind: Annotated[KindCode | None, Field(description="产品类型")] = None
    city: Annotated[int | None, Field(ge=0, le=999_999, description="GB/T 2260 地级代码")] = None
    compare: Annotated[bool, Field(description="同长度的上一期")] = True


class FunnelCustomersParams(FunnelParams, PageParams):
    """A bar of the funnel: the customers behind it."""

    step: StepCode = "lead"
    reached: Annotated[Literal["true", "stuck"], Field(description="true：到达这一步的；stuck：到达后还没有到下一步的")] = "true"


class DefinitionOut(OutSchema):
    """What a figure counts, under an id that does not change."""

    id: str
    title: str
    text: str


class DefinitionsOut(OutSchema):
    items: list[DefinitionOut]


class DrillOut(OutSchema):
    """Where the rows behind a figure are: a list's address and its parameters."""

    path: str
    query: dict[str, str]


class StepOut(OutSchema):
    """A bar. `rateBps` of the step before, `totalBps` of the leads; null where that is 0. Times are from the step before."""

    step: StepCode
    title: str
    count: int
    amount_fen: int
    moves: int
    back: int
    rate_bps: int | None
    total_bps: int | None
    previous_count: int | None
    previous_amount_fen: int | None
    previous_rate_bps: int | None
    median_seconds: int | None
    p90_seconds: int | None
    definition: DefinitionOut
    drill: DrillOut
    stuck: DrillOut


class SplitStepOut(OutSchema):
    step: StepCode
    count: int
    amount_fen: int
    rate_bps: int | None
    total_bps: int | None
    previous_count: int | None


class FunnelRowOut(OutSchema):
    """The funnel of one channel, team, employee, kind or city; `key` null: none is set."""

    key: str | None
    title: str
    steps: list[SplitStepOut]
    drill: DrillOut | None


class LostOut(OutSchema):
    reason: LostCode
    title: str
    count: int


class FunnelOut(OutSchema):
    from_: Annotated[date, Field(alias="from")]
    to: date
    previous_from: date | None
    previous_to: date | None
    by: ByCode
    split: SplitCode
    steps: list[StepOut]
    rows: list[FunnelRowOut]
    rows_left: int
    lost: list[LostOut]
    fresh_until: When
    definition: DefinitionOut


class FunnelCustomerOut(OutSchema):
    """A customer behind a bar: when the step was first reached, how far it went since."""

    customer: CustomerRow
    reached_at: When
    furthest: StepCode
    furthest_at: When


class OverviewParams(InSchema):
    period: Annotated[PeriodCode, Field(description="today 今天 · week 本周 · month 本月 · last_month 上月")] = "month"


class FigureOut(OutSchema):
    """A number with what it means. `value` null: nothing to measure yet."""

    id: str
    title: str
    unit: UnitCode
    value: int | None
    previous: int | None
    definition: DefinitionOut
    drill: DrillOut | None


class TrendOut(OutSchema):
    day: date
    leads: int
    contacted: int
    visits: int
    signed: int
    disbursed_fen: int
    received_fen: int


class RankOut(OutSchema):
    """An employee or a team over the period; `team` null for a team's own row."""

    id: UUID
    name: str
    team: NamedRef | None
    leads: int
    contacted: int
    visits: int
    signed: int
    disbursed_fen: int
    received_fen: int


class ChannelFigureOut(OutSchema):
    channel: NamedRef | None
    leads: int
    signed: int
    received_fen: int
    signed_bps: int | None


class OverviewOut(OutSchema):
    period: PeriodCode
    from_: Annotated[date, Field(alias="from")]
    to: date
    previous_from: date
    previous_to: date
    scope: Literal["company", "teams", "self"]
    viewer: PersonRef
    figures: list[FigureOut]
    trend: list[TrendOut]
    previous_trend: list[TrendOut]
    employees: list[RankOut]
    teams: list[RankOut]
    channels: list[ChannelFigureOut]
    fresh_until: When
