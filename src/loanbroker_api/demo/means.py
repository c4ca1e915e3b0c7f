"""From what a story learnt of a customer's means to rows: the typed table, every value with its source, stars and states over time."""

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.customers.models import (
    CONNECTED,
    Activity,
    ContactState,
    Intent,
    Outcome,
    Qualification,
    QualificationValue,
    Stage,
    StateChange,
)
from loanbroker_api.customers.qualification.standing import completeness
from loanbroker_api.demo.bulk import Record, Rows
from loanbroker_api.demo.cast import Cast
from loanbroker_api.demo.events import CustomerStory
from loanbroker_api.demo.qualities import learnt_of

_STARS = {Intent.A: (4, 5), Intent.B: (3, 4), Intent.C: (2, 3), Intent.D: (1, 1)}


def write_means(rows: Rows, make_id: Callable[[datetime], UUID], story: CustomerStory, customer: Record, cast: Cast) -> dict[str, int]:
    """The qualification of one customer. Answers what is known, by column."""
    facts: dict[str, int] = {}
    told = learnt_of(story, cast.plan.rng(story.number, "means"), cast.plan.now)
    for learnt in told:
        by_id = None if learnt.by_index is None else cast.sellers[learnt.by_index].id
        if by_id is not None:
            rows.add(
                Activity,
                id=make_id(learnt.at),
                customer_id=customer.id,
                at=learnt.at,
                kind="qualification_changed",
                actor_id=by_id,
                ref_id=None,
                facts={"fields": list(learnt.values)},
            )
        for code, value in learnt.values.items():
            facts[FIELDS[code].column] = value
            rows.add(
                QualificationValue,
                id=make_id(learnt.at),
                customer_id=customer.id,
                field=code,
                value=value,
                source=learnt.source.value,
                at=learnt.at,
                by_id=by_id,
            )
    typed: dict[str, Any] = {column: bool(value) if column in _TRUTHS else value for column, value in facts.items()}
    rows.add(Qualification, customer_id=customer.id, version=len(told), updated_at=told[-1].at, **typed)
    customer.completeness = completeness(facts)
    return facts


_TRUTHS = frozenset(field.column for field in FIELDS.values() if field.kind == "bool")


class States:
    """Contact state, intent and stage as each contact leaves them, and the stars that follow from the intent."""

    def __init__(self, rows: Rows, make_id: Callable[[datetime], UUID], customer: Record, rng: Random) -> None:
        self._rows, self._make_id, self._customer, self._rng = rows, make_id, customer, rng
        customer.contact_state, customer.unreachable_count, customer.stars, customer.intent = ContactState.NEW, 0, None, None

    def contact(self, at: datetime, outcome: Outcome, by_id: UUID) -> None:
        customer = self._customer
        if outcome in CONNECTED:
            customer.unreachable_count = 0
            self._keep(at, "contact_state", ContactState.CONNECTED, by_id)
        elif outcome is Outcome.NO_ANSWER:
            customer.unreachable_count += 1
            self._keep(at, "contact_state", ContactState.UNREACHABLE, by_id)
            if customer.unreachable_count >= 3 and customer.stars is None:
                self._keep(at, "stars", 0, by_id)
        elif outcome is Outcome.INVALID_NUMBER:
            self._keep(at, "contact_state", ContactState.INVALID, by_id)

    def intent(self, at: datetime, intent: Intent, by_id: UUID) -> None:
        if intent != self._customer.intent:
            self._keep(at, "stars", self._rng.choice(_STARS[intent]), by_id)
        self._keep(at, "intent", intent, by_id)

    def stage(self, at: datetime, stage: Stage, by_id: UUID | None, cause: str = "follow_up") -> None:
        self._keep(at, "stage", stage, by_id, cause)

    def _keep(self, at: datetime, column: str, now: int, by_id: UUID | None, cause: str = "follow_up") -> None:
        was: int | None = getattr(self._customer, column)
        if was == now:
            return
        setattr(self._customer, column, now)
        what = "contact" if column == "contact_state" else column
        self._rows.add(
            StateChange,
            id=self._make_id(at),
            customer_id=self._customer.id,
            at=at,
            what=what,
            was=was,
            now=now,
            by_id=by_id,
            cause="by_hand" if what == "stars" else cause,
        )
