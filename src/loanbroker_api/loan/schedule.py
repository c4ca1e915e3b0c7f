"""Repayment schedules to the fen. Half a fen rounds up, and the last row takes what rounding left over, as lenders' own plans do."""

from collections.abc import Sequence
from dataclasses import dataclass

from loanbroker_api.loan.terms import (
    MAX_FEN,
    Fee,
    FeeSums,
    RateBasis,
    RepaymentMethod,
    check_terms,
    monthly_fraction,
    round_half_up,
    sum_fees,
    too_large,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One month, in fen. `payment` is all that the borrower pays: principal, interest and fees. `balance`: principal owed after it."""

    number: int
    principal: int
    interest: int
    fees: int
    payment: int
    balance: int


@dataclass(frozen=True, slots=True)
class CashFlows:
    """What the borrower has and pays, in fen.

    `start_fen`: the principal less every fee of the first day, deducted or from the pocket; not positive where fees eat it up.
    `payments`: one a month, none negative.
    """

    start_fen: int
    payments: tuple[int, ...]

    @property
    def first_instalment_fen(self) -> int:
        return self.payments[0]

    @property
    def total_cost_fen(self) -> int:
        """Interest and every fee."""
        return sum(self.payments) - self.start_fen


@dataclass(frozen=True, slots=True)
class Schedule:
    """A loan with its rows; rates in ppm of `basis`, money in fen."""

    principal_fen: int
    months: int
    method: RepaymentMethod
    rate_ppm: int
    basis: RateBasis
    fees: tuple[Fee, ...]
    upfront_fees_fen: int
    deducted_fees_fen: int
    rows: tuple[Row, ...]

    @property
    def received_fen(self) -> int:
        """What arrives in the account; negative where the fees that are deducted exceed the principal."""
        return self.principal_fen - self.deducted_fees_fen

    @property
    def first_instalment_fen(self) -> int:
        return self.rows[0].payment

    @property
    def total_interest_fen(self) -> int:
        return sum(row.interest for row in self.rows)

    @property
    def total_fees_fen(self) -> int:
        return self.upfront_fees_fen + self.deducted_fees_fen + sum(row.fees for row in self.rows)

    @property
    def total_cost_fen(self) -> int:
        """Interest and every fee."""
        return self.total_interest_fen + self.total_fees_fen

    @property
    def cash_flows(self) -> CashFlows:
        return CashFlows(self.received_fen - self.upfront_fees_fen, tuple(row.payment for row in self.rows))


def schedule(
    principal_fen: int, months: int, method: RepaymentMethod, rate_ppm: int, basis: RateBasis, fees: Sequence[Fee] = ()
) -> Schedule:
    """Every month of a loan.

    Raises BadLoan, see check_terms and sum_fees; also principal.too-large where all payments together exceed 64 bits.
    """
    principals, interests, due = _computed(principal_fen, months, method, rate_ppm, basis, fees)
    rows: list[Row] = []
    balance = principal_fen
    for number, (principal, interest) in enumerate(zip(principals, interests, strict=True), 1):
        balance -= principal
        charged = due.monthly + (due.end if number == months else 0)
        rows.append(Row(number, principal, interest, charged, principal + interest + charged, balance))
    return Schedule(principal_fen, months, method, rate_ppm, basis, tuple(fees), due.upfront, due.deducted, tuple(rows))


def cash_flows_of(
    principal_fen: int, months: int, method: RepaymentMethod, rate_ppm: int, basis: RateBasis, fees: Sequence[Fee] = ()
) -> CashFlows:
    """`schedule(…).cash_flows`, fen for fen, without the rows: for hundreds of products at a time. Raises BadLoan as `schedule` does."""
    principals, interests, due = _computed(principal_fen, months, method, rate_ppm, basis, fees)
    monthly = due.monthly
    payments = [principal + interest + monthly for principal, interest in zip(principals, interests, strict=True)]
    payments[-1] += due.end
    return CashFlows(principal_fen - due.at_start, tuple(payments))


def _computed(
    principal_fen: int, months: int, method: RepaymentMethod, rate_ppm: int, basis: RateBasis, fees: Sequence[Fee]
) -> tuple[list[int], list[int], FeeSums]:
    """Principal and interest by month, and the fees."""
    check_terms(principal_fen, months, method, rate_ppm, basis)
    due = sum_fees(principal_fen, fees)
    numerator, denominator = monthly_fraction(rate_ppm, basis)
    match method:
        case RepaymentMethod.EQUAL_INSTALMENT:
            principals, interests = _equal_instalment(principal_fen, months, numerator, denominator)
        case RepaymentMethod.EQUAL_PRINCIPAL:
            principals, interests = _equal_principal(principal_fen, months, numerator, denominator)
        case RepaymentMethod.FLAT:
            principals = _even_principals(principal_fen, months)
            interests = [round_half_up(principal_fen * numerator, denominator)] * months
        case RepaymentMethod.BULLET:
            principals = [0] * (months - 1) + [principal_fen]
            interests = [0] * (months - 1) + [round_half_up(principal_fen * numerator * months, denominator)]
        case RepaymentMethod.INTEREST_FIRST | RepaymentMethod.REVOLVING:
            principals = [0] * (months - 1) + [principal_fen]
            interests = [round_half_up(principal_fen * numerator, denominator)] * months
    if principal_fen + sum(interests) + due.at_start + due.monthly * months + due.end > MAX_FEN:
        raise too_large()
    return principals, interests, due


def _equal_instalment(principal_fen: int, months: int, numerator: int, denominator: int) -> tuple[list[int], list[int]]:
    """The instalment is P·r·(1+r)ⁿ / ((1+r)ⁿ − 1), in integers, so that it is exact even on half a fen.

    Its principal part cannot be negative: rounding keeps order, so the interest on a balance that never grows stays within the instalment.
    It is cut at the balance, which a rounded-up instalment of a few fen pays off early.
    """
    if numerator == 0:
        return _even_principals(principal_fen, months), [0] * months
    grown, whole = (denominator + numerator) ** months, denominator**months
    instalment = round_half_up(principal_fen * numerator * grown, denominator * (grown - whole))
    principals: list[int] = []
    interests: list[int] = []
    balance, twice_numerator, twice_denominator = principal_fen, 2 * numerator, 2 * denominator
    for _ in range(months - 1):
        interest = (balance * twice_numerator + denominator) // twice_denominator
        principal = min(instalment - interest, balance)
        principals.append(principal)
        interests.append(interest)
        balance -= principal
    principals.append(balance)
    interests.append(round_half_up(balance * numerator, denominator))
    return principals, interests


def _equal_principal(principal_fen: int, months: int, numerator: int, denominator: int) -> tuple[list[int], list[int]]:
    principals = _even_principals(principal_fen, months)
    interests: list[int] = []
    balance = principal_fen
    for principal in principals:
        interests.append(round_half_up(balance * numerator, denominator))
        balance -= principal
    return principals, interests


def _even_principals(principal_fen: int, months: int) -> list[int]:
    """The n-th part, rounded, until nothing is left; the rest in the last month."""
    part = round_half_up(principal_fen, months)
    if part * (months - 1) <= principal_fen:
        return [part] * (months - 1) + [principal_fen - part * (months - 1)]
    full, rest = divmod(principal_fen, part)
    return ([part] * full + [rest] + [0] * months)[:months]
