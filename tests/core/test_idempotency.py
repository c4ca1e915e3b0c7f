"""Idempotency-Key: sent twice, done once, answered twice the same."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from loanbroker_api.core.idempotency import IdempotentAnswer
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Customer
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company, fresh_phone

SignIn = Callable[..., Awaitable[Api]]


def customer() -> dict[str, Any]:
    return {"name": "张三丰", "phone": fresh_phone()}


async def customers(runtime: Runtime, company: Company) -> int:
    async with runtime.read(company.id) as session:
        return await session.scalar(select(func.count()).select_from(Customer)) or 0


async def test_the_same_key_writes_once_and_answers_the_same(runtime: Runtime, company: Company, sign_in: SignIn) -> None:
    sales, body = await sign_in("sales1"), customer()
    first, second = [await sales("POST", "/customers", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert (first.headers.get("idempotency-replayed"), second.headers["idempotency-replayed"]) == (None, "true")
    assert await customers(runtime, company) == 1


async def test_the_same_key_with_another_body_is_refused(runtime: Runtime, company: Company, sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    await sales.ok("POST", "/customers", json=customer(), headers={"Idempotency-Key": "k1"})
    answer = await sales("POST", "/customers", json=customer(), headers={"Idempotency-Key": "k1"})
    assert (answer.status_code, code_of(answer)) == (422, "core.idempotency-mismatch")
    assert await customers(runtime, company) == 1


async def test_many_at_once_write_once(runtime: Runtime, company: Company, sign_in: SignIn) -> None:
    sales, body = await sign_in("sales1"), customer()
    answers = await asyncio.gather(*(sales("POST", "/customers", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 5
    assert await customers(runtime, company) == 1


async def test_a_key_belongs_to_its_employee_and_operation(runtime: Runtime, company: Company, sign_in: SignIn) -> None:
    one, other = await sign_in("sales1"), await sign_in("sales2")
    body = {"onDuty": True}
    for api in (one, other):
        answer = await api("PUT", "/me/duty", json=body, headers={"Idempotency-Key": "k1"})
        assert answer.json()["username"] == ("sales1" if api is one else "sales2")
    await one.ok("PUT", "/preferences/table.a", json={"value": {}}, headers={"Idempotency-Key": "k1"})
    answer = await one("PUT", "/preferences/table.b", json={"value": {}}, headers={"Idempotency-Key": "k1"})
    assert answer.json()["key"] == "table.b"


async def test_a_refused_write_keeps_no_answer(sign_in: SignIn, company: Company) -> None:
    sales, body = await sign_in("sales1"), customer()
    await sales.ok("POST", "/customers", json=body)
    for _ in range(2):
        answer = await sales("POST", "/customers", json=body, headers={"Idempotency-Key": "k1"})
        assert (answer.status_code, code_of(answer)) == (409, "customers.phone-taken")
    await sales.ok("POST", "/customers", json=customer(), headers={"Idempotency-Key": "k1"})


async def test_after_24_hours_the_key_is_free(runtime: Runtime, company: Company, sign_in: SignIn, clock: TestClock) -> None:
    sales, key = await sign_in("sales1"), {"Idempotency-Key": "k1"}
    await sales.ok("POST", "/customers", json=customer(), headers=key)
    clock.move(timedelta(hours=24, seconds=1))
    await sales.login()
    await sales.ok("POST", "/customers", json=customer(), headers=key)
    assert await customers(runtime, company) == 2


async def test_an_answer_without_a_body_is_kept_too(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    answers = [await sales("DELETE", "/preferences/table.a", headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert answers[1].content == b""


async def test_the_kept_answer_holds_no_secret(runtime: Runtime, company: Company, sign_in: SignIn) -> None:
    boss, body = await sign_in("boss", role="boss"), {"name": "巨量引擎", "kind": "generic", "teamId": None}
    first, second = [(await boss("POST", "/channels", json=body, headers={"Idempotency-Key": "k1"})).json() for _ in range(2)]
    assert first["secret"].startswith("whsec_")
    assert second == {**first, "secret": None}
    async with runtime.read(company.id) as session:
        kept = (await session.scalars(select(IdempotentAnswer))).one()
        keys = await runtime.keyring.load(session, company.id)
    assert kept.answer_enc is not None
    assert first["name"].encode() not in kept.answer_enc
    opened = keys.decrypt("idempotent_answer", "answer", kept.id, kept.answer_enc)
    assert first["secret"].encode() not in opened
    assert first["secret"].removeprefix("whsec_").encode() not in opened


async def test_a_key_that_is_none_is_refused(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    for key in (b"", b"x" * 101, b"a\tb", "schlüssel".encode()):
        answer = await sales("PUT", "/me/duty", json={"onDuty": True}, headers=[(b"Idempotency-Key", key)])
        assert (answer.status_code, code_of(answer)) == (422, "core.idempotency-key-invalid"), key
