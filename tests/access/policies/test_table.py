"""The table of policies: every combination of client, address, region, time, device and attempts against an oracle that imports nothing of ours.

And a part of it typed in by hand, so that the oracle itself is held to something, and asked through the API, so that the answer is the product's.
"""

from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from loanbroker_api.access.models import Device, EmployeeRole, LoginCounter, Role
from loanbroker_api.access.policies.calendar import Calendar
from loanbroker_api.access.policies.effective import Limits, PolicyRow, fold
from loanbroker_api.access.policies.places import places
from loanbroker_api.access.policies.rules import Situation, explain, judge
from loanbroker_api.access.policies.schemas import PolicyParts
from loanbroker_api.access.policies.service import stored
from loanbroker_api.access.sessions.lockout import counter_key
from loanbroker_api.core.ids import new_id
from loanbroker_api.settings import Settings
from support.company import Company
from support.policy_doors import PolicyDoor
from support.policy_oracle import CLIENTS, LEADER, OWN, PEOPLE, PLACES, SALES, Case, cases, decide, policies

SHANGHAI = ZoneInfo("Asia/Shanghai")
KNOWN = places(Settings())


@cache
def limits_of(person: str, client: str) -> Limits:
    rows = [PolicyRow(own, stored(PolicyParts.model_validate(parts)), overrides) for own, parts, overrides in policies(person, client)]
    return fold(rows)


def situation_of(case: Case) -> Situation:
    now = case.at.replace(tzinfo=SHANGHAI)
    return Situation(
        now=now,
        client=case.client,
        ip=case.ip,
        place=KNOWN.find(case.ip),
        active=True,
        limits=limits_of(case.person, case.client),
        calendar=Calendar(),
        device=case.device,  # type: ignore[arg-type]
        bound_devices=case.bound,
        locked_until=now + timedelta(minutes=5) if case.locked else None,
    )


def answer(situation: Situation) -> tuple[str | None, str | None]:
    decision = judge(situation)
    if decision.refusal is not None:
        return decision.refusal.code, None
    return None, "approval" if decision.approvals else "factor" if decision.wants_factor else "signed_in"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("person", PEOPLE)
def test_every_combination(person: str, client: str) -> None:
    wanted = [case for case in cases() if (case.person, case.client) == (person, client)]
    assert len(wanted) == 704
    wrong = [(case, found, expected) for case in wanted if (found := answer(situation_of(case))) != (expected := decide(case))]
    assert wrong == []


def test_the_table_has_every_decision_often() -> None:
    found = Counter(decide(case) for case in cases() if not case.locked)
    assert set(found) == {
        ("access.ip-refused", None),
        ("access.region-refused", None),
        ("access.time-refused", None),
        ("access.device-limit", None),
        (None, "approval"),
        (None, "factor"),
        (None, "signed_in"),
    }
    assert min(found.values()) >= 50, found


