"""Login policies and the calendar through both doors: what is kept, who may, what it leaves in the trail and whom it tells."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from loanbroker_api.access.models import LoginPolicy, Role, RolePermission
from loanbroker_api.access.policies.queries import calendar_of
from loanbroker_api.core.actor import Scope
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.changes import AccessChange, Change
from loanbroker_api.core.db import Small
from loanbroker_api.core.ids import new_id
from support.company import Company, new_company
from support.doors import DOORS, DoorName, Refused, refusal
from support.policy_doors import PolicyDoor

IDLE = {"idle": {"minutes": 15}}
OFF = dict.fromkeys(("device", "ip", "region", "time", "attempts", "idle", "sessions", "unusual", "factor"))


@pytest.fixture(params=DOORS)
async def door(request: pytest.FixtureRequest, sign_in: Any) -> PolicyDoor:
    name: DoorName = request.param
    return PolicyDoor(await sign_in("admin", role="admin"), name)


async def told(company: Company) -> list[Change]:
    """What the processes are told of this company, sessions aside."""
    async with company.runtime.read(company.id) as session:
        rows = await session.scalars(select(AccessChange).where(AccessChange.tenant == company.id).order_by(AccessChange.id))
        return [Change(row.tenant, row.employee) for row in rows if row.session is None]


async def role_of(company: Company, code: str) -> UUID:
    async with company.runtime.read(company.id) as session:
        return (await session.scalars(select(Role.id).where(Role.code == code))).one()


async def trail(company: Company, prefix: str = "access.policy") -> list[tuple[str, dict[str, Any]]]:
    async with company.runtime.read(company.id) as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.action.startswith(prefix)).order_by(AuditEntry.id))
        return [(row.action, row.facts) for row in rows]


class TestOneOfARole:
    async def test_it_lives_and_dies(self, door: PolicyDoor, company: Company) -> None:
        before = len(await told(company))
        role = await role_of(company, "sales")
        made = await door.create(roleId=str(role), client="web", parts=IDLE)
        assert made["subject"] == {"kind": "role", "id": str(role), "name": "业务员"}
        assert (made["version"], made["client"], made["overrides"]) == (1, "web", [])
        assert made["parts"] == OFF | IDLE
        assert made["sentences"] == ["无操作：15 分钟没有操作就锁定，要重新登录"]
        assert [row["id"] for row in await door.list()] == [made["id"]]

        parts = {"idle": {"minutes": 30}, "ip": {"allow": ["10.1.2.3", " 2001:DB8::/32 "], "deny": []}}
        changed = await door.update(made["id"], 1, parts)
        assert changed["version"] == 2
        assert changed["parts"]["ip"] == {"allow": ["10.1.2.3/32", "2001:db8::/32"], "deny": []}
        assert changed["updatedAt"] >= made["updatedAt"]
        assert await door.list() == [changed]

        await door.delete(made["id"], 2)
        assert await door.list() == []
        assert (await told(company))[before:] == [Change(company.id)] * 3
        kept = {"allow": ["10.1.2.3/32", "2001:db8::/32"], "deny": []}
        idle, longer = {"minutes": 15}, {"minutes": 30}
        subject = {"role": str(role), "client": "web"}
        assert await trail(company) == [
            ("access.policy_created", subject | {"changes": {"idle": [None, idle]}}),
            ("access.policy_changed", subject | {"changes": {"ip": [None, kept], "idle": [idle, longer]}}),
            ("access.policy_deleted", subject | {"changes": {"ip": [kept, None], "idle": [longer, None]}}),
        ]

    async def test_saying_it_again_changes_and_tells_nothing(self, door: PolicyDoor, company: Company) -> None:
        before = len(await told(company))
        made = await door.create(roleId=str(await role_of(company, "sales")), client="web", parts=IDLE)
        again = await door.update(made["id"], 1, IDLE)
        assert again == made
        assert len((await told(company))[before:]) == len(await trail(company)) == 1

    async def test_one_for_each_client(self, door: PolicyDoor, company: Company) -> None:
        role = str(await role_of(company, "sales"))
        for client in ("web", "ios", "android", "wechat_mp", "terminal", "api"):
            await door.create(roleId=role, client=client, parts=IDLE)
        assert await refusal(door.create(roleId=role, client="ios", parts={})) == "access.policy-exists"
        assert len(await door.list(roleId=role)) == 6
        assert [row["client"] for row in await door.list(roleId=role, client="ios")] == ["ios"]
        assert await door.list(roleId=await role_of(company, "finance")) == []

    async def test_two_at_once_make_one(self, door: PolicyDoor, company: Company) -> None:
        role = str(await role_of(company, "sales"))
        codes = await asyncio.gather(*(refusal(door.create(roleId=role, client="web", parts=IDLE)) for _ in range(5)))
        assert codes.count(None) == 1
        assert codes.count("access.policy-exists") == 4
        assert len(await door.list()) == 1

    async def test_a_sign_that_is_switched_off_stays_off(self, door: PolicyDoor, company: Company) -> None:
        unusual = {"newDeviceAndPlace": False, "travelKmh": None, "offHoursMinutes": None, "accountsPerIp": None}
        await door.create(roleId=str(await role_of(company, "sales")), client="web", parts={"unusual": unusual})
        (kept,) = await door.list()
        assert kept["parts"]["unusual"] == unusual
        assert kept["sentences"] == ["异常登录：不识别"]


class TestOneOfAnEmployee:
    async def test_what_it_gives_and_what_it_names_it_overrides(self, door: PolicyDoor, company: Company) -> None:
        person = await company.employee("sales1")
        before = len(await told(company))
        made = await door.create(employeeId=str(person.id), client="ios", parts=IDLE, overrides=["region", "region"])
        assert made["subject"] == {"kind": "employee", "id": str(person.id), "name": "员工sales1"}
        assert made["overrides"] == ["region", "idle"]
        assert made["sentences"] == ["地区：不限制", "无操作：15 分钟没有操作就锁定，要重新登录"]
        changed = await door.update(made["id"], 1, {}, ["time"])
        assert (changed["overrides"], changed["sentences"]) == (["time"], ["时间：不限制"])
        await door.delete(made["id"], 2)
        assert (await told(company))[before:] == [Change(company.id, person.id)] * 3
        assert [facts["changes"].get("overrides") for _, facts in await trail(company)] == [
            [None, ["region", "idle"]],
            [["region", "idle"], ["time"]],
            [["time"], None],
        ]
        assert all(facts["employee"] == str(person.id) for _, facts in await trail(company))

    async def test_it_stands_beside_his_roles(self, door: PolicyDoor, company: Company) -> None:
        person = await company.employee("sales1")
        own = await door.create(employeeId=str(person.id), client="ios", parts=IDLE)
        await door.create(roleId=str(await role_of(company, "sales")), client="ios", parts=IDLE)
        assert await refusal(door.create(employeeId=str(person.id), client="ios", parts={})) == "access.policy-exists"
        assert [row["id"] for row in await door.list(employeeId=person.id)] == [own["id"]]
        assert len(await door.list()) == 2


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "pointer", "code"),
        [
            ({"roleId": str(new_id()), "client": "web", "parts": {}}, "/roleId", "access.role-not-found"),
            ({"employeeId": str(new_id()), "client": "web", "parts": {}}, "/employeeId", "access.employee-not-found"),
            ({"client": "web", "parts": {}}, "/", "core.policy-subject"),
            ({"roleId": str(new_id()), "employeeId": str(new_id()), "client": "web", "parts": {}}, "/", "core.policy-subject"),
            ({"roleId": str(new_id()), "client": "fax", "parts": {}}, "/client", "core.literal-error"),
            ({"roleId": str(new_id()), "client": "web", "parts": {}, "overrides": ["ip"]}, "/overrides", "access.overrides-of-role"),
            (
                {"roleId": str(new_id()), "client": "web", "parts": {"region": {"allow": ["51", "990000", "511"]}}},
                "/parts/region/allow/2",
                "core.string-pattern-mismatch",
            ),
            (
                {"roleId": str(new_id()), "client": "web", "parts": {"region": {"allow": ["51", "519999"]}}},
                "/parts/region/allow/1",
                "access.place-unknown",
            ),
            ({"roleId": str(new_id()), "client": "web", "parts": {"ip": {"allow": ["10.0.0.0/33"]}}}, "/parts/ip/allow/0", "core.cidr"),
            (
                {
                    "roleId": str(new_id()),
                    "client": "web",
                    "parts": {"time": {"windows": [{"days": [1], "start": "8:30", "end": "24:01"}]}},
                },
                "/parts/time/windows/0/end",
                "core.clock",
            ),
            (
                {"roleId": str(new_id()), "client": "web", "parts": {"idle": {"minutes": 0}}},
                "/parts/idle/minutes",
                "core.greater-than-equal",
            ),
            ({"roleId": str(new_id()), "client": "web", "parts": {"retina": {}}}, "/parts/retina", "core.extra-forbidden"),
        ],
    )
    async def test_what_makes_no_sense(self, door: PolicyDoor, data: dict[str, Any], pointer: str, code: str) -> None:
        with pytest.raises(Refused) as refused:
            await door.create(**data)
        assert refused.value.code == "core.invalid"
        assert (pointer, code) in refused.value.pointers
        assert await door.list() == []

    async def test_a_stale_version(self, door: PolicyDoor, company: Company) -> None:
        made = await door.create(roleId=str(await role_of(company, "sales")), client="web", parts=IDLE)
        await door.update(made["id"], 1, {})
        with pytest.raises(Refused) as refused:
            await door.update(made["id"], 1, IDLE)
        assert refused.value.code == "core.stale"
        assert refused.value.problem["current"] == {"version": 2, "parts": {}, "overrides": []}
        assert await refusal(door.delete(made["id"], 1)) == "core.stale"
        assert len(await door.list()) == 1

    async def test_one_that_is_not_there(self, door: PolicyDoor) -> None:
        for asked in (door.update(str(new_id()), 1, {}), door.delete(str(new_id()), 1)):
            assert await refusal(asked) == "access.policy-not-found"

    async def test_one_of_another_company(self, door: PolicyDoor, runtime: Any) -> None:
        other = await new_company(runtime)
        role = await role_of(other, "sales")
        async with runtime.uow(other.id) as uow:
            policy = LoginPolicy(id=new_id(), role_id=role, client="web", parts=IDLE, overrides=[])
            uow.session.add(policy)
        assert await door.list() == []
        assert await refusal(door.update(str(policy.id), 1, {})) == "access.policy-not-found"
        assert await refusal(door.delete(str(policy.id), 1)) == "access.policy-not-found"
        assert await refusal(door.create(roleId=str(role), client="ios", parts={})) == "core.invalid"

    @pytest.mark.parametrize("role", ["sales", "leader", "manager", "finance", "audit"])
    async def test_without_the_permission_nothing(self, door: PolicyDoor, company: Company, sign_in: Any, role: str) -> None:
        made = await door.create(roleId=str(await role_of(company, "sales")), client="web", parts=IDLE)
        person = await company.employee("other")
        other = PolicyDoor(await sign_in(f"{role}9", role=role), "rest" if door.rest else "graphql")
        draft = {"roleId": made["subject"]["id"], "client": "web", "parts": {}}
        for asked in (
            other.list(),
            other.create(employeeId=str(person.id), client="web", parts={}),
            other.update(made["id"], 1, {}),
            other.update(str(new_id()), 1, {}),
            other.delete(made["id"], 1),
            other.attempt(employeeId=str(person.id), client="web", ip="1.1.1.1"),
            other.impact(draft),
            other.calendar(2026),
            other.put_day("2026-11-25", working=False, title="年会"),
            other.remove_day("2026-11-25"),
            other.places(),
            other.find("1.1.1.1"),
        ):
            assert await refusal(asked) == "core.forbidden"
        assert await door.list() == [made]

    async def test_step_up_where_the_role_wants_it(self, door: PolicyDoor, company: Company) -> None:
        made = await door.create(roleId=str(await role_of(company, "sales")), client="web", parts=IDLE)
        admins = str(await role_of(company, "admin"))
        await door.create(roleId=admins, client="ios", parts={"factor": {"required": False, "stepUp": ["policies"]}})
        for asked in (
            door.create(roleId=admins, client="web", parts={}),
            door.update(made["id"], 1, {}),
            door.delete(made["id"], 1),
            door.put_day("2026-11-25", working=False, title="年会"),
            door.remove_day("2026-11-25"),
        ):
            assert await refusal(asked) == "core.step-up-required"
        assert len(await door.list()) == 2


class TestBeyondOwn:
    async def test_who_administers_more_is_out_of_reach(self, door: PolicyDoor, company: Company, sign_in: Any) -> None:
        """A keeper of policies without customers, money or roles: for salespeople he may, for administrators he may not."""
        keeper = PolicyDoor(await _keeper(company, sign_in), "rest" if door.rest else "graphql")
        admins, person = await role_of(company, "admin"), await company.employee("sales1")
        made = await keeper.create(roleId=str(await role_of(company, "sales")), client="web", parts=IDLE)
        await keeper.update(made["id"], 1, {})
        await keeper.create(employeeId=str(person.id), client="web", parts=IDLE)
        theirs = await door.create(roleId=str(admins), client="web", parts=IDLE)
        admin = str((await company.employee("admin")).id)
        for asked, pointer in (
            (keeper.create(roleId=str(admins), client="android", parts={}), "/roleId"),
            (keeper.create(employeeId=admin, client="android", parts={}), "/employeeId"),
            (keeper.update(theirs["id"], 1, {}), "/roleId"),
            (keeper.delete(theirs["id"], 1), "/roleId"),
        ):
            with pytest.raises(Refused) as refused:
                await asked
            assert refused.value.code == "access.beyond-own"
            assert set(refused.value.pointers) == {(pointer, "access.beyond-own")}
        assert theirs in await door.list()
        await door.create(employeeId=admin, client="android", parts={})


async def _keeper(company: Company, sign_in: Any) -> Any:
    async with company.runtime.uow(company.id) as uow:
        role = Role(id=new_id(), code="keeper", name="登录管理员")
        uow.session.add(role)
        await uow.session.flush()
        held = ("access.policies.manage", "access.employees.view", "access.sessions.manage")
        uow.session.add_all(RolePermission(role_id=role.id, permission=code, scope=Small(Scope.COMPANY)) for code in held)
    return await sign_in("keeper", role="keeper")


class TestCalendar:
    async def test_the_states_days(self, door: PolicyDoor) -> None:
        found = await door.calendar(2026)
        assert (found["year"], found["covered"]) == (2026, True)
        days = {day["day"]: day for day in found["days"]}
        assert days["2026-10-01"] == {"day": "2026-10-01", "working": False, "title": "国庆节", "source": "state", "makeup": False}
        assert days["2026-10-10"] == {"day": "2026-10-10", "working": True, "title": "国庆节调休上班", "source": "state", "makeup": True}
        assert "2026-11-25" not in days
        assert await door.calendar(2031) == {"year": 2031, "covered": False, "days": []}

    async def test_a_companys_own_day(self, door: PolicyDoor, company: Company) -> None:
        before = len(await told(company))
        own = {"day": "2026-11-25", "working": False, "title": "公司年会", "source": "company", "makeup": False}
        assert await door.put_day("2026-11-25", working=False, title="公司年会") == own
        assert await door.put_day("2026-11-25", working=False, title="公司年会") == own
        assert own in (await door.calendar(2026))["days"]
        assert own not in (await door.calendar(2027))["days"]
        moved = await door.put_day("2026-11-28", working=True, title="补班")
        assert (moved["working"], moved["makeup"]) == (True, True)
        again = await door.put_day("2026-11-25", working=True, title="年会取消")
        assert (again["working"], again["source"], again["makeup"]) == (True, "company", False)
        await door.remove_day("2026-11-25")
        assert [day["day"] for day in (await door.calendar(2026))["days"] if day["source"] == "company"] == ["2026-11-28"]
        assert await refusal(door.remove_day("2026-11-25")) == "access.calendar-day-not-found"
        async with company.runtime.read(company.id) as session:
            assert list((await calendar_of(session)).overrides.values()) == [True]
        assert (await told(company))[before:] == [Change(company.id)] * 4
        assert [(action, facts["day"], facts["changes"]) for action, facts in await trail(company, "access.calendar")] == [
            ("access.calendar_day_set", "2026-11-25", {"working": [None, False], "title": [None, "公司年会"]}),
            ("access.calendar_day_set", "2026-11-28", {"working": [None, True], "title": [None, "补班"]}),
            ("access.calendar_day_set", "2026-11-25", {"working": [False, True], "title": ["公司年会", "年会取消"]}),
            ("access.calendar_day_removed", "2026-11-25", {"working": [True, None], "title": ["年会取消", None]}),
        ]

    @pytest.mark.parametrize("day", ["1999-12-31", "2101-01-01", "9999-12-31"])
    async def test_a_slip_of_the_finger(self, door: PolicyDoor, day: str) -> None:
        with pytest.raises(Refused) as refused:
            await door.put_day(day, working=True, title="加班")
        assert refused.value.fields == ["access.calendar-year"]

    @pytest.mark.parametrize("year", [1999, 2101, 10**12])
    async def test_years_out_of_reach(self, door: PolicyDoor, year: int) -> None:
        beyond_int = year > 2**31 and not door.rest
        assert await refusal(door.calendar(year)) == ("core.graphql-invalid" if beyond_int else "core.invalid")


class TestPlaces:
    async def test_all(self, door: PolicyDoor) -> None:
        found = await door.places()
        assert (found["dataOf"], found["ownFile"]) == ("2021-10", False)
        by_code = {place["code"]: place for place in found["items"]}
        assert by_code["51"] == {"code": "51", "name": "四川省", "parent": None}
        assert by_code["510100"] == {"code": "510100", "name": "四川省成都市", "parent": "51"}
        assert by_code["50"] == {"code": "50", "name": "重庆市", "parent": None}

    @pytest.mark.parametrize(
        ("ip", "code", "name", "known"),
        [
            ("61.139.2.69", "510100", "四川省成都市", True),
            ("8.8.8.8", "", "境外", True),
            ("192.168.1.1", "", "内网", False),
            ("2001:db8::1", "", "未知", False),
        ],
    )
    async def test_of_an_address(self, door: PolicyDoor, ip: str, code: str, name: str, known: bool) -> None:
        assert await door.find(ip) == {"code": code, "name": name, "known": known}

    async def test_no_address(self, door: PolicyDoor) -> None:
        with pytest.raises(Refused) as refused:
            await door.find("10.0.0.256")
        assert refused.value.fields == ["core.ip"]
