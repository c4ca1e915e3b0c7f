"""Row-level security as the application role sees it."""

from collections.abc import AsyncGenerator
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

import loanbroker_api.models  # noqa: F401 # registers every table
from loanbroker_api.access.models import Employee
from loanbroker_api.core.db import Base
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.customers.models import Source
from loanbroker_api.settings import Settings
from support.company import Company, new_company

TENANT_TABLES = sorted(name for name, table in Base.metadata.tables.items() if "tenant_id" in table.c and name != "tenant_directory")


def state_of(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", "")


@pytest.fixture(scope="module")
async def other(settings: Settings) -> AsyncGenerator[Company]:
    """A second company with something in most tables."""
    async with open_runtime(settings) as runtime:
        yield await _filled(runtime)


async def _filled(runtime: Runtime) -> Company:
    company = await new_company(runtime)
    await company.employee("sales1")
    await company.channel()
    await company.customer()
    return company


async def test_the_tests_run_as_the_application(runtime: Runtime) -> None:
    async with runtime.database.app.connect() as connection:
        assert await connection.scalar(text("SELECT current_user")) == "lb_app"


async def test_unbound_nothing_is_seen(runtime: Runtime, other: Company) -> None:
    async with runtime.database.app.connect() as connection:
        seen = {table: await connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in TENANT_TABLES}
    assert seen == dict.fromkeys(TENANT_TABLES, 0)


async def test_bound_nothing_of_others_is_seen(runtime: Runtime, company: Company, other: Company) -> None:
    async with runtime.read(company.id) as session:
        counts = {table: text(f"SELECT count(*) FROM {table} WHERE tenant_id <> :own") for table in TENANT_TABLES}
        seen = {table: await session.scalar(count, {"own": company.id}) for table, count in counts.items()}
    assert seen == dict.fromkeys(TENANT_TABLES, 0)


async def test_the_check_would_see_what_is_there(administrator, other: Company) -> None:
    for table in ("customer", "customer_phone", "customer_token", "employee", "channel", "audit_entry", "tenant_key"):
        assert await administrator.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", other.id) > 0


async def test_naming_another_tenant_finds_nothing(runtime: Runtime, company: Company, other: Company) -> None:
    stranger = await other.employee("sales1")
    async with runtime.read(company.id) as session:
        assert await session.get(Employee, (other.id, stranger.id)) is None
        assert await session.scalar(select(Employee).where(Employee.id == stranger.id)) is None
        assert await session.scalar(text("SELECT count(*) FROM employee WHERE tenant_id = :t"), {"t": other.id}) == 0


async def test_a_binding_ends_with_its_transaction(runtime: Runtime, company: Company) -> None:
    async with runtime.read(company.id) as session:
        assert await session.scalar(text("SELECT count(*) FROM tenant")) == 1
    for _ in range(runtime.settings.database_pool):
        async with runtime.database.app.connect() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM tenant")) == 0


async def test_a_row_for_another_tenant_is_refused(runtime: Runtime, company: Company, other: Company) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with runtime.uow(company.id) as uow:
            await uow.session.execute(insert(Source).values(tenant_id=other.id, id=new_id(), name="x", kind="generic"))
    assert state_of(refused.value) == "42501"


async def test_a_row_cannot_be_given_to_another_tenant(runtime: Runtime, company: Company, other: Company) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with runtime.uow(company.id) as uow:
            await uow.session.execute(text("UPDATE org_unit SET tenant_id = :other WHERE tenant_id = :own"), _ids(company, other))
    assert state_of(refused.value) == "42501"


async def test_anothers_rows_are_neither_changed_nor_deleted(runtime: Runtime, company: Company, other: Company) -> None:
    async with runtime.uow(company.id) as uow:
        for statement in ("UPDATE source SET name = 'x'", "DELETE FROM source"):
            done = await uow.session.execute(text(f"{statement} WHERE tenant_id = :other"), {"other": other.id})
            assert done.rowcount == 0


async def test_a_foreign_key_stays_within_the_tenant(runtime: Runtime, company: Company, other: Company) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with runtime.uow(company.id) as uow:
            await uow.session.execute(
                update(Employee).where(Employee.id == (await company.employee("sales1")).id).values(unit_id=other.team)
            )
    assert state_of(refused.value) == "23503"


async def test_a_reading_session_cannot_write(runtime: Runtime, company: Company) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with runtime.read(company.id) as session:
            await session.execute(text("UPDATE tenant SET name = 'x' WHERE tenant_id = :own"), {"own": company.id})
    assert state_of(refused.value) == "25006"


async def test_a_reading_session_cannot_make_itself_write(runtime: Runtime, company: Company) -> None:
    with pytest.raises(DBAPIError):
        async with runtime.read(company.id) as session:
            await session.execute(text("SET transaction_read_only = off"))


@pytest.mark.parametrize("role", ["lb_owner", "postgres", "lb_migrator"])
async def test_the_application_cannot_become(runtime: Runtime, role: str) -> None:
    with pytest.raises(DBAPIError):
        async with runtime.database.app.connect() as connection:
            await connection.execute(text(f"SET ROLE {role}"))


@pytest.mark.parametrize("table", ["inbox", "outbox", "background_task"])
async def test_the_sweeper_sees_no_payload(runtime: Runtime, table: str) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with runtime.database.sweeper.connect() as connection:
            await connection.execute(text(f"SELECT * FROM {table}"))
    assert state_of(refused.value) == "42501"


def _ids(company: Company, other: Company) -> dict[str, UUID]:
    return {"own": company.id, "other": other.id}
