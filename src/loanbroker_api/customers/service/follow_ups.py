"""Follow-ups: a recorded contact with its outcome and the next action."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import Small
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers import permissions
from loanbroker_api.customers.events import NEXT_ACTION, FollowUpRecorded
from loanbroker_api.customers.models import CONNECTED, FOLLOW_UP_NOTE, Customer, FollowUp, Intent, Outcome, Stage
from loanbroker_api.customers.schemas import LONGEST_AHEAD, FollowUpIn
from loanbroker_api.customers.service.access import demand, get_customer
from loanbroker_api.customers.service.activity import record_activity, tell_changed
from loanbroker_api.customers.service.states import move_stage, note_contact, set_intent
from loanbroker_api.workspace.service import close_todos, put_todo

BY_HAND = (Stage.LEAD, Stage.CONTACT, Stage.APPOINTMENT, Stage.VISIT, Stage.LOST)


async def record_follow_up(uow: UnitOfWork, actor: Actor, customer_id: UUID, data: FollowUpIn) -> FollowUp:
    """Record a contact; the customer's stage, intent, clocks and the owner's to-do follow.

    Raises CustomerNotFound, Forbidden, NotYours, Invalid (a next action in the past or over a year ahead, a stage not set by hand).
    """
    customer = await get_customer(uow.session, actor, customer_id, lock=True)
    demand(actor, permissions.FOLLOW_UP, customer)
    _check(uow, data)
    outcome = Outcome[data.outcome.upper()]
    row = FollowUp(
        id=new_id(),
        customer_id=customer.id,
        employee_id=actor.employee_id,
        team_id=customer.team_id,
        at=uow.now,
        outcome=Small(outcome),
        intent=Small(Intent[data.intent]) if data.intent else None,
        next_action_at=data.next_action_at,
        next_action_kind=(data.next_action_kind or "call") if data.next_action_at else None,
    )
    FOLLOW_UP_NOTE.seal(uow.keys, row, data.note or None)
    uow.session.add(row)
    await record_activity(uow, actor, customer.id, "follow_up", ref_id=row.id, outcome=outcome.name.lower())
    await _move_customer(uow, actor, customer, row, outcome, data)
    await uow.session.flush()
    await _put_next_action(uow, customer, row)
    uow.audit(actor, "customers.followed_up", customer.id, follow_up=row.id, outcome=outcome.name.lower())
    uow.emit(FollowUpRecorded(customer_id=customer.id, follow_up_id=row.id, employee_id=actor.employee_id, outcome=outcome.value))
    await tell_changed(uow, customer)
    return row


def _check(uow: UnitOfWork, data: FollowUpIn) -> None:
    errors: list[FieldError] = []
    if data.next_action_at is not None:
        if data.next_action_at <= uow.now:
            errors.append(
                FieldError("/nextActionAt", "customers.next-action-past", "下次跟进应在现在之后", "The next action must be ahead")
            )
        elif data.next_action_at > uow.now + LONGEST_AHEAD:
            errors.append(
                FieldError("/nextActionAt", "customers.next-action-far", "下次跟进最远一年内", "The next action must be within a year")
            )
    if data.stage is not None and Stage[data.stage.upper()] not in BY_HAND:
        message = "跟进时只能改为：线索、沟通、预约、到访、流失；之后的阶段由业务单推进"
        errors.append(FieldError("/stage", "customers.stage-by-case", message, "Later stages follow from cases"))
    if errors:
        raise Invalid(*errors)


async def _move_customer(uow: UnitOfWork, actor: Actor, customer: Customer, row: FollowUp, outcome: Outcome, data: FollowUpIn) -> None:
    customer.last_follow_up_at, customer.last_outcome = uow.now, Small(outcome)
    customer.active_at = uow.now
    customer.first_contact_due_at = None
    customer.first_contacted_at = customer.first_contacted_at or uow.now
    note_contact(uow, actor, customer, outcome)
    if row.intent is not None:
        set_intent(uow, actor, customer, Intent(row.intent), "follow_up")
    if data.stage is not None:
        await move_stage(uow, actor, customer, Stage[data.stage.upper()], "follow_up")
    elif outcome in CONNECTED and customer.stage == Stage.LEAD:
        await move_stage(uow, actor, customer, Stage.CONTACT, "follow_up")
    customer.next_action_at, customer.next_action_kind = row.next_action_at, row.next_action_kind


async def _put_next_action(uow: UnitOfWork, customer: Customer, row: FollowUp) -> None:
    if row.next_action_at is not None and customer.owner_id is not None:
        await put_todo(uow, customer.owner_id, NEXT_ACTION, ("customer", customer.id), row.next_action_at, {"kind": row.next_action_kind})
    else:
        await close_todos(uow, customer.id, NEXT_ACTION)


async def move_next_action(uow: UnitOfWork, customer_id: UUID, due_at: datetime | None) -> None:
    """Keep a customer's next action in step with its to-do, which was completed (None) or moved. Doing it twice is the same."""
    customer = await uow.session.scalar(select(Customer).where(Customer.id == customer_id).with_for_update())
    if customer is None or customer.next_action_at == due_at:
        return
    customer.next_action_at = due_at
    customer.next_action_kind = (customer.next_action_kind or "call") if due_at else None
    await uow.session.flush()
    await tell_changed(uow, customer)
