"""Who would be shut out by a draft: against a count by hand over the logins, and on the sessions that are live."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from loanbroker_api.access.models import LoginRecord, LoginSession, Role
from loanbroker_api.access.policies import impact
from loanbroker_api.core.ids import new_id
from support.company import Company
from support.doors import DOORS, DoorName
from support.policy_doors import PolicyDoor
from support.policy_oracle import PLACES

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHENGDU, NANJING = "61.139.2.69", "114.114.114.114"


@pytest.fixture(params=DOORS)
async def door(request: pytest.FixtureRequest, sign_in: Any) -> PolicyDoor:
    name: DoorName = request.param
    return PolicyDoor(await sign_in("admin", role="admin"), name)


async def role_of(company: Company, code: str) -> UUID:
    async with company.runtime.read(company.id) as session:
        return (await session.scalars(select(Role.id).where(Role.code == code))).one()


async def record(company: Company, rows: list[dict[str, Any]]) -> None:
    async with company.runtime.uow(company.id) as uow:
        blank = {
            "tenant_id": company.id,
            "client": "web",
            "place": "",
            "device_state": "known",
            "outcome": "ok",
            "signals": [],
            "ip": CHENGDU,
        }
        await uow.session.execute(insert(LoginRecord), [blank | {"id": new_id(), "device_id": None} | row for row in rows])


async def test_against_a_count_by_hand(door: PolicyDoor, company: Company, runtime: Any) -> None:
    """Three hundred logins of five people: region, hours and devices of a draft, each login decided by the plainest code."""
    random = Random(5)
    people = [await company.employee(f"sales{number}", role="sales") for number in range(4)]
    other = await company.employee("finance1", role="finance")
    now = runtime.clock.now()
    devices = {person.id: [new_id() for _ in range(4)] for person in (*people, other)}
    rows: list[dict[str, Any]] = []
    for _ in range(300):
        person = random.choice([*people, other])
        row = {
            "employee_id": person.id,
            "at": now - timedelta(minutes=random.randrange(0, 40 * 1_440)),
            "ip": random.choice(list(PLACES)),
            "device_id": random.choice(devices[person.id]),
            "client": random.choice(["web", "web", "web", "ios"]),
            "outcome": random.choice(["ok", "ok", "ok", "ok", "access.time-refused"]),
        }
        rows.append(row)
    await record(company, rows)
    parts = {
        "region": {"allow": ["51", "31"], "unknown": "allow"},
        "time": {"windows": [{"days": [1, 2, 3, 4, 5, 6, 7], "start": "07:00", "end": "23:00"}], "holidays": "open", "makeup": "weekday"},
        "device": {"max": 2},
    }
    draft = {"roleId": str(await role_of(company, "sales")), "client": "web", "parts": parts}
    found = await door.impact(draft)

    since = now - timedelta(days=30)
    expected: dict[str, dict[str, Any]] = {}
    bound: dict[UUID, set[UUID]] = {person.id: set() for person in people}
    judged = [
        row for row in rows if row["employee_id"] != other.id and row["client"] == "web" and row["outcome"] == "ok" and row["at"] >= since
    ]
    for row in sorted(judged, key=lambda row: row["at"]):
        mine = expected.setdefault(str(row["employee_id"]), {"logins": 0, "reasons": {}})
        mine["logins"] += 1
        place, local = PLACES[row["ip"]], row["at"].astimezone(SHANGHAI)
        seen = bound[row["employee_id"]]
        refused = None
        if place not in ("nowhere", "510100", "31"):
            refused = "access.region-refused"
        elif not 7 <= local.hour < 23:
            refused = "access.time-refused"
        elif row["device_id"] not in seen and len(seen) >= 2:
            refused = "access.device-limit"
        else:
            seen.add(row["device_id"])
        if refused is not None:
            mine["reasons"][refused] = mine["reasons"].get(refused, 0) + 1
            mine["last"] = row["at"]
    refused_logins = sum(sum(mine["reasons"].values()) for mine in expected.values())
    assert {reason for mine in expected.values() for reason in mine["reasons"]} == {
        "access.region-refused",
        "access.time-refused",
        "access.device-limit",
    }
    assert (found["logins"], found["refused"], found["people"]) == (len(judged), refused_logins, len(expected))
    assert found["peopleRefused"] == sum(1 for mine in expected.values() if mine["reasons"])
    got = {item["employee"]["id"]: item for item in found["items"]}
    assert set(got) == {person for person, mine in expected.items() if mine["reasons"]}
    for person, item in got.items():
        mine = expected[person]
        assert (item["logins"], item["refused"], item["reasons"]) == (mine["logins"], sum(mine["reasons"].values()), mine["reasons"])
        assert datetime.fromisoformat(item["lastRefusedAt"]) == mine["last"]
    assert [item["refused"] for item in found["items"]] == sorted((item["refused"] for item in found["items"]), reverse=True)
    assert {item["employee"]["displayName"] for item in found["items"]} <= {person.display_name for person in people}


async def test_only_whom_it_touches(door: PolicyDoor, company: Company, runtime: Any) -> None:
    """A draft for one person, and a role's draft whose part he overrides."""
    one, two = await company.employee("sales1"), await company.employee("sales2")
    at = runtime.clock.now() - timedelta(days=1)
    await record(company, [{"employee_id": person.id, "at": at, "ip": NANJING} for person in (one, two)])
    sichuan = {"region": {"allow": ["51"]}}
    own = await door.impact({"employeeId": str(one.id), "client": "web", "parts": sichuan})
    assert (own["logins"], own["refused"], [item["employee"]["id"] for item in own["items"]]) == (1, 1, [str(one.id)])
    await door.create(employeeId=str(one.id), client="web", parts={}, overrides=["region"])
    role = {"roleId": str(await role_of(company, "sales")), "client": "web", "parts": sichuan}
    both = await door.impact(role)
    assert (both["logins"], both["refused"], [item["employee"]["id"] for item in both["items"]]) == (2, 1, [str(two.id)])
    assert (await door.impact(role, days=1))["people"] in (0, 2)  # the edge of the window is the moment of asking
    none = await door.impact(role | {"roleId": str(await role_of(company, "finance"))})
    assert (none["logins"], none["people"], none["items"], none["liveSessions"], none["ending"]) == (0, 0, [], 0, [])


