"""Every statement that the application sends about a tenant table names the tenant, as a distributed server needs it to find the shard.

Row-level security would filter anyway; a policy does not route. The walk calls each operation of REST and fails for one that it cannot call.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, event

from loanbroker_api import worker
from loanbroker_api.access.queries import all_tenants
from loanbroker_api.app import ROUTERS
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import Base
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.events import NEXT_ACTION
from loanbroker_api.customers.tasks import NEW_CUSTOMER
from loanbroker_api.notifications.service import notify
from loanbroker_api.workspace import service
from support.client import Api
from support.clock import TestClock
from support.company import Company, fresh_phone
from support.walks.analytics import walk_analytics
from support.walks.audit import walk_audit
from support.walks.cases import walk_cases
from support.walks.factors import walk_factors
from support.walks.machines import walk_machines
from support.walks.policies import walk_policies
from support.walks.products import walk_products
from support.walks.sessions import walk_sessions
from support.walks.staff import walk_staff
from support.webhooks import Platform

SignIn = Callable[..., Awaitable[Api]]
TENANT_TABLES = {name for name, table in Base.metadata.tables.items() if "tenant_id" in table.c} - {"tenant_directory"}
_NAMED = re.compile(
    r'\b(FROM|JOIN|UPDATE|INTO|USING)\s+"?(\w+)"?(?:\s+(?:AS\s+)?(?!ON\b|SET\b|WHERE\b|VALUES\b|JOIN\b|ORDER\b|LEFT\b|USING\b)(\w+))?',
    re.IGNORECASE,
)
_MORE = re.compile(r",\s*(?:LATERAL\s+)?(\w+)(?:\s+AS\s+(\w+))?(?=\s*(?:,|\bWHERE\b|$))", re.IGNORECASE)


def unrouted(statement: str) -> list[str]:
    """Tables of tenants that a statement reads or writes without saying of which tenant."""
    text = re.sub(r"\s+", " ", statement)
    found: list[str] = []
    named = [(verb.upper(), table.lower(), alias) for verb, table, alias in _NAMED.findall(text)]
    listed = [part for clause in re.findall(r"\bFROM ([\w, ]+?)(?: WHERE|$)", text) for part in _MORE.findall(", " + clause)]
    named += [("FROM", table.lower(), alias) for table, alias in listed]
    for verb, table, alias in named:
        if table not in TENANT_TABLES:
            continue
        if verb == "INTO":
            columns = re.search(rf"INTO {table}(?: AS \w+)? \(([^)]*)\)", text)
            if columns is None or "tenant_id" not in columns.group(1):
                found.append(f"{table}: {text}")
            continue
        name = alias or table
        side = rf"(?:\b{name}\.tenant_id|(?<![\w.])tenant_id)"
        if not re.search(rf"{side} =|= {side}|{side} IN ", text):
            found.append(f"{table}: {text}")
    return found


@pytest.mark.parametrize(
    ("statement", "is_refused"),
    [
        ("SELECT customer.tenant_id, customer.id FROM customer WHERE customer.id = $1", True),
        ("SELECT customer.id FROM customer WHERE customer.tenant_id = $1::UUID AND customer.id = $2", False),
        ("SELECT c.id FROM customer AS c JOIN employee AS e ON e.id = c.owner_id WHERE c.tenant_id = $1", True),
        ("SELECT c.id FROM customer c JOIN employee e ON e.tenant_id = c.tenant_id WHERE c.tenant_id = $1", False),
        ("SELECT a.id FROM customer AS a, employee AS b WHERE a.tenant_id = $1", True),
        ("UPDATE customer SET stage = $1 WHERE customer.id = $2", True),
        ("DELETE FROM outbox WHERE tenant_id = $1 AND id = $2", False),
        ("INSERT INTO source (id, name) VALUES ($1, $2)", True),
        ("INSERT INTO source (tenant_id, id, name) VALUES ($1, $2, $3)", False),
        ("SELECT count(*) FROM (SELECT id FROM notification WHERE read_at IS NULL LIMIT 9) AS anon_1", True),
        ("SELECT code FROM tenant_directory WHERE code = $1", False),
    ],
)
def test_the_check_sees(statement: str, is_refused: bool) -> None:
    assert bool(unrouted(statement)) is is_refused


@pytest.fixture
def sent(app: FastAPI, runtime: Runtime) -> Iterator[set[str]]:
    """What the application role sends; the sweeper and the sealer ask about all tenants on purpose."""
    statements: set[str] = set()
    over_all = {engine.sync_engine for one in (runtime, app.state.runtime) for engine in (one.database.sweeper, one.database.sealer)}

    def note(connection: Any, _cursor: object, statement: str, *_: object) -> None:
        if connection.engine not in over_all:
            statements.add(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


class Walk:
    """Calls operations of REST, remembering which were called."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.called: set[tuple[str, str]] = set()

    async def __call__(self, method: str, template: str, *, api: Api | None = None, status: int | None = None, **options: Any) -> Any:
        """`template` as in the document; names in braces are taken from `options`."""
        path = template
        for name in re.findall(r"\{(\w+)\}", template):
            path = path.replace(f"{{{name}}}", str(options.pop(name)))
        answer = await (api or self.api)(method, path, **options)
        assert answer.is_success if status is None else answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        self.called.add((method, f"/api/v1{template}"))
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else None


