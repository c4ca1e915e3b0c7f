"""Tables of pipelines and cases. Stages are data; every move is a stage_event, which is only ever appended."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import Small, TenantLink, TenantRow, tenant_fk
from loanbroker_api.core.grading import Grade, graded


class SubmissionState(StrEnum):
    SUBMITTED = "submitted"  # 已进件
    SUPPLEMENT = "supplement"  # 补件
    APPROVED = "approved"  # 批复
    DECLINED = "declined"  # 拒绝
    WITHDRAWN = "withdrawn"  # 撤回


class LostReason(StrEnum):
    NO_QUALIFICATION = "no_qualification"  # 资质不符
    RATE_TOO_HIGH = "rate_too_high"  # 利率高
    CHOSE_ANOTHER = "chose_another"  # 选择同行
    UNREACHABLE = "unreachable"  # 联系不上
    WITHDREW = "withdrew"  # 客户放弃
    DECLINED = "declined"  # 资方拒绝
    DUPLICATE = "duplicate"  # 重复
    OTHER = "other"  # 其他


class Part(StrEnum):
    """What a participant does in a case."""

    INVITER = "inviter"  # 邀约
    NEGOTIATOR = "negotiator"  # 谈单
    SUBMISSION = "submission"  # 进件
    COLLATERAL = "collateral"  # 权证
    FINANCE = "finance"  # 财务


class Pipeline(TenantRow):
    """Stages for some kinds of products; the one without kinds is the default."""

    __tablename__ = "pipeline"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)
    name: Mapped[str]
    product_kinds: Mapped[list[Any]]
    is_default: Mapped[bool]
    archived_at: Mapped[datetime | None]


class PipelineStage(TenantLink):
    """`kind` is on the customer scale (customers.models.Stage); `entry` lists conditions, `moves` the codes one may go to."""

    __tablename__ = "pipeline_stage"
    __table_args__ = (
        tenant_fk("pipeline_id", "pipeline"),
        UniqueConstraint("tenant_id", "pipeline_id", "code"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    pipeline_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[Small]
    position: Mapped[Small]
    tone: Mapped[str]
    sla_hours: Mapped[int | None]
    post: Mapped[str | None]
    win_bps: Mapped[Small]
    entry: Mapped[list[Any]]
    moves: Mapped[list[Any]]
    archived_at: Mapped[datetime | None]


class Case(TenantRow):
    """One loan being brokered. Money columns are sums of its rows, kept in the same transaction, so that lists need no joins."""

    __tablename__ = "loan_case"
    __table_args__ = (
        tenant_fk("customer_id", "customer"),
        tenant_fk("pipeline_id", "pipeline"),
        tenant_fk("stage_id", "pipeline_stage"),
        tenant_fk("product_id", "product"),
        tenant_fk("product_version_id", "product_version"),
        tenant_fk("owner_id", "employee"),
        tenant_fk("team_id", "org_unit"),
        tenant_fk("source_id", "source"),
        UniqueConstraint("tenant_id", "number"),
        Index(None, "tenant_id", "customer_id", "id"),
        # Lists by recency; the board reads one stage after another, the oldest in the stage first.
        Index("ix_loan_case_active", "tenant_id", text("active_at DESC"), text("id DESC")),
        Index("ix_loan_case_owner", "tenant_id", "owner_id", text("active_at DESC"), text("id DESC")),
        Index("ix_loan_case_team", "tenant_id", "team_id", text("active_at DESC"), text("id DESC")),
        Index("ix_loan_case_stage", "tenant_id", "stage_id", "stage_since", "id", postgresql_include=["owner_id", "team_id", "wanted_fen", "approved_fen", "stage_due_at"]),
    )  # fmt: skip
    number: Mapped[str]
    customer_id: Mapped[UUID]
    pipeline_id: Mapped[UUID]
    stage_id: Mapped[UUID]
    stage_kind: Mapped[Small]
    stage_since: Mapped[datetime]
    stage_due_at: Mapped[datetime | None]
    previous_stage_id: Mapped[UUID | None]
    product_id: Mapped[UUID | None]
    product_version_id: Mapped[UUID | None]
    product_kind: Mapped[str]
    owner_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    source_id: Mapped[UUID | None]
    city: Mapped[int | None]
    wanted_fen: Mapped[int]
    wanted_months: Mapped[Small | None]
    approved_fen: Mapped[int | None]
    fee_rate_ppm: Mapped[int] = mapped_column(default=0)
    fee_fixed_fen: Mapped[int] = mapped_column(default=0)
    fee_agreed_at: Mapped[datetime | None]
    disbursed_fen: Mapped[int] = mapped_column(default=0)
    due_fen: Mapped[int] = mapped_column(default=0)
    received_fen: Mapped[int] = mapped_column(default=0)
    active_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    lost_reason: Mapped[str | None]


class CaseParticipant(TenantLink):
    __tablename__ = "case_participant"
    __table_args__ = (
        tenant_fk("case_id", "loan_case", cascade=True),
        tenant_fk("employee_id", "employee"),
        Index(None, "tenant_id", "employee_id", "case_id"),
    )
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)


class CaseDocument(TenantLink):
    """A named document that is there; the files themselves are another issue's."""

    __tablename__ = "case_document"
    __table_args__ = (tenant_fk("case_id", "loan_case", cascade=True),)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    by_id: Mapped[UUID | None]