async def test_live_sessions(door: PolicyDoor, company: Company, sign_in: Any, runtime: Any) -> None:
    """Three sessions of the role: one from elsewhere would end; one is idle by the policy of now and so no longer lives."""
    people = [await company.employee(f"sales{number}") for number in (1, 2, 3)]
    for person in people:
        await sign_in(person.username, client="ios")
    role = str(await role_of(company, "sales"))
    await door.create(roleId=role, client="ios", parts={"idle": {"minutes": 30}})
    async with company.runtime.uow(company.id) as uow:
        for person, ip, idle in zip(people, (CHENGDU, NANJING, NANJING), (0, 0, 90), strict=True):
            used = uow.now - timedelta(minutes=idle)
            rows = update(LoginSession).where(LoginSession.employee_id == person.id)
            await uow.session.execute(rows.values(last_ip=ip, last_used_at=used))
    draft = {"roleId": role, "client": "ios", "parts": {"idle": {"minutes": 30}, "region": {"allow": ["51"]}}}
    found = await door.impact(draft)
    assert found["liveSessions"] == 2
    (ending,) = found["ending"]
    assert ending["employee"] == {"id": str(people[1].id), "displayName": people[1].display_name}
    assert (ending["client"], ending["place"], ending["code"]) == ("ios", "江苏省南京市", "access.region-refused")
    assert "江苏省南京市" in ending["message"]
    assert (await door.impact(draft | {"client": "web"}))["liveSessions"] == 0


async def test_the_worst_are_listed_whatever_their_number(
    door: PolicyDoor, company: Company, runtime: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(impact, "MOST", 2)
    monkeypatch.setattr(impact, "CHUNK", 3)
    at = runtime.clock.now() - timedelta(days=1)
    counts = {"sales1": 1, "sales2": 4, "sales3": 2, "sales4": 3, "sales5": 1}
    people = {name: await company.employee(name) for name in counts}
    rows = [
        {"employee_id": people[name].id, "at": at + timedelta(minutes=number), "ip": NANJING}
        for name, count in counts.items()
        for number in range(count)
    ]
    await record(company, rows)
    found = await door.impact({"roleId": str(await role_of(company, "sales")), "client": "web", "parts": {"region": {"allow": ["51"]}}})
    assert [(item["employee"]["displayName"], item["refused"]) for item in found["items"]] == [("员工sales2", 4), ("员工sales4", 3)]
    assert (found["refused"], found["peopleRefused"], found["people"]) == (11, 5, 5)
