"""Employees through both doors: hired, seen, edited; who sees whom; nobody giving what he does not hold."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from loanbroker_api.access.models import EMPLOYEE_PHONE, Employee, LoginCounter, Role
from loanbroker_api.access.passwords import check_password
from loanbroker_api.access.sessions.lockout import counter_key
from loanbroker_api.access.staff import service
from loanbroker_api.access.staff.schemas import EmployeeIn, EmployeePatch
from loanbroker_api.access.staff.service.people import temporary_password
from loanbroker_api.core.actor import Actor, Scope, StepUp
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.errors import StepUpRequired
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.permissions import PERMISSIONS
from loanbroker_api.core.runtime import Runtime
from support.client import Api, code_of
from support.company import Company, fresh_phone
from support.doors import DOORS, Refused
from support.staff_doors import StaffDoor

SignIn = Callable[..., Awaitable[Api]]
Enter = Callable[..., Awaitable[StaffDoor]]


@pytest.fixture(params=DOORS)
def enter(request: pytest.FixtureRequest, company: Company, sign_in: SignIn) -> Enter:
    """`await enter("boss")`: somebody of that role at the top, through either door."""

    async def go(role: str, *, unit: UUID | None = None) -> StaffDoor:
        return StaffDoor(await sign_in(role, role=role, unit=unit or company.root), request.param)

    return go


async def role_id(company: Company, code: str) -> str:
    async with company.runtime.read(company.id) as session:
        return str((await session.scalars(select(Role.id).where(Role.code == code))).one())


async def own_role(company: Company, enter: Enter, code: str, **scopes: str) -> str:
    """A new role's code, made by an administrator."""
    admin = await enter("admin")
    permissions = [{"permission": name.replace("__", "."), "scope": scope} for name, scope in scopes.items()]
    return (await admin.create_role(name=code, permissions=permissions))["code"]


