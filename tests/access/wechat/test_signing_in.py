"""Signing in to the mini-program: by a bound WeChat, by one tap where it is not, never around the login policy."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from sqlalchemy import select, update

from loanbroker_api.access.events import WechatBound, WechatUnbound
from loanbroker_api.access.models import EMPLOYEE_PHONE, Employee, LoginPolicy, LoginSession, WechatBinding
from loanbroker_api.access.policies.schemas import IpPart, PolicyParts
from loanbroker_api.app import create_app
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.outbox import _BY_EVENT, CONSUMERS, consumer
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.settings import Settings
from support.client import BASE, Api, code_of
from support.clock import TestClock
from support.company import Company, fresh_phone, new_company
from support.doors import DOORS, DoorName, graph_of
from support.fake_wechat import FakeWechat

SignIn = Callable[..., Awaitable[Api]]


class Phone:
    """A WeChat on a phone, with the mini-program."""

    def __init__(self, http: httpx.AsyncClient, wechat: FakeWechat, company: Company, openid: str, number: str) -> None:
        self.http, self.wechat, self.company = http, wechat, company
        self.openid, self.number = openid, number

    async def open(self, **more: Any) -> httpx.Response:
        """wx.login, and on with it."""
        body = {"tenant": self.company.code, "code": self.wechat.login_code(self.openid, f"u-{self.openid}"), **more}
        return await self.http.post("/api/v1/auth/wechat/login", json=body)

    async def tap(self, ticket: str, **more: Any) -> httpx.Response:
        """The button."""
        body = {"ticket": ticket, "phoneCode": self.wechat.phone_code(self.openid, self.number), **more}
        return await self.http.post("/api/v1/auth/wechat/bind", json=body)

    async def bind(self) -> dict[str, Any]:
        """Both; the tokens."""
        step = await self.open()
        assert step.status_code == 202, step.text
        answer = await self.tap(step.json()["ticket"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def me(self, tokens: dict[str, Any]) -> httpx.Response:
        return await self.http.get("/api/v1/me", headers={"authorization": f"Bearer {tokens['accessToken']}"})


@pytest.fixture
async def http(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url=BASE) as client:
        yield client


async def record_phone(company: Company, username: str, number: str) -> Employee:
    """An employee whose number HR has recorded."""
    employee = await company.employee(username)
    async with company.runtime.uow(company.id) as uow:
        row = await uow.session.get_one(Employee, (company.id, employee.id))
        EMPLOYEE_PHONE.seal(uow.keys, row, number)
        row.phone_index = uow.keys.blind("phone", number)
    return employee


@pytest.fixture
async def phone(http: httpx.AsyncClient, wechat: FakeWechat, company: Company) -> Phone:
    """The phone of sales1, bound to nothing yet."""
    number = fresh_phone()
    await record_phone(company, "sales1", number)
    return Phone(http, wechat, company, "o-sales1", number)


async def bindings(company: Company) -> list[WechatBinding]:
    async with company.runtime.read(company.id) as session:
        return list(await session.scalars(select(WechatBinding)))


async def entries(company: Company, action: str) -> list[AuditEntry]:
    async with company.runtime.read(company.id) as session:
        return list(await session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.at)))


async def test_one_tap_binds_and_signs_in(phone: Phone, company: Company) -> None:
    step = (await phone.open()).json()
    assert (step["next"], step["expiresIn"], step["factors"], step["approval"], step["device"]) == ("bind", 600, [], None, None)
    answer = await phone.tap(step["ticket"])
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["refreshToken"].startswith("rt_")
    assert (await phone.me(tokens)).json()["employee"]["username"] == "sales1"
    (entry,) = await entries(company, "access.wechat_bound")
    assert (entry.actor_id, entry.client) == (company.employees["sales1"].id, "wechat_mp")
    (login,) = await entries(company, "access.logged_in")
    assert (login.client, login.facts["method"]) == ("wechat_mp", "wechat")


async def test_then_opening_it_is_enough(phone: Phone, wechat: FakeWechat, company: Company, clock: TestClock) -> None:
    await phone.bind()
    (bound,) = await bindings(company)
    clock.move(timedelta(days=1))
    answer = await phone.open()
    assert answer.status_code == 200, answer.text
    assert (await phone.me(answer.json())).status_code == 200
    (again,) = await bindings(company)
    assert again.last_used_at > bound.last_used_at
    assert again.bound_at == bound.bound_at
    assert wechat.calls["phone"] == 1


async def test_the_refresh_works_as_everyones(phone: Phone) -> None:
    tokens = await phone.bind()
    body = {"refreshToken": tokens["refreshToken"], "deviceToken": tokens["device"]["token"]}
    answer = await phone.http.post("/api/v1/auth/refresh", json=body)
    assert answer.status_code == 200, answer.text
    assert (await phone.me(answer.json())).status_code == 200


async def test_identities_are_stored_sealed(phone: Phone, company: Company) -> None:
    await phone.bind()
    (row,) = await bindings(company)
    async with company.runtime.uow(company.id) as uow:
        keys = uow.keys
    assert keys.decrypt("wechat_binding", "openid", row.employee_id, row.openid_enc) == b"o-sales1"
    assert keys.decrypt("wechat_binding", "unionid", row.employee_id, row.unionid_enc or b"") == b"u-o-sales1"
    assert b"o-sales1" not in row.openid_enc + row.openid_index


class TestWho:
    async def test_a_number_that_nobody_has(self, phone: Phone, company: Company) -> None:
        phone.number = fresh_phone()
        answer = await phone.tap((await phone.open()).json()["ticket"])
        assert (answer.status_code, code_of(answer)) == (403, "access.wechat-phone-unknown")
        assert await bindings(company) == []
        (entry,) = await entries(company, "access.login_refused")
        assert entry.facts["reason"] == "access.wechat-phone-unknown"
        assert phone.number not in str(vars(entry))

    async def test_somebody_who_left(self, phone: Phone, company: Company, runtime: Runtime) -> None:
        await switch_off(runtime, company)
        answer = await phone.tap((await phone.open()).json()["ticket"])
        assert code_of(answer) == "access.wechat-phone-unknown"

    async def test_somebody_who_left_after_binding(self, phone: Phone, company: Company, runtime: Runtime) -> None:
        await phone.bind()
        await switch_off(runtime, company)
        answer = await phone.open()
        assert (answer.status_code, code_of(answer)) == (401, "access.account-disabled")

    async def test_companies_are_apart(self, phone: Phone, runtime: Runtime) -> None:
        """The same person in two companies binds in each."""
        await phone.bind()
        other = await new_company(runtime)
        there = Phone(phone.http, phone.wechat, other, phone.openid, phone.number)
        step = await there.open()
        assert (step.status_code, step.json()["next"]) == (202, "bind")
        assert code_of(await there.tap(step.json()["ticket"])) == "access.wechat-phone-unknown"
        await record_phone(other, "sales9", phone.number)
        tokens = await there.bind()
        assert (await there.me(tokens)).json()["employee"]["username"] == "sales9"

    async def test_no_such_company(self, phone: Phone) -> None:
        answer = await phone.open(tenant="nosuchcompany")
        assert (answer.status_code, code_of(answer)) == (401, "access.login-refused")

    async def test_a_second_wechat(self, phone: Phone, company: Company) -> None:
        await phone.bind()
        phone.openid = "o-another"
        answer = await phone.tap((await phone.open()).json()["ticket"])
        assert (answer.status_code, code_of(answer)) == (409, "access.wechat-bound-elsewhere")
        assert len(await bindings(company)) == 1

    async def test_a_wechat_that_is_anothers_by_now(self, phone: Phone, company: Company) -> None:
        """Two tickets of one WeChat, whose owner has two numbers that are two employees'."""
        first, second = [(await phone.open()).json()["ticket"] for _ in range(2)]
        assert (await phone.tap(first)).status_code == 200
        phone.number = fresh_phone()
        await record_phone(company, "sales2", phone.number)
        assert code_of(await phone.tap(second)) == "access.wechat-bound-elsewhere"
        (row,) = await bindings(company)
        assert row.employee_id == company.employees["sales1"].id

    async def test_taps_at_once_bind_once(self, phone: Phone, company: Company) -> None:
        tickets = [(await phone.open()).json()["ticket"] for _ in range(4)]
        answers = await asyncio.gather(*(phone.tap(ticket) for ticket in tickets), phone.open())
        assert [answer.status_code for answer in answers[:4]] == [200] * 4
        assert len(await bindings(company)) == 1
        assert len(await entries(company, "access.wechat_bound")) == 1


