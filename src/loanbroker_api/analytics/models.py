"""Roll-ups of the funnel (docs/decisions/roll-ups.md): narrow, exact, kept from the outbox, always rebuildable from the facts."""

from datetime import date, datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import Small, TenantLink


class Step(IntEnum):
    """The funnel's steps in order."""

    LEAD = 1
    VALID = 2
    CONTACTED = 3
    VISIT = 4
    SIGNED = 5
    SUBMITTED = 6
    APPROVED = 7
    DISBURSED = 8
    RECEIVED = 9


class Dimension(StrEnum):
    """What a roll-up row is counted by; `all` has the nil key."""

    CHANNEL = "channel"
    EMPLOYEE = "employee"
    KIND = "kind"
    CITY = "city"


class FunnelReach(TenantLink):
    """When a customer first reached a step, or any later one; the dimensions are those of that first arrival."""

    __tablename__ = "funnel_reach"
    __table_args__ = (Index(None, "tenant_id", "step", "at", "customer_id"),)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[Small] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    cohort_day: Mapped[date]
    source_id: Mapped[UUID | None]
    employee_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    kind: Mapped[str | None]
    city: Mapped[int | None]


class FunnelDaily(TenantLink):
    """Per day and dimension: how many moves into a step, how many of them backward, and their money."""

    __tablename__ = "funnel_daily"
    __table_args__ = (Index("ix_funnel_daily_team", "tenant_id", "dimension", "team_id", "day"),)
    day: Mapped[date] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(primary_key=True)  # nil where there is none
    step: Mapped[Small] = mapped_column(primary_key=True)
    moves: Mapped[int]
    back: Mapped[int]
    amount_fen: Mapped[int]


class FunnelCohort(TenantLink):
    """Per day of arrival and dimension: how many customers reached a step within so many days (0–90, 91 = later)."""

    __tablename__ = "funnel_cohort"
    __table_args__ = (Index("ix_funnel_cohort_team", "tenant_id", "dimension", "team_id", "cohort_day"),)
    cohort_day: Mapped[date] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[Small] = mapped_column(primary_key=True)
    lag_days: Mapped[Small] = mapped_column(primary_key=True)
    customers: Mapped[int]


class RollupState(TenantLink):
    """How fresh the roll-ups are: the time of the newest fact that went in."""

    __tablename__ = "rollup_state"
    name: Mapped[str] = mapped_column(primary_key=True)
    fresh_until: Mapped[datetime]
    rebuilt_at: Mapped[datetime | None]
