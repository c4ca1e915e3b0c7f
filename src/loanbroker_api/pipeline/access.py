"""Who may reach a case: 404 when out of sight, 403 when in sight but not theirs to act on.

In sight are the cases in the scope of pipeline.view, those one takes part in, and those of one's own customers. Whoever takes part may do what
their permissions say, however narrow their scope; an owner of the customer alone looks on.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select

from loanbroker_api.core.actions import allowed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Forbidden, Problem
from loanbroker_api.core.permissions import title_of
from loanbroker_api.core.schemas import AllowedAction
from loanbroker_api.customers.models import Customer
from loanbroker_api.pipeline import permissions
from loanbroker_api.pipeline.models import Case, CaseParticipant
from loanbroker_api.pipeline.problems import CaseNotFound, CaseNotYours


def visible(actor: Actor) -> ColumnElement[bool] | None:
    """The condition that limits cases to what the actor may see; None is no limit. Without the permission nothing is visible."""
    if not actor.may(permissions.VIEW):
        return false()
    units = actor.units_of(permissions.VIEW)
    if units is None:
        return None
    sights: list[ColumnElement[bool]] = [
        Case.owner_id == actor.id,
        Case.id.in_(select(CaseParticipant.case_id).where(CaseParticipant.employee_id == actor.id)),
        Case.customer_id.in_(select(Customer.id).where(Customer.owner_id == actor.id)),
    ]
    return or_(*sights, Case.team_id.in_(units)) if units else or_(*sights)


async def get_case(session: ReadSession, actor: Actor, case_id: UUID) -> Case:
    """Raises CaseNotFound, also when out of the actor's sight: existence is not told."""
    sight = visible(actor)
    case = await session.scalar(select(Case).where(Case.id == case_id, *([] if sight is None else [sight])))
    if case is None:
        raise CaseNotFound
    return case


def refusal(actor: Actor, permission: str, case: Case, *, takes_part: bool) -> Problem | None:
    """Why the actor may not do this to a case in sight, None when they may. The services and allowedActions both ask here."""
    if not actor.may(permission):
        return Forbidden(permission=permission, permission_title=title_of(permission))
    if not takes_part and not actor.reaches(permission, owner_id=case.owner_id, unit_id=case.team_id):
        return CaseNotYours(permission=permission, permission_title=title_of(permission))
    return None


async def takes_part(session: ReadSession, actor: Actor, case_id: UUID) -> bool:
    """Whether the actor is a participant of the case."""
    mine = CaseParticipant.case_id == case_id, CaseParticipant.employee_id == actor.id
    return actor.id is not None and await session.scalar(select(CaseParticipant.part).where(*mine).limit(1)) is not None


async def refusal_of(session: ReadSession, actor: Actor, permission: str, case: Case) -> Problem | None:
    """The same, looking up whether the actor takes part only where that decides."""
    refused = refusal(actor, permission, case, takes_part=False)
    if isinstance(refused, CaseNotYours) and await takes_part(session, actor, case.id):
        return None
    return refused


async def demand(session: ReadSession, actor: Actor, permission: str, case: Case) -> None:
    """Raises Forbidden or CaseNotYours."""
    refused = await refusal_of(session, actor, permission, case)
    if refused:
        raise refused


ACTIONS = {
    "edit": permissions.EDIT,
    "move": permissions.MOVE,
    "submit": permissions.SUBMIT,
    "disburse": permissions.DISBURSE,
}


def allowed_actions(actor: Actor, case: Case, *, takes_part: bool) -> list[AllowedAction]:
    """Every action on a case with the reason for each one refused."""
    return [allowed(action, refusal(actor, permission, case, takes_part=takes_part)) for action, permission in ACTIONS.items()]
