"""The org tree through both doors: made, moved, renamed, removed; reach follows, and nobody moves more into his own."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from loanbroker_api.access.models import Tenant
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from support.client import Api, code_of
from support.company import Company
from support.doors import DOORS, DoorName, Refused
from support.staff_doors import StaffDoor

SignIn = Callable[..., Awaitable[Api]]
pytestmark = pytest.mark.parametrize("door", DOORS)


async def top(company: Company, sign_in: SignIn, door: DoorName) -> StaffDoor:
    return StaffDoor(await sign_in("boss", role="boss", unit=company.root), door)


async def version_of(company: Company) -> int:
    async with company.runtime.read(company.id) as session:
        return (await session.scalars(select(Tenant.org_version))).one()


class TestTheTree:
    async def test_made_changed_removed(self, door: DoorName, company: Company, sign_in: SignIn, runtime: Runtime) -> None:
        boss = await top(company, sign_in, door)
        versions = [await version_of(company)]
        risk = await boss.create_unit(name="风控部", kind="department", parentId=str(company.root), position=2)
        team = await boss.create_unit(name="三队", kind="team", parentId=risk["id"])
        assert (team["parentId"], team["kind"], team["position"], team["version"]) == (risk["id"], "team", 0, 1)
        versions.append(await version_of(company))
        moved = await boss.change_unit(team["id"], 1, parentId=str(company.department), name="三队（新）", position=5)
        assert (moved["parentId"], moved["name"], moved["position"], moved["version"]) == (str(company.department), "三队（新）", 5, 2)
        same = await boss.change_unit(team["id"], 2, name="三队（新）")
        assert same["version"] == 2
        versions.append(await version_of(company))
        await boss.delete_unit(team["id"], 2)
        versions.append(await version_of(company))
        assert versions == [versions[0], versions[0] + 2, versions[0] + 3, versions[0] + 4]
        assert [unit["name"] for unit in await boss.units()] == ["测试助贷", "销售部", "风控部", "一队", "二队"]
        async with runtime.read(company.id) as session:
            entries = list(
                await session.scalars(select(AuditEntry).where(AuditEntry.subject_id == UUID(team["id"])).order_by(AuditEntry.id))
            )
        assert [entry.action for entry in entries] == ["access.unit_created", "access.unit_updated", "access.unit_deleted"]
        assert entries[1].facts["changes"] == {
            "parentId": [risk["id"], str(company.department)],
            "name": ["三队", "三队（新）"],
            "position": [0, 5],
        }

    async def test_what_no_tree_is(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss = await top(company, sign_in, door)
        for body, pointer, code in (
            ({"parentId": str(new_id())}, "/parentId", "access.unit-unknown"),
            ({"parentId": str(company.team)}, "/parentId", "access.unit-team"),
            ({"kind": "company"}, "/kind", "core.literal-error"),
            ({"name": ""}, "/name", "core.string-too-short"),
            ({"position": -1}, "/position", "core.greater-than-equal"),
        ):
            with pytest.raises(Refused, match=r"core\.invalid") as refused:
                await boss.create_unit(**{"name": "新", "kind": "team", "parentId": str(company.root), **body})
            assert refused.value.pointers == [(pointer, code)]
        with pytest.raises(Refused, match=r"core\.invalid") as refused:
            await boss.change_unit(company.other_team, 1, parentId=str(company.team))
        assert refused.value.pointers == [("/parentId", "access.unit-team")]
        inner = await boss.create_unit(name="内", kind="department", parentId=str(company.department))
        for target in (company.department, inner["id"]):
            with pytest.raises(Refused, match=r"access\.unit-cycle"):
                await boss.change_unit(company.department, 1, parentId=str(target))
        with pytest.raises(Refused, match=r"access\.root-unit"):
            await boss.change_unit(company.root, 1, parentId=str(company.department))
        with pytest.raises(Refused, match=r"access\.root-unit"):
            await boss.delete_unit(company.root, 1)
        assert (await boss.change_unit(company.root, 1, name="新名字"))["name"] == "新名字"

    async def test_stale_or_not_there(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss = await top(company, sign_in, door)
        for asked in (boss.change_unit(company.team, 4, name="x"), boss.delete_unit(company.team, 4)):
            with pytest.raises(Refused, match=r"core\.stale"):
                await asked
        for asked in (boss.change_unit(new_id(), 1, name="x"), boss.delete_unit(new_id(), 1)):
            with pytest.raises(Refused, match=r"access\.unit-not-found"):
                await asked

    async def test_it_needs_the_permission(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        manager = StaffDoor(await sign_in("manager1", role="manager", unit=company.department), door)
        for asked in (
            manager.create_unit(name="新", kind="team", parentId=str(company.department)),
            manager.change_unit(company.team, 1, name="x"),
            manager.delete_unit(company.team, 1),
            manager.delete_unit(new_id(), 1),
        ):
            with pytest.raises(Refused, match=r"core\.forbidden"):
                await asked
        assert len(await manager.units()) == 4


class TestWhatIsInUse:
    async def test_it_stays(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss = await top(company, sign_in, door)
        await company.employee("sales1")
        with pytest.raises(Refused, match=r"access\.unit-in-use") as refused:
            await boss.delete_unit(company.department, 1)
        assert "下级" in refused.value.problem["message"]
        with pytest.raises(Refused, match=r"access\.unit-in-use") as refused:
            await boss.delete_unit(company.team, 1)
        assert "员工" in refused.value.problem["message"]
        grants = [{"permission": "customers.view", "scope": "custom"}]
        role = await boss.create_role(name="名单", permissions=grants, units=[str(company.other_team)])
        with pytest.raises(Refused, match=r"access\.unit-in-use") as refused:
            await boss.delete_unit(company.other_team, 1)
        assert "名单" in refused.value.problem["message"]
        await boss.delete_role(role["id"], 1)
        await company.channel(team=company.other_team)
        with pytest.raises(Refused, match=r"access\.unit-in-use") as refused:
            await boss.delete_unit(company.other_team, 1)
        assert "渠道" in refused.value.problem["message"]


class TestReach:
    async def test_it_follows_a_move(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss = await top(company, sign_in, door)
        manager = StaffDoor(await sign_in("manager1", role="manager", unit=company.department), door)
        await company.employee("sales1")
        assert await manager.usernames() == ["manager1", "sales1"]
        other = await boss.create_unit(name="别的部", kind="department", parentId=str(company.root))
        await boss.change_unit(company.team, 1, parentId=other["id"])
        assert await manager.usernames() == ["manager1"]

    async def test_nobody_moves_more_into_his_own(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss = await top(company, sign_in, door)
        grants = [{"permission": "access.units.manage", "scope": "company"}, {"permission": "customers.view", "scope": "department"}]
        role = await boss.create_role(name="部门管组织", permissions=grants)
        other = await boss.create_unit(name="别的部", kind="department", parentId=str(company.root))
        team = await boss.create_unit(name="三队", kind="team", parentId=other["id"])
        chief = StaffDoor(await sign_in("chief", role=role["code"], unit=company.department), door)
        with pytest.raises(Refused, match=r"access\.beyond-own") as refused:
            await chief.change_unit(team["id"], 1, parentId=str(company.department))
        assert refused.value.pointers == [("/parentId", "access.beyond-own")]
        with pytest.raises(Refused, match=r"access\.beyond-own"):
            await chief.change_unit(other["id"], 1, parentId=str(company.department))
        away = await chief.change_unit(company.team, 1, parentId=other["id"])
        assert away["parentId"] == other["id"], "giving up is no gain"
        hr = StaffDoor(await sign_in("hr1", role="hr", unit=company.root), door)
        assert (await hr.change_unit(team["id"], 1, parentId=str(company.department)))["version"] == 2


async def test_rest_wants_the_version_seen(door: DoorName, company: Company, sign_in: SignIn) -> None:
    boss = await top(company, sign_in, door)
    assert code_of(await boss.api("PATCH", f"/org-units/{company.team}", json={"name": "x"})) == "core.if-match-required"
    assert code_of(await boss.api("DELETE", f"/org-units/{company.team}")) == "core.if-match-required"
