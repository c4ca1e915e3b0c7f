"""The audit chain: what is sealed cannot be changed unseen, by whoever holds the database."""

import asyncio
from collections.abc import AsyncGenerator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from loanbroker_api import cli
from loanbroker_api.core.audit import GENESIS, ChainState, seal_once, verify_chain
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.embedded import EmbeddedServers
from loanbroker_api.settings import Settings
from support.company import Company, new_company


async def act(runtime: Runtime, company: Company, times: int = 1) -> None:
    """Acts that leave one entry each."""
    for n in range(times):
        async with runtime.uow(company.id) as uow:
            uow.audit(company.system, "test.acted", company.id, n=n, text="文字", nested={"b": 1, "a": [1, 2.5, None, True]})


async def seal(runtime: Runtime) -> int:
    return await seal_once(runtime.database, runtime.clock.now())


async def state(runtime: Runtime, company: Company, *, head: bytes | None = None) -> ChainState:
    async with runtime.database.read(company.id, snapshot=True) as session:
        return await verify_chain(session, company.id, known_head=head)


@pytest.fixture
async def sealed(runtime: Runtime, company: Company) -> Company:
    """A company with a chain of three seals."""
    for _ in range(3):
        await act(runtime, company, 2)
        assert await seal(runtime) > 0
    assert (await state(runtime, company)).broken is None
    return company


async def test_a_chain_that_nobody_touched_holds(runtime: Runtime, sealed: Company) -> None:
    found = await state(runtime, sealed)
    assert (found.seals, found.unsealed, found.broken) == (3, 0, None)
    assert found.entries >= 6
    assert found.head != GENESIS
    await act(runtime, sealed)
    waiting = await state(runtime, sealed)
    assert (waiting.unsealed, waiting.head, waiting.broken) == (1, found.head, None)
    await seal(runtime)
    after = await state(runtime, sealed)
    assert (after.seals, after.entries, after.unsealed) == (4, found.entries + 1, 0)
    assert after.head != found.head


async def test_a_company_without_acts_has_an_empty_chain(runtime: Runtime, company: Company) -> None:
    found = await state(runtime, company)
    assert (found.seals, found.head, found.broken) == (0, GENESIS, None)
    assert found.unsealed > 0


COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "action": "'test.other'",
    "actor_kind": "'employee'",
    "actor_id": "gen_random_uuid()",
    "actor_name": "'别人'",
    "session_id": "gen_random_uuid()",
    "subject_id": "gen_random_uuid()",
    "request_id": "'x'",
    "ip": "'10.0.0.1'",
    "client": "'web'",
    "facts": "facts || '{\"n\": 99}'",
}


async def test_a_change_of_any_column_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    columns = await administrator.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = 'audit_entry'")
    assert {row["column_name"] for row in columns} == {*COLUMNS, "tenant_id", "id"}
    one = await administrator.fetchval(
        "SELECT id FROM audit_entry WHERE tenant_id = $1 AND action = 'test.acted' ORDER BY id OFFSET 3 LIMIT 1", sealed.id
    )
    await administrator.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM audit_entry WHERE id = '{one}'")
    for column, value in COLUMNS.items():
        assert await administrator.execute(f"UPDATE audit_entry SET {column} = {value} WHERE id = $1", one) == "UPDATE 1"
        assert (await state(runtime, sealed)).broken == "seal 2 does not match its 2 entries", column
        await administrator.execute("DELETE FROM audit_entry WHERE id = $1", one)
        await administrator.execute("INSERT INTO audit_entry SELECT * FROM kept")
    await administrator.execute("DROP TABLE kept")
    assert (await state(runtime, sealed)).broken is None


async def test_a_deleted_entry_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    gone = await administrator.fetchval(
        "DELETE FROM audit_entry WHERE tenant_id = $1 AND id = (SELECT entry_ids[1] FROM audit_seal WHERE tenant_id = $1 AND n = 3) "
        "RETURNING id",
        sealed.id,
    )
    assert (await state(runtime, sealed)).broken == f"entry {gone} of seal 3 is missing"


@pytest.mark.parametrize("n", [1, 2])
async def test_a_deleted_seal_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection, n: int) -> None:
    await administrator.execute("DELETE FROM audit_seal WHERE tenant_id = $1 AND n = $2", sealed.id, n)
    assert (await state(runtime, sealed)).broken == f"seal {n} is missing"


async def test_a_deleted_last_seal_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    await administrator.execute("DELETE FROM audit_seal WHERE tenant_id = $1 AND n = 3", sealed.id)
    assert (await state(runtime, sealed)).broken == "the chain ends at seal 2, its head says 3"


