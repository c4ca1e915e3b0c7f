"""A long random life of one qualification, held to a plain dictionary: typed row, history, completeness and record never part."""

import random
from typing import Any

import pytest
from sqlalchemy import select

from loanbroker_api.core.clock import business_day
from loanbroker_api.customers.fields import FIELDS, TOTAL_WEIGHT, Kind, shown
from loanbroker_api.customers.models import Customer, Qualification, QualificationValue
from support.company import Company
from support.doors import DOORS, Door, Refused
from support.people import SignIn

CITIES = (110_000, 310_000, 440_100, 440_300, 510_100)
SOURCES = ("stated", "document", "credit_report", "platform")
GROUPS = {
    gate: [code for code, field in FIELDS.items() if field.group == group and code != gate]
    for gate, group in (("hasHouse", "house"), ("hasCar", "car"), ("hasPolicy", "policy"))
}
MORTGAGE = ["houseMortgage", "mortgageMonths"]
OFTEN = ["hasHouse", "hasCar", "hasPolicy", "houseOwnership", "houseMortgage", "houseValue", "carAgeMonths", "occupation", "city"]


def a_value(chance: random.Random, code: str) -> Any:
    field = FIELDS[code]
    if chance.random() < 0.2:
        return None
    if field.kind is Kind.BOOL:
        return chance.random() < 0.5
    if field.kind is Kind.CITY:
        return chance.choice(CITIES)
    codes = [choice.code for choice in field.choices]
    if field.kind is Kind.CHOICE:
        return chance.choice(codes)
    if field.kind is Kind.SET:
        return [one for one in codes if chance.random() < 0.5]
    return chance.choice((field.low, field.high, chance.randint(field.low, field.high)))


def ruled_out(known: dict[str, Any]) -> set[str]:
    found = {code for gate, codes in GROUPS.items() if known.get(gate) is False for code in codes}
    return found | (set(MORTGAGE) if known.get("houseOwnership") == "full" else set())


def completeness(known: dict[str, Any]) -> int:
    occupation = known.get("occupation")
    idle = (
        {code for code, field in FIELDS.items() if field.group == "business"}
        if occupation not in {None, "owner", "self_employed"}
        else set()
    )
    counted = set(known) | ruled_out(known) | idle
    return sum(FIELDS[code].weight for code in counted) * 10_000 // TOTAL_WEIGHT


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_random_life(company: Company, sign_in: SignIn, seed: int) -> None:
    chance = random.Random(seed)
    api = await sign_in("sales1")
    customer = await company.customer()
    known: dict[str, tuple[Any, str]] = {}
    version, written, refused_times = 0, 0, 0
    for step in range(40):
        codes = {*chance.sample(list(FIELDS), 3), *chance.sample(OFTEN, 2)}
        sent = {code: a_value(chance, code) for code in codes}
        source = chance.choice(SOURCES)
        after = {code: one for code, one in known.items() if code not in sent}
        after |= {code: (value, source) for code, value in sent.items() if value is not None}
        news = {code for code, value in sent.items() if (known.get(code) != (value, source) if value is not None else code in known)}
        gone = ruled_out({code: value for code, (value, _) in after.items()})
        door = Door(api, DOORS[step % 2])
        if gone & {code for code in news if sent[code] is not None}:
            with pytest.raises(Refused) as refused:
                await door.record(customer.id, version, sent, source)
            assert set(refused.value.fields) == {"customers.field-not-applicable"}
            refused_times += 1
            continue
        cleared = {code for code in gone if code in after}
        known = {code: one for code, one in after.items() if code not in gone}
        changed = news | cleared
        version += bool(changed)
        written += len(changed)
        answer = await door.record(customer.id, version - bool(changed), sent, source)
        assert answer["version"] == version, step
        assert {row["field"]: (row["value"], row["source"]) for row in answer["fields"]} == known, step
        assert answer["completenessBps"] == completeness({code: value for code, (value, _) in known.items()}), step
        assert not set(answer["askNext"]) & (set(known) | ruled_out({code: value for code, (value, _) in known.items()}))
    assert refused_times > 0
    await _agree(company, customer.id, known, written)


async def _agree(company: Company, customer_id: Any, known: dict[str, tuple[Any, str]], written: int) -> None:
    """Typed row, newest rows of history and record say the same."""
    today = business_day(company.runtime.clock.now())
    async with company.runtime.read(company.id) as session:
        typed = (await session.scalars(select(Qualification))).one()
        values = list(await session.scalars(select(QualificationValue).order_by(QualificationValue.id)))
        customer = (await session.scalars(select(Customer).where(Customer.id == customer_id))).one()
    assert len(values) == written
    newest = {row.field: row for row in values}
    for code, field in FIELDS.items():
        stored = getattr(typed, field.column)
        assert shown(field, stored, today) == known.get(code, (None,))[0], code
        row = newest.get(code)
        assert (row.value if row else None) == (None if stored is None else int(stored)), code
    assert customer.completeness == completeness({code: value for code, (value, _) in known.items()})
    wanted = known.get("wantedAmount", (None,))[0]
    assert (customer.wanted_from_fen, customer.wanted_to_fen) == (wanted, wanted)
