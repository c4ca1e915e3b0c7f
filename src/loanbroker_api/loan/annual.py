"""The annual cost of a loan with every fee in it, which 中国人民银行公告〔2021〕第3号 makes lenders show: by internal rate of return."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from math import expm1, isfinite, log, log1p

import pyxirr

from loanbroker_api.loan.schedule import CashFlows, Schedule, cash_flows_of
from loanbroker_api.loan.terms import Fee, RateBasis, RepaymentMethod

_PLACES = Decimal("1e-10")
_WIDE = Context(prec=300)  # the most that 64 bits of fen can cost in a year has 228 digits before the point
_MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class AnnualCost:
    """Parts of one (0.1317 is 13.17 %), to ten places.

    `nominal`: simple, twelve times the monthly internal rate of return. `effective`: compound, (1 + monthly)¹² − 1.
    """

    nominal: Decimal
    effective: Decimal


def annual_cost(loan: Schedule | CashFlows) -> AnnualCost | None:
    """None where there is no internal rate of return: the fees of the first day leave the borrower nothing."""
    monthly = monthly_rate(loan.cash_flows if isinstance(loan, Schedule) else loan)
    if monthly is None:
        return None
    return AnnualCost(_decimal(12 * monthly), _decimal(expm1(12 * log1p(monthly))))


def annual_cost_of(
    principal_fen: int, months: int, method: RepaymentMethod, rate_ppm: int, basis: RateBasis, fees: Sequence[Fee] = ()
) -> AnnualCost | None:
    """`annual_cost(schedule(…))` to the last digit, without the rows. Raises BadLoan as `schedule` does."""
    return annual_cost(cash_flows_of(principal_fen, months, method, rate_ppm, basis, fees))


def monthly_rate(flows: CashFlows) -> float | None:
    """The internal rate of return of a month, a part of one, to about 1e-13 of 1 + rate; None where there is none.

    There is one at most and it is not negative, since all that is received comes first and no less is paid back.
    """
    start = flows.start_fen
    if start <= 0:
        return None
    parts = [payment / start for payment in flows.payments]
    paid = sum(flows.payments)
    if paid == start:
        return 0.0
    # All paid on the average day would cost no less interest (Jensen), so this is at or below the rate, and near it.
    average = sum(month * part for month, part in enumerate(parts, 1)) * start / paid
    guess = expm1(log(paid / start) / average)
    found = pyxirr.irr([-1.0, *parts], guess=guess, silent=True)
    return _refined(parts, found if found is not None and isfinite(found) and found > 0 else guess)


def _refined(parts: list[float], rate: float) -> float:
    """Newton's steps: pyxirr stops at 1e-9 of the money, which is not yet 1e-8 of a year's rate.

    The present value falls and is convex, so that from below each step stays below, and from above the first leads below.
    """
    backwards = parts[::-1]
    for _ in range(_MOST_STEPS):
        discount = 1 / (1 + rate)
        value = slope = 0.0
        for part in backwards:
            slope = slope * discount + value
            value = value * discount + part
        slope = slope * discount + value
        step = (value * discount - 1) / (slope * discount * discount)
        rate = max(rate + step, 0.0)
        if abs(step) <= 1e-13 * (1 + rate):
            break
    return rate


def _decimal(number: float) -> Decimal:
    return Decimal(number).quantize(_PLACES, context=_WIDE)
