"""Qualification: what a customer brings, told by people, papers and platforms; typed row and history are written together."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import Small
from loanbroker_api.core.errors import FieldError, Invalid, Stale
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.normalize.amounts import AmountRange
from loanbroker_api.core.normalize.idcards import IdNumber
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers import permissions
from loanbroker_api.customers.events import QualificationChanged
from loanbroker_api.customers.fields import FIELDS, Kind, QualificationField, shown, today_ymd
from loanbroker_api.customers.models import Customer, Qualification, QualificationValue, ValueSource
from loanbroker_api.customers.qualification.schemas import QualificationPatch
from loanbroker_api.customers.qualification.standing import completeness, known_columns, without
from loanbroker_api.customers.qualification.values import parse_values, pointer_to
from loanbroker_api.customers.service.access import demand, get_customer
from loanbroker_api.customers.service.activity import record_activity, tell_changed

CITY, WANTED, AGE, SEX = (FIELDS[code] for code in ("city", "wantedAmount", "age", "sex"))


@dataclass(frozen=True)
class Told:
    """A value as the typed row keeps it, None for unknown, and from where it is known."""

    field: QualificationField
    value: int | None
    source: ValueSource


@dataclass(frozen=True)
class _Present:
    """A customer's typed row and the newest value of each field ever told."""

    row: Qualification | None
    values: Mapping[str, QualificationValue]

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0

    @property
    def facts(self) -> dict[str, int]:
        return known_columns(self.row) if self.row else {}


async def record_qualification(
    uow: UnitOfWork,
    actor: Actor,
    customer_id: UUID,
    data: QualificationPatch,
    version: int,
    current: Callable[[Customer], Awaitable[Any]],
) -> Customer:
    """Write the values that differ. `version` is the qualification's, 0 for none yet; `current` makes the answer for Stale.

    Raises CustomerNotFound, Forbidden, NotYours, Stale, Invalid (unknown field, wrong type, range or choice; a value of what the person
    does not have; one that follows from the ID number).
    """
    customer = await get_customer(uow.session, actor, customer_id, lock=True)
    demand(actor, permissions.EDIT, customer)
    present = await _load(uow, customer.id)
    if present.version != version:
        raise Stale(current=await current(customer))
    source = ValueSource(data.source)
    told = [Told(FIELDS[code], value, source) for code, value in parse_values(data.values, business_day(uow.now)).items()]
    told = [one for one in told if not _said_already(uow, present, one)]
    _refuse_what_the_id_number_says(customer, present, told)
    told += _not_had_any_more(present, told, source)
    changed = await _write(uow, actor, customer, present, told)
    if changed:
        await record_activity(uow, actor, customer.id, "qualification_changed", fields=changed, source=source)
        uow.audit(actor, "customers.qualification_changed", customer.id, fields=changed, source=source)
        await tell_changed(uow, customer)
    return customer


def _said_already(uow: UnitOfWork, present: _Present, told: Told) -> bool:
    """The same from the same source; what the ID number says exactly is not replaced by the same age in years."""
    row = present.values.get(told.field.code)
    if row is None or row.value is None:
        return told.value is None
    today = business_day(uow.now)
    same = told.value is not None and shown(told.field, row.value, today) == shown(told.field, told.value, today)
    return same and row.source in {told.source, ValueSource.ID_NUMBER}


def _refuse_what_the_id_number_says(customer: Customer, present: _Present, told: Collection[Told]) -> None:
    """Raises Invalid. Without an ID number on record, what somebody read off one can be corrected from the same source."""
    faults: list[FieldError] = []
    for one in told:
        row = present.values.get(one.field.code)
        by_id_number = row is not None and row.value is not None and row.source == ValueSource.ID_NUMBER
        if by_id_number and (customer.id_number_enc is not None or one.source is not ValueSource.ID_NUMBER):
            message, english = "由身份证号得出，要改先改身份证号", "It follows from the ID number; correct that"
            faults.append(FieldError(pointer_to(one.field.code), "customers.field-from-id-number", message, english))
    if faults:
        raise Invalid(*faults)


def _not_had_any_more(present: _Present, told: Collection[Told], source: ValueSource) -> list[Told]:
    """What becomes unknown because the person does not have the thing. Raises Invalid for telling both at once."""
    facts = present.facts
    for one in told:
        facts.pop(one.field.column, None)
        if one.value is not None:
            facts[one.field.column] = one.value
    given = {one.field.code for one in told if one.value is not None}
    gone = list(without(facts))
    faults = [
        FieldError(pointer_to(field.code), "customers.field-not-applicable", "与“没有”或“全款”矛盾", "It contradicts not having one")
        for field in gone
        if field.code in given
    ]
    if faults:
        raise Invalid(*faults)
    return [Told(field, None, source) for field in gone if field.column in facts]