class TestHiring:
    async def test_a_new_employee(self, company: Company, enter: Enter, runtime: Runtime) -> None:
        boss, phone = await enter("boss"), fresh_phone()
        made, password = await boss.hire(
            username="new1", unitId=str(company.team), roleIds=[await role_id(company, "sales")], phone=f"+86 {phone[:3]}-{phone[3:]}"
        )
        assert password is not None
        assert re.fullmatch(r"([a-z2-9]{4}-){3,}[a-z2-9]{4}", password)
        assert (made["username"], made["employeeNo"], made["orgUnit"]["name"]) == ("new1", "0002", "一队")
        assert [role["code"] for role in made["roles"]] == ["sales"]
        assert made["phone"] == {"value": phone, "masked": False}
        assert (made["mustChangePassword"], made["active"], made["onDuty"], made["leftAt"]) == (True, True, False, None)
        assert (made["totp"], made["passkeys"], made["lockedUntil"], made["lastLoginAt"]) == (False, 0, None, None)
        assert set(made["allowedActions"].values()) == {None, "access.employee-active"}
        async with runtime.uow(company.id) as uow:
            row = await uow.session.get_one(Employee, (company.id, UUID(made["id"])))
            assert (await check_password(password, row.password_hash))[0]
            assert phone.encode() not in (row.phone_enc or b"")
            assert (EMPLOYEE_PHONE.open(uow.keys, row), row.phone_index) == (phone, uow.keys.blind("phone", phone))
            (entry,) = await uow.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == row.id))
        assert entry.action == "access.employee_created"
        assert entry.facts["phone"] == row.phone_masked
        assert phone not in str(entry.facts)
        assert password not in str(entry.facts)

    async def test_with_a_number_and_a_password_of_ones_own(self, company: Company, enter: Enter) -> None:
        boss = await enter("boss")
        body = {"unitId": str(company.team), "password": "correct horse staple 7"}
        made, password = await boss.hire(username="new1", employeeNo="A-17", **body)
        assert (made["employeeNo"], made["mustChangePassword"], password) == ("A-17", True, None)
        with pytest.raises(Refused, match=r"access\.password-weak") as refused:
            await boss.hire(username="new2", unitId=str(company.team), password="password1234")
        assert refused.value.pointers[0][0] == "/password"

    async def test_what_is_taken(self, company: Company, enter: Enter) -> None:
        boss, phone = await enter("boss"), fresh_phone()
        await boss.hire(username="new1", employeeNo="77", unitId=str(company.team), phone=phone)
        for body, code in (
            ({"username": "new1"}, "access.username-taken"),
            ({"username": "new2", "employeeNo": "77"}, "access.employee-no-taken"),
            ({"username": "new2", "phone": phone}, "access.phone-taken"),
        ):
            with pytest.raises(Refused) as refused:
                await boss.hire(**{"unitId": str(company.team), **body})
            assert refused.value.code == code
        made, _ = await boss.hire(username="new2", unitId=str(company.team))
        assert made["employeeNo"] == "0078"

    async def test_what_nobody_is(self, company: Company, enter: Enter) -> None:
        boss = await enter("boss")
        for body, pointer, code in (
            ({"username": "王五"}, "/username", "core.string-pattern-mismatch"),
            ({"username": "x"}, "/username", "core.string-too-short"),
            ({"displayName": ""}, "/displayName", "core.string-too-short"),
            ({"phone": "12345"}, "/phone", "phone.too-short"),
            ({"phone": "138****5678"}, "/phone", "access.phone-kind"),
            ({"phone": "028-87654321"}, "/phone", "access.phone-kind"),
            ({"unitId": str(new_id())}, "/unitId", "access.unit-unknown"),
            ({"roleIds": [str(new_id())]}, "/roleIds/0", "access.role-unknown"),
        ):
            with pytest.raises(Refused, match=r"core\.invalid") as refused:
                await boss.hire(**{"username": "new1", "unitId": str(company.team), **body})
            assert refused.value.pointers == [(pointer, code)], body

    async def test_roles_beyond_ones_own(self, company: Company, enter: Enter) -> None:
        hr = await enter("hr")
        roles = [await role_id(company, code) for code in ("hr", "sales")]
        with pytest.raises(Refused, match=r"access\.beyond-own") as refused:
            await hr.hire(username="new1", unitId=str(company.team), roleIds=roles)
        assert {pointer for pointer, _ in refused.value.pointers} == {"/roleIds/1"}
        assert "查看客户" in str(refused.value.problem["errors"])
        made, _ = await hr.hire(username="new1", unitId=str(company.team), roleIds=roles[:1])
        assert [role["code"] for role in made["roles"]] == ["hr"]

    async def test_a_role_reaches_from_its_holders_unit(self, company: Company, enter: Enter) -> None:
        """A leader's data are those of his team: whoever manages one team cannot make a leader of another."""
        held = dict.fromkeys(("access__employees__view", "access__employees__manage"), "department") | {"customers__view": "team"}
        code = await own_role(company, enter, "chief", **held)
        chief = await enter(code, unit=company.team)
        team = await own_role(company, enter, "teamwork", customers__view="team")
        await chief.hire(username="new1", unitId=str(company.team), roleIds=[await role_id(company, team)])
        with pytest.raises(Refused, match=r"access\.beyond-own"):
            await chief.hire(username="new2", unitId=str(company.other_team), roleIds=[await role_id(company, team)])

    async def test_only_in_ones_own_units(self, company: Company, enter: Enter) -> None:
        code = await own_role(company, enter, "chief", access__employees__manage="team_below")
        chief = await enter(code, unit=company.team)
        await chief.hire(username="new1", unitId=str(company.team))
        with pytest.raises(Refused, match=r"core\.invalid") as refused:
            await chief.hire(username="new2", unitId=str(company.other_team))
        assert refused.value.pointers == [("/unitId", "access.unit-unknown")]

    async def test_it_needs_the_permission(self, company: Company, enter: Enter) -> None:
        with pytest.raises(Refused, match=r"core\.forbidden"):
            await (await enter("audit")).hire(username="new1", unitId=str(company.team))


