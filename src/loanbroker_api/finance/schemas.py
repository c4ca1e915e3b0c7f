"""What crosses the wire in finance. Money is fen; due = received + reversed + outstanding, reversed being zero or less."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.money import MAX_FEN
from loanbroker_api.core.schemas import Graded, InSchema, OutSchema, PageParams, PersonRef, ShortText, When, example
from loanbroker_api.pipeline.schemas import CaseCustomer

MethodCode = Literal["transfer", "cash", "card", "alipay", "wechat", "lender"]


class ReceiptIn(InSchema):
    model_config = example(amountFen=540_000, method="transfer", receivedOn="2026-11-24", note="首笔服务费")

    amount_fen: Annotated[int, Field(ge=1, le=MAX_FEN, description="分，不超过未收")]
    method: MethodCode
    received_on: Annotated[date, Field(description="到账日，不能在将来")]
    note: Annotated[str | None, Field(max_length=200)] = None


class ReverseIn(InSchema):
    model_config = example(reason="金额录错")

    reason: Annotated[ShortText, Field(max_length=200)]


class ReceiptOut(OutSchema):
    """`reversesId` names the receipt that this row takes back; its amount is then negative."""

    id: UUID
    amount_fen: int
    method: MethodCode
    received_on: date
    recorded_at: When
    by: PersonRef | None
    note: Graded | None
    reverses_id: UUID | None
    reversed: bool


class CaseReceipts(OutSchema):
    due_fen: int
    received_fen: Annotated[int, Field(description="收到的合计，未减冲销")]
    reversed_fen: Annotated[int, Field(description="冲销合计，零或负数")]
    outstanding_fen: int
    items: list[ReceiptOut]


class CaseRef(OutSchema):
    id: UUID
    number: str


class ReceiptRow(ReceiptOut):
    case: CaseRef
    customer: CaseCustomer
    owner: PersonRef | None


class ReceiptFilter(InSchema):
    from_day: Annotated[date | None, Field(alias="from", description="到账日，含")] = None
    to_day: Annotated[date | None, Field(alias="to", description="到账日，含")] = None
    owner_id: UUID | None = None


class ReceiptListParams(ReceiptFilter, PageParams):
    pass


class SummaryParams(InSchema):
    owner_id: UUID | None = None


class AgeingBucket(OutSchema):
    """What is outstanding of cases whose first disbursement was so many days ago."""

    from_days: int
    to_days: int | None
    cases: int
    outstanding_fen: int


class ReceiptSummary(OutSchema):
    """Of all cases in the caller's scope, now: due = received + outstanding; received is net of what was reversed."""

    due_fen: int
    received_fen: int
    outstanding_fen: int
    ageing: list[AgeingBucket]
