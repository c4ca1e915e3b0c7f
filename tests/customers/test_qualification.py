"""What a person brings: values with their source, both ways to the record, refusals, completeness, what time does to them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.db import Base
from loanbroker_api.core.normalize.amounts import parse_amount
from loanbroker_api.core.normalize.idcards import parse_id_number
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers import queries
from loanbroker_api.customers.events import CustomerCreated, LeadReceived, QualificationChanged
from loanbroker_api.customers.fields import FIELDS, TOTAL_WEIGHT, Kind, QualificationField
from loanbroker_api.customers.models import Customer, Qualification, QualificationValue
from loanbroker_api.workspace.models import PushEvent
from support.client import code_of
from support.clock import TestClock
from support.company import Company, fresh_phone
from support.doors import DOORS, Door, DoorName, Refused, refusal
from support.people import SignIn, lead_in

ID_NUMBER = "11010519491231002X"  # born on 1949-12-31, a woman
SHANGHAI_NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> TestClock:
    """A day on which the tests know every age."""
    return TestClock(SHANGHAI_NOON)


def values_of(known: dict[str, Any]) -> dict[str, Any]:
    return {row["field"]: row["value"] for row in known["fields"]}


def sources_of(known: dict[str, Any]) -> dict[str, str]:
    return {row["field"]: row["source"] for row in known["fields"]}


async def rows_of(company: Company, kind: type[Base]) -> list[Any]:
    async with company.runtime.read(company.id) as session:
        return list(await session.scalars(select(kind)))


async def history_of(door: Door, customer_id: Any, **params: Any) -> list[tuple[str, Any, str]]:
    page = await door.api.ok("GET", f"/customers/{customer_id}/qualification/history", params=params)
    return [(row["field"], row["value"], row["source"]) for row in page["items"]]


def sample(field: QualificationField) -> Any:
    """A value of the field as a client sends it, of somebody who has everything."""
    if field.code in {"occupation", "houseOwnership"}:
        return {"occupation": "owner", "houseOwnership": "mortgaged"}[field.code]
    return {
        Kind.BOOL: True,
        Kind.CHOICE: field.choices[-1].code if field.choices else None,
        Kind.SET: [choice.code for choice in field.choices[::2]],
        Kind.CITY: 510_100,
    }.get(field.kind, max(field.low, min(field.high, 41)))


async def test_the_catalogue_is_told_in_both_languages(sign_in: SignIn) -> None:
    api = await sign_in("sales1")
    chinese = (await api.ok("GET", "/qualification-fields"))["items"]
    english = (await api.ok("GET", "/qualification-fields", headers={"Accept-Language": "en"}))["items"]
    assert [row["code"] for row in chinese] == list(FIELDS) == [row["code"] for row in english]
    fund = next(row for row in chinese if row["code"] == "fundMonths")
    assert (fund["title"], fund["kind"], fund["unit"], fund["group"], fund["high"]) == ("公积金连续月数", "number", "month", "social", 720)
    assert next(row for row in english if row["code"] == "fundMonths")["title"] == "Months of housing fund"
    sex = next(row for row in english if row["code"] == "sex")
    assert sex["choices"] == [{"code": "male", "title": "Male"}, {"code": "female", "title": "Female"}]
    query = "{ qualificationFields { code title kind unit group grade low high choices { code title } weight hint } }"
    assert (await api.graphql(query))["data"]["qualificationFields"] == chinese


REFUSED: list[tuple[str, Any, str]] = [
    ("salary", 1, "customers.field-unknown"),
    ("__class__", 1, "customers.field-unknown"),
    ("fund_months", 1, "customers.field-unknown"),
    *(("bankIncome", bad, "customers.field-type") for bad in ("10000", 1.0, 1.5, True, [1], {"fen": 1})),
    ("bankIncome", -1, "customers.field-range"),
    ("bankIncome", 10**40, "customers.field-range"),
    *(("fundMonths", bad, "customers.field-type") for bad in ("14", 14.0, False, [])),
    ("fundMonths", 721, "customers.field-range"),
    ("zhimaScore", 349, "customers.field-range"),
    ("age", 121, "customers.field-range"),
    ("cardUsage", "50%", "customers.field-type"),
    ("cardUsage", 30_001, "customers.field-range"),
    *(("hasHouse", bad, "customers.field-type") for bad in (1, 0, "true", [True])),
    *(("occupation", bad, "customers.field-type") for bad in (1, True, ["owner"])),
    *(("occupation", bad, "customers.field-choice") for bad in ("Owner", "企业主", "")),
    *(("houseKinds", bad, "customers.field-type") for bad in ("shop", [1], [None], {"shop": True})),
    ("houseKinds", ["shop", "castle"], "customers.field-choice"),
    *(("city", bad, "customers.field-type") for bad in ("510100", "成都", 510100.0)),
    ("city", 5101, "customers.field-range"),
    ("city", 510_104, "customers.field-choice"),
    ("workCity", 999_999, "customers.field-choice"),
]


@pytest.mark.parametrize("name", DOORS)
class TestValues:
    async def test_of_every_field(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        """All 70 and more at once: read back as sent, and the person is complete."""
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        nothing = await door.known(customer.id)
        assert (nothing["version"], nothing["completenessBps"], nothing["state"], nothing["fields"]) == (0, 0, "unknown", [])
        wanted = {code: sample(field) for code, field in FIELDS.items()}
        known = await door.record(customer.id, 0, wanted, "document")
        assert values_of(known) == wanted
        assert [row["field"] for row in known["fields"]] == list(FIELDS), "in the catalogue's order"
        assert (known["version"], known["completenessBps"], known["state"], known["askNext"]) == (1, 10_000, "complete", [])
        assert {row["source"] for row in known["fields"]} == {"document"}
        assert {row["by"]["id"] for row in known["fields"]} == {str(company.employees["sales1"].id)}
        assert await door.known(customer.id) == known
        (typed,) = await rows_of(company, Qualification)
        assert (typed.has_house, typed.fund_months, typed.sex, typed.house_kinds) == (True, 41, 2, 0b101010)
        assert (typed.birth_ymd, typed.car_month) == (19851124, 2026 * 12 + 10 - 41)
        assert len(await rows_of(company, QualificationValue)) == len(FIELDS)

    async def test_refused(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        for field, value, code in REFUSED:
            with pytest.raises(Refused) as refused:
                await door.record(customer.id, 0, {"hasCar": True, field: value})
            assert (refused.value.code, refused.value.pointers) == ("core.invalid", [(f"/values/{field}", code)]), value
        assert (await door.known(customer.id))["version"] == 0, "nothing of a refused patch is written"

    async def test_every_fault_is_told_at_once(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        with pytest.raises(Refused) as refused:
            await door.record(customer.id, 0, {"a/b~c": 1, "fundMonths": -1, "city": "成都", "hasHouse": True})
        assert refused.value.pointers == [
            ("/values/a~1b~0c", "customers.field-unknown"),
            ("/values/fundMonths", "customers.field-range"),
            ("/values/city", "customers.field-type"),
        ]
        for values, source in (({}, "stated"), ({"hasCar": True}, "hearsay"), (["hasCar"], "stated"), (None, "stated")):
            assert await refusal(door.record(customer.id, 0, values, source)) in {"core.invalid", "core.graphql-invalid"}, values
        assert (await door.known(customer.id))["version"] == 0

    async def test_sources_and_history(self, company: Company, sign_in: SignIn, name: DoorName, clock: TestClock) -> None:
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        await door.record(customer.id, 0, {"fundMonths": 14, "hasHouse": True, "zhimaScore": None})
        assert await history_of(door, customer.id) == [("hasHouse", True, "stated"), ("fundMonths", 14, "stated")]
        same = await door.record(customer.id, 1, {"fundMonths": 14})
        assert same["version"] == 1, "the same from the same source writes nothing"
        clock.move(timedelta(minutes=5))
        proved = await door.record(customer.id, 1, {"fundMonths": 14}, "document")
        assert (proved["version"], sources_of(proved)) == (2, {"fundMonths": "document", "hasHouse": "stated"})
        await door.record(customer.id, 2, {"fundMonths": None, "zhimaScore": 700})
        assert values_of(await door.known(customer.id)) == {"hasHouse": True, "zhimaScore": 700}
        assert await history_of(door, customer.id, field="fundMonths") == [
            ("fundMonths", None, "stated"),
            ("fundMonths", 14, "document"),
            ("fundMonths", 14, "stated"),
        ]
        async with company.runtime.read(company.id) as session:
            facts = await queries.facts_of(session, customer.id)
        assert facts == {"has_house": 1, "zhima_score": 700}

    async def test_who_is_told(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        """Timeline, audit trail and the owner's push name fields, never values."""
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        await door.record(customer.id, 0, {"bankIncome": 7_654_321, "occupation": "private"})
        row = (await door.api.ok("GET", f"/customers/{customer.id}/timeline"))["items"][0]
        assert (row["kind"], row["text"]) == ("qualification_changed", "更新了资质：代发月收入、职业")
        assert row["facts"] == {"fields": ["bankIncome", "occupation"], "source": "stated"}
        entries = [entry for entry in await rows_of(company, AuditEntry) if entry.action == "customers.qualification_changed"]
        assert [entry.facts for entry in entries] == [{"fields": ["bankIncome", "occupation"], "source": "stated"}]
        pushed = [event for event in await rows_of(company, PushEvent) if event.kind == "customers.changed"]
        assert [(event.employee_id, event.data["customerId"]) for event in pushed] == [(customer.owner_id, str(customer.id))]
        for kept in (AuditEntry, PushEvent):
            assert "7654321" not in str([vars(one) for one in await rows_of(company, kept)])

    async def test_two_at_once(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        """The first of a customer's qualification and every later version: one wins, the others are told what is there."""
        api = await sign_in("sales1")
        customer = await company.customer()
        for version in (0, 1):
            tries = [
                Door(api, DOORS[number % 2]).record(customer.id, version, {"fundMonths": 10 * version + number}) for number in range(4)
            ]
            answers = await asyncio.gather(*tries, return_exceptions=True)
            won = [answer for answer in answers if isinstance(answer, dict)]
            lost = [answer for answer in answers if isinstance(answer, Refused)]
            assert (len(won), len(lost)) == (1, 3)
            assert {refused.code for refused in lost} == {"core.stale"}
            now = await Door(api, "rest").known(customer.id)
            assert [refused.problem["current"] for refused in lost] == [now] * 3
            assert values_of(now) == values_of(won[0])
        assert len(await history_of(Door(api, name), customer.id)) == 2

    async def test_a_colleagues_customer(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        await company.employee("owner")
        customer = await company.customer()
        assert customer.owner_id == company.employees["owner"].id
        stranger = Door(await sign_in("stranger", on_duty=False), name)
        for asking in (
            stranger.known(customer.id),
            stranger.states(customer.id),
            stranger.record(customer.id, 0, {"hasCar": True}),
            stranger.record(customer.id, 9, {"nonsense": True}),
            stranger.stars(customer.id, 1, 5),
        ):
            assert await refusal(asking) == "customers.not-found"
        answer = await stranger.api("GET", f"/customers/{customer.id}/qualification/history")
        assert (answer.status_code, code_of(answer)) == (404, "customers.not-found")
        assert await rows_of(company, Qualification) == []

    async def test_what_somebody_does_not_have(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        """A house that is gone takes its value along; both at once is a contradiction."""
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        house = {"hasHouse": True, "houseValue": 300_000_000, "houseOwnership": "mortgaged", "mortgageMonths": 30}
        known = await door.record(customer.id, 0, house)
        paid = await door.record(customer.id, 1, {"houseOwnership": "full"})
        assert values_of(paid) == {"hasHouse": True, "houseValue": 300_000_000, "houseOwnership": "full"}
        sold = await door.record(customer.id, 2, {"hasHouse": False}, "document")
        assert values_of(sold) == {"hasHouse": False}
        assert await history_of(door, customer.id, field="houseValue") == [
            ("houseValue", None, "document"),
            ("houseValue", 300_000_000, "stated"),
        ]
        assert sold["completenessBps"] > known["completenessBps"], "what cannot apply counts as known"
        for contradiction in ({"houseValue": 1}, {"hasCar": False, "carValue": 1}):
            with pytest.raises(Refused) as refused:
                await door.record(customer.id, 3, contradiction)
            assert refused.value.fields == ["customers.field-not-applicable"]
        again = await door.record(customer.id, 3, {"hasHouse": True, "houseValue": 1})
        assert values_of(again) == {"hasHouse": True, "houseValue": 1}

    async def test_what_grows_by_itself(self, company: Company, sign_in: SignIn, name: DoorName, clock: TestClock) -> None:
        door = Door(await sign_in("sales1"), name)
        customer = await company.customer()
        told = {"age": 35, "licenceMonths": 11, "carAgeMonths": 0, "fundMonths": 14, "firstLoanMonths": 12}
        await door.record(customer.id, 0, {"hasCar": True, "occupation": "owner"} | told)
        grown = {"hasCar": True, "occupation": "owner", "fundMonths": 14}
        for days, age, licence, car, loan in ((0, 35, 11, 0, 12), (7, 35, 12, 1, 13), (364, 35, 23, 12, 24), (365, 36, 23, 12, 24)):
            later = Door(await _later(sign_in, clock, SHANGHAI_NOON + timedelta(days=days)), name)
            wanted = grown | {"age": age, "licenceMonths": licence, "carAgeMonths": car, "firstLoanMonths": loan}
            assert values_of(await later.known(customer.id)) == wanted, days
        last = Door(await sign_in("sales1"), name)
        assert {field: value for field, value, _ in await history_of(last, customer.id)}["age"] == 35, "history keeps what was told"
        known = await last.record(customer.id, 1, {"age": 36, "licenceMonths": 23})
        assert known["version"] == 1, "still the same person, one year older"
        known = await last.record(customer.id, 1, {"age": 35})
        assert (known["version"], values_of(known)["age"]) == (2, 35)


async def _later(sign_in: SignIn, clock: TestClock, at: datetime) -> Any:
    """Signed in anew at that time: sessions end before a year is over."""
    clock.move(at - clock.now())
    return await sign_in("sales1")


class TestIdNumber:
    async def test_facts_that_nobody_talks_away(self, company: Company, sign_in: SignIn, clock: TestClock) -> None:
        api = await sign_in("sales1")
        id_number = parse_id_number(ID_NUMBER)
        customer_id = (await lead_in(company.runtime, company, id_number=id_number)).customer_id
        for number, name in enumerate(DOORS):
            door = Door(api, name)
            known = await door.known(customer_id)
            assert (values_of(known), set(sources_of(known).values())) == ({"age": 76, "sex": "female"}, {"id_number"})
            assert {row["by"] for row in known["fields"]} == {None}
            for source in ("stated", "platform", "document", "id_number"):
                with pytest.raises(Refused) as refused:
                    await door.record(customer_id, 1, {"age": 60, "sex": None, "hasCar": True}, source)
                assert refused.value.pointers == [
                    ("/values/age", "customers.field-from-id-number"),
                    ("/values/sex", "customers.field-from-id-number"),
                ]
            agreed = await door.record(customer_id, 1, {"age": 76, "sex": "female"})
            assert agreed["version"] == 1, f"who says the same changes nothing ({number})"
        clock.move(datetime(2026, 12, 30, 16, 1, tzinfo=UTC) - clock.now())
        later = Door(await sign_in("sales1"), "rest")
        assert values_of(await later.known(customer_id))["age"] == 77, "on the birthday in Shanghai"

    @pytest.mark.parametrize("name", DOORS)
    async def test_entered_and_cleared_by_hand(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        api = await sign_in("sales1")
        door = Door(api, name)
        customer = await company.customer()
        await door.record(customer.id, 0, {"age": 60, "sex": "male"})
        version = (await door.get(customer.id))["version"]
        assert await refusal(door.update(customer.id, version, idNumber="110105194912310021")) == "core.invalid"
        row = await door.update(customer.id, version, idNumber=ID_NUMBER)
        assert row["version"] == version + 1
        detail = await api.ok("GET", f"/customers/{customer.id}")
        assert (detail["sex"], detail["birthYear"], detail["idNumber"]["masked"]) == ("female", 1949, True)
        known = await door.known(customer.id)
        assert (values_of(known), set(sources_of(known).values())) == ({"age": 76, "sex": "female"}, {"id_number"})
        assert (await door.search(ID_NUMBER))[0] == [str(customer.id)]
        await door.update(customer.id, row["version"], idNumber=None)
        assert values_of(await door.known(customer.id)) == {}
        assert (await door.search(ID_NUMBER))[0] == []
        detail = await api.ok("GET", f"/customers/{customer.id}")
        assert (detail["sex"], detail["birthYear"], detail["idNumber"]) == (None, None, None)
        assert values_of(await door.record(customer.id, 3, {"age": 60})) == {"age": 60}, "then it may be told again"
        assert ID_NUMBER not in str([vars(row) for row in await rows_of(company, AuditEntry)])

    async def test_comes_with_a_later_lead(self, company: Company, sign_in: SignIn) -> None:
        api = await sign_in("sales1")
        phone = fresh_phone()
        customer_id = (await lead_in(company.runtime, company, phone=phone)).customer_id
        await Door(api, "rest").record(customer_id, 0, {"age": 30})
        await lead_in(company.runtime, company, phone=phone, id_number=parse_id_number(ID_NUMBER))
        known = await Door(api, "rest").known(customer_id)
        assert values_of(known) == {"age": 76, "sex": "female"}
        assert (await Door(api, "rest").search(ID_NUMBER))[0] == [str(customer_id)]


class TestRecord:
    @pytest.mark.parametrize("name", DOORS)
    async def test_city_and_amount_follow_each_other(self, company: Company, sign_in: SignIn, name: DoorName) -> None:
        api = await sign_in("sales1")
        door = Door(api, name)
        row = await door.create(name="阿朱", phone=fresh_phone(), city="成都", wantedAmount="20-30万")
        known = await door.known(row["id"])
        assert values_of(known) == {"city": 510_100, "wantedAmount": 20_000_000}
        assert set(sources_of(known).values()) == {"stated"}
        assert row["completenessBps"] == known["completenessBps"] == 6 * 10_000 // TOTAL_WEIGHT
        await door.record(row["id"], 1, {"fundMonths": 14, "wantedAmount": 20_000_000}, "document")
        assert (await api.ok("GET", f"/customers/{row['id']}"))["wantedAmount"] == {"fromFen": 20_000_000, "toFen": 30_000_000}
        await door.record(row["id"], 2, {"city": 440_300, "wantedAmount": 50_000_000})
        detail = await api.ok("GET", f"/customers/{row['id']}")
        assert detail["city"]["code"] == 440_300
        assert detail["wantedAmount"] == {"fromFen": 50_000_000, "toFen": 50_000_000}
        edited = await door.update(row["id"], detail["version"], city="广州", wantedAmount="10万以下")
        assert edited["version"] == detail["version"] + 1
        known = await door.known(row["id"])
        assert values_of(known) == {"city": 440_100, "fundMonths": 14, "wantedAmount": 10_000_000}
        await door.update(row["id"], edited["version"], city=None, wantedAmount=None)
        assert values_of(await door.known(row["id"])) == {"fundMonths": 14}
        assert [value for _, value, _ in await history_of(door, row["id"], field="city")] == [None, 440_100, 440_300, 510_100]

    async def test_a_lead_says_what_is_not_known_yet(self, company: Company, sign_in: SignIn, runtime: Runtime) -> None:
        door = Door(await sign_in("sales1"), "rest")
        phone = fresh_phone()
        first = await lead_in(runtime, company, phone=phone, city=510_100)
        known = await door.known(first.customer_id)
        assert (values_of(known), sources_of(known)) == ({"city": 510_100}, {"city": "platform"})
        await lead_in(runtime, company, phone=phone, city=440_300, wanted=parse_amount("30万以上"))
        known = await door.known(first.customer_id)
        assert values_of(known) == {"city": 510_100, "wantedAmount": 30_000_000}
        detail = await door.get(first.customer_id)
        assert (detail["wantedAmount"], detail["city"]["code"]) == ({"fromFen": 30_000_000, "toFen": None}, 510_100)

    async def test_a_guess_is_no_value(self, company: Company, sign_in: SignIn) -> None:
        """The city that a number comes from is shown in the list, but nobody has said that the person lives there."""
        door = Door(await sign_in("sales1"), "rest")
        customer = await company.customer(phone="13800138000")
        assert (await door.get(customer.id))["city"] is not None
        assert (await door.known(customer.id))["version"] == 0

    async def test_events_of_both_ways_in(
        self, company: Company, sign_in: SignIn, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A new customer is announced once, by lead or by hand, and a lead says truly whether it made one."""
        emitted: list[Any] = []
        monkeypatch.setattr("loanbroker_api.core.uow.UnitOfWork.emit", lambda _, event: emitted.append(event))
        phone = fresh_phone()
        made = await lead_in(runtime, company, phone=phone, city=510_100)
        assert [event.created for event in emitted if isinstance(event, LeadReceived)] == [True]
        (created,) = [event for event in emitted if isinstance(event, CustomerCreated)]
        assert created.customer_id == made.customer_id
        assert created.source_id is not None
        assert [event.fields for event in emitted if isinstance(event, QualificationChanged)] == [["city"]]
        emitted.clear()
        await lead_in(runtime, company, phone=phone)
        assert [event.created for event in emitted if isinstance(event, LeadReceived)] == [False]
        assert [event for event in emitted if isinstance(event, CustomerCreated | QualificationChanged)] == []
        emitted.clear()
        row = await Door(await sign_in("sales1"), "rest").create(name="阿紫", phone=fresh_phone())
        created_by_hand = [(str(event.customer_id), event.source_id) for event in emitted if isinstance(event, CustomerCreated)]
        assert created_by_hand == [(row["id"], None)]


class TestCompleteness:
    async def test_by_weight_and_by_what_applies(self, company: Company, sign_in: SignIn) -> None:
        door = Door(await sign_in("sales1"), "rest")
        customer = await company.customer()

        def bps(*codes: str) -> int:
            return sum(FIELDS[code].weight for code in codes) * 10_000 // TOTAL_WEIGHT

        def group(name: str) -> list[str]:
            return [code for code, field in FIELDS.items() if field.group == name]

        known = await door.record(customer.id, 0, {"age": 30})
        assert (known["completenessBps"], known["state"]) == (bps("age"), "partial")
        known = await door.record(customer.id, 1, {"hasHouse": True})
        assert known["completenessBps"] == bps("age", "hasHouse")
        known = await door.record(customer.id, 2, {"hasHouse": False})
        assert known["completenessBps"] == bps("age", *group("house"))
        known = await door.record(customer.id, 3, {"occupation": "owner"})
        assert known["completenessBps"] == bps("age", *group("house"), "occupation")
        known = await door.record(customer.id, 4, {"occupation": "private", "hasCar": False, "hasPolicy": False})
        assert known["completenessBps"] == bps(
            "age", "occupation", *(code for name in ("house", "car", "policy", "business") for code in group(name))
        )
        row = await door.get(customer.id)
        assert row["completenessBps"] == known["completenessBps"]
        known = await door.record(customer.id, 5, dict.fromkeys(("age", "occupation", "hasHouse", "hasCar", "hasPolicy")))
        assert (known["version"], known["completenessBps"], known["state"], known["fields"]) == (6, 0, "unknown", [])

    async def test_what_to_ask_next(self, company: Company, sign_in: SignIn) -> None:
        """The heaviest first; what depends on an open question is not asked before it."""
        door = Door(await sign_in("sales1"), "rest")
        customer = await company.customer()
        asked = (await door.known(customer.id))["askNext"]
        assert asked[:4] == ["age", "city", "occupation", "bankIncome"]
        weights = [FIELDS[code].weight for code in asked]
        assert weights == sorted(weights, reverse=True)
        assert not {"houseValue", "carValue", "policyPremium", "licenceMonths"} & set(asked)
        known = await door.record(customer.id, 0, {"hasHouse": True, "occupation": "self_employed", "hasCar": False})
        assert {"houseValue", "licenceMonths", "invoice12m"} <= set(known["askNext"])
        assert not {"hasHouse", "occupation", "carValue", "houseMortgage"} & set(known["askNext"])
        known = await door.record(customer.id, 1, {"houseOwnership": "mortgaged"})
        assert "houseMortgage" in known["askNext"]


async def test_history_pages(company: Company, sign_in: SignIn) -> None:
    api = await sign_in("sales1")
    door = Door(api, "rest")
    customer = await company.customer()
    for number in range(5):
        await door.record(customer.id, number, {"fundMonths": number, "hasCar": number % 2 == 0})
    path = f"/customers/{customer.id}/qualification/history"
    found: list[Any] = []
    cursor: str | None = None
    while True:
        page = await api.ok("GET", path, params={"limit": 3} | ({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert [row["id"] for row in found] == [row["id"] for row in (await api.ok("GET", path))["items"]]
    assert len(found) == 10
    assert [row["value"] for row in found if row["field"] == "fundMonths"] == [4, 3, 2, 1, 0]
    assert {row["by"]["displayName"] for row in found} == {"员工sales1"}
    answer = await api("GET", path, params={"field": "salary"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "customers.field-unknown")


async def test_qualification_names_its_version(company: Company, sign_in: SignIn) -> None:
    api = await sign_in("sales1")
    customer = await company.customer()
    answer = await api("PATCH", f"/customers/{customer.id}/qualification", json={"values": {"hasCar": True}})
    assert (answer.status_code, code_of(answer)) == (428, "core.if-match-required")
    finance = await sign_in("money", role="finance")
    answer = await finance(
        "PATCH", f"/customers/{customer.id}/qualification", json={"values": {"hasCar": True}}, headers={"If-Match": '"0"'}
    )
    assert code_of(answer) == "customers.not-found"
    (row,) = await rows_of(company, Customer)
    assert row.completeness == 0
