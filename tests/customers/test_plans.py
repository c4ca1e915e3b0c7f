"""The plans of the hot queries are pinned: the SQL that the product sends, as the application's role, by the planner's own judgement."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr
from sqlalchemy import event

from foundation import TEST_PASSWORDS
from loanbroker_api import migrate
from loanbroker_api.core.actor import Actor, Scope
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.ids import first_id_at, new_id
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.customers import queries
from loanbroker_api.customers.models import Stage
from loanbroker_api.customers.permissions import VIEW
from loanbroker_api.customers.schemas import CustomerListParams, CustomerSearchIn
from loanbroker_api.embedded import APPLICATION, MIGRATOR, EmbeddedServers, bootstrap_roles
from loanbroker_api.settings import Settings
from support.company import new_company

DATABASE = "plans"
CUSTOMERS, OTHERS = 50_000, 5_000
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙"
DEPARTMENT = tuple(new_id() for _ in range(5))
TEAMS = (*DEPARTMENT, *(new_id() for _ in range(15)))
SELLERS = tuple((new_id(), team) for team in TEAMS for _ in range(5))
COLUMNS = (
    *("tenant_id", "id", "kind", "name_masked", "phone_masked", "stage", "intent", "city", "owner_id", "team_id", "lead_count"),
    *("active_at", "next_action_at", "first_contact_due_at", "last_outcome", "version", "created_at", "updated_at"),
)
Statement = tuple[str, tuple[Any, ...]]


@dataclass
class Loaded:
    """A company with so many customers that a plan matters, and a smaller one beside it."""

    runtime: Runtime
    tenant_id: UUID
    keys: TenantKeys
    application_dsn: str
    admin_dsn: str

    def actor(self, scope: Scope, *units: UUID) -> Actor:
        return Actor(self.tenant_id, SELLERS[0][0], "employee", "员工", scopes={VIEW: scope}, units={scope: frozenset(units)})


@pytest.fixture(scope="module")
async def loaded(servers: EmbeddedServers, settings: Settings) -> AsyncGenerator[Loaded]:
    """In a database of its own, so that no other test meets these customers."""
    await bootstrap_roles(servers.admin_dsn, DATABASE, TEST_PASSWORDS)
    await asyncio.to_thread(lambda: asyncio.run(migrate.upgrade(servers.dsn(MIGRATOR, TEST_PASSWORDS[MIGRATOR], DATABASE))))
    application = servers.dsn(APPLICATION, TEST_PASSWORDS[APPLICATION], DATABASE)
    async with open_runtime(settings.model_copy(update={"database_url": SecretStr(application)})) as runtime:
        company = await new_company(runtime)
        keys = await runtime.keyring.of(runtime.database, company.id)
        other = await new_company(runtime)
        admin = servers.dsn("postgres", None, DATABASE)
        connection = await asyncpg.connect(admin)
        await connection.execute("SET session_replication_role = replica")  # foreign keys are not what is looked at
        for tenant_id, size in ((company.id, CUSTOMERS), (other.id, OTHERS)):
            rows, tokens = people(size, tenant_id, keys)
            await connection.copy_records_to_table("customer", records=rows, columns=COLUMNS)
            await connection.copy_records_to_table("customer_token", records=tokens, columns=("tenant_id", "token", "customer_id"))
        await connection.execute("VACUUM ANALYZE customer, customer_token")
        await connection.close()
        yield Loaded(runtime, company.id, keys, application, admin)


def phone_of(number: int) -> str:
    return f"138{number:08d}"


def people(size: int, tenant_id: UUID, keys: TenantKeys) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    rng = Random(size)
    last_four = [keys.token("last4", f"{number:04d}") for number in range(10_000)]
    surnames = [keys.token("char", surname) for surname in SURNAMES]
    stages = [stage.value for stage in Stage]
    rows: list[tuple[Any, ...]] = []
    tokens: list[tuple[Any, ...]] = []
    for number in range(size):
        created = NOW - timedelta(days=700 * (1 - number / size))
        customer_id = UUID(int=first_id_at(created).int | rng.getrandbits(62))
        owner, team = rng.choice(SELLERS) if rng.random() < 0.9 else (None, None)
        due = NOW + timedelta(days=rng.random() * 14 - 7) if owner and rng.random() < 0.3 else None
        fresh = created if owner and rng.random() < 0.02 else None
        active = created + timedelta(days=rng.random() * 30)
        rows.append(
            (
                *(tenant_id, customer_id, "person", "王**", "138****0000", rng.choice(stages), rng.choice((None, 1, 2, 3, 4))),
                *(rng.choice((510100, 510100, 500000, 510600)), owner, team, 1, active, due, fresh, rng.randint(1, 6), 1, created, created),
            )
        )
        mine = {keys.token("phone", phone_of(number)), last_four[number % 10_000], rng.choice(surnames)}
        mine |= {rng.getrandbits(62) for _ in range(6)}
        tokens.extend((tenant_id, token, customer_id) for token in mine)
    return rows, tokens


@dataclass(frozen=True)
class Hot:
    """A query that people wait for, and the index that it must use."""

    name: str
    index: str
    ask: Callable[[ReadSession, Loaded], Awaitable[Any]]


def listing(scope: Scope, *units: UUID, **wanted: Any) -> Callable[[ReadSession, Loaded], Awaitable[Any]]:
    return lambda session, loaded: queries.list_customers(
        session, loaded.actor(scope, *units), CustomerListParams.model_validate(wanted), NOW
    )


def searching(text: str, scope: Scope, *units: UUID) -> Callable[[ReadSession, Loaded], Awaitable[Any]]:
    return lambda session, loaded: queries.search_customers(
        session, loaded.actor(scope, *units), loaded.keys, CustomerSearchIn(search=text), NOW
    )


HOT = (
    Hot("list-company", "ix_customer_active", listing(Scope.COMPANY)),
    Hot("list-one-team", "ix_customer_team", listing(Scope.TEAM, DEPARTMENT[0])),
    Hot("list-department", "ix_customer_team", listing(Scope.DEPARTMENT, *DEPARTMENT)),
    Hot("list-own", "ix_customer_owner", listing(Scope.SELF)),
    Hot("list-stage", "ix_customer_stage", listing(Scope.COMPANY, stage="visit")),
    Hot("due-today", "ix_customer_next", listing(Scope.SELF, view="due", sort="nextActionAt")),
    Hot("late", "ix_customer_next", listing(Scope.SELF, view="late", sort="nextActionAt")),
    Hot("search-phone", "pk_customer_token", searching(phone_of(4_321), Scope.COMPANY)),
    Hot("search-surname", "pk_customer_token", searching("王", Scope.COMPANY)),
    Hot("search-two-tokens", "pk_customer_token", searching("王 4321", Scope.COMPANY)),
    Hot("search-one-team", "pk_customer_token", searching("王", Scope.TEAM, DEPARTMENT[0])),
    Hot("search-own", "pk_customer_token", searching("王 4321", Scope.SELF)),
)


@pytest.fixture(params=HOT, ids=lambda hot: hot.name)
def hot(request: pytest.FixtureRequest) -> Hot:
    return request.param


async def sent_by(loaded: Loaded, hot: Hot) -> list[Statement]:
    """Every statement about customers that the query sends, with its values."""
    sent: list[Statement] = []

    def keep(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if "customer" in statement:
            sent.append((statement, tuple(values)))

    engine = loaded.runtime.database.app.sync_engine
    event.listen(engine, "before_cursor_execute", keep)
    try:
        async with loaded.runtime.read(loaded.tenant_id) as session:
            await hot.ask(session, loaded)
    finally:
        event.remove(engine, "before_cursor_execute", keep)
    assert sent
    return sent


@asynccontextmanager
async def application(loaded: Loaded) -> AsyncGenerator[Any]:
    """A transaction of the product's own login."""
    connection = await asyncpg.connect(loaded.application_dsn)
    try:
        async with connection.transaction():
            await connection.execute("SELECT app.bind_tenant($1, true)", loaded.tenant_id)
            yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def without(loaded: Loaded, index: str) -> AsyncGenerator[Any]:
    """The same role where the index is gone; rolled back."""
    connection = await asyncpg.connect(loaded.admin_dsn)
    transaction = connection.transaction()
    await transaction.start()
    try:
        primary = index.startswith("pk_")
        await connection.execute(
            f"ALTER TABLE {index.removeprefix('pk_')} DROP CONSTRAINT {index} CASCADE" if primary else f"DROP INDEX {index}"
        )
        await connection.execute(f"SET LOCAL ROLE {APPLICATION}")
        await connection.execute("SELECT app.bind_tenant($1, false)", loaded.tenant_id)
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


