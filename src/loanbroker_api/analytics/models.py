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
    """What a roll-up row is counted by; only `employee` has the team beside it."""

    CHANNEL = "channel"
    EMPLOYEE = "employee"
    KIND = "kind"
    CITY = "city"


class FunnelFact(TenantLink):
    """What of a fact (a follow-up, a stage event, a decision, a tranche, a receipt) has gone into the roll-ups: the ledger that a
    late, changed or withdrawn fact is settled against. `step` is the fact's own; `stands` false counts as money but reaches nothing.
    """

    __tablename__ = "funnel_fact"
    __table_args__ = (Index(None, "tenant_id", "at", "customer_id"),)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[Small] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    source_id: Mapped[UUID | None]
    employee_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    kind: Mapped[str | None]
    city: Mapped[int | None]
    amount_fen: Mapped[int]
    moves: Mapped[Small]
    back: Mapped[Small]
    stands: Mapped[bool]


class FunnelReach(TenantLink):
    """When a customer first reached a step, or any later one; the dimensions are those of that first arrival.

    `seconds` is the time from the step before; `amount_fen` is the case's amount at the arrival, from APPROVED on the customer's sum.
    """

    __tablename__ = "funnel_reach"
    __table_args__ = (
        Index(None, "tenant_id", "step", "at", "customer_id"),
        Index(None, "tenant_id", "step", "cohort_day", "customer_id"),
    )
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[Small] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    cohort_day: Mapped[date]
    source_id: Mapped[UUID | None]
    employee_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    kind: Mapped[str | None]
    city: Mapped[int | None]
    amount_fen: Mapped[int]
    seconds: Mapped[int | None]


class FunnelDaily(TenantLink):
    """Per day and dimension: customers that first reached a step, facts of the step, backward ones among them, and money.

    Money of VISIT to SUBMITTED is that of the customers that arrived; from APPROVED on that of the day's facts.
    """

    __tablename__ = "funnel_daily"
    dimension: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(primary_key=True)  # nil where there is none, and in every dimension but the employee's
    step: Mapped[Small] = mapped_column(primary_key=True)
    customers: Mapped[int]
    moves: Mapped[int]
    back: Mapped[int]
    amount_fen: Mapped[int]


class FunnelCohort(TenantLink):
    """Per day of arrival and dimension: how many customers reached a step within so many days (0–90, 91 = later), and their money."""

    __tablename__ = "funnel_cohort"
    dimension: Mapped[str] = mapped_column(primary_key=True)
    cohort_day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[Small] = mapped_column(primary_key=True)
    lag_days: Mapped[Small] = mapped_column(primary_key=True)
    customers: Mapped[int]
    amount_fen: Mapped[int]


class RollupState(TenantLink):
    """One row a tenant: whoever brings the roll-ups up to date holds it, so that one does at a time."""

    __tablename__ = "rollup_state"
    name: Mapped[str] = mapped_column(primary_key=True)
    refreshed_at: Mapped[datetime]
    rebuilt_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    faults: Mapped[int] = mapped_column(default=0)
