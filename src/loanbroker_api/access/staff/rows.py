"""Employees as they are sent."""

from collections.abc import Collection
from datetime import datetime

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import EMPLOYEE_PHONE, Employee, OrgUnit, Role
from loanbroker_api.access.schemas import EmployeeOut, RoleRef, UnitOut
from loanbroker_api.access.staff import queries, service
from loanbroker_api.access.staff.schemas import EmployeeDetail, FactorsOut
from loanbroker_api.core.actor import Actor, Visibility
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.schemas import Graded, NamedRef


def unit_out(unit: OrgUnit) -> UnitOut:
    return UnitOut.model_validate(unit)


async def employee_rows(session: ReadSession, people: Collection[Employee]) -> list[EmployeeOut]:
    """A page as rows, in two more statements."""
    roles = await access_queries.roles_by_employee(session, [person.id for person in people])
    units = await access_queries.units_by_id(session, {person.unit_id for person in people})
    return [_row(person, units[person.unit_id], roles[person.id]) for person in people]


def _row(person: Employee, unit: OrgUnit, roles: list[Role]) -> EmployeeOut:
    return EmployeeOut(
        id=person.id,
        display_name=person.display_name,
        employee_no=person.employee_no,
        username=person.username,
        org_unit=NamedRef(id=unit.id, name=unit.name),
        on_duty=person.on_duty,
        active=person.active,
        roles=[RoleRef.model_validate(role) for role in roles],
    )


def phone_of(actor: Actor, keys: TenantKeys, person: Employee) -> Graded | None:
    """The number as the actor's role shows it; None where there is none or the field is hidden."""
    visibility = actor.fields.get(EMPLOYEE_PHONE.field, Visibility.MASKED)
    if person.phone_enc is None or visibility is Visibility.HIDDEN:
        return None
    if visibility is Visibility.FULL:
        return Graded(value=EMPLOYEE_PHONE.open(keys, person), masked=False)
    return Graded(value=person.phone_masked, masked=True)


async def details(
    session: ReadSession, actor: Actor, keys: TenantKeys, people: Collection[Employee], now: datetime
) -> list[EmployeeDetail]:
    """Employees with everything about their accounts, in a fixed number of statements however many they are."""
    ids = [person.id for person in people]
    short = await employee_rows(session, people)
    held = await queries.reaches(session, people)
    actions = await service.actions(session, actor, people, held)
    factors = await queries.factors_of(session, ids)
    logins = await queries.last_logins(session, ids)
    locked = await queries.locked_until(session, keys, {person.id: person.username for person in people}, now)
    return [
        EmployeeDetail(
            **dict(row),
            version=person.version,
            phone=phone_of(actor, keys, person),
            must_change_password=person.must_change_password,
            left_at=person.left_at,
            factors=FactorsOut(totp=bool(factors.get(person.id, {}).get("totp")), passkeys=factors.get(person.id, {}).get("passkey", 0)),
            locked_until=locked.get(person.id),
            last_login_at=logins.get(person.id),
            allowed_actions=actions[person.id],
        )
        for person, row in zip(people, short, strict=True)
    ]
