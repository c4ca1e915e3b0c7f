"""Roles as data, through both doors, and nobody giving what he does not hold."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from loanbroker_api.access.models import EmployeeRole
from loanbroker_api.access.roles import service
from loanbroker_api.access.roles.schemas import RoleCopyIn, RoleIn
from loanbroker_api.core.actor import Actor, Scope, StepUp
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.errors import StepUpRequired
from loanbroker_api.core.grading import GRADED
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.permissions import MENUS, PERMISSIONS
from loanbroker_api.core.runtime import Runtime
from support.client import Api, code_of
from support.company import Company
from support.doors import DOORS, DoorName, Refused
from support.staff_doors import StaffDoor

SignIn = Callable[..., Awaitable[Api]]
MANAGE = "access.roles.manage"


def grants(**held: str) -> list[dict[str, str]]:
    """`customers_view="team"` as a body has it."""
    return [{"permission": code.replace("__", "."), "scope": scope} for code, scope in held.items()]


def pairs(rows: list[dict[str, str]]) -> dict[str, str]:
    return {row.get("permission") or row["field"]: row.get("scope") or row["visibility"] for row in rows}


@pytest.fixture
def admin(company: Company, sign_in: SignIn) -> Callable[[DoorName], Awaitable[StaffDoor]]:
    async def enter(door: DoorName) -> StaffDoor:
        return StaffDoor(await sign_in("admin", role="admin", unit=company.root), door)

    return enter


Admin = Callable[[DoorName], Awaitable[StaffDoor]]


async def someone(
    admin: StaffDoor, company: Company, sign_in: SignIn, door: DoorName, *, unit: UUID | None = None, **role: Any
) -> StaffDoor:
    """An employee who holds one role made for him."""
    made = await admin.create_role(name="某个角色", **role)
    return StaffDoor(await sign_in("someone", role=made["code"], unit=unit or company.department), door)


@pytest.mark.parametrize("door", DOORS)
class TestReading:
    async def test_the_catalogue_is_what_areas_declare(self, door: DoorName, admin: Admin) -> None:
        found = await (await admin(door)).catalogue()
        listed = {one["code"]: one["scoped"] for area in found["areas"] for one in area["permissions"]}
        assert listed == {code: declared.scoped for code, declared in PERMISSIONS.items()}
        assert all(one["code"].startswith(area["code"] + ".") for area in found["areas"] for one in area["permissions"])
        assert {field["field"] for field in found["fields"]} == set(GRADED)
        assert found["scopes"] == [scope.name.lower() for scope in Scope]
        assert {menu["key"]: menu["permission"] for menu in found["menus"]} == {menu.key: menu.permission for menu in MENUS.values()}

    async def test_the_built_in_roles(self, door: DoorName, company: Company, admin: Admin) -> None:
        await company.employee("sales1")
        await company.employee("sales2")
        boss = await admin(door)
        rows = {row["code"]: row for row in await boss.roles()}
        assert {"admin", "boss", "manager", "leader", "sales", "hr", "audit"} <= set(rows)
        sales = rows["sales"]
        assert (sales["builtin"], sales["employees"], rows["leader"]["employees"]) == (True, 2, 0)
        assert pairs(sales["permissions"])["customers.view"] == "self"
        assert sales["allowedActions"] == {"edit": None, "copy": None, "delete": "access.role-builtin", "preview": None}
        assert await boss.role(sales["id"]) == sales

    async def test_who_may_look(self, door: DoorName, company: Company, sign_in: SignIn, admin: Admin) -> None:
        role = (await (await admin(door)).roles())[0]
        hr = StaffDoor(await sign_in("hr1", role="hr", unit=company.root), door)
        assert {action: code for action, code in (await hr.role(role["id"]))["allowedActions"].items()} == dict.fromkeys(
            ["edit", "copy", "delete", "preview"], "core.forbidden"
        )
        sales = StaffDoor(await sign_in("sales1"), door)
        for asked in (sales.roles(), sales.role(role["id"]), sales.role(new_id()), sales.catalogue()):
            with pytest.raises(Refused, match=r"core\.forbidden"):
                await asked
        with pytest.raises(Refused, match=r"access\.role-not-found"):
            await hr.role(new_id())


@pytest.mark.parametrize("door", DOORS)
class TestWriting:
    async def test_a_role_is_made_edited_copied_deleted(self, door: DoorName, company: Company, admin: Admin, runtime: Runtime) -> None:
        boss = await admin(door)
        made = await boss.create_role(
            name="华东复核",
            note="两个团队",
            permissions=grants(customers__view="custom", products__view="company"),
            fields=[{"field": "customer.note", "visibility": "full"}],
            units=[str(company.team)],
        )
        assert made["code"].startswith("r_")
        assert len(made["code"]) == 10
        assert (made["version"], made["builtin"], made["employees"], made["units"]) == (1, False, 0, [str(company.team)])
        assert pairs(made["permissions"]) == {"customers.view": "custom", "products.view": "company"}
        edited = await boss.update_role(made["id"], 1, name="华东", permissions=grants(customers__view="team"))
        assert (edited["version"], edited["name"], edited["note"], edited["units"], edited["fields"]) == (2, "华东", "", [], [])
        copied = await boss.copy_role(made["id"], "华东二")
        assert (pairs(copied["permissions"]), copied["version"]) == ({"customers.view": "team"}, 1)
        assert copied["id"] != made["id"]
        await boss.delete_role(made["id"], 2)
        with pytest.raises(Refused, match=r"access\.role-not-found"):
            await boss.role(made["id"])
        async with runtime.read(company.id) as session:
            entries = list(
                await session.scalars(select(AuditEntry).where(AuditEntry.subject_id == UUID(made["id"])).order_by(AuditEntry.id))
            )
        assert [entry.action for entry in entries] == ["access.role_created", "access.role_updated", "access.role_deleted"]
        assert entries[1].facts["changes"] == {
            "permissions": [["customers.view custom", "products.view company"], ["customers.view team"]],
            "fields": [["customer.note full"], []],
            "units": [[str(company.team)], []],
            "name": ["华东复核", "华东"],
            "note": ["两个团队", ""],
        }

    async def test_saying_the_same_again_changes_nothing(self, door: DoorName, admin: Admin) -> None:
        boss = await admin(door)
        body = {"name": "同样", "permissions": grants(customers__view="team")}
        made = await boss.create_role(**body)
        assert (await boss.update_role(made["id"], 1, **body))["version"] == 1

    async def test_what_no_role_can_be(self, door: DoorName, admin: Admin) -> None:
        boss = await admin(door)
        cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
            ({"permissions": grants(customers__nothing="team")}, [("/permissions/0/permission", "access.permission-unknown")]),
            (
                {"permissions": grants(customers__view="team") * 2},
                [("/permissions/1/permission", "access.permission-twice")],
            ),
            ({"permissions": grants(products__view="team")}, [("/permissions/0/scope", "access.permission-unscoped")]),
            ({"fields": [{"field": "customer.x", "visibility": "full"}]}, [("/fields/0/field", "access.field-unknown")]),
            ({"fields": [{"field": "customer.note", "visibility": "full"}] * 2}, [("/fields/1/field", "access.field-twice")]),
            ({"permissions": grants(customers__view="custom")}, [("/units", "access.units-missing")]),
            ({"units": [str(new_id())]}, [("/units/0", "access.unit-unknown")]),
            ({"permissions": grants(customers__view="everywhere")}, [("/permissions/0/scope", "core.literal-error")]),
            ({"name": ""}, [("/name", "core.string-too-short")]),
        ]
        for body, pointers in cases:
            with pytest.raises(Refused, match=r"core\.invalid") as refused:
                await boss.create_role(**{"name": "新角色", **body})
            assert refused.value.pointers == pointers, body

    async def test_names_are_taken_once(self, door: DoorName, admin: Admin) -> None:
        boss = await admin(door)
        one, two = await boss.create_role(name="甲"), await boss.create_role(name="乙")
        for asked in (boss.create_role(name="甲"), boss.update_role(two["id"], 1, name="甲"), boss.copy_role(two["id"], "甲")):
            with pytest.raises(Refused, match=r"access\.role-name-taken"):
                await asked
        await boss.update_role(one["id"], 1, name="甲", note="自己的名字")

    async def test_a_stale_version(self, door: DoorName, admin: Admin) -> None:
        boss = await admin(door)
        made = await boss.create_role(name="甲")
        await boss.update_role(made["id"], 1, name="丙")
        for asked in (boss.update_role(made["id"], 1, name="丁"), boss.delete_role(made["id"], 1)):
            with pytest.raises(Refused, match=r"core\.stale") as refused:
                await asked
            assert refused.value.problem["current"]["version"] == 2

    async def test_what_is_held_or_built_in_stays(self, door: DoorName, company: Company, admin: Admin, sign_in: SignIn) -> None:
        boss = await admin(door)
        made = await boss.create_role(name="甲")
        await company.employee("holder", role=made["code"])
        with pytest.raises(Refused, match=r"access\.role-in-use") as refused:
            await boss.delete_role(made["id"], 1)
        assert "1 名" in refused.value.problem["message"]
        built_in = next(row for row in await boss.roles() if row["code"] == "audit")
        with pytest.raises(Refused, match=r"access\.role-builtin"):
            await boss.delete_role(built_in["id"], built_in["version"])

    async def test_a_built_in_role_may_be_changed(self, door: DoorName, admin: Admin, sign_in: SignIn) -> None:
        boss = await admin(door)
        sales = StaffDoor(await sign_in("sales1"), door)
        with pytest.raises(Refused, match=r"core\.forbidden"):
            await sales.usernames()
        role = next(row for row in await boss.roles() if row["code"] == "sales")
        body = {name: role[name] for name in ("name", "note", "fields", "units")}
        await boss.update_role(
            role["id"],
            role["version"],
            **body,
            permissions=[*role["permissions"], {"permission": "access.employees.view", "scope": "team"}],
        )
        assert await sales.usernames() == ["sales1"], "a live session feels it at once"

    async def test_it_needs_the_permission(self, door: DoorName, company: Company, sign_in: SignIn, admin: Admin) -> None:
        made = await (await admin(door)).create_role(name="甲")
        hr = StaffDoor(await sign_in("hr1", role="hr", unit=company.root), door)
        for asked in (
            hr.create_role(name="乙"),
            hr.update_role(made["id"], 1, name="乙"),
            hr.copy_role(made["id"], "乙"),
            hr.delete_role(made["id"], 1),
        ):
            with pytest.raises(Refused, match=r"core\.forbidden"):
                await asked
        for asked in (hr.update_role(new_id(), 1, name="乙"), hr.copy_role(new_id(), "乙"), hr.delete_role(new_id(), 1)):
            with pytest.raises(Refused, match=r"access\.role-not-found"):
                await asked

    async def test_another_companys_role_is_not_there(self, door: DoorName, runtime: Runtime, admin: Admin) -> None:
        from support.company import new_company

        other = await new_company(runtime)
        async with runtime.read(other.id) as session:
            from loanbroker_api.access.models import Role

            foreign = await session.scalar(select(Role.id).limit(1))
        boss = await admin(door)
        for asked in (
            boss.role(foreign),
            boss.update_role(foreign, 1, name="乙"),
            boss.copy_role(foreign, "乙"),
            boss.delete_role(foreign, 1),
        ):
            with pytest.raises(Refused, match=r"access\.role-not-found"):
                await asked


@pytest.mark.parametrize("door", DOORS)
class TestBeyondOwn:
    HELD = grants(
        access__employees__view="department",
        access__roles__manage="company",
        customers__view="team_below",
        customers__edit="custom",
        products__view="company",
    )

    async def limited(self, admin: StaffDoor, company: Company, sign_in: SignIn, door: DoorName) -> StaffDoor:
        return await someone(
            admin,
            company,
            sign_in,
            door,
            permissions=self.HELD,
            fields=[{"field": "customer.phone", "visibility": "hidden"}],
            units=[str(company.team)],
        )

    async def test_making_a_role(self, door: DoorName, company: Company, sign_in: SignIn, admin: Admin) -> None:
        limited = await self.limited(await admin(door), company, sign_in, door)
        hidden = [{"field": "customer.phone", "visibility": "hidden"}]
        fine = await limited.create_role(
            name="可以",
            permissions=grants(customers__view="team", customers__edit="custom", products__view="company"),
            fields=hidden,
            units=[str(company.team)],
        )
        assert len(fine["permissions"]) == 3
        cases: list[tuple[dict[str, Any], list[str]]] = [
            ({"permissions": grants(customers__view="self", finance__view="self")}, ["/permissions/1/scope"]),
            ({"permissions": grants(customers__view="department")}, ["/permissions/0/scope"]),
            (
                {"permissions": grants(customers__view="company", customers__edit="company")},
                ["/permissions/0/scope", "/permissions/1/scope"],
            ),
            ({"permissions": grants(customers__edit="team")}, ["/permissions/0/scope"]),
            ({"permissions": grants(customers__edit="custom"), "units": [str(company.other_team)]}, ["/permissions/0/scope"]),
            ({"permissions": grants(customers__edit="custom"), "units": [str(company.department)]}, ["/permissions/0/scope"]),
            ({"permissions": grants(customers__view="custom"), "units": [str(company.root)]}, ["/permissions/0/scope"]),
            ({"fields": []}, ["/fields"]),
            ({"fields": [{"field": "customer.phone", "visibility": "masked"}]}, ["/fields/0/visibility"]),
            ({"fields": [*hidden, {"field": "customer.note", "visibility": "full"}]}, ["/fields/1/visibility"]),
        ]
        for body, pointers in cases:
            with pytest.raises(Refused, match=r"access\.beyond-own") as refused:
                await limited.create_role(**{"name": "不行", "fields": hidden, **body})
            assert refused.value.pointers == [(pointer, "access.beyond-own") for pointer in pointers], body
        custom = await limited.create_role(
            name="名单", permissions=grants(customers__view="custom"), fields=hidden, units=[str(company.other_team)]
        )
        assert custom["units"] == [str(company.other_team)], "what one reaches by department one may list"

    async def test_editing_one(self, door: DoorName, company: Company, sign_in: SignIn, admin: Admin) -> None:
        boss = await admin(door)
        limited = await self.limited(boss, company, sign_in, door)
        fields = [{"field": "customer.note", "visibility": "full"}]
        made = await boss.create_role(name="大", permissions=grants(customers__view="company", finance__view="team"), fields=fields)
        kept = await limited.update_role(
            made["id"], 1, name="改名", permissions=grants(customers__view="company", finance__view="self"), fields=fields
        )
        assert pairs(kept["permissions"]) == {"customers.view": "company", "finance.view": "self"}, "what was there may stay or shrink"
        for permissions in (
            grants(finance__view="self", customers__view="company", customers__assign="self"),
            grants(finance__view="team"),
        ):
            with pytest.raises(Refused, match=r"access\.beyond-own") as refused:
                await limited.update_role(made["id"], 2, name="大", permissions=permissions, fields=fields)
            assert len(refused.value.pointers) == 1
        with pytest.raises(Refused, match=r"access\.beyond-own") as refused:
            await limited.update_role(
                made["id"], 2, name="大", permissions=[], fields=[*fields, {"field": "case.comment", "visibility": "full"}]
            )
        assert refused.value.pointers == [("/fields/1/visibility", "access.beyond-own")]

    async def test_a_longer_list_of_units_is_more(self, door: DoorName, company: Company, sign_in: SignIn, admin: Admin) -> None:
        boss = await admin(door)
        limited = await self.limited(boss, company, sign_in, door)
        body = {"name": "名单", "permissions": grants(customers__edit="custom")}
        made = await boss.create_role(**body, units=[str(company.other_team)])
        await limited.update_role(made["id"], 1, **body | {"name": "名单一"}, units=[str(company.other_team)])
        with pytest.raises(Refused, match=r"access\.beyond-own"):
            await limited.update_role(made["id"], 2, **body, units=[str(company.other_team), str(company.department)])
        await limited.update_role(made["id"], 2, **body, units=[str(company.team)])

    async def test_widening_what_people_elsewhere_hold(self, door: DoorName, company: Company, sign_in: SignIn, admin: Admin) -> None:
        boss = await admin(door)
        limited = await self.limited(boss, company, sign_in, door)
        made = await boss.create_role(name="各处", permissions=grants(customers__view="self"))
        await limited.update_role(made["id"], 1, name="各处", permissions=grants(customers__view="team"))
        await company.employee("elsewhere", role=made["code"], unit=company.root)
        with pytest.raises(Refused, match=r"access\.beyond-own"):
            await limited.update_role(made["id"], 2, name="各处", permissions=grants(customers__view="team_below"))

    async def test_copying_is_making(self, door: DoorName, company: Company, sign_in: SignIn, admin: Admin) -> None:
        boss = await admin(door)
        limited = await self.limited(boss, company, sign_in, door)
        role = next(row for row in await boss.roles() if row["code"] == "sales")
        with pytest.raises(Refused, match=r"access\.beyond-own"):
            await limited.copy_role(role["id"], "业务员二")

    async def test_one_cannot_widen_ones_own_role(self, door: DoorName, company: Company, sign_in: SignIn, admin: Admin) -> None:
        boss = await admin(door)
        limited = await self.limited(boss, company, sign_in, door)
        own = next(row for row in await boss.roles() if row["name"] == "某个角色")
        wider = [{**one, "scope": "company"} if one["permission"] == "customers.view" else one for one in own["permissions"]]
        body = {name: own[name] for name in ("name", "note", "fields", "units")}
        with pytest.raises(Refused, match=r"access\.beyond-own"):
            await limited.update_role(own["id"], own["version"], **body, permissions=wider)


async def test_roles_are_changed_after_confirming_again(runtime: Runtime, company: Company) -> None:
    stale = StepUp(frozenset({"policies"}), runtime.clock.now() - timedelta(minutes=6), timedelta(minutes=5))
    actor = Actor(company.id, new_id(), "employee", "某人", scopes=dict.fromkeys(PERMISSIONS, Scope.COMPANY), step_up=stale)
    body = RoleIn(name="甲", permissions=[], fields=[], units=[])
    async with runtime.uow(company.id) as uow:
        role = await service.create_role(uow, Actor(company.id, new_id(), "employee", "某人", scopes=actor.scopes), body)
    for act in (
        lambda uow: service.create_role(uow, actor, body),
        lambda uow: service.update_role(uow, actor, role.id, body, 1),
        lambda uow: service.copy_role(uow, actor, role.id, RoleCopyIn(name="乙")),
        lambda uow: service.delete_role(uow, actor, role.id, 1),
    ):
        with pytest.raises(StepUpRequired):
            async with runtime.uow(company.id) as uow:
                await act(uow)


async def test_rest_wants_the_version_seen(company: Company, sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss", unit=company.root)
    role = (await boss.ok("GET", "/roles"))["items"][0]["id"]
    body = {"name": "甲", "permissions": [], "fields": []}
    assert code_of(await boss("PUT", f"/roles/{role}", json=body)) == "core.if-match-required"
    assert code_of(await boss("DELETE", f"/roles/{role}")) == "core.if-match-required"


async def test_a_company_has_so_many_roles(company: Company, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    boss = StaffDoor(await sign_in("boss", role="boss", unit=company.root), "rest")
    monkeypatch.setattr(service, "MAX_ROLES", len(await boss.roles()) + 1)
    made = await boss.create_role(name="最后一个")
    for asked in (boss.create_role(name="多了"), boss.copy_role(made["id"], "多了")):
        with pytest.raises(Refused, match=r"access\.too-many-roles"):
            await asked


async def test_a_deleted_role_leaves_no_rows(company: Company, sign_in: SignIn, runtime: Runtime) -> None:
    boss = StaffDoor(await sign_in("boss", role="boss", unit=company.root), "rest")
    made = await boss.create_role(name="甲", permissions=grants(customers__view="team"))
    await boss.delete_role(made["id"], 1)
    async with runtime.read(company.id) as session:
        from loanbroker_api.access.models import RolePermission

        for table in (RolePermission, EmployeeRole):
            assert list(await session.scalars(select(table).where(table.role_id == UUID(made["id"])))) == []
