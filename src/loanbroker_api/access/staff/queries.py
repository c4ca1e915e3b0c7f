"""Reads of staff."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from loanbroker_api.access.models import Employee, EmployeeRole, LoginCounter, LoginRecord, OrgUnit, SecondFactor
from loanbroker_api.access.roles.holdings import Reach, holdings, read_holdings
from loanbroker_api.access.roles.trees import read_tree
from loanbroker_api.access.sessions.lockout import counter_key
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession


async def employee(session: ReadSession, employee_id: UUID, *, lock: bool = False) -> Employee | None:
    statement = select(Employee).where(Employee.id == employee_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def role_ids_of(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {one: set() for one in ids}
    for row in await session.scalars(select(EmployeeRole).where(EmployeeRole.employee_id.in_(ids))):
        found[row.employee_id].add(row.role_id)
    return found


async def reaches(session: ReadSession, people: Collection[Employee]) -> dict[UUID, Reach]:
    """What each of them holds, in a fixed number of statements."""
    roles = await role_ids_of(session, [person.id for person in people])
    held = await read_holdings(session, {role for mine in roles.values() for role in mine})
    tree = await read_tree(session)
    return {person.id: holdings([held[role] for role in roles[person.id]], tree, person.unit_id) for person in people}


async def factors_of(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Confirmed second factors by kind."""
    rows = await session.execute(
        select(SecondFactor.employee_id, SecondFactor.kind, func.count())
        .where(SecondFactor.employee_id.in_(ids), SecondFactor.confirmed_at.is_not(None))
        .group_by(SecondFactor.employee_id, SecondFactor.kind)
    )
    found: dict[UUID, dict[str, int]] = {}
    for employee_id, kind, count in rows:
        found.setdefault(employee_id, {})[kind] = count
    return found


async def last_logins(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, datetime]:
    rows = await session.execute(
        select(LoginRecord.employee_id, func.max(LoginRecord.at))
        .where(LoginRecord.employee_id.in_(ids), LoginRecord.outcome == "ok")
        .group_by(LoginRecord.employee_id)
    )
    return dict(rows.all())


async def locked_until(session: ReadSession, keys: TenantKeys, usernames: Mapping[UUID, str], now: datetime) -> dict[UUID, datetime]:
    """Which of these accounts are locked for wrong passwords, and until when; counters know a name only by its keyed form."""
    by_key = {counter_key(keys, "account", name): employee_id for employee_id, name in usernames.items()}
    rows = await session.execute(
        select(LoginCounter.key, LoginCounter.locked_until).where(LoginCounter.kind == "account", LoginCounter.locked_until > now)
    )
    return {by_key[key]: until for key, until in rows if key in by_key and until is not None}


async def locked_employees(session: ReadSession, keys: TenantKeys, now: datetime) -> set[UUID]:
    """Every employee whose account is locked now."""
    locked = select(LoginCounter.key).where(LoginCounter.kind == "account", LoginCounter.locked_until > now).limit(1)
    if await session.scalar(locked) is None:
        return set()
    names = await session.execute(select(Employee.id, Employee.username))
    return set(await locked_until(session, keys, dict(names.all()), now))


async def unit(session: ReadSession, unit_id: UUID, *, lock: bool = False) -> OrgUnit | None:
    statement = select(OrgUnit).where(OrgUnit.id == unit_id)
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True) if lock else statement)