async def switch_off(runtime: Runtime, company: Company) -> None:
    async with runtime.uow(company.id) as uow:
        mine = Employee.id == company.employees["sales1"].id
        await uow.session.execute(update(Employee).where(mine).values(active=False))


class TestTickets:
    async def test_their_time(self, phone: Phone, clock: TestClock) -> None:
        ticket = (await phone.open()).json()["ticket"]
        clock.move(timedelta(minutes=10))
        answer = await phone.tap(ticket)
        assert (answer.status_code, code_of(answer)) == (401, "access.ticket-invalid")

    async def test_only_what_was_given(self, phone: Phone, company: Company, runtime: Runtime, wechat: FakeWechat) -> None:
        ticket: str = (await phone.open()).json()["ticket"]
        other = await new_company(runtime)
        for wrong in (
            ticket[:-2] + ("AA" if not ticket.endswith("AA") else "BB"),
            ticket.replace(company.id.hex, other.id.hex),
            ticket.replace(company.id.hex, "0" * 32),
            ticket.replace("wt_", "lt_"),
            ticket[:36],
            "wt_x_y",
            "wt__",
            "x",
            "wt_" + "é" * 40,
        ):
            answer = await phone.tap(wrong)
            assert (answer.status_code, code_of(answer)) == (401, "access.ticket-invalid"), wrong
        assert wechat.calls["phone"] == 0

    async def test_from_another_address(self, app: FastAPI, phone: Phone) -> None:
        ticket = (await phone.open()).json()["ticket"]
        transport = httpx.ASGITransport(app=app, client=("192.0.2.7", 1))
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as elsewhere:
            phone.http = elsewhere
            assert code_of(await phone.tap(ticket)) == "access.ticket-invalid"

    async def test_they_tell_nothing(self, phone: Phone) -> None:
        ticket = (await phone.open()).json()["ticket"]
        assert phone.openid not in ticket

    async def test_a_phone_code_of_another_wechat(self, phone: Phone, wechat: FakeWechat, company: Company) -> None:
        """Somebody else's code, come by in whatever way, binds one's own WeChat to nobody."""
        stranger = Phone(phone.http, wechat, company, "o-stranger", "")
        ticket = (await stranger.open()).json()["ticket"]
        code = wechat.phone_code(phone.openid, phone.number)
        answer = await phone.http.post("/api/v1/auth/wechat/bind", json={"ticket": ticket, "phoneCode": code})
        assert (answer.status_code, code_of(answer)) == (401, "access.wechat-code")
        assert await bindings(company) == []