WED, NIGHT, SAT, HOLIDAY, MAKEUP = "2026-11-25T10:00", "2026-11-26T01:30", "2026-11-28T11:00", "2026-10-01T10:00", "2026-10-10T10:00"
CHENGDU, DENIED, NANJING, SHANGHAI_IP, PRIVATE, SIX, ABROAD, MAPPED = PLACES
BY_HAND = [
    # person, client, address, time, device, others bound, decision
    ("sales", "web", CHENGDU, WED, "new", 0, "signed_in"),
    ("sales", "web", MAPPED, WED, "new", 0, "signed_in"),
    ("sales", "web", SIX, WED, "new", 0, "signed_in"),
    ("sales", "web", DENIED, WED, "new", 0, "access.ip-refused"),
    ("sales", "web", NANJING, WED, "new", 0, "access.ip-refused"),
    ("sales", "web", SHANGHAI_IP, WED, "new", 0, "signed_in"),
    ("both", "web", SHANGHAI_IP, WED, "new", 0, "access.ip-refused"),  # the other role denies it
    ("sales", "web", CHENGDU, "2026-11-25T08:45", "new", 0, "signed_in"),
    ("both", "web", CHENGDU, "2026-11-25T08:45", "new", 0, "access.time-refused"),  # both windows have to be open
    ("sales", "web", CHENGDU, "2026-11-25T21:00", "new", 0, "access.time-refused"),
    ("sales", "web", CHENGDU, SAT, "new", 0, "signed_in"),
    ("sales", "web", CHENGDU, HOLIDAY, "new", 0, "access.time-refused"),
    ("sales", "web", CHENGDU, MAKEUP, "new", 0, "signed_in"),
    ("sales", "web", NANJING, HOLIDAY, "new", 0, "access.ip-refused"),  # the address is looked at before the time
    ("sales", "ios", CHENGDU, WED, "bound", 1, "signed_in"),
    ("sales", "ios", CHENGDU, WED, "new", 0, "approval"),
    ("sales", "ios", CHENGDU, WED, "new", 2, "access.device-limit"),
    ("both", "ios", CHENGDU, WED, "known", 1, "access.device-limit"),  # the stricter number counts
    ("sales", "ios", SHANGHAI_IP, WED, "bound", 1, "signed_in"),
    ("sales", "ios", NANJING, WED, "bound", 1, "access.region-refused"),
    ("sales", "ios", ABROAD, WED, "bound", 1, "access.region-refused"),
    ("sales", "ios", SIX, WED, "bound", 1, "approval"),  # no place is known
    ("sales", "ios", CHENGDU, NIGHT, "bound", 1, "signed_in"),  # Wednesday's window runs until two
    ("sales", "ios", CHENGDU, "2026-10-01T01:30", "bound", 1, "signed_in"),  # also into a holiday
    ("sales", "ios", CHENGDU, "2026-11-29T01:30", "bound", 1, "access.time-refused"),  # Saturday has none
    ("own", "ios", CHENGDU, "2026-11-29T01:30", "bound", 1, "signed_in"),  # but he has, by his own policy
    ("own", "ios", CHENGDU, "2026-11-25T21:00", "bound", 1, "access.time-refused"),
    ("sales", "android", NANJING, WED, "bound", 1, "factor"),
    ("sales", "android", CHENGDU, WED, "bound", 1, "access.region-refused"),
    ("own", "android", ABROAD, WED, "known", 1, "factor"),  # his own policy switches the region off and allows two devices
    ("own", "android", ABROAD, WED, "new", 2, "access.device-limit"),
    ("sales", "android", SIX, WED, "bound", 1, "access.region-refused"),
    ("sales", "wechat_mp", PRIVATE, SAT, "new", 2, "signed_in"),
    ("sales", "wechat_mp", ABROAD, SAT, "new", 0, "access.region-refused"),  # unknown is let in; abroad is not unknown
    ("sales", "wechat_mp", CHENGDU, MAKEUP, "new", 0, "signed_in"),  # by the weekday, it is a Saturday
    ("sales", "wechat_mp", CHENGDU, WED, "new", 0, "access.time-refused"),
    ("sales", "terminal", PRIVATE, WED, "new", 2, "signed_in"),
    ("both", "terminal", PRIVATE, WED, "new", 2, "access.device-limit"),
    ("both", "terminal", PRIVATE, WED, "known", 1, "approval"),
    ("both", "terminal", PRIVATE, WED, "bound", 1, "factor"),
    ("sales", "api", ABROAD, HOLIDAY, "new", 2, "signed_in"),  # no policy
    ("both", "api", ABROAD, HOLIDAY, "new", 2, "access.time-refused"),
    ("both", "api", ABROAD, NIGHT, "new", 2, "signed_in"),
]


