"""Wrong passwords: counted exactly, the same for names that do not exist, and no way to lock the owner out of his own device."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from loanbroker_api.access import passwords
from loanbroker_api.access.models import LoginCounter
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.runtime import Runtime
from support.clock import TestClock
from support.company import Company
from support.logins import AWAY, HOME, Phone, attempt, put_policy

STRICT = {"attempts": {"failures": 5, "minutes": 10, "maxMinutes": 60, "ipFailures": 1000}}


@pytest.fixture
async def phone(app: FastAPI, runtime: Runtime, company: Company) -> Phone:
    await company.employee("sales1")
    await put_policy(runtime, company, **STRICT)
    return Phone(app, company)


async def test_the_right_password_starts_the_count_anew(phone: Phone) -> None:
    for _ in range(3):
        assert [await attempt(phone, "wrong") for _ in range(4)] == ["access.login-refused"] * 4
        phone.device = None
        assert await attempt(phone) == "ok"
        phone.device = None


async def test_the_last_wrong_one_locks_and_says_for_how_long(phone: Phone, clock: TestClock) -> None:
    assert [await attempt(phone, "wrong") for _ in range(5)] == ["access.login-refused"] * 5
    answer = await phone.login()
    assert (answer.status_code, answer.json()["code"]) == (429, "access.locked")
    assert answer.headers["retry-after"] == str(600)
    assert "10 分钟" in answer.json()["message"]
    clock.move(timedelta(minutes=10))
    assert await attempt(phone) == "ok"


async def test_each_lock_in_a_row_is_twice_as_long_up_to_the_limit(phone: Phone, clock: TestClock) -> None:
    waits: list[int] = []
    for _ in range(5):
        for _ in range(5):
            await phone.login("wrong")
        waits.append(int((await phone.login()).headers["retry-after"]))
        clock.move(timedelta(seconds=waits[-1]))
    assert waits == [600, 1200, 2400, 3600, 3600]


async def test_fifty_at_once_get_five_looks_at_the_password(phone: Phone, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: Counter[bool] = Counter()
    check = passwords.check_password

    async def counted(password: str, stored: str | None) -> tuple[bool, str | None]:
        looked[stored is not None] += 1
        return await check(password, stored)

    monkeypatch.setattr("loanbroker_api.access.sessions.login.check_password", counted)
    codes = Counter(await asyncio.gather(*(attempt(phone, f"wrong {number}") for number in range(50))))
    assert codes == {"access.login-refused": 5, "access.locked": 45}
    assert looked == {True: 5}
    async with runtime.read(phone.company.id) as session:
        (row,) = (await session.scalars(select(LoginCounter).where(LoginCounter.kind == "account"))).all()
        assert (row.failures, row.locks) == (0, 1)
        actions = Counter(await session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("access.login%"))))
    assert actions == {"access.login_refused": 50, "access.login_locked": 1}


async def test_a_name_that_does_not_exist_answers_and_locks_alike(phone: Phone, app: FastAPI) -> None:
    nobody = Phone(app, phone.company, username="nobody")
    there = [await phone.login(f"wrong {number}") for number in range(7)]
    absent = [await nobody.login(f"wrong {number}") for number in range(7)]

    def told(answers: list[Any]) -> list[Any]:
        return [(answer.status_code, {**answer.json(), "requestId": ""}, answer.headers.get("retry-after")) for answer in answers]

    assert told(there) == told(absent)
    assert there[-1].status_code == 429


async def test_a_name_that_does_not_exist_costs_as_many_looks(phone: Phone, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of an answer is argon2's: a hash is computed for every name, or for none."""
    looked: list[str | None] = []
    verify: Any = passwords._CONTEXT.verify_and_update  # pyright: ignore[reportPrivateUsage]

    def counted(password: str, stored: str) -> Any:
        looked.append(stored[:10])
        return verify(password, stored)

    monkeypatch.setattr(passwords._CONTEXT, "verify_and_update", counted)  # pyright: ignore[reportPrivateUsage]
    for username, tenant in (("sales1", None), ("nobody", None), ("sales1", "no-such-company")):
        looked.clear()
        one = Phone(app, phone.company, username=username)
        await one.login("wrong", **({"tenant": tenant} if tenant else {}))
        assert len(looked) == 1, (username, tenant)


async def test_the_owner_gets_in_on_a_device_that_is_known_while_strangers_are_locked_out(phone: Phone, app: FastAPI) -> None:
    assert await attempt(phone) == "ok"
    stranger = Phone(app, phone.company, ip=AWAY)
    for _ in range(6):
        await stranger.login("wrong")
    assert await attempt(stranger) == "access.locked"
    assert await attempt(phone) == "ok"
    # The device counts for itself.
    for _ in range(5):
        await phone.login("wrong")
    assert await attempt(phone) == "access.locked"


async def test_another_persons_device_is_no_way_around_the_lock(phone: Phone, app: FastAPI) -> None:
    await phone.company.employee("sales2")
    thief = Phone(app, phone.company, username="sales2")
    assert await attempt(thief) == "ok"
    thief.username = "sales1"
    for _ in range(5):
        await thief.login("wrong")
    assert await attempt(thief) == "access.locked"


async def test_one_address_that_tries_many_names(app: FastAPI, runtime: Runtime, company: Company) -> None:
    await company.employee("sales1")
    await put_policy(runtime, company, attempts={"failures": 20, "minutes": 10, "ipFailures": 8})
    codes = [await attempt(Phone(app, company, username=f"name{number}", ip=AWAY), "wrong") for number in range(10)]
    assert codes == ["access.login-refused"] * 8 + ["access.locked"] * 2
    assert await attempt(Phone(app, company, ip=AWAY)) == "access.locked"
    assert await attempt(Phone(app, company, ip=HOME)) == "ok"


async def test_without_a_policy_guessing_is_slowed_down_all_the_same(app: FastAPI, company: Company) -> None:
    await company.employee("sales1")
    phone = Phone(app, company)
    codes = [await attempt(phone, "wrong") for _ in range(11)]
    assert codes == ["access.login-refused"] * 10 + ["access.locked"]


async def test_somebody_who_may_unlocks(phone: Phone, sign_in: Any) -> None:
    for _ in range(6):
        await phone.login("wrong")
    assert await attempt(phone) == "access.locked"
    hr = await sign_in("hr1", role="hr")
    employee = phone.company.employees["sales1"]
    await hr.ok("POST", f"/employees/{employee.id}/unlock")
    assert await attempt(phone) == "ok"
