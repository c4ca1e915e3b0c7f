"""Live sessions: every rule on every request, changes at once in every process, no database in the steady state, never open without one."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import event, select, update

from loanbroker_api.access.models import Device, LoginSession
from loanbroker_api.access.sessions.ending import end_sessions
from loanbroker_api.app import create_app
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.settings import Settings
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company
from support.logins import AWAY, HOME, Phone, attempt, put_policy
from support.wait import until

SignIn = Callable[..., Awaitable[Api]]
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def phone(app: FastAPI, company: Company) -> Phone:
    await company.employee("sales1")
    one = Phone(app, company)
    assert await attempt(one) == "ok"
    return one


@pytest.fixture
async def second_process(settings: Settings, clock: TestClock) -> AsyncGenerator[FastAPI]:
    """The application as another process has it: a cache and a feed of its own."""
    application = create_app(settings, clock)
    async with LifespanManager(application, startup_timeout=30, shutdown_timeout=30):
        yield application


@contextmanager
def statements(app: FastAPI) -> Iterator[list[str]]:
    """What the application's pool sends meanwhile."""
    sent: list[str] = []
    engine = app.state.runtime.database.app.sync_engine

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def move_to(clock: TestClock, **parts: int) -> None:
    """The next moment that has these parts in Shanghai, on a plain working Wednesday."""
    now = clock.now().astimezone(SHANGHAI)
    wanted = datetime(2026, 6, 10, tzinfo=SHANGHAI).replace(**parts)
    clock.move(wanted - now)


async def admitted(app: FastAPI, phone: Phone) -> str:
    """What the process says to this phone's token: ok, or the refusal's code."""
    answer = await Phone(app, phone.company, ip=phone.ip, kept=phone.kept).me()
    return "ok" if answer.is_success else code_of(answer)


