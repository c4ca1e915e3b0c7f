"""What a loan should be, computed another way than the product does: in decimals, by present values, by halving."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise

from hypothesis import strategies as st

from loanbroker_api.loan.schedule import Schedule
from loanbroker_api.loan.terms import Fee, FeeKind, FeeTime, RateBasis, RepaymentMethod

MONTHS_OF = {
    RateBasis.MONTHLY: (Decimal(1), 1_000_000),
    RateBasis.MONTHLY_FLAT: (Decimal(1), 1_000_000),
    RateBasis.ANNUAL: (Decimal(1), 12_000_000),
    RateBasis.DAILY: (Decimal(30), 1_000_000),
}


def to_fen(value: Decimal) -> int:
    """Half up; first to 40 places, which brings back a half that a division has missed by its last digit."""
    return int(value.quantize(Decimal("1e-40"), rounding=ROUND_HALF_UP).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def expected_rows(principal: int, months: int, method: RepaymentMethod, rate_ppm: int, basis: RateBasis) -> list[tuple[int, int, int]]:
    """(principal, interest, balance) by month."""
    with localcontext() as context:
        context.prec = 120
        times, divisor = MONTHS_OF[basis]
        rate = rate_ppm * times / divisor
        annuity = sum((1 + rate) ** -month for month in range(1, months + 1))
        instalment = to_fen(principal / annuity)
        rows: list[tuple[int, int, int]] = []
        balance = principal
        for month in range(1, months + 1):
            last = month == months
            interest = to_fen((principal if method is RepaymentMethod.FLAT else balance) * rate_ppm * times / divisor)
            match method:
                case RepaymentMethod.EQUAL_INSTALMENT:
                    part = balance if last else min(balance, instalment - interest)
                case RepaymentMethod.EQUAL_PRINCIPAL | RepaymentMethod.FLAT:
                    part = balance if last else min(balance, to_fen(Decimal(principal) / months))
                case RepaymentMethod.BULLET:
                    part = principal if last else 0
                    interest = to_fen(principal * rate_ppm * times * months / divisor) if last else 0
                case _:
                    part = principal if last else 0
            balance -= part
            rows.append((part, interest, balance))
        return rows


def rate_by_halving(start: int, payments: Sequence[int]) -> Decimal | None:
    """The monthly internal rate of return to some 25 digits."""
    if start <= 0:
        return None
    with localcontext() as context:
        context.prec = 50

        def too_low(rate: Decimal) -> bool:
            discount, value = 1 / (1 + rate), Decimal(0)
            for payment in reversed(payments):
                value = (value + payment) * discount
            return value > start

        low, high = Decimal(0), Decimal("0.01")
        while too_low(high):
            low, high = high, high * 2
        for _ in range(90):
            middle = (low + high) / 2
            low, high = (middle, high) if too_low(middle) else (low, middle)
        return low


def is_falling(loan: Schedule) -> bool:
    return all(earlier.balance >= later.balance for earlier, later in pairwise(loan.rows))


def arguments(loan: Schedule) -> tuple[int, int, RepaymentMethod, int, RateBasis, tuple[Fee, ...]]:
    return loan.principal_fen, loan.months, loan.method, loan.rate_ppm, loan.basis, loan.fees


FEES = st.builds(
    lambda kind, percent, fixed, at: Fee("fee", "费用", kind, percent if kind is FeeKind.PERCENT else fixed, at),
    st.sampled_from(FeeKind),
    st.integers(0, 100_000),
    st.integers(0, 500_000),
    st.sampled_from(FeeTime),
)


@st.composite
def terms(draw: st.DrawFn, *, longest: int = 120) -> tuple[int, int, RepaymentMethod, int, RateBasis]:
    """Terms of every method and basis: from a fen to 10 亿元, from nothing to 5 % a month."""
    method = draw(st.sampled_from(RepaymentMethod))
    if method is RepaymentMethod.FLAT:
        basis = RateBasis.MONTHLY_FLAT
    else:
        basis = draw(st.sampled_from([RateBasis.MONTHLY, RateBasis.ANNUAL, RateBasis.DAILY]))
    most = {RateBasis.ANNUAL: 600_000, RateBasis.DAILY: 1_666}.get(basis, 50_000)
    principal = draw(st.one_of(st.integers(1, 2_000), st.integers(100_000, 100_000_000), st.integers(1, 10**11)))
    return principal, draw(st.integers(1, longest)), method, draw(st.one_of(st.just(0), st.integers(0, most))), basis
