from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanbroker_api.loan.annual import annual_cost
from loanbroker_api.loan.comparison import compare
from loanbroker_api.loan.errors import BadLoan
from loanbroker_api.loan.schedule import schedule
from loanbroker_api.loan.terms import Fee, FeeKind, FeeTime, RateBasis, RepaymentMethod
from support.loans import FEES, terms

WAN = 1_000_000  # 10,000 yuan in fen
M, B = RepaymentMethod, RateBasis


def fee(fen: int, at: FeeTime) -> Fee:
    return Fee("fee", "费用", FeeKind.FIXED, fen, at)


def test_small_instalments_first_cost_more_in_the_end():
    """Interest only against equal instalments, three months: less is paid until the principal falls due."""
    a = schedule(10 * WAN, 3, M.EQUAL_INSTALMENT, 10_000, B.MONTHLY)
    b = schedule(10 * WAN, 3, M.INTEREST_FIRST, 10_000, B.MONTHLY)
    found = compare(a, b)
    assert found.cash_out_a == (0, 3_400_221, 6_800_442, 10_200_664)
    assert found.cash_out_b == (0, 100_000, 200_000, 10_300_000)
    assert (found.total_cost_fen, found.first_instalment_fen) == (99_336, -3_300_221)
    assert found.nominal is not None
    assert abs(found.nominal) < Decimal("1e-6")
    assert (found.cheaper_at_first, found.overtaken_in) == ("b", 3)


def test_an_upfront_fee_against_a_higher_rate():
    a = schedule(10 * WAN, 12, M.INTEREST_FIRST, 5_000, B.MONTHLY, [fee(200_000, FeeTime.UPFRONT)])
    b = schedule(10 * WAN, 12, M.INTEREST_FIRST, 10_000, B.MONTHLY)
    found = compare(a, b)
    assert (found.cash_out_a[0], found.cash_out_b[0]) == (200_000, 0)
    assert (found.cheaper_at_first, found.overtaken_in) == ("b", 5)  # level after four months
    assert found.total_cost_fen == 400_000


def test_a_deducted_fee_has_left_on_the_first_day():
    a = schedule(10 * WAN, 12, M.INTEREST_FIRST, 5_000, B.MONTHLY, [fee(200_000, FeeTime.DEDUCTED)])
    b = schedule(10 * WAN, 12, M.INTEREST_FIRST, 5_000, B.MONTHLY)
    found = compare(a, b)
    assert found.cash_out_a[0] == 200_000
    assert (found.cheaper_at_first, found.overtaken_in, found.total_cost_fen) == ("b", None, -200_000)
    assert found.nominal is not None
    assert found.nominal < 0


def test_the_shorter_loan_is_paid_off_while_the_longer_goes_on():
    a = schedule(10 * WAN, 2, M.EQUAL_PRINCIPAL, 10_000, B.MONTHLY)
    b = schedule(10 * WAN, 4, M.EQUAL_PRINCIPAL, 10_000, B.MONTHLY)
    found = compare(a, b)
    assert found.cash_out_a == (0, 5_100_000, 10_150_000, 10_150_000, 10_150_000)
    assert found.cash_out_b == (0, 2_600_000, 5_175_000, 7_725_000, 10_250_000)
    assert (found.cheaper_at_first, found.overtaken_in) == ("b", 4)


def test_the_same_loan():
    loan = schedule(10 * WAN, 12, M.EQUAL_INSTALMENT, 6_000, B.MONTHLY)
    found = compare(loan, loan)
    assert (found.total_cost_fen, found.first_instalment_fen, found.nominal) == (0, 0, 0)
    assert (found.cheaper_at_first, found.overtaken_in) == (None, None)


def test_no_rate_no_difference_of_rates():
    a = schedule(10 * WAN, 12, M.EQUAL_INSTALMENT, 6_000, B.MONTHLY, [fee(10 * WAN, FeeTime.UPFRONT)])
    b = schedule(10 * WAN, 12, M.EQUAL_INSTALMENT, 6_000, B.MONTHLY)
    assert compare(a, b).nominal is None
    assert compare(b, a).nominal is None


def test_other_amounts_are_not_compared():
    a = schedule(10 * WAN, 12, M.EQUAL_INSTALMENT, 6_000, B.MONTHLY)
    b = schedule(20 * WAN, 12, M.EQUAL_INSTALMENT, 6_000, B.MONTHLY)
    with pytest.raises(BadLoan) as refused:
        compare(a, b)
    assert (refused.value.field, refused.value.code) == ("principal_fen", "comparison.principals-differ")


@given(terms(), terms(), st.lists(FEES, max_size=2), st.lists(FEES, max_size=2))
@settings(max_examples=100, deadline=None)
def test_it_mirrors_and_adds_up(of_a, of_b, fees_a, fees_b):
    a, b = schedule(*of_a, fees_a), schedule(of_a[0], *of_b[1:], fees_b)
    there, back = compare(a, b), compare(b, a)
    assert (there.total_cost_fen, there.first_instalment_fen) == (-back.total_cost_fen, -back.first_instalment_fen)
    assert (there.cash_out_a, there.cash_out_b, there.overtaken_in) == (back.cash_out_b, back.cash_out_a, back.overtaken_in)
    assert there.cheaper_at_first == {"a": "b", "b": "a", None: None}[back.cheaper_at_first]
    assert there.cash_out_a[-1] == a.principal_fen + a.total_cost_fen
    assert there.cash_out_b[-1] - there.cash_out_a[-1] == there.total_cost_fen
    started = a.upfront_fees_fen + a.deducted_fees_fen
    assert there.cash_out_a[: a.months + 1] == tuple(accumulate((row.payment for row in a.rows), initial=started))
    assert len(there.cash_out_a) == len(there.cash_out_b) == max(a.months, b.months) + 1
    if (cost_a := annual_cost(a)) is not None and (cost_b := annual_cost(b)) is not None:
        assert there.nominal == cost_b.nominal - cost_a.nominal
    else:
        assert there.nominal is None
    if there.overtaken_in is not None:
        first, other = (there.cash_out_a, there.cash_out_b) if there.cheaper_at_first == "a" else (there.cash_out_b, there.cash_out_a)
        assert first[there.overtaken_in] > other[there.overtaken_in]
        assert all(x <= y for x, y in zip(first[: there.overtaken_in], other, strict=False))
