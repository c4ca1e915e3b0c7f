"""The audit chain: what is sealed cannot be changed unseen, by whoever holds the database."""

import asyncio
from typing import get_args

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from loanbroker_api.core.audit import GENESIS, ChainState, Fault, KnownHead, seal_once, verification, verify_chain
from loanbroker_api.core.audit.verification import FaultKind
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.embedded import EmbeddedServers
from loanbroker_api.settings import Settings
from support.company import Company


async def act(runtime: Runtime, company: Company, times: int = 1) -> None:
    """Acts that leave one entry each."""
    for n in range(times):
        async with runtime.uow(company.id) as uow:
            uow.audit(company.system, "test.acted", company.id, n=n, text="文字", nested={"b": 1, "a": [1, 2.5, None, True]})


async def seal(runtime: Runtime) -> int:
    return await seal_once(runtime.database, runtime.clock.now())


async def state(runtime: Runtime, company: Company, *, head: KnownHead | None = None) -> ChainState:
    async with runtime.database.read(company.id, snapshot=True) as session:
        return await verify_chain(session, company.id, known=head)


async def fault(runtime: Runtime, company: Company, *, head: KnownHead | None = None) -> Fault | None:
    return (await state(runtime, company, head=head)).broken


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
        assert await fault(runtime, sealed) == Fault("changed", 2, one), column
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
    assert await fault(runtime, sealed) == Fault("missing", 3, gone)


@pytest.mark.parametrize("n", [1, 2])
async def test_a_deleted_seal_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection, n: int) -> None:
    await administrator.execute("DELETE FROM audit_seal WHERE tenant_id = $1 AND n = $2", sealed.id, n)
    assert await fault(runtime, sealed) == Fault("seal-missing", n)


async def test_a_deleted_last_seal_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    await administrator.execute("DELETE FROM audit_seal WHERE tenant_id = $1 AND n = 3", sealed.id)
    assert await fault(runtime, sealed) == Fault("seal-missing", 3)


async def test_a_renumbered_chain_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    await administrator.execute("DELETE FROM audit_seal WHERE tenant_id = $1 AND n = 2", sealed.id)
    await administrator.execute("UPDATE audit_seal SET n = 2 WHERE tenant_id = $1 AND n = 3", sealed.id)
    assert await fault(runtime, sealed) == Fault("seal-changed", 2)


async def test_entries_in_another_order_are_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    second = await administrator.fetchval(
        "UPDATE audit_seal SET entry_ids = ARRAY[entry_ids[2], entry_ids[1]] WHERE tenant_id = $1 AND n = 2 RETURNING entry_ids[1]",
        sealed.id,
    )
    assert await fault(runtime, sealed) == Fault("moved", 2, second)


INSERT = (
    "INSERT INTO audit_entry SELECT tenant_id, {id}, at + interval '{later}', action, actor_kind, actor_id, actor_name, session_id, subject_id, "
    "request_id, ip, client, facts FROM audit_entry WHERE tenant_id = $1 AND id = (SELECT entry_ids[1] FROM audit_seal WHERE tenant_id = $1 AND n = 2)"
)


async def test_an_inserted_entry_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    new = await administrator.fetchval(INSERT.format(id="gen_random_uuid()", later="0 s") + " RETURNING id", sealed.id)
    assert await fault(runtime, sealed) == Fault("inserted", None, new)


@pytest.mark.parametrize("later", ["1 s", "-1 s"])
async def test_a_second_entry_of_the_same_id_is_found(
    runtime: Runtime, sealed: Company, administrator: asyncpg.Connection, later: str
) -> None:
    double = await administrator.fetchval(INSERT.format(id="id", later=later) + " RETURNING id", sealed.id)
    assert await fault(runtime, sealed) == Fault("inserted", 2, double)


