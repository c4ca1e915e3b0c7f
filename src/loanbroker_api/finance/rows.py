"""Receipts as both doors show them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession
from loanbroker_api.customers.models import NAME, PHONE
from loanbroker_api.customers.rows import content, mask
from loanbroker_api.finance import queries
from loanbroker_api.finance.models import NOTE, Receipt
from loanbroker_api.finance.schemas import CaseReceipts, CaseRef, ReceiptOut, ReceiptRow
from loanbroker_api.pipeline import queries as pipeline_queries
from loanbroker_api.pipeline.models import Case
from loanbroker_api.pipeline.rows import person
from loanbroker_api.pipeline.schemas import CaseCustomer

_AS_THEY_ARE = ("id", "amount_fen", "method", "received_on", "recorded_at", "reverses_id")


async def receipts_out(session: ReadSession, actor: Actor, keys: TenantKeys, rows: Sequence[Receipt]) -> list[ReceiptOut]:
    """Receipts with names and whether they were taken back, in two statements."""
    if not rows:
        return []
    names = await pipeline_queries.names_of(session, rows[0].tenant_id, people={row.by_id for row in rows if row.by_id})
    taken_back = await queries.reversed_among(session, [row.id for row in rows])
    return [
        ReceiptOut.model_validate(
            {
                **{name: getattr(row, name) for name in _AS_THEY_ARE},
                "by": person(row.by_id, names),
                "note": content(actor, keys, NOTE, row),
                "reversed": row.id in taken_back,
            }
        )
        for row in rows
    ]


async def case_receipts(session: ReadSession, actor: Actor, keys: TenantKeys, case: Case) -> CaseReceipts:
    """The case's money with all its rows: due = received + reversed + outstanding."""
    rows = await queries.receipts_of(session, case.id)
    return CaseReceipts(
        due_fen=case.due_fen,
        received_fen=sum(row.amount_fen for row in rows if row.reverses_id is None),
        reversed_fen=sum(row.amount_fen for row in rows if row.reverses_id is not None),
        outstanding_fen=case.due_fen - case.received_fen,
        items=await receipts_out(session, actor, keys, rows),
    )


async def receipt_rows(session: ReadSession, actor: Actor, keys: TenantKeys, rows: Sequence[Receipt]) -> list[ReceiptRow]:
    """Receipts with their case and customer, in four statements."""
    found = await session.scalars(select(Case).where(Case.id.in_({row.case_id for row in rows})))
    cases: dict[UUID, Case] = {case.id: case for case in found}
    around = await pipeline_queries.around(session, actor, list(cases.values()))
    shown: list[ReceiptRow] = []
    for row, out in zip(rows, await receipts_out(session, actor, keys, rows), strict=True):
        case = cases[row.case_id]
        name, phone = around.customers[case.customer_id]
        customer = CaseCustomer(id=case.customer_id, name=mask(actor, NAME, name), phone=mask(actor, PHONE, phone))
        beside = {"case": CaseRef(id=case.id, number=case.number), "customer": customer, "owner": person(case.owner_id, around.names)}
        shown.append(ReceiptRow.model_validate({**dict(out), **beside}))
    return shown
