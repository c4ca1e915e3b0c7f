"""Customers' records: making, finding again, editing; tokens and masks follow every change of a name or number."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from loanbroker_api.access import queries as access_queries
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit_actions import changes_between
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import Small
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.explain import Explanation
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.normalize.amounts import AmountRange, parse_amount
from loanbroker_api.core.normalize.cities import find_city
from loanbroker_api.core.normalize.errors import BadValue
from loanbroker_api.core.normalize.idcards import IdNumber, parse_id_number
from loanbroker_api.core.normalize.masks import HIDDEN
from loanbroker_api.core.normalize.names import normalize_name
from loanbroker_api.core.normalize.phones import Phone, normalize_phone, phone_region
from loanbroker_api.core.normalize.tokens import search_tokens
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers import permissions
from loanbroker_api.customers.events import CustomerCreated, CustomerEdited
from loanbroker_api.customers.models import ID_NUMBER, NAME, NOTE, PHONE, Customer, CustomerPhone, CustomerToken, Intent, ValueSource
from loanbroker_api.customers.schemas import CustomerIn, CustomerPatch
from loanbroker_api.customers.service.access import check_version, demand, get_customer
from loanbroker_api.customers.service.activity import record_activity, tell_changed
from loanbroker_api.customers.service.ownership import set_owner
from loanbroker_api.customers.service.problems import PhoneTaken
from loanbroker_api.customers.service.qualification import follow_record, learn
from loanbroker_api.customers.service.states import set_intent


@dataclass(frozen=True)
class Person:
    """Who a customer is, in normal forms."""

    name: str | None
    phones: Sequence[Phone]
    id_number: IdNumber | None = None


async def new_customer(
    uow: UnitOfWork,
    person: Person,
    *,
    city: int | None,
    wanted: AmountRange | None,
    source_id: UUID | None,
    team_id: UUID | None,
) -> Customer | None:
    """Write a customer with phones and tokens; None when its first number belongs to somebody (the caller rolls back its savepoint)."""
    customer = Customer(
        id=new_id(),
        city=city,
        wanted_from_fen=wanted.from_fen if wanted else None,
        wanted_to_fen=wanted.to_fen if wanted else None,
        source_id=source_id,
        team_id=team_id,
        active_at=uow.now,
        lead_count=0,
    )
    NAME.seal(uow.keys, customer, person.name)
    if person.id_number is not None:
        seal_id_number(uow, customer, person.id_number)
    uow.session.add(customer)
    await uow.session.flush()
    kept: list[Phone] = []
    for number, phone in enumerate(person.phones):
        if await add_phone(uow, customer, phone, primary=number == 0, with_tokens=False):
            kept.append(phone)
        elif number == 0:
            return None
    if city is None and kept and (region := phone_region(kept[0].value)) is not None and (guess := find_city(region.city)) is not None:
        customer.city = guess.code
    await write_tokens(uow, customer.id, Person(person.name, kept, person.id_number))
    return customer


def seal_id_number(uow: UnitOfWork, customer: Customer, id_number: IdNumber | None) -> None:
    """Write an ID number with what the record shows of it; the qualification's facts follow through learn or follow_record."""
    ID_NUMBER.seal(uow.keys, customer, id_number.value if id_number else None)
    customer.sex = id_number.sex.value if id_number else None
    customer.birth_year = Small(id_number.birth_date.year) if id_number else None


async def announce_new(
    uow: UnitOfWork,
    actor: Actor,
    customer: Customer,
    source: ValueSource,
    *,
    city: int | None,
    wanted: AmountRange | None,
    id_number: IdNumber | None = None,
) -> None:
    """What every new customer has, however they came: a qualification of what they told, and the event."""
    await learn(uow, actor, customer, source, city=city, wanted=wanted, id_number=id_number, is_new=True)
    uow.emit(CustomerCreated(customer_id=customer.id, source_id=customer.source_id))


async def add_phone(uow: UnitOfWork, customer: Customer, phone: Phone, *, primary: bool, with_tokens: bool = True) -> bool:
    """Give a customer a number; False when somebody (perhaps this one) has it. The unique blind index decides."""
    row = CustomerPhone(id=new_id(), customer_id=customer.id)
    PHONE.seal(uow.keys, row, phone.value)
    region = phone_region(phone.value) if phone.dialable else None
    blind = uow.keys.blind("phone", phone.value) if phone.dialable else None
    kept = await uow.session.scalar(
        upsert(CustomerPhone)
        .values(
            id=row.id,
            customer_id=customer.id,
            phone_enc=row.phone_enc,
            phone_masked=row.phone_masked,
            blind=blind,
            kind=phone.kind.value,
            is_primary=primary,
            province=region.province if region else None,
            city=region.city if region else None,
            carrier=region.carrier if region else None,
            created_at=uow.now,
        )
        .on_conflict_do_nothing()
        .returning(CustomerPhone.id)
    )
    if kept is None:
        return False
    if primary or customer.phone_masked is None:
        customer.phone_masked = row.phone_masked
    if with_tokens:
        await write_tokens(uow, customer.id, Person(None, [phone]))
    return True


async def write_tokens(uow: UnitOfWork, customer_id: UUID, person: Person) -> None:
    """Add the search tokens of a person's name and numbers."""
    id_number = person.id_number.value if person.id_number else None
    values = sorted({uow.keys.token(kind, value) for kind, value in search_tokens(person.name or "", person.phones, id_number)})
    if values:
        rows = [{"tenant_id": uow.tenant_id, "token": token, "customer_id": customer_id} for token in values]
        await uow.session.execute(upsert(CustomerToken).values(rows).on_conflict_do_nothing())


