from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanbroker_api.loan.annual import AnnualCost, annual_cost, annual_cost_of, monthly_rate
from loanbroker_api.loan.schedule import CashFlows, schedule
from loanbroker_api.loan.terms import MAX_FEN, Fee, FeeKind, FeeTime, RateBasis, RepaymentMethod
from support.loans import FEES, arguments, rate_by_halving, terms

WAN = 1_000_000  # 10,000 yuan in fen
M, B = RepaymentMethod, RateBasis


def assert_is_the_oracles(flows: CashFlows) -> None:
    """To 1e-8 up to a rate of one; beyond it, to 1e-8 of itself."""
    cost, monthly = annual_cost(flows), rate_by_halving(flows.start_fen, flows.payments)
    assert (cost is None) is (monthly is None)
    if cost is None or monthly is None:
        return
    with localcontext() as context:
        context.prec = 300
        for found, right in ((cost.nominal, 12 * monthly), (cost.effective, (1 + monthly) ** 12 - 1)):
            assert abs(found - right) <= Decimal("1e-8") * max(1, right), (found, right)


def percent(part: Decimal) -> str:
    return f"{part * 100:.2f}"


@pytest.mark.parametrize(
    ("upfront_ppm", "nominal", "effective"),
    [(0, "13.17", "14.00"), (30_000, "15.32", "16.44")],
)
@pytest.mark.parametrize("at", [FeeTime.UPFRONT, FeeTime.DEDUCTED])
def test_what_flat_really_costs(at, upfront_ppm, nominal, effective):
    """0.6 % a month flat, 36 instalments: not 7.2 % a year."""
    cost = annual_cost_of(10 * WAN, 36, M.FLAT, 6_000, B.MONTHLY_FLAT, [Fee("service", "服务费", FeeKind.PERCENT, upfront_ppm, at)])
    assert cost is not None
    assert (percent(cost.nominal), percent(cost.effective)) == (nominal, effective)


@pytest.mark.parametrize("method", [M.EQUAL_INSTALMENT, M.EQUAL_PRINCIPAL, M.INTEREST_FIRST, M.REVOLVING])
@pytest.mark.parametrize("months", [1, 12, 36, 240, 360, 480, 600])
def test_without_fees_the_nominal_rate_is_the_contracts(method, months):
    cost = annual_cost_of(10**13, months, method, 72_000, B.ANNUAL)
    assert cost is not None
    assert abs(cost.nominal - Decimal("0.072")) < Decimal("1e-8")
    assert abs(cost.effective - (Decimal("1.006") ** 12 - 1)) < Decimal("1e-8")


@given(terms(), st.lists(FEES, max_size=3))
@settings(max_examples=150, deadline=None)
def test_the_rate_is_the_oracles(drawn, fees):
    assert_is_the_oracles(schedule(*drawn, fees).cash_flows)


@given(terms(longest=600), st.lists(FEES, max_size=3))
@settings(max_examples=100, deadline=None)
def test_the_fast_path_is_the_schedules(drawn, fees):
    loan = schedule(*drawn, fees)
    assert annual_cost_of(*arguments(loan)) == annual_cost(loan)


@pytest.mark.parametrize("months", [1, 2, 12, 36, 240, 360, 480, 600])
@pytest.mark.parametrize("method", RepaymentMethod)
@pytest.mark.parametrize(("rate_ppm", "upfront_ppm"), [(1, 0), (6_000, 999_999), (1_000_000, 0), (1_000_000, 900_000)])
def test_the_ends_of_what_is_allowed(months, method, rate_ppm, upfront_ppm):
    basis = B.MONTHLY_FLAT if method is M.FLAT else B.MONTHLY
    fees = [Fee("service", "服务费", FeeKind.PERCENT, upfront_ppm, FeeTime.UPFRONT)]
    assert_is_the_oracles(schedule(30 * WAN, months, method, rate_ppm, basis, fees).cash_flows)


@pytest.mark.parametrize(
    "flows",
    [
        CashFlows(1, (MAX_FEN - 1,)),
        CashFlows(1, (0,) * 599 + (MAX_FEN - 1,)),
        CashFlows(1, (MAX_FEN // 600,) * 600),
        CashFlows(MAX_FEN // 2, (MAX_FEN // 2 + 1,)),
        CashFlows(MAX_FEN // 2, (0, 0, MAX_FEN // 2 + 10**9)),
        CashFlows(10**6, (10**9, *(0,) * 598, 1)),
    ],
)
def test_sixty_four_bits(flows):
    assert_is_the_oracles(flows)


def test_nothing_costs_nothing():
    for method in RepaymentMethod:
        basis = B.MONTHLY_FLAT if method is M.FLAT else B.MONTHLY
        assert annual_cost_of(10 * WAN, 36, method, 0, basis) == AnnualCost(Decimal(0), Decimal(0))


def test_bullet_is_simple_interest_at_the_end():
    cost = annual_cost_of(10 * WAN, 12, M.BULLET, 10_000, B.MONTHLY)
    assert cost is not None
    assert abs(cost.effective - Decimal("0.12")) < Decimal("1e-8")
    assert abs(cost.nominal - 12 * (Decimal("1.12") ** (Decimal(1) / 12) - 1)) < Decimal("1e-8")


@pytest.mark.parametrize("at", [FeeTime.UPFRONT, FeeTime.DEDUCTED])
@pytest.mark.parametrize("fen", [10 * WAN, 10 * WAN + 1])
def test_who_receives_nothing_has_no_rate(at, fen):
    loan = schedule(10 * WAN, 12, M.EQUAL_INSTALMENT, 6_000, B.MONTHLY, [Fee("service", "服务费", FeeKind.FIXED, fen, at)])
    assert annual_cost(loan) is None
    assert annual_cost_of(*arguments(loan)) is None
    assert monthly_rate(loan.cash_flows) is None


@pytest.mark.parametrize("answer", [None, float("nan"), float("inf"), -23.8, -1.0, 1e6, 0.5])
def test_a_solver_that_is_wrong_is_put_right(monkeypatch, answer):
    """pyxirr has answered None and roots below −1 for long loans."""
    monkeypatch.setattr("loanbroker_api.loan.annual.pyxirr.irr", lambda *_, **__: answer)
    assert_is_the_oracles(schedule(30 * WAN, 240, M.EQUAL_INSTALMENT, 36_000, B.ANNUAL).cash_flows)
    assert_is_the_oracles(schedule(30 * WAN, 12, M.BULLET, 500_000, B.MONTHLY).cash_flows)
