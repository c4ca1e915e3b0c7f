"""Access made whole: login policies, devices, second factors, API keys, approvals. New columns are nullable or have constant defaults."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from loanbroker_api.core.migrating import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROWS = (
    "calendar_day",
    "login_counter",
    "login_record",
    "api_key",
    "device",
    "login_approval",
    "login_policy",
    "login_ticket",
    "recovery_code",
    "second_factor",
    "task_file",
    "wechat_binding",
)
_EVERYTHING = ("employees.manage", "units.manage", "roles.manage", "policies.manage", "sessions.manage", "keys.manage", "audit.export")
PERMISSIONS = {
    "admin": dict.fromkeys(_EVERYTHING, 9),
    "boss": dict.fromkeys((*_EVERYTHING, "audit.view"), 9),
    "manager": {"sessions.manage": 4},
    "leader": {"sessions.manage": 3},
    "hr": {"employees.manage": 9, "units.manage": 9},
    "audit": {"audit.export": 9},
}
FIELDS = {"admin": ("employee.phone",), "boss": ("employee.phone",), "hr": ("employee.phone",)}
_GRANT = sa.text(
    "INSERT INTO role_permission (tenant_id, role_id, permission, scope) SELECT tenant_id, id, :permission, :scope FROM role "
    "WHERE tenant_id = :t AND builtin AND code = :code ON CONFLICT DO NOTHING"
)
_SHOW = sa.text(
    "INSERT INTO role_field (tenant_id, role_id, field, visibility) SELECT tenant_id, id, :field, 2 FROM role "
    "WHERE tenant_id = :t AND builtin AND code = :code ON CONFLICT DO NOTHING"
)


def upgrade() -> None:
    op.create_table(
        "access_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("tenant", sa.Uuid(), nullable=False),
        sa.Column("employee", sa.Uuid(), nullable=True),
        sa.Column("session", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_change")),
    )
    op.create_index(op.f("ix_access_change_at"), "access_change", ["at"], unique=False)
    op.create_table(
        "calendar_day",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "login_counter",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("locks", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "key", name=op.f("pk_login_counter")),
    )
    op.create_index(op.f("ix_login_counter_tenant_id_last_at"), "login_counter", ["tenant_id", "last_at"], unique=False)
    op.create_table(
        "login_record",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("device_state", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("signals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_login_record")),
    )
    op.create_index(op.f("ix_login_record_tenant_id_at_id"), "login_record", ["tenant_id", "at", "id"], unique=False)
    op.create_index(op.f("ix_login_record_tenant_id_employee_id_at"), "login_record", ["tenant_id", "employee_id", "at"], unique=False)
    op.create_index(op.f("ix_login_record_tenant_id_ip_at"), "login_record", ["tenant_id", "ip", "at"], unique=False)
    op.create_table(
        "provider_token",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("provider", "account", name=op.f("pk_provider_token")),
    )
    op.create_table(
        "api_key",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("permissions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("networks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ip", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_api_key_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_key")),
    )
    op.create_index(op.f("ix_api_key_tenant_id_employee_id"), "api_key", ["tenant_id", "employee_id"], unique=False)
    op.create_table(
        "device",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=True),
        sa.Column("public_jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("key_thumbprint", sa.Text(), nullable=True),
        sa.Column("first_ip", sa.Text(), nullable=False),
        sa.Column("last_ip", sa.Text(), nullable=False),
        sa.Column("last_place", sa.Text(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("push_kind", sa.Text(), nullable=True),
        sa.Column("push_token_enc", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_device_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_device")),
    )
    op.create_index(op.f("ix_device_tenant_id_employee_id_client"), "device", ["tenant_id", "employee_id", "client"], unique=False)
    op.create_index(
        "uq_device_key",
        "device",
        ["tenant_id", "employee_id", "key_thumbprint"],
        unique=True,
        postgresql_where=sa.text("key_thumbprint IS NOT NULL"),
    )
    op.create_table(
        "login_approval",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("signals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_login_approval_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_login_approval")),
    )
    op.create_index(op.f("ix_login_approval_tenant_id_state_id"), "login_approval", ["tenant_id", "state", "id"], unique=False)
    op.create_table(
        "login_policy",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=True),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("overrides", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_login_policy_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"], ["role.tenant_id", "role.id"], name=op.f("fk_login_policy_tenant_id_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_login_policy")),
    )
    op.create_index(
        "uq_login_policy_employee",
        "login_policy",
        ["tenant_id", "employee_id", "client"],
        unique=True,
        postgresql_where=sa.text("employee_id IS NOT NULL"),
    )
    op.create_index(
        "uq_login_policy_role",
        "login_policy",
        ["tenant_id", "role_id", "client"],
        unique=True,
        postgresql_where=sa.text("role_id IS NOT NULL"),
    )
    op.create_table(
        "login_ticket",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_login_ticket_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_login_ticket")),
    )
    op.create_index(op.f("ix_login_ticket_tenant_id_expires_at"), "login_ticket", ["tenant_id", "expires_at"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_recovery_code_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_tenant_id_employee_id"), "recovery_code", ["tenant_id", "employee_id"], unique=False)
    op.create_table(
        "second_factor",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_enc", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_second_factor_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_second_factor")),
    )
    op.create_index(op.f("ix_second_factor_tenant_id_employee_id"), "second_factor", ["tenant_id", "employee_id"], unique=False)
    op.create_index(
        "uq_second_factor_credential",
        "second_factor",
        ["tenant_id", "credential_id"],
        unique=True,
        postgresql_where=sa.text("credential_id IS NOT NULL"),
    )
    op.create_table(
        "wechat_binding",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("openid_index", sa.LargeBinary(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("openid_enc", sa.LargeBinary(), nullable=False),
        sa.Column("unionid_enc", sa.LargeBinary(), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_wechat_binding_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "appid", "openid_index", name=op.f("pk_wechat_binding")),
        sa.UniqueConstraint("tenant_id", "employee_id", "appid", name="uq_wechat_binding_employee"),
    )
    op.create_table(
        "task_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body_enc", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "task_id"],
            ["background_task.tenant_id", "background_task.id"],
            name=op.f("fk_task_file_tenant_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "task_id", "part", name=op.f("pk_task_file")),
    )
    op.create_index(op.f("ix_task_file_tenant_id_created_at"), "task_file", ["tenant_id", "created_at"], unique=False)
    op.create_index("ix_audit_seal_first_entry", "audit_seal", ["tenant_id", sa.text("(entry_ids[1])")], unique=False)
    op.add_column("audit_seal", sa.Column("hashes", sa.LargeBinary(), nullable=True))
    op.add_column("employee", sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("employee", sa.Column("phone_enc", sa.LargeBinary(), nullable=True))
    op.add_column("employee", sa.Column("phone_masked", sa.Text(), nullable=True))
    op.add_column("employee", sa.Column("phone_index", sa.LargeBinary(), nullable=True))
    op.add_column("employee", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "uq_employee_phone", "employee", ["tenant_id", "phone_index"], unique=True, postgresql_where=sa.text("phone_index IS NOT NULL")
    )
    op.add_column("login_session", sa.Column("device_id", sa.Uuid(), nullable=True))
    op.add_column("login_session", sa.Column("place", sa.Text(), server_default="", nullable=False))
    op.add_column("login_session", sa.Column("last_ip", sa.Text(), server_default="", nullable=False))
    op.add_column("login_session", sa.Column("factor", sa.Text(), nullable=True))
    op.add_column("login_session", sa.Column("stepped_up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("login_session", sa.Column("approved_place", sa.Text(), nullable=True))
    op.add_column("role", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("role", sa.Column("units", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False))
    op.add_column("signing_key", sa.Column("purpose", sa.Text(), server_default="token", nullable=False))
    op.add_column("signing_key", sa.Column("active_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("signing_key", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    _protect()
    _grow_roles()


def _protect() -> None:
    for table in ROWS:
        protect(table)
    for table in ("access_change", "provider_token"):
        protect(table, "shared")
    op.execute("GRANT DELETE ON access_change TO lb_app")
    op.execute("GRANT UPDATE ON provider_token TO lb_app")
    op.execute("GRANT UPDATE (retired_at) ON signing_key TO lb_app")


def _grow_roles() -> None:
    """Built-in roles of companies that are there already get what came with this release; what their administrators changed stays."""
    connection = op.get_bind()
    for tenant in connection.execute(sa.text("SELECT tenant_id FROM tenant_directory")).scalars().all():
        connection.execute(sa.text("SELECT app.bind_tenant(:t, false)"), {"t": tenant})
        for code, permissions in PERMISSIONS.items():
            connection.execute(
                _GRANT,
                [{"t": tenant, "code": code, "permission": f"access.{name}", "scope": scope} for name, scope in permissions.items()],
            )
        for code, fields in FIELDS.items():
            connection.execute(_SHOW, [{"t": tenant, "code": code, "field": field} for field in fields])


def _shrink() -> None:
    connection = op.get_bind()
    for tenant in connection.execute(sa.text("SELECT tenant_id FROM tenant_directory")).scalars().all():
        connection.execute(sa.text("SELECT app.bind_tenant(:t, false)"), {"t": tenant})
        connection.execute(
            sa.text("DELETE FROM role_permission WHERE tenant_id = :t AND permission = ANY(:permissions)"),
            {"t": tenant, "permissions": [f"access.{name}" for name in _EVERYTHING]},
        )
        connection.execute(sa.text("DELETE FROM role_field WHERE tenant_id = :t AND field = 'employee.phone'"), {"t": tenant})


def downgrade() -> None:
    _shrink()
    op.execute("REVOKE UPDATE (retired_at) ON signing_key FROM lb_app")
    op.drop_column("signing_key", "retired_at")
    op.drop_column("signing_key", "active_at")
    op.drop_column("signing_key", "purpose")
    op.drop_column("role", "units")
    op.drop_column("role", "note")
    op.drop_column("login_session", "approved_place")
    op.drop_column("login_session", "stepped_up_at")
    op.drop_column("login_session", "factor")
    op.drop_column("login_session", "last_ip")
    op.drop_column("login_session", "place")
    op.drop_column("login_session", "device_id")
    op.drop_index("uq_employee_phone", table_name="employee", postgresql_where=sa.text("phone_index IS NOT NULL"))
    op.drop_column("employee", "left_at")
    op.drop_column("employee", "phone_index")
    op.drop_column("employee", "phone_masked")
    op.drop_column("employee", "phone_enc")
    op.drop_column("employee", "password_changed_at")
    op.drop_column("audit_seal", "hashes")
    op.drop_index("ix_audit_seal_first_entry", table_name="audit_seal")
    op.drop_index(op.f("ix_task_file_tenant_id_created_at"), table_name="task_file")
    op.drop_table("task_file")
    op.drop_table("wechat_binding")
    op.drop_index("uq_second_factor_credential", table_name="second_factor", postgresql_where=sa.text("credential_id IS NOT NULL"))
    op.drop_index(op.f("ix_second_factor_tenant_id_employee_id"), table_name="second_factor")
    op.drop_table("second_factor")
    op.drop_index(op.f("ix_recovery_code_tenant_id_employee_id"), table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_login_ticket_tenant_id_expires_at"), table_name="login_ticket")
    op.drop_table("login_ticket")
    op.drop_index("uq_login_policy_role", table_name="login_policy", postgresql_where=sa.text("role_id IS NOT NULL"))
    op.drop_index("uq_login_policy_employee", table_name="login_policy", postgresql_where=sa.text("employee_id IS NOT NULL"))
    op.drop_table("login_policy")
    op.drop_index(op.f("ix_login_approval_tenant_id_state_id"), table_name="login_approval")
    op.drop_table("login_approval")
    op.drop_index("uq_device_key", table_name="device", postgresql_where=sa.text("key_thumbprint IS NOT NULL"))
    op.drop_index(op.f("ix_device_tenant_id_employee_id_client"), table_name="device")
    op.drop_table("device")
    op.drop_index(op.f("ix_api_key_tenant_id_employee_id"), table_name="api_key")
    op.drop_table("api_key")
    op.drop_table("provider_token")
    op.drop_index(op.f("ix_login_record_tenant_id_ip_at"), table_name="login_record")
    op.drop_index(op.f("ix_login_record_tenant_id_employee_id_at"), table_name="login_record")
    op.drop_index(op.f("ix_login_record_tenant_id_at_id"), table_name="login_record")
    op.drop_table("login_record")
    op.drop_index(op.f("ix_login_counter_tenant_id_last_at"), table_name="login_counter")
    op.drop_table("login_counter")
    op.drop_table("calendar_day")
    op.drop_index(op.f("ix_access_change_at"), table_name="access_change")
    op.drop_table("access_change")