async def test_every_statement_names_its_tenant(
    app: FastAPI,
    runtime: Runtime,
    company: Company,
    sign_in: SignIn,
    settle: Callable[[], Awaitable[None]],
    sent: set[str],
    clock: TestClock,
) -> None:
    boss, sales, leader = await sign_in("boss", role="boss"), await sign_in("sales1"), await sign_in("leader1", role="leader")
    walk = Walk(boss)
    await _sessions(walk, company, boss)
    await _channels(walk, app, company, settle)
    customer_id = await _customers(walk, company, sales, leader)
    await walk_cases(walk, company, sales, leader)
    await _workspace(walk, runtime, company, boss, settle, clock)
    await walk_products(walk, customer_id, await sign_in("sales3"), leader)
    await walk_analytics(walk, runtime, company, boss, leader)
    await walk_policies(walk, company, await sign_in("admin", role="admin"))
    await walk_factors(walk, await sign_in("sales4"), clock)
    await walk_staff(walk, company, await sign_in("admin", role="admin", unit=company.root), leader)
    await walk_machines(walk, app, company, sales, clock)
    await walk_audit(walk, runtime, company, boss, settle, clock)
    await walk_sessions(walk, app, company, app.state.runtime, leader, await sign_in("admin", role="admin"), clock)
    await _graphql(boss, sales, customer_id)
    clock.move(timedelta(hours=2))
    await worker.sweep(runtime)
    await worker.seal(runtime)
    assert company.id in await all_tenants(runtime)
    async with runtime.uow(company.id) as uow:
        await service.purge(uow)
    await walk("POST", "/auth/logout", api=await sign_in("sales1"))
    await settle()
    routes = {(method, route.path) for router in ROUTERS for route in router.routes for method in route.methods}  # type: ignore[attr-defined]
    streams = {("GET", "/api/v1/events")}  # tests/workspace/test_push.py
    assert routes - streams - walk.called == set(), "the walk does not call these"
    assert sorted(fault for statement in sent for fault in unrouted(statement)) == []
    touched = {table for statement in sent for _, table, _ in _NAMED.findall(statement)} & TENANT_TABLES
    # Seal and head of the chain are the sealer's.
    assert touched >= TENANT_TABLES - {"audit_seal", "audit_head"}


async def _sessions(walk: Walk, company: Company, boss: Api) -> None:
    body = {"tenant": company.code, "username": "boss", "password": "wrong", "client": "ios"}
    await walk("POST", "/auth/login", json=body, status=401)
    await walk("POST", "/auth/refresh", json={"refreshToken": boss.refresh_token, "deviceToken": boss.device_token})
    await walk("GET", "/me")
    await walk("PUT", "/me/duty", json={"onDuty": False})
    await walk("GET", "/org-units")
    for params in ({}, {"search": "员工", "unitId": str(company.team), "active": "true", "limit": 1}):
        await walk("GET", "/employees", params=params)


