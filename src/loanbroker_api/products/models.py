"""Tables of lenders and their products. A product's terms and rules live in versions; an approved version never changes again."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import TenantLink, TenantRow, tenant_fk
from loanbroker_api.core.grading import Grade, graded


class LenderKind(StrEnum):
    BANK = "bank"  # 银行
    CONSUMER_FINANCE = "consumer_finance"  # 消费金融
    MICRO_LOAN = "micro_loan"  # 小额贷款
    TRUST = "trust"  # 信托
    LEASING = "leasing"  # 融资租赁
    INSURER = "insurer"  # 保险公司
    INTERNET_BANK = "internet_bank"  # 互联网银行
    PRIVATE = "private"  # 民间


class Cooperation(StrEnum):
    """The roster state of a lender (合作状态)."""

    CANDIDATE = "candidate"  # 准入中
    ACTIVE = "active"  # 合作中
    SUSPENDED = "suspended"  # 暂停
    EXITED = "exited"  # 已退出


class Route(StrEnum):
    """How applicants' credit data gets to the lender (断直连); none of them passes it through us."""

    BUREAU = "bureau"  # 经持牌征信机构
    CUSTOMER = "customer"  # 客户在资方渠道自行申请
    OFFLINE = "offline"  # 线下递交资方


class ProductKind(StrEnum):
    CREDIT = "credit"  # 信用贷
    MORTGAGE = "mortgage"  # 抵押贷
    CAR = "car"  # 车贷
    POLICY = "policy"  # 保单贷
    FUND = "fund"  # 公积金贷
    TAX = "tax"  # 税贷/发票贷
    BUSINESS = "business"  # 经营贷
    CONSUMPTION = "consumption"  # 消费贷
    BRIDGE = "bridge"  # 过桥/垫资: off by default, never matched automatically


class ProductState(StrEnum):
    ACTIVE = "active"  # 在售
    SUSPENDED = "suspended"  # 暂停
    RETIRED = "retired"  # 下架


class VersionState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"  # approved and taken back before it was effective


class Lender(TenantRow):
    __tablename__ = "lender"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)
    name: Mapped[str]
    kind: Mapped[str]
    cooperation: Mapped[str]
    territories: Mapped[list[Any]]  # division codes of cities; empty: nationwide
    route: Mapped[str]
    contacts_enc: Mapped[bytes | None]
    note: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]


class Product(TenantRow):
    __tablename__ = "product"
    __table_args__ = (
        tenant_fk("lender_id", "lender"),
        UniqueConstraint("tenant_id", "lender_id", "name"),
        Index(None, "tenant_id", "kind", "id"),
    )
    lender_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    enabled_reason: Mapped[str | None]  # why an owner switched a bridge product on


class ProductVersion(TenantRow):
    """`body` is VersionBody of schemas.py as JSON: amounts, terms, rate, fees, cities, documents, commission and the rules."""

    __tablename__ = "product_version"
    __table_args__ = (
        tenant_fk("product_id", "product"),
        UniqueConstraint("tenant_id", "product_id", "number"),
        Index("ix_product_version_effective", "tenant_id", "state", "effective_from"),
    )
    product_id: Mapped[UUID]
    number: Mapped[int]
    state: Mapped[str]
    body: Mapped[dict[str, Any]]
    note: Mapped[str | None]
    created_by: Mapped[UUID | None]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    effective_from: Mapped[datetime | None]
    effective_to: Mapped[datetime | None]  # set when a later version takes over


class MatchRun(TenantLink):
    """A match that was made for a customer: which versions were judged, and how. `results` holds ids, verdicts and limits."""

    __tablename__ = "match_run"
    __table_args__ = (tenant_fk("customer_id", "customer", cascade=True), Index(None, "tenant_id", "customer_id", "id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    aim: Mapped[str]
    results: Mapped[list[Any]]


CONTACTS = graded("lender.contacts", table="lender", column="contacts", grade=Grade.PERSONAL, title="资方联系人", mask=None)