async def test_an_inserted_entry_is_not_hidden_by_a_deleted_one(
    runtime: Runtime, sealed: Company, administrator: asyncpg.Connection
) -> None:
    """Numbers alone would be right: one that waited for its seal is gone, another is there."""
    await act(runtime, sealed)
    await administrator.execute(
        "DELETE FROM audit_entry WHERE tenant_id = $1 AND id = (SELECT entry_id FROM audit_todo WHERE tenant_id = $1)", sealed.id
    )
    new = await administrator.fetchval(INSERT.format(id="gen_random_uuid()", later="0 s") + " RETURNING id", sealed.id)
    assert await fault(runtime, sealed) == Fault("inserted", None, new)


async def test_an_entry_that_vanished_before_its_seal_is_told(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    await act(runtime, sealed)
    gone = await administrator.fetchval(
        "DELETE FROM audit_entry WHERE tenant_id = $1 AND id = (SELECT entry_id FROM audit_todo WHERE tenant_id = $1) RETURNING id",
        sealed.id,
    )
    assert await fault(runtime, sealed) == Fault("missing", None, gone)


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
    assert await fault(runtime, sealed) is None
    assert await fault(runtime, sealed, head=KnownHead(before.head)) == Fault("rewritten", 2)
    assert await fault(runtime, sealed, head=KnownHead(before.head, 3)) == Fault("cut", 2)


async def test_an_older_head_is_still_in_the_chain(runtime: Runtime, sealed: Company) -> None:
    before = await state(runtime, sealed)
    await act(runtime, sealed)
    await seal(runtime)
    assert await fault(runtime, sealed, head=KnownHead(before.head)) is None
    assert await fault(runtime, sealed, head=KnownHead(before.head, 3)) is None
    assert await fault(runtime, sealed, head=KnownHead(before.head, 2)) == Fault("rewritten", 2)


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
            await session.execute(text("INSERT INTO audit_seal VALUES (:t, 9, '{}', '', now(), 1, NULL)"), {"t": company.id})


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


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40))", "seal-changed"),
        ("hashes = NULL", "seal-changed"),
        ("hashes = ''", "seal-changed"),
        ("digest = set_byte(digest, 0, 255 - get_byte(digest, 0))", "seal-changed"),
        ("canonical = 2", "seal-changed"),
        ("entry_ids = '{}', hashes = ''", "seal-changed"),
        ("entry_ids = entry_ids || NULL::uuid", "seal-changed"),
        ("entry_ids = ARRAY[entry_ids[1]], hashes = substr(hashes, 1, 32)", "seal-changed"),
        ("entry_ids = ARRAY[entry_ids[1], gen_random_uuid()]", "missing"),
        ("n = -2", "seal-changed"),
    ],
)
async def test_a_changed_seal_is_named(
    runtime: Runtime, sealed: Company, administrator: asyncpg.Connection, change: str, found: str
) -> None:
    await administrator.execute(f"UPDATE audit_seal SET {change} WHERE tenant_id = $1 AND n = 2", sealed.id)
    broken = await fault(runtime, sealed)
    assert broken is not None
    assert (broken.kind, broken.seal) == (found, -2 if change == "n = -2" else 2)


async def test_an_entry_that_a_seal_claims_from_another_is_told(
    runtime: Runtime, sealed: Company, administrator: asyncpg.Connection
) -> None:
    """The entry is there; it is the seal that was changed to name it."""
    await administrator.execute(
        "UPDATE audit_seal SET entry_ids = ARRAY[entry_ids[1], (SELECT entry_ids[1] FROM audit_seal WHERE tenant_id = $1 AND n = 1)] "
        "WHERE tenant_id = $1 AND n = 3",
        sealed.id,
    )
    assert await fault(runtime, sealed) == Fault("seal-changed", 3)


@pytest.mark.parametrize("change", ["digest = sha256('x')", "n = 2", "n = 4"])
async def test_a_changed_head_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection, change: str) -> None:
    await administrator.execute(f"UPDATE audit_head SET {change} WHERE tenant_id = $1", sealed.id)
    assert await fault(runtime, sealed) == (Fault("seal-missing", 4) if change == "n = 4" else Fault("head-changed", 3))