async def test_a_renumbered_chain_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    await administrator.execute("DELETE FROM audit_seal WHERE tenant_id = $1 AND n = 2", sealed.id)
    await administrator.execute("UPDATE audit_seal SET n = 2 WHERE tenant_id = $1 AND n = 3", sealed.id)
    assert (await state(runtime, sealed)).broken == "seal 2 does not match its 2 entries"


async def test_entries_in_another_order_are_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    await administrator.execute(
        "UPDATE audit_seal SET entry_ids = ARRAY[entry_ids[2], entry_ids[1]] WHERE tenant_id = $1 AND n = 2", sealed.id
    )
    assert (await state(runtime, sealed)).broken == "seal 2 does not match its 2 entries"


INSERT = (
    "INSERT INTO audit_entry SELECT tenant_id, {id}, at + interval '{later}', action, actor_kind, actor_id, actor_name, session_id, subject_id, "
    "request_id, ip, client, facts FROM audit_entry WHERE tenant_id = $1 AND id = (SELECT entry_ids[1] FROM audit_seal WHERE tenant_id = $1 AND n = 2)"
)


async def test_an_inserted_entry_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    await administrator.execute(INSERT.format(id="gen_random_uuid()", later="0 s"), sealed.id)
    assert (await state(runtime, sealed)).broken == "1 entries are in no seal"


@pytest.mark.parametrize("later", ["1 s", "-1 s"])
async def test_a_second_entry_of_the_same_id_is_found(
    runtime: Runtime, sealed: Company, administrator: asyncpg.Connection, later: str
) -> None:
    await administrator.execute(INSERT.format(id="id", later=later), sealed.id)
    assert (await state(runtime, sealed)).broken is not None


async def test_an_inserted_entry_is_not_hidden_by_a_deleted_one(
    runtime: Runtime, sealed: Company, administrator: asyncpg.Connection
) -> None:
    """Numbers alone would be right: one that waited for its seal is gone, another is there."""
    await act(runtime, sealed)
    await administrator.execute(
        "DELETE FROM audit_entry WHERE tenant_id = $1 AND id = (SELECT entry_id FROM audit_todo WHERE tenant_id = $1)", sealed.id
    )
    await administrator.execute(INSERT.format(id="gen_random_uuid()", later="0 s"), sealed.id)
    assert (await state(runtime, sealed)).broken == "1 entries are in no seal"


