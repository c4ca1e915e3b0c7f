"""GraphQL of figures, thin: typed dimensions, the same service as REST."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from loanbroker_api.analytics import permissions, schemas, service
from loanbroker_api.analytics.definitions import DEFINITIONS, Definition
from loanbroker_api.core.schemas import OutSchema
from loanbroker_api.workspace.graph import Fen, Info, Json


def _with(found: OutSchema, **changed: Any) -> dict[str, Any]:
    """The fields of an answer as REST gives it, some of them as nodes."""
    return {**vars(found), **changed}


@strawberry.enum(name="FunnelStepCode", description="漏斗的步骤")
class StepCode(Enum):
    LEAD = "lead"
    VALID = "valid"
    CONTACTED = "contacted"
    VISIT = "visit"
    SIGNED = "signed"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DISBURSED = "disbursed"
    RECEIVED = "received"


@strawberry.enum(name="FunnelBy", description="按到达批次或按发生时间")
class By(Enum):
    COHORT = "cohort"
    EVENT = "event"


@strawberry.enum(name="FunnelDimension", description="拆分的维度")
class Split(Enum):
    NONE = "none"
    CHANNEL = "channel"
    TEAM = "team"
    EMPLOYEE = "employee"
    KIND = "kind"
    CITY = "city"


@strawberry.enum(name="OverviewPeriod", description="总览的期间")
class Period(Enum):
    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    LAST_MONTH = "last_month"


@strawberry.input(name="FunnelInput", description="业务日（上海）起止都含，最长 400 天；与 REST 的参数相同")
class FunnelInput:
    from_: date | None = strawberry.field(name="from", default=None)
    to: date | None = None
    by: By = By.COHORT
    split: Split = Split.NONE
    channel_id: UUID | None = None
    team_id: UUID | None = None
    employee_id: UUID | None = None
    kind: str | None = None
    city: int | None = None
    compare: bool = True

    def params(self) -> schemas.FunnelParams:
        """Validated as REST does."""
        given = {name: value.value if isinstance(value, Enum) else value for name, value in vars(self).items()}
        return schemas.FunnelParams.model_validate(given)


@strawberry.type(name="FigureDefinition", description="口径")
class DefinitionNode:
    id: str
    title: str
    text: str

    @classmethod
    def of(cls, found: schemas.DefinitionOut | Definition) -> "DefinitionNode":
        return cls(id=found.id, title=found.title, text=found.text)


@strawberry.type(name="Drill", description="数字背后的列表：REST 地址和参数")
class DrillNode:
    path: str
    query: Json

    @classmethod
    def of(cls, found: schemas.DrillOut | None) -> "DrillNode | None":
        return None if found is None else cls(path=found.path, query=Json(found.query))


@strawberry.type(name="FunnelStep", description="一步；rateBps 对上一步，totalBps 对线索，时间从上一步起")
class StepNode:
    step: StepCode
    title: str
    count: int
    amount_fen: Fen
    moves: int
    back: int
    rate_bps: int | None
    total_bps: int | None
    previous_count: int | None
    previous_amount_fen: Fen | None
    previous_rate_bps: int | None
    median_seconds: int | None
    p90_seconds: int | None
    definition: DefinitionNode
    drill: DrillNode | None
    stuck: DrillNode | None

    @classmethod
    def of(cls, found: schemas.StepOut) -> "StepNode":
        return cls(
            **_with(
                found,
                step=StepCode(found.step),
                definition=DefinitionNode.of(found.definition),
                drill=DrillNode.of(found.drill),
                stuck=DrillNode.of(found.stuck),
            )
        )


@strawberry.type(name="FunnelSplitStep", description="拆分后的一步")
class SplitStepNode:
    step: StepCode
    count: int
    amount_fen: Fen
    rate_bps: int | None
    total_bps: int | None
    previous_count: int | None


@strawberry.type(name="FunnelRow", description="一个渠道、团队、员工、产品类型或城市的漏斗")
class RowNode:
    key: str | None
    title: str
    steps: list[SplitStepNode]
    drill: DrillNode | None

    @classmethod
    def of(cls, found: schemas.FunnelRowOut) -> "RowNode":
        steps = [SplitStepNode(**_with(step, step=StepCode(step.step))) for step in found.steps]
        return cls(key=found.key, title=found.title, steps=steps, drill=DrillNode.of(found.drill))


@strawberry.type(name="LostReasonFigure", description="流失原因")
class LostNode:
    reason: str
    title: str
    count: int


@strawberry.type(name="Funnel", description="漏斗")
class FunnelNode:
    from_: date = strawberry.field(name="from")
    to: date
    previous_from: date | None
    previous_to: date | None
    by: By
    split: Split
    steps: list[StepNode]
    rows: list[RowNode]
    rows_left: int
    lost: list[LostNode]
    fresh_until: datetime
    definition: DefinitionNode

    @classmethod
    def of(cls, found: schemas.FunnelOut) -> "FunnelNode":
        return cls(
            **_with(
                found,
                by=By(found.by),
                split=Split(found.split),
                steps=[StepNode.of(step) for step in found.steps],
                rows=[RowNode.of(row) for row in found.rows],
                lost=[LostNode(**vars(lost)) for lost in found.lost],
                definition=DefinitionNode.of(found.definition),
            )
        )


@strawberry.type(name="Figure", description="一个数和它的口径")
class FigureNode:
    id: str
    title: str
    unit: str
    value: Fen | None
    previous: Fen | None
    definition: DefinitionNode
    drill: DrillNode | None

    @classmethod
    def of(cls, found: schemas.FigureOut) -> "FigureNode":
        return cls(**_with(found, definition=DefinitionNode.of(found.definition), drill=DrillNode.of(found.drill)))


@strawberry.type(name="TrendDay", description="一天")
class TrendNode:
    day: date
    leads: int
    contacted: int
    visits: int
    signed: int
    disbursed_fen: Fen
    received_fen: Fen


@strawberry.type(name="Ranked", description="员工或团队在期内的数")
class RankNode:
    id: UUID
    name: str
    team_id: UUID | None
    team_name: str | None
    leads: int
    contacted: int
    visits: int
    signed: int
    disbursed_fen: Fen
    received_fen: Fen

    @classmethod
    def of(cls, found: schemas.RankOut) -> "RankNode":
        plain = {name: value for name, value in vars(found).items() if name != "team"}
        team: Any = found.team
        return cls(**plain, team_id=team.id if team else None, team_name=team.name if team else None)


@strawberry.type(name="ChannelFigure", description="一个渠道在期内的数")
class ChannelFigureNode:
    channel_id: UUID | None
    name: str | None
    leads: int
    signed: int
    received_fen: Fen
    signed_bps: int | None

    @classmethod
    def of(cls, found: schemas.ChannelFigureOut) -> "ChannelFigureNode":
        return cls(
            channel_id=found.channel.id if found.channel else None,
            name=found.channel.name if found.channel else None,
            leads=found.leads,
            signed=found.signed,
            received_fen=Fen(found.received_fen),
            signed_bps=found.signed_bps,
        )


@strawberry.type(name="Overview", description="总览")
class OverviewNode:
    period: Period
    from_: date = strawberry.field(name="from")
    to: date
    previous_from: date
    previous_to: date
    scope: str
    figures: list[FigureNode]
    trend: list[TrendNode]
    previous_trend: list[TrendNode]
    employees: list[RankNode]
    teams: list[RankNode]
    channels: list[ChannelFigureNode]
    fresh_until: datetime

    @classmethod
    def of(cls, found: schemas.OverviewOut) -> "OverviewNode":
        nodes = _with(
            found,
            period=Period(found.period),
            figures=[FigureNode.of(figure) for figure in found.figures],
            trend=[TrendNode(**vars(day)) for day in found.trend],
            previous_trend=[TrendNode(**vars(day)) for day in found.previous_trend],
            employees=[RankNode.of(row) for row in found.employees],
            teams=[RankNode.of(row) for row in found.teams],
            channels=[ChannelFigureNode.of(row) for row in found.channels],
        )
        nodes.pop("viewer")
        return cls(**nodes)


@strawberry.type
class AnalyticsQuery:
    @strawberry.field(description="漏斗；数据权限内")
    async def funnel(self, info: Info, input: FunnelInput) -> FunnelNode:
        async with info.context.reads() as session:
            return FunnelNode.of(await service.funnel(session, info.context.actor, input.params(), info.context.now()))

    @strawberry.field(description="总览；数据权限内")
    async def overview(self, info: Info, period: Period = Period.MONTH) -> OverviewNode:
        async with info.context.reads() as session:
            return OverviewNode.of(await service.overview(session, info.context.actor, period.value, info.context.now()))

    @strawberry.field(description="全部指标的口径")
    async def figure_definitions(self, info: Info) -> list[DefinitionNode]:
        info.context.actor.require(permissions.VIEW)
        return [DefinitionNode.of(one) for one in DEFINITIONS.values()]
