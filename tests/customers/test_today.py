"""The figures of 今日, counted again from the rows themselves."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from loanbroker_api.core.clock import business_day
from loanbroker_api.core.ids import new_id
from loanbroker_api.customers.models import CONNECTED, Customer, FollowUp, Outcome
from support.company import Company
from support.people import SignIn, crowd


@pytest.mark.parametrize("role", ["sales", "leader", "boss"])
async def test_todays_figures_are_the_rows_own(company: Company, sign_in: SignIn, role: str) -> None:
    api = await sign_in("me", role=role, unit=company.root if role == "boss" else company.team)
    me, mate = company.employees["me"], await company.employee("mate")
    far = await company.employee("far", unit=company.other_team)
    rows = await crowd(company, [me.id, mate.id, far.id, None], size=60)
    now = company.runtime.clock.now()
    contacts = await _contacts(company, rows, [me.id, mate.id, far.id])
    today = await api.ok("GET", "/today")
    day = business_day(now)

    def in_scope(employee_id: object, team_id: object) -> bool:
        return {"sales": employee_id == me.id, "leader": team_id == company.team, "boss": True}[role]

    seen_rows = [row for row in rows if in_scope(row.owner_id, row.team_id)]
    mine = [row for row in seen_rows if row.owner_id is not None]
    late = [row for row in mine if row.next_action_at and row.next_action_at < now]
    due = [row for row in mine if row.next_action_at and row.next_action_at >= now and business_day(row.next_action_at) == day]
    new = [row for row in mine if row.first_contact_due_at]
    unreached = [row for row in mine if row.last_outcome == Outcome.NO_ANSWER and row.stage != 99]
    assert today["counts"] == {"new": len(new), "late": len(late), "due": len(due), "unreached": len(unreached)}
    queue: dict[str, str] = {}
    for kind, members, key in (
        ("new", new, "first_contact_due_at"), ("late", late, "next_action_at"), ("due", due, "next_action_at"),
        ("unreached", unreached, "last_follow_up_at"),
    ):  # fmt: skip
        for row in sorted(members, key=lambda row, key=key: (getattr(row, key), row.id)):
            queue.setdefault(str(row.id), kind)
    assert [(item["customer"]["id"], item["kind"]) for item in today["items"]] == list(queue.items())
    seen = [contact for contact in contacts if in_scope(contact.employee_id, contact.team_id)]
    by_day = Counter(business_day(contact.at) for contact in seen)
    connected = Counter(business_day(contact.at) for contact in seen if contact.outcome in CONNECTED)
    days = [day - timedelta(days=back) for back in range(13, -1, -1)]
    month = [contact for contact in seen if business_day(contact.at) >= day.replace(day=1)]
    assert today["figures"] == {
        "followUpsToday": by_day[day],
        "connectedToday": connected[day],
        "newToday": len([row for row in rows if in_scope(row.owner_id, row.team_id)]),
        "visitsMonth": len([contact for contact in month if contact.next_action_kind == "visit"]),
        "followUpsMonth": len(month),
        "followUpsByDay": [{"day": one.isoformat(), "count": by_day[one], "connected": connected[one]} for one in days],
    }
    team_rows = {row["employee"]["id"]: row for row in today["teamRows"]}
    people = {"sales": [], "leader": [mate], "boss": [mate, far]}[role]
    assert set(team_rows) == {str(person.id) for person in people}
    for person in people:
        own = [row for row in rows if row.owner_id == person.id]
        waiting = [
            row
            for row in own
            if (row.next_action_at and row.next_action_at < now) or (row.first_contact_due_at and row.first_contact_due_at < now)
        ]
        done = [contact for contact in seen if contact.employee_id == person.id and business_day(contact.at) == day]
        row = team_rows[str(person.id)]
        assert (row["newToday"], row["late"], row["followUpsToday"]) == (len(own), len(waiting), len(done))


async def _contacts(company: Company, rows: list[Customer], people: list[object]) -> list[FollowUp]:
    """Contacts over forty days, on both sides of Beijing's midnight."""
    chance = random.Random(4)
    now = company.runtime.clock.now()
    teams = {employee.id: employee.unit_id for employee in company.employees.values()}
    contacts: list[FollowUp] = []
    async with company.runtime.uow(company.id) as uow:
        for _ in range(200):
            employee = chance.choice(people)
            contact = FollowUp(
                id=new_id(),
                customer_id=chance.choice(rows).id,
                employee_id=employee,
                team_id=teams[employee],  # type: ignore[index]
                at=now - timedelta(minutes=chance.choice([chance.randrange(1_440), chance.randrange(57_600)])),
                outcome=int(chance.choice(list(Outcome))),
                next_action_kind=chance.choice([None, "visit", "call"]),
            )
            uow.session.add(contact)
            contacts.append(contact)
    return contacts


async def test_who_sees_no_customers_has_an_empty_day(sign_in: SignIn) -> None:
    api = await sign_in("money", role="finance")
    today = await api.ok("GET", "/today")
    assert (today["scope"], today["items"], today["teamRows"]) == ("none", [], [])
