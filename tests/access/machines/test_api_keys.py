"""API keys: a part of what a person may do, for a time, from some networks, and nothing more."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from loanbroker_api.access.events import ApiKeyCreated, ApiKeyRevoked
from loanbroker_api.access.models import ApiKey, Employee, EmployeeRole, LoginPolicy, Role, RoleField, RolePermission
from loanbroker_api.access.policies.schemas import FactorPart, PolicyParts
from loanbroker_api.core.actor import Scope, Visibility
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.db import Small
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.outbox import _BY_EVENT, CONSUMERS, consumer
from loanbroker_api.core.runtime import Runtime
from support.client import BASE, Api, code_of
from support.clock import TestClock
from support.company import Company, new_company
from support.doors import DOORS, DoorName, Refused, graph_of, rest_of
from support.wait import until

SignIn = Callable[..., Awaitable[Api]]
DAY = timedelta(days=1)
VIEW, ASSIGN = "customers.view", "customers.assign"
ROW = (
    "id version name hint employee { id displayName } permissions networks expiresAt lastUsedAt lastIp place revokedAt "
    "allowedActions { action allowed reasonCode }"
)


class Keys:
    """API keys as one employee manages them through one door."""

    def __init__(self, api: Api, door: DoorName, clock: TestClock) -> None:
        self.api, self.rest, self.clock = api, door == "rest", clock

    async def create(self, *permissions: str, days: float = 30, **more: Any) -> tuple[dict[str, Any], str]:
        """The row and its secret."""
        body = {"name": "看板", "permissions": list(permissions), "expiresAt": (self.clock.now() + days * DAY).isoformat(), **more}
        if self.rest:
            made = rest_of(await self.api("POST", "/api-keys", json=body))
            return made, made.pop("secret")
        query = f"mutation($data: ApiKeyInput!) {{ createApiKey(data: $data) {{ secret apiKey {{ {ROW} }} }} }}"
        told = (await graph_of(self.api, query, data=body))["createApiKey"]
        return told["apiKey"], told["secret"]

    async def list(self, **wanted: Any) -> list[dict[str, Any]]:
        if self.rest:
            return rest_of(await self.api("GET", "/api-keys", params=wanted))["items"]
        query = f"query($limit: Int = 50) {{ apiKeys(first: $limit) {{ edges {{ node {{ {ROW} }} }} }} }}"
        return [edge["node"] for edge in (await graph_of(self.api, query, **wanted))["apiKeys"]["edges"]]

    async def revoke(self, key: dict[str, Any], version: int | None = None) -> dict[str, Any]:
        version = key["version"] if version is None else version
        if self.rest:
            return rest_of(await self.api("POST", f"/api-keys/{key['id']}/revoke", headers={"If-Match": f'"{version}"'}))
        query = f"mutation($id: UUID!, $version: Int!) {{ revokeApiKey(id: $id, version: $version) {{ {ROW} }} }}"
        return (await graph_of(self.api, query, id=key["id"], version=version))["revokeApiKey"]


@pytest.fixture(params=DOORS)
async def keys(request: pytest.FixtureRequest, sign_in: SignIn, clock: TestClock) -> Keys:
    """Keys as the boss, who holds everything, manages them."""
    return Keys(await sign_in("boss", role="boss"), request.param, clock)


@pytest.fixture
async def rest_keys(sign_in: SignIn, clock: TestClock) -> Keys:
    return Keys(await sign_in("boss", role="boss"), "rest", clock)


async def ask(app: FastAPI, secret: str, path: str = "/customers", method: str = "GET", **options: Any) -> httpx.Response:
    """A program with this key, in another process's eyes a stranger."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url=BASE) as http:
        return await http.request(method, f"/api/v1{path}", headers={"authorization": f"Bearer {secret}"}, **options)


