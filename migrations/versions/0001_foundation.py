"""The foundation: tenants, staff, audit, outbox, workspace, customers, channels. Nothing ran before it, so it may lock as it likes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from loanbroker_api.core.migrating import let_sweep, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _functions()
    op.create_table(
        "assignment_turn",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("last_employee_no", sa.Text(), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "team_id", name=op.f("pk_assignment_turn")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "at", name=op.f("pk_audit_entry")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index(op.f("ix_audit_entry_tenant_id_actor_id_at"), "audit_entry", ["tenant_id", "actor_id", "at"], unique=False)
    op.create_index(op.f("ix_audit_entry_tenant_id_at"), "audit_entry", ["tenant_id", "at"], unique=False)
    op.create_index(op.f("ix_audit_entry_tenant_id_subject_id_at"), "audit_entry", ["tenant_id", "subject_id", "at"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_seal",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("canonical", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "n", name=op.f("pk_audit_seal")),
    )
    op.create_table(
        "audit_todo",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "entry_id", name=op.f("pk_audit_todo")),
    )
    op.create_table(
        "background_task",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checkpoint", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_background_task")),
    )
    op.create_index(op.f("ix_background_task_tenant_id_created_by_id"), "background_task", ["tenant_id", "created_by", "id"], unique=False)
    op.create_index(
        op.f("ix_background_task_tenant_id_state_lease_until"), "background_task", ["tenant_id", "state", "lease_until"], unique=False
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("answer_enc", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "actor_id", "operation", "key", name=op.f("pk_idempotent_answer")),
    )
    op.create_table(
        "inbox",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_key", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_enc", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("deliveries", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("reason_field", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("name_masked", sa.Text(), nullable=True),
        sa.Column("phone_masked", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("wanted_from_fen", sa.BigInteger(), nullable=True),
        sa.Column("wanted_to_fen", sa.BigInteger(), nullable=True),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("tenant_id", "channel_id", "delivery_key", name=op.f("uq_inbox_tenant_id_channel_id_delivery_key")),
    )
    op.create_index("ix_inbox_channel", "inbox", ["tenant_id", "channel_id", "received_at"], unique=False)
    op.create_index("ix_inbox_due", "inbox", ["tenant_id", "next_at", "id"], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index(op.f("ix_inbox_tenant_id_state_id"), "inbox", ["tenant_id", "state", "id"], unique=False)
    op.create_table(
        "org_unit",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["org_unit.tenant_id", "org_unit.id"], name=op.f("fk_org_unit_tenant_id_parent_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_org_unit")),
    )
    op.create_index(op.f("ix_org_unit_tenant_id_parent_id"), "org_unit", ["tenant_id", "parent_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_tenant_id_next_at"), "outbox", ["tenant_id", "next_at"], unique=False)
    op.create_table(
        "push_event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_push_event")),
    )
    op.create_index(op.f("ix_push_event_tenant_id_employee_id_at_id"), "push_event", ["tenant_id", "employee_id", "at", "id"], unique=False)
    op.create_table(
        "reveal",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reveal")),
    )
    op.create_index(op.f("ix_reveal_tenant_id_customer_id"), "reveal", ["tenant_id", "customer_id"], unique=False)
    op.create_index(op.f("ix_reveal_tenant_id_employee_id_at"), "reveal", ["tenant_id", "employee_id", "at"], unique=False)
    op.create_table(
        "role",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("builtin", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_role")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_role_tenant_id_code")),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("public_jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "source",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_source")),
    )
    op.create_table(
        "tenant",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("org_version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant")),
    )
    op.create_table(
        "tenant_directory",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_tenant_directory")),
    )
    op.create_table(
        "tenant_key",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("key_version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "purpose", "key_version", name=op.f("pk_tenant_key")),
    )
    op.create_table(
        "todo",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_todo")),
    )
    op.create_index("ix_todo_open", "todo", ["tenant_id", "employee_id", "due_at", "id"], unique=False, postgresql_where="done_at IS NULL")
    op.create_index("ix_todo_subject", "todo", ["tenant_id", "subject_id", "kind"], unique=False)
    op.create_table(
        "channel",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("secret_enc", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret_enc", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "team_id"], ["org_unit.tenant_id", "org_unit.id"], name=op.f("fk_channel_tenant_id_team_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_channel")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_channel_tenant_id_key")),
        sa.UniqueConstraint("tenant_id", "name", name="uq_channel_name"),
    )
    op.create_table(
        "employee",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("employee_no", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["org_unit.tenant_id", "org_unit.id"], name=op.f("fk_employee_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_employee")),
        sa.UniqueConstraint("tenant_id", "employee_no", name="uq_employee_employee_no"),
        sa.UniqueConstraint("tenant_id", "username", name=op.f("uq_employee_tenant_id_username")),
    )
    op.create_index(op.f("ix_employee_tenant_id_unit_id"), "employee", ["tenant_id", "unit_id"], unique=False)
    op.create_table(
        "role_field",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("visibility", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"], ["role.tenant_id", "role.id"], name=op.f("fk_role_field_tenant_id_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "role_id", "field", name=op.f("pk_role_field")),
    )
    op.create_table(
        "role_permission",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.Column("scope", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"], ["role.tenant_id", "role.id"], name=op.f("fk_role_permission_tenant_id_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "role_id", "permission", name=op.f("pk_role_permission")),
    )
    op.create_table(
        "customer",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=True),
        sa.Column("name_masked", sa.Text(), nullable=True),
        sa.Column("id_number_enc", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_masked", sa.Text(), nullable=True),
        sa.Column("note_enc", sa.LargeBinary(), nullable=True),
        sa.Column("phone_masked", sa.Text(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("intent", sa.SmallInteger(), nullable=True),
        sa.Column("city", sa.BigInteger(), nullable=True),
        sa.Column("wanted_from_fen", sa.BigInteger(), nullable=True),
        sa.Column("wanted_to_fen", sa.BigInteger(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("owned_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lead_count", sa.BigInteger(), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_action_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_action_kind", sa.Text(), nullable=True),
        sa.Column("first_contact_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_follow_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_outcome", sa.SmallInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["employee.tenant_id", "employee.id"], name=op.f("fk_customer_tenant_id_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "source_id"], ["source.tenant_id", "source.id"], name=op.f("fk_customer_tenant_id_source_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "team_id"], ["org_unit.tenant_id", "org_unit.id"], name=op.f("fk_customer_tenant_id_team_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_customer")),
    )
    op.create_index(
        "ix_customer_active",
        "customer",
        ["tenant_id", sa.literal_column("active_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["owner_id", "team_id", "pool_id", "stage", "intent", "city"],
    )
    op.create_index(
        "ix_customer_first_contact",
        "customer",
        ["tenant_id", "owner_id", "first_contact_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("first_contact_due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_customer_late", "customer", ["tenant_id", "next_action_at", "id"], postgresql_where=sa.text("next_action_at IS NOT NULL")
    )
    op.create_index(
        "ix_customer_waiting",
        "customer",
        ["tenant_id", "first_contact_due_at", "id"],
        postgresql_where=sa.text("first_contact_due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_customer_next",
        "customer",
        ["tenant_id", "owner_id", "next_action_at", "id"],
        unique=False,
        postgresql_where=sa.text("next_action_at IS NOT NULL"),
    )
    op.create_index(
        "ix_customer_owner",
        "customer",
        ["tenant_id", "owner_id", sa.literal_column("active_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_customer_pool",
        "customer",
        ["tenant_id", "pool_id", sa.literal_column("active_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["stage", "intent", "city"],
        postgresql_where=sa.text("owner_id IS NULL"),
    )
    op.create_index(
        "ix_customer_stage",
        "customer",
        ["tenant_id", "stage", sa.literal_column("active_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["owner_id", "team_id", "city", "intent"],
    )
    op.create_index(
        "ix_customer_team",
        "customer",
        ["tenant_id", "team_id", sa.literal_column("active_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["stage", "intent", "city", "owner_id"],
    )
    op.create_table(
        "draft",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_enc", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_draft_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "employee_id", "key", name=op.f("pk_draft")),
    )
    op.create_table(
        "employee_role",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_employee_role_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"], ["role.tenant_id", "role.id"], name=op.f("fk_employee_role_tenant_id_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "employee_id", "role_id", name=op.f("pk_employee_role")),
    )
    op.create_index(op.f("ix_employee_role_tenant_id_role_id"), "employee_role", ["tenant_id", "role_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_login_session_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_tenant_id_employee_id"), "login_session", ["tenant_id", "employee_id"], unique=False)
    op.create_table(
        "notification",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_notification_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notification")),
    )
    op.create_index(op.f("ix_notification_tenant_id_employee_id_id"), "notification", ["tenant_id", "employee_id", "id"], unique=False)
    op.create_index(
        "ix_notification_unread", "notification", ["tenant_id", "employee_id"], unique=False, postgresql_where="read_at IS NULL"
    )
    op.create_table(
        "preference",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_preference_tenant_id_employee_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "employee_id", "key", name=op.f("pk_preference")),
    )
    op.create_table(
        "activity",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("ref_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_activity_tenant_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_activity")),
    )
    op.create_index(op.f("ix_activity_tenant_id_customer_id_at_id"), "activity", ["tenant_id", "customer_id", "at", "id"], unique=False)
    op.create_table(
        "customer_phone",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("phone_enc", sa.LargeBinary(), nullable=True),
        sa.Column("phone_masked", sa.Text(), nullable=True),
        sa.Column("blind", sa.LargeBinary(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("province", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_customer_phone_tenant_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_customer_phone")),
        sa.UniqueConstraint("tenant_id", "blind", name=op.f("uq_customer_phone_tenant_id_blind")),
    )
    op.create_index(op.f("ix_customer_phone_tenant_id_customer_id"), "customer_phone", ["tenant_id", "customer_id"], unique=False)
    op.create_table(
        "customer_token",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_customer_token_tenant_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "token", "customer_id", name=op.f("pk_customer_token")),
    )
    op.create_index(op.f("ix_customer_token_tenant_id_customer_id"), "customer_token", ["tenant_id", "customer_id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("intent", sa.SmallInteger(), nullable=True),
        sa.Column("note_enc", sa.LargeBinary(), nullable=True),
        sa.Column("next_action_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_action_kind", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_follow_up_tenant_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_tenant_id_customer_id_id"), "follow_up", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index(op.f("ix_follow_up_tenant_id_employee_id_at"), "follow_up", ["tenant_id", "employee_id", "at"], unique=False)
    op.create_table(
        "lead",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("creative", sa.Text(), nullable=True),
        sa.Column("keyword", sa.Text(), nullable=True),
        sa.Column("landing_page", sa.Text(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("wanted_from_fen", sa.BigInteger(), nullable=True),
        sa.Column("wanted_to_fen", sa.BigInteger(), nullable=True),
        sa.Column("consent", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_lead_tenant_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id", "source_id"], ["source.tenant_id", "source.id"], name=op.f("fk_lead_tenant_id_source_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lead")),
        sa.UniqueConstraint("tenant_id", "source_id", "external_id", name=op.f("uq_lead_tenant_id_source_id_external_id")),
    )
    op.create_index(op.f("ix_lead_tenant_id_customer_id_id"), "lead", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_table(
        "ownership_event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("previous_owner_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_ownership_event_tenant_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ownership_event")),
    )
    op.create_index(
        op.f("ix_ownership_event_tenant_id_customer_id_id"), "ownership_event", ["tenant_id", "customer_id", "id"], unique=False
    )
    op.create_table(
        "refresh_token",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"],
            ["login_session.tenant_id", "login_session.id"],
            name=op.f("fk_refresh_token_tenant_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_refresh_token")),
    )
    op.create_index(op.f("ix_refresh_token_tenant_id_session_id"), "refresh_token", ["tenant_id", "session_id"], unique=False)
    _protect()


ROWS = (
    "activity",
    "assignment_turn",
    "background_task",
    "channel",
    "customer",
    "customer_phone",
    "customer_token",
    "draft",
    "employee",
    "employee_role",
    "follow_up",
    "idempotent_answer",
    "inbox",
    "lead",
    "login_session",
    "notification",
    "org_unit",
    "outbox",
    "ownership_event",
    "preference",
    "push_event",
    "refresh_token",
    "reveal",
    "role",
    "role_field",
    "role_permission",
    "source",
    "tenant",
    "tenant_key",
    "todo",
)


def _functions() -> None:
    """What the application calls in the database; plpgsql with SET LOCAL, since set_config never reaches a worker of a distributed server."""
    op.execute("CREATE SCHEMA app")
    op.execute("GRANT USAGE ON SCHEMA app TO lb_app, lb_sweeper, lb_sealer")
    op.execute("GRANT USAGE ON SCHEMA public TO lb_app, lb_sweeper, lb_sealer")
    op.execute(
        """
        CREATE FUNCTION app.tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
        AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION app.bind_tenant(t uuid, read_only boolean) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          EXECUTE format('SET LOCAL app.tenant_id = %L', t);
          IF read_only THEN
            SET LOCAL transaction_read_only = on;
          END IF;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION app.ingest_batch(
          tenants uuid[], ids uuid[], channels uuid[], keys text[], bodies bytea[], reasons text[], tests boolean[], times timestamptz[]
        ) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE v uuid;
        BEGIN
          -- Tenants and rows in order, so that two writers cannot deadlock.
          FOR v IN SELECT DISTINCT x FROM unnest(tenants) x ORDER BY x LOOP
            EXECUTE format('SET LOCAL app.tenant_id = %L', v);
            INSERT INTO inbox AS kept (tenant_id, id, channel_id, delivery_key, received_at, body_enc, state, reason, is_test, next_at, processed_at, deliveries)
            SELECT u.t, u.i, u.c, u.k, u.at, u.b, CASE WHEN u.r IS NULL THEN 'pending' ELSE 'dead' END, u.r, u.test, u.at,
                   CASE WHEN u.r IS NULL THEN NULL ELSE u.at END, u.times_here
            FROM (SELECT DISTINCT ON (c, k) *, count(*) OVER (PARTITION BY c, k) AS times_here FROM unnest(tenants, ids, channels, keys, bodies, reasons, tests, times)
                  AS z(t, i, c, k, b, r, test, at) WHERE z.t = v ORDER BY c, k) u
            ON CONFLICT (tenant_id, channel_id, delivery_key) DO UPDATE SET deliveries = kept.deliveries + excluded.deliveries;
          END LOOP;
          SET LOCAL app.tenant_id = '';
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION app.ensure_partitions(months integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE first date := date_trunc('month', now())::date; m date;
        BEGIN
          FOR i IN -1..months LOOP
            m := (first + make_interval(months => i))::date;
            EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF audit_entry FOR VALUES FROM (%L) TO (%L)',
                           'audit_entry_' || to_char(m, 'YYYYMM'), m, (m + interval '1 month')::date);
          END LOOP;
        END $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION app.ensure_partitions(integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.ensure_partitions(integer) TO lb_app")


def _protect() -> None:
    for table in ROWS:
        protect(table)
    for table in ("audit_entry", "audit_seal"):
        protect(table, "append")
    for table in ("audit_todo", "audit_head"):
        protect(table, "append")
    for table in ("tenant_directory", "signing_key"):
        protect(table, "shared")
    let_sweep("inbox", "tenant_id, state, next_at", "state = 'pending'")
    let_sweep("outbox", "tenant_id, next_at, attempts", "true")
    let_sweep("background_task", "tenant_id, state, lease_until", "state IN ('queued', 'running', 'cancelling')")
    _let_seal()
    for table in ("customer", "customer_token"):
        op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)")
    # Months before the first start too, so that demonstration data can tell a history; a default part, so that no act is lost for want of one.
    op.execute("CREATE TABLE audit_entry_default PARTITION OF audit_entry DEFAULT")
    op.execute("SELECT app.ensure_partitions(13)")
    op.execute("GRANT SELECT ON alembic_version TO lb_app")


