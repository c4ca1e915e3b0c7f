"""Matching on the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.schemas import ExplanationOut, InSchema, OutSchema, PersonRef, When, example
from loanbroker_api.products.schemas.records import ProductKindCode
from loanbroker_api.products.schemas.terms import Months, PositiveFen, RateBasisCode, RepaymentCode

Aim = Literal["cost", "amount", "speed", "instalment", "approval"]
FactValue = bool | int | str | list[str] | None
Facts = Annotated[dict[Annotated[str, Field(max_length=40)], FactValue], Field(max_length=100)]
Kinds = Annotated[list[ProductKindCode] | None, Field(max_length=9, description="只看这些种类；空为全部（过桥从不自动匹配）")]


class _Wish(InSchema):
    amount_fen: Annotated[PositiveFen | None, Field(description="想要的金额；空则用 facts 里的需求金额")] = None
    months: Annotated[Months | None, Field(description="想要的期限；空则用 facts 里的期望期限")] = None
    aim: Annotated[Aim, Field(description="排序：cost 客户成本（默认）、amount 额度、speed 快慢、instalment 月供、approval 通过把握")] = (
        "cost"
    )
    kinds: Kinds = None


class MatchIn(_Wish):
    model_config = example(facts={"age": 35, "fundMonths": 14, "city": 510_100, "overdueNow": 0}, amountFen=20_000_000, months=36)

    facts: Facts


class CustomerMatchIn(_Wish):
    """`facts` stand in for the saved values of this run only; null makes a field unknown."""

    model_config = example(facts={"queries2m": 2}, aim="cost")

    facts: Facts | None = None


class FieldRef(OutSchema):
    field: str
    title: str


class AskOut(OutSchema):
    """The unknown field that decides most of the products still open."""

    field: str
    title: str
    decides: int


class MatchCounts(OutSchema):
    """`near` are the refused ones whose every refusal passes with time or a small change; `no` are the others."""

    yes: int
    unknown: int
    near: int
    no: int


class NearMissOut(OutSchema):
    """`by`: how much is missing, in the field's unit; `from`: from which day on it would do, null where time alone does not help."""

    condition_id: str
    field: str
    text: str
    from_date: Annotated[date | None, Field(alias="from")]
    by: int


class MatchItem(OutSchema):
    """What one product would give. Money, term and cost are null where the product refuses for good.

    `rateFrom`: formula, or range where the rate is the lower end of the lender's range (shown as 起).
    `missing`: fields whose knowledge could make it a yes. `needs`: what has to be known or settled before it is submitted.
    `nominal` (12 × monthly IRR) and `effective` ((1 + r)^12 − 1) are parts of one with every fee in them.
    """

    product_id: UUID
    version_id: UUID
    version_number: int
    product_name: str
    product_kind: ProductKindCode
    lender_id: UUID
    lender_name: str
    verdict: Literal["yes", "unknown", "no"]
    near: bool
    limit_fen: int | None
    limit_text: str | None
    amount_fen: int | None
    months: int | None
    repayment: RepaymentCode | None
    rate_ppm: int | None
    rate_basis: RateBasisCode | None
    rate_from: Literal["formula", "range"]
    instalment_fen: int | None
    total_cost_fen: int | None
    fees_fen: int | None
    nominal: str | None
    effective: str | None
    score: int
    approval_hours: int
    missing: list[FieldRef]
    needs: list[str]
    near_misses: list[NearMissOut]
    refusals: list[str]
    explanation: ExplanationOut


class MatchOut(OutSchema):
    """Yes before unknown before near before no; within each by `aim`. Commission never influences the order."""

    run_id: UUID | None
    at: When
    aim: Aim
    counts: MatchCounts
    ask: AskOut | None
    items: list[MatchItem]


class BestMatch(OutSchema):
    product_id: UUID
    version_id: UUID
    product_name: str
    amount_fen: int | None
    nominal: str | None


class MatchRunRow(OutSchema):
    id: UUID
    at: When
    by: PersonRef | None
    aim: Aim
    counts: MatchCounts
    best: BestMatch | None