class TestWhatWechatSays:
    @pytest.mark.parametrize(
        ("number", "status", "code"),
        [
            (40029, 401, "access.wechat-code"),
            (40163, 401, "access.wechat-code"),
            (45011, 429, "access.wechat-limit"),
            (40226, 403, "access.wechat-refused"),
            (40013, 409, "access.wechat-off"),
            (40125, 409, "access.wechat-off"),
            (41002, 409, "access.wechat-off"),
        ],
    )
    async def test_its_errors(self, phone: Phone, wechat: FakeWechat, company: Company, number: int, status: int, code: str) -> None:
        wechat.errors["code2session"] = [number]
        answer = await phone.open()
        assert (answer.status_code, code_of(answer)) == (status, code)
        assert str(number) not in answer.text.replace(answer.json()["requestId"], "")
        refused = await entries(company, "access.login_refused")
        assert [entry.facts["reason"] for entry in refused] == ([code] if number == 40226 else [])
        assert ("retry-after" in answer.headers) is (status == 429)

    async def test_a_code_again(self, phone: Phone, wechat: FakeWechat, company: Company) -> None:
        body = {"tenant": company.code, "code": wechat.login_code("o-sales1")}
        first, second = [await phone.http.post("/api/v1/auth/wechat/login", json=body) for _ in range(2)]
        assert first.status_code == 202
        assert code_of(second) == "access.wechat-code"

    async def test_it_is_busy(self, phone: Phone, wechat: FakeWechat) -> None:
        wechat.errors["code2session"] = [-1, -1]
        answer = await phone.open()
        assert (answer.status_code, code_of(answer), answer.headers["retry-after"]) == (503, "access.wechat-busy", "3")
        wechat.errors["code2session"] = [-1]
        assert (await phone.open()).status_code == 202

    @pytest.mark.parametrize("number", [40001, 42001])
    async def test_a_token_that_ran_out_is_renewed_once(self, phone: Phone, wechat: FakeWechat, company: Company, number: int) -> None:
        ticket = (await phone.open()).json()["ticket"]
        wechat.errors["phone"] = [number]
        assert (await phone.tap(ticket)).status_code == 200
        assert wechat.calls["phone"] == 2
        phone.openid = "o-another"
        phone.number = fresh_phone()
        await record_phone(company, "sales2", phone.number)
        ticket = (await phone.open()).json()["ticket"]
        wechat.errors["phone"] = [number, number, 0]
        wechat.revoke_tokens()
        assert code_of(await phone.tap(ticket)) == "access.wechat-busy"
        assert wechat.calls["phone"] == 4

    async def test_a_stale_token_of_ours(self, phone: Phone, wechat: FakeWechat, clock: TestClock, company: Company) -> None:
        await phone.bind()
        wechat.revoke_tokens()
        await record_phone(company, "sales2", number := fresh_phone())
        other = Phone(phone.http, wechat, company, "o-2", number)
        assert await other.bind()
        assert wechat.calls["stable_token"] == 2

    async def test_the_installation_has_no_mini_program(self, phone: Phone, settings: Settings, clock: TestClock) -> None:
        app = create_app(settings.model_copy(update={"wechat_appid": None}), clock)
        async with (
            LifespanManager(app, startup_timeout=30, shutdown_timeout=30),
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as without,
        ):
            phone.http = without
            answer = await phone.open()
        assert (answer.status_code, code_of(answer)) == (409, "access.wechat-off")


