"""The shape that scale-out asks of a migrated database, read from PostgreSQL's own catalogue."""

import asyncpg

TENANT_TABLES = """
    SELECT c.oid, c.relname AS name, c.relkind, c.relispartition, c.relrowsecurity, c.relforcerowsecurity,
           pg_get_userbyid(c.relowner) AS owner, r.rolsuper, r.rolbypassrls, r.rolcanlogin,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped) AS of_tenants
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
SHARED = {
    "tenant_directory": "finds a tenant before one is bound",
    "signing_key": "",
    "provider_token": "",
    "access_change": "ids only, read by every process for all companies at once",
    "alembic_version": "",
}
APPEND_ONLY = ("audit_entry", "audit_seal", "audit_todo", "audit_head", "stage_event")
OUR_ROLES = ("lb_app", "lb_sweeper", "lb_sealer", "lb_migrator")


async def faults(connection: asyncpg.Connection) -> list[str]:
    """Everything about the database that scale-out.md (29) forbids; none is what is wanted."""
    tables = await connection.fetch(TENANT_TABLES)
    found: list[str] = []
    for table in tables:
        name = table["name"]
        if table["rolsuper"] or table["rolbypassrls"] or table["rolcanlogin"]:
            found.append(f"{name}: its owner {table['owner']} is above the policies or logs in")
        if table["relispartition"]:
            continue
        if table["of_tenants"] is (name in SHARED and name != "tenant_directory"):
            found.append(f"{name}: tenant table or shared table?")
        if table["of_tenants"] and name not in SHARED:
            found += await _tenant_table(connection, table)
    if len({table["owner"] for table in tables}) != 1:
        found.append("the tables have several owners")
    return found + await _everywhere(connection)


async def _tenant_table(connection: asyncpg.Connection, table: asyncpg.Record) -> list[str]:
    name, oid = table["name"], table["oid"]
    found: list[str] = []
    if not table["relrowsecurity"]:
        found.append(f"{name}: row-level security is off")
    if not table["relforcerowsecurity"]:
        found.append(f"{name}: row-level security is not forced")
    found += await _policies(connection, name, oid)
    if not await connection.fetchval(
        "SELECT attnotnull FROM pg_attribute WHERE attrelid = $1 AND attname = 'tenant_id' AND atttypid = 'uuid'::regtype", oid
    ):
        found.append(f"{name}: tenant_id may be null or is no uuid")
    keys = await connection.fetch(
        """
        SELECT i.relname, x.indisunique, x.indisprimary,
               (SELECT attname FROM pg_attribute WHERE attrelid = x.indrelid AND attnum = x.indkey[0]) AS first
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = $1
        """,
        oid,
    )
    found += [f"{name}: {key['relname']} begins with {key['first']}" for key in keys if key["first"] != "tenant_id"]
    if not any(key["indisprimary"] for key in keys):
        found.append(f"{name}: no primary key")
    foreign = await connection.fetch(
        """
        SELECT k.conname, k.confdeltype::text AS deleting, k.confupdtype::text AS updating, t.relname AS referred,
               (SELECT attname FROM pg_attribute WHERE attrelid = k.conrelid AND attnum = k.conkey[1]) AS first,
               (SELECT attname FROM pg_attribute WHERE attrelid = k.confrelid AND attnum = k.confkey[1]) AS referred_first
        FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid WHERE k.contype = 'f' AND k.conrelid = $1
        """,
        oid,
    )
    for key in foreign:
        if key["referred"] not in SHARED and (key["first"], key["referred_first"]) != ("tenant_id", "tenant_id"):
            found.append(f"{name}: {key['conname']} leaves the tenant")
        if key["deleting"] not in "ac" or key["updating"] != "a":
            found.append(f"{name}: {key['conname']} sets null, restricts or updates")
    return found


MINE = "(tenant_id = ( SELECT app.tenant() AS tenant))"


async def _policies(connection: asyncpg.Connection, name: str, oid: int) -> list[str]:
    """The application's policies let it do to its own rows what it has grants for, and no more; others are for their roles only."""
    rows = await connection.fetch(
        """
        SELECT polname, polcmd::text AS command, polpermissive, pg_get_expr(polqual, polrelid) AS reads, pg_get_expr(polwithcheck, polrelid) AS writes,
               ARRAY(SELECT rolname::text FROM pg_roles WHERE oid = ANY(polroles)) AS roles
        FROM pg_policy WHERE polrelid = $1
        """,
        oid,
    )
    found: list[str] = []
    allowed: set[str] = set()
    for row in rows:
        if row["roles"]:
            if set(row["roles"]) - {"lb_sweeper", "lb_sealer"}:
                found.append(f"{name}: policy {row['polname']} is for {row['roles']}")
            continue
        if not row["polpermissive"] or {row["reads"], row["writes"]} - {MINE, None}:
            found.append(f"{name}: policy {row['polname']} says something else than one's own rows")
        complete = (row["reads"] is not None or row["command"] == "a") and (row["writes"] is not None or row["command"] in "rd")
        if not complete:
            found.append(f"{name}: policy {row['polname']} leaves one direction open")
        allowed |= {"r", "a", "w", "d"} if row["command"] == "*" else {row["command"]}
    granted = {
        letter
        for letter, privilege in (("r", "SELECT"), ("a", "INSERT"), ("w", "UPDATE"), ("d", "DELETE"))
        if await connection.fetchval("SELECT has_table_privilege('lb_app', $1::oid, $2)", oid, privilege)
    }
    wanted = {"audit_seal": {"r"}}.get(name, {"r", "a"} if name in APPEND_ONLY else {"r", "a", "w", "d"})
    if allowed != wanted:
        found.append(f"{name}: policies allow {sorted(allowed)}, not {sorted(wanted)}")
    if granted != wanted:
        found.append(f"{name}: lb_app is granted {sorted(granted)}, not {sorted(wanted)}")
    return found


