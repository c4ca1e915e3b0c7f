"""Fixtures that every test may ask for: the real servers, the real roles."""

import asyncio
import base64
import hashlib
import secrets
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from pydantic import SecretStr

from foundation import TEST_DATABASE, TEST_PASSWORDS, TEST_POSTGRES
from loanbroker_api import migrate, registry
from loanbroker_api.app import create_app
from loanbroker_api.channels.processing import process_inbox
from loanbroker_api.core import outbox
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.embedded import APPLICATION, MIGRATOR, EmbeddedServers, bootstrap_roles
from loanbroker_api.settings import Settings
from loanbroker_api.workspace import runner
from support.client import Api
from support.clock import TestClock
from support.company import Company, new_company
from support.installation import Installation, new_installation
from support.live import serving


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that the servers' user can reach when the tests run as root; pytest's own tmp_path is closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="loanbroker-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(open_folder: Path) -> Iterator[EmbeddedServers]:
    """PostgreSQL and Valkey of this test process."""
    with EmbeddedServers(open_folder / "servers", postgres_settings=TEST_POSTGRES) as started:
        yield started


@pytest.fixture(scope="session")
def roles(servers: EmbeddedServers) -> dict[str, str]:
    """Passwords by role, once roles and the (empty) database `loanbroker` are there. Name it before anything that migrates."""
    asyncio.run(bootstrap_roles(servers.admin_dsn, TEST_DATABASE, TEST_PASSWORDS))
    return TEST_PASSWORDS


@pytest.fixture(scope="session")
def installation(open_folder: Path) -> Iterator[Installation]:
    """Real processes on servers of their own, for tests that kill them or read what they left on disk."""
    made = new_installation(open_folder / "installation")
    with made.servers:
        made.prepare()
        yield made
        made.end_all()


MASTER_KEY = base64.b64encode(hashlib.sha256(b"master key of the tests").digest()).decode()


@pytest.fixture(scope="session")
def migrated(servers: EmbeddedServers, roles: dict[str, str]) -> str:
    """The name of a migrated database; tests share it, each in a tenant of its own."""
    asyncio.run(migrate.upgrade(servers.dsn(MIGRATOR, roles[MIGRATOR], TEST_DATABASE)))
    return TEST_DATABASE


@pytest.fixture(scope="session")
def template(servers: EmbeddedServers, roles: dict[str, str]) -> str:
    """A migrated database that nobody uses, so that it can be copied."""
    asyncio.run(bootstrap_roles(servers.admin_dsn, "template_of_the_tests", TEST_PASSWORDS))
    asyncio.run(migrate.upgrade(servers.dsn(MIGRATOR, roles[MIGRATOR], "template_of_the_tests")))
    return "template_of_the_tests"


@pytest.fixture
async def clone(servers: EmbeddedServers, settings: Settings, roles: dict[str, str], template: str) -> AsyncGenerator[Settings]:
    """Settings of a database of this test's own, for what sweeps all tenants or changes the schema."""
    name = f"clone_{secrets.token_hex(4)}"
    administrator = await asyncpg.connect(servers.admin_dsn)
    await administrator.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER lb_owner")
    yield settings.model_copy(
        update={
            "database_url": SecretStr(servers.dsn(APPLICATION, roles[APPLICATION], name)),
            "owner_database_url": SecretStr(servers.dsn(MIGRATOR, roles[MIGRATOR], name)),
        }
    )
    await administrator.execute(f"DROP DATABASE {name} (FORCE)")
    await administrator.close()


@pytest.fixture(scope="session")
def settings(servers: EmbeddedServers, roles: dict[str, str], migrated: str) -> Settings:
    """The settings of the product under test: application role, real servers, no SPA."""
    return Settings(
        environment="test",
        database_url=SecretStr(servers.dsn(APPLICATION, roles[APPLICATION], migrated)),
        owner_database_url=SecretStr(servers.dsn(MIGRATOR, roles[MIGRATOR], migrated)),
        redis_url=SecretStr(servers.redis_url),
        master_key=SecretStr(MASTER_KEY),
        frontend_dir=Path("/nonexistent"),
        log_level="ERROR",
    )


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def app(settings: Settings, clock: TestClock) -> AsyncGenerator[FastAPI]:
    """The whole application, started."""
    application = create_app(settings, clock)
    async with LifespanManager(application, startup_timeout=30, shutdown_timeout=30):
        yield application


@pytest.fixture
async def runtime(settings: Settings, clock: TestClock) -> AsyncGenerator[Runtime]:
    """A process's runtime beside the application's, as the worker has one."""
    registry.load()
    async with open_runtime(settings, clock) as opened:
        yield opened


@pytest.fixture
async def live_server(settings: Settings, clock: TestClock) -> AsyncGenerator[str]:
    """The address of a second process's worth of the application, behind a real uvicorn; signs and pushes as `app` does."""
    async with serving(create_app(settings, clock)) as address:
        yield address


@pytest.fixture
async def administrator(servers: EmbeddedServers, migrated: str) -> AsyncGenerator[asyncpg.Connection]:
    """Someone with the database in their hands: a superuser, whom no policy and no grant binds."""
    connection = await asyncpg.connect(servers.dsn("postgres", None, migrated))
    yield connection
    await connection.close()


@pytest.fixture
async def company(runtime: Runtime) -> Company:
    """A new tenant with an org tree."""
    return await new_company(runtime)


@pytest.fixture
async def sign_in(app: FastAPI, company: Company) -> AsyncGenerator[Callable[..., Awaitable[Api]]]:
    """`await sign_in("sales1")`, `await sign_in("boss", role="boss")`: a client of that employee."""
    async with AsyncExitStack() as stack:

        async def enter(username: str, *, client: str = "ios", **options: Any) -> Api:
            await company.employee(username, **options)
            return await (await stack.enter_async_context(Api(app, company, username, client))).login()

        yield enter


@pytest.fixture
def settle(runtime: Runtime, company: Company) -> Callable[[], Awaitable[None]]:
    """Do everything that a worker would now do for this test's company."""

    async def work() -> None:
        await process_inbox(runtime, company.id)
        await outbox.deliver(runtime, company.id)
        await runner.run_due(runtime, company.id)

    return work