async def grant(runtime: Runtime, company: Company, username: str, permissions: dict[str, Scope], **fields: Visibility) -> Employee:
    """An employee with a role of his own."""
    employee = await company.employee(username)
    async with runtime.uow(company.id) as uow:
        role = Role(id=new_id(), code=f"r_{username}", name=username)
        uow.session.add(role)
        await uow.session.flush()
        uow.session.add_all(RolePermission(role_id=role.id, permission=code, scope=Small(scope)) for code, scope in permissions.items())
        uow.session.add_all(
            RoleField(role_id=role.id, field=name.replace("__", "."), visibility=Small(shown)) for name, shown in fields.items()
        )
        mine = EmployeeRole.employee_id == employee.id
        await uow.session.execute(update(EmployeeRole).where(mine).values(role_id=role.id))
    return employee


async def test_what_is_shown_and_stored(keys: Keys, company: Company, runtime: Runtime) -> None:
    key, secret = await keys.create(VIEW, ASSIGN, VIEW, networks=["10.1.2.3/8", "2001:db8::/32"])
    boss = company.employees["boss"]
    assert secret.startswith(f"ak_{company.id.hex}_{UUID(key['id']).hex}_")
    assert len(secret.rsplit("_", 1)[1]) * 4 == 256
    assert (key["hint"], key["employee"]) == (secret[-4:], {"id": str(boss.id), "displayName": "员工boss"})
    assert (key["permissions"], key["networks"]) == ([ASSIGN, VIEW], ["10.0.0.0/8", "2001:db8::/32"])
    assert (key["lastUsedAt"], key["lastIp"], key["place"], key["revokedAt"]) == (None, "", "", None)
    assert [(action["action"], action["allowed"]) for action in key["allowedActions"]] == [("revoke", True)]
    (listed,) = await keys.list()
    assert {name: listed[name] for name in key if name in listed} == key
    async with runtime.read(company.id) as session:
        row = (await session.scalars(select(ApiKey))).one()
        entries = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "access.api_key_created"))).all()
    assert row.digest == hashlib.sha256(secret.encode()).digest()
    (entry,) = entries
    assert (entry.subject_id, entry.facts["permissions"]) == (row.id, [ASSIGN, VIEW])
    assert secret[-64:] not in str(vars(row)) + str(vars(entry)) + str(listed)


async def test_the_newest_first(keys: Keys) -> None:
    made = [(await keys.create(VIEW, name=name))[0]["id"] for name in ("甲", "乙", "丙")]
    assert [key["id"] for key in await keys.list()] == made[::-1]
    assert [key["id"] for key in await keys.list(limit=2)] == [made[2], made[1]]


async def test_pages(rest_keys: Keys) -> None:
    made = [(await rest_keys.create(VIEW, name=name))[0]["id"] for name in ("甲", "乙", "丙")]
    page = await rest_keys.api.ok("GET", "/api-keys", params={"limit": 2})
    rest = await rest_keys.api.ok("GET", "/api-keys", params={"limit": 2, "cursor": page["nextCursor"]})
    assert [key["id"] for key in page["items"] + rest["items"]] == made[::-1]
    assert rest["nextCursor"] is None


async def test_a_replay_does_not_tell_the_secret_again(rest_keys: Keys) -> None:
    body = {"name": "看板", "permissions": [VIEW], "expiresAt": (rest_keys.clock.now() + DAY).isoformat()}
    first, again = [await rest_keys.api("POST", "/api-keys", json=body, headers={"Idempotency-Key": "1"}) for _ in range(2)]
    assert first.json()["secret"].startswith("ak_")
    assert again.json() == {**first.json(), "secret": None}
    assert first.headers["cache-control"] == "no-store"
    assert len(await rest_keys.list()) == 1


