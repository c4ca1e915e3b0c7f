"""A lead becomes or touches a customer: once, however often and however concurrently it comes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.explain import Explanation
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.normalize.amounts import AmountRange
from loanbroker_api.core.normalize.idcards import IdNumber
from loanbroker_api.core.normalize.phones import Phone
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.events import LeadReceived
from loanbroker_api.customers.models import Customer, CustomerPhone, Lead, Source, Stage, ValueSource
from loanbroker_api.customers.service.activity import record_activity
from loanbroker_api.customers.service.ownership import assign_by_turn, tell_arrival
from loanbroker_api.customers.service.qualification import learn
from loanbroker_api.customers.service.records import Person, add_phone, announce_new, new_customer, seal_id_number, write_tokens
from loanbroker_api.customers.service.states import move_stage, note_new_number


@dataclass(frozen=True)
class IncomingLead:
    """A lead in its normal form. `external_id` names it on its platform; `phones` first is the primary one."""

    source_id: UUID
    external_id: str
    received_at: datetime
    name: str | None
    phones: Sequence[Phone]
    id_number: IdNumber | None = None
    city: int | None = None
    wanted: AmountRange | None = None
    product: str | None = None
    campaign: str | None = None
    creative: str | None = None
    keyword: str | None = None
    landing_page: str | None = None
    submitted_at: datetime | None = None
    consent: dict[str, Any] | None = field(default=None)


@dataclass(frozen=True)
class LeadResult:
    """`created`: a new customer; `touched`: a known person came again; `repeat`: this very lead was here before."""

    result: Literal["created", "touched", "repeat"]
    customer_id: UUID
    explanation: Explanation


async def put_source(uow: UnitOfWork, source_id: UUID, name: str, kind: str) -> None:
    """Let customers know a channel under its present name."""
    statement = insert(Source).values(id=source_id, name=name, kind=kind)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"name": statement.excluded.name}))


async def known_by_phone(uow: UnitOfWork, phones: Sequence[Phone]) -> UUID | None:
    """The customer who has one of these numbers, by the order of the numbers."""
    blinds = [uow.keys.blind("phone", phone.value) for phone in phones if phone.dialable]
    if not blinds:
        return None
    rows = await uow.session.execute(select(CustomerPhone.blind, CustomerPhone.customer_id).where(CustomerPhone.blind.in_(blinds)))
    found = {row.blind: row.customer_id for row in rows}
    return next((found[blind] for blind in blinds if blind in found), None)


async def receive_lead(uow: UnitOfWork, actor: Actor, lead: IncomingLead, team_id: UUID | None) -> LeadResult:
    """Turn a lead into a customer, or touch the one who is known. The unique keys decide between concurrent deliveries."""
    repeated = await uow.session.scalar(
        select(Lead.customer_id).where(Lead.source_id == lead.source_id, Lead.external_id == lead.external_id)
    )
    if repeated is not None:
        return LeadResult("repeat", repeated, Explanation("customers.lead.repeat", "info", "同一条线索此前已收到，未重复处理"))
    known = await known_by_phone(uow, lead.phones)
    if known is None:
        created = await _create(uow, actor, lead, team_id)
        if created is not None:
            return created
        known = await known_by_phone(uow, lead.phones)
    if known is None:
        repeated = await uow.session.scalar(
            select(Lead.customer_id).where(Lead.source_id == lead.source_id, Lead.external_id == lead.external_id)
        )
        if repeated is None:
            raise RuntimeError("a concurrent delivery was rolled back; the inbox tries again")
        return LeadResult("repeat", repeated, Explanation("customers.lead.repeat", "info", "同一条线索此前已收到，未重复处理"))
    return await _touch(uow, actor, lead, known)


async def _create(uow: UnitOfWork, actor: Actor, lead: IncomingLead, team_id: UUID | None) -> LeadResult | None:
    savepoint = await uow.session.begin_nested()
    person = Person(lead.name, lead.phones, lead.id_number)
    customer = await new_customer(uow, person, city=lead.city, wanted=lead.wanted, source_id=lead.source_id, team_id=team_id)
    if customer is None or not await _keep_lead(uow, lead, customer.id, created=True):
        await savepoint.rollback()
        return None
    customer.lead_count = 1
    await uow.session.flush()
    await savepoint.commit()
    await announce_new(uow, actor, customer, ValueSource.PLATFORM, city=lead.city, wanted=lead.wanted, id_number=lead.id_number)
    await record_activity(uow, actor, customer.id, "lead_received", source=lead.source_id, created=True)
    uow.audit(actor, "customers.created", customer.id, source=lead.source_id)
    explanation = await assign_by_turn(uow, actor, customer, team_id)
    await tell_arrival(uow, customer, is_new=True)
    return LeadResult("created", customer.id, Explanation("customers.lead.created", "yes", "新客户", children=(explanation,)))


async def _touch(uow: UnitOfWork, actor: Actor, lead: IncomingLead, customer_id: UUID) -> LeadResult:
    customer = (
        await uow.session.scalars(
            select(Customer).where(Customer.id == customer_id).with_for_update().execution_options(populate_existing=True)
        )
    ).one()
    if not await _keep_lead(uow, lead, customer_id, created=False):
        return LeadResult("repeat", customer_id, Explanation("customers.lead.repeat", "info", "同一条线索此前已收到，未重复处理"))
    customer.lead_count += 1
    customer.active_at = max(customer.active_at, uow.now)
    if customer.wanted_from_fen is None and lead.wanted is not None:
        customer.wanted_from_fen, customer.wanted_to_fen = lead.wanted.from_fen, lead.wanted.to_fen
    id_number = lead.id_number if customer.id_number_enc is None else None
    if id_number is not None:
        seal_id_number(uow, customer, id_number)
        await write_tokens(uow, customer.id, Person(None, [], id_number))
    await learn(uow, actor, customer, ValueSource.PLATFORM, city=lead.city, wanted=lead.wanted, id_number=id_number)
    if customer.stage == Stage.LOST:
        await move_stage(uow, actor, customer, Stage.LEAD, "lead")
    await uow.session.flush()
    for phone in lead.phones:
        if await add_phone(uow, customer, phone, primary=False) and phone.dialable:
            note_new_number(uow, actor, customer)
    await record_activity(uow, actor, customer_id, "lead_received", source=lead.source_id, created=False)
    uow.audit(actor, "customers.touched", customer_id, source=lead.source_id)
    await tell_arrival(uow, customer, is_new=False)
    return LeadResult("touched", customer_id, Explanation("customers.lead.touched", "info", "已有客户再次留资，已通知归属人"))


async def _keep_lead(uow: UnitOfWork, lead: IncomingLead, customer_id: UUID, *, created: bool) -> bool:
    """False when this very lead is there already."""
    lead_id = new_id()
    kept = await uow.session.scalar(
        insert(Lead)
        .values(
            id=lead_id,
            customer_id=customer_id,
            source_id=lead.source_id,
            external_id=lead.external_id,
            received_at=lead.received_at,
            submitted_at=lead.submitted_at,
            campaign=lead.campaign,
            creative=lead.creative,
            keyword=lead.keyword,
            landing_page=lead.landing_page,
            product=lead.product,
            wanted_from_fen=lead.wanted.from_fen if lead.wanted else None,
            wanted_to_fen=lead.wanted.to_fen if lead.wanted else None,
            consent=lead.consent,
        )
        .on_conflict_do_nothing()
        .returning(Lead.id)
    )
    if kept is not None:
        uow.emit(LeadReceived(customer_id=customer_id, lead_id=lead_id, source_id=lead.source_id, created=created))
    return kept is not None
