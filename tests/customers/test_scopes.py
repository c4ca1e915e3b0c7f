"""Who reaches whom: each scope over every way to a customer, through both doors."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from loanbroker_api.access.models import OrgUnit
from loanbroker_api.access.service import add_unit
from support.client import Api, code_of
from support.company import Company, fresh_phone
from support.doors import DOORS, Door, DoorName, refusal
from support.people import SignIn, lead_in

Who = dict[str, UUID]


@pytest.fixture
async def far_team(company: Company) -> OrgUnit:
    """A team of another department."""
    async with company.runtime.uow(company.id) as uow:
        department = await add_unit(uow, company.system, name="渠道部", kind="department", parent_id=company.root)
        return await add_unit(uow, company.system, name="三队", kind="team", parent_id=department.id)


@pytest.fixture
async def customers(company: Company, far_team: OrgUnit, sign_in: SignIn) -> Who:
    """One customer for each owner, one without an owner for each team."""
    units = {"mine": company.team, "mate": company.team, "neighbour": company.other_team, "stranger": far_team.id}
    found: Who = {}
    for name, unit in units.items():
        await company.employee(name, unit=unit, on_duty=False)
    teams = {"pool_near": company.team, "pool_other": company.other_team, "pool_far": far_team.id}
    for name, unit in (units | teams).items():
        found[name] = (await lead_in(company.runtime, company, name="段誉", phone=fresh_phone(), team=unit)).customer_id
    boss = Door(await sign_in("giver", role="boss", unit=company.root), "rest")
    for name in units:
        version = (await boss.get(found[name]))["version"]
        await boss.assign(found[name], company.employees[name].id, version)
    return found


TEAM = {"mine", "mate", "pool_near"}
DEPARTMENT = TEAM | {"neighbour", "pool_other"}
COMPANY = DEPARTMENT | {"stranger", "pool_far"}
CASES = {
    "sales": ("mine", "sales", {"mine"}),
    "leader": ("leader1", "leader", TEAM),
    "manager": ("manager1", "manager", DEPARTMENT),
    "boss": ("boss", "boss", COMPANY),
    "finance": ("money", "finance", set()),
}


@pytest.mark.parametrize("case", CASES)
async def test_who_sees_whom(company: Company, customers: Who, sign_in: SignIn, case: str) -> None:
    """Both doors over the same rows: list, total, search, detail, timeline, follow-ups, ownership, and every write."""
    username, role, seen = CASES[case]
    unit = {"leader": company.team, "manager": company.department, "boss": company.root}.get(role, company.team)
    api = await sign_in(username, role=role, unit=unit)
    wanted = {str(customers[name]) for name in seen}
    for name in DOORS:
        door = Door(api, name)
        if case == "finance":
            assert await refusal(door.ids()) == "core.forbidden"
            assert await refusal(door.search("段誉")) == "core.forbidden"
        else:
            assert set(await door.ids()) == wanted, name
            assert set((await door.search("段誉"))[0]) == wanted, name
        for person, customer_id in customers.items():
            await _reaches(door, customer_id, inside=person in seen)
    if case != "finance":
        assert await api.ok("GET", "/customers/total") == {"total": len(seen), "capped": False}
    for person, customer_id in customers.items():
        answer = await api("GET", f"/customers/{customer_id}/ownership-history")
        assert answer.status_code == (200 if person in seen else 404), person


async def _reaches(door: Door, customer_id: UUID, *, inside: bool) -> None:
    wanted = None if inside else "customers.not-found"
    for ask in (door.get, door.timeline, door.follow_ups, door.known, door.states):
        assert await refusal(ask(customer_id)) == wanted, (door.name, ask.__name__)
    if not inside:
        for write in (
            door.update(customer_id, 1, city="成都"),
            door.follow_up(customer_id, outcome="other"),
            door.reveal(customer_id),
            door.record(customer_id, 0, {"hasCar": True}),
            door.stars(customer_id, 1, 5),
            door.assign(customer_id, customer_id, 1),
        ):
            assert await refusal(write) == "customers.not-found", door.name


@pytest.mark.parametrize("name", DOORS)
async def test_acts_in_sight_but_not_allowed(company: Company, customers: Who, sign_in: SignIn, name: DoorName) -> None:
    """403 comes only to who may see the row, and allowedActions says it beforehand."""
    api = await sign_in("mine")
    door = Door(api, name)
    row = await door.get(customers["mine"])
    assert await refusal(door.assign(row["id"], company.employees["mate"].id, row["version"])) == "core.forbidden"
    actions = {action["action"]: action for action in (await api.ok("GET", f"/customers/{row['id']}"))["allowedActions"]}
    assert {name for name, action in actions.items() if not action["allowed"]} == {"assign"}
    assert actions["assign"]["reason"]["code"] == "core.forbidden"


async def test_another_companys_customer_does_not_exist(
    company: Company, customers: Who, sign_in: SignIn, another_company: Callable[[], Awaitable[Company]]
) -> None:
    other = await another_company()
    theirs = await other.customer(name="段誉")
    api: Api = await sign_in("boss", role="boss", unit=company.root)
    for name in DOORS:
        door = Door(api, name)
        await _reaches(door, theirs.id, inside=False)
        assert str(theirs.id) not in await door.ids()
        assert str(theirs.id) not in (await door.search("段誉"))[0]
    answer = await api("GET", f"/customers/{theirs.id}/ownership-history")
    assert (answer.status_code, code_of(answer)) == (404, "customers.not-found")
