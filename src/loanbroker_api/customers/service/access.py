"""Who may reach a customer: 404 when out of sight, 403 when in sight but not theirs to act on."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select

from loanbroker_api.core.actions import allowed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Forbidden, Problem, Stale
from loanbroker_api.core.permissions import title_of
from loanbroker_api.core.schemas import AllowedAction
from loanbroker_api.customers import permissions
from loanbroker_api.customers.models import Customer
from loanbroker_api.customers.service.problems import CustomerNotFound, NotYours


def visible(actor: Actor) -> ColumnElement[bool] | None:
    """The condition that limits customers to the actor's view scope; None is no limit. Without the permission nothing is visible."""
    if not actor.may(permissions.VIEW):
        return false()
    units = actor.units_of(permissions.VIEW)
    if units is None:
        return None
    mine = Customer.owner_id == actor.id
    return or_(mine, Customer.team_id.in_(units)) if units else mine


def visible_customers(actor: Actor) -> Select[Customer]:
    """Customers that the actor may see."""
    condition = visible(actor)
    statement = select(Customer)
    return statement if condition is None else statement.where(condition)


async def get_customer(session: ReadSession, actor: Actor, customer_id: UUID, *, lock: bool = False) -> Customer:
    """Raises CustomerNotFound, also when out of the actor's scope: existence is not told."""
    statement = visible_customers(actor).where(Customer.id == customer_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    customer = await session.scalar(statement)
    if customer is None:
        raise CustomerNotFound
    return customer


def refusal(actor: Actor, permission: str, customer: Customer) -> Problem | None:
    """Why the actor may not do this to a customer in sight, None when they may. The service and allowedActions both ask here."""
    if not actor.may(permission):
        return Forbidden(permission=permission, permission_title=title_of(permission))
    if not actor.reaches(permission, owner_id=customer.owner_id, unit_id=customer.team_id):
        return NotYours(permission=permission, permission_title=title_of(permission))
    return None


def demand(actor: Actor, permission: str, customer: Customer) -> None:
    """Raises Forbidden or NotYours."""
    refused = refusal(actor, permission, customer)
    if refused:
        raise refused


def check_version(customer: Customer, version: int, current: object) -> None:
    """Raises Stale with the current row."""
    if customer.version != version:
        raise Stale(current=current)


ACTIONS = {
    "follow_up": permissions.FOLLOW_UP,
    "reveal": permissions.REVEAL,
    "edit": permissions.EDIT,
    "assign": permissions.ASSIGN,
}


def allowed_actions(actor: Actor, customer: Customer) -> list[AllowedAction]:
    """Every action on a customer with the reason for each one refused."""
    return [allowed(action, refusal(actor, permission, customer)) for action, permission in ACTIONS.items()]
