from fractions import Fraction

import pytest

from loanbroker_api.loan.annual import annual_cost_of
from loanbroker_api.loan.errors import BadLoan
from loanbroker_api.loan.schedule import cash_flows_of, schedule
from loanbroker_api.loan.terms import MAX_FEN, Fee, FeeKind, FeeTime, RateBasis, RepaymentMethod, monthly_fraction, round_half_up

WAN = 1_000_000  # 10,000 yuan in fen
GOOD = {
    "principal_fen": 10 * WAN,
    "months": 12,
    "method": RepaymentMethod.EQUAL_INSTALMENT,
    "rate_ppm": 6_000,
    "basis": RateBasis.MONTHLY,
}


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"principal_fen": 0}, "principal_fen", "principal.not-positive"),
        ({"principal_fen": -1}, "principal_fen", "principal.not-positive"),
        ({"principal_fen": MAX_FEN + 1}, "principal_fen", "principal.too-large"),
        ({"principal_fen": MAX_FEN}, "principal_fen", "principal.too-large"),  # with its interest
        ({"months": 0}, "months", "months.out-of-range"),
        ({"months": 601}, "months", "months.out-of-range"),
        ({"rate_ppm": -1}, "rate_ppm", "rate.negative"),
        ({"rate_ppm": 1_000_001}, "rate_ppm", "rate.too-high"),
        ({"rate_ppm": 12_000_001, "basis": RateBasis.ANNUAL}, "rate_ppm", "rate.too-high"),
        ({"rate_ppm": 33_334, "basis": RateBasis.DAILY}, "rate_ppm", "rate.too-high"),
        ({"basis": RateBasis.MONTHLY_FLAT}, "basis", "basis.unsuitable"),
        ({"method": RepaymentMethod.FLAT}, "basis", "basis.unsuitable"),
        ({"method": RepaymentMethod.FLAT, "basis": RateBasis.ANNUAL}, "basis", "basis.unsuitable"),
        ({"fees": [Fee("f", "费用", FeeKind.FIXED, -1, FeeTime.END)]}, "fees", "fees.negative"),
        ({"fees": [Fee("f", "费用", FeeKind.PERCENT, 1_000_001, FeeTime.END)]}, "fees", "fees.too-high"),
        ({"fees": [Fee("f", "费用", FeeKind.FIXED, MAX_FEN + 1, FeeTime.END)]}, "fees", "fees.too-high"),
        ({"fees": [Fee("f", "费用", FeeKind.FIXED, MAX_FEN, FeeTime.UPFRONT)]}, "principal_fen", "principal.too-large"),
        ({"fees": [Fee("f", "费用", FeeKind.FIXED, MAX_FEN // 12, FeeTime.MONTHLY)]}, "principal_fen", "principal.too-large"),
    ],
)
@pytest.mark.parametrize("asked", [schedule, cash_flows_of, annual_cost_of])
def test_refusals(asked, wrong, field, code):
    with pytest.raises(BadLoan) as refused:
        asked(**GOOD | wrong)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert any("一" <= character <= "鿿" for character in refused.value.message)
    assert str(refused.value) == refused.value.message


@pytest.mark.parametrize(
    "right",
    [
        {"principal_fen": 1},
        {"principal_fen": MAX_FEN, "rate_ppm": 0},
        {"months": 1},
        {"months": 600},
        {"rate_ppm": 0},
        {"rate_ppm": 1_000_000},
        {"rate_ppm": 12_000_000, "basis": RateBasis.ANNUAL},
        {"rate_ppm": 33_333, "basis": RateBasis.DAILY},
        {"method": RepaymentMethod.FLAT, "basis": RateBasis.MONTHLY_FLAT},
        {"fees": [Fee("f", "费用", FeeKind.PERCENT, 1_000_000, FeeTime.END)]},
    ],
)
def test_what_just_passes(right):
    assert sum(row.principal for row in schedule(**GOOD | right).rows) == (GOOD | right)["principal_fen"]


@pytest.mark.parametrize(
    ("rate_ppm", "basis", "fraction"),
    [
        (6_000, RateBasis.MONTHLY, Fraction(6, 1000)),
        (6_000, RateBasis.MONTHLY_FLAT, Fraction(6, 1000)),
        (36_000, RateBasis.ANNUAL, Fraction(3, 1000)),
        (1, RateBasis.ANNUAL, Fraction(1, 12_000_000)),
        (300, RateBasis.DAILY, Fraction(9, 1000)),
        (0, RateBasis.DAILY, Fraction(0)),
    ],
)
def test_the_rate_of_a_month(rate_ppm, basis, fraction):
    assert monthly_fraction(rate_ppm, basis) == (fraction.numerator, fraction.denominator)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(0, 3, 0), (1, 3, 0), (1, 2, 1), (2, 3, 1), (3, 2, 2), (5, 2, 3), (10**30 + 1, 2, 5 * 10**29 + 1)],
)
def test_half_a_fen_rounds_up(numerator, denominator, rounded):
    assert round_half_up(numerator, denominator) == rounded


@pytest.mark.parametrize(
    ("kind", "amount", "principal", "fen"),
    [
        (FeeKind.PERCENT, 30_000, 10 * WAN, 300_000),
        (FeeKind.PERCENT, 30_000, 50, 2),
        (FeeKind.PERCENT, 30_000, 49, 1),
        (FeeKind.FIXED, 30_000, 50, 30_000),
    ],
)
def test_a_fee(kind, amount, principal, fen):
    assert Fee("service", "服务费", kind, amount, FeeTime.UPFRONT).fen(principal) == fen


def test_labels():
    assert [method.label for method in RepaymentMethod] == ["等额本息", "等额本金", "先息后本", "等本等息", "一次性还本付息", "随借随还"]
    assert [basis.label for basis in RateBasis] == ["月利率", "年利率", "月费率（按原始本金）", "日利率"]
    assert [time.label for time in FeeTime] == ["放款时自付", "放款时扣除", "每月支付", "到期支付"]