@pytest.mark.parametrize("row", BY_HAND, ids=lambda row: "-".join(map(str, row[:6])))
def test_by_hand(row: tuple[str, str, str, str, str, int, str]) -> None:
    person, client, ip, at, device, bound, expected = row
    case = Case(person, client, ip, datetime.fromisoformat(at), device, bound)
    refused = expected.startswith("access.")
    wanted = (expected, None) if refused else (None, expected)
    assert answer(situation_of(case)) == decide(case) == wanted
    locked = Case(person, client, ip, datetime.fromisoformat(at), device, bound, locked=True)
    assert answer(situation_of(locked)) == ("access.locked", None)


def test_the_explanation_agrees_with_the_decision() -> None:
    """Up to the rule that refuses each has its verdict; those behind it are not looked at."""
    for case in cases()[::37]:
        situation = situation_of(case)
        tree, decision = explain(situation), judge(situation)
        verdicts = [child.verdict for child in tree.children]
        assert (tree.verdict == "no") is (decision.refusal is not None)
        if decision.refusal is None:
            assert "no" not in verdicts
            assert verdicts.count("unknown") == len(decision.demands)
        else:
            first = verdicts.index("no")
            assert tree.children[first].code == decision.rule
            assert set(verdicts[first + 1 :]) <= {"info"}


async def test_asked_through_the_api(sign_in: Any, company: Company) -> None:
    """Every 29th combination of the table as the page asks it: three people, their policies stored, devices bound, an account locked."""
    door = PolicyDoor(await sign_in("admin", role="admin"), "rest")
    async with company.runtime.read(company.id) as session:
        roles = {row.code: str(row.id) for row in await session.execute(select(Role.code, Role.id))}
    people = {person: await company.employee(person, role="sales") for person in PEOPLE}
    async with company.runtime.uow(company.id) as uow:
        second = [people["both"].id, people["own"].id]
        uow.session.add_all(EmployeeRole(employee_id=employee, role_id=UUID(roles["leader"])) for employee in second)
    for code, by_client in (("sales", SALES), ("leader", LEADER)):
        for client, parts in by_client.items():
            await door.create(roleId=roles[code], client=client, parts=parts)
    for client, (parts, overrides) in OWN.items():
        await door.create(employeeId=str(people["own"].id), client=client, parts=parts, overrides=overrides)
    wanted = cases()[::29]
    asked = 0
    for bound in (0, 1, 2):
        await _bind(company, [person.id for person in people.values()], bound)
        for locked in (False, True):
            await _lock(company, locked=locked)
            # A device that the account has used is not locked with it.
            for case in wanted:
                if (case.bound, case.locked) != (bound, locked) or (locked and case.device != "new"):
                    continue
                employee = str(people[case.person].id)
                at = case.at.replace(tzinfo=SHANGHAI).isoformat()
                found = await door.attempt(employeeId=employee, client=case.client, ip=case.ip, at=at, device=case.device)
                assert (found["code"], found["then"]) == decide(case), (case, found)
                assert found["allowed"] is (found["code"] is None)
                asked += 1
    assert asked >= 250


async def _bind(company: Company, employees: list[Any], count: int) -> None:
    """One more device for each, on each client, once `count` is above zero."""
    if count == 0:
        return
    async with company.runtime.uow(company.id) as uow:
        for employee, client in ((employee, client) for employee in employees for client in CLIENTS):
            device = Device(
                id=new_id(),
                employee_id=employee,
                client=client,
                name="手机",
                state="bound",
                first_ip="",
                last_ip="",
                last_place="",
                last_used_at=uow.now,
                bound_at=uow.now,
            )
            uow.session.add(device)


async def _lock(company: Company, *, locked: bool) -> None:
    async with company.runtime.uow(company.id) as uow:
        await uow.session.execute(delete(LoginCounter))
        if locked:
            for name in PEOPLE:
                key = counter_key(uow.keys, "account", name)
                until = uow.now + timedelta(days=400)
                uow.session.add(LoginCounter(kind="account", key=key, failures=0, locks=1, locked_until=until, last_at=uow.now))