def _let_seal() -> None:
    """The sealer reads entries, takes to-dos away and appends seals; it can change or delete no entry."""
    op.execute("CREATE POLICY sealer_reads ON audit_entry FOR SELECT TO lb_sealer USING (true)")
    op.execute("CREATE POLICY sealer_takes ON audit_todo FOR SELECT TO lb_sealer USING (true)")
    op.execute("CREATE POLICY sealer_removes ON audit_todo FOR DELETE TO lb_sealer USING (true)")
    op.execute("CREATE POLICY sealer_sees ON audit_head FOR SELECT TO lb_sealer USING (true)")
    op.execute("CREATE POLICY sealer_moves ON audit_head FOR UPDATE TO lb_sealer USING (true) WITH CHECK (true)")
    op.execute("CREATE POLICY sealer_reads ON audit_seal FOR SELECT TO lb_sealer USING (true)")
    op.execute("CREATE POLICY sealer_appends ON audit_seal FOR INSERT TO lb_sealer WITH CHECK (true)")
    op.execute("GRANT SELECT ON audit_entry TO lb_sealer")
    op.execute("GRANT SELECT, DELETE ON audit_todo TO lb_sealer")
    op.execute("GRANT SELECT, UPDATE ON audit_head TO lb_sealer")
    op.execute("GRANT SELECT, INSERT ON audit_seal TO lb_sealer")
    op.execute("REVOKE INSERT ON audit_seal FROM lb_app")
    op.execute("DROP POLICY tenant_appends ON audit_seal")


