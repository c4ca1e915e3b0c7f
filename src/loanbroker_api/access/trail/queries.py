"""Reads of the audit trail. A page costs the same however rare what is looked for: at most EXAMINED entries are looked at."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, tuple_

from loanbroker_api.access.acts import AUDIT_VERIFIED
from loanbroker_api.access.models import Device, Employee, LoginSession
from loanbroker_api.access.permissions import AUDIT_VIEW
from loanbroker_api.access.trail.schemas import EntryConditions, EntryFilter, EntryParams
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import AuditEntry, AuditSeal
from loanbroker_api.core.audit.chain import COLUMNS
from loanbroker_api.core.audit_actions import ACTS
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.paging import Rows, decode_cursor, encode_cursor

EXAMINED: Final = 20_000
SORT: Final = "-at"
_KEY = (AuditEntry.at, AuditEntry.id)


def by_index(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    """Conditions that an index serves."""
    found: list[ColumnElement[bool]] = []
    if wanted.from_ is not None:
        found.append(AuditEntry.at >= wanted.from_)
    if wanted.to is not None:
        found.append(AuditEntry.at < wanted.to)
    if wanted.actor_id is not None:
        found.append(AuditEntry.actor_id == wanted.actor_id)
    if wanted.subject_id is not None:
        found.append(AuditEntry.subject_id == wanted.subject_id)
    return found


def by_looking(wanted: EntryConditions, columns: Any) -> list[ColumnElement[bool]]:
    """Conditions that each entry has to be looked at for. Raises Invalid for an act that nobody declared."""
    found: list[ColumnElement[bool]] = []
    if wanted.action is not None:
        codes = [code.strip() for code in wanted.action.split(",") if code.strip()]
        if not codes or not ACTS.keys() >= set(codes):
            raise Invalid(FieldError("?action", "access.act-unknown", "没有这个动作，见 /audit/actions", "No such act: see /audit/actions"))
        found.append(columns.action.in_(codes))
    if wanted.session_id is not None:
        found.append(columns.session_id == wanted.session_id)
    if wanted.ip is not None:
        found.append(columns.ip == wanted.ip)
    if wanted.client is not None:
        found.append(columns.client == wanted.client)
    return found


async def list_entries(session: ReadSession, actor: Actor, wanted: EntryParams) -> Rows[AuditEntry]:
    """Entries, newest first. A page may be short and yet have a cursor: more is found further back. Raises Forbidden, Invalid, CursorInvalid."""
    actor.require(AUDIT_VIEW)
    return await find_page(session, wanted, cursor=wanted.cursor, limit=wanted.limit)


async def find_page(session: ReadSession, wanted: EntryFilter, *, cursor: str | None, limit: int) -> Rows[AuditEntry]:
    """The same for work that was permitted before. Raises Invalid, CursorInvalid."""
    after = decode_cursor(cursor, SORT, datetime, UUID)
    narrow = by_index(wanted)
    if after is not None:
        narrow.append(tuple_(*_KEY) < tuple_(*after, types=[one.type for one in _KEY]))
    order = [one.desc() for one in _KEY]
    looked = select(AuditEntry).where(*narrow).order_by(*order).limit(EXAMINED).subquery("looked")
    keep = by_looking(wanted, looked.c)
    if not keep:
        found = list(await session.scalars(select(AuditEntry).where(*narrow).order_by(*order).limit(limit + 1)))
        return _page(found, limit, None)
    at, identifier = looked.c.at, looked.c.id
    keys = select(at, identifier).where(*keep).order_by(at.desc(), identifier.desc()).limit(limit + 1).subquery("keys")
    matched = select(AuditEntry).join(keys, (AuditEntry.id == keys.c.id) & (AuditEntry.at == keys.c.at)).order_by(*order)
    found = list(await session.scalars(matched))
    if len(found) > limit:
        return _page(found, limit, None)
    last = (await session.execute(select(*_KEY).where(*narrow).order_by(*order).offset(EXAMINED - 1).limit(1))).one_or_none()
    return _page(found, limit, None if last is None else (last.at, last.id))


def _page(found: list[AuditEntry], limit: int, examined_to: tuple[datetime, UUID] | None) -> Rows[AuditEntry]:
    items = found[:limit]
    if len(found) > limit:
        return Rows(items, encode_cursor(SORT, items[-1].at, items[-1].id))
    return Rows(items, None if examined_to is None else encode_cursor(SORT, *examined_to))


def cursor_of(entry: AuditEntry) -> str:
    """The cursor after an entry, for connections that give one to every edge."""
    return encode_cursor(SORT, entry.at, entry.id)


async def find_entry(session: ReadSession, entry_id: UUID) -> AuditEntry | None:
    return await session.scalar(select(AuditEntry).where(AuditEntry.id == entry_id).order_by(AuditEntry.at).limit(1))


_AS_SEALED = text(f"SELECT {COLUMNS} FROM audit_entry e WHERE e.tenant_id = :t AND e.id = :id AND e.at = :at")  # noqa: S608 - our own columns


async def canonical_row(session: ReadSession, entry: AuditEntry) -> Sequence[Any]:
    """The entry as its hash is made of."""
    return (await session.execute(_AS_SEALED, {"t": entry.tenant_id, "id": entry.id, "at": entry.at})).one()


async def device_names(session: ReadSession, sessions: Collection[UUID]) -> dict[UUID, str]:
    """Names of the devices behind sessions, by session."""
    rows = await session.execute(
        select(LoginSession.id, Device.name)
        .join(Device, (Device.tenant_id == LoginSession.tenant_id) & (Device.id == LoginSession.device_id))
        .where(LoginSession.id.in_(sessions))
    )
    return {row[0]: row[1] for row in rows}


_SEAL_OF = text(
    """
    SELECT w.id, s.n FROM unnest(CAST(:ids AS uuid[])) AS w(id), LATERAL (
      SELECT c.n FROM (SELECT a.n, a.entry_ids FROM audit_seal a WHERE a.tenant_id = :t AND a.entry_ids[1] <= w.id
                       ORDER BY a.entry_ids[1] DESC LIMIT 100) c
      WHERE w.id = ANY(c.entry_ids) LIMIT 1) s
    """
)


async def seals_of(session: ReadSession, tenant_id: UUID, ids: Collection[UUID]) -> dict[UUID, int]:
    """The numbers of the seals that hold these entries. Ids rise with time, so the seal is the last, or nearly, that begins before the entry."""
    if not ids:
        return {}
    rows = await session.execute(_SEAL_OF, {"t": tenant_id, "ids": list(ids)})
    return {row.id: row.n for row in rows}


async def get_seal(session: ReadSession, n: int) -> AuditSeal:
    return (await session.scalars(select(AuditSeal).where(AuditSeal.n == n))).one()


@dataclass(frozen=True)
class Chain:
    """The end of a company's chain and what waits for its seal."""

    n: int
    digest: bytes
    sealed_at: datetime | None
    waiting: int
    oldest: datetime | None


