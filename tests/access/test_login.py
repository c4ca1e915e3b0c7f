"""Login, refresh and logout: what each kind of client gets, and what nobody is told."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text, update

from loanbroker_api.access.models import Employee, LoginSession, RefreshToken, Tenant
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from support.client import BASE, Api, code_of
from support.clock import TestClock
from support.company import PASSWORD, Company

SignIn = Callable[..., Awaitable[Api]]


@pytest.fixture
async def browser(app: FastAPI) -> Any:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=BASE) as client:
        yield client


async def login(browser: httpx.AsyncClient, company: Company, kind: str = "ios", **changes: str) -> httpx.Response:
    body = {"tenant": company.code, "username": "sales1", "password": PASSWORD, "client": kind, **changes}
    return await browser.post("/api/v1/auth/login", json=body)


async def me(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})


async def refresh(client: httpx.AsyncClient, token: str | None, device: str | None = None) -> httpx.Response:
    return await client.post("/api/v1/auth/refresh", json={"refreshToken": token, "deviceToken": device})


def device_of(body: dict[str, Any]) -> str:
    """What the client of this login keeps of its device."""
    return body["device"]["token"]


async def actions(runtime: Runtime, company: Company) -> list[str]:
    async with runtime.read(company.id) as session:
        return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


class TestLogin:
    @pytest.mark.parametrize("kind", ["ios", "android", "wechat_mp", "api"])
    async def test_an_application_gets_its_refresh_token_in_the_body(self, browser: httpx.AsyncClient, company: Company, kind: str) -> None:
        await company.employee("sales1")
        answer = await login(browser, company, kind=kind)
        body = answer.json()
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert (body["tokenType"], body["expiresIn"]) == ("Bearer", 600)
        assert body["refreshToken"].startswith("rt_")
        assert (await me(browser, body["accessToken"])).status_code == 200

    async def test_a_browser_gets_it_in_a_cookie_that_scripts_cannot_read(self, browser: httpx.AsyncClient, company: Company) -> None:
        await company.employee("sales1")
        answer = await login(browser, company, kind="web")
        assert answer.json()["refreshToken"] is None
        assert answer.json()["device"]["token"] is None
        cookies = {cookie.partition("=")[0]: cookie.partition("=")[2] for cookie in answer.headers.get_list("set-cookie")}
        assert set(cookies) == {"lb_refresh", "lb_device"}
        for name, days in (("lb_refresh", 14), ("lb_device", 400)):
            attributes = {part.strip().lower() for part in cookies[name].split(";")[1:]}
            assert {"httponly", "samesite=strict", "path=/api/v1/auth", f"max-age={days * 86_400}"} <= attributes
            assert "secure" not in attributes
        assert not re.search(r"(rt|dv)_[0-9a-f]{32}_", answer.text)

    async def test_nobody_is_told_which_part_was_wrong(self, browser: httpx.AsyncClient, company: Company) -> None:
        await company.employee("sales1")
        wrong = [{"password": "wrong"}, {"username": "nobody"}, {"tenant": "nobody"}, {"username": "SALES1"}, {"password": PASSWORD + " "}]
        bodies = []
        for changes in wrong:
            answer = await login(browser, company, **changes)
            assert (answer.status_code, code_of(answer)) == (401, "access.login-refused"), changes
            bodies.append({**answer.json(), "requestId": ""})
        assert all(body == bodies[0] for body in bodies)

    async def test_a_disabled_account_is_told_to_who_knows_its_password(
        self, browser: httpx.AsyncClient, runtime: Runtime, company: Company
    ) -> None:
        await company.employee("sales1")
        token = (await login(browser, company)).json()["accessToken"]
        async with runtime.uow(company.id) as uow:
            await uow.session.execute(update(Employee).values(active=False))
        answer = await login(browser, company)
        assert (answer.status_code, code_of(answer)) == (401, "access.account-disabled")
        assert code_of(await login(browser, company, password="wrong")) == "access.login-refused"
        assert code_of(await me(browser, token)) == "access.account-disabled"

    async def test_a_closed_company(self, browser: httpx.AsyncClient, runtime: Runtime, company: Company) -> None:
        await company.employee("sales1")
        body = (await login(browser, company)).json()
        async with runtime.uow(company.id) as uow:
            await uow.session.execute(update(Tenant).values(active=False))
        assert code_of(await login(browser, company)) == "access.account-disabled"
        assert code_of(await me(browser, body["accessToken"])) == "access.account-disabled"
        assert code_of(await refresh(browser, body["refreshToken"], device_of(body))) == "access.account-disabled"

    async def test_logins_and_refusals_are_audited(self, browser: httpx.AsyncClient, runtime: Runtime, company: Company) -> None:
        await company.employee("sales1")
        await login(browser, company)
        await login(browser, company, password="wrong")
        assert (await actions(runtime, company))[-2:] == ["access.logged_in", "access.login_refused"]

    async def test_an_unknown_client_or_field_is_refused(self, browser: httpx.AsyncClient, company: Company) -> None:
        await company.employee("sales1")
        for changes in ({"client": "fax"}, {"totp": "1"}, {"username": ""}, {"password": "x" * 201}):
            assert code_of(await login(browser, company, **changes)) == "core.invalid"
        assert PASSWORD not in (await login(browser, company, client=PASSWORD)).text


class TestRefresh:
    async def test_it_rotates(self, browser: httpx.AsyncClient, runtime: Runtime, company: Company) -> None:
        await company.employee("sales1")
        first = (await login(browser, company)).json()
        second = (await refresh(browser, first["refreshToken"], device_of(first))).json()
        assert second["refreshToken"] != first["refreshToken"]
        assert second["sessionId"] == first["sessionId"]
        assert (await me(browser, second["accessToken"])).status_code == 200
        async with runtime.read(company.id) as session:
            kept = [bytes(row) for row in await session.scalars(select(RefreshToken.digest))]
        assert len(kept) == 2
        assert not any(token.encode() in digest for digest in kept for token in (first["refreshToken"], second["refreshToken"]))

    async def test_two_tabs_at_once_both_go_on(self, browser: httpx.AsyncClient, company: Company, clock: TestClock) -> None:
        await company.employee("sales1")
        first = (await login(browser, company)).json()
        answers = await asyncio.gather(*(refresh(browser, first["refreshToken"], device_of(first)) for _ in range(3)))
        assert {answer.status_code for answer in answers} == {200}
        clock.move(timedelta(seconds=9))
        late = await refresh(browser, first["refreshToken"], device_of(first))
        for answer in (*answers, late):
            assert (await me(browser, answer.json()["accessToken"])).status_code == 200
            assert (await refresh(browser, answer.json()["refreshToken"], device_of(first))).status_code == 200

    async def test_a_token_used_again_later_ends_the_session_for_everyone(
        self, browser: httpx.AsyncClient, runtime: Runtime, company: Company, clock: TestClock
    ) -> None:
        await company.employee("sales1")
        first = (await login(browser, company)).json()
        second = (await refresh(browser, first["refreshToken"], device_of(first))).json()
        other = (await login(browser, company)).json()
        clock.move(timedelta(seconds=11))
        assert code_of(await refresh(browser, first["refreshToken"], device_of(first))) == "access.refresh-refused"
        for token in (first["accessToken"], second["accessToken"]):
            assert code_of(await me(browser, token)) == "access.session-ended"
        assert code_of(await refresh(browser, second["refreshToken"], device_of(first))) == "access.refresh-refused"
        assert (await me(browser, other["accessToken"])).status_code == 200
        assert "access.session_ended" in await actions(runtime, company)

    async def test_a_browser_must_say_that_it_asks_itself(self, browser: httpx.AsyncClient, company: Company) -> None:
        await company.employee("sales1")
        await login(browser, company, kind="web")
        assert code_of(await browser.post("/api/v1/auth/refresh")) == "access.refresh-refused"
        assert code_of(await browser.post("/api/v1/auth/refresh", headers={"x-requested-with": "x"})) == "access.refresh-refused"
        answer = await browser.post("/api/v1/auth/refresh", headers={"x-requested-with": "loanbroker"})
        assert answer.status_code == 200
        assert answer.json()["refreshToken"] is None
        assert "httponly" in answer.headers["set-cookie"].lower()

    async def test_what_is_no_token_of_ours(self, browser: httpx.AsyncClient, company: Company) -> None:
        await company.employee("sales1")
        body = (await login(browser, company)).json()
        real, device = body["refreshToken"], device_of(body)
        head, tenant, secret = real.split("_", 2)
        for token in (
            None,
            "",
            "x",
            "rt__",
            f"rt_{tenant}_",
            f"{head}_{new_id().hex}_{secret}",
            real[:-1],
            real + "x",
            "rt_x_y",
            "rt_" + "é" * 50,
        ):
            answer = await refresh(browser, token, device)
            assert (answer.status_code, code_of(answer)) == (401, "access.refresh-refused"), token

    async def test_it_ends_with_the_sessions_time(self, browser: httpx.AsyncClient, company: Company, clock: TestClock) -> None:
        await company.employee("sales1")
        first = (await login(browser, company)).json()
        clock.move(timedelta(days=13))
        second = (await refresh(browser, first["refreshToken"], device_of(first))).json()
        clock.move(timedelta(days=1))
        assert code_of(await refresh(browser, second["refreshToken"], device_of(first))) == "access.refresh-refused"

    async def test_who_was_disabled_gets_no_more(self, browser: httpx.AsyncClient, runtime: Runtime, company: Company) -> None:
        await company.employee("sales1")
        body = (await login(browser, company)).json()
        async with runtime.uow(company.id) as uow:
            await uow.session.execute(update(Employee).values(active=False))
        assert code_of(await refresh(browser, body["refreshToken"], device_of(body))) == "access.account-disabled"


class TestLogout:
    async def test_everything_of_the_session_dies_at_once(self, browser: httpx.AsyncClient, runtime: Runtime, company: Company) -> None:
        await company.employee("sales1")
        body, other = (await login(browser, company)).json(), (await login(browser, company)).json()
        answer = await browser.post("/api/v1/auth/logout", headers={"authorization": f"Bearer {body['accessToken']}"})
        assert answer.status_code == 204
        assert 'lb_refresh=""' in answer.headers["set-cookie"]
        ended = await me(browser, body["accessToken"])
        assert (ended.status_code, code_of(ended)) == (401, "access.session-ended")
        assert ended.headers["www-authenticate"] == "Bearer"
        assert code_of(await refresh(browser, body["refreshToken"])) == "access.refresh-refused"
        assert (await me(browser, other["accessToken"])).status_code == 200
        async with runtime.read(company.id) as session:
            ended_rows = await session.execute(select(LoginSession.end_reason).where(LoginSession.ended_at.is_not(None)))
        assert ended_rows.scalars().all() == ["logout"]

    async def test_a_session_that_was_ended_in_the_database(self, browser: httpx.AsyncClient, runtime: Runtime, company: Company) -> None:
        await company.employee("sales1")
        token = (await login(browser, company)).json()["accessToken"]
        async with runtime.uow(company.id) as uow:
            await uow.session.execute(
                text("UPDATE login_session SET ended_at = now(), end_reason = 'left' WHERE tenant_id = :t"), {"t": company.id}
            )
        answer = await me(browser, token)
        assert code_of(answer) == "access.session-ended"
        assert "账号停用" in answer.json()["message"]