class TestPolicy:
    async def test_wechat_is_no_way_around_it(self, phone: Phone, runtime: Runtime, company: Company) -> None:
        await phone.bind()
        parts = PolicyParts(ip=IpPart(allow=["10.0.0.0/8"])).model_dump(mode="json")
        async with runtime.uow(company.id) as uow:
            employee = company.employees["sales1"].id
            uow.session.add(LoginPolicy(employee_id=employee, client="wechat_mp", parts=parts, overrides=["ip"]))
            uow.changed(employee_id=employee)
        answer = await phone.open()
        assert (answer.status_code, code_of(answer)) == (403, "access.ip-refused")
        assert [entry.facts["reason"] for entry in await entries(company, "access.login_refused")] == ["access.ip-refused"]

    async def test_a_refusal_after_the_tap_keeps_the_binding(self, phone: Phone, runtime: Runtime, company: Company) -> None:
        parts = PolicyParts(ip=IpPart(deny=["127.0.0.1/32"])).model_dump(mode="json")
        async with runtime.uow(company.id) as uow:
            employee = company.employees["sales1"].id
            uow.session.add(LoginPolicy(employee_id=employee, client="wechat_mp", parts=parts, overrides=["ip"]))
        answer = await phone.tap((await phone.open()).json()["ticket"])
        assert code_of(answer) == "access.ip-refused"
        assert len(await bindings(company)) == 1

    async def test_the_device_is_known_again(self, phone: Phone) -> None:
        first = await phone.bind()
        again = (await phone.open(device={"token": first["device"]["token"], "name": "小程序"})).json()
        assert again["device"]["id"] == first["device"]["id"]


