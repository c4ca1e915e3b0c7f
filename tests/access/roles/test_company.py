"""A company is never left without an administrator, whichever way the last one would go, also when two go at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from loanbroker_api.access.models import Role
from loanbroker_api.access.roles.company import administrators
from loanbroker_api.access.roles.problems import LastAdministrator
from loanbroker_api.access.staff import service
from loanbroker_api.access.staff.schemas import DeactivateIn, EmployeePatch
from loanbroker_api.core.actor import Actor, Scope
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.permissions import PERMISSIONS
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from support.client import Api
from support.company import Company
from support.doors import DOORS, DoorName, Refused
from support.staff_doors import StaffDoor

SignIn = Callable[..., Awaitable[Api]]


async def admins(company: Company) -> set[UUID]:
    async with company.runtime.read(company.id) as session:
        return await administrators(session)


async def role_id(company: Company, code: str) -> UUID:
    async with company.runtime.read(company.id) as session:
        return (await session.scalars(select(Role.id).where(Role.code == code))).one()


class TestWhoIsOne:
    async def test_both_permissions_in_the_whole_company_and_active(self, company: Company) -> None:
        people = {
            code: await company.employee(code, role=code, unit=company.root)
            for code in ("admin", "boss", "hr", "manager", "audit", "sales")
        }
        assert await admins(company) == {people["admin"].id, people["boss"].id}
        async with company.runtime.uow(company.id) as uow:
            person = await uow.session.get_one(type(people["boss"]), (company.id, people["boss"].id))
            person.active = False
        assert await admins(company) == {people["admin"].id}


@pytest.mark.parametrize("door", DOORS)
class TestTheLastOne:
    async def test_it_cannot_be_lost(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss = StaffDoor(await sign_in("boss", role="boss", unit=company.root), door)
        me = company.employees["boss"].id
        own = next(role for role in await boss.roles() if role["code"] == "boss")
        detail = await boss.employee(me)
        assert detail["allowedActions"]["deactivate"] == "access.last-administrator"
        body: dict[str, Any] = {name: own[name] for name in ("name", "note", "fields", "units")}
        without = [one for one in own["permissions"] if one["permission"] != "access.employees.manage"]
        narrowed = [{**one, "scope": "team"} if one["permission"] == "access.employees.manage" else one for one in own["permissions"]]
        for asked in (
            boss.edit(me, detail["version"], roleIds=[]),
            boss.edit(me, detail["version"], roleIds=[str(await role_id(company, "hr"))]),
            boss.deactivate(me, detail["version"]),
            boss.deactivate(me, detail["version"], "suspended"),
            boss.update_role(own["id"], own["version"], **body, permissions=without),
            boss.update_role(own["id"], own["version"], **body, permissions=narrowed),
        ):
            with pytest.raises(Refused, match=r"access\.last-administrator"):
                await asked
        assert await admins(company) == {me}
        assert (await boss.employee(me))["version"] == detail["version"]

    async def test_with_another_one_it_can(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss = StaffDoor(await sign_in("boss", role="boss", unit=company.root), door)
        other = await company.employee("boss2", role="boss", unit=company.root)
        await boss.edit(other.id, 1, roleIds=[str(await role_id(company, "audit"))])
        assert await admins(company) == {company.employees["boss"].id}


def everything(company: Company) -> Actor:
    return Actor(
        company.id, new_id(), "employee", "某人", scopes=dict.fromkeys(PERMISSIONS, Scope.COMPANY), fields={}, all_permissions=True
    )


Act = Callable[[UnitOfWork, Company, UUID], Awaitable[object]]


async def take_roles(uow: UnitOfWork, company: Company, person: UUID) -> object:
    return await service.edit(uow, everything(company), person, EmployeePatch(role_ids=[]), 1)


async def close(uow: UnitOfWork, company: Company, person: UUID) -> object:
    return await service.deactivate(uow, everything(company), person, DeactivateIn(reason="left"), 1)


@pytest.mark.parametrize(("one", "two"), [(take_roles, take_roles), (close, close), (take_roles, close)])
async def test_two_at_once_leave_one(runtime: Runtime, company: Company, one: Act, two: Act) -> None:
    """Both have an open transaction before either writes: only the lock on the company keeps them apart."""
    people = [await company.employee(name, role="admin", unit=company.root) for name in ("admin1", "admin2")]
    barrier = asyncio.Barrier(2)

    async def remove(act: Act, person: UUID) -> str:
        try:
            async with runtime.uow(company.id) as uow:
                await administrators(uow.session)
                await barrier.wait()
                await act(uow, company, person)
        except LastAdministrator:
            return "refused"
        return "done"

    answers = await asyncio.gather(remove(one, people[0].id), remove(two, people[1].id))
    assert sorted(answers) == ["done", "refused"]
    assert len(await admins(company)) == 1
