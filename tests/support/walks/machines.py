"""Every operation of API keys and of WeChat, for the walk."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from loanbroker_api.access.models import EMPLOYEE_PHONE, Employee
from support.client import BASE, Api
from support.clock import TestClock
from support.company import Company, fresh_phone
from support.fake_wechat import wechat_server

Walk = Callable[..., Awaitable[Any]]


async def walk_machines(walk: Walk, app: FastAPI, company: Company, sales: Api, clock: TestClock) -> None:
    """`walk` calls as the owner, who may make keys; `sales` is sales1."""
    await _keys(walk, app, sales, clock)
    number = await _with_phone(company)
    known = app.state.runtime
    async with wechat_server(clock) as fake:
        given = {"wechat_base_url": fake.address, "wechat_appid": fake.appid, "wechat_secret": SecretStr(fake.secret)}
        app.state.runtime = replace(known, settings=known.settings.model_copy(update=given))
        try:
            body = {"tenant": company.code, "code": fake.login_code("o-walk", "u-walk")}
            ticket = (await walk("POST", "/auth/wechat/login", json=body))["ticket"]
            await walk("POST", "/auth/wechat/bind", json={"ticket": ticket, "phoneCode": fake.phone_code("o-walk", number)})
            await walk("POST", "/auth/wechat/login", json={**body, "code": fake.login_code("o-walk", "u-walk")})
            await walk("GET", "/me/wechat", api=sales)
            assert "errors" not in await sales.graphql("{ myWechat { bound } }")
            await walk("DELETE", "/me/wechat", api=sales)
        finally:
            app.state.runtime = known


async def _keys(walk: Walk, app: FastAPI, sales: Api, clock: TestClock) -> None:
    body = {"name": "看板", "permissions": ["customers.view"], "expiresAt": (clock.now() + timedelta(days=1)).isoformat()}
    made = await walk("POST", "/api-keys", json=body)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers={"authorization": f"Bearer {made['secret']}"}) as program:
        assert (await program.get("/api/v1/customers")).status_code == 200
    await app.state.gate.uses.share()
    await walk("GET", "/api-keys", params={"limit": 1})
    await walk("POST", "/api-keys/{key_id}/revoke", key_id=made["id"], headers={"If-Match": str(made["version"])})
    await walk("GET", "/api-keys", api=sales, status=403)


async def _with_phone(company: Company) -> str:
    number = fresh_phone()
    async with company.runtime.uow(company.id) as uow:
        row = await uow.session.get_one(Employee, (company.id, company.employees["sales1"].id))
        EMPLOYEE_PHONE.seal(uow.keys, row, number)
        row.phone_index = uow.keys.blind("phone", number)
    return number
