"""Lists, totals and searches against the plain answer: a filter over all rows, written here."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loanbroker_api.core.clock import business_day, day_start
from loanbroker_api.customers import queries
from loanbroker_api.customers.models import Customer, Outcome, Stage
from loanbroker_api.customers.schemas import CustomerFilter, CustomerListParams
from support.company import Company, fresh_phone
from support.doors import DOORS, Door, DoorName, Refused, refusal
from support.people import SignIn, crowd, lead_in


def expected(rows: list[Customer], wanted: dict[str, Any], me: object, now: Any, *, leads: bool) -> list[Customer]:
    """What a person with all rows on paper would tick; who leads looks after everybody's work in the scope."""

    def watched(row: Customer) -> bool:
        return row.owner_id is not None if leads else row.owner_id == me

    tonight = day_start(business_day(now)) + timedelta(days=1)
    views: dict[str, Callable[[Customer], bool]] = {
        "all": lambda _: True,
        "mine": lambda row: row.owner_id == me,
        "new": lambda row: watched(row) and row.first_contact_due_at is not None,
        "due": lambda row: watched(row) and row.next_action_at is not None and now <= row.next_action_at < tonight,
        "late": lambda row: watched(row) and row.next_action_at is not None and row.next_action_at < now,
        "unreached": lambda row: watched(row) and row.last_outcome == Outcome.NO_ANSWER and row.stage != Stage.LOST,
        "unassigned": lambda row: row.owner_id is None,
    }
    found = [row for row in rows if views[wanted.get("view", "all")](row)]
    if stages := wanted.get("stage"):
        found = [row for row in found if Stage(row.stage).name.lower() in stages.split(",")]
    if intents := wanted.get("intent"):
        found = [row for row in found if row.intent and "ABCD"[row.intent - 1] in intents.split(",")]
    for name, field in {"city": "city", "channelId": "source_id", "ownerId": "owner_id", "teamId": "team_id"}.items():
        if name in wanted:
            found = [row for row in found if str(getattr(row, field)) == str(wanted[name])]
    return found


def ordered(rows: list[Customer], sort: str) -> list[str]:
    if sort == "-activeAt":
        rows = sorted(rows, key=lambda row: (row.active_at, row.id), reverse=True)
    elif sort == "-createdAt":
        rows = sorted(rows, key=lambda row: row.id, reverse=True)
    else:
        rows = sorted((row for row in rows if row.next_action_at), key=lambda row: (row.next_action_at, row.id))
    return [str(row.id) for row in rows]


@dataclass
class Scene:
    rows: list[Customer]
    scope: list[Customer]
    door: Door


class TestBruteForce:
    @pytest.mark.parametrize("role", ["boss", "manager", "leader", "sales"])
    async def test_every_filter_sort_and_page(self, company: Company, sign_in: SignIn, role: str) -> None:
        unit = {"boss": company.root, "manager": company.department}.get(role, company.team)
        api = await sign_in("me", role=role, unit=unit)
        me = company.employees["me"]
        mates = [await company.employee("mate"), await company.employee("near", unit=company.other_team)]
        rows = await crowd(company, [me.id, me.id, *(mate.id for mate in mates), None], size=80)
        teams = {company.team: "leader", company.other_team: "manager", company.department: "manager"}
        reach = {
            "boss": lambda row: True,
            "manager": lambda row: row.team_id in teams or row.owner_id == me.id,
            "leader": lambda row: row.team_id == company.team,
            "sales": lambda row: row.owner_id == me.id,
        }[role]
        scope = [row for row in rows if reach(row)]
        now = company.runtime.clock.now()
        chance = random.Random(role)
        for number in range(8):
            wanted = random_filter(chance, rows, company, [me, *mates])
            sort = chance.choice(["-activeAt", "-createdAt", "nextActionAt"])
            door = Door(api, DOORS[number % 2])
            got = await door.ids(limit=chance.choice([9, 100]), sort=sort, **wanted)
            ticked = expected(scope, wanted, me.id, now, leads=role != "sales")
            assert got == ordered(ticked, sort), (wanted, sort, door.name)
            total = await api.ok("GET", "/customers/total", params=wanted)
            assert total["total"] == len(ticked), wanted

    async def test_random_combinations_inside_the_query(self, company: Company) -> None:
        """The same law over many more combinations, without the doors' cost."""
        me, mate = await company.employee("me"), await company.employee("mate")
        rows = await crowd(company, [me.id, mate.id, None], size=120, seed=9)
        system = company.system
        now = company.runtime.clock.now()
        async with company.runtime.read(company.id) as session:
            for seed in range(80):
                chance = random.Random(seed)
                wanted = random_filter(chance, rows, company, [me, mate])
                sort, limit = chance.choice(["-activeAt", "-createdAt", "nextActionAt"]), chance.randrange(1, 60)
                got: list[str] = []
                cursor: str | None = None
                while True:
                    params = CustomerListParams.model_validate({**wanted, "sort": sort, "limit": limit, "cursor": cursor})
                    page = await queries.list_customers(session, system, params, now)
                    got += [str(row.id) for row in page.items]
                    cursor = page.next_cursor
                    if cursor is None:
                        break
                ticked = expected(rows, wanted, None, now, leads=True)
                assert got == ordered(ticked, sort), (wanted, sort, limit)
                count = await queries.count_customers(session, system, CustomerFilter.model_validate(wanted), now)
                assert count == len(ticked)