_CHAIN = text(
    """
    SELECT h.n, h.digest, (SELECT s.sealed_at FROM audit_seal s WHERE s.tenant_id = :t AND s.n = h.n) AS sealed_at,
           (SELECT count(*) FROM audit_todo d WHERE d.tenant_id = :t) AS waiting,
           (SELECT min(at) FROM audit_todo d WHERE d.tenant_id = :t) AS oldest
    FROM audit_head h WHERE h.tenant_id = :t
    """
)


async def get_chain(session: ReadSession, tenant_id: UUID) -> Chain:
    row = (await session.execute(_CHAIN, {"t": tenant_id})).one()
    return Chain(row.n, bytes(row.digest), row.sealed_at, row.waiting, row.oldest)


async def last_verification(session: ReadSession, tenant_id: UUID) -> AuditEntry | None:
    """The entry of the last verification; verifications are kept under the company's own id, so that the subject's index finds it."""
    return await session.scalar(
        select(AuditEntry)
        .where(AuditEntry.subject_id == tenant_id, AuditEntry.action == AUDIT_VERIFIED)
        .order_by(AuditEntry.at.desc())
        .limit(1)
    )


_ABOVE = text(
    """
    SELECT u.id, u.parent_id, e.id AS employee_id FROM org_unit u
    LEFT JOIN (SELECT p.id, p.unit_id FROM employee p JOIN employee_role er ON er.tenant_id = p.tenant_id AND er.employee_id = p.id
               JOIN role r ON r.tenant_id = er.tenant_id AND r.id = er.role_id
               WHERE p.tenant_id = :t AND er.tenant_id = :t AND r.tenant_id = :t AND p.active AND r.code IN ('leader', 'manager', 'boss')) e
      ON e.unit_id = u.id
    WHERE u.tenant_id = :t
    """
)


async def leaders_above(session: ReadSession, tenant_id: UUID, employee_id: UUID) -> list[UUID]:
    """Who leads an employee: the leaders of the nearest unit, from his own upwards, that has one beside himself."""
    unit = await session.scalar(select(Employee.unit_id).where(Employee.id == employee_id))
    parents: dict[UUID, UUID | None] = {}
    leaders: dict[UUID, set[UUID]] = {}
    for row in await session.execute(_ABOVE, {"t": tenant_id}):
        parents[row.id] = row.parent_id
        if row.employee_id is not None and row.employee_id != employee_id:
            leaders.setdefault(row.id, set()).add(row.employee_id)
    while unit is not None and unit not in leaders:
        unit = parents.get(unit)
    return sorted(leaders[unit]) if unit is not None else []