@pytest.mark.parametrize("door", DOORS)
class TestUnbinding:
    async def shown(self, api: Api, door: DoorName) -> dict[str, Any]:
        if door == "rest":
            return await api.ok("GET", "/me/wechat")
        return (await graph_of(api, "{ myWechat { available bound boundAt } }"))["myWechat"]

    async def unbind(self, api: Api, door: DoorName) -> None:
        if door == "rest":
            await api.ok("DELETE", "/me/wechat")
        else:
            assert (await graph_of(api, "mutation { unbindWechat }"))["unbindWechat"] is True

    async def test_what_is_shown(self, door: DoorName, phone: Phone, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        assert await self.shown(sales, door) == {"available": True, "bound": False, "boundAt": None}
        await phone.bind()
        told = await self.shown(sales, door)
        assert (told["available"], told["bound"]) == (True, True)
        assert told["boundAt"]
        assert (await self.shown(await sign_in("sales2"), door))["bound"] is False

    async def test_letting_go(self, door: DoorName, phone: Phone, sign_in: SignIn, company: Company) -> None:
        sales, tokens = await sign_in("sales1"), await phone.bind()
        await self.unbind(sales, door)
        await self.unbind(sales, door)
        assert await bindings(company) == []
        assert (await phone.me(tokens)).status_code == 401
        assert (await sales("GET", "/me")).status_code == 200
        assert (await phone.open()).json()["next"] == "bind"
        assert len(await entries(company, "access.wechat_unbound")) == 1
        phone.openid = "o-new-wechat"
        assert await phone.bind()

    async def test_only_ones_own(self, door: DoorName, phone: Phone, sign_in: SignIn, company: Company) -> None:
        await phone.bind()
        await self.unbind(await sign_in("sales2"), door)
        assert len(await bindings(company)) == 1

    async def test_from_the_mini_program_itself(self, door: DoorName, phone: Phone, app: FastAPI, company: Company) -> None:
        tokens = await phone.bind()
        async with Api(app, company, "sales1", "wechat_mp") as mini:
            mini._http.headers["authorization"] = f"Bearer {tokens['accessToken']}"
            await self.unbind(mini, door)
            assert (await mini("GET", "/me")).status_code == 200
        async with company.runtime.read(company.id) as session:
            live = (await session.scalars(select(LoginSession).where(LoginSession.ended_at.is_(None)))).all()
        assert [str(row.id) for row in live] == [tokens["sessionId"]]


async def test_the_employee_is_told(phone: Phone, sign_in: SignIn, company: Company, settle: Callable[[], Awaitable[None]]) -> None:
    told: list[tuple[str, Any]] = []

    async def note(_uow: Any, happened: Any) -> None:
        told.append((happened.type, happened.employee_id))

    names = {WechatBound: "test.wechat_bound", WechatUnbound: "test.wechat_unbound"}
    for kind, name in names.items():
        consumer(kind, name)(note)
    try:
        await phone.bind()
        await (await sign_in("sales1")).ok("DELETE", "/me/wechat")
        await settle()
    finally:
        for kind, name in names.items():
            _BY_EVENT[kind].remove(CONSUMERS.pop(name))
    assert told == [(kind.type, company.employees["sales1"].id) for kind in names]