async def learn(
    uow: UnitOfWork,
    actor: Actor,
    customer: Customer,
    source: ValueSource,
    *,
    city: int | None = None,
    wanted: AmountRange | None = None,
    id_number: IdNumber | None = None,
    is_new: bool = False,
) -> None:
    """Add what a lead or a form says to what is unknown; the facts of an ID number replace what was told of them.

    Of a customer made in this transaction (`is_new`) nothing is known, so nothing is looked up.
    """
    told = [*_record_facts(source, city, wanted), *(_id_facts(id_number) if id_number else ())]
    if not told:
        return
    present = _Present(None, {}) if is_new else await _load(uow, customer.id)
    new = [one for one in told if one.source is ValueSource.ID_NUMBER or one.field.column not in present.facts]
    await _write(uow, actor, customer, present, new)


async def follow_record(uow: UnitOfWork, actor: Actor, customer: Customer, changed: Collection[str], id_number: IdNumber | None) -> None:
    """Take over what was edited in the customer's record by hand: `city`, `wantedAmount`, `idNumber`; cleared becomes unknown."""
    told: list[Told] = []
    if "city" in changed:
        told.append(Told(CITY, customer.city, ValueSource.STATED))
    if "wantedAmount" in changed:
        told.append(Told(WANTED, _amount_of(customer), ValueSource.STATED))
    if "idNumber" in changed:
        told += _id_facts(id_number) if id_number else [Told(field, None, ValueSource.ID_NUMBER) for field in (AGE, SEX)]
    if told:
        await _write(uow, actor, customer, await _load(uow, customer.id), told)


def _record_facts(source: ValueSource, city: int | None, wanted: AmountRange | None) -> list[Told]:
    amount = one_amount(wanted.from_fen, wanted.to_fen) if wanted else None
    return [Told(field, value, source) for field, value in ((CITY, city), (WANTED, amount)) if value is not None]


def _id_facts(id_number: IdNumber) -> list[Told]:
    facts = ((AGE, today_ymd(id_number.birth_date)), (SEX, SEX.number_of(id_number.sex.value)))
    return [Told(field, value, ValueSource.ID_NUMBER) for field, value in facts]


def one_amount(from_fen: int | None, to_fen: int | None) -> int | None:
    """The amount by which a range is matched: its lower end, the upper one of 10万以下; None beyond what the field holds."""
    amount = from_fen or to_fen
    return amount if amount is not None and amount <= WANTED.high else None


def _amount_of(customer: Customer) -> int | None:
    return one_amount(customer.wanted_from_fen, customer.wanted_to_fen)


async def _load(uow: UnitOfWork, customer_id: UUID) -> _Present:
    """The present state of a locked or new customer; what is pending on the customer stays pending, so that it gets one version."""
    newest = (
        select(QualificationValue)
        .where(QualificationValue.customer_id == customer_id)
        .ext(distinct_on(QualificationValue.field))
        .order_by(QualificationValue.field, QualificationValue.id.desc())
    )
    with uow.session.no_autoflush:
        row = await uow.session.scalar(select(Qualification).where(Qualification.customer_id == customer_id))
        values = {one.field: one for one in await uow.session.scalars(newest)} if row is not None else {}
    return _Present(row, values)


async def _write(uow: UnitOfWork, actor: Actor, customer: Customer, present: _Present, told: Collection[Told]) -> list[str]:
    """Write typed row, history, completeness and the record's columns; answers the codes of the fields that changed."""
    news = [one for one in told if _is_news(present, one)]
    if not news:
        return []
    row = present.row
    if row is None:
        row = Qualification(customer_id=customer.id, version=1, updated_at=uow.now)
        uow.session.add(row)
    else:
        row.version, row.updated_at = row.version + 1, uow.now
    by_id = actor.id if actor.kind == "employee" else None
    for one in news:
        value = bool(one.value) if one.field.kind is Kind.BOOL and one.value is not None else one.value
        setattr(row, one.field.column, value)
        uow.session.add(
            QualificationValue(
                id=new_id(),
                customer_id=customer.id,
                field=one.field.code,
                value=one.value,
                source=one.source,
                at=uow.now,
                by_id=by_id,
            )
        )
        _follow(customer, one)
    customer.completeness = Small(completeness(known_columns(row)))
    await uow.session.flush()
    changed = [one.field.code for one in news]
    uow.emit(QualificationChanged(customer_id=customer.id, fields=changed))
    return changed


def _is_news(present: _Present, told: Told) -> bool:
    row = present.values.get(told.field.code)
    if row is None or row.value is None:
        return told.value is not None
    return (row.value, row.source) != (told.value, told.source)


def _follow(customer: Customer, told: Told) -> None:
    """The record shows the same city and amount; a range stays one as long as its amount is the one told."""
    if told.field is CITY:
        customer.city = told.value
    elif told.field is WANTED and told.value != _amount_of(customer):
        customer.wanted_from_fen = customer.wanted_to_fen = told.value