def random_filter(chance: random.Random, rows: list[Customer], company: Company, people: list[Any]) -> dict[str, Any]:
    """A combination that often finds something."""
    wanted: dict[str, Any] = {}
    if chance.random() < 0.5:
        wanted["view"] = chance.choice(["all", "mine", "new", "due", "late", "unreached", "unassigned"])
    if chance.random() < 0.4:
        wanted["stage"] = ",".join(stage.name.lower() for stage in chance.sample(list(Stage), chance.randrange(1, 9)))
    if chance.random() < 0.3:
        wanted["intent"] = ",".join(chance.sample("ABCD", chance.randrange(1, 5)))
    if chance.random() < 0.3:
        wanted["city"] = chance.choice([510_100, 440_300, 110_100])
    if chance.random() < 0.2:
        wanted["channelId"] = str(chance.choice([row.source_id for row in rows if row.source_id]))
    if chance.random() < 0.2:
        wanted["ownerId"] = str(chance.choice(people).id)
    if chance.random() < 0.2:
        wanted["teamId"] = str(chance.choice([company.team, company.other_team]))
    return wanted


@pytest.mark.parametrize("name", DOORS)
class TestRefusals:
    async def test_what_a_list_refuses(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        door = Door(await sign_in("boss", role="boss", unit=company.root), name)
        await crowd(company, [None], size=3)
        _, cursor = await door.page(limit=1)
        assert await refusal(door.page(cursor=cursor, sort="-createdAt")) == "core.cursor-invalid", "a cursor fits its own sort only"
        for bad in ("x", "é", "e30", _cursor("-activeAt", "2026-01-01T00:00:00", str(company.id)), _cursor("-activeAt", "nonsense", "x"),
                    _cursor("-activeAt", "0001-01-01T00:00:00+23:59", str(company.id)), _cursor("-activeAt"), _cursor()):  # fmt: skip
            assert await refusal(door.page(cursor=bad)) == "core.cursor-invalid", bad
        assert await refusal(door.page(stage="lead,nonsense")) == "core.invalid"
        assert await refusal(door.page(intent="E")) == "core.invalid"
        assert await refusal(door.page(view="nobody")) == "core.invalid"
        assert await refusal(door.page(sort="name")) == "core.invalid"
        assert await refusal(door.page(limit=0)) == "core.invalid"
        assert await refusal(door.page(limit=201 if door.rest else 101)) == "core.invalid"


def _cursor(*parts: str) -> str:
    import base64
    import json

    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


class TestSearch:
    @pytest.mark.parametrize("role", ["boss", "leader", "sales"])
    async def test_every_kind_of_token(self, company: Company, sign_in: SignIn, role: str) -> None:
        unit = {"boss": company.root}.get(role, company.team)
        api = await sign_in("me", role=role, unit=unit)
        boss = api if role == "boss" else await sign_in("boss2", role="boss", unit=company.root)
        mate_on_duty = role != "sales"
        if mate_on_duty:
            await company.employee("mate")
        phone, id_number = fresh_phone(), "11010119900307803X"
        found = await lead_in(company.runtime, company, name="单田芳菲", phone=phone, id_number=_id(id_number))
        others = [await company.customer(name=name) for name in ("单老虎", "田芳", "王小二", "John Smith")]
        assert boss is not None
        for name in DOORS:
            door = Door(api, name)
            for text in (
                *(phone, f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}", phone[-4:], id_number, id_number.lower(), "803x"),
                *("单田芳菲", "单田", "田芳菲", "芳", "shantianfangfei", "shan tian", "dantianfangfei", "stff", "SHANTIAN"),
                *(f"单 {phone[-4:]}", f"{phone[-4:]} 芳菲", "shantian 803X", "tianfang 单"),
            ):
                ids, cursor = await door.search(text)
                assert (str(found.customer_id) in ids, cursor) == (True, None), (text, name)
            for text in ("张", "单王", "菲芳", "6543", "zhang", fresh_phone(), f"王 {phone[-4:]}"):
                assert str(found.customer_id) not in (await door.search(text))[0], (text, name)
            ids, _ = await door.search("田芳")
            assert ids == [str(others[1].id), str(found.customer_id)], "newest first"
            assert (await door.search("john smith"))[0] == [str(others[3].id)]
            assert (await door.search("单", stage="lost"))[0] == []
            assert len((await door.search("单", stage="lead"))[0]) == 2

    @pytest.mark.parametrize("name", DOORS)
    async def test_a_text_that_cannot_be_searched_is_not_repeated(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        api = await sign_in("boss", role="boss", unit=company.root)
        door = Door(api, name)
        for text in ("139123456789012", "  ", "？！", "张" * 121, "12345"):
            with pytest.raises(Refused) as refused:
                await door.search(text)
            assert refused.value.code == "core.invalid"
            assert text.strip() == "" or text not in str(refused.value.problem), text
        with pytest.raises(Refused) as refused:
            await door.search("13912345678", cursor="13912345678")
        assert refused.value.code == "core.cursor-invalid"
        assert "13912345678" not in str(refused.value.problem)
        answer = await api("GET", "/customers", params={"search": "13912345678"})
        assert answer.status_code == 422, "a search text has no place in an address"
        assert "13912345678" not in answer.text

    @pytest.mark.parametrize("role", ["boss", "leader", "sales"])
    async def test_searching_on_beyond_the_candidates(
        self, company: Company, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, role: str
    ) -> None:
        """Two common tokens that seldom meet: short or empty pages with a cursor, at the end everything once."""
        monkeypatch.setattr(queries, "CANDIDATES", 4)
        api = await sign_in("me", role=role, unit=company.root if role == "boss" else company.team)
        if role != "sales":
            await company.employee("mate", unit=company.team if role == "leader" else company.other_team)
        chance = random.Random(3)
        wanted: list[str] = []
        for _ in range(20):
            name = chance.choice(["王明", "王芳", "李明", "王丽", "王强"])
            customer = await company.customer(name=name)
            if name == "王明":
                wanted.insert(0, str(customer.id))
        for name in DOORS:
            door = Door(api, name)
            for limit in (2, 50):
                got: list[str] = []
                cursor, pages = None, 0
                while True:
                    ids, cursor = await door.search("王 明", limit=limit, cursor=cursor)
                    got += ids
                    pages += 1
                    if cursor is None:
                        break
                assert got == wanted, (name, limit)
                assert pages <= 20 + 7


def _id(text: str) -> Any:
    from loanbroker_api.core.normalize.idcards import parse_id_number

    return parse_id_number(text)


@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
def test_any_text_as_a_cursor_is_read_or_refused(text: str) -> None:
    from datetime import datetime
    from uuid import UUID

    from loanbroker_api.core.errors import CursorInvalid
    from loanbroker_api.core.paging import decode_cursor

    with suppress(CursorInvalid):
        assert decode_cursor(text, "-activeAt", datetime, UUID) is not None
