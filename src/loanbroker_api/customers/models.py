"""Tables of customers. What lists filter and sort on is uuid, integer, text or timestamptz (docs/decisions/leakproof-columns.md)."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Index, Integer, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import Small, TenantLink, TenantRow, tenant_fk
from loanbroker_api.core.grading import Grade, graded
from loanbroker_api.core.normalize import masks
from loanbroker_api.customers.fields import FIELDS, Kind, QualificationField


class Stage(IntEnum):
    """The fixed scale of a customer (客户阶段); gaps leave room."""

    LEAD = 10
    CONTACT = 20
    APPOINTMENT = 30
    VISIT = 40
    CONTRACT = 50
    SUBMISSION = 60
    SUPPLEMENT = 65
    APPROVAL = 70
    COLLATERAL = 75
    DISBURSEMENT = 80
    RECEIPT = 85
    REPAYMENT = 90
    SETTLED = 95
    OVERDUE = 97
    LOST = 99


class Intent(IntEnum):
    A = 1
    B = 2
    C = 3
    D = 4


class ContactState(IntEnum):
    """Whether the person can be reached."""

    NEW = 0
    CONNECTED = 1
    UNREACHABLE = 2
    INVALID = 3


class ValueSource(StrEnum):
    """From where a qualification value is known."""

    STATED = "stated"  # 客户口述
    DOCUMENT = "document"  # 资料
    CREDIT_REPORT = "credit_report"  # 征信报告
    ID_NUMBER = "id_number"  # 身份证号
    PLATFORM = "platform"  # 平台


class Outcome(IntEnum):
    """What came of a contact; the numbers are the keys 1–6 of the follow-up panel."""

    INTERESTED = 1
    CALL_AGAIN = 2
    NO_ANSWER = 3
    INVALID_NUMBER = 4
    REFUSED = 5
    OTHER = 6


class NextActionKind(StrEnum):
    CALL = "call"
    VISIT = "visit"
    MESSAGE = "message"
    OTHER = "other"


CONNECTED = (Outcome.INTERESTED, Outcome.CALL_AGAIN, Outcome.REFUSED)


class Source(TenantLink):
    """Where customers come from, as customers name it; channels keep theirs here."""

    __tablename__ = "source"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]


class Customer(TenantRow):
    __tablename__ = "customer"
    __table_args__ = (
        tenant_fk("owner_id", "employee"),
        tenant_fk("team_id", "org_unit"),
        tenant_fk("source_id", "source"),
        Index(
            "ix_customer_active",
            "tenant_id",
            text("active_at DESC"),
            text("id DESC"),
            postgresql_include=["owner_id", "team_id", "pool_id", "stage", "intent", "city"],
        ),
        Index(
            "ix_customer_team",
            "tenant_id",
            "team_id",
            text("active_at DESC"),
            text("id DESC"),
            postgresql_include=["stage", "intent", "city", "owner_id"],
        ),
        Index("ix_customer_owner", "tenant_id", "owner_id", text("active_at DESC"), text("id DESC")),
        Index(
            "ix_customer_stage",
            "tenant_id",
            "stage",
            text("active_at DESC"),
            text("id DESC"),
            postgresql_include=["owner_id", "team_id", "city", "intent"],
        ),
        Index(
            "ix_customer_pool",
            "tenant_id",
            "pool_id",
            text("active_at DESC"),
            text("id DESC"),
            postgresql_include=["stage", "intent", "city"],
            postgresql_where=text("owner_id IS NULL"),
        ),
        Index("ix_customer_next", "tenant_id", "owner_id", "next_action_at", "id", postgresql_where=text("next_action_at IS NOT NULL")),
        # Leaders look after everybody's: the same clocks without an owner in front.
        Index("ix_customer_late", "tenant_id", "next_action_at", "id", postgresql_where=text("next_action_at IS NOT NULL")),
        Index("ix_customer_waiting", "tenant_id", "first_contact_due_at", "id", postgresql_where=text("first_contact_due_at IS NOT NULL")),
        Index(
            "ix_customer_first_contact",
            "tenant_id",
            "owner_id",
            "first_contact_due_at",
            "id",
            postgresql_where=text("first_contact_due_at IS NOT NULL"),
        ),
    )
    kind: Mapped[str] = mapped_column(default="person")
    name_enc: Mapped[bytes | None]
    name_masked: Mapped[str | None]
    id_number_enc: Mapped[bytes | None]
    id_number_masked: Mapped[str | None]
    note_enc: Mapped[bytes | None]
    phone_masked: Mapped[str | None]
    sex: Mapped[str | None]
    birth_year: Mapped[Small | None]
    stage: Mapped[Small] = mapped_column(default=Stage.LEAD)
    intent: Mapped[Small | None]
    city: Mapped[int | None]
    wanted_from_fen: Mapped[int | None]
    wanted_to_fen: Mapped[int | None]
    source_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    pool_id: Mapped[UUID | None]
    owned_since: Mapped[datetime | None]
    lead_count: Mapped[int] = mapped_column(default=0)
    active_at: Mapped[datetime]
    next_action_at: Mapped[datetime | None]
    next_action_kind: Mapped[str | None]
    first_contact_due_at: Mapped[datetime | None]
    first_contacted_at: Mapped[datetime | None]
    last_follow_up_at: Mapped[datetime | None]
    last_outcome: Mapped[Small | None]
    stars: Mapped[Small | None]
    contact_state: Mapped[Small] = mapped_column(default=ContactState.NEW, server_default="0")
    unreachable_count: Mapped[Small] = mapped_column(default=0, server_default="0")
    completeness: Mapped[Small] = mapped_column(default=0, server_default="0")  # basis points of the qualification's weight


class StateChange(TenantLink):
    """Stars, contact state, intent and stage of a customer over time; numbers as in the customer's own columns."""

    __tablename__ = "state_change"
    __table_args__ = (tenant_fk("customer_id", "customer", cascade=True), Index(None, "tenant_id", "customer_id", "id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    at: Mapped[datetime]
    what: Mapped[str]
    was: Mapped[Small | None]
    now: Mapped[Small | None]
    by_id: Mapped[UUID | None]
    cause: Mapped[str]


class Qualification(TenantLink):
    """The typed table for matching: one column a field of fields.py, NULL = unknown (data-plane: SQL's own three-valued logic)."""

    __tablename__ = "qualification"
    __table_args__ = (tenant_fk("customer_id", "customer", cascade=True),)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(sort_order=91)


def _column_type(field: QualificationField) -> type[SmallInteger | Integer | BigInteger | Boolean]:
    if field.kind is Kind.BOOL:
        return Boolean
    if field.kind is Kind.MONEY:
        return BigInteger
    return SmallInteger if field.high <= 32_767 and field.since is None else Integer


for _field in FIELDS.values():
    setattr(Qualification, _field.column, mapped_column(_field.column, _column_type(_field)(), nullable=True))


class QualificationValue(TenantLink):
    """Every value a field has had, with its source and who told it; the newest row of a field is the present one. NULL: became unknown."""

    __tablename__ = "qualification_value"
    __table_args__ = (
        tenant_fk("customer_id", "customer", cascade=True),
        Index(None, "tenant_id", "customer_id", "field", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    field: Mapped[str]
    value: Mapped[int | None]  # as the typed table keeps it; truth as 0 and 1
    source: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]


class CustomerPhone(TenantLink):
    """A phone of one customer; the blind index decides that a number belongs to one customer only."""

    __tablename__ = "customer_phone"
    __table_args__ = (
        UniqueConstraint("tenant_id", "blind"),
        tenant_fk("customer_id", "customer", cascade=True),
        Index(None, "tenant_id", "customer_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    phone_enc: Mapped[bytes | None]
    phone_masked: Mapped[str | None]
    blind: Mapped[bytes | None]
    kind: Mapped[str]
    is_primary: Mapped[bool]
    province: Mapped[str | None]
    city: Mapped[str | None]
    carrier: Mapped[str | None]
    created_at: Mapped[datetime]


class CustomerToken(TenantLink):
    """Search tokens (docs/decisions/encrypted-search.md): the key's order is recency, since ids are UUIDv7."""

    __tablename__ = "customer_token"
    __table_args__ = (tenant_fk("customer_id", "customer", cascade=True), Index(None, "tenant_id", "customer_id"))
    token: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)


class Lead(TenantLink):
    """An expression of interest as received; UNIQUE (source, external id) makes a repeat a repeat."""

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("tenant_id", "source_id", "external_id"),
        tenant_fk("customer_id", "customer", cascade=True),
        tenant_fk("source_id", "source"),
        Index(None, "tenant_id", "customer_id", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    source_id: Mapped[UUID]
    external_id: Mapped[str]
    received_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    campaign: Mapped[str | None]
    creative: Mapped[str | None]
    keyword: Mapped[str | None]
    landing_page: Mapped[str | None]
    product: Mapped[str | None]
    wanted_from_fen: Mapped[int | None]
    wanted_to_fen: Mapped[int | None]
    consent: Mapped[dict[str, Any] | None]


class FollowUp(TenantLink):
    """A recorded contact with its outcome and the next action."""

    __tablename__ = "follow_up"
    __table_args__ = (
        tenant_fk("customer_id", "customer", cascade=True),
        Index(None, "tenant_id", "customer_id", "id"),
        Index(None, "tenant_id", "employee_id", "at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    team_id: Mapped[UUID | None]
    at: Mapped[datetime]
    outcome: Mapped[Small]
    intent: Mapped[Small | None]
    note_enc: Mapped[bytes | None]
    next_action_at: Mapped[datetime | None]
    next_action_kind: Mapped[str | None]


class OwnershipEvent(TenantLink):
    """A change of owner, with the decision that led to it."""

    __tablename__ = "ownership_event"
    __table_args__ = (tenant_fk("customer_id", "customer", cascade=True), Index(None, "tenant_id", "customer_id", "id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str]
    owner_id: Mapped[UUID | None]
    previous_owner_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    by_id: Mapped[UUID | None]
    explanation: Mapped[dict[str, Any] | None]


class Activity(TenantLink):
    """The customer's timeline, one table for all areas. Facts hold ids, codes and numbers; free text stays in its own encrypted row (`ref_id`)."""

    __tablename__ = "activity"
    __table_args__ = (tenant_fk("customer_id", "customer", cascade=True), Index(None, "tenant_id", "customer_id", "at", "id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    ref_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]


class Reveal(TenantLink):
    """One look at one plain field: counted against the employee's limits and shown in the timeline."""

    __tablename__ = "reveal"
    __table_args__ = (Index(None, "tenant_id", "employee_id", "at"), Index(None, "tenant_id", "customer_id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    field: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]


class AssignmentTurn(TenantLink):
    """Whose turn it was last in a team; its row lock makes the turn exact."""

    __tablename__ = "assignment_turn"
    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_employee_no: Mapped[str]
    given: Mapped[int] = mapped_column(default=0)


NAME = graded("customer.name", table="customer", column="name", grade=Grade.PERSONAL, title="姓名", mask=masks.mask_name)
ID_NUMBER = graded("customer.idNumber", table="customer", column="id_number", grade=Grade.SENSITIVE, title="证件号", mask=masks.mask_id)
NOTE = graded("customer.note", table="customer", column="note", grade=Grade.CONTENT, title="备注", mask=None)
PHONE = graded("customer.phone", table="customer_phone", column="phone", grade=Grade.PERSONAL, title="电话", mask=masks.mask_phone)
FOLLOW_UP_NOTE = graded("customer.followUpNote", table="follow_up", column="note", grade=Grade.CONTENT, title="跟进内容", mask=None)
