"""The spine: qualification, products, cases, receipts and the funnel's roll-ups. New columns of customer have constant defaults: no rewrite."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from loanbroker_api.core.migrating import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROWS = (
    "funnel_cohort",
    "funnel_daily",
    "funnel_fact",
    "funnel_reach",
    "lender",
    "pipeline",
    "rollup_state",
    "pipeline_stage",
    "product",
    "product_version",
    "loan_case",
    "match_run",
    "qualification",
    "qualification_value",
    "state_change",
    "case_document",
    "case_participant",
    "receipt",
    "submission",
    "disbursement",
)

PERMISSIONS = {
    "admin": {
        "products.view": 9,
        "products.match": 9,
        "products.manage": 9,
        "products.approve": 9,
        "products.lenders.manage": 9,
        "pipeline.view": 9,
        "pipeline.create": 9,
        "pipeline.edit": 9,
        "pipeline.move": 9,
        "pipeline.submit": 9,
        "pipeline.disburse": 9,
        "pipeline.manage": 9,
        "finance.view": 9,
        "finance.record": 9,
        "finance.reverse": 9,
        "analytics.view": 9,
    },
    "boss": {
        "products.view": 9,
        "products.match": 9,
        "products.manage": 9,
        "products.approve": 9,
        "products.lenders.manage": 9,
        "pipeline.view": 9,
        "pipeline.create": 9,
        "pipeline.edit": 9,
        "pipeline.move": 9,
        "pipeline.submit": 9,
        "pipeline.disburse": 9,
        "pipeline.manage": 9,
        "finance.view": 9,
        "finance.record": 9,
        "finance.reverse": 9,
        "analytics.view": 9,
    },
    "manager": {
        "products.view": 9,
        "products.match": 9,
        "products.manage": 9,
        "products.lenders.manage": 9,
        "pipeline.view": 4,
        "pipeline.create": 4,
        "pipeline.edit": 4,
        "pipeline.move": 4,
        "pipeline.submit": 4,
        "pipeline.disburse": 4,
        "finance.view": 4,
        "analytics.view": 4,
    },
    "leader": {
        "products.view": 9,
        "products.match": 9,
        "pipeline.view": 3,
        "pipeline.create": 3,
        "pipeline.edit": 3,
        "pipeline.move": 3,
        "pipeline.submit": 3,
        "finance.view": 3,
        "analytics.view": 3,
    },
    "sales": {
        "products.view": 9,
        "products.match": 9,
        "pipeline.view": 1,
        "pipeline.create": 1,
        "pipeline.edit": 1,
        "pipeline.move": 1,
        "pipeline.submit": 1,
        "finance.view": 1,
    },
    "submission": {
        "products.view": 9,
        "products.match": 9,
        "pipeline.view": 9,
        "pipeline.edit": 9,
        "pipeline.move": 9,
        "pipeline.submit": 9,
        "pipeline.disburse": 9,
    },
    "collateral": {"pipeline.view": 9, "pipeline.edit": 9, "pipeline.move": 9},
    "finance": {
        "pipeline.view": 9,
        "pipeline.move": 9,
        "pipeline.disburse": 9,
        "finance.view": 9,
        "finance.record": 9,
        "finance.reverse": 9,
        "analytics.view": 9,
    },
}

_CASE_TEXTS = ("case.comment", "case.declinedReason", "case.voidReason", "receipt.note")
FIELDS = {
    **dict.fromkeys(("admin", "boss", "manager", "leader", "sales", "finance"), _CASE_TEXTS),
    **dict.fromkeys(("submission", "collateral"), ("customer.note", "customer.followUpNote", *_CASE_TEXTS)),
}

_GRANT = sa.text(
    "INSERT INTO role_permission (tenant_id, role_id, permission, scope) SELECT tenant_id, id, :permission, :scope FROM role "
    "WHERE tenant_id = :t AND code = :code AND builtin ON CONFLICT DO NOTHING"
)
_SHOW = sa.text(
    "INSERT INTO role_field (tenant_id, role_id, field, visibility) SELECT tenant_id, id, :field, 2 FROM role "
    "WHERE tenant_id = :t AND code = :code AND builtin ON CONFLICT DO NOTHING"
)

_PARTITIONS = """
    CREATE OR REPLACE FUNCTION app.ensure_partitions(months integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE first date := date_trunc('month', now())::date; m date; parent text;
    BEGIN
      FOREACH parent IN ARRAY ARRAY[{tables}] LOOP
        FOR i IN -1..months LOOP
          m := (first + make_interval(months => i))::date;
          EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                         parent || '_' || to_char(m, 'YYYYMM'), parent, m, (m + interval '1 month')::date);
        END LOOP;
      END LOOP;
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "funnel_cohort",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("cohort_day", sa.Date(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("lag_days", sa.SmallInteger(), nullable=False),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "dimension", "cohort_day", "key", "team_id", "step", "lag_days", name=op.f("pk_funnel_cohort")
        ),
    )
    op.create_table(
        "funnel_daily",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        sa.Column("moves", sa.BigInteger(), nullable=False),
        sa.Column("back", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "dimension", "day", "key", "team_id", "step", name=op.f("pk_funnel_daily")),
    )
    op.create_table(
        "funnel_fact",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("city", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("moves", sa.SmallInteger(), nullable=False),
        sa.Column("back", sa.SmallInteger(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "customer_id", "step", "fact_id", name=op.f("pk_funnel_fact")),
    )
    op.create_index(op.f("ix_funnel_fact_tenant_id_at_customer_id"), "funnel_fact", ["tenant_id", "at", "customer_id"], unique=False)
    op.create_table(
        "funnel_reach",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_day", sa.Date(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("city", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "customer_id", "step", name=op.f("pk_funnel_reach")),
    )
    op.create_index(
        op.f("ix_funnel_reach_tenant_id_step_at_customer_id"), "funnel_reach", ["tenant_id", "step", "at", "customer_id"], unique=False
    )
    op.create_index(
        op.f("ix_funnel_reach_tenant_id_step_cohort_day_customer_id"),
        "funnel_reach",
        ["tenant_id", "step", "cohort_day", "customer_id"],
        unique=False,
    )
    op.create_table(
        "lender",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cooperation", sa.Text(), nullable=False),
        sa.Column("territories", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("contacts_enc", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lender")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_lender_tenant_id_name")),
    )
    op.create_table(
        "pipeline",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("product_kinds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pipeline")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_pipeline_tenant_id_name")),
    )
    op.create_table(
        "rollup_state",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rebuilt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("faults", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_rollup_state")),
    )
    op.create_table(
        "stage_event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("from_stage_id", sa.Uuid(), nullable=True),
        sa.Column("to_stage_id", sa.Uuid(), nullable=False),
        sa.Column("from_kind", sa.SmallInteger(), nullable=True),
        sa.Column("to_kind", sa.SmallInteger(), nullable=False),
        sa.Column("back", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("comment_enc", sa.LargeBinary(), nullable=True),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("city", sa.BigInteger(), nullable=True),
        sa.Column("product_kind", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "at", name=op.f("pk_stage_event")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index(op.f("ix_stage_event_tenant_id_at_id"), "stage_event", ["tenant_id", "at", "id"], unique=False)
    op.create_index(op.f("ix_stage_event_tenant_id_case_id_at"), "stage_event", ["tenant_id", "case_id", "at"], unique=False)
    op.create_table(
        "pipeline_stage",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("tone", sa.Text(), nullable=False),
        sa.Column("sla_hours", sa.BigInteger(), nullable=True),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("win_bps", sa.SmallInteger(), nullable=False),
        sa.Column("entry", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moves", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "pipeline_id"], ["pipeline.tenant_id", "pipeline.id"], name=op.f("fk_pipeline_stage_tenant_id_pipeline_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pipeline_stage")),
        sa.UniqueConstraint("tenant_id", "pipeline_id", "code", name=op.f("uq_pipeline_stage_tenant_id_pipeline_id_code")),
    )
    op.create_table(
        "product",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lender_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("enabled_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "lender_id"], ["lender.tenant_id", "lender.id"], name=op.f("fk_product_tenant_id_lender_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_product")),
        sa.UniqueConstraint("tenant_id", "lender_id", "name", name=op.f("uq_product_tenant_id_lender_id_name")),
    )
    op.create_index(op.f("ix_product_tenant_id_kind_id"), "product", ["tenant_id", "kind", "id"], unique=False)
    op.create_table(
        "product_version",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effective_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["product.tenant_id", "product.id"], name=op.f("fk_product_version_tenant_id_product_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_product_version")),
        sa.UniqueConstraint("tenant_id", "product_id", "number", name=op.f("uq_product_version_tenant_id_product_id_number")),
    )
    op.create_index("ix_product_version_effective", "product_version", ["tenant_id", "state", "effective_from"], unique=False)
    op.create_table(
        "loan_case",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("stage_kind", sa.SmallInteger(), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("previous_stage_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("product_version_id", sa.Uuid(), nullable=True),
        sa.Column("product_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("city", sa.BigInteger(), nullable=True),
        sa.Column("wanted_fen", sa.BigInteger(), nullable=False),
        sa.Column("wanted_months", sa.SmallInteger(), nullable=True),
        sa.Column("approved_fen", sa.BigInteger(), nullable=True),
        sa.Column("fee_rate_ppm", sa.BigInteger(), nullable=False),
        sa.Column("fee_fixed_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disbursed_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_fen", sa.BigInteger(), nullable=False),
        sa.Column("received_fen", sa.BigInteger(), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"], ["customer.tenant_id", "customer.id"], name=op.f("fk_loan_case_tenant_id_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["employee.tenant_id", "employee.id"], name=op.f("fk_loan_case_tenant_id_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "pipeline_id"], ["pipeline.tenant_id", "pipeline.id"], name=op.f("fk_loan_case_tenant_id_pipeline_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["product.tenant_id", "product.id"], name=op.f("fk_loan_case_tenant_id_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_version_id"],
            ["product_version.tenant_id", "product_version.id"],
            name=op.f("fk_loan_case_tenant_id_product_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "source_id"], ["source.tenant_id", "source.id"], name=op.f("fk_loan_case_tenant_id_source_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "stage_id"], ["pipeline_stage.tenant_id", "pipeline_stage.id"], name=op.f("fk_loan_case_tenant_id_stage_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "team_id"], ["org_unit.tenant_id", "org_unit.id"], name=op.f("fk_loan_case_tenant_id_team_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_loan_case")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_loan_case_tenant_id_number")),
    )
    op.create_index(
        "ix_loan_case_active", "loan_case", ["tenant_id", sa.literal_column("active_at DESC"), sa.literal_column("id DESC")], unique=False
    )
    op.create_index(
        "ix_loan_case_owner",
        "loan_case",
        ["tenant_id", "owner_id", sa.literal_column("active_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_loan_case_stage",
        "loan_case",
        ["tenant_id", "stage_id", "stage_since", "id"],
        unique=False,
        postgresql_include=["owner_id", "team_id", "wanted_fen", "approved_fen", "stage_due_at"],
    )
    op.create_index(
        "ix_loan_case_team",
        "loan_case",
        ["tenant_id", "team_id", sa.literal_column("active_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(op.f("ix_loan_case_tenant_id_customer_id_id"), "loan_case", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_table(
        "match_run",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("aim", sa.Text(), nullable=False),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_match_run_tenant_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_match_run")),
    )
    op.create_index(op.f("ix_match_run_tenant_id_customer_id_id"), "match_run", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_table(
        "qualification",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("birth_ymd", sa.Integer(), nullable=True),
        sa.Column("sex", sa.SmallInteger(), nullable=True),
        sa.Column("education", sa.SmallInteger(), nullable=True),
        sa.Column("marital_status", sa.SmallInteger(), nullable=True),
        sa.Column("city", sa.Integer(), nullable=True),
        sa.Column("household_city", sa.Integer(), nullable=True),
        sa.Column("work_city", sa.Integer(), nullable=True),
        sa.Column("occupation", sa.SmallInteger(), nullable=True),
        sa.Column("bank_income", sa.BigInteger(), nullable=True),
        sa.Column("cash_income", sa.BigInteger(), nullable=True),
        sa.Column("job_months", sa.SmallInteger(), nullable=True),
        sa.Column("social_base", sa.BigInteger(), nullable=True),
        sa.Column("social_months", sa.SmallInteger(), nullable=True),
        sa.Column("fund_base", sa.BigInteger(), nullable=True),
        sa.Column("fund_months", sa.SmallInteger(), nullable=True),
        sa.Column("fund_monthly", sa.BigInteger(), nullable=True),
        sa.Column("has_house", sa.Boolean(), nullable=True),
        sa.Column("house_city", sa.Integer(), nullable=True),
        sa.Column("house_kinds", sa.SmallInteger(), nullable=True),
        sa.Column("house_ownership", sa.SmallInteger(), nullable=True),
        sa.Column("house_value", sa.BigInteger(), nullable=True),
        sa.Column("house_mortgage", sa.BigInteger(), nullable=True),
        sa.Column("mortgage_months", sa.SmallInteger(), nullable=True),
        sa.Column("has_car", sa.Boolean(), nullable=True),
        sa.Column("car_ownership", sa.SmallInteger(), nullable=True),
        sa.Column("car_month", sa.Integer(), nullable=True),
        sa.Column("car_value", sa.BigInteger(), nullable=True),
        sa.Column("has_policy", sa.Boolean(), nullable=True),
        sa.Column("policy_insurer", sa.SmallInteger(), nullable=True),
        sa.Column("policy_premium", sa.BigInteger(), nullable=True),
        sa.Column("policy_months", sa.SmallInteger(), nullable=True),
        sa.Column("policy_interval", sa.SmallInteger(), nullable=True),
        sa.Column("queries_1m", sa.SmallInteger(), nullable=True),
        sa.Column("queries_2m", sa.SmallInteger(), nullable=True),
        sa.Column("queries_3m", sa.SmallInteger(), nullable=True),
        sa.Column("queries_6m", sa.SmallInteger(), nullable=True),
        sa.Column("queries_12m", sa.SmallInteger(), nullable=True),
        sa.Column("overdue_now", sa.BigInteger(), nullable=True),
        sa.Column("overdue_run_24m", sa.SmallInteger(), nullable=True),
        sa.Column("overdue_count_24m", sa.SmallInteger(), nullable=True),
        sa.Column("overdue_run_60m", sa.SmallInteger(), nullable=True),
        sa.Column("overdue_count_60m", sa.SmallInteger(), nullable=True),
        sa.Column("accounts_open", sa.SmallInteger(), nullable=True),
        sa.Column("lender_count", sa.SmallInteger(), nullable=True),
        sa.Column("card_limit", sa.BigInteger(), nullable=True),
        sa.Column("card_usage", sa.SmallInteger(), nullable=True),
        sa.Column("guarantees", sa.BigInteger(), nullable=True),
        sa.Column("first_loan_month", sa.Integer(), nullable=True),
        sa.Column("debt_total", sa.BigInteger(), nullable=True),
        sa.Column("debt_unsecured", sa.BigInteger(), nullable=True),
        sa.Column("debt_monthly", sa.BigInteger(), nullable=True),
        sa.Column("debt_to_income", sa.Integer(), nullable=True),
        sa.Column("zhima_score", sa.SmallInteger(), nullable=True),
        sa.Column("weilidai", sa.Boolean(), nullable=True),
        sa.Column("licence_month", sa.Integer(), nullable=True),
        sa.Column("share_held", sa.SmallInteger(), nullable=True),
        sa.Column("tax_12m", sa.BigInteger(), nullable=True),
        sa.Column("invoice_12m", sa.BigInteger(), nullable=True),
        sa.Column("tax_grade", sa.SmallInteger(), nullable=True),
        sa.Column("bank_flow", sa.BigInteger(), nullable=True),
        sa.Column("industry", sa.SmallInteger(), nullable=True),
        sa.Column("executed", sa.Boolean(), nullable=True),
        sa.Column("dishonest", sa.Boolean(), nullable=True),
        sa.Column("wanted_amount", sa.BigInteger(), nullable=True),
        sa.Column("wanted_months", sa.SmallInteger(), nullable=True),
        sa.Column("purpose", sa.SmallInteger(), nullable=True),
        sa.Column("latest_monthly_cost", sa.BigInteger(), nullable=True),
        sa.Column("urgency_days", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_qualification_tenant_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "customer_id", name=op.f("pk_qualification")),
    )
    op.create_table(
        "qualification_value",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_qualification_value_tenant_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_qualification_value")),
    )
    op.create_index(
        op.f("ix_qualification_value_tenant_id_customer_id_field_id"),
        "qualification_value",
        ["tenant_id", "customer_id", "field", "id"],
        unique=False,
    )
    op.create_table(
        "state_change",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("was", sa.SmallInteger(), nullable=True),
        sa.Column("now", sa.SmallInteger(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_state_change_tenant_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_state_change")),
    )
    op.create_index(op.f("ix_state_change_tenant_id_customer_id_id"), "state_change", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_table(
        "case_document",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["loan_case.tenant_id", "loan_case.id"],
            name=op.f("fk_case_document_tenant_id_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", "name", name=op.f("pk_case_document")),
    )
    op.create_table(
        "case_participant",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["loan_case.tenant_id", "loan_case.id"],
            name=op.f("fk_case_participant_tenant_id_case_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"], ["employee.tenant_id", "employee.id"], name=op.f("fk_case_participant_tenant_id_employee_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", "employee_id", "part", name=op.f("pk_case_participant")),
    )
    op.create_index(
        op.f("ix_case_participant_tenant_id_employee_id_case_id"), "case_participant", ["tenant_id", "employee_id", "case_id"], unique=False
    )
    op.create_table(
        "receipt",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("note_enc", sa.LargeBinary(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["loan_case.tenant_id", "loan_case.id"], name=op.f("fk_receipt_tenant_id_case_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_receipt")),
    )
    op.create_index(op.f("ix_receipt_tenant_id_case_id_id"), "receipt", ["tenant_id", "case_id", "id"], unique=False)
    op.create_index(op.f("ix_receipt_tenant_id_received_on_id"), "receipt", ["tenant_id", "received_on", "id"], unique=False)
    op.create_index(
        "uq_receipt_reverses", "receipt", ["tenant_id", "reverses_id"], unique=True, postgresql_where=sa.text("reverses_id IS NOT NULL")
    )
    op.create_table(
        "submission",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("lender_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("product_version_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_fen", sa.BigInteger(), nullable=True),
        sa.Column("approved_months", sa.SmallInteger(), nullable=True),
        sa.Column("approved_rate_ppm", sa.BigInteger(), nullable=True),
        sa.Column("declined_reason_enc", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["loan_case.tenant_id", "loan_case.id"],
            name=op.f("fk_submission_tenant_id_case_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lender_id"], ["lender.tenant_id", "lender.id"], name=op.f("fk_submission_tenant_id_lender_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_version_id"],
            ["product_version.tenant_id", "product_version.id"],
            name=op.f("fk_submission_tenant_id_product_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_submission")),
    )
    op.create_index(op.f("ix_submission_tenant_id_case_id_id"), "submission", ["tenant_id", "case_id", "id"], unique=False)
    op.create_index(op.f("ix_submission_tenant_id_decided_at_id"), "submission", ["tenant_id", "decided_at", "id"], unique=False)
    op.create_table(
        "disbursement",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason_enc", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["loan_case.tenant_id", "loan_case.id"],
            name=op.f("fk_disbursement_tenant_id_case_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "submission_id"], ["submission.tenant_id", "submission.id"], name=op.f("fk_disbursement_tenant_id_submission_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_disbursement")),
    )
    op.create_index(op.f("ix_disbursement_tenant_id_case_id_id"), "disbursement", ["tenant_id", "case_id", "id"], unique=False)
    op.create_index(op.f("ix_disbursement_tenant_id_paid_on_id"), "disbursement", ["tenant_id", "paid_on", "id"], unique=False)
    op.add_column("customer", sa.Column("stars", sa.SmallInteger(), nullable=True))
    op.add_column("customer", sa.Column("contact_state", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("customer", sa.Column("unreachable_count", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("customer", sa.Column("completeness", sa.SmallInteger(), server_default="0", nullable=False))
    _protect()
    _grow_roles()


def _protect() -> None:
    for table in ROWS:
        protect(table)
    protect("stage_event", "append")
    op.execute("ALTER TABLE qualification SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)")
    op.execute(_PARTITIONS.format(tables="'audit_entry', 'stage_event'"))
    op.execute("CREATE TABLE stage_event_default PARTITION OF stage_event DEFAULT")
    op.execute("SELECT app.ensure_partitions(13)")


def _grow_roles() -> None:
    """Built-in roles of companies that are there already get what came with this release; what their administrators changed stays."""
    connection = op.get_bind()
    for tenant in connection.execute(sa.text("SELECT tenant_id FROM tenant_directory")).scalars().all():
        connection.execute(sa.text("SELECT app.bind_tenant(:t, false)"), {"t": tenant})
        for code, permissions in PERMISSIONS.items():
            connection.execute(
                _GRANT, [{"t": tenant, "code": code, "permission": name, "scope": scope} for name, scope in permissions.items()]
            )
        for code, fields in FIELDS.items():
            connection.execute(_SHOW, [{"t": tenant, "code": code, "field": field} for field in fields])


def _shrink() -> None:
    connection = op.get_bind()
    op.execute(_PARTITIONS.format(tables="'audit_entry'"))
    for tenant in connection.execute(sa.text("SELECT tenant_id FROM tenant_directory")).scalars().all():
        connection.execute(sa.text("SELECT app.bind_tenant(:t, false)"), {"t": tenant})
        connection.execute(
            sa.text("DELETE FROM role_permission WHERE tenant_id = :t AND split_part(permission, '.', 1) = ANY(:areas)"),
            {"t": tenant, "areas": ["products", "pipeline", "finance", "analytics"]},
        )


def downgrade() -> None:
    _shrink()
    op.drop_column("customer", "completeness")
    op.drop_column("customer", "unreachable_count")
    op.drop_column("customer", "contact_state")
    op.drop_column("customer", "stars")
    op.drop_index(op.f("ix_disbursement_tenant_id_paid_on_id"), table_name="disbursement")
    op.drop_index(op.f("ix_disbursement_tenant_id_case_id_id"), table_name="disbursement")
    op.drop_table("disbursement")
    op.drop_index(op.f("ix_submission_tenant_id_decided_at_id"), table_name="submission")
    op.drop_index(op.f("ix_submission_tenant_id_case_id_id"), table_name="submission")
    op.drop_table("submission")
    op.drop_index("uq_receipt_reverses", table_name="receipt", postgresql_where=sa.text("reverses_id IS NOT NULL"))
    op.drop_index(op.f("ix_receipt_tenant_id_received_on_id"), table_name="receipt")
    op.drop_index(op.f("ix_receipt_tenant_id_case_id_id"), table_name="receipt")
    op.drop_table("receipt")
    op.drop_index(op.f("ix_case_participant_tenant_id_employee_id_case_id"), table_name="case_participant")
    op.drop_table("case_participant")
    op.drop_table("case_document")
    op.drop_index(op.f("ix_state_change_tenant_id_customer_id_id"), table_name="state_change")
    op.drop_table("state_change")
    op.drop_index(op.f("ix_qualification_value_tenant_id_customer_id_field_id"), table_name="qualification_value")
    op.drop_table("qualification_value")
    op.drop_table("qualification")
    op.drop_index(op.f("ix_match_run_tenant_id_customer_id_id"), table_name="match_run")
    op.drop_table("match_run")
    op.drop_index(op.f("ix_loan_case_tenant_id_customer_id_id"), table_name="loan_case")
    op.drop_index("ix_loan_case_team", table_name="loan_case")
    op.drop_index(
        "ix_loan_case_stage",
        table_name="loan_case",
        postgresql_include=["owner_id", "team_id", "wanted_fen", "approved_fen", "stage_due_at"],
    )
    op.drop_index("ix_loan_case_owner", table_name="loan_case")
    op.drop_index("ix_loan_case_active", table_name="loan_case")
    op.drop_table("loan_case")
    op.drop_index("ix_product_version_effective", table_name="product_version")
    op.drop_table("product_version")
    op.drop_index(op.f("ix_product_tenant_id_kind_id"), table_name="product")
    op.drop_table("product")
    op.drop_table("pipeline_stage")
    op.drop_index(op.f("ix_stage_event_tenant_id_case_id_at"), table_name="stage_event")
    op.drop_index(op.f("ix_stage_event_tenant_id_at_id"), table_name="stage_event")
    op.drop_table("stage_event")
    op.drop_table("rollup_state")
    op.drop_table("pipeline")
    op.drop_table("lender")
    op.drop_index(op.f("ix_funnel_reach_tenant_id_step_cohort_day_customer_id"), table_name="funnel_reach")
    op.drop_index(op.f("ix_funnel_reach_tenant_id_step_at_customer_id"), table_name="funnel_reach")
    op.drop_table("funnel_reach")
    op.drop_index(op.f("ix_funnel_fact_tenant_id_at_customer_id"), table_name="funnel_fact")
    op.drop_table("funnel_fact")
    op.drop_table("funnel_daily")
    op.drop_table("funnel_cohort")
