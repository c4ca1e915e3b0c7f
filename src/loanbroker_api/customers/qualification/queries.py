"""Reads of qualifications: the present values with their sources, what they were before, changes of state."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.dialects.postgresql import distinct_on

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.paging import Rows, keyset
from loanbroker_api.core.schemas import PageParams
from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.customers.models import Customer, Qualification, QualificationValue, StateChange
from loanbroker_api.customers.qualification.schemas import QualificationHistoryParams
from loanbroker_api.customers.qualification.standing import known_columns
from loanbroker_api.customers.service.access import visible


@dataclass(frozen=True)
class Standing:
    """What is known of one customer: the typed row's facts by column, and for each field ever told its newest value."""

    version: int
    facts: Mapping[str, int]
    values: Mapping[str, QualificationValue]


async def standings(session: ReadSession, customer_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """What is known of each customer, in two statements; the caller has checked that they may be seen."""
    rows = await session.scalars(select(Qualification).where(Qualification.customer_id.in_(customer_ids)))
    typed = {row.customer_id: (row.version, known_columns(row)) for row in rows}
    values: dict[UUID, dict[str, QualificationValue]] = {customer_id: {} for customer_id in customer_ids}
    if typed:
        newest = (
            select(QualificationValue)
            .where(QualificationValue.customer_id.in_(typed))
            .ext(distinct_on(QualificationValue.customer_id, QualificationValue.field))
            .order_by(QualificationValue.customer_id, QualificationValue.field, QualificationValue.id.desc())
        )
        for row in await session.scalars(newest):
            values[row.customer_id][row.field] = row
    return {customer_id: Standing(*typed.get(customer_id, (0, {})), values[customer_id]) for customer_id in customer_ids}


async def standings_in_sight(session: ReadSession, actor: Actor, customer_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """The same for loaders: a customer out of scope has none."""
    scoped = visible(actor)
    seen = await session.scalars(select(Customer.id).where(Customer.id.in_(customer_ids), *([] if scoped is None else [scoped])))
    return await standings(session, set(seen))


async def list_values(session: ReadSession, customer_id: UUID, wanted: QualificationHistoryParams) -> Rows[QualificationValue]:
    """What a customer's fields have been, newest first. Raises Invalid for an unknown field, CursorInvalid."""
    statement = select(QualificationValue).where(QualificationValue.customer_id == customer_id)
    if wanted.field is not None:
        if wanted.field not in FIELDS:
            raise Invalid(FieldError("?field", "customers.field-unknown", "没有这个资质字段", "There is no such qualification field"))
        statement = statement.where(QualificationValue.field == wanted.field)
    return await keyset(
        session, statement, QualificationValue.id, sort="qualification", cursor=wanted.cursor, limit=wanted.limit, descending=True
    )


async def list_state_changes(session: ReadSession, customer_id: UUID, wanted: PageParams) -> Rows[StateChange]:
    """Changes of a customer's states, newest first. Raises CursorInvalid."""
    statement = select(StateChange).where(StateChange.customer_id == customer_id)
    return await keyset(session, statement, StateChange.id, sort="states", cursor=wanted.cursor, limit=wanted.limit, descending=True)


async def state_changes_by_customer(
    session: ReadSession, actor: Actor, customer_ids: Collection[UUID], first: int
) -> dict[UUID, list[StateChange]]:
    """The newest changes of many customers in one statement, for loaders; a customer out of scope has none."""
    scoped = visible(actor)
    seen = select(Customer.id).where(Customer.id.in_(customer_ids), *([] if scoped is None else [scoped])).subquery("seen")
    newest = select(StateChange).where(StateChange.customer_id == seen.c.id).order_by(StateChange.id.desc()).limit(first)
    recent = newest.correlate(seen).lateral("recent")
    ids = select(recent.c.id).select_from(seen.join(recent, true()))
    found: dict[UUID, list[StateChange]] = {customer_id: [] for customer_id in customer_ids}
    for row in await session.scalars(select(StateChange).where(StateChange.id.in_(ids)).order_by(StateChange.id.desc())):
        found[row.customer_id].append(row)
    return found
