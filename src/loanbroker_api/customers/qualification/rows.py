"""Qualifications as both doors show them: values by their kind, people beside ids."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Employee
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.fields import FIELDS, shown
from loanbroker_api.customers.models import ContactState, Customer, Intent, QualificationValue, Stage, StateChange
from loanbroker_api.customers.qualification import queries
from loanbroker_api.customers.qualification.queries import Standing
from loanbroker_api.customers.qualification.schemas import (
    QualificationFieldOut,
    QualificationFieldsOut,
    QualificationHistoryOut,
    QualificationOut,
    QualificationValueOut,
    StateChangeOut,
)
from loanbroker_api.customers.qualification.standing import ask_next, known_state
from loanbroker_api.customers.rows import person

People = Mapping[UUID, Employee]


@cache
def catalogue(language: str) -> QualificationFieldsOut:
    """Every field of the catalogue, with titles in the caller's language."""
    english = language == "en"
    items = [
        QualificationFieldOut.model_validate(
            {
                **{name: getattr(field, name) for name in ("code", "low", "high", "weight", "hint")},
                **{name: getattr(field, name).value for name in ("kind", "unit", "group", "grade")},
                "title": field.english if english else field.title,
                "choices": [{"code": choice.code, "title": choice.english if english else choice.title} for choice in field.choices],
            }
        )
        for field in FIELDS.values()
    ]
    return QualificationFieldsOut(items=items)


async def qualification_out(session: ReadSession, customer: Customer, today: date) -> QualificationOut:
    """What is known of a customer as of `today`, each value with its source and who told it."""
    standing = (await queries.standings(session, [customer.id]))[customer.id]
    people = await access_queries.employees_by_id(session, tellers(standing.values.values()))
    return QualificationOut.model_validate(
        {
            "customer_id": customer.id,
            "version": standing.version,
            "completeness_bps": customer.completeness,
            "state": known_state(standing.facts),
            "stars": customer.stars,
            "contact_state": ContactState(customer.contact_state).name.lower(),
            "fields": [known_out(row, people, today) for row in known_values(standing)],
            "ask_next": ask_next(standing.facts),
        }
    )


async def known_now(uow: UnitOfWork, customer: Customer) -> dict[str, Any]:
    """The same as JSON inside a unit of work: what is there, for whoever came too late."""
    return (await qualification_out(uow.session, customer, business_day(uow.now))).model_dump(mode="json", by_alias=True)


def tellers(rows: Collection[QualificationValue] | Collection[StateChange]) -> set[UUID]:
    """The people who told values or made changes; a channel is none."""
    return {row.by_id for row in rows if row.by_id is not None}


def known_values(standing: Standing) -> list[QualificationValue]:
    """The newest row of each known field, in the catalogue's order."""
    return [standing.values[code] for code in FIELDS if code in standing.values and standing.values[code].value is not None]


def known_out(row: QualificationValue, people: People, today: date) -> QualificationValueOut:
    return QualificationValueOut.model_validate({**_told(row, people), "value": shown(FIELDS[row.field], row.value, today)})


def _told(row: QualificationValue, people: People) -> dict[str, Any]:
    return {"field": row.field, "source": row.source, "at": row.at, "by": person(people.get(row.by_id)) if row.by_id else None}


async def history_out(session: ReadSession, rows: Collection[QualificationValue]) -> list[QualificationHistoryOut]:
    """What fields have been, each value as it was when it was told."""
    people = await access_queries.employees_by_id(session, tellers(rows))
    return [
        QualificationHistoryOut.model_validate(
            {**_told(row, people), "id": row.id, "value": shown(FIELDS[row.field], row.value, business_day(row.at))}
        )
        for row in rows
    ]


async def state_changes_out(session: ReadSession, rows: Collection[StateChange]) -> list[StateChangeOut]:
    people = await access_queries.employees_by_id(session, tellers(rows))
    return [state_change_out(row, people) for row in rows]


def state_change_out(row: StateChange, people: People) -> StateChangeOut:
    by = person(people.get(row.by_id)) if row.by_id else None
    states = {"was": _state(row.what, row.was), "now": _state(row.what, row.now)}
    return StateChangeOut.model_validate({"id": row.id, "what": row.what, "at": row.at, "by": by, "cause": row.cause, **states})


def _state(what: str, number: int | None) -> int | str | None:
    """A state's number as its code; stars are numbers."""
    if number is None or what == "stars":
        return number
    if what == "intent":
        return Intent(number).name
    return (Stage(number) if what == "stage" else ContactState(number)).name.lower()
