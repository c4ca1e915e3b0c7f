"""The calculator: loan/ behind the API."""

from collections.abc import Sequence

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.errors import FieldError
from loanbroker_api.loan.annual import AnnualCost, annual_cost
from loanbroker_api.loan.comparison import compare
from loanbroker_api.loan.errors import BadLoan
from loanbroker_api.loan.schedule import Schedule, schedule
from loanbroker_api.loan.terms import Fee, FeeKind, FeeTime, RateBasis, RepaymentMethod
from loanbroker_api.products import permissions
from loanbroker_api.products.schemas import (
    CompareIn,
    CompareOut,
    FeeTerms,
    LoanIn,
    MonthOut,
    ScheduleOut,
    ScheduleRowOut,
    ScheduleSummary,
)
from loanbroker_api.products.schemas.loans import DifferenceOut
from loanbroker_api.products.service.problems import LoanInvalid

_FEE_TIMES = {"disbursement": FeeTime.UPFRONT, "monthly": FeeTime.MONTHLY, "end": FeeTime.END}
_POINTERS = {"principal_fen": "principalFen", "months": "months", "rate_ppm": "rate/ppm", "basis": "rate/basis", "fees": "fees"}


def fees_of(fees: Sequence[FeeTerms]) -> list[Fee]:
    """Fees of the API as loan/ counts them: what is due at disbursement comes from the borrower's pocket on the first day."""
    found: list[Fee] = []
    for fee in fees:
        kind = FeeKind(fee.kind)
        amount = fee.ppm if kind is FeeKind.PERCENT else fee.amount_fen
        found.append(Fee(fee.code, fee.title, kind, amount or 0, _FEE_TIMES[fee.at]))
    return found


def fee_faults(fee: FeeTerms) -> list[tuple[str, str, str, str]]:
    """A percentage needs ppm alone, a fixed fee amountFen alone."""
    percent = fee.kind == "percent"
    given, other = (fee.ppm, fee.amount_fen) if percent else (fee.amount_fen, fee.ppm)
    needed, empty = ("ppm", "amountFen") if percent else ("amountFen", "ppm")
    found: list[tuple[str, str, str, str]] = []
    if given is None:
        found.append((f"/{needed}", "fee-amount", "必填", "Required for this kind"))
    if other is not None:
        found.append((f"/{empty}", "fee-amount", "这类费用不用这个字段", "Null for this kind"))
    return found


def loan_schedule(actor: Actor, data: LoanIn) -> ScheduleOut:
    """Raises Forbidden, LoanInvalid."""
    actor.require(permissions.MATCH)
    made = _schedule(data, "")
    rows = [
        ScheduleRowOut(
            number=row.number,
            principal_fen=row.principal,
            interest_fen=row.interest,
            fees_fen=row.fees,
            payment_fen=row.payment,
            balance_fen=row.balance,
        )
        for row in made.rows
    ]
    return ScheduleOut(rows=rows, **_summary(made).model_dump())


def compare_loans(actor: Actor, data: CompareIn) -> CompareOut:
    """Raises Forbidden, LoanInvalid, also where the principals differ."""
    actor.require(permissions.MATCH)
    a, b = _schedule(data.a, "/a"), _schedule(data.b, "/b")
    try:
        found = compare(a, b)
    except BadLoan as error:
        raise _invalid(error, "/b") from error
    return CompareOut(
        a=_summary(a),
        b=_summary(b),
        difference=DifferenceOut(
            instalment_fen=found.first_instalment_fen,
            total_cost_fen=found.total_cost_fen,
            nominal=None if found.nominal is None else str(found.nominal),
        ),
        months=[
            MonthOut(month=month, a_cumulative_fen=of_a, b_cumulative_fen=of_b)
            for month, (of_a, of_b) in enumerate(zip(found.cash_out_a, found.cash_out_b, strict=True))
        ],
        crossing=found.overtaken_in,
    )


def _schedule(data: LoanIn, pointer: str) -> Schedule:
    basis, method = RateBasis(data.rate.basis), RepaymentMethod(data.repayment)
    faults = [
        FieldError(f"{pointer}/fees/{number}{at}", f"products.{code}", zh, en)
        for number, fee in enumerate(data.fees)
        for at, code, zh, en in fee_faults(fee)
    ]
    if faults:
        raise LoanInvalid(errors=faults)
    try:
        return schedule(data.principal_fen, data.months, method, data.rate.ppm, basis, fees_of(data.fees))
    except BadLoan as error:
        raise _invalid(error, pointer) from error


def _invalid(error: BadLoan, pointer: str) -> LoanInvalid:
    place = f"{pointer}/{_POINTERS[error.field]}"
    return LoanInvalid(errors=[FieldError(place, f"products.loan-{error.code.replace('.', '-')}", error.message, error.code)])


def _summary(made: Schedule) -> ScheduleSummary:
    cost = annual_cost(made)
    nominal, effective = annual_texts(cost)
    return ScheduleSummary(
        instalment_fen=made.first_instalment_fen,
        total_interest_fen=made.total_interest_fen,
        total_fees_fen=made.total_fees_fen,
        total_cost_fen=made.total_cost_fen,
        nominal=nominal,
        effective=effective,
    )


def annual_texts(cost: AnnualCost | None) -> tuple[str | None, str | None]:
    """Nominal and effective as decimal strings of six places."""
    if cost is None:
        return None, None
    return f"{cost.nominal:.6f}", f"{cost.effective:.6f}"