async def rewrite_tokens(uow: UnitOfWork, customer: Customer) -> None:
    """All tokens of a customer anew, after a name or number changed, in the same transaction."""
    await uow.session.execute(delete(CustomerToken).where(CustomerToken.customer_id == customer.id))
    phones = [
        normalize_phone(plain)
        for row in await uow.session.scalars(select(CustomerPhone).where(CustomerPhone.customer_id == customer.id))
        if (plain := PHONE.open(uow.keys, row)) is not None
    ]
    id_plain = ID_NUMBER.open(uow.keys, customer)
    await write_tokens(uow, customer.id, Person(NAME.open(uow.keys, customer), phones, parse_id_number(id_plain) if id_plain else None))


def parsed(pointer: str, parse: Any, value: Any) -> Any:
    """A value in its normal form. Raises Invalid at `pointer` with the normaliser's words."""
    try:
        return parse(value)
    except BadValue as bad:
        raise Invalid(FieldError(pointer, bad.code, bad.message, bad.message)) from bad


def parse_city(text: str) -> int:
    """A city's code. Raises BadValue."""
    found = find_city(text)
    if found is None:
        raise BadValue("city.unknown", "没有这个城市；填地级市名（如 成都）或 6 位代码")
    return found.code


async def create_customer(uow: UnitOfWork, actor: Actor, data: CustomerIn) -> Customer:
    """A customer entered by hand, owned by who enters it. Raises Forbidden, Invalid, PhoneTaken."""
    actor.require(permissions.CREATE)
    phone: Phone = parsed("/phone", normalize_phone, data.phone)
    if not phone.dialable:
        raise Invalid(FieldError("/phone", "phone.not-dialable", "请填可以拨打的完整号码", "A number that can be dialled"))
    name: str = parsed("/name", normalize_name, data.name)
    city: int | None = parsed("/city", parse_city, data.city) if data.city else None
    wanted: AmountRange | None = parsed("/wantedAmount", parse_amount, data.wanted_amount) if data.wanted_amount else None
    customer = await new_customer(uow, Person(name, [phone]), city=city, wanted=wanted, source_id=None, team_id=actor.unit_id)
    if customer is None:
        raise PhoneTaken
    NOTE.seal(uow.keys, customer, data.note or None)
    await announce_new(uow, actor, customer, ValueSource.STATED, city=city, wanted=wanted)
    await record_activity(uow, actor, customer.id, "created")
    uow.audit(actor, "customers.created", customer.id)
    owner = (await access_queries.employees_by_id(uow.session, [actor.employee_id]))[actor.employee_id]
    explanation = Explanation("customers.assign.self-entered", "yes", f"{actor.name} 自己录入")
    await set_owner(uow, actor, customer, owner, kind="created", explanation=explanation)
    return customer


async def update_customer(uow: UnitOfWork, actor: Actor, customer_id: UUID, data: CustomerPatch, version: int, current: Any) -> Customer:
    """Change what was sent. `current` makes the row for Stale. Raises CustomerNotFound, Forbidden, NotYours, Stale, Invalid."""
    customer = await get_customer(uow.session, actor, customer_id, lock=True)
    demand(actor, permissions.EDIT, customer)
    if customer.version != version:
        check_version(customer, version, await current(customer))
    changed: list[str] = []
    sent = data.model_fields_set
    before = _as_kept(customer)
    if "name" in sent:
        if data.name is None:
            raise Invalid(FieldError("/name", "core.missing", "姓名不能清空", "A name cannot be cleared"))
        NAME.seal(uow.keys, customer, parsed("/name", normalize_name, data.name))
        changed.append("name")
    if "city" in sent:
        customer.city = parsed("/city", parse_city, data.city) if data.city else None
        changed.append("city")
    if "intent" in sent:
        set_intent(uow, actor, customer, Intent[data.intent] if data.intent else None, "by_hand")
        changed.append("intent")
    if "wanted_amount" in sent:
        wanted: AmountRange | None = parsed("/wantedAmount", parse_amount, data.wanted_amount) if data.wanted_amount else None
        customer.wanted_from_fen, customer.wanted_to_fen = (wanted.from_fen, wanted.to_fen) if wanted else (None, None)
        changed.append("wantedAmount")
    if "note" in sent:
        NOTE.seal(uow.keys, customer, data.note or None)
        changed.append("note")
    id_number: IdNumber | None = None
    if "id_number" in sent:
        id_number = _parsed_id_number(uow, data.id_number)
        seal_id_number(uow, customer, id_number)
        changed.append("idNumber")
    if changed:
        await follow_record(uow, actor, customer, changed, id_number)
        await uow.session.flush()
        if {"name", "idNumber"} & set(changed):
            await rewrite_tokens(uow, customer)
        await record_activity(uow, actor, customer.id, "edited", fields=changed)
        changes = changes_between(before, _as_kept(customer))
        uow.audit(actor, "customers.edited", customer.id, fields=changed, changes=changes)
        uow.emit(CustomerEdited(customer_id=customer.id, fields=changed))
        await tell_changed(uow, customer)
    return customer


def _as_kept(customer: Customer) -> dict[str, Any]:
    """The editable fields as the audit trail keeps them: masked where they are graded."""
    return {
        "name": customer.name_masked,
        "city": customer.city,
        "intent": Intent(customer.intent).name if customer.intent else None,
        "wantedAmount": [customer.wanted_from_fen, customer.wanted_to_fen] if customer.wanted_from_fen is not None else None,
        "note": HIDDEN if customer.note_enc is not None else None,
        "idNumber": customer.id_number_masked,
    }


def _parsed_id_number(uow: UnitOfWork, text: str | None) -> IdNumber | None:
    """Raises Invalid at /idNumber."""
    return parsed("/idNumber", partial(parse_id_number, today=business_day(uow.now)), text) if text else None