async def _channels(walk: Walk, app: FastAPI, company: Company, settle: Callable[[], Awaitable[None]]) -> None:
    made = await walk(
        "POST", "/channels", json={"name": "渠道", "kind": "generic", "teamId": str(company.team)}, headers={"Idempotency-Key": "1"}
    )
    channel_id = made["id"]
    await walk("GET", "/channels")
    await walk("GET", "/channels/{channel_id}", channel_id=channel_id)
    await walk(
        "PATCH", "/channels/{channel_id}", channel_id=channel_id, json={"name": "另一个"}, headers={"If-Match": str(made["version"])}
    )
    platform = Platform(app, made["key"], made["secret"])
    phone = fresh_phone()
    for lead in (
        {"leadId": "1", "name": "欧阳修", "phone": phone, "city": "成都", "wantedAmount": "20万", "idNumber": "11010519491231002X"},
        {"leadId": "2", "name": "欧阳修", "phone": phone},
        {"leadId": "3", "name": "无号码"},
        {"leadId": "4", "name": "无号码"},
    ):
        assert (await platform.send(lead)).status_code == 202
    await settle()
    await walk("GET", "/inbox-entries", params={"state": "done", "channelId": channel_id})
    dead = (await walk("GET", "/inbox-entries", params={"state": "dead"}))["items"]
    first, second = [row["id"] for row in dead]
    await walk("GET", "/inbox-entries/{entry_id}", entry_id=first)
    await walk("POST", "/inbox-entries/{entry_id}/replay", entry_id=first, json={"corrections": {"phone": fresh_phone()}})
    await walk("POST", "/inbox-entries/{entry_id}/ignore", entry_id=second, json={"reason": "测试"})
    await walk("POST", "/inbox-entries/replay", json={"channelId": channel_id})
    await walk("POST", "/channels/{channel_id}/rotate-secret", channel_id=channel_id)
    # Nothing listens at the address under which the product would reach itself.
    await walk("POST", "/channels/{channel_id}/test-lead", channel_id=channel_id, status=502)
    await settle()


async def _customers(walk: Walk, company: Company, sales: Api, leader: Api) -> str:
    body = {"name": "张三", "phone": fresh_phone(), "city": "成都", "wantedAmount": "20-30万", "note": "月底"}
    made = await walk("POST", "/customers", api=sales, json=body)
    one = {"customer_id": made["id"]}
    await walk("POST", "/customers", api=sales, json={**body, "name": "李四"}, status=409)
    for api in (walk.api, sales, leader):
        for sort in ("-activeAt", "-createdAt", "nextActionAt"):
            await walk("GET", "/customers", api=api, params={"sort": sort, "limit": 1})
        for view in ("mine", "new", "due", "late", "unreached", "unassigned"):
            await walk("GET", "/customers", api=api, params={"view": view, "stage": "lead", "intent": "A", "city": "510100"})
        await walk("GET", "/customers/total", api=api, params={"channelId": str(new_id())})
        for text in ("张三", body["phone"], body["phone"][-4:], "zs"):
            await walk("POST", "/customers/search", api=api, json={"search": text, "filter": {"view": "mine"}})
        await walk("GET", "/today", api=api)
    await walk("GET", "/customers/{customer_id}", api=sales, **one)
    patched = await walk(
        "PATCH",
        "/customers/{customer_id}",
        api=sales,
        **one,
        json={"name": "张三丰", "intent": "A", "city": None, "note": "有房"},
        headers={"If-Match": str(made["version"])},
    )
    follow_up = {"outcome": "interested", "intent": "B", "note": "x", "stage": "contact", "nextActionKind": "call"}
    next_at = {"nextActionAt": "2099-01-01T00:00:00Z"}
    await walk("POST", "/customers/{customer_id}/follow-ups", api=sales, **one, json=follow_up)
    await walk("POST", "/customers/{customer_id}/follow-ups", api=sales, **one, json={**follow_up, **next_at}, status=422)
    await _qualification(walk, sales, one)
    for path in ("timeline", "follow-ups", "ownership-history", "qualification", "qualification/history", "state-changes"):
        await walk("GET", f"/customers/{{customer_id}}/{path}", api=sales, **one)
    await walk("POST", "/customers/{customer_id}/reveal", api=sales, **one, json={"field": "phone", "reason": {"code": "call"}})
    assign = {"ownerId": str((await company.employee("sales3")).id), "comment": "移交"}
    version = (await walk("GET", "/customers/{customer_id}", api=leader, **one))["version"]
    await walk("POST", "/customers/{customer_id}/assign", api=leader, **one, json=assign, headers={"If-Match": str(version)})
    await walk("GET", "/cities")
    return patched["id"]