class TestSeeing:
    async def test_out_of_scope_is_not_there(self, company: Company, enter: Enter) -> None:
        leader = await enter("leader", unit=company.team)
        mate = await company.employee("sales1")
        stranger = await company.employee("sales2", unit=company.other_team)
        assert (await leader.employee(mate.id))["username"] == "sales1"
        for asked in (leader.employee(stranger.id), leader.employee(new_id())):
            with pytest.raises(Refused, match=r"access\.employee-not-found"):
                await asked
        sales = await enter("sales", unit=company.team)
        for employee_id in (mate.id, stranger.id, new_id()):
            with pytest.raises(Refused, match=r"core\.forbidden"):
                await sales.employee(employee_id)

    async def test_a_phone_by_the_roles_visibility(self, company: Company, enter: Enter) -> None:
        phone, hr, audit = fresh_phone(), await enter("hr"), await enter("audit")
        made, _ = await (await enter("boss")).hire(username="new1", employeeNo="A1", unitId=str(company.team), phone=phone)
        assert (await hr.employee(made["id"]))["phone"] == {"value": phone, "masked": False}
        masked = (await audit.employee(made["id"]))["phone"]
        assert masked["masked"] is True
        assert phone[3:7] not in masked["value"]
        hides = await (await enter("admin")).create_role(
            name="看不到",
            permissions=[{"permission": "access.employees.view", "scope": "company"}],
            fields=[{"field": "employee.phone", "visibility": "hidden"}],
        )
        assert (await (await enter(hides["code"])).employee(made["id"]))["phone"] is None

    async def test_actions_come_with_their_reasons(self, company: Company, enter: Enter) -> None:
        boss = await company.employee("boss1", role="boss", unit=company.root)
        await company.employee("boss2", role="boss", unit=company.root)
        hr = await enter("hr")
        account = dict.fromkeys(("deactivate", "activate", "reset_password", "reset_factors"), "access.beyond-own")
        assert (await hr.employee(boss.id))["allowedActions"] == {"edit": None, **account}
        audit = await enter("audit")
        assert set((await audit.employee(boss.id))["allowedActions"].values()) == {"core.forbidden"}

    async def test_filters(self, company: Company, enter: Enter, runtime: Runtime) -> None:
        boss = await enter("boss")
        for name in ("sales1", "sales2", "sales3", "leader1"):
            await company.employee(name, role=name[:-1])
        async with runtime.uow(company.id) as uow:
            for name, left in (("sales2", uow.now), ("sales3", None)):
                await uow.session.execute(update(Employee).where(Employee.username == name).values(active=False, left_at=left))
            key = counter_key(uow.keys, "account", "leader1")
            until = uow.now + timedelta(minutes=5)
            uow.session.add(LoginCounter(kind="account", key=key, failures=0, locks=1, locked_until=until, last_at=uow.now))
        assert await boss.usernames(roleId=await role_id(company, "sales")) == ["sales1", "sales2", "sales3"]
        assert await boss.usernames(state="active") == ["boss", "sales1", "leader1"]
        assert await boss.usernames(state="left") == ["sales2"]
        assert await boss.usernames(state="suspended") == ["sales3"]
        assert await boss.usernames(state="locked") == ["leader1"]
        assert await boss.usernames(unitId=str(company.other_team)) == []
        assert (await boss.employee(company.employees["leader1"].id))["lockedUntil"] is not None
        with pytest.raises(Refused, match=r"core\.invalid"):
            await boss.usernames(state="somewhere")


