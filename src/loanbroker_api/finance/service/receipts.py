"""Receipts: recorded up to what is due, reversed by a row of their own, never edited. The case keeps their sum."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.money import wan
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.service import record_activity
from loanbroker_api.finance import permissions
from loanbroker_api.finance.events import ReceiptRecorded
from loanbroker_api.finance.models import NOTE, Receipt
from loanbroker_api.finance.problems import AlreadyReversed, NotReversible, OverDue, ReceiptNotFound
from loanbroker_api.finance.schemas import ReceiptIn, ReverseIn
from loanbroker_api.finance.tasks import RECORDED
from loanbroker_api.pipeline.access import demand, get_case
from loanbroker_api.pipeline.models import Case
from loanbroker_api.pipeline.problems import CaseNotFound
from loanbroker_api.pipeline.service import lock_case, tell_case


async def get_case_money(session: ReadSession, actor: Actor, case_id: UUID) -> Case:
    """A case whose money may be seen. Raises CaseNotFound, Forbidden, CaseNotYours."""
    case = await get_case(session, actor, case_id)
    await demand(session, actor, permissions.VIEW, case)
    return case


async def record_receipt(uow: UnitOfWork, actor: Actor, case_id: UUID, data: ReceiptIn) -> Receipt:
    """Record money that came in. Raises CaseNotFound, Forbidden, CaseNotYours, Invalid (a day to come), OverDue.

    The case's row is locked: of receipts at once each sees what the others left outstanding. Closed cases take money too, while any is due.
    """
    case = await lock_case(uow, actor, case_id)
    await demand(uow.session, actor, permissions.RECORD, case)
    if data.received_on > business_day(uow.now):
        raise Invalid(FieldError("/receivedOn", "finance.in-the-future", "到账日不能在将来", "The day must not be ahead"))
    outstanding = case.due_fen - case.received_fen
    if data.amount_fen > outstanding:
        error = FieldError("/amountFen", "finance.over-due", f"最多 {wan(outstanding)}", "Over what is outstanding")
        raise OverDue(errors=[error], due=wan(case.due_fen), outstanding=wan(outstanding))
    receipt = Receipt(
        id=new_id(),
        case_id=case.id,
        amount_fen=data.amount_fen,
        method=data.method,
        received_on=data.received_on,
        recorded_at=uow.now,
        by_id=actor.id,
        owner_id=case.owner_id,
        team_id=case.team_id,
    )
    NOTE.seal(uow.keys, receipt, data.note or None)
    uow.session.add(receipt)
    await _book(uow, actor, case, receipt, "finance.receipt_recorded")
    return receipt


async def reverse_receipt(uow: UnitOfWork, actor: Actor, receipt_id: UUID, data: ReverseIn) -> Receipt:
    """Take a receipt back by a row with the opposite sign, dated today; the unique key lets it happen once.

    Raises ReceiptNotFound, Forbidden, CaseNotYours, NotReversible, AlreadyReversed. Returns the reversal.
    """
    taken_back = await uow.session.scalar(select(Receipt).where(Receipt.id == receipt_id))
    if taken_back is None:
        raise ReceiptNotFound
    try:
        case = await lock_case(uow, actor, taken_back.case_id)
    except CaseNotFound as hidden:
        raise ReceiptNotFound from hidden
    await demand(uow.session, actor, permissions.REVERSE, case)
    if taken_back.reverses_id is not None:
        raise NotReversible
    row = Receipt(id=new_id())
    NOTE.seal(uow.keys, row, data.reason)
    statement = (
        insert(Receipt)
        .values(
            id=row.id,
            case_id=case.id,
            amount_fen=-taken_back.amount_fen,
            method=taken_back.method,
            received_on=business_day(uow.now),
            recorded_at=uow.now,
            by_id=actor.id,
            note_enc=row.note_enc,
            reverses_id=taken_back.id,
            owner_id=case.owner_id,
            team_id=case.team_id,
        )
        .on_conflict_do_nothing()
        .returning(Receipt)
    )
    reversal = await uow.session.scalar(statement)
    if reversal is None:
        raise AlreadyReversed
    await _book(uow, actor, case, reversal, "finance.receipt_reversed")
    return reversal


async def _book(uow: UnitOfWork, actor: Actor, case: Case, receipt: Receipt, act: str) -> None:
    case.received_fen += receipt.amount_fen
    case.active_at = uow.now
    await uow.session.flush()
    facts = {"case": case.id, "number": case.number, "amountFen": receipt.amount_fen}
    await record_activity(uow, actor, case.customer_id, RECORDED, ref_id=receipt.id, **facts)
    uow.audit(actor, act, case.id, receipt=receipt.id, reverses=receipt.reverses_id, amount_fen=receipt.amount_fen)
    uow.emit(
        ReceiptRecorded(
            case_id=case.id, customer_id=case.customer_id, receipt_id=receipt.id, on=receipt.received_on, amount_fen=receipt.amount_fen
        )
    )
    await tell_case(uow, case)
