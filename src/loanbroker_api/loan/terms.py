"""The terms of a loan: how it is repaid, what its rate refers to, its fees. Money in fen, rates in ppm (6000 = 0.6 %), terms in months."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import gcd

from loanbroker_api.loan.errors import BadLoan

MAX_FEN = 2**63 - 1  # as in core.money, which is this package's sibling
MAX_MONTHS = 600
PPM = 1_000_000
DAYS_A_MONTH = 30


class RepaymentMethod(StrEnum):
    """How principal and interest come back. Interest is on the balance, unless said otherwise."""

    EQUAL_INSTALMENT = "equal_instalment"
    EQUAL_PRINCIPAL = "equal_principal"
    INTEREST_FIRST = "interest_first"
    FLAT = "flat"
    """Interest on the original principal, every month, however much has come back."""
    BULLET = "bullet"
    """One payment at the end, with simple interest for all months: 利随本清 does not compound."""
    REVOLVING = "revolving"
    """Drawn and repaid at will, so there is no schedule; computed as INTEREST_FIRST drawn in full, which makes it comparable."""

    @property
    def label(self) -> str:
        return _METHOD_LABELS[self]


class RateBasis(StrEnum):
    """What a rate in ppm is a part of, and for how long."""

    MONTHLY = "monthly"
    ANNUAL = "annual"
    """A twelfth of it a month."""
    MONTHLY_FLAT = "monthly_flat"
    """A month, on the original principal: for FLAT only, and FLAT knows no other."""
    DAILY = "daily"
    """Thirty times it a month: 万三 is 300. The months' real lengths are left out."""

    @property
    def label(self) -> str:
        return _BASIS_LABELS[self]


class FeeKind(StrEnum):
    PERCENT = "percent"
    """`amount` is ppm of the original principal."""
    FIXED = "fixed"
    """`amount` is fen."""


class FeeTime(StrEnum):
    """When a fee is paid. UPFRONT and DEDUCTED cost the same; they differ in what arrives in the account."""

    UPFRONT = "upfront"
    """On the day of disbursement, from the borrower's pocket: the whole principal arrives."""
    DEDUCTED = "deducted"
    """On the day of disbursement, out of the principal: less arrives, the whole is owed."""
    MONTHLY = "monthly"
    """The amount once with every instalment."""
    END = "end"
    """Once, with the last instalment."""

    @property
    def label(self) -> str:
        return _FEE_TIME_LABELS[self]


_METHOD_LABELS = {
    RepaymentMethod.EQUAL_INSTALMENT: "等额本息",
    RepaymentMethod.EQUAL_PRINCIPAL: "等额本金",
    RepaymentMethod.INTEREST_FIRST: "先息后本",
    RepaymentMethod.FLAT: "等本等息",
    RepaymentMethod.BULLET: "一次性还本付息",
    RepaymentMethod.REVOLVING: "随借随还",
}
_BASIS_LABELS = {
    RateBasis.MONTHLY: "月利率",
    RateBasis.ANNUAL: "年利率",
    RateBasis.MONTHLY_FLAT: "月费率（按原始本金）",
    RateBasis.DAILY: "日利率",
}
_FEE_TIME_LABELS = {
    FeeTime.UPFRONT: "放款时自付",
    FeeTime.DEDUCTED: "放款时扣除",
    FeeTime.MONTHLY: "每月支付",
    FeeTime.END: "到期支付",
}


@dataclass(frozen=True, slots=True)
class Fee:
    """`amount`: ppm of the original principal, or fen; each time, where `at` is MONTHLY."""

    code: str
    title: str
    kind: FeeKind
    amount: int
    at: FeeTime

    def fen(self, principal_fen: int) -> int:
        """What is due each time it is due; half a fen rounds up."""
        if self.kind is FeeKind.FIXED:
            return self.amount
        return round_half_up(principal_fen * self.amount, PPM)


@dataclass(frozen=True, slots=True)
class FeeSums:
    """Fen by the time when they are due; `monthly` for one month."""

    upfront: int = 0
    deducted: int = 0
    monthly: int = 0
    end: int = 0

    @property
    def at_start(self) -> int:
        return self.upfront + self.deducted


def round_half_up(numerator: int, denominator: int) -> int:
    """The quotient of two integers that are not negative, to the nearest integer, exactly."""
    return (2 * numerator + denominator) // (2 * denominator)


def monthly_fraction(rate_ppm: int, basis: RateBasis) -> tuple[int, int]:
    """The rate of one month as numerator and denominator, reduced: ppm / 12 has no end as a decimal."""
    numerator, denominator = rate_ppm, PPM
    if basis is RateBasis.ANNUAL:
        denominator *= 12
    elif basis is RateBasis.DAILY:
        numerator *= DAYS_A_MONTH
    common = gcd(numerator, denominator)
    return numerator // common, denominator // common


def check_terms(principal_fen: int, months: int, method: RepaymentMethod, rate_ppm: int, basis: RateBasis) -> None:
    """Raises BadLoan: principal.not-positive, principal.too-large, months.out-of-range, rate.negative, rate.too-high, basis.unsuitable."""
    if principal_fen <= 0:
        raise BadLoan("principal_fen", "principal.not-positive", "借款金额应大于 0")
    if principal_fen > MAX_FEN:
        raise too_large()
    if not 1 <= months <= MAX_MONTHS:
        raise BadLoan("months", "months.out-of-range", f"期限应为 1 至 {MAX_MONTHS} 个月")
    if rate_ppm < 0:
        raise BadLoan("rate_ppm", "rate.negative", "利率不能为负数")
    numerator, denominator = monthly_fraction(rate_ppm, basis)
    if numerator > denominator:
        raise BadLoan("rate_ppm", "rate.too-high", "利率折合每月不能超过 100%，请检查单位")
    if (method is RepaymentMethod.FLAT) is not (basis is RateBasis.MONTHLY_FLAT):
        raise BadLoan("basis", "basis.unsuitable", "等本等息应使用按原始本金的月费率，其他还款方式应使用月、年或日利率")


def sum_fees(principal_fen: int, fees: Sequence[Fee]) -> FeeSums:
    """Raises BadLoan: fees.negative, fees.too-high (over 100 % of the principal, or 64 bits of fen, in one fee)."""
    if not fees:
        return FeeSums()
    due = dict.fromkeys(FeeTime, 0)
    for fee in fees:
        if fee.amount < 0:
            raise BadLoan("fees", "fees.negative", "费用不能为负数")
        if fee.amount > (PPM if fee.kind is FeeKind.PERCENT else MAX_FEN):
            raise BadLoan("fees", "fees.too-high", "按比例的费用不能超过借款金额的 100%，请检查单位")
        due[fee.at] += fee.fen(principal_fen)
    return FeeSums(upfront=due[FeeTime.UPFRONT], deducted=due[FeeTime.DEDUCTED], monthly=due[FeeTime.MONTHLY], end=due[FeeTime.END])


def too_large() -> BadLoan:
    return BadLoan("principal_fen", "principal.too-large", "借款金额或还款总额过大，请检查单位")