class TestSteadyState:
    async def test_the_gate_asks_no_database(self, app: FastAPI, phone: Phone) -> None:
        await until(lambda: app.state.gate.feed.trusted)
        await phone("GET", "/auth/step-up")
        with statements(app) as sent:
            for _ in range(20):
                actor = await app.state.gate.admit(phone.kept["accessToken"], _request(phone.ip))
                assert actor.name == "员工sales1"
        assert sent == []

    async def test_an_api_key_neither(self, app: FastAPI, company: Company, sign_in: SignIn, clock: TestClock) -> None:
        admin = await sign_in("admin", role="admin")
        until_when = (clock.now() + timedelta(days=30)).isoformat()
        made = await admin.ok("POST", "/api-keys", json={"name": "报表", "permissions": ["customers.view"], "expiresAt": until_when})
        await until(lambda: app.state.gate.feed.trusted)
        secret = made["secret"]
        await app.state.gate.admit(secret, _request(HOME))
        with statements(app) as sent:
            for _ in range(20):
                await app.state.gate.admit(secret, _request(HOME))
        assert sent == []

    async def test_the_cache_is_bounded(self, app: FastAPI, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("loanbroker_api.access.sessions.live.MAX_SESSIONS", 3)
        await until(lambda: app.state.gate.feed.trusted)
        for number in range(6):
            await company.employee(f"sales{number}")
            one = Phone(app, company, username=f"sales{number}")
            await one.login()
            assert (await one.me()).status_code == 200
        assert len(app.state.gate.sessions._sessions) == 3  # pyright: ignore[reportPrivateUsage]


def _request(ip: str) -> Any:
    from loanbroker_api.core.actor import RequestInfo

    return RequestInfo("test", ip, "")


class TestChanges:
    async def test_a_revoked_sessions_next_request_fails_in_every_process(
        self, app: FastAPI, second_process: FastAPI, phone: Phone, company: Company
    ) -> None:
        for process in (app, second_process):
            await until(lambda process=process: process.state.gate.feed.trusted)
            assert await admitted(process, phone) == "ok"
        runtime: Runtime = app.state.runtime
        async with runtime.uow(company.id) as uow:
            await end_sessions(uow, company.system, company.employees["sales1"].id, "revoked")
        assert await admitted(app, phone) == "access.session-ended"
        await until(lambda: not second_process.state.gate.sessions._sessions)  # pyright: ignore[reportPrivateUsage]
        assert await admitted(second_process, phone) == "access.session-ended"

    async def test_a_role_that_loses_a_permission(self, app: FastAPI, second_process: FastAPI, phone: Phone, sign_in: SignIn) -> None:
        for process in (app, second_process):
            await until(lambda process=process: process.state.gate.feed.trusted)
            assert (await Phone(process, phone.company, kept=phone.kept)("GET", "/customers")).status_code == 200
        admin = await sign_in("admin", role="admin")
        (role,) = [role for role in (await admin.ok("GET", "/roles"))["items"] if role["code"] == "sales"]
        body = {
            "name": role["name"],
            "note": role["note"],
            "permissions": [held for held in role["permissions"] if held["permission"] != "customers.view"],
            "fields": role["fields"],
            "units": role["units"],
        }
        await admin.ok("PUT", f"/roles/{role['id']}", json=body, headers={"If-Match": f'"{role["version"]}"'})
        assert code_of(await phone("GET", "/customers")) == "core.forbidden"
        other = Phone(second_process, phone.company, kept=phone.kept)
        async for _ in _tries():
            if (await other("GET", "/customers")).status_code == 403:
                break
        assert code_of(await other("GET", "/customers")) == "core.forbidden"

    async def test_a_process_that_redis_does_not_reach_reads_the_log(
        self, settings: Settings, clock: TestClock, app: FastAPI, phone: Phone, company: Company
    ) -> None:
        deaf = create_app(settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1/0")}), clock)
        async with LifespanManager(deaf, startup_timeout=30, shutdown_timeout=30):
            await until(lambda: deaf.state.gate.feed.trusted)
            assert await admitted(deaf, phone) == "ok"
            async with app.state.runtime.uow(company.id) as uow:
                await end_sessions(uow, company.system, company.employees["sales1"].id, "revoked")
            await until(lambda: not deaf.state.gate.sessions._sessions)  # pyright: ignore[reportPrivateUsage]
            assert await admitted(deaf, phone) == "access.session-ended"

    async def test_what_is_not_trusted_is_asked_of_the_database(self, app: FastAPI, phone: Phone, company: Company) -> None:
        gate = app.state.gate
        await until(lambda: gate.feed.trusted)
        assert await admitted(app, phone) == "ok"
        await gate.feed.stop()
        gate.feed._read_at = float("-inf")
        async with app.state.runtime.database.write(company.id, app.state.runtime.clock.now()) as session:
            await session.execute(update(LoginSession).values(ended_at=app.state.runtime.clock.now(), end_reason="revoked"))
            await session.commit()
        assert await admitted(app, phone) == "access.session-ended"

    async def test_without_redis_and_database_nobody_is_let_in(self, app: FastAPI, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
        gate = app.state.gate
        assert await admitted(app, phone) == "ok"
        await gate.feed.stop()
        gate.feed._read_at = float("-inf")

        def down(*_: Any, **__: Any) -> Any:
            raise ConnectionRefusedError

        monkeypatch.setattr(type(app.state.runtime.database), "read", down)
        assert await admitted(app, phone) == "core.unavailable"


async def _tries() -> AsyncGenerator[int]:
    for number in range(100):
        yield number
        await asyncio.sleep(0.02)
    raise AssertionError("not within two seconds")


class TestRules:
    async def test_a_session_that_runs_past_its_window_ends_with_the_reason(
        self, app: FastAPI, company: Company, runtime: Runtime, clock: TestClock
    ) -> None:
        await company.employee("sales1")
        await put_policy(runtime, company, time={"windows": [{"days": [1, 2, 3, 4, 5], "start": "08:30", "end": "20:30"}]})
        move_to(clock, hour=20, minute=25)
        phone = Phone(app, company)
        assert await attempt(phone) == "ok"
        me = (await phone.me()).json()
        assert datetime.fromisoformat(me["closesAt"]).astimezone(SHANGHAI).strftime("%H:%M") == "20:30"
        clock.move(timedelta(minutes=6))
        answer = await phone.me()
        assert (answer.status_code, code_of(answer)) == (401, "access.time-refused")
        assert "06-11 08:30" in answer.json()["message"]
        # Tomorrow it is a new login.
        clock.move(timedelta(hours=13))
        assert code_of(await phone.refresh()) == "access.session-ended"
        assert await attempt(phone) == "ok"

    async def test_idle_ends_it_and_background_is_no_use(self, app: FastAPI, company: Company, runtime: Runtime, clock: TestClock) -> None:
        await company.employee("sales1")
        await put_policy(runtime, company, idle={"minutes": 5})
        phone = Phone(app, company)
        assert await attempt(phone) == "ok"
        assert (await phone.me()).json()["idleSeconds"] == 300
        for _ in range(3):
            clock.move(timedelta(minutes=4))
            assert (await phone.me()).status_code == 200
            assert (await phone.refresh()).status_code == 200
        clock.move(timedelta(minutes=3))
        assert (await phone.me(headers={"X-Background": "1"})).status_code == 200
        clock.move(timedelta(minutes=3))
        answer = await phone.me()
        assert (answer.status_code, code_of(answer)) == (401, "access.session-idle")
        assert "5 分钟" in answer.json()["message"]
        assert code_of(await phone.refresh()) == "access.session-ended"

    async def test_work_in_another_process_counts(
        self, app: FastAPI, second_process: FastAPI, company: Company, runtime: Runtime, clock: TestClock
    ) -> None:
        await company.employee("sales1")
        await put_policy(runtime, company, idle={"minutes": 5})
        phone = Phone(app, company)
        assert await attempt(phone) == "ok"
        assert await admitted(second_process, phone) == "ok"
        clock.move(timedelta(minutes=4))
        assert await admitted(app, phone) == "ok"
        await app.state.gate.uses.share()
        clock.move(timedelta(minutes=2))
        assert await admitted(second_process, phone) == "ok"

    async def test_an_address_that_the_policy_denies(self, phone: Phone, app: FastAPI) -> None:
        phone.ip = AWAY
        assert (await phone.me()).status_code == 200
        await put_policy(app.state.runtime, phone.company, ip={"allow": [f"{HOME}/32"]})
        answer = await phone.me()
        assert (answer.status_code, code_of(answer)) == (401, "access.ip-refused")
        assert AWAY in answer.json()["message"]
        assert (await phone.refresh()).status_code == 401
        # The owner at his place goes on: it may be a thief who was refused.
        phone.ip = HOME
        assert (await phone.me()).status_code == 200

    async def test_an_unbound_device_is_out_at_once(self, phone: Phone, app: FastAPI) -> None:
        (device,) = (await phone("GET", "/me/devices")).json()["items"]
        assert device["current"]
        assert (await phone("DELETE", f"/me/devices/{device['id']}")).status_code == 204
        assert code_of(await phone.me()) == "access.session-ended"
        assert (await phone.refresh()).status_code == 401
        async with app.state.runtime.read(phone.company.id) as session:
            assert list(await session.scalars(select(Device.state))) == ["revoked"]

    async def test_devices_beyond_the_limit(self, app: FastAPI, company: Company, runtime: Runtime) -> None:
        await company.employee("sales1")
        await put_policy(runtime, company, device={"max": 2})
        phones = [Phone(app, company) for _ in range(3)]
        assert [await attempt(one) for one in phones] == ["ok", "ok", "access.device-limit"]
        (first, *_) = (await phones[0]("GET", "/me/devices")).json()["items"]
        assert first["state"] == "bound"
        mine = next(
            row for row in (await phones[0]("GET", "/me/devices")).json()["items"] if not row["current"] and row["state"] == "bound"
        )
        await phones[0]("DELETE", f"/me/devices/{mine['id']}")
        assert await attempt(phones[2]) == "ok"

    async def test_many_first_devices_at_once_bind_no_more_than_the_limit(self, app: FastAPI, company: Company, runtime: Runtime) -> None:
        await company.employee("sales1")
        await put_policy(runtime, company, device={"max": 2}, attempts={"failures": 20, "minutes": 1, "ipFailures": 1000})
        found = await asyncio.gather(*(attempt(Phone(app, company)) for _ in range(10)))
        assert sorted(found) == ["access.device-limit"] * 8 + ["ok"] * 2

    @pytest.mark.parametrize(("beyond", "found"), [("refuse", "access.too-many-sessions"), ("newest_wins", "ok")])
    async def test_sessions_beyond_the_limit(self, app: FastAPI, company: Company, runtime: Runtime, beyond: str, found: str) -> None:
        await company.employee("sales1")
        await put_policy(runtime, company, sessions={"max": 1, "beyond": beyond, "hours": 24})
        first, second = Phone(app, company), Phone(app, company)
        assert await attempt(first) == "ok"
        assert await attempt(second) == found
        answer = await first.me()
        assert answer.status_code == (200 if beyond == "refuse" else 401)
        if beyond == "newest_wins":
            assert "在别处登录" in answer.json()["message"]

    async def test_the_absolute_lifetime(self, app: FastAPI, company: Company, runtime: Runtime, clock: TestClock) -> None:
        await company.employee("sales1")
        await put_policy(runtime, company, sessions={"max": 5, "hours": 2})
        phone = Phone(app, company)
        await phone.login()
        for _ in range(2):
            clock.move(timedelta(minutes=55))
            assert (await phone.refresh()).status_code == 200
        clock.move(timedelta(minutes=11))
        assert (await phone.refresh()).status_code == 401

    async def test_an_employees_own_policy_takes_the_place_of_his_roles(self, app: FastAPI, company: Company, runtime: Runtime) -> None:
        employee = await company.employee("sales1")
        await put_policy(runtime, company, ip={"allow": ["203.0.113.0/24"]}, idle={"minutes": 5})
        phone = Phone(app, company)
        assert await attempt(phone) == "access.ip-refused"
        await put_policy(runtime, company, employee=employee.id, overrides=["ip"])
        assert await attempt(phone) == "ok"
        assert (await phone.me()).json()["idleSeconds"] == 300

    async def test_who_left_is_out_at_once(self, phone: Phone, sign_in: SignIn) -> None:
        admin = await sign_in("admin", role="admin")
        employee = await admin.ok("GET", f"/employees/{phone.company.employees['sales1'].id}")
        headers = {"If-Match": f'"{employee["version"]}"'}
        await admin.ok("POST", f"/employees/{employee['id']}/deactivate", json={"reason": "left"}, headers=headers)
        assert (await phone.me()).status_code == 401
        assert (await phone.refresh()).status_code == 401
        assert await attempt(phone) == "access.account-disabled"

    async def test_step_up_is_for_some_minutes(self, app: FastAPI, company: Company, runtime: Runtime, clock: TestClock) -> None:
        customer = await company.customer() if await company.employee("sales1") else None
        assert customer is not None
        await put_policy(runtime, company, factor={"required": False, "stepUp": ["reveal"], "stepUpMinutes": 5})
        phone = Phone(app, company)
        assert await attempt(phone) == "ok"
        reveal = {"field": "phone", "reason": {"code": "call"}}
        path = f"/customers/{customer.id}/reveal"
        answer = await phone("POST", path, json=reveal)
        assert (answer.status_code, code_of(answer)) == (403, "core.step-up-required")
        assert (await phone("GET", "/auth/step-up")).json()["kinds"] == ["password"]
        assert code_of(await phone("POST", "/auth/step-up", json={"kind": "password", "password": "wrong"})) == "access.factor-refused"
        stepped = await phone("POST", "/auth/step-up", json={"kind": "password", "password": "a-password-of-the-tests"})
        assert stepped.status_code == 200
        assert (await phone("POST", path, json=reveal)).status_code == 200
        clock.move(timedelta(minutes=6))
        assert code_of(await phone("POST", path, json=reveal)) == "core.step-up-required"