class TestUse:
    async def test_it_may_what_it_says_and_no_more(self, app: FastAPI, keys: Keys, company: Company) -> None:
        _, secret = await keys.create(VIEW)
        await company.customer()
        assert len((await ask(app, secret)).json()["items"]) == 1
        me = (await ask(app, secret, "/me")).json()
        assert [held["permission"] for held in me["permissions"]] == [VIEW]
        for path in ("/api-keys", "/roles", "/channels"):
            assert (await ask(app, secret, path)).status_code in {403, 404}
        assert (await ask(app, secret, "/api-keys", "POST", json={})).status_code in {403, 422}
        body = {"name": "x", "permissions": [VIEW], "expiresAt": (keys.clock.now() + DAY).isoformat()}
        assert code_of(await ask(app, secret, "/api-keys", "POST", json=body)) == "core.forbidden"

    async def test_its_reach_is_its_owners(self, app: FastAPI, rest_keys: Keys, company: Company) -> None:
        owner = await company.employee("sales1")
        await company.employee("sales2")
        mine, other = await company.customer(), await company.customer()
        async with company.runtime.uow(company.id) as uow:
            for customer, employee in ((mine, owner), (other, company.employees["sales2"])):
                row = await uow.session.get_one(type(customer), (company.id, customer.id))
                row.owner_id = employee.id
        _, secret = await rest_keys.create(VIEW, employeeId=str(owner.id))
        assert [row["id"] for row in (await ask(app, secret)).json()["items"]] == [str(mine.id)]

    async def test_graphql_takes_it_too(self, app: FastAPI, rest_keys: Keys) -> None:
        _, secret = await rest_keys.create(VIEW)
        headers = {"authorization": f"Bearer {secret}"}
        answer = await rest_keys.api._http.post("/graphql", json={"query": "{ me { permissions { permission } } }"}, headers=headers)
        assert answer.json()["data"]["me"]["permissions"] == [{"permission": VIEW}]

    async def test_only_the_whole_secret_opens(self, app: FastAPI, rest_keys: Keys, runtime: Runtime, company: Company) -> None:
        key, secret = await rest_keys.create(VIEW)
        _, another = await rest_keys.create(VIEW)
        other = await new_company(runtime)
        head, _, tail = secret.rpartition("_")
        for wrong in (
            head + "_" + tail[:-1] + ("0" if tail[-1] != "0" else "1"),
            head + "_" + another.rsplit("_", 1)[1],
            head + "_" + "0" * 64,
            head + "_",
            head,
            secret + "0",
            secret.upper(),
            "ak_",
            secret.replace(company.id.hex, other.id.hex),
            secret.replace(UUID(key["id"]).hex, new_id().hex),
            secret.replace("ak_", "lb_"),
            f"ak_{'0' * 32}_{'0' * 32}_{'0' * 64}",
        ):
            answer = await ask(app, wrong)
            assert (answer.status_code, code_of(answer)) == (401, "core.unauthenticated"), wrong
        assert (await ask(app, secret)).status_code == 200

    async def test_its_time(self, app: FastAPI, rest_keys: Keys, clock: TestClock) -> None:
        _, secret = await rest_keys.create(VIEW, days=1)
        clock.move(DAY - timedelta(minutes=1))
        assert (await ask(app, secret)).status_code == 200
        clock.move(timedelta(minutes=1))
        assert code_of(await ask(app, secret)) == "core.unauthenticated"

    async def test_its_networks(self, app: FastAPI, rest_keys: Keys) -> None:
        """The client of these tests calls from 127.0.0.1."""
        _, near = await rest_keys.create(VIEW, networks=["127.0.0.0/8", "10.0.0.0/8"])
        _, far = await rest_keys.create(VIEW, networks=["10.0.0.0/8", "::/0"])
        assert (await ask(app, near)).status_code == 200
        answer = await ask(app, far)
        assert (answer.status_code, code_of(answer)) == (401, "access.ip-refused")

    async def test_revoked(self, app: FastAPI, keys: Keys, runtime: Runtime, company: Company) -> None:
        key, secret = await keys.create(VIEW)
        assert (await ask(app, secret)).status_code == 200
        with pytest.raises(Refused) as stale:
            await keys.revoke(key, version=key["version"] + 1)
        assert stale.value.code == "core.stale"
        gone = await keys.revoke(key)
        assert gone["revokedAt"] is not None
        assert [(one["action"], one["allowed"]) for one in gone["allowedActions"]] == [("revoke", False)]
        assert code_of(await ask(app, secret)) == "core.unauthenticated"
        with pytest.raises(Refused) as over:
            await keys.revoke(gone)
        assert over.value.code == "access.api-key-over"
        with pytest.raises(Refused) as none:
            await keys.revoke({**key, "id": str(new_id())})
        assert none.value.code == "access.api-key-not-found"
        async with runtime.read(company.id) as session:
            assert len((await session.scalars(select(AuditEntry).where(AuditEntry.action == "access.api_key_revoked"))).all()) == 1

    async def test_two_revoke_at_once(self, rest_keys: Keys) -> None:
        key, _ = await rest_keys.create(VIEW)
        answers = await asyncio.gather(*(rest_keys.revoke(key) for _ in range(4)), return_exceptions=True)
        assert len([answer for answer in answers if isinstance(answer, dict)]) == 1
        assert {answer.code for answer in answers if isinstance(answer, Refused)} == {"core.stale"}

    async def test_it_ends_with_its_owners_account(self, app: FastAPI, rest_keys: Keys, runtime: Runtime, company: Company) -> None:
        owner = await company.employee("sales1")
        _, secret = await rest_keys.create(VIEW, employeeId=str(owner.id))
        assert (await ask(app, secret)).status_code == 200

        async def switch(*, active: bool) -> None:
            async with runtime.uow(company.id) as uow:
                await uow.session.execute(update(Employee).where(Employee.id == owner.id).values(active=active))
                uow.changed(employee_id=owner.id)

        async def status() -> int:
            return (await ask(app, secret)).status_code

        await switch(active=False)
        await until(lambda: _is(status, 401))
        assert code_of(await ask(app, secret)) == "access.account-disabled"

    async def test_closing_the_account_ends_them_for_good(self, app: FastAPI, rest_keys: Keys, company: Company) -> None:
        owner = await company.employee("sales1")
        _, secret = await rest_keys.create(VIEW, employeeId=str(owner.id))
        assert (await ask(app, secret)).status_code == 200
        boss, path = rest_keys.api, f"/employees/{owner.id}"
        for act, body in (("deactivate", {"reason": "left"}), ("activate", None)):
            version = (await boss.ok("GET", path))["version"]
            await boss.ok("POST", f"{path}/{act}", json=body, headers={"If-Match": str(version)})
            assert code_of(await ask(app, secret)) == "core.unauthenticated"
        (key,) = await rest_keys.list()
        assert key["revokedAt"] is not None
        async with company.runtime.read(company.id) as session:
            entry = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "access.api_key_revoked"))).one()
        assert (entry.facts["reason"], str(entry.subject_id)) == ("left", key["id"])

    async def test_what_the_owner_loses_the_key_loses(self, app: FastAPI, rest_keys: Keys, runtime: Runtime, company: Company) -> None:
        owner = await grant(runtime, company, "sales1", {VIEW: Scope.SELF})
        _, secret = await rest_keys.create(VIEW, employeeId=str(owner.id))
        assert (await ask(app, secret)).status_code == 200
        await grant(runtime, company, "sales2", {})
        async with runtime.uow(company.id) as uow:
            role = await uow.session.scalar(select(Role.id).where(Role.code == "r_sales2"))
            await uow.session.execute(update(EmployeeRole).where(EmployeeRole.employee_id == owner.id).values(role_id=role))
            uow.changed(employee_id=owner.id)

        async def status() -> int:
            return (await ask(app, secret)).status_code

        await until(lambda: _is(status, 403))

    async def test_its_last_use_is_shown(self, app: FastAPI, keys: Keys) -> None:
        _, secret = await keys.create(VIEW)
        await ask(app, secret)
        await app.state.gate.uses.share()
        (key,) = await keys.list()
        assert key["lastUsedAt"] is not None
        assert (key["lastIp"], key["place"]) == ("127.0.0.1", "内网")

    async def test_what_it_does_is_told_apart_in_the_trail(self, app: FastAPI, rest_keys: Keys, runtime: Runtime, company: Company) -> None:
        key, secret = await rest_keys.create("customers.create")
        body = {"name": "张三", "phone": "13700000001"}
        assert (await ask(app, secret, "/customers", "POST", json=body)).status_code == 201
        async with runtime.read(company.id) as session:
            entry = (await session.scalars(select(AuditEntry).where(AuditEntry.session_id == UUID(key["id"])))).first()
        assert entry is not None
        assert (entry.actor_name, entry.client, entry.actor_id) == ("员工boss（看板）", "api", company.employees["boss"].id)