async def test_an_entry_that_vanished_before_its_seal_is_told(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    await act(runtime, sealed)
    await administrator.execute(
        "DELETE FROM audit_entry WHERE tenant_id = $1 AND id = (SELECT entry_id FROM audit_todo WHERE tenant_id = $1)", sealed.id
    )
    assert (await state(runtime, sealed)).broken == "1 entries that waited for their seal are missing"


async def test_a_cut_tail_is_found_by_a_head_kept_elsewhere(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    """Whoever rewrites entries, seals and head leaves a chain that holds; only a head kept outside tells."""
    before = await state(runtime, sealed)
    await administrator.execute(
        "DELETE FROM audit_entry WHERE tenant_id = $1 AND id = ANY(SELECT unnest(entry_ids) FROM audit_seal WHERE tenant_id = $1 AND n = 3)",
        sealed.id,
    )
    await administrator.execute("DELETE FROM audit_seal WHERE tenant_id = $1 AND n = 3", sealed.id)
    await administrator.execute(
        "UPDATE audit_head SET n = 2, digest = (SELECT digest FROM audit_seal WHERE tenant_id = $1 AND n = 2) WHERE tenant_id = $1",
        sealed.id,
    )
    assert (await state(runtime, sealed)).broken is None
    assert (await state(runtime, sealed, head=before.head)).broken == "the head that was kept is in no seal"


async def test_an_older_head_is_still_in_the_chain(runtime: Runtime, sealed: Company) -> None:
    before = await state(runtime, sealed)
    await act(runtime, sealed)
    await seal(runtime)
    assert (await state(runtime, sealed, head=before.head)).broken is None


async def test_sealers_at_once_make_one_chain(runtime: Runtime, settings: Settings, company: Company) -> None:
    async with open_runtime(settings, runtime.clock) as other:
        await act(runtime, company, 20)
        await asyncio.gather(*(seal(one) for one in (runtime, other, runtime, other)), act(runtime, company, 10))
        await seal(other)
    found = await state(runtime, company)
    assert (found.broken, found.unsealed) == (None, 0)
    assert found.entries >= 30


async def test_a_chain_that_grows_meanwhile_is_not_taken_for_broken(runtime: Runtime, company: Company) -> None:
    async def grow() -> None:
        for _ in range(15):
            await act(runtime, company)
            await seal(runtime)

    growing = asyncio.create_task(grow())
    while not growing.done():
        assert (await state(runtime, company)).broken is None
    await growing


async def test_a_large_backlog_is_sealed_in_parts(runtime: Runtime, company: Company) -> None:
    await act(runtime, company, 7)
    while await seal_once(runtime.database, runtime.clock.now(), limit=3):
        pass
    found = await state(runtime, company)
    assert (found.broken, found.unsealed) == (None, 0)
    assert found.seals == -(-found.entries // 3)


@pytest.mark.parametrize("statement", ["UPDATE {table} SET tenant_id = tenant_id", "DELETE FROM {table}", "TRUNCATE {table}"])
async def test_the_application_cannot_change_what_is_written(runtime: Runtime, company: Company, statement: str) -> None:
    for table in ("audit_entry", "audit_seal", "audit_todo", "audit_head"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with runtime.database.write(company.id, runtime.clock.now()) as session:
                await session.execute(text(statement.format(table=table)))


async def test_the_application_cannot_seal(runtime: Runtime, company: Company) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with runtime.database.write(company.id, runtime.clock.now()) as session:
            await session.execute(text("INSERT INTO audit_seal VALUES (:t, 9, '{}', '', now(), 1)"), {"t": company.id})


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET ip = ''", "DELETE FROM audit_entry", "DELETE FROM audit_seal"])
async def test_the_sealer_cannot_change_what_is_written(runtime: Runtime, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with runtime.database.sealer.begin() as connection:
            await connection.execute(text(statement))


async def test_the_owner_under_force_changes_nothing(
    servers: EmbeddedServers, roles: dict[str, str], sealed: Company, migrated: str
) -> None:
    owner = await asyncpg.connect(servers.dsn("lb_migrator", roles["lb_migrator"], migrated))
    await owner.execute("SET ROLE lb_owner")
    assert await owner.execute("UPDATE audit_entry SET ip = ''") == "UPDATE 0"
    assert await owner.execute("DELETE FROM audit_entry") == "DELETE 0"
    await owner.close()


class TestCommand:
    """`loanbroker verify-audit`, in a database of its own since it looks at every company."""

    @pytest.fixture
    async def companies(self, clone: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[tuple[Runtime, Company, Company]]:
        monkeypatch.setattr(cli, "get_settings", lambda: clone)
        async with open_runtime(clone) as runtime:
            pair = [await new_company(runtime) for _ in range(2)]
            await seal(runtime)
            yield runtime, *sorted(pair, key=lambda company: company.code)

    async def run(self, *arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, cli.app, ["verify-audit", *arguments])
        return result.exit_code, result.output

    async def test_all_companies(self, companies: tuple[Runtime, Company, Company]) -> None:
        runtime, one, other = companies
        status, told = await self.run()
        assert status == 0, told
        known = await state(runtime, one)
        head = known.head.hex()
        assert f"{one.code}: ok, 1 seals, {known.entries} entries, 0 unsealed, head {head}" in told
        assert f"{other.code}: ok" in told

    async def test_a_broken_one_is_named(
        self, companies: tuple[Runtime, Company, Company], servers: EmbeddedServers, clone: Settings
    ) -> None:
        runtime, one, other = companies
        database = clone.database_url.get_secret_value().split("@/")[1].split("?")[0] if clone.database_url else ""
        administrator = await asyncpg.connect(servers.dsn("postgres", None, database))
        await administrator.execute("UPDATE audit_entry SET ip = 'x' WHERE tenant_id = $1", other.id)
        await administrator.close()
        entries = (await state(runtime, one)).entries  # both were founded alike
        status, told = await self.run()
        assert status == 1
        assert f"{one.code}: ok" in told
        assert f"{other.code}: BROKEN: seal 1 does not match its {entries} entries" in told
        assert (await self.run("--tenant", one.code))[0] == 0
        assert (await self.run("--tenant", other.code))[0] == 1

    async def test_a_head_that_was_kept(self, companies: tuple[Runtime, Company, Company]) -> None:
        runtime, one, _ = companies
        head = (await state(runtime, one)).head.hex()
        assert (await self.run("--tenant", one.code, "--head", head))[0] == 0
        status, told = await self.run("--tenant", one.code, "--head", "00" * 31 + "01")
        assert (status, "the head that was kept is in no seal" in told) == (1, True)

    async def test_what_it_refuses(self, companies: tuple[Runtime, Company, Company]) -> None:
        for arguments in (["--tenant", "nobody"], ["--head", "00" * 32], ["--tenant", companies[1].code, "--head", "xyz"]):
            assert (await self.run(*arguments))[0] == 2