async def plans(connection: Any, statements: list[Statement]) -> list[dict[str, Any]]:
    """Every node of every plan."""
    assert await connection.fetchval("SELECT current_user") == APPLICATION
    changed = await connection.fetch("SELECT name FROM pg_settings WHERE name LIKE 'enable%' AND setting <> boot_val")
    assert changed == []
    assert await connection.fetchval("SELECT count(*) FROM customer") == CUSTOMERS  # bound, and only its own
    nodes: list[dict[str, Any]] = []
    for statement, values in statements:
        (plan,) = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values))
        nodes.extend(below(plan["Plan"]))
    return nodes


def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from below(child)


def verdict(nodes: list[dict[str, Any]], index: str) -> list[str]:
    """What is wrong with the plans; empty is well."""
    read_whole = [node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"]
    wrong = [f"reads all of {table}" for table in read_whole if table in {"customer", "customer_token"}]
    if index not in {node.get("Index Name") for node in nodes}:
        wrong.append(f"does not use {index}")
    return wrong


async def test_a_hot_query_uses_its_index(loaded: Loaded, hot: Hot) -> None:
    async with application(loaded) as connection:
        assert verdict(await plans(connection, await sent_by(loaded, hot)), hot.index) == []


async def test_the_check_sees_that_the_index_is_gone(loaded: Loaded, hot: Hot) -> None:
    statements = await sent_by(loaded, hot)
    async with without(loaded, hot.index) as connection:
        assert verdict(await plans(connection, statements), hot.index) != []
