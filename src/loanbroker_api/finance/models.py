"""Tables of finance: receipts, which are reversed and never edited."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import TenantLink, tenant_fk
from loanbroker_api.core.grading import Grade, graded


class Method(StrEnum):
    TRANSFER = "transfer"  # 银行转账
    CASH = "cash"  # 现金
    CARD = "card"  # 刷卡
    ALIPAY = "alipay"  # 支付宝
    WECHAT = "wechat"  # 微信
    LENDER = "lender"  # 资方结算


class Receipt(TenantLink):
    """Money received for a case; a reversal is a row of its own with the opposite sign that names what it reverses."""

    __tablename__ = "receipt"
    __table_args__ = (
        tenant_fk("case_id", "loan_case"),
        Index(None, "tenant_id", "case_id", "id"),
        Index(None, "tenant_id", "received_on", "id"),
        # Two reversals of one receipt at once: the second finds the key taken.
        Index("uq_receipt_reverses", "tenant_id", "reverses_id", unique=True, postgresql_where=text("reverses_id IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    amount_fen: Mapped[int]
    method: Mapped[str]
    received_on: Mapped[date]
    recorded_at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    note_enc: Mapped[bytes | None]
    reverses_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]  # of the case at the receipt
    team_id: Mapped[UUID | None]


NOTE = graded("receipt.note", table="receipt", column="note", grade=Grade.CONTENT, title="回款备注", mask=None)
