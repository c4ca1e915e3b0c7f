"""Two loans of the same amount side by side. Differences are b − a: what is negative speaks for b."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Literal

from loanbroker_api.loan.annual import annual_cost
from loanbroker_api.loan.errors import BadLoan
from loanbroker_api.loan.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Comparison:
    """Money in fen, rates as parts of one.

    `nominal`: None where one of the two has no annual rate.
    `cash_out_a`, `cash_out_b`: what has been paid by the end of each month, from month 0 (the fees of the first day, deducted ones too)
    to the longer term's last.
    `cheaper_at_first`: who has paid less in the first month that differs. `overtaken_in`: the first month in which that one has paid more
    than the other; None where that never comes.
    """

    total_cost_fen: int
    first_instalment_fen: int
    nominal: Decimal | None
    cash_out_a: tuple[int, ...]
    cash_out_b: tuple[int, ...]
    cheaper_at_first: Literal["a", "b"] | None
    overtaken_in: int | None


def compare(a: Schedule, b: Schedule) -> Comparison:
    """Raises BadLoan: comparison.principals-differ, since money paid back by month says nothing between loans of different amounts."""
    if a.principal_fen != b.principal_fen:
        raise BadLoan("principal_fen", "comparison.principals-differ", "两个方案的借款金额应相同才能比较")
    longest = max(a.months, b.months)
    cash_out_a, cash_out_b = _cash_out(a, longest), _cash_out(b, longest)
    more_of_b = [of_b - of_a for of_a, of_b in zip(cash_out_a, cash_out_b, strict=True)]
    first = next((more for more in more_of_b if more), 0)
    cost_a, cost_b = annual_cost(a), annual_cost(b)
    return Comparison(
        total_cost_fen=b.total_cost_fen - a.total_cost_fen,
        first_instalment_fen=b.first_instalment_fen - a.first_instalment_fen,
        nominal=cost_b.nominal - cost_a.nominal if cost_a is not None and cost_b is not None else None,
        cash_out_a=cash_out_a,
        cash_out_b=cash_out_b,
        cheaper_at_first=None if first == 0 else "a" if first > 0 else "b",
        overtaken_in=_turn(more_of_b, first),
    )


def _cash_out(loan: Schedule, months: int) -> tuple[int, ...]:
    flows = loan.cash_flows
    paid = tuple(accumulate(flows.payments, initial=loan.principal_fen - flows.start_fen))
    return paid + paid[-1:] * (months - loan.months)


def _turn(more_of_b: Sequence[int], first: int) -> int | None:
    return next((month for month, more in enumerate(more_of_b) if more * first < 0), None)
