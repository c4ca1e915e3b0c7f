"""What is learnt of a customer's means, and when: the form says a little, calls more, a visit with papers nearly all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from loanbroker_api.core.normalize.idcards import Sex
from loanbroker_api.customers.fields import FIELDS, beginning_of
from loanbroker_api.customers.models import ValueSource
from loanbroker_api.demo.events import CustomerStory, Outcome, Stage

YUAN = 100
NOTED_AFTER = timedelta(seconds=45)
_INVITED = frozenset(set(Stage) - {Stage.LEAD, Stage.CONTACT, Stage.LOST})
_CONNECTED = (Outcome.INTERESTED, Outcome.CALL_AGAIN)
_SALARIED = ("institution", "state_owned", "listed", "private", "private", "private")
_BUSINESS = ("self_employed", "owner", "owner")
_BY_CALL = ("occupation", "bankIncome", "hasHouse", "hasCar", "fundMonths", "wantedMonths", "purpose", "licenceMonths")
_BY_INTEREST = (
    "workCity", "education", "maritalStatus", "jobMonths", "fundMonthly", "socialMonths", "overdueNow", "queries2m", "houseOwnership", "houseValue",
    "houseMortgage", "carOwnership", "carValue", "carAgeMonths", "hasPolicy", "policyPremium", "policyMonths", "debtUnsecured", "debtTotal", "invoice12m", "taxGrade",
    "industry", "shareHeld", "latestMonthlyCost", "urgencyDays", "zhimaScore",
)  # fmt: skip
_BY_REPORT = (
    "queries1m", "queries3m", "queries6m", "queries12m", "overdueRun24m", "overdueCount24m", "overdueRun60m", "overdueCount60m", "accountsOpen",
    "lenderCount", "cardLimit", "cardUsage", "guarantees", "firstLoanMonths", "executed", "dishonest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Learnt:
    """Values as the typed table keeps them, by field code."""

    at: datetime
    by_index: int | None
    source: ValueSource
    values: dict[str, int]


def learnt_of(story: CustomerStory, rng: Random, now: datetime) -> list[Learnt]:
    """In order of time; a field comes once. What a call told is written down after it."""
    whole = _Person(story, rng).facts()
    told = [Learnt(story.received_at, None, ValueSource.PLATFORM, {"city": story.city_code, "wantedAmount": whole.pop("wantedAmount")})]
    if story.id_number is not None:
        known = {"age": _birthday(story), "sex": 1 if story.sex is Sex.MALE else 2}
        told.append(Learnt(story.received_at, None, ValueSource.ID_NUMBER, known))
        del whole["age"], whole["sex"]
    visited = next((change.at for change in story.stages if change.stage is Stage.VISIT), None)
    calls = 0
    for follow_up in story.follow_ups:
        if follow_up.outcome not in _CONNECTED or not whole:
            continue
        seen = visited is not None and follow_up.at >= visited
        calls += 1
        share = 0.95 if seen else 0.5 if calls == 1 else 0.6
        asked = [*_BY_CALL, "age"] if calls == 1 and not seen else [*_BY_CALL, "age", "sex", *_BY_INTEREST]
        stated = {code: whole.pop(code) for code in asked if code in whole and rng.random() < share}
        noted = min(follow_up.at + NOTED_AFTER, now)
        if stated:
            told.append(Learnt(noted, follow_up.by_index, ValueSource.DOCUMENT if seen else ValueSource.STATED, stated))
        if seen:
            report = {code: whole.pop(code) for code in _BY_REPORT if code in whole}
            if report:
                told.append(Learnt(noted, follow_up.by_index, ValueSource.CREDIT_REPORT, report))
    return told


def _birthday(story: CustomerStory) -> int:
    born = story.birth_date
    return born.year * 10_000 + born.month * 100 + born.day


class _Person:
    """One person's means, whole and consistent; the product that the form named says what kind of person it is."""

    def __init__(self, story: CustomerStory, rng: Random) -> None:
        self.story, self.rng = story, rng
        self.values: dict[str, int] = {}
        self.today = story.received_at.date()

    def facts(self) -> dict[str, int]:
        rng, product = self.rng, self.story.arrivals[0].product
        business = product in {"经营贷", "税贷"} or rng.random() < 0.15
        self.values["age"] = _birthday(self.story)
        self.values["sex"] = 1 if self.story.sex is Sex.MALE else 2
        self._set("education", rng.choices(("junior", "senior", "college", "bachelor", "master"), (10, 30, 30, 25, 5))[0])
        self._set("maritalStatus", rng.choices(("single", "married", "divorced"), (30, 60, 10))[0])
        self.values["workCity"] = self.story.city_code
        income = self._income(business)
        self._social(income, product, business)
        self._house(product)
        self._car(product)
        self._policy(product)
        self._credit(income)
        if business:
            self._business(income)
        wanted = self.story.wanted
        self.values["wantedAmount"] = wanted.to_fen or wanted.from_fen
        self.values["wantedMonths"] = rng.choice((12, 24, 36, 36, 60))
        self._set("purpose", "business" if business else rng.choice(("consumption", "decoration", "refinance", "education", "car")))
        self.values["latestMonthlyCost"] = income * rng.randint(2, 5) // 10 // 10_000 * 10_000
        self.values["urgencyDays"] = rng.choice((3, 7, 7, 15, 30))
        return self.values

    def _set(self, code: str, choice: str) -> None:
        self.values[code] = FIELDS[code].number_of(choice)

    def _since(self, code: str, value: int) -> None:
        self.values[code] = beginning_of(FIELDS[code], value, self.today)

    def _income(self, business: bool) -> int:
        rng = self.rng
        income = round(min(60_000, max(3_500, 2.718281828 ** rng.gauss(9.0, 0.45))) / 100) * 100 * YUAN
        self._set("occupation", rng.choice(_BUSINESS if business else _SALARIED))
        self.values["bankIncome"] = income
        self.values["jobMonths"] = rng.randint(3, 140)
        return income

    def _social(self, income: int, product: str, business: bool) -> None:
        rng = self.rng
        months = rng.randint(12, 130) if product == "公积金贷" else rng.randint(0, 100) if not business and rng.random() < 0.7 else 0
        base = income * rng.choice((70, 85, 100)) // 100
        self.values["fundMonths"] = months
        self.values["fundBase"], self.values["fundMonthly"] = (base, base * rng.choice((5, 8, 10, 12)) // 100) if months else (0, 0)
        self.values["socialMonths"] = min(180, months + rng.randint(0, 30))
        self.values["socialBase"] = base if self.values["socialMonths"] else 0

    def _house(self, product: str) -> None:
        rng = self.rng
        has = product == "抵押贷" or rng.random() < 0.42
        self.values["hasHouse"] = int(has)
        if not has:
            return
        worth = rng.randint(45, 320) * 10_000 * YUAN
        mortgaged = rng.random() < 0.6
        self.values["houseCity"] = self.story.city_code
        self.values["houseKinds"] = FIELDS["houseKinds"].mask_of([rng.choices(("residence", "apartment", "shop"), (85, 8, 7))[0]])
        self._set("houseOwnership", "mortgaged" if mortgaged else "full")
        self.values["houseValue"] = worth
        if mortgaged:
            self.values["houseMortgage"] = worth * rng.randint(15, 60) // 100
            self.values["mortgageMonths"] = rng.randint(6, 160)

    def _car(self, product: str) -> None:
        rng = self.rng
        has = product == "车贷" or rng.random() < 0.38
        self.values["hasCar"] = int(has)
        if has:
            self._set("carOwnership", "full" if rng.random() < 0.7 else "mortgaged")
            self.values["carValue"] = rng.randint(4, 35) * 10_000 * YUAN
            self._since("carAgeMonths", rng.randint(4, 130))

    def _policy(self, product: str) -> None:
        rng = self.rng
        has = product == "保单贷" or rng.random() < 0.22
        self.values["hasPolicy"] = int(has)
        if has:
            self._set("policyInsurer", rng.choice(("china_life", "ping_an", "cpic", "new_china", "taikang", "other")))
            self.values["policyPremium"] = rng.randint(20, 200) * 100 * YUAN
            self.values["policyMonths"] = rng.randint(8, 120)
            self._set("policyInterval", "year")

    def _credit(self, income: int) -> None:
        rng = self.rng
        # Who is invited to the office was looked at before: clean enough for something.
        invited = any(change.stage in _INVITED for change in self.story.stages)
        fresh = rng.choices((0, 1), (70, 30))[0] if invited else rng.choices((0, 1, 2, 3, 5, 8), (18, 24, 22, 16, 12, 8))[0]
        counts = [fresh]
        for most in (1, 1, 2, 3) if invited else (2, 2, 4, 5):
            counts.append(counts[-1] + rng.randint(0, most))
        for code, count in zip(("queries1m", "queries2m", "queries3m", "queries6m", "queries12m"), counts, strict=True):
            self.values[code] = count
        late = rng.random() * (0.85 if invited else 1)
        self.values["overdueNow"] = rng.randint(3, 80) * 100 * YUAN if late > 0.94 else 0
        run = 0 if late < 0.78 else 1 if late < 0.92 else rng.randint(2, 4)
        self.values["overdueRun24m"], self.values["overdueCount24m"] = run, run and run + rng.randint(0, 3)
        self.values["overdueRun60m"], self.values["overdueCount60m"] = run, self.values["overdueCount24m"] + rng.randint(0, 2)
        self.values["accountsOpen"] = rng.randint(0, 12)
        self.values["lenderCount"] = min(self.values["accountsOpen"], rng.randint(0, 6))
        self.values["cardLimit"] = rng.choice((0, 2, 3, 5, 8, 12)) * 10_000 * YUAN
        self.values["cardUsage"] = rng.randint(500, 9_800) if self.values["cardLimit"] else 0
        self.values["guarantees"] = 0 if rng.random() < 0.93 else rng.randint(5, 60) * 10_000 * YUAN
        self._since("firstLoanMonths", rng.randint(6, 150))
        unsecured = income * rng.choice((0, 2, 4, 6, 9, 14)) // 1_000_000 * 1_000_000
        self.values["debtUnsecured"] = unsecured
        self.values["debtTotal"] = unsecured + self.values.get("houseMortgage", 0)
        self.values["debtMonthly"] = self.values["debtTotal"] // 60 // 10_000 * 10_000
        self.values["debtToIncome"] = min(100_000, self.values["debtMonthly"] * 10_000 // income)
        self.values["zhimaScore"] = rng.randint(550, 780)
        self.values["weilidai"] = int(rng.random() < 0.4)
        self.values["executed"] = int(not invited and rng.random() < 0.02)
        self.values["dishonest"] = int(not invited and rng.random() < 0.005)

    def _business(self, income: int) -> None:
        rng = self.rng
        self._since("licenceMonths", rng.randint(8, 160))
        self.values["shareHeld"] = rng.choice((10_000, 10_000, 6_000, 5_000, 3_000))
        invoices = rng.randint(30, 900) * 10_000 * YUAN
        self.values["invoice12m"], self.values["tax12m"] = invoices, invoices * rng.randint(5, 30) // 1_000
        self._set("taxGrade", rng.choices(("A", "B", "M", "C"), (20, 45, 25, 10))[0])
        self.values["bankFlow"] = invoices // 12 // 100_000 * 100_000 + income
        self._set(
            "industry",
            rng.choice(("wholesale_retail", "catering_hotel", "manufacturing", "construction", "transport", "resident_services", "it")),
        )
