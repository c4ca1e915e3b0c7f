"""Revealing one plain field of one customer: with a reason, within limits, in the audit trail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import func, select

from loanbroker_api.access.models import Employee
from loanbroker_api.core.actor import Actor, Visibility
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.clock import business_day, day_start
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.grading import GRADED
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers import permissions
from loanbroker_api.customers.acts import MANY_REVEALED
from loanbroker_api.customers.events import ManyRevealed
from loanbroker_api.customers.models import ID_NUMBER, NAME, NOTE, PHONE, Customer, CustomerPhone, Reveal
from loanbroker_api.customers.schemas import RevealIn
from loanbroker_api.customers.service.access import demand, get_customer
from loanbroker_api.customers.service.activity import record_activity
from loanbroker_api.customers.service.problems import FieldHidden, NothingToReveal, PhoneNotFound, RevealLimit

HOURLY, DAILY = 60, 300
ALERT_AT = HOURLY // 2
SHOWN_FOR = timedelta(seconds=30)


@dataclass(frozen=True)
class Revealed:
    value: str
    expires_at: datetime
    remaining_hour: int
    remaining_day: int


async def reveal_field(uow: UnitOfWork, actor: Actor, customer_id: UUID, data: RevealIn) -> Revealed:
    """Raises StepUpRequired, CustomerNotFound, Forbidden, NotYours, FieldHidden, Invalid, RevealLimit, PhoneNotFound, NothingToReveal."""
    actor.require_step_up("reveal", uow.now)
    customer = await get_customer(uow.session, actor, customer_id)
    demand(actor, permissions.REVEAL, customer)
    field = f"customer.{data.field}"
    if actor.fields.get(field, Visibility.MASKED) is Visibility.HIDDEN:
        raise FieldHidden(title=GRADED[field].title)
    if data.reason.code == "other" and not data.reason.text:
        raise Invalid(FieldError("/reason/text", "core.missing", "选“其他”时写明原因", "Say the reason"))
    hour, day = await _count(uow, actor.employee_id)
    value, subject = await _plain(uow, customer, data)
    row = Reveal(id=new_id(), employee_id=actor.employee_id, customer_id=customer.id, field=data.field, reason=data.reason.code, at=uow.now)
    uow.session.add(row)
    await record_activity(uow, actor, customer.id, "revealed", field=data.field, reason=data.reason.code)
    uow.audit(actor, "customers.revealed", customer.id, field=data.field, reason=data.reason.code, subject=subject)
    if hour + 1 >= ALERT_AT:
        await _tell_leader(uow, actor, hour + 1)
    return Revealed(value, uow.now + SHOWN_FOR, HOURLY - hour - 1, DAILY - day - 1)


async def _tell_leader(uow: UnitOfWork, actor: Actor, count: int) -> None:
    """Once within an hour. The employee's row is locked by the count, so two reveals at once cannot both be the first to tell."""
    told = await uow.session.scalar(
        select(AuditEntry.id)
        .where(AuditEntry.subject_id == actor.employee_id, AuditEntry.action == MANY_REVEALED, AuditEntry.at > uow.now - timedelta(hours=1))
        .limit(1)
    )
    if told is None:
        uow.audit(actor, MANY_REVEALED, actor.employee_id, count=count)
        uow.emit(ManyRevealed(employee_id=actor.employee_id, count=count))


async def _count(uow: UnitOfWork, employee_id: UUID) -> tuple[int, int]:
    """How many this hour and today. The employee's own row is locked, so that parallel reveals cannot pass the limit together."""
    await uow.session.execute(select(Employee.id).where(Employee.id == employee_id).with_for_update())
    midnight = day_start(business_day(uow.now))
    hour_ago = uow.now - timedelta(hours=1)
    mine = select(func.count()).where(Reveal.employee_id == employee_id)
    hour = await uow.session.scalar(mine.where(Reveal.at > hour_ago)) or 0
    day = await uow.session.scalar(mine.where(Reveal.at >= midnight)) or 0
    if hour >= HOURLY:
        oldest = await uow.session.scalar(select(func.min(Reveal.at)).where(Reveal.employee_id == employee_id, Reveal.at > hour_ago))
        wait = (oldest or uow.now) + timedelta(hours=1) - uow.now
        raise RevealLimit(window=f"每小时 {HOURLY} 次", seconds=max(1, ceil(wait.total_seconds())))
    if day >= DAILY:
        wait = midnight + timedelta(days=1) - uow.now
        raise RevealLimit(window=f"每天 {DAILY} 次", seconds=max(1, ceil(wait.total_seconds())))
    return hour, day


async def _plain(uow: UnitOfWork, customer: Customer, data: RevealIn) -> tuple[str, UUID]:
    if data.field == "phone":
        statement = select(CustomerPhone).where(CustomerPhone.customer_id == customer.id)
        if data.phone_id is not None:
            statement = statement.where(CustomerPhone.id == data.phone_id)
        phone = await uow.session.scalar(statement.order_by(CustomerPhone.is_primary.desc(), CustomerPhone.id).limit(1))
        if phone is None:
            raise PhoneNotFound
        value, subject = PHONE.open(uow.keys, phone), phone.id
    else:
        value, subject = {"name": NAME, "idNumber": ID_NUMBER, "note": NOTE}[data.field].open(uow.keys, customer), customer.id
    if value is None:
        raise NothingToReveal
    return value, subject
