"""Accounts through both doors: closed at once, opened again, password and factors reset; never of somebody who holds more."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from loanbroker_api.access.models import ApiKey, Employee, LoginSession, LoginTicket, RecoveryCode, SecondFactor
from loanbroker_api.access.passwords import check_password
from loanbroker_api.access.staff import service
from loanbroker_api.access.staff.schemas import DeactivateIn
from loanbroker_api.core.actor import Actor, Scope, StepUp
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.errors import StepUpRequired
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.permissions import PERMISSIONS
from loanbroker_api.core.runtime import Runtime
from support.client import Api, code_of
from support.company import PASSWORD, Company
from support.doors import DOORS, DoorName, Refused
from support.staff_doors import StaffDoor

SignIn = Callable[..., Awaitable[Api]]


async def leave_traces(company: Company, employee_id: UUID) -> None:
    """What an account leaves open: a key, a half-done login, second factors."""
    async with company.runtime.uow(company.id) as uow:
        uow.session.add(
            ApiKey(
                employee_id=employee_id,
                name="钥匙",
                hint="abcd",
                digest=b"d",
                permissions=[],
                networks=[],
                expires_at=uow.now + timedelta(days=9),
                last_ip="",
            )
        )
        uow.session.add(
            LoginTicket(
                digest=employee_id.bytes,
                employee_id=employee_id,
                client="web",
                ip="",
                facts={},
                created_at=uow.now,
                expires_at=uow.now + timedelta(minutes=9),
            )
        )
        for kind in ("totp", "passkey", "passkey"):
            uow.session.add(SecondFactor(id=new_id(), employee_id=employee_id, kind=kind, name=kind, confirmed_at=uow.now))
        uow.session.add(RecoveryCode(digest=employee_id.bytes, employee_id=employee_id, created_at=uow.now))


async def entry_of(company: Company, subject: UUID, action: str) -> AuditEntry:
    """The one entry of an act on an employee."""
    async with company.runtime.read(company.id) as session:
        return (await session.scalars(select(AuditEntry).where(AuditEntry.subject_id == subject, AuditEntry.action == action))).one()


@pytest.mark.parametrize("door", DOORS)
class TestClosing:
    async def test_everything_ends_at_once(self, door: DoorName, company: Company, sign_in: SignIn, runtime: Runtime) -> None:
        boss, sales = StaffDoor(await sign_in("boss", role="boss", unit=company.root), door), await sign_in("sales1")
        me = company.employees["sales1"].id
        await leave_traces(company, me)
        await sales.ok("GET", "/me")
        closed = await boss.deactivate(me, 1, "left", "8 月底离职")
        assert (closed["active"], closed["version"], closed["onDuty"], closed["leftAt"] is None) == (False, 2, False, False)
        assert closed["allowedActions"]["deactivate"] == "access.employee-inactive"
        assert closed["allowedActions"]["activate"] is None
        assert (await sales("GET", "/me")).status_code == 401
        body = {"tenant": company.code, "username": "sales1", "password": PASSWORD, "client": "ios"}
        assert code_of(await sales("POST", "/auth/login", json=body)) == "access.account-disabled"
        async with runtime.read(company.id) as session:
            (ended,) = await session.scalars(select(LoginSession).where(LoginSession.employee_id == me))
            (key,) = await session.scalars(select(ApiKey).where(ApiKey.employee_id == me))
            assert list(await session.scalars(select(LoginTicket))) == []
        assert (ended.end_reason, ended.ended_at) == ("left", key.revoked_at)
        assert UUID(closed["id"]) == me
        entry = await entry_of(company, me, "access.employee_deactivated")
        assert (entry.facts["reason"], entry.facts["sessions"], entry.facts["changes"]) == ("left", 1, {"active": [True, False]})
        assert (await entry_of(company, key.id, "access.api_key_revoked")).facts["employee"] == str(me)

    async def test_for_a_while_and_back(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss, sales = StaffDoor(await sign_in("boss", role="boss", unit=company.root), door), await sign_in("sales1")
        me = company.employees["sales1"].id
        assert (await boss.deactivate(me, 1, "suspended"))["leftAt"] is None
        opened = await boss.activate(me, 2)
        assert (opened["active"], opened["version"], [role["code"] for role in opened["roles"]]) == (True, 3, ["sales"])
        assert (await sales("GET", "/me")).status_code == 401, "its old session stays ended"
        await sales.login()
        assert (await sales.ok("GET", "/me"))["employee"]["onDuty"] is False

    async def test_what_is_refused(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss = StaffDoor(await sign_in("boss", role="boss", unit=company.root), door)
        person = await company.employee("sales1")
        with pytest.raises(Refused, match=r"core\.stale"):
            await boss.deactivate(person.id, 9)
        with pytest.raises(Refused, match=r"core\.invalid"):
            await boss.deactivate(person.id, 1, "bored")
        with pytest.raises(Refused, match=r"access\.employee-active"):
            await boss.activate(person.id, 1)
        await boss.deactivate(person.id, 1)
        with pytest.raises(Refused, match=r"core\.stale"):
            await boss.activate(person.id, 1)
        with pytest.raises(Refused, match=r"access\.employee-inactive"):
            await boss.deactivate(person.id, 2)


@pytest.mark.parametrize("door", DOORS)
class TestResetting:
    async def test_a_password(self, door: DoorName, company: Company, sign_in: SignIn, runtime: Runtime) -> None:
        boss, sales = StaffDoor(await sign_in("boss", role="boss", unit=company.root), door), await sign_in("sales1")
        me = company.employees["sales1"].id
        await leave_traces(company, me)
        password = await boss.reset_password(me)
        assert (await sales("GET", "/me")).status_code == 401
        async with runtime.read(company.id) as session:
            row = await session.get_one(Employee, (company.id, me))
            assert list(await session.scalars(select(LoginTicket))) == []
        assert ((await check_password(password, row.password_hash))[0], row.must_change_password) == (True, True)
        assert row.password_changed_at is not None
        assert (await entry_of(company, me, "access.password_reset")).facts == {"sessions": 1}

    async def test_second_factors(self, door: DoorName, company: Company, sign_in: SignIn, runtime: Runtime) -> None:
        boss = StaffDoor(await sign_in("boss", role="boss", unit=company.root), door)
        person = await company.employee("sales1")
        await leave_traces(company, person.id)
        shown = await boss.employee(person.id)
        assert (shown["totp"], shown["passkeys"]) == (True, 2)
        await boss.reset_factors(person.id)
        shown = await boss.employee(person.id)
        assert (shown["totp"], shown["passkeys"]) == (False, 0)
        async with runtime.read(company.id) as session:
            assert list(await session.scalars(select(RecoveryCode))) == []
        entry = await entry_of(company, person.id, "access.factors_reset")
        assert entry.facts == {"kinds": ["passkey", "recovery", "totp"]}


@pytest.mark.parametrize("door", DOORS)
async def test_nobody_takes_over_who_holds_more(door: DoorName, company: Company, sign_in: SignIn) -> None:
    hr = StaffDoor(await sign_in("hr1", role="hr", unit=company.root), door)
    sales, equal = await company.employee("sales1"), await company.employee("hr2", role="hr", unit=company.root)
    gone = await company.employee("sales2")
    admin = StaffDoor(await sign_in("admin", role="admin", unit=company.root), door)
    await admin.deactivate(gone.id, 1)
    for asked in (hr.deactivate(sales.id, 1), hr.activate(gone.id, 2), hr.reset_password(sales.id), hr.reset_factors(sales.id)):
        with pytest.raises(Refused, match=r"access\.beyond-own") as refused:
            await asked
        assert "跟进客户" in str(refused.value.problem) or "客户" in refused.value.problem["message"]
    await hr.reset_factors(equal.id)
    await hr.reset_password(equal.id)
    await hr.deactivate(equal.id, 2)


@pytest.mark.parametrize("door", DOORS)
async def test_out_of_sight_and_out_of_reach(door: DoorName, company: Company, sign_in: SignIn) -> None:
    admin = StaffDoor(await sign_in("admin", role="admin", unit=company.root), door)
    grants = [{"permission": "access.employees.view", "scope": "department"}, {"permission": "access.employees.manage", "scope": "team"}]
    role = await admin.create_role(name="队管", permissions=grants)
    chief = StaffDoor(await sign_in("chief", role=role["code"]), door)
    hidden = await company.employee("boss1", role="audit", unit=company.root)
    seen = await company.employee("sales2", role=role["code"], unit=company.other_team)
    plain = StaffDoor(await sign_in("sales1"), door)
    for who, target, code in (
        (chief, hidden.id, "access.employee-not-found"),
        (chief, new_id(), "access.employee-not-found"),
        (chief, seen.id, "access.employee-not-yours"),
        (plain, seen.id, "core.forbidden"),
        (plain, new_id(), "core.forbidden"),
    ):
        for asked in (who.deactivate(target, 1), who.activate(target, 1), who.reset_password(target), who.reset_factors(target)):
            with pytest.raises(Refused) as refused:
                await asked
            assert refused.value.code == code


async def test_resets_come_after_confirming_again(runtime: Runtime, company: Company) -> None:
    stale = StepUp(frozenset({"policies"}), None, timedelta(minutes=5))
    scopes = dict.fromkeys(PERMISSIONS, Scope.COMPANY)
    actor = Actor(company.id, new_id(), "employee", "某人", scopes=scopes, step_up=stale)
    person = await company.employee("audit1", role="audit")
    for act in (lambda uow: service.reset_password(uow, actor, person.id), lambda uow: service.reset_factors(uow, actor, person.id)):
        with pytest.raises(StepUpRequired):
            async with runtime.uow(company.id) as uow:
                await act(uow)
    async with runtime.uow(company.id) as uow:
        await service.deactivate(uow, actor, person.id, DeactivateIn(reason="left"), 1)
