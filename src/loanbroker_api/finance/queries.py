"""Reads of finance."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select, tuple_

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows, decode_cursor, encode_cursor
from loanbroker_api.finance import permissions
from loanbroker_api.finance.models import Receipt
from loanbroker_api.finance.schemas import AgeingBucket, ReceiptListParams, ReceiptSummary, SummaryParams
from loanbroker_api.pipeline.models import Case, CaseParticipant, Disbursement

AGES = ((0, 7), (8, 30), (31, 60), (61, 90), (91, None))
"""Days since the first disbursement, both inclusive."""


def in_scope(actor: Actor) -> list[ColumnElement[bool]]:
    """The conditions that limit cases to those whose money the actor may see: in scope, or taken part in. Raises Forbidden."""
    units = actor.units_of(permissions.VIEW)
    if units is None:
        return []
    part = Case.id.in_(select(CaseParticipant.case_id).where(CaseParticipant.employee_id == actor.id))
    return [or_(Case.owner_id == actor.id, part, *([Case.team_id.in_(units)] if units else []))]


async def receipts_of(session: ReadSession, case_id: UUID) -> list[Receipt]:
    """All rows of a case in the order in which they were recorded."""
    return list(await session.scalars(select(Receipt).where(Receipt.case_id == case_id).order_by(Receipt.id)))


async def reversed_among(session: ReadSession, ids: Collection[UUID]) -> set[UUID]:
    """Those of the receipts that another row takes back."""
    found = await session.scalars(select(Receipt.reverses_id).where(Receipt.reverses_id.in_(ids)))
    return {receipt_id for receipt_id in found if receipt_id is not None}


async def sums_of(session: ReadSession, case_id: UUID) -> tuple[int, int]:
    """(received, reversed) of a case in fen; reversed is zero or less."""
    gross = func.coalesce(func.sum(case((Receipt.reverses_id.is_(None), Receipt.amount_fen))), 0)
    back = func.coalesce(func.sum(case((Receipt.reverses_id.is_not(None), Receipt.amount_fen))), 0)
    row = (await session.execute(select(gross, back).where(Receipt.case_id == case_id))).one()
    return int(row[0]), int(row[1])


async def list_receipts(session: ReadSession, actor: Actor, wanted: ReceiptListParams) -> Rows[Receipt]:
    """Receipts and reversals of the cases in scope, the latest day first. Raises Forbidden, CursorInvalid."""
    narrow: list[ColumnElement[bool]] = in_scope(actor)
    if wanted.from_day is not None:
        narrow.append(Receipt.received_on >= wanted.from_day)
    if wanted.to_day is not None:
        narrow.append(Receipt.received_on <= wanted.to_day)
    if wanted.owner_id is not None:
        narrow.append(Case.owner_id == wanted.owner_id)
    after = decode_cursor(wanted.cursor, "receipts", date_of, UUID)
    if after is not None:
        narrow.append(tuple_(Receipt.received_on, Receipt.id) < tuple_(*after, types=[Receipt.received_on.type, Receipt.id.type]))
    joined = select(Receipt).join(Case, (Case.tenant_id == Receipt.tenant_id) & (Case.id == Receipt.case_id)).where(*narrow)
    order = Receipt.received_on.desc(), Receipt.id.desc()
    found = list(await session.scalars(joined.order_by(*order).limit(wanted.limit + 1)))
    items = found[: wanted.limit]
    if len(found) <= wanted.limit:
        return Rows(items, None)
    return Rows(items, encode_cursor("receipts", items[-1].received_on.isoformat(), items[-1].id))


class date_of(date):  # noqa: N801 - a kind of a cursor's part, called like a function
    """A day inside a cursor. Raises ValueError."""

    def __new__(cls, text: str) -> Any:
        return date.fromisoformat(text)


async def summary(session: ReadSession, actor: Actor, wanted: SummaryParams, now: datetime) -> ReceiptSummary:
    """What is due, received and outstanding now, the latter by age. Raises Forbidden."""
    narrow = in_scope(actor)
    if wanted.owner_id is not None:
        narrow.append(Case.owner_id == wanted.owner_id)
    sums = select(func.coalesce(func.sum(Case.due_fen), 0), func.coalesce(func.sum(Case.received_fen), 0))
    due, received = (await session.execute(sums.where(Case.due_fen > 0, *narrow))).one()
    first = select(func.min(Disbursement.paid_on)).where(
        Disbursement.tenant_id == Case.tenant_id, Disbursement.case_id == Case.id, Disbursement.voided_at.is_(None)
    )
    aged = (
        select((Case.due_fen - Case.received_fen).label("outstanding"), first.correlate(Case).scalar_subquery().label("since"))
        .where(Case.due_fen > Case.received_fen, *narrow)
        .subquery("aged")
    )
    today = business_day(now)
    bucket = case(
        *((aged.c.since >= today - timedelta(days=to), number) for number, (_, to) in enumerate(AGES) if to is not None),
        else_=len(AGES) - 1,
    )
    rows = await session.execute(select(bucket, func.count(), func.sum(aged.c.outstanding)).group_by(bucket))
    found = {row[0]: (row[1], int(row[2])) for row in rows}
    ageing = [
        AgeingBucket(from_days=low, to_days=high, cases=found.get(number, (0, 0))[0], outstanding_fen=found.get(number, (0, 0))[1])
        for number, (low, high) in enumerate(AGES)
    ]
    return ReceiptSummary(due_fen=int(due), received_fen=int(received), outstanding_fen=int(due) - int(received), ageing=ageing)
