"""Matching a person with every product on sale: who would lend, how much, at what cost, and why not the others."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import Qualification
from loanbroker_api.customers.service import get_customer
from loanbroker_api.products import permissions, queries
from loanbroker_api.products.models import MatchRun
from loanbroker_api.products.rules.ask import questions
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.judge import Judgement, judge
from loanbroker_api.products.rules.model import UNKNOWN
from loanbroker_api.products.schemas import AskOut, CustomerMatchIn, MatchCounts, MatchIn, MatchItem, MatchOut
from loanbroker_api.products.schemas.matching import Aim
from loanbroker_api.products.service.facts import facts_of
from loanbroker_api.products.service.items import Judged, item_of, judged
from loanbroker_api.products.service.offers import Wish, cost_key
from loanbroker_api.products.service.shelf import Shelf, load_shelf

_PLACES = {"yes": 0, "unknown": 1, "near": 2, "no": 3}
_LAST = Decimal("Infinity")


async def match_facts(session: ReadSession, actor: Actor, data: MatchIn, now: datetime) -> MatchOut:
    """A what-if; nothing is stored. Raises Forbidden, Invalid."""
    actor.require(permissions.MATCH)
    facts = facts_of(None, data.facts, data.amount_fen, data.months, business_day(now))
    return match(await load_shelf(session, now), facts, data.aim, data.kinds)


async def match_customer(session: ReadSession, actor: Actor, customer_id: UUID, data: CustomerMatchIn, now: datetime) -> MatchOut:
    """A customer by what is saved, without keeping it. Raises CustomerNotFound, Forbidden, Invalid."""
    await get_customer(session, actor, customer_id)
    actor.require(permissions.MATCH)
    return match_row(await load_shelf(session, now), await queries.qualification_of(session, customer_id), data)


def match_row(shelf: Shelf, row: Qualification | None, data: CustomerMatchIn) -> MatchOut:
    """The typed row of a customer in sight, None where nothing is known. Raises Invalid."""
    facts = facts_of(row, data.facts, data.amount_fen, data.months, business_day(shelf.at))
    return match(shelf, facts, data.aim, data.kinds)


async def keep_match(uow: UnitOfWork, actor: Actor, customer_id: UUID, data: CustomerMatchIn) -> MatchOut:
    """The same, kept with the versions that were judged and how. Raises CustomerNotFound, Forbidden, Invalid."""
    found = await match_customer(uow.session, actor, customer_id, data, uow.now)
    run = MatchRun(
        id=new_id(), customer_id=customer_id, at=uow.now, by_id=actor.id, aim=data.aim, results=[_kept(item) for item in found.items]
    )
    uow.session.add(run)
    await uow.session.flush()
    uow.audit(actor, "products.matched", customer_id, run=str(run.id), what_if=sorted(data.facts or {}), **found.counts.model_dump())
    return found.model_copy(update={"run_id": run.id})


def match(shelf: Shelf, facts: Facts, aim: Aim, kinds: Collection[str] | None) -> MatchOut:
    """Every product that may be matched, in order: yes before unknown before near before no, within each by the aim."""
    wish = Wish(facts.values.get("wantedAmount"), facts.values.get("wantedMonths"), aim)
    judgement = judge(shelf.compiled.catalogue, facts)
    positions = shelf.positions(kinds)
    found = [judged(shelf, judgement, at, wish) for at in positions]
    found.sort(key=lambda one: (_PLACES[one.group], *_by_aim(one, aim), one.on_sale.product_name, one.on_sale.version_id))
    groups = [one.group for one in found]
    return MatchOut(
        run_id=None,
        at=shelf.at,
        aim=aim,
        counts=MatchCounts(**{name: groups.count(name) for name in _PLACES}),
        ask=_ask(judgement, [one.at for one in found if one.group == "unknown"]),
        items=[item_of(one) for one in found],
    )


def _by_aim(one: Judged, aim: Aim) -> tuple[Any, ...]:
    """Smaller is better. What the company earns is not looked at: it is not even among what was loaded."""
    offer = one.offer
    if offer is None:
        return (_LAST, len(one.refusals))
    cost = cost_key(offer.nominal)
    if aim == "amount":
        return (-_most(one), cost, -one.score)
    if aim == "speed":
        return (one.approval_hours, cost, -one.score)
    if aim == "instalment":
        return (offer.instalment_fen, cost, -one.score)
    if aim == "approval":
        return (-one.score, len(one.missing), cost)
    return (cost, -one.score)


def _most(one: Judged) -> int:
    """What the person could borrow at most, in fen; nothing can be promised as long as the formula's fields are unknown."""
    if one.limit_text is None:
        return one.terms.amount_max_fen
    return 0 if one.limit_fen is None else min(one.limit_fen, one.terms.amount_max_fen)


def _ask(judgement: Judgement, open_positions: Collection[int]) -> AskOut | None:
    mask = np.zeros(len(judgement.verdicts), dtype=np.bool_)
    mask[list(open_positions)] = True
    found = questions(judgement.catalogue, judgement.facts, judgement.places, mask & (judgement.verdicts == UNKNOWN))
    return AskOut(field=found[0].field.code, title=found[0].field.title, decides=found[0].decides) if found else None


def _kept(item: MatchItem) -> dict[str, Any]:
    """What a run remembers of a product: ids, verdict and figures, in the order in which they were shown."""
    return {
        "productId": str(item.product_id),
        "versionId": str(item.version_id),
        "verdict": item.verdict,
        "near": item.near,
        "score": item.score,
        "limitFen": item.limit_fen,
        "amountFen": item.amount_fen,
        "months": item.months,
        "nominal": item.nominal,
    }


def counts_of(results: list[Any]) -> MatchCounts:
    """Of a kept run."""
    groups = ["near" if one["near"] else one["verdict"] for one in results]
    return MatchCounts(**{name: groups.count(name) for name in _PLACES})


def best_of(results: list[Any]) -> dict[str, Any] | None:
    """The first product of a kept run that did not refuse."""
    return next((one for one in results if one["verdict"] != "no"), None)
