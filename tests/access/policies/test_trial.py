"""The dry run: which rule of whose policy decides, and what a draft would change. Nothing is written by asking."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from loanbroker_api.access.models import Employee, EmployeeRole, LoginRecord, LoginSession, Role
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.ids import new_id
from support.company import Company
from support.doors import DOORS, DoorName, Refused
from support.policy_doors import PolicyDoor

CHENGDU, SHANGHAI, ABROAD = "61.139.2.69", "202.96.209.5", "8.8.8.8"
SICHUAN = {"region": {"allow": ["51"]}}


@pytest.fixture(params=DOORS)
async def door(request: pytest.FixtureRequest, sign_in: Any) -> PolicyDoor:
    name: DoorName = request.param
    return PolicyDoor(await sign_in("admin", role="admin"), name)


@pytest.fixture
async def sales(company: Company) -> str:
    return str((await company.employee("sales1")).id)


async def role_of(company: Company, code: str) -> UUID:
    async with company.runtime.read(company.id) as session:
        return (await session.scalars(select(Role.id).where(Role.code == code))).one()


async def records(company: Company, employee: str, *, days_ago: float, ip: str, place: str, times: int = 1, **more: Any) -> None:
    async with company.runtime.uow(company.id) as uow:
        for number in range(times):
            row = {
                "id": new_id(),
                "at": uow.now - timedelta(days=days_ago + number),
                "employee_id": UUID(employee),
                "client": "web",
                "ip": ip,
                "place": place,
                "device_state": "known",
                "outcome": "ok",
                "signals": [],
            }
            uow.session.add(LoginRecord(**{**row, **more}))


def node(tree: dict[str, Any], code: str) -> dict[str, Any]:
    (found,) = [child for child in tree["children"] if child["code"] == code]
    return found


def texts(tree: dict[str, Any]) -> list[str]:
    return [child["text"] for child in tree["children"]]


async def test_without_a_policy(door: PolicyDoor, sales: str) -> None:
    found = await door.attempt(employeeId=sales, client="web", ip=ABROAD)
    assert (found["allowed"], found["code"], found["rule"], found["then"], found["place"]) == (True, None, None, "signed_in", "境外")
    tree = found["explanation"]
    assert (tree["verdict"], tree["text"]) == ("yes", "允许登录")
    assert node(tree, "access.policies")["text"] == "没有策略，只有默认限制"
    assert node(tree, "access.place")["text"] == "IP 归属地：境外"


async def test_the_policy_that_refuses_is_named(door: PolicyDoor, company: Company, sales: str) -> None:
    """Of two roles one allows and one refuses; the one that refuses is blamed, in its own words."""
    made = await door.create(roleId=str(await role_of(company, "sales")), client="web", parts=SICHUAN)
    leader = await role_of(company, "leader")
    await door.create(roleId=str(leader), client="web", parts={"region": {"allow": ["51", "31"]}})
    async with company.runtime.uow(company.id) as uow:
        uow.session.add(EmployeeRole(employee_id=UUID(sales), role_id=leader))
    found = await door.attempt(employeeId=sales, client="web", ip=SHANGHAI)
    assert (found["allowed"], found["code"], found["rule"], found["then"]) == (False, "access.region-refused", "access.rule.region", None)
    assert "上海市" in found["message"]
    region = node(found["explanation"], "access.rule.region")
    assert region["verdict"] == "no"
    assert texts(region) == ["角色“业务员”：地区：只能在四川省登录，查不到归属地时拒绝"]
    assert region["children"][0]["facts"] == {"policyId": made["id"], "part": "region"}
    assert texts(node(found["explanation"], "access.policies")) == ["角色“团队长”", "角色“业务员”"]
    assert node(found["explanation"], "access.rule.time")["verdict"] == "info"
    assert (await door.attempt(employeeId=sales, client="web", ip=CHENGDU))["allowed"]
    assert (await door.attempt(employeeId=sales, client="ios", ip=SHANGHAI))["allowed"]


async def test_his_own_policy_replaces_his_roles(door: PolicyDoor, company: Company, sales: str) -> None:
    await door.create(roleId=str(await role_of(company, "sales")), client="web", parts=SICHUAN)
    own = await door.create(employeeId=sales, client="web", parts={"region": {"allow": ["31"]}})
    assert (await door.attempt(employeeId=sales, client="web", ip=SHANGHAI))["allowed"]
    refused = await door.attempt(employeeId=sales, client="web", ip=CHENGDU)
    assert [child["facts"]["policyId"] for child in node(refused["explanation"], "access.rule.region")["children"]] == [own["id"]]


async def test_a_draft_stands_in_for_what_it_would_replace(door: PolicyDoor, company: Company, sales: str) -> None:
    role = str(await role_of(company, "sales"))
    await door.create(roleId=role, client="web", parts=SICHUAN)
    draft = {"roleId": role, "client": "web", "parts": {"region": {"allow": ["31"]}}}
    found = await door.attempt(employeeId=sales, client="web", ip=CHENGDU, draft=draft)
    assert found["code"] == "access.region-refused"
    assert texts(node(found["explanation"], "access.rule.region")) == ["草稿：角色“业务员”：地区：只能在上海市登录，查不到归属地时拒绝"]
    assert (await door.attempt(employeeId=sales, client="web", ip=SHANGHAI, draft=draft))["allowed"]
    # For another client, role or person it says nothing.
    for other in ({"client": "ios"}, {"roleId": str(await role_of(company, "finance"))}):
        assert (await door.attempt(employeeId=sales, client="web", ip=CHENGDU, draft=draft | other))["allowed"]
    own = {"employeeId": sales, "client": "web", "parts": {}, "overrides": ["region"]}
    assert (await door.attempt(employeeId=sales, client="web", ip=ABROAD, draft=own))["allowed"]
    assert (await door.attempt(employeeId=sales, client="web", ip=CHENGDU))["allowed"]  # nothing was kept


async def test_what_comes_next(door: PolicyDoor, company: Company, sales: str) -> None:
    parts = {"device": {"max": 1, "firstUse": "approve"}, "factor": {"required": True}}
    await door.create(roleId=str(await role_of(company, "sales")), client="web", parts=parts)
    new = await door.attempt(employeeId=sales, client="web", ip=CHENGDU, device="new")
    assert (new["allowed"], new["then"], new["rule"]) == (True, "approval", "access.rule.device")
    assert texts(node(new["explanation"], "access.rule.device")) == ["角色“业务员”：设备：最多绑定 1 台，首次使用由上级批准"]
    bound = await door.attempt(employeeId=sales, client="web", ip=CHENGDU, device="bound")
    assert (bound["then"], bound["rule"]) == ("factor", "access.rule.factor")


async def test_a_login_out_of_habit_says_why(door: PolicyDoor, company: Company, sales: str) -> None:
    await door.create(roleId=str(await role_of(company, "sales")), client="web", parts={"unusual": {}})
    await records(company, sales, days_ago=0.02, ip=SHANGHAI, place="31")
    found = await door.attempt(employeeId=sales, client="web", ip=CHENGDU, device="new")
    assert (found["then"], found["rule"]) == ("factor", "access.rule.unusual")
    unusual = node(found["explanation"], "access.rule.unusual")
    assert {child["code"] for child in unusual["children"]} == {
        "access.signal.new_device_and_place",
        "access.signal.travel",
        "access.policy",
    }
    assert (await door.attempt(employeeId=sales, client="web", ip=SHANGHAI, device="known"))["then"] == "signed_in"


async def test_sessions_beyond_the_limit(door: PolicyDoor, company: Company, sales: str, sign_in: Any) -> None:
    await sign_in("sales1", client="ios")
    limit = {"sessions": {"max": 1, "beyond": "refuse"}}
    role = str(await role_of(company, "sales"))
    draft = {"roleId": role, "client": "ios", "parts": limit}
    assert (await door.attempt(employeeId=sales, client="ios", ip=CHENGDU, draft=draft))["code"] == "access.too-many-sessions"
    newest = draft | {"parts": {"sessions": {"max": 1}}}
    assert (await door.attempt(employeeId=sales, client="ios", ip=CHENGDU, draft=newest))["allowed"]


async def test_who_has_left(door: PolicyDoor, company: Company, sales: str) -> None:
    async with company.runtime.uow(company.id) as uow:
        await uow.session.execute(update(Employee).where(Employee.id == UUID(sales)).values(active=False))
    found = await door.attempt(employeeId=sales, client="web", ip=CHENGDU)
    assert (found["code"], found["rule"]) == ("access.account-disabled", "access.rule.account")


async def test_asking_writes_nothing(door: PolicyDoor, company: Company, sales: str) -> None:
    async def counted() -> list[int]:
        async with company.runtime.read(company.id) as session:
            return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in (AuditEntry, LoginRecord, LoginSession)]

    before = await counted()
    await door.attempt(employeeId=sales, client="web", ip=CHENGDU)
    assert await counted() == before


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"employeeId": str(new_id())}, "/employeeId", "access.employee-not-found"),
        ({"ip": "10.0.0"}, "/ip", "core.ip"),
        ({"client": "fax"}, "/client", "core.literal-error"),
        ({"at": "9999-12-31T23:59:59Z"}, "/at", "access.try-too-far"),
        ({"at": "0001-01-01T00:00:00Z"}, "/at", "access.try-too-far"),
        (
            {"draft": {"employeeId": str(new_id()), "client": "web", "parts": {}}},
            "/draft/employeeId",
            "access.employee-not-found",
        ),
        (
            {"draft": {"roleId": str(new_id()), "client": "web", "parts": {"region": {"allow": ["99"]}}}},
            "/draft/parts/region/allow/0",
            "access.place-unknown",
        ),
    ],
)
async def test_what_makes_no_sense(door: PolicyDoor, sales: str, more: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        await door.attempt(**{"employeeId": sales, "client": "web", "ip": CHENGDU} | more)
    assert (pointer, code) in refused.value.pointers
