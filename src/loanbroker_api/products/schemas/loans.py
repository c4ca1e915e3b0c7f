"""The calculator on the wire: money in fen, rates in ppm, annual costs as decimal strings."""

from typing import Annotated

from pydantic import Field

from loanbroker_api.core.schemas import InSchema, OutSchema, example
from loanbroker_api.products.schemas.terms import FeeTerms, PositiveFen, Ppm, RateBasisCode, RepaymentCode


class LoanRate(InSchema):
    basis: RateBasisCode
    ppm: Ppm


class LoanIn(InSchema):
    model_config = example(
        principalFen=20_000_000,
        months=36,
        repayment="flat",
        rate={"basis": "monthly_flat", "ppm": 6_000},
        fees=[{"code": "service", "title": "手续费", "kind": "percent", "ppm": 30_000, "amountFen": None, "at": "disbursement"}],
    )

    principal_fen: PositiveFen
    months: Annotated[int, Field(ge=1, le=600)]
    repayment: RepaymentCode
    rate: LoanRate
    fees: list[FeeTerms] = Field(default_factory=list[FeeTerms], max_length=20)


class CompareIn(InSchema):
    model_config = example(
        a={"principalFen": 20_000_000, "months": 36, "repayment": "flat", "rate": {"basis": "monthly_flat", "ppm": 6_000}},
        b={"principalFen": 20_000_000, "months": 36, "repayment": "equal_instalment", "rate": {"basis": "annual", "ppm": 120_000}},
    )

    a: LoanIn
    b: LoanIn


class ScheduleRowOut(OutSchema):
    number: int
    principal_fen: int
    interest_fen: int
    fees_fen: int
    payment_fen: int
    balance_fen: int


class ScheduleSummary(OutSchema):
    """`instalmentFen` is the first month's payment; `nominal` and `effective` are null where the first day's fees eat up the loan."""

    instalment_fen: int
    total_interest_fen: int
    total_fees_fen: int
    total_cost_fen: int
    nominal: str | None
    effective: str | None


class ScheduleOut(ScheduleSummary):
    rows: list[ScheduleRowOut]


class DifferenceOut(OutSchema):
    """b − a: what is negative speaks for b."""

    instalment_fen: int
    total_cost_fen: int
    nominal: str | None


class MonthOut(OutSchema):
    """What has been paid by the end of a month; month 0 is the day of disbursement."""

    month: int
    a_cumulative_fen: int
    b_cumulative_fen: int


class CompareOut(OutSchema):
    """`crossing`: the first month in which the one that was cheaper at first has paid more."""

    a: ScheduleSummary
    b: ScheduleSummary
    difference: DifferenceOut
    months: list[MonthOut]
    crossing: int | None
