"""The migrated database has the shape that scale-out asks for, and the check sees when it has not."""

import asyncpg
import pytest

from loanbroker_api.embedded import EmbeddedServers
from support.catalogue import faults


@pytest.fixture
async def owner(servers: EmbeddedServers, roles: dict[str, str], migrated: str):
    """The owner of the tables, in a transaction that is thrown away."""
    connection = await asyncpg.connect(servers.dsn("lb_migrator", roles["lb_migrator"], migrated))
    throwing_away = connection.transaction()
    await throwing_away.start()
    await connection.execute("SET LOCAL ROLE lb_owner")
    yield connection
    await throwing_away.rollback()
    await connection.close()


async def test_nothing_is_wrong(owner: asyncpg.Connection) -> None:
    assert await faults(owner) == []


GOOD = (
    "CREATE TABLE thrown_away (tenant_id uuid NOT NULL, id uuid NOT NULL, note text, PRIMARY KEY (tenant_id, id))",
    "ALTER TABLE thrown_away ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE thrown_away FORCE ROW LEVEL SECURITY",
    "CREATE POLICY tenant_rows ON thrown_away USING (tenant_id = (SELECT app.tenant())) WITH CHECK (tenant_id = (SELECT app.tenant()))",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON thrown_away TO lb_app",
)
ROGUE = "CREATE FUNCTION app.rogue() RETURNS void LANGUAGE plpgsql {} AS $$ BEGIN {} END $$"


async def test_a_table_made_as_it_should_be_is_no_fault(owner: asyncpg.Connection) -> None:
    for statement in GOOD:
        await owner.execute(statement)
    assert await faults(owner) == []


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DROP POLICY tenant_rows ON customer", "customer: policies allow []"),
        ("ALTER TABLE customer DISABLE ROW LEVEL SECURITY", "customer: row-level security is off"),
        ("ALTER TABLE customer NO FORCE ROW LEVEL SECURITY", "customer: row-level security is not forced"),
        ("ALTER POLICY tenant_rows ON lead USING (true)", "lead: policy tenant_rows says something else"),
        ("ALTER POLICY tenant_rows ON lead USING (tenant_id = app.tenant())", "lead: policy tenant_rows says something else"),
        ("CREATE POLICY more ON lead FOR SELECT USING (true)", "lead: policy more says something else"),
        ("CREATE POLICY more ON lead FOR SELECT TO lb_app USING (true)", "lead: policy more is for ['lb_app']"),
        ("GRANT UPDATE ON audit_entry TO lb_app", "audit_entry: lb_app is granted ['a', 'r', 'w']"),
        ("GRANT DELETE ON audit_seal TO lb_app", "audit_seal: lb_app is granted"),
        ("CREATE INDEX rogue ON customer (owner_id)", "customer: rogue begins with owner_id"),
        ("CREATE UNIQUE INDEX rogue ON employee (lower(username)) WHERE false", "employee: rogue begins with None"),
        ("ALTER TABLE thrown_away ADD UNIQUE (note)", "thrown_away: thrown_away_note_key begins with note"),
        ("ALTER TABLE thrown_away DROP CONSTRAINT thrown_away_pkey", "thrown_away: no primary key"),
        ("ALTER TABLE thrown_away ADD n int GENERATED ALWAYS AS IDENTITY", "identity or sequence: thrown_away.n"),
        ("ALTER TABLE thrown_away ADD n serial", "identity or sequence: thrown_away.n"),
        (
            "ALTER TABLE thrown_away ADD FOREIGN KEY (tenant_id, id) REFERENCES customer (tenant_id, id) ON DELETE SET NULL (id)",
            "sets null, restricts or updates",
        ),
        ("ALTER TABLE thrown_away ADD FOREIGN KEY (id, tenant_id) REFERENCES customer (id, tenant_id)", "leaves the tenant"),
        ("CREATE RULE rogue AS ON UPDATE TO customer DO INSTEAD NOTHING", "rule: rogue on customer"),
        (
            "CREATE TRIGGER rogue BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "trigger: rogue",
        ),
        ("GRANT SELECT ON audit_entry_default TO lb_app", "grant on a partition: audit_entry_default to lb_app"),
        ("GRANT SELECT ON customer TO PUBLIC", "grant to everyone: customer"),
        ("CREATE TABLE without_tenant (id uuid PRIMARY KEY)", "without_tenant: tenant table or shared table?"),
        ("CREATE TYPE rogue AS ENUM ('a')", "enum or domain: rogue"),
        ("CREATE VIEW rogue AS SELECT * FROM customer", "view that passes by policies: rogue"),
        ("CREATE INDEX rogue ON outbox (tenant_id, payload)", "outbox.payload"),
        (ROGUE.format("SECURITY DEFINER", "NULL;"), "function that runs as its owner: rogue"),
        (ROGUE.format("", "PERFORM set_config('app.tenant_id', '', true);"), "DO UPDATE: rogue"),
        (ROGUE.format("", "PERFORM pg_advisory_lock(1);"), "DO UPDATE: rogue"),
    ],
)
async def test_the_check_sees(owner: asyncpg.Connection, statement: str, fault: str) -> None:
    for making in GOOD:
        await owner.execute(making)
    await owner.execute(statement)
    found = await faults(owner)
    assert any(fault in one for one in found), found


async def test_the_check_sees_another_owner(administrator: asyncpg.Connection) -> None:
    throwing_away = administrator.transaction()
    await throwing_away.start()
    await administrator.execute("CREATE TABLE foreign_owned (tenant_id uuid, id uuid, PRIMARY KEY (tenant_id, id))")
    found = await faults(administrator)
    await throwing_away.rollback()
    assert "the tables have several owners" in found
    assert "foreign_owned: its owner postgres is above the policies or logs in" in found