async def test_seals_of_the_first_release_still_hold(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    """They kept no hashes: what is wrong in one is told by its number alone."""
    await administrator.execute("UPDATE audit_seal SET hashes = NULL WHERE tenant_id = $1 AND n <= 2", sealed.id)
    assert await fault(runtime, sealed) is None
    await administrator.execute(
        "UPDATE audit_entry SET ip = 'x' WHERE tenant_id = $1 AND id = (SELECT entry_ids[2] FROM audit_seal WHERE tenant_id = $1 AND n = 2)",
        sealed.id,
    )
    assert await fault(runtime, sealed) == Fault("seal-changed", 2)


@pytest.mark.parametrize(
    "change",
    [
        "facts = '{\"n\": 1e400}'",
        "facts = '{\"n\": 123456789012345678901234567890}'",
        "facts = '[]'",
        "facts = 'null'",
        "at = '4713-01-01 BC'",
        "at = 'infinity'",
        "at = '-infinity'",
        "actor_name = repeat('长', 100000)",
    ],
)
async def test_what_no_program_of_ours_could_write_is_named_as_any_change(
    runtime: Runtime, sealed: Company, administrator: asyncpg.Connection, change: str
) -> None:
    one = await administrator.fetchval("SELECT entry_ids[1] FROM audit_seal WHERE tenant_id = $1 AND n = 2", sealed.id)
    await administrator.execute(f"UPDATE audit_entry SET {change} WHERE tenant_id = $1 AND id = $2", sealed.id, one)
    assert await fault(runtime, sealed) == Fault("changed", 2, one)


async def test_an_entry_out_of_all_time_is_found(runtime: Runtime, sealed: Company, administrator: asyncpg.Connection) -> None:
    new = await administrator.fetchval(
        INSERT.format(id="gen_random_uuid()", later="0 s").replace("at + interval '0 s'", "'-infinity'") + " RETURNING id", sealed.id
    )
    assert await fault(runtime, sealed) == Fault("inserted", None, new)


async def test_an_entry_whose_time_was_changed_before_its_seal_is_told(
    runtime: Runtime, sealed: Company, administrator: asyncpg.Connection
) -> None:
    """The sealer would never find it."""
    await act(runtime, sealed)
    one = await administrator.fetchval(
        "UPDATE audit_entry SET at = at - interval '1 s' WHERE tenant_id = $1 AND id = (SELECT entry_id FROM audit_todo WHERE tenant_id = $1) "
        "RETURNING id",
        sealed.id,
    )
    assert await fault(runtime, sealed) == Fault("changed", None, one)


async def test_late_entries_are_in_later_seals(runtime: Runtime, sealed: Company) -> None:
    """A transaction that takes long commits entries whose ids are older than what was sealed meanwhile."""
    async with runtime.uow(sealed.id) as slow:
        slow.audit(sealed.system, "test.acted", sealed.id)
        await act(runtime, sealed, 3)
        await seal(runtime)
    await seal(runtime)
    found = await state(runtime, sealed)
    assert (found.seals, found.unsealed, found.broken) == (5, 0, None)


async def test_a_long_chain_is_read_in_ranges(runtime: Runtime, sealed: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "RANGE", 3)
    monkeypatch.setattr(verification, "FIRST_SEALS", 2)
    for _ in range(6):
        await act(runtime, sealed, 2)
        await seal(runtime)
    told: list[int] = []

    async def note(entries: int) -> None:
        told.append(entries)

    async with runtime.database.read(sealed.id, snapshot=True) as session:
        found = await verify_chain(session, sealed.id, progress=note)
    assert (found.seals, found.broken) == (9, None)
    assert told == sorted(told)
    assert (len(told) > 4, told[-1]) == (True, found.entries)


def test_a_fault_is_told_in_words() -> None:
    one = new_id()
    assert Fault("changed", 7, one).text(english=True) == f"entry {one} of seal 7 was changed"
    assert Fault("changed", 7, one).text() == f"第 7 个封印里的记录 {one} 被改过"
    assert Fault("inserted", None, one).text(english=True) == f"entry {one} was inserted"
    for kind in get_args(FaultKind):
        for english in (True, False):
            assert "{" not in Fault(kind, 3, one).text(english=english)
