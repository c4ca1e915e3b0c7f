"""Reads of login policies and of the company's calendar."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access.models import CalendarDay, Employee, LoginPolicy, Role
from loanbroker_api.access.policies.calendar import Calendar
from loanbroker_api.access.policies.schemas import ClientKind
from loanbroker_api.core.db import ReadSession


async def list_policies(
    session: ReadSession, *, role_id: UUID | None = None, employee_id: UUID | None = None, client: ClientKind | None = None
) -> list[LoginPolicy]:
    """Policies of a role, of an employee, or of all, in the order in which they were made."""
    statement = select(LoginPolicy)
    if role_id is not None:
        statement = statement.where(LoginPolicy.role_id == role_id)
    if employee_id is not None:
        statement = statement.where(LoginPolicy.employee_id == employee_id)
    if client is not None:
        statement = statement.where(LoginPolicy.client == client)
    return list(await session.scalars(statement.order_by(LoginPolicy.id)))


async def subject_names(session: ReadSession, policies: Collection[LoginPolicy]) -> Mapping[UUID, str]:
    """Names of the roles and employees that policies are for, by id."""
    roles = {policy.role_id for policy in policies if policy.role_id is not None}
    people = {policy.employee_id for policy in policies if policy.employee_id is not None}
    found: dict[UUID, str] = {}
    if roles:
        found.update((row.id, row.name) for row in await session.execute(select(Role.id, Role.name).where(Role.id.in_(roles))))
    if people:
        named = select(Employee.id, Employee.display_name).where(Employee.id.in_(people))
        found.update((row.id, row.display_name) for row in await session.execute(named))
    return found


async def calendar_days(session: ReadSession, year: int) -> dict[date, CalendarDay]:
    """The company's own days of a year."""
    statement = select(CalendarDay).where(CalendarDay.day >= date(year, 1, 1), CalendarDay.day <= date(year, 12, 31))
    return {row.day: row for row in await session.scalars(statement)}


async def calendar_of(session: ReadSession) -> Calendar:
    """The state's calendar with the company's own days over it."""
    rows = await session.execute(select(CalendarDay.day, CalendarDay.working))
    return Calendar({row.day: row.working for row in rows})
