"""One product for one person: the judgement with what it would cost."""

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from loanbroker_api.core.explain import Explanation
from loanbroker_api.core.money import wan
from loanbroker_api.core.schemas import ExplanationOut
from loanbroker_api.customers.fields import QualificationField
from loanbroker_api.loan.annual import AnnualCost
from loanbroker_api.products.queries import OnSale
from loanbroker_api.products.rules.judge import Judgement, NearMiss, ProductJudgement
from loanbroker_api.products.rules.model import NO, UNKNOWN
from loanbroker_api.products.schemas import MatchItem, NearMissOut
from loanbroker_api.products.schemas.matching import FieldRef
from loanbroker_api.products.service.calculator import annual_texts
from loanbroker_api.products.service.offers import Offer, Terms, Wish, offer_of
from loanbroker_api.products.service.shelf import Shelf, Stocked

Group = Literal["yes", "unknown", "near", "no"]
LIMIT = "@limit"


@dataclass(frozen=True)
class Judged:
    """`offer` is None for what refuses for good, and where the formula gives nothing."""

    at: int
    on_sale: OnSale
    terms: Terms
    approval_hours: int
    group: Group
    score: int
    limit_fen: int | None
    limit_text: str | None
    offer: Offer | None
    rate_from: Literal["formula", "range"]
    missing: tuple[QualificationField, ...]
    needs: tuple[str, ...]
    near_misses: tuple[NearMiss, ...]
    refusals: tuple[str, ...]
    explanation: Explanation


def judged(shelf: Shelf, judgement: Judgement, at: int, wish: Wish) -> Judged:
    """A product at its position in the catalogue, with limit, offer and reasons."""
    product = judgement.product(at)
    version_id = UUID(str(product.version.id))
    stocked = shelf.compiled.stock[version_id]
    limit, rate = product.limit, product.rate
    limit_fen = limit.value if limit is not None else None
    too_little = _limit_refusal(judgement, product, stocked, limit_fen)
    group = "no" if too_little else _group(product)
    rate_ppm = rate.value if rate is not None else None
    return Judged(
        at=at,
        on_sale=shelf.on_sale[version_id],
        terms=stocked.terms,
        approval_hours=stocked.approval_hours,
        group=group,
        score=product.score,
        limit_fen=limit_fen,
        limit_text=limit.text if limit is not None else None,
        offer=None if group == "no" else offer_of(stocked.terms, wish, limit_fen, rate_ppm),
        rate_from="formula" if rate_ppm is not None else "range",
        missing=product.missing if group == "unknown" else (),
        needs=() if group == "no" else product.needs,
        near_misses=(product.near or ()) if group == "near" else (),
        refusals=(too_little,) if too_little else product.refusals,
        explanation=_explained(product, too_little),
    )


def _group(product: ProductJudgement) -> Group:
    if product.verdict == NO:
        return "no" if product.near is None else "near"
    return "unknown" if product.verdict == UNKNOWN else "yes"


def _limit_refusal(judgement: Judgement, product: ProductJudgement, stocked: Stocked, limit_fen: int | None) -> str | None:
    """Why a product that its conditions do not refuse still cannot lend: the formula gives less than the least amount."""
    if product.verdict == NO or limit_fen is None or stocked.reaches is None or stocked.reaches(judgement.facts) != NO:
        return None
    return f"额度 {wan(limit_fen)}，低于起贷金额 {wan(stocked.terms.amount_min_fen)}"


def _explained(product: ProductJudgement, too_little: str | None) -> Explanation:
    tree = product.explanation
    if too_little is None:
        return tree
    child = Explanation("products.condition", "no", too_little, {"condition": LIMIT, "severity": "hard"})
    return replace(tree, verdict="no", text=f"不符合：{too_little}", children=(*tree.children, child))


def item_of(one: Judged) -> MatchItem:
    """As both doors show it."""
    offer, shown = one.offer, one.group != "no"
    cost = AnnualCost(offer.nominal, offer.effective) if offer and offer.nominal is not None and offer.effective is not None else None
    nominal, effective = annual_texts(cost)
    return MatchItem.model_validate(
        {
            "product_id": one.on_sale.product_id,
            "version_id": one.on_sale.version_id,
            "version_number": one.on_sale.number,
            "product_name": one.on_sale.product_name,
            "product_kind": one.on_sale.product_kind,
            "lender_id": one.on_sale.lender_id,
            "lender_name": one.on_sale.lender_name,
            "verdict": "no" if one.group == "near" else one.group,
            "near": one.group == "near",
            "limit_fen": one.limit_fen if shown else None,
            "limit_text": one.limit_text if shown else None,
            "amount_fen": offer.amount_fen if offer else None,
            "months": offer.months if offer else None,
            "repayment": offer.repayment.value if offer else None,
            "rate_ppm": offer.rate_ppm if offer else None,
            "rate_basis": one.terms.basis.value if offer else None,
            "rate_from": one.rate_from,
            "instalment_fen": offer.instalment_fen if offer else None,
            "total_cost_fen": offer.total_cost_fen if offer else None,
            "fees_fen": offer.fees_fen if offer else None,
            "nominal": nominal,
            "effective": effective,
            "score": one.score,
            "approval_hours": one.approval_hours,
            "missing": [FieldRef(field=field.code, title=field.title) for field in one.missing],
            "needs": list(one.needs),
            "near_misses": [
                NearMissOut.model_validate(
                    {
                        "condition_id": near.condition_id,
                        "field": near.miss.field.code,
                        "text": near.miss.text,
                        "from_date": near.miss.mended,
                        "by": near.miss.by,
                    }
                )
                for near in one.near_misses
            ],
            "refusals": list(one.refusals),
            "explanation": ExplanationOut.model_validate(one.explanation),
        }
    )
