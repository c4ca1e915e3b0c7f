"""States of a customer (stars, contact, intent, stage): their one writer, which keeps what they were."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal
from uuid import UUID

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import Small
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers import permissions
from loanbroker_api.customers.models import CONNECTED, ContactState, Customer, Intent, Outcome, Stage, StateChange
from loanbroker_api.customers.service.access import check_version, demand, get_customer
from loanbroker_api.customers.service.activity import record_activity, tell_changed

Cause = Literal["follow_up", "by_hand", "lead", "case"]
MOST_UNREACHED = 32_767


async def set_stars(
    uow: UnitOfWork,
    actor: Actor,
    customer_id: UUID,
    stars: int | None,
    version: int,
    current: Callable[[Customer], Awaitable[Any]],
) -> Customer:
    """Rate a customer 0–5, None unrated; the same again writes nothing.

    `current` makes the row for Stale. Raises CustomerNotFound, Forbidden, NotYours, Stale.
    """
    customer = await get_customer(uow.session, actor, customer_id, lock=True)
    demand(actor, permissions.EDIT, customer)
    if customer.version != version:
        check_version(customer, version, await current(customer))
    if customer.stars == stars:
        return customer
    was = customer.stars
    _keep(uow, actor, customer, "stars", was, stars, "by_hand")
    customer.stars = None if stars is None else Small(stars)
    await uow.session.flush()
    await record_activity(uow, actor, customer.id, "edited", fields=["stars"])
    uow.audit(actor, "customers.edited", customer.id, fields=["stars"], changes={"stars": [was, stars]})
    await tell_changed(uow, customer)
    return customer


async def move_stage(uow: UnitOfWork, actor: Actor, customer: Customer, stage: Stage, cause: Cause) -> None:
    """Put a locked customer on a stage, with its history and timeline entry; staying there writes nothing."""
    was = Stage(customer.stage)
    if put_stage(uow, actor, customer, stage, cause):
        await record_activity(uow, actor, customer.id, "stage_changed", was=was.name.lower(), now=stage.name.lower())


def put_stage(uow: UnitOfWork, actor: Actor, customer: Customer, stage: Stage, cause: Cause) -> bool:
    """The same without an entry in the timeline, which has the cause's own; whether the stage is another one."""
    if customer.stage == stage:
        return False
    _keep(uow, actor, customer, "stage", customer.stage, stage, cause)
    customer.stage = Small(stage)
    return True


def set_intent(uow: UnitOfWork, actor: Actor, customer: Customer, intent: Intent | None, cause: Cause) -> None:
    """Give a locked customer an intent, or none."""
    if customer.intent == intent:
        return
    _keep(uow, actor, customer, "intent", customer.intent, intent, cause)
    customer.intent = None if intent is None else Small(intent)


def note_contact(uow: UnitOfWork, actor: Actor, customer: Customer, outcome: Outcome) -> None:
    """The contact state is that of the latest attempt: also who was reached before is unreachable once nobody answers.

    `unreachable_count` counts unanswered attempts since the last talk. An outcome that says nothing of the line changes nothing.
    """
    if outcome in CONNECTED:
        customer.unreachable_count = Small(0)
        _set_contact(uow, actor, customer, ContactState.CONNECTED, "follow_up")
    elif outcome is Outcome.NO_ANSWER:
        customer.unreachable_count = Small(min(customer.unreachable_count + 1, MOST_UNREACHED))
        _set_contact(uow, actor, customer, ContactState.UNREACHABLE, "follow_up")
    elif outcome is Outcome.INVALID_NUMBER:
        _set_contact(uow, actor, customer, ContactState.INVALID, "follow_up")


def note_new_number(uow: UnitOfWork, actor: Actor, customer: Customer) -> None:
    """Whose number was invalid can be tried anew once another is known."""
    if customer.contact_state == ContactState.INVALID:
        _set_contact(uow, actor, customer, ContactState.NEW, "lead")


def _set_contact(uow: UnitOfWork, actor: Actor, customer: Customer, state: ContactState, cause: Cause) -> None:
    if customer.contact_state != state:
        _keep(uow, actor, customer, "contact", customer.contact_state, state, cause)
        customer.contact_state = Small(state)


def _keep(uow: UnitOfWork, actor: Actor, customer: Customer, what: str, was: int | None, now: int | None, cause: Cause) -> None:
    uow.session.add(
        StateChange(
            id=new_id(),
            customer_id=customer.id,
            at=uow.now,
            what=what,
            was=None if was is None else Small(was),
            now=None if now is None else Small(now),
            by_id=actor.id if actor.kind == "employee" else None,
            cause=cause,
        )
    )
