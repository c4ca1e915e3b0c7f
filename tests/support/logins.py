"""Signing in as a client does, with whatever address, device and policy a test wants."""

from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from loanbroker_api.access.models import LoginPolicy, Role
from loanbroker_api.access.policies.schemas import PolicyParts
from loanbroker_api.core.runtime import Runtime
from support.client import BASE, code_of
from support.company import PASSWORD, Company

HOME = "202.96.128.86"  # 广东省广州市
AWAY = "114.114.114.114"  # 江苏省南京市
LAN = "10.1.2.3"


async def put_policy(
    runtime: Runtime, company: Company, *, role: str = "sales", client: str = "ios", employee: Any = None, overrides: Any = (), **parts: Any
) -> None:
    """The policy of a role (or an employee) on a kind of client, in place of the one before; every process hears of it."""
    checked = PolicyParts.model_validate(parts).model_dump(mode="json", by_alias=True)
    async with runtime.uow(company.id) as uow:
        role_id = None if employee else (await uow.session.scalars(select(Role.id).where(Role.code == role))).one()
        old = await uow.session.scalar(
            select(LoginPolicy).where(LoginPolicy.client == client, LoginPolicy.role_id == role_id, LoginPolicy.employee_id == employee)
            if not employee
            else select(LoginPolicy).where(LoginPolicy.client == client, LoginPolicy.employee_id == employee)
        )
        if old is not None:
            await uow.session.delete(old)
            await uow.session.flush()
        uow.session.add(LoginPolicy(role_id=role_id, employee_id=employee, client=client, parts=checked, overrides=list(overrides)))
        uow.changed()


@dataclass
class Phone:
    """A client with an address of its own, which keeps what it is given: device token, access and refresh token, ticket."""

    app: FastAPI
    company: Company
    username: str = "sales1"
    ip: str = HOME
    client: str = "ios"
    device: str | None = None
    kept: dict[str, Any] = field(default_factory=dict[str, Any])

    async def send(self, method: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(self.ip, 4711))
        headers = {**options.pop("headers", {}), **({"authorization": f"Bearer {token}"} if token else {})}
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            return await http.request(method, f"/api/v1{path}", headers=headers, **options)

    async def login(self, password: str = PASSWORD, **more: Any) -> httpx.Response:
        """One attempt; the device that was given before is shown."""
        body = {"tenant": self.company.code, "username": self.username, "password": password, "client": self.client, **more}
        if self.device and "device" not in more:
            body["device"] = {"token": self.device}
        return self._keep(await self.send("POST", "/auth/login", json=body))

    async def step(self, path: str, **body: Any) -> httpx.Response:
        """The next step with the newest ticket."""
        return self._keep(await self.send("POST", f"/auth/login/{path}", json={"ticket": self.kept.get("ticket", ""), **body}))

    async def refresh(self, token: str | None = None, **more: Any) -> httpx.Response:
        body = {"refreshToken": token or self.kept.get("refreshToken"), "deviceToken": self.device, **more}
        return self._keep(await self.send("POST", "/auth/refresh", json=body))

    async def me(self, **options: Any) -> httpx.Response:
        return await self.send("GET", "/me", token=self.kept.get("accessToken"), **options)

    async def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.send(method, path, token=self.kept.get("accessToken"), **options)

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success and answer.content:
            body = answer.json()
            body = {**body, **(body.get("signedIn") or {}), **(body.get("step") or {})}
            self.kept.update({name: value for name, value in body.items() if value is not None})
            given = (body.get("device") or {}).get("token")
            self.device = given or self.device
        return answer


async def attempt(phone: Phone, password: str = PASSWORD) -> str:
    """What an attempt came to: ok, the next step, or the refusal's code."""
    answer = await phone.login(password)
    if answer.status_code == 200:
        return "ok"
    return answer.json()["next"] if answer.status_code == 202 else code_of(answer)