class StageEvent(TenantLink):
    """A case came into a stage. Append-only, partitioned by month; the dimensions are those of the moment."""

    __tablename__ = "stage_event"
    __table_args__ = (
        Index(None, "tenant_id", "case_id", "at"),
        Index(None, "tenant_id", "at", "id"),
        {"postgresql_partition_by": "RANGE (at)"},
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    case_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    from_stage_id: Mapped[UUID | None]
    to_stage_id: Mapped[UUID]
    from_kind: Mapped[Small | None]
    to_kind: Mapped[Small]
    back: Mapped[bool]
    by_id: Mapped[UUID | None]
    reason: Mapped[str | None]  # a LostReason
    comment_enc: Mapped[bytes | None]
    seconds: Mapped[int | None]  # spent in the stage before
    owner_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    source_id: Mapped[UUID | None]
    city: Mapped[int | None]
    product_kind: Mapped[str]
    amount_fen: Mapped[int]


class Submission(TenantRow):
    """A case handed to a lender, with what the lender said."""

    __tablename__ = "submission"
    __table_args__ = (
        tenant_fk("case_id", "loan_case", cascade=True),
        tenant_fk("lender_id", "lender"),
        tenant_fk("product_version_id", "product_version"),
        Index(None, "tenant_id", "case_id", "id"),
        Index(None, "tenant_id", "decided_at", "id"),
    )
    case_id: Mapped[UUID]
    lender_id: Mapped[UUID]
    product_id: Mapped[UUID]
    product_version_id: Mapped[UUID]
    state: Mapped[str]
    amount_fen: Mapped[int]
    months: Mapped[Small | None]
    submitted_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    approved_fen: Mapped[int | None]
    approved_months: Mapped[Small | None]
    approved_rate_ppm: Mapped[int | None]
    declined_reason_enc: Mapped[bytes | None]
    by_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]  # of the case when it was decided, for figures
    team_id: Mapped[UUID | None]


class Disbursement(TenantRow):
    """A tranche that the lender paid out. Wrong ones are voided, never edited."""

    __tablename__ = "disbursement"
    __table_args__ = (
        tenant_fk("case_id", "loan_case", cascade=True),
        tenant_fk("submission_id", "submission"),
        Index(None, "tenant_id", "case_id", "id"),
        Index(None, "tenant_id", "paid_on", "id"),
    )
    case_id: Mapped[UUID]
    submission_id: Mapped[UUID]
    amount_fen: Mapped[int]
    paid_on: Mapped[date]
    voided_at: Mapped[datetime | None]
    void_reason_enc: Mapped[bytes | None]
    by_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]


# What people write may hold anything (docs/decisions/free-text.md).
MOVE_COMMENT = graded("case.comment", table="stage_event", column="comment", grade=Grade.CONTENT, title="移动说明", mask=None)
DECLINED_REASON = graded(
    "case.declinedReason", table="submission", column="declined_reason", grade=Grade.CONTENT, title="拒绝原因", mask=None
)
VOID_REASON = graded("case.voidReason", table="disbursement", column="void_reason", grade=Grade.CONTENT, title="作废原因", mask=None)
