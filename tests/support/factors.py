"""One's own factors and password through either door; what is refused raises Refused."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import select

from loanbroker_api.access.factors import service
from loanbroker_api.access.factors.schemas import FactorProof
from loanbroker_api.access.models import LoginPolicy, Role
from loanbroker_api.core.actor import Actor, StepUp
from loanbroker_api.core.runtime import Runtime
from support.authenticator import Authenticator
from support.client import Api
from support.clock import TestClock
from support.company import Company
from support.doors import DoorName, graph_of, rest_of


class FactorDoor:
    """The factors of one employee."""

    def __init__(self, api: Api, name: DoorName, clock: TestClock) -> None:
        self.api, self.rest, self.clock = api, name == "rest", clock

    async def mine(self) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("GET", "/me/factors"))
        fields = "items { id kind name confirmedAt lastUsedAt } recoveryCodesLeft required"
        return (await graph_of(self.api, f"{{ me {{ factors {{ {fields} }} }} }}"))["me"]["factors"]

    async def start(self, name: str = "我的手机") -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("POST", "/me/factors/totp", json={"name": name}))
        query = "mutation($name: String!) { startTotp(name: $name) { id secret uri qrSvg } }"
        return (await graph_of(self.api, query, name=name))["startTotp"]

    async def confirm(self, factor_id: str, code: str) -> list[str] | None:
        if self.rest:
            return rest_of(await self.api("POST", f"/me/factors/{factor_id}/confirm", json={"code": code}))["recoveryCodes"]
        query = "mutation($id: UUID!, $code: String!) { confirmTotp(id: $id, code: $code) { id recoveryCodes } }"
        return (await graph_of(self.api, query, id=factor_id, code=code))["confirmTotp"]["recoveryCodes"]

    async def totp(self) -> tuple[dict[str, Any], list[str] | None]:
        """An authenticator in use, and the recovery codes that came with it."""
        started = await self.start()
        return started, await self.confirm(started["id"], self.code(started["secret"]))

    def code(self, secret: str, *, steps: int = 0) -> str:
        """What the authenticator shows now, or so many half minutes away."""
        return pyotp.TOTP(secret).at(self.clock.now() + timedelta(seconds=30 * steps))

    async def options(self) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("POST", "/me/factors/passkey-options"))
        return (await graph_of(self.api, "mutation { makePasskeyOptions { options state } }"))["makePasskeyOptions"]

    async def register(self, state: str, credential: dict[str, Any], name: str = "办公电脑") -> dict[str, Any]:
        if self.rest:
            body = {"name": name, "state": state, "credential": credential}
            return rest_of(await self.api("POST", "/me/factors/passkeys", json=body))
        query = (
            "mutation($name: String!, $state: String!, $credential: JSON!) "
            "{ addPasskey(name: $name, state: $state, credential: $credential) { id recoveryCodes } }"
        )
        return (await graph_of(self.api, query, name=name, state=state, credential=credential))["addPasskey"]

    async def passkey(self, authenticator: Authenticator) -> dict[str, Any]:
        given = await self.options()
        return await self.register(given["state"], authenticator.create(given["options"]))

    async def remove(self, factor_id: str) -> None:
        if self.rest:
            answer = await self.api("DELETE", f"/me/factors/{factor_id}")
            assert answer.status_code == 204 or rest_of(answer)
        else:
            assert (await graph_of(self.api, "mutation($id: UUID!) { removeFactor(id: $id) }", id=factor_id))["removeFactor"]

    async def recovery_codes(self) -> list[str]:
        if self.rest:
            return rest_of(await self.api("POST", "/me/recovery-codes"))["recoveryCodes"]
        return (await graph_of(self.api, "mutation { makeRecoveryCodes }"))["makeRecoveryCodes"]

    async def password(self, current: str, new: str) -> None:
        if self.rest:
            answer = await self.api("PUT", "/me/password", json={"current": current, "next": new})
            assert answer.status_code == 204 or rest_of(answer)
        else:
            query = "mutation($current: String!, $next: String!) { changePassword(current: $current, next: $next) }"
            assert (await graph_of(self.api, query, current=current, next=new))["changePassword"]


class Prover:
    """Shows factors as login and step-up do, each in a transaction of its own."""

    def __init__(self, runtime: Runtime, company: Company, employee_id: UUID) -> None:
        self.runtime, self.company, self.employee_id = runtime, company, employee_id

    async def __call__(self, kind: str, *, challenge: bytes | None = None, **proof: Any) -> bool:
        async with self.runtime.uow(self.company.id) as uow:
            return await service.verify(uow, self.employee_id, FactorProof.model_validate({"kind": kind, **proof}), challenge)

    async def request(self) -> tuple[dict[str, Any], bytes]:
        async with self.runtime.read(self.company.id) as session:
            return await service.passkey_request(session, self.employee_id, self.runtime)

    async def kinds(self) -> set[str]:
        async with self.runtime.read(self.company.id) as session:
            return await service.kinds_of(session, self.employee_id)

    async def act(self, doing: Callable[..., Awaitable[Any]], *given: Any, actor: Actor, **more: Any) -> Any:
        """A service in a unit of work of its own."""
        async with self.runtime.uow(self.company.id) as uow:
            return await doing(uow, actor, *given, **more)


async def put_policy(company: Company, client: str, *, username: str | None = None, **parts: Any) -> None:
    """A login policy of the role 业务员, or of one employee, whose named parts override; live sessions hear of it."""
    async with company.runtime.uow(company.id) as uow:
        role = await uow.session.scalar(select(Role.id).where(Role.code == "sales"))
        person = (await company.employee(username)).id if username else None
        uow.session.add(
            LoginPolicy(
                role_id=None if person else role, employee_id=person, client=client, parts=parts, overrides=sorted(parts) if person else []
            )
        )
        uow.changed()


def bound_by_policy(actor: Actor, *, confirmed_for: timedelta | None, clock: TestClock) -> Actor:
    """The actor under a policy that wants a factor and a fresh confirmation, last given so long ago (None: never)."""
    at = None if confirmed_for is None else clock.now() - confirmed_for
    return replace(actor, step_up=StepUp(frozenset({"policies"}), at, timedelta(minutes=5)))


Enter = Callable[..., Awaitable[FactorDoor]]