def downgrade() -> None:
    op.drop_index(op.f("ix_refresh_token_tenant_id_session_id"), table_name="refresh_token")
    op.drop_table("refresh_token")
    op.drop_index(op.f("ix_ownership_event_tenant_id_customer_id_id"), table_name="ownership_event")
    op.drop_table("ownership_event")
    op.drop_index(op.f("ix_lead_tenant_id_customer_id_id"), table_name="lead")
    op.drop_table("lead")
    op.drop_index(op.f("ix_follow_up_tenant_id_employee_id_at"), table_name="follow_up")
    op.drop_index(op.f("ix_follow_up_tenant_id_customer_id_id"), table_name="follow_up")
    op.drop_table("follow_up")
    op.drop_index(op.f("ix_customer_token_tenant_id_customer_id"), table_name="customer_token")
    op.drop_table("customer_token")
    op.drop_index(op.f("ix_customer_phone_tenant_id_customer_id"), table_name="customer_phone")
    op.drop_table("customer_phone")
    op.drop_index(op.f("ix_activity_tenant_id_customer_id_at_id"), table_name="activity")
    op.drop_table("activity")
    op.drop_table("preference")
    op.drop_index("ix_notification_unread", table_name="notification", postgresql_where="read_at IS NULL")
    op.drop_index(op.f("ix_notification_tenant_id_employee_id_id"), table_name="notification")
    op.drop_table("notification")
    op.drop_index(op.f("ix_login_session_tenant_id_employee_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_employee_role_tenant_id_role_id"), table_name="employee_role")
    op.drop_table("employee_role")
    op.drop_table("draft")
    op.drop_index("ix_customer_team", table_name="customer", postgresql_include=["stage", "intent", "city", "owner_id"])
    op.drop_index("ix_customer_stage", table_name="customer", postgresql_include=["owner_id", "team_id", "city", "intent"])
    op.drop_index(
        "ix_customer_pool",
        table_name="customer",
        postgresql_include=["stage", "intent", "city"],
        postgresql_where=sa.text("owner_id IS NULL"),
    )
    op.drop_index("ix_customer_owner", table_name="customer")
    op.drop_index("ix_customer_next", table_name="customer", postgresql_where=sa.text("next_action_at IS NOT NULL"))
    op.drop_index("ix_customer_first_contact", table_name="customer", postgresql_where=sa.text("first_contact_due_at IS NOT NULL"))
    op.drop_index(
        "ix_customer_active", table_name="customer", postgresql_include=["owner_id", "team_id", "pool_id", "stage", "intent", "city"]
    )
    op.drop_table("customer")
    op.drop_table("role_permission")
    op.drop_table("role_field")
    op.drop_index(op.f("ix_employee_tenant_id_unit_id"), table_name="employee")
    op.drop_table("employee")
    op.drop_table("channel")
    op.drop_index("ix_todo_subject", table_name="todo")
    op.drop_index("ix_todo_open", table_name="todo", postgresql_where="done_at IS NULL")
    op.drop_table("todo")
    op.drop_table("tenant_key")
    op.drop_table("tenant_directory")
    op.drop_table("tenant")
    op.drop_table("source")
    op.drop_table("signing_key")
    op.drop_table("role")
    op.drop_index(op.f("ix_reveal_tenant_id_employee_id_at"), table_name="reveal")
    op.drop_index(op.f("ix_reveal_tenant_id_customer_id"), table_name="reveal")
    op.drop_table("reveal")
    op.drop_index(op.f("ix_push_event_tenant_id_employee_id_at_id"), table_name="push_event")
    op.drop_table("push_event")
    op.drop_index(op.f("ix_outbox_tenant_id_next_at"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_org_unit_tenant_id_parent_id"), table_name="org_unit")
    op.drop_table("org_unit")
    op.drop_index(op.f("ix_inbox_tenant_id_state_id"), table_name="inbox")
    op.drop_index("ix_inbox_due", table_name="inbox", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_inbox_channel", table_name="inbox")
    op.drop_table("inbox")
    op.drop_table("idempotent_answer")
    op.drop_index(op.f("ix_background_task_tenant_id_state_lease_until"), table_name="background_task")
    op.drop_index(op.f("ix_background_task_tenant_id_created_by_id"), table_name="background_task")
    op.drop_table("background_task")
    op.drop_table("audit_todo")
    op.drop_table("audit_seal")
    op.drop_table("audit_head")
    op.drop_index(op.f("ix_audit_entry_tenant_id_subject_id_at"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_tenant_id_at"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_tenant_id_actor_id_at"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_table("assignment_turn")
    op.execute("DROP SCHEMA app CASCADE")
