"""Which employees one may see and act on: 404 when out of sight, 403 when in sight but not one's to act on."""

from collections.abc import Collection
from uuid import UUID

from loanbroker_api.access.models import Employee
from loanbroker_api.access.permissions import EMPLOYEES_MANAGE, EMPLOYEES_VIEW
from loanbroker_api.access.roles.company import administrators
from loanbroker_api.access.roles.granting import beyond, excess_of_reach
from loanbroker_api.access.roles.holdings import Reach
from loanbroker_api.access.roles.problems import LastAdministrator
from loanbroker_api.access.service import EmployeeNotFound
from loanbroker_api.access.staff import queries
from loanbroker_api.access.staff.problems import AlreadyActive, AlreadyInactive, EmployeeNotYours
from loanbroker_api.core.actions import allowed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Forbidden, Problem, Stale
from loanbroker_api.core.permissions import title_of
from loanbroker_api.core.schemas import AllowedAction


async def get_employee(session: ReadSession, actor: Actor, employee_id: UUID, *, lock: bool = False) -> Employee:
    """Raises Forbidden without either permission, EmployeeNotFound out of the actor's scope."""
    if not actor.may(EMPLOYEES_MANAGE):
        actor.require(EMPLOYEES_VIEW)
    person = await queries.employee(session, employee_id, lock=lock)
    if person is None or not any(
        actor.reaches(permission, owner_id=person.id, unit_id=person.unit_id) for permission in (EMPLOYEES_VIEW, EMPLOYEES_MANAGE)
    ):
        raise EmployeeNotFound
    return person


async def managed(session: ReadSession, actor: Actor, employee_id: UUID) -> Employee:
    """An employee to act on, his row locked. Raises Forbidden, EmployeeNotFound, EmployeeNotYours."""
    person = await get_employee(session, actor, employee_id, lock=True)
    refused = manage_refused(actor, person)
    if refused is not None:
        raise refused
    return person


def manage_refused(actor: Actor, person: Employee) -> Problem | None:
    """Why the actor may not manage an employee in sight."""
    title = title_of(EMPLOYEES_MANAGE)
    if not actor.may(EMPLOYEES_MANAGE):
        return Forbidden(permission=EMPLOYEES_MANAGE, permission_title=title)
    if not actor.reaches(EMPLOYEES_MANAGE, owner_id=person.id, unit_id=person.unit_id):
        return EmployeeNotYours(permission=EMPLOYEES_MANAGE, permission_title=title)
    return None


def check_version(person: Employee, version: int) -> None:
    """Raises Stale with what is there now."""
    if person.version != version:
        current = {"id": str(person.id), "version": person.version, "displayName": person.display_name, "active": person.active}
        raise Stale(current=current)


async def actions(
    session: ReadSession, actor: Actor, people: Collection[Employee], held: dict[UUID, Reach]
) -> dict[UUID, list[AllowedAction]]:
    """What the actor may do to each employee, with reasons."""
    admins = await administrators(session)
    found: dict[UUID, list[AllowedAction]] = {}
    for person in people:
        manage = manage_refused(actor, person)
        excess = excess_of_reach(actor, held[person.id])
        account = manage or (beyond([("", excess)]) if excess else None)
        last = LastAdministrator() if admins == {person.id} else None
        found[person.id] = [
            allowed("edit", manage),
            allowed("deactivate", account or (last if person.active else AlreadyInactive())),
            allowed("activate", account or (AlreadyActive() if person.active else None)),
            allowed("reset_password", account),
            allowed("reset_factors", account),
        ]
    return found
