from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanbroker_api.loan.schedule import CashFlows, Row, cash_flows_of, schedule
from loanbroker_api.loan.terms import Fee, FeeKind, FeeTime, RateBasis, RepaymentMethod
from support.loans import FEES, arguments, expected_rows, is_falling, terms

WAN = 1_000_000  # 10,000 yuan in fen
M, B = RepaymentMethod, RateBasis


@given(terms())
@settings(max_examples=250, deadline=None)
def test_every_row_is_the_oracles(drawn):
    rows = schedule(*drawn).rows
    assert [(row.principal, row.interest, row.balance) for row in rows] == expected_rows(*drawn)


@given(terms(longest=600), st.lists(FEES, max_size=4))
@settings(max_examples=150, deadline=None)
def test_sums(drawn, fees):
    principal, months, *_ = drawn
    loan = schedule(*drawn, fees)
    assert [row.number for row in loan.rows] == list(range(1, months + 1))
    assert sum(row.principal for row in loan.rows) == principal
    assert loan.rows[-1].balance == 0
    assert is_falling(loan)
    assert all(min(row.principal, row.interest, row.fees) >= 0 for row in loan.rows)
    assert all(row.payment == row.principal + row.interest + row.fees for row in loan.rows)
    times = {FeeTime.MONTHLY: months}
    assert loan.total_fees_fen == sum(fee.fen(principal) * times.get(fee.at, 1) for fee in fees)
    assert loan.total_cost_fen == loan.total_interest_fen + loan.total_fees_fen == loan.cash_flows.total_cost_fen
    assert loan.received_fen == principal - sum(fee.fen(principal) for fee in fees if fee.at is FeeTime.DEDUCTED)


@given(terms(longest=600), st.lists(FEES, max_size=4))
@settings(max_examples=150, deadline=None)
def test_the_fast_path_has_the_same_flows(drawn, fees):
    loan = schedule(*drawn, fees)
    flows = cash_flows_of(*arguments(loan))
    assert flows == loan.cash_flows == CashFlows(flows.start_fen, tuple(row.payment for row in loan.rows))
    assert flows.first_instalment_fen == loan.first_instalment_fen == loan.rows[0].payment


@given(st.integers(100_000, 10**10), st.integers(1, 120), st.integers(0, 30_000))
@settings(max_examples=100, deadline=None)
def test_equal_instalments_are_equal_but_the_last(principal, months, rate_ppm):
    payments = [row.payment for row in schedule(principal, months, M.EQUAL_INSTALMENT, rate_ppm, B.MONTHLY).rows]
    assert len(set(payments[:-1])) <= 1
    growth = (1 + rate_ppm / 1e6) ** months
    assert abs(payments[-1] - payments[0]) <= months * growth + 1  # a fen a month, with its interest


@given(st.integers(100_000, 10**10), st.integers(2, 120), st.integers(1, 30_000))
@settings(max_examples=50, deadline=None)
def test_equal_principal_payments_fall(principal, months, rate_ppm):
    rows = schedule(principal, months, M.EQUAL_PRINCIPAL, rate_ppm, B.MONTHLY).rows
    assert len({row.principal for row in rows[:-1]}) == 1
    assert all(earlier.interest >= later.interest for earlier, later in pairwise(rows))


@given(terms())
@settings(max_examples=50, deadline=None)
def test_revolving_is_interest_first(drawn):
    principal, months, _, rate_ppm, basis = drawn
    if basis is B.MONTHLY_FLAT:
        basis = B.MONTHLY
    revolving = schedule(principal, months, M.REVOLVING, rate_ppm, basis)
    assert revolving.rows == schedule(principal, months, M.INTEREST_FIRST, rate_ppm, basis).rows


