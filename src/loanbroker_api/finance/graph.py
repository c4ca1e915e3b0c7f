"""GraphQL of finance, thin: the same services and queries behind the other door."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from loanbroker_api.core.nodes import GradedNode
from loanbroker_api.finance import queries, rows, service
from loanbroker_api.finance.schemas import ReceiptIn, ReceiptOut, ReverseIn, SummaryParams
from loanbroker_api.pipeline.graph.mutations import as_body
from loanbroker_api.pipeline.graph.nodes import CasePerson
from loanbroker_api.workspace.graph import Fen, Info


@strawberry.type(name="Receipt", description="一笔回款；冲销是负数，指向原回款")
class ReceiptNode:
    id: UUID
    amount_fen: Fen
    method: str
    received_on: date
    recorded_at: datetime
    by: CasePerson | None
    note: GradedNode | None
    reverses_id: UUID | None
    reversed: bool

    @classmethod
    def of(cls, row: ReceiptOut) -> "ReceiptNode":
        made: dict[str, Any] = {**dict(row), "by": CasePerson.of(row.by), "note": GradedNode.of(row.note)}
        return cls(**made)


@strawberry.type(name="CaseReceipts", description="业务单的钱：应收 = 已收 + 冲销 + 未收")
class CaseReceiptsNode:
    due_fen: Fen
    received_fen: Fen
    reversed_fen: Fen
    outstanding_fen: Fen
    items: list[ReceiptNode]


@strawberry.type(name="AgeingBucket", description="账龄的一段")
class AgeingNode:
    from_days: int
    to_days: int | None
    cases: int
    outstanding_fen: Fen


@strawberry.type(name="ReceiptSummary", description="应收、净回款、未收和账龄")
class SummaryNode:
    due_fen: Fen
    received_fen: Fen
    outstanding_fen: Fen
    ageing: list[AgeingNode]


@strawberry.input(name="ReceiptInput", description="一笔回款")
class ReceiptInput:
    amount_fen: Fen
    method: str
    received_on: date
    note: str | None = None


@strawberry.type
class FinanceQuery:
    @strawberry.field(description="业务单的应收、已收、冲销、未收和每一笔")
    async def case_receipts(self, info: Info, case_id: UUID) -> CaseReceiptsNode:
        context = info.context
        keys = await context.keys()
        async with context.reads() as session:
            case = await service.get_case_money(session, context.actor, case_id)
            found = await rows.case_receipts(session, context.actor, keys, case)
        made: dict[str, Any] = {**dict(found), "items": [ReceiptNode.of(row) for row in found.items]}
        return CaseReceiptsNode(**made)

    @strawberry.field(description="数据权限内的应收、净回款、未收和账龄")
    async def receipt_summary(self, info: Info, owner_id: UUID | None = None) -> SummaryNode:
        wanted = SummaryParams(owner_id=owner_id)
        async with info.context.reads() as session:
            found = await queries.summary(session, info.context.actor, wanted, info.context.now())
        made: dict[str, Any] = {**dict(found), "ageing": [AgeingNode(**dict(bucket)) for bucket in found.ageing]}
        return SummaryNode(**made)


@strawberry.type
class FinanceMutation:
    @strawberry.mutation(description="登记回款")
    async def record_receipt(self, info: Info, case_id: UUID, data: ReceiptInput) -> ReceiptNode:
        wanted = ReceiptIn.model_validate(as_body(data))
        async with info.context.writes() as uow:
            receipt = await service.record_receipt(uow, info.context.actor, case_id, wanted)
            (shown,) = await rows.receipts_out(uow.session, info.context.actor, uow.keys, [receipt])
        return ReceiptNode.of(shown)

    @strawberry.mutation(description="冲销回款；返回冲销记录")
    async def reverse_receipt(self, info: Info, id: UUID, reason: str) -> ReceiptNode:
        wanted = ReverseIn(reason=reason)
        async with info.context.writes() as uow:
            receipt = await service.reverse_receipt(uow, info.context.actor, id, wanted)
            (shown,) = await rows.receipts_out(uow.session, info.context.actor, uow.keys, [receipt])
        return ReceiptNode.of(shown)