async def _is(ask_for: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await ask_for() == wanted


class TestMaking:
    @pytest.mark.parametrize(
        ("change", "pointer", "code"),
        [
            ({"permissions": [VIEW, "no.such"]}, "/permissions/1", "access.unknown-permission"),
            ({"permissions": ["access.keys.manage"]}, "/permissions/0", "access.key-never"),
            ({"permissions": ["access.roles.manage"]}, "/permissions/0", "access.key-never"),
            ({"permissions": ["access.policies.manage"]}, "/permissions/0", "access.key-never"),
            ({"permissions": ["access.sessions.manage"]}, "/permissions/0", "access.key-never"),
            ({"permissions": []}, "/permissions", "core.too-short"),
            ({"networks": ["10.0.0.0/33"]}, "/networks/0", "core.cidr"),
            ({"name": ""}, "/name", "core.string-too-short"),
            ({"days": 367}, "/expiresAt", "access.key-life"),
            ({"days": 0}, "/expiresAt", "access.key-life"),
            ({"days": -1}, "/expiresAt", "access.key-life"),
        ],
    )
    async def test_what_is_not_valid(self, keys: Keys, change: dict[str, Any], pointer: str, code: str) -> None:
        with pytest.raises(Refused) as refused:
            await keys.create(
                *change.get("permissions", [VIEW]), **{name: value for name, value in change.items() if name != "permissions"}
            )
        assert refused.value.pointers == [(pointer, code)]
        assert await keys.list() == []

    async def test_a_leap_year(self, rest_keys: Keys) -> None:
        assert (await rest_keys.create(VIEW, days=366))[1]

    async def test_who_may(self, keys: Keys, sign_in: SignIn) -> None:
        sales = Keys(await sign_in("sales1"), "rest" if keys.rest else "graphql", keys.clock)
        key, _ = await keys.create(VIEW)
        for asking in (sales.create(VIEW), sales.list(), sales.revoke(key)):
            with pytest.raises(Refused) as refused:
                await asking
            assert refused.value.code == "core.forbidden"

    async def test_for_nobody(self, keys: Keys, runtime: Runtime) -> None:
        other = await new_company(runtime)
        for employee_id in (new_id(), (await other.employee("x")).id):
            with pytest.raises(Refused) as refused:
                await keys.create(VIEW, employeeId=str(employee_id))
            assert refused.value.code == "access.employee-not-found"

    async def test_nothing_that_the_owner_does_not_hold(self, keys: Keys, runtime: Runtime, company: Company) -> None:
        owner = await grant(runtime, company, "sales1", {VIEW: Scope.SELF})
        with pytest.raises(Refused) as refused:
            await keys.create(VIEW, ASSIGN, employeeId=str(owner.id))
        assert refused.value.pointers == [("/permissions/1", "access.key-beyond-owner")]

    @pytest.mark.parametrize(
        ("mine", "theirs", "good"),
        [
            (Scope.COMPANY, Scope.COMPANY, True),
            (Scope.COMPANY, Scope.SELF, True),
            (Scope.DEPARTMENT, Scope.TEAM, True),
            (Scope.TEAM, Scope.TEAM, True),
            (Scope.TEAM, Scope.SELF, True),
            (Scope.SELF, Scope.SELF, False),
            (Scope.TEAM, Scope.DEPARTMENT, False),
            (Scope.DEPARTMENT, Scope.COMPANY, False),
            (None, Scope.SELF, False),
        ],
    )
    async def test_nothing_that_the_maker_does_not_reach(
        self, runtime: Runtime, company: Company, sign_in: SignIn, clock: TestClock, mine: Scope | None, theirs: Scope, good: bool
    ) -> None:
        """Otherwise whoever may make keys could borrow the eyes of anybody else."""
        own = {VIEW: mine} if mine is not None else {}
        await grant(runtime, company, "maker", {"access.keys.manage": Scope.COMPANY, **own})
        owner = await grant(runtime, company, "owner", {VIEW: theirs})
        keys = Keys(await sign_in("maker"), "rest", clock)
        if good:
            assert (await keys.create(VIEW, employeeId=str(owner.id)))[1]
            return
        with pytest.raises(Refused) as refused:
            await keys.create(VIEW, employeeId=str(owner.id))
        assert (refused.value.code, refused.value.pointers) == (
            "access.beyond-own",
            [("/permissions/0", "access.beyond-own")],
        )

    async def test_nor_of_another_team(self, runtime: Runtime, company: Company, sign_in: SignIn, clock: TestClock) -> None:
        await grant(runtime, company, "maker", {"access.keys.manage": Scope.COMPANY, VIEW: Scope.TEAM})
        await company.employee("owner", unit=company.other_team)
        owner = await grant(runtime, company, "owner", {VIEW: Scope.SELF})
        with pytest.raises(Refused) as refused:
            await Keys(await sign_in("maker"), "rest", clock).create(VIEW, employeeId=str(owner.id))
        assert refused.value.code == "access.beyond-own"

    async def test_nor_fields_that_the_maker_sees_masked(
        self, runtime: Runtime, company: Company, sign_in: SignIn, clock: TestClock
    ) -> None:
        await grant(runtime, company, "maker", {"access.keys.manage": Scope.COMPANY, VIEW: Scope.COMPANY})
        owner = await grant(runtime, company, "owner", {VIEW: Scope.SELF}, customer__phone=Visibility.FULL)
        keys = Keys(await sign_in("maker"), "rest", clock)
        with pytest.raises(Refused) as refused:
            await keys.create(VIEW, employeeId=str(owner.id))
        assert refused.value.pointers == [("/employeeId", "access.beyond-own")]
        assert (await keys.create(VIEW))[1]

    async def test_it_is_confirmed_again_where_the_role_wants_it(
        self, keys: Keys, runtime: Runtime, company: Company, app: FastAPI
    ) -> None:
        key, _ = await keys.create(VIEW)
        parts = PolicyParts(factor=FactorPart(required=False, step_up=["policies"])).model_dump(mode="json")
        boss = company.employees["boss"]
        async with app.state.runtime.uow(company.id) as uow:
            uow.session.add(LoginPolicy(employee_id=boss.id, client="ios", parts=parts, overrides=["factor"]))
            uow.changed(employee_id=boss.id)
        for asking in (keys.create(VIEW), keys.revoke(key)):
            with pytest.raises(Refused) as refused:
                await asking
            assert refused.value.code == "core.step-up-required"
        assert len(await keys.list()) == 1


async def test_it_is_announced(rest_keys: Keys, company: Company, settle: Callable[[], Awaitable[None]]) -> None:
    """Other areas can tell the owner that something acts in his name."""
    told: list[tuple[str, UUID]] = []

    async def note(_uow: Any, event: Any) -> None:
        told.append((event.type, event.employee_id))

    names = {ApiKeyCreated: "test.key_created", ApiKeyRevoked: "test.key_revoked"}
    for event, name in names.items():
        consumer(event, name)(note)
    try:
        owner = await company.employee("sales1")
        key, _ = await rest_keys.create(VIEW, employeeId=str(owner.id))
        await rest_keys.revoke(key)
        await settle()
    finally:
        for event, name in names.items():
            with suppress(KeyError):
                _BY_EVENT[event].remove(CONSUMERS.pop(name))
    assert sorted(told) == [("access.api_key_created", owner.id), ("access.api_key_revoked", owner.id)]
