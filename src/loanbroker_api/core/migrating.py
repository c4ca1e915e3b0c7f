"""What every migration uses to make a tenant table safe: row-level security, its policies and the application's grants."""

from typing import Literal

from alembic import op

Access = Literal["rows", "append", "shared", "shared-read"]


def protect(table: str, access: Access = "rows") -> None:
    """Guard a table.

    `rows`: the application reads and writes its tenant's rows. `append`: it may only read and insert (scale-out.md 22: no triggers).
    `shared`/`shared-read`: a table without tenant, written or only read by the application.
    """
    if access in {"shared", "shared-read"}:
        op.execute(f"GRANT SELECT{', INSERT' if access == 'shared' else ''} ON {table} TO lb_app")
        return
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    mine = "tenant_id = (SELECT app.tenant())"
    if access == "append":
        op.execute(f"CREATE POLICY tenant_reads ON {table} FOR SELECT USING ({mine})")
        op.execute(f"CREATE POLICY tenant_appends ON {table} FOR INSERT WITH CHECK ({mine})")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO lb_app")
    else:
        op.execute(f"CREATE POLICY tenant_rows ON {table} USING ({mine}) WITH CHECK ({mine})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO lb_app")


def let_sweep(table: str, columns: str, undone: str) -> None:
    """The sweeper sees which tenants have undone rows, by column grant without payload."""
    op.execute(f"CREATE POLICY sweeper_reads ON {table} FOR SELECT TO lb_sweeper USING ({undone})")
    op.execute(f"GRANT SELECT ({columns}) ON {table} TO lb_sweeper")