async def _everywhere(connection: asyncpg.Connection) -> list[str]:
    found: list[str] = []
    questions = {
        "trigger": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
        "rule": "SELECT rulename || ' on ' || tablename FROM pg_rules WHERE schemaname IN ('public', 'app')",
        "identity or sequence": """SELECT attrelid::regclass || '.' || attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                                   JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
                                   AND (attidentity <> '' OR pg_get_serial_sequence(attrelid::regclass::text, attname) IS NOT NULL)""",
        "enum or domain": """SELECT typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                             WHERE n.nspname IN ('public', 'app') AND typtype IN ('e', 'd')""",
        "column that no index can use under policies": """
            SELECT attrelid::regclass || '.' || attname FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY(x.indkey::int2[])
            WHERE n.nspname = 'public' AND a.atttypid IN ('numeric'::regtype, 'jsonb'::regtype) OR n.nspname = 'public' AND a.attndims > 0""",
        "grant on a partition": f"""
            SELECT c.relname || ' to ' || r.rolname FROM pg_class c, aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
            WHERE c.relispartition AND r.rolname IN {OUR_ROLES}""",
        "grant to everyone": """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g
            WHERE n.nspname = 'public' AND g.grantee = 0""",
        "function that runs as its owner": """
            SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('public', 'app') AND p.prosecdef AND p.proname <> 'ensure_partitions'""",
        "function with set_config, advisory lock or a function in DO UPDATE": r"""
            SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('public', 'app') AND p.prosrc ~* 'set_config\(|pg_(try_)?advisory|DO UPDATE SET[^;]*\m(now|clock_timestamp|gen_random_uuid)\M'""",
        "view that passes by policies": """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('public', 'app') AND c.relkind IN ('v', 'm') AND NOT coalesce(c.reloptions::text LIKE '%security_invoker=true%', false)""",
        "role above the policies": f"SELECT rolname FROM pg_roles WHERE rolname IN {(*OUR_ROLES, 'lb_owner')} AND (rolsuper OR rolbypassrls)",
    }
    for what, question in questions.items():
        found += [f"{what}: {row[0]}" for row in await connection.fetch(question)]
    return found