async def _qualification(walk: Walk, sales: Api, one: dict[str, Any]) -> None:
    await walk("GET", "/qualification-fields")
    template = "/customers/{customer_id}/qualification"
    version = (await walk("GET", template, api=sales, **one))["version"]
    for values in ({"fundMonths": 14, "hasHouse": True, "houseValue": 300_000_000, "wantedAmount": 1}, {"hasHouse": False}):
        headers = {"If-Match": str(version)}
        version = (await walk("PATCH", template, api=sales, **one, json={"values": values}, headers=headers))["version"]
    await walk("PATCH", template, api=sales, **one, json={"values": {"hasCar": True}}, headers={"If-Match": "0"}, status=409)
    await walk("GET", f"{template}/history", api=sales, **one, params={"field": "hasHouse", "limit": 1})
    version = (await walk("GET", "/customers/{customer_id}", api=sales, **one))["version"]
    stars = {"json": {"stars": 4}, "headers": {"If-Match": str(version)}}
    await walk("PUT", "/customers/{customer_id}/stars", api=sales, **one, **stars)
    await walk("GET", "/customers/{customer_id}/state-changes", api=sales, **one)


async def _workspace(
    walk: Walk, runtime: Runtime, company: Company, boss: Api, settle: Callable[[], Awaitable[None]], clock: TestClock
) -> None:
    employee = await company.employee("boss")
    actor = Actor(company.id, employee.id, "employee", employee.display_name)
    async with runtime.uow(company.id) as uow:
        tasks = [(await service.start_task(uow, actor, "walk.unknown", {})).id for _ in range(2)]
        todos = [
            (await service.put_todo(uow, employee.id, NEXT_ACTION, ("customer", new_id()), uow.now + timedelta(hours=1))) for _ in range(2)
        ]
        await service.hand_todos(uow, todos[0].subject_id, employee.id)
        await notify(uow, employee.id, NEW_CUSTOMER)
    await walk("POST", "/tasks/{task_id}/cancel", task_id=tasks[0])
    await settle()
    await walk("GET", "/tasks")
    await walk("GET", "/tasks/{task_id}", task_id=tasks[1])
    await walk("POST", "/tasks/{task_id}/resume", task_id=tasks[1])
    (row,) = (await walk("GET", "/notifications", params={"unread": "true"}))["items"]
    await walk("GET", "/notifications/unread-count")
    await walk("POST", "/notifications/{notification_id}/read", notification_id=row["id"])
    await walk("POST", "/notifications/read-all")
    for state in ("open", "done"):
        await walk("GET", "/todos", params={"state": state})
    due = (clock.now() + timedelta(days=1)).isoformat()
    await walk("POST", "/todos/{todo_id}/reschedule", todo_id=todos[0].id, json={"dueAt": due})
    await walk("POST", "/todos/{todo_id}/complete", todo_id=todos[0].id)
    for kind, body in (("preferences", {"value": {}}), ("drafts", {"body": {}})):
        for method in ("PUT", "GET", "DELETE"):
            options = {"json": body} if method == "PUT" else {}
            await walk(method, f"/{kind}/{{key}}", key="a", **options)
    await walk("GET", "/preferences")


async def _graphql(boss: Api, sales: Api, customer_id: str) -> None:
    row = "id name { value } owner { displayName } team { name } channel { name } note { value } followUps { by { displayName } note { value } }"
    more = "qualification { fields { field by { displayName } } } stateChanges(first: 5) { what by { displayName } }"
    for api in (boss, sales):
        for query in (
            "{ me { employee { id } permissions { permission } } }",
            f"{{ customers(first: 5) {{ edges {{ node {{ {row} {more} timeline(first: 5) {{ id }} allowedActions {{ action }} }} }} }} }}",
            f'{{ searchCustomers(search: "张三", first: 5) {{ edges {{ node {{ {row} }} }} }} }}',
            "mutation { setDuty(onDuty: true) { id } }",
        ):
            answer = await api.graphql(query)
            assert "errors" not in answer, answer
    assert (await boss.graphql("{ channels { name } }"))["data"]["channels"]
    found = await boss.graphql("query($id: UUID!) { customer(id: $id) { version } }", id=customer_id)
    assert found["data"]["customer"]["version"] > 0