class TestEditing:
    async def test_what_changes_and_what_stays(self, company: Company, enter: Enter, runtime: Runtime) -> None:
        boss, phone = await enter("boss"), fresh_phone()
        person = await company.employee("sales1")
        edited = await boss.edit(person.id, 1, displayName="周大梅", employeeNo="99", unitId=str(company.other_team), phone=phone)
        assert (edited["version"], edited["displayName"], edited["employeeNo"]) == (2, "周大梅", "99")
        assert (edited["orgUnit"]["name"], edited["phone"]["value"]) == ("二队", phone)
        same = await boss.edit(person.id, 2, displayName="周大梅", phone=phone)
        assert same["version"] == 2
        without = await boss.edit(person.id, 2, phone=None)
        assert (without["phone"], without["version"]) == (None, 3)
        leader = await role_id(company, "leader")
        promoted = await boss.edit(person.id, 3, roleIds=[leader])
        assert ([role["id"] for role in promoted["roles"]], promoted["version"]) == ([leader], 4)
        async with runtime.read(company.id) as session:
            entries = await session.scalars(
                select(AuditEntry).where(AuditEntry.action == "access.employee_updated").order_by(AuditEntry.id)
            )
            changes = [entry.facts["changes"] for entry in entries]
        masked = f"{phone[:3]}****{phone[7:]}"
        assert changes[0] == {
            "unitId": [str(company.team), str(company.other_team)],
            "displayName": ["员工sales1", "周大梅"],
            "employeeNo": ["0002", "99"],
            "phone": [None, masked],
        }
        assert changes[1:] == [{"phone": [masked, None]}, {"roleIds": [[await role_id(company, "sales")], [leader]]}]

    async def test_a_live_session_feels_a_new_role(self, company: Company, enter: Enter) -> None:
        boss, sales = await enter("boss"), await enter("sales", unit=company.team)
        with pytest.raises(Refused, match=r"core\.forbidden"):
            await sales.usernames()
        await boss.edit(company.employees["sales"].id, 1, roleIds=[await role_id(company, "leader")])
        assert await sales.usernames() == ["sales"]

    async def test_what_is_refused(self, company: Company, enter: Enter) -> None:
        boss = await enter("boss")
        person = await company.employee("sales1")
        with pytest.raises(Refused, match=r"core\.stale") as refused:
            await boss.edit(person.id, 7, displayName="别人")
        assert refused.value.problem["current"]["version"] == 1
        with pytest.raises(Refused, match=r"access\.employee-no-taken"):
            await boss.edit(person.id, 1, employeeNo="0001")
        with pytest.raises(Refused, match=r"access\.employee-not-found"):
            await boss.edit(new_id(), 1, displayName="谁")
        with pytest.raises(Refused, match=r"core\.forbidden"):
            await (await enter("audit")).edit(person.id, 1, displayName="别人")
        assert (await boss.employee(person.id))["version"] == 1

    async def test_in_sight_is_not_in_reach(self, company: Company, enter: Enter) -> None:
        code = await own_role(company, enter, "chief", access__employees__view="company", access__employees__manage="team")
        chief = await enter(code, unit=company.team)
        mate, stranger = await company.employee("sales1"), await company.employee("sales2", unit=company.other_team)
        await chief.edit(mate.id, 1, displayName="自己队的")
        with pytest.raises(Refused, match=r"access\.employee-not-yours"):
            await chief.edit(stranger.id, 1, displayName="别的队的")
        with pytest.raises(Refused, match=r"core\.invalid") as refused:
            await chief.edit(mate.id, 2, unitId=str(company.other_team))
        assert refused.value.pointers == [("/unitId", "access.unit-unknown")]

    async def test_beyond_own(self, company: Company, enter: Enter) -> None:
        hr = await enter("hr")
        sales, leader = await company.employee("sales1"), await company.employee("leader1", role="leader")
        for body, pointer in (
            ({"roleIds": []}, "/roleIds"),
            ({"roleIds": [await role_id(company, "admin")]}, "/roleIds"),
            ({"phone": fresh_phone()}, "/phone"),
        ):
            with pytest.raises(Refused, match=r"access\.beyond-own") as refused:
                await hr.edit(sales.id, 1, **body)
            assert {at for at, _ in refused.value.pointers} == {pointer}
        moved = await hr.edit(sales.id, 1, unitId=str(company.other_team))
        assert moved["orgUnit"]["name"] == "二队", "whose data are only his own takes nothing along"
        with pytest.raises(Refused, match=r"access\.beyond-own") as refused:
            await hr.edit(leader.id, 1, unitId=str(company.other_team))
        assert {at for at, _ in refused.value.pointers} == {"/unitId"}
        with pytest.raises(Refused, match=r"access\.beyond-own"):
            await hr.edit(company.employees["hr"].id, 1, roleIds=[await role_id(company, code) for code in ("hr", "admin")])


async def test_roles_of_people_change_after_confirming_again(runtime: Runtime, company: Company) -> None:
    stale = StepUp(frozenset({"policies"}), None, timedelta(minutes=5))
    actor = Actor(company.id, new_id(), "employee", "某人", scopes=dict.fromkeys(PERMISSIONS, Scope.COMPANY), step_up=stale)
    person, role = await company.employee("sales1"), UUID(await role_id(company, "audit"))
    hired = EmployeeIn(username="new1", display_name="新人", unit_id=company.team, role_ids=[role])
    for act in (
        lambda uow: service.hire(uow, actor, hired),
        lambda uow: service.edit(uow, actor, person.id, EmployeePatch(role_ids=[role]), 1),
    ):
        with pytest.raises(StepUpRequired):
            async with runtime.uow(company.id) as uow:
                await act(uow)


def test_temporary_passwords_differ_and_are_long_enough() -> None:
    made = {temporary_password(12) for _ in range(200)}
    assert len(made) == 200
    assert all(len(temporary_password(at_least)) >= at_least for at_least in range(8, 65))


async def test_a_password_is_told_once(company: Company, sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss", unit=company.root)
    body = {"username": "new1", "displayName": "新人", "unitId": str(company.team), "roleIds": []}
    first = await boss.ok("POST", "/employees", json=body, headers={"Idempotency-Key": "k"})
    again = await boss("POST", "/employees", json=body, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert first["password"]
    assert first["password"] not in again.text
    path = f"/employees/{first['employee']['id']}"
    assert code_of(await boss("PATCH", path, json={"displayName": "别人"})) == "core.if-match-required"
