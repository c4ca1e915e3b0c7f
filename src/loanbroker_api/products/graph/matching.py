"""GraphQL types of matching, of the customers whom rules let pass, and of loans."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from loanbroker_api.core.nodes import PageInfoNode
from loanbroker_api.customers.graph import CustomerNode
from loanbroker_api.products.graph.nodes import copied
from loanbroker_api.products.schemas import MatchItem, MatchOut, ScheduleOut
from loanbroker_api.products.service.reverse import CustomersFound
from loanbroker_api.workspace.graph import Fen, Json


@strawberry.type(name="MatchCounts", description="符合、可能、差一点、不符合的产品数")
class MatchCountsNode:
    yes: int
    unknown: int
    near: int
    no: int


@strawberry.type(name="MatchAsk", description="最值得先问的字段和它能决定的产品数")
class MatchAskNode:
    field: str
    title: str
    decides: int


@strawberry.type(name="MatchField", description="一个资质字段")
class MatchFieldNode:
    field: str
    title: str


@strawberry.type(name="NearMiss", description="差一点的条件：差多少，哪天起满足")
class NearMissNode:
    condition_id: str
    field: str
    text: str
    from_date: date | None
    by: int


@strawberry.type(name="MatchItem", description="一个产品的结论；金额单位分，利率单位 ppm")
class MatchItemNode:
    product_id: UUID
    version_id: UUID
    version_number: int
    product_name: str
    product_kind: str
    lender_id: UUID
    lender_name: str
    verdict: str
    near: bool
    limit_fen: Fen | None
    limit_text: str | None
    amount_fen: Fen | None
    months: int | None
    repayment: str | None
    rate_ppm: int | None
    rate_basis: str | None
    rate_from: str
    instalment_fen: Fen | None
    total_cost_fen: Fen | None
    fees_fen: Fen | None
    nominal: str | None
    effective: str | None
    score: int
    approval_hours: int
    missing: list[MatchFieldNode]
    needs: list[str]
    near_misses: list[NearMissNode]
    refusals: list[str]
    explanation: Json

    @classmethod
    def of(cls, item: MatchItem) -> "MatchItemNode":
        return copied(
            cls,
            item,
            missing=[copied(MatchFieldNode, one) for one in item.missing],
            near_misses=[copied(NearMissNode, one) for one in item.near_misses],
            explanation=Json(item.explanation.model_dump(mode="json", by_alias=True)),
        )


@strawberry.type(name="Match", description="匹配结果；按所选目标排序，佣金从不影响顺序")
class MatchNode:
    at: datetime
    aim: str
    counts: MatchCountsNode
    ask: MatchAskNode | None
    items: list[MatchItemNode]

    @classmethod
    def of(cls, found: MatchOut, first: int) -> "MatchNode":
        return cls(
            at=found.at,
            aim=found.aim,
            counts=copied(MatchCountsNode, found.counts),
            ask=copied(MatchAskNode, found.ask) if found.ask else None,
            items=[MatchItemNode.of(item) for item in found.items[:first]],
        )


@strawberry.type(name="VerdictCounts", description="符合、可能、不符合的客户数")
class VerdictCountsNode:
    yes: int
    unknown: int
    no: int


@strawberry.type(name="RuleCustomerEdge")
class RuleCustomerEdge:
    cursor: str
    verdict: str
    node: CustomerNode


@strawberry.type(name="RuleCustomerConnection", description="符合或可能符合规则的客户，新的在前；人数只在首页")
class RuleCustomerConnection:
    counts: VerdictCountsNode | None
    edges: list[RuleCustomerEdge]
    page_info: PageInfoNode

    @classmethod
    def of(cls, found: CustomersFound, after: str | None) -> "RuleCustomerConnection":
        edges = [
            RuleCustomerEdge(cursor=found.cursor_of(customer), verdict=verdict, node=CustomerNode.of(customer))
            for customer, verdict in found.items
        ]
        info = PageInfoNode(
            has_next_page=found.next_cursor is not None,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=found.next_cursor or (edges[-1].cursor if edges else None),
        )
        return cls(counts=copied(VerdictCountsNode, found.counts) if found.counts else None, edges=edges, page_info=info)


@strawberry.type(name="ScheduleRow", description="还款计划的一个月，单位分")
class ScheduleRowNode:
    number: int
    principal_fen: Fen
    interest_fen: Fen
    fees_fen: Fen
    payment_fen: Fen
    balance_fen: Fen


@strawberry.type(name="LoanSchedule", description="还款计划；nominal 是单利年化，effective 是复利年化，都含全部费用")
class ScheduleNode:
    instalment_fen: Fen
    total_interest_fen: Fen
    total_fees_fen: Fen
    total_cost_fen: Fen
    nominal: str | None
    effective: str | None
    rows: list[ScheduleRowNode]

    @classmethod
    def of(cls, found: ScheduleOut) -> "ScheduleNode":
        return copied(cls, found, rows=[copied(ScheduleRowNode, row) for row in found.rows])