@pytest.mark.parametrize(
    ("method", "rate_ppm", "basis", "rows"),
    [
        # The textbook's 100,000 yuan over three months at 1 %: 34,002.21 a month.
        (
            M.EQUAL_INSTALMENT,
            10_000,
            B.MONTHLY,
            [(3_300_221, 100_000, 6_699_779), (3_333_223, 66_998, 3_366_556), (3_366_556, 33_666, 0)],
        ),
        (M.EQUAL_PRINCIPAL, 120_000, B.ANNUAL, [(3_333_333, 100_000, 6_666_667), (3_333_333, 66_667, 3_333_334), (3_333_334, 33_333, 0)]),
        (M.INTEREST_FIRST, 300, B.DAILY, [(0, 90_000, 10_000_000), (0, 90_000, 10_000_000), (10_000_000, 90_000, 0)]),
        (M.FLAT, 6_000, B.MONTHLY_FLAT, [(3_333_333, 60_000, 6_666_667), (3_333_333, 60_000, 3_333_334), (3_333_334, 60_000, 0)]),
        (M.BULLET, 10_000, B.MONTHLY, [(0, 0, 10_000_000), (0, 0, 10_000_000), (10_000_000, 300_000, 0)]),
    ],
)
def test_written_out(method, rate_ppm, basis, rows):
    loan = schedule(10 * WAN, 3, method, rate_ppm, basis)
    assert loan.rows == tuple(
        Row(number, principal, interest, 0, principal + interest, balance) for number, (principal, interest, balance) in enumerate(rows, 1)
    )


def test_fees_by_their_time():
    fees = [
        Fee("service", "服务费", FeeKind.PERCENT, 30_000, FeeTime.UPFRONT),
        Fee("guarantee", "担保费", FeeKind.PERCENT, 10_000, FeeTime.DEDUCTED),
        Fee("account", "账户管理费", FeeKind.FIXED, 1_000, FeeTime.MONTHLY),
        Fee("exit", "结清手续费", FeeKind.FIXED, 5_000, FeeTime.END),
    ]
    loan = schedule(10 * WAN, 2, M.INTEREST_FIRST, 6_000, B.MONTHLY, fees)
    assert (loan.upfront_fees_fen, loan.deducted_fees_fen, loan.received_fen) == (300_000, 100_000, 9_900_000)
    assert loan.rows == (Row(1, 0, 60_000, 1_000, 61_000, 10 * WAN), Row(2, 10 * WAN, 60_000, 6_000, 10_066_000, 0))
    assert loan.cash_flows == CashFlows(9_600_000, (61_000, 10_066_000))
    assert (loan.first_instalment_fen, loan.total_interest_fen, loan.total_fees_fen, loan.total_cost_fen) == (
        61_000,
        120_000,
        407_000,
        527_000,
    )


@pytest.mark.parametrize(
    ("principal", "months", "method", "rate_ppm", "first", "last"),
    [
        (400, 600, M.EQUAL_INSTALMENT, 0, 1, 0),  # two thirds of a fen is a fen, so that the end is reached early
        (400, 600, M.EQUAL_PRINCIPAL, 0, 1, 0),
        (1, 600, M.EQUAL_INSTALMENT, 0, 0, 1),
        (1, 1, M.EQUAL_INSTALMENT, 500_000, 2, 2),  # one and a half
        (100, 600, M.EQUAL_INSTALMENT, 1_000_000, 100, 200),
    ],
)
def test_a_few_fen(principal, months, method, rate_ppm, first, last):
    loan = schedule(principal, months, method, rate_ppm, B.MONTHLY)
    assert (loan.rows[0].payment, loan.rows[-1].payment) == (first, last)
    assert sum(row.principal for row in loan.rows) == principal
    assert is_falling(loan)


def test_an_instalment_of_exactly_half_a_fen_rounds_up():
    """P·r·(1+r)ⁿ / ((1+r)ⁿ − 1) with r = 1/2, n = 20 and P = 3²⁰ − 2²⁰ is 3²⁰ / 2."""
    assert schedule(3**20 - 2**20, 20, M.EQUAL_INSTALMENT, 500_000, B.MONTHLY).first_instalment_fen == (3**20 + 1) // 2
