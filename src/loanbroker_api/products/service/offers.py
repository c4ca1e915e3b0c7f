"""What a product would cost: its amount, term, way of repayment and rate chosen for one person, and the annual cost of that."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from loanbroker_api.loan.annual import annual_cost
from loanbroker_api.loan.errors import BadLoan
from loanbroker_api.loan.schedule import CashFlows, cash_flows_of
from loanbroker_api.loan.terms import Fee, RateBasis, RepaymentMethod, sum_fees
from loanbroker_api.products.schemas import VersionBody
from loanbroker_api.products.schemas.matching import Aim
from loanbroker_api.products.service.calculator import fees_of

DEFAULT_MONTHS = 36
_CLOSE = Decimal("0.000001")  # rates nearer than this are the same rate; rounding to fen makes such differences


@dataclass(frozen=True)
class Wish:
    """What the person asks for; None: nothing said."""

    amount_fen: int | None
    months: int | None
    aim: Aim


@dataclass(frozen=True)
class Offer:
    """Money in fen; `nominal` and `effective` as parts of one, None where the fees of the first day eat up the loan."""

    amount_fen: int
    months: int
    repayment: RepaymentMethod
    rate_ppm: int
    instalment_fen: int
    total_cost_fen: int
    fees_fen: int
    nominal: Decimal | None
    effective: Decimal | None


@dataclass(frozen=True)
class Terms:
    """A version's terms as loan/ takes them, made once."""

    amount_min_fen: int
    amount_max_fen: int
    months: tuple[int, ...]
    basis: RateBasis
    min_ppm: int
    max_ppm: int
    methods: tuple[RepaymentMethod, ...]
    fees: tuple[Fee, ...]

    @classmethod
    def of(cls, body: VersionBody) -> "Terms":
        return cls(
            body.amount_min_fen,
            body.amount_max_fen,
            tuple(body.terms),
            RateBasis(body.rate.basis),
            body.rate.min_ppm,
            body.rate.max_ppm,
            tuple(RepaymentMethod(method) for method in body.repayments),
            tuple(fees_of(body.fees)),
        )


def choose_months(offered: Sequence[int], wanted: int | None) -> int:
    """The wanted term, or the nearest one offered; of two as near the longer, whose instalment is the lower."""
    aimed = wanted if wanted is not None else DEFAULT_MONTHS
    return min(offered, key=lambda months: (abs(months - aimed), -months))


def choose_amount(terms: Terms, wanted: int | None, limit: int | None) -> int:
    """No more than is wanted, than the formula gives, than the product lends."""
    return max(0, min(one for one in (wanted, limit, terms.amount_max_fen) if one is not None))


def offer_of(terms: Terms, wish: Wish, limit: int | None, rate: int | None) -> Offer | None:
    """The offer with the cheapest of the ways of repayment; with the aim `instalment`, the one with the lowest instalment.

    `rate`: what a formula gives, kept within the range; None takes the range's lower end. None is answered where there is nothing to lend.
    """
    amount = choose_amount(terms, wish.amount_fen, limit)
    if amount <= 0:
        return None
    months = choose_months(terms.months, wish.months)
    ppm = terms.min_ppm if rate is None else min(max(rate, terms.min_ppm), terms.max_ppm)
    found = [offer for method in terms.methods if (offer := _offer(terms, amount, months, method, ppm)) is not None]
    if not found:
        return None
    if wish.aim == "instalment":
        return min(found, key=lambda offer: (offer.instalment_fen, offer.total_cost_fen))
    return min(found, key=lambda offer: (cost_key(offer.nominal), offer.total_cost_fen))


def cost_key(nominal: Decimal | None) -> Decimal:
    """What annual costs are ordered by: rounded, the one that cannot be told last."""
    return Decimal("Infinity") if nominal is None else nominal.quantize(_CLOSE)


def _offer(terms: Terms, amount: int, months: int, method: RepaymentMethod, ppm: int) -> Offer | None:
    try:
        flows: CashFlows = cash_flows_of(amount, months, method, ppm, terms.basis, terms.fees)
        due = sum_fees(amount, terms.fees)
    except BadLoan:  # all payments together exceed 64 bits
        return None
    cost = annual_cost(flows)
    return Offer(
        amount_fen=amount,
        months=months,
        repayment=method,
        rate_ppm=ppm,
        instalment_fen=flows.first_instalment_fen,
        total_cost_fen=flows.total_cost_fen,
        fees_fen=due.at_start + due.monthly * months + due.end,
        nominal=cost.nominal if cost else None,
        effective=cost.effective if cost else None,
    )
