"""Verification of a tenant's chain: one pass over seals and entries side by side, which names the first entry that is not as it was sealed.

Both are read in ranges, seals by their number and entries by their id: ids rise with time, so a range of seals needs about one range of
entries. Entries that no seal has claimed yet wait in memory; at the end they must be those that wait for their seal.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import text

from loanbroker_api.core.audit.chain import COLUMNS, HASH_BYTES, entry_hash, link
from loanbroker_api.core.audit.tables import CANONICAL_VERSION, GENESIS
from loanbroker_api.core.db import ReadSession

FaultKind = Literal["changed", "missing", "inserted", "moved", "seal-changed", "seal-missing", "head-changed", "cut", "rewritten"]
Progress = Callable[[int], Awaitable[None]]
RANGE: Final = 10_000
"""Entries that are read at a time, about."""


@dataclass(frozen=True)
class Fault:
    """The first thing that is not as it was sealed: an entry (with the seal it belongs to, where it has one) or a seal."""

    kind: FaultKind
    seal: int | None = None
    entry_id: UUID | None = None

    def text(self, *, english: bool = False) -> str:
        template = _TEXTS[self.kind][1 if english else 0]
        where = "" if self.seal is None else (f" of seal {self.seal}" if english else f"第 {self.seal} 个封印里的")
        return template.format(entry=self.entry_id, seal=self.seal, where=where)

    def to_json(self) -> dict[str, Any]:
        """As facts of an entry and results of a task keep it."""
        return {"kind": self.kind, "seal": self.seal, "entry_id": None if self.entry_id is None else str(self.entry_id)}


_TEXTS: dict[FaultKind, tuple[str, str]] = {
    "changed": ("{where}记录 {entry} 被改过", "entry {entry}{where} was changed"),
    "missing": ("{where}记录 {entry} 不见了", "entry {entry}{where} is missing"),
    "inserted": ("{where}记录 {entry} 是后来插入的", "entry {entry}{where} was inserted"),
    "moved": ("{where}记录 {entry} 的次序被改过", "entry {entry}{where} is not in its place"),
    "seal-changed": ("第 {seal} 个封印被改过", "seal {seal} was changed"),
    "seal-missing": ("第 {seal} 个封印不见了", "seal {seal} is missing"),
    "head-changed": ("链尾与第 {seal} 个封印不符", "the head does not match seal {seal}, the last one"),
    "cut": ("链在第 {seal} 个封印之后被截断：留存的链尾更长", "the chain was cut after seal {seal}: the head that was kept lies beyond"),
    "rewritten": ("链被重写过：留存的链尾不在其中", "the chain was rewritten: the head that was kept is not in it"),
}


@dataclass(frozen=True)
class KnownHead:
    """A head that was kept elsewhere; without `n` any seal may have had it."""

    digest: bytes
    n: int | None = None


@dataclass(frozen=True)
class ChainState:
    """What verification found: `broken` is the first fault, None when the chain holds. `head` is the digest of the last seal that was right."""

    seals: int
    entries: int
    unsealed: int
    head: bytes
    broken: Fault | None


async def verify_chain(
    session: ReadSession, tenant_id: UUID, *, known: KnownHead | None = None, progress: Progress | None = None
) -> ChainState:
    """Recompute a tenant's chain from its entries. The session must see one moment (`snapshot`): a sealer may be at work.

    `known` is a head that was kept elsewhere: without one, a tail that was cut off with its seals and its head cannot be seen from inside.
    `progress` is told the number of entries after each range.
    """
    return await _Verification(session, tenant_id, known).run(progress)


class _BrokenError(Exception):
    def __init__(self, kind: FaultKind, seal: int | None = None, entry_id: UUID | None = None) -> None:
        super().__init__(kind)
        self.fault = Fault(kind, seal, entry_id)


# Years that a datetime does not hold: nothing of ours was ever written then.
_IN_TIME = "e.at >= '0001-01-02' AND e.at < '9999-12-31'"
_ENTRIES = f"SELECT {COLUMNS} FROM audit_entry e WHERE e.tenant_id = :t AND {_IN_TIME}"  # noqa: S608 - our own columns
_FIRST = text(f"{_ENTRIES} AND e.id <= :last")
_NEXT = text(f"{_ENTRIES} AND e.id > :after AND e.id <= :last")
_REST = text(f"{_ENTRIES} AND e.id > :after")
_ALL = text(_ENTRIES)
_OUT_OF_TIME = text(f"SELECT e.id FROM audit_entry e WHERE e.tenant_id = :t AND NOT ({_IN_TIME}) ORDER BY e.id LIMIT 1")  # noqa: S608
_SEALS = text("SELECT n, entry_ids, digest, hashes, canonical FROM audit_seal WHERE tenant_id = :t AND n > :after ORDER BY n LIMIT :limit")
_END = text(
    "SELECT h.n, h.digest, (SELECT e.id FROM audit_entry e WHERE e.tenant_id = :t "  # noqa: S608 - our own words
    f"AND NOT ({_IN_TIME}) ORDER BY e.id LIMIT 1) AS out_of_time FROM (SELECT 1) one LEFT JOIN audit_head h ON h.tenant_id = :t"
)
FIRST_SEALS: Final = 8
"""With 5,000 entries each, the most that a sealer takes, as many as four ranges; mostly far fewer."""


class _Verification:
    def __init__(self, session: ReadSession, tenant_id: UUID, known: KnownHead | None) -> None:
        self._session = session
        self._tenant = tenant_id
        self._name = str(tenant_id)
        self._known = known
        self._seen = known is None or known.digest == GENESIS
        self._waiting: dict[UUID, tuple[bytes | None, datetime]] = {}
        """Entries that were read and that no seal has claimed yet: hash (None where it has none) and time."""
        self._twice: set[UUID] = set()
        self._position: UUID | None = None
        self._previous = GENESIS
        self._out_of_time: UUID | None = None
        self._hashed = False
        """Whether an earlier seal kept its entries' hashes: from then on each one does."""
        self._seals = 0
        self._entries = 0

    async def run(self, progress: Progress | None) -> ChainState:
        unsealed = 0
        try:
            await self._walk(progress)
            await self._check_end()
            unsealed = await self._check_rest()
        except _BrokenError as broken:
            return ChainState(self._seals, self._entries, 0, self._previous, broken.fault)
        return ChainState(self._seals, self._entries, unsealed, self._previous, None)

    async def _walk(self, progress: Progress | None) -> None:
        limit, after = FIRST_SEALS, -(1 << 63)
        while True:
            seals = (await self._session.execute(_SEALS, {"t": self._tenant, "after": after, "limit": limit})).all()
            ids = [entry_id for seal in seals for entry_id in _ids(seal)]
            if ids:
                await self._read(max(ids))
            for seal in seals:
                if seal.n < 1:
                    raise _BrokenError("seal-changed", seal.n)
                if seal.n != self._seals + 1:
                    raise _BrokenError("seal-missing", self._seals + 1)
                await self._check(seal)
            if progress is not None:
                await progress(self._entries)
            if len(seals) < limit:
                return
            after = self._seals
            limit = max(1, min(5_000, RANGE * len(seals) // max(1, len(ids))))

    async def _read(self, last: UUID | None) -> None:
        """Take in the entries up to an id, None: all that are left."""
        after = self._position
        if last is None:
            query = _ALL if after is None else _REST
        elif after is not None and last <= after:
            return
        else:
            query = _FIRST if after is None else _NEXT
        values = {"t": self._tenant, "after": after, "last": last}
        named = {name: value for name, value in values.items() if f":{name}" in query.text}
        self._take((await self._session.execute(query, named)).all())
        self._position = last

    def _take(self, rows: Sequence[Any]) -> None:
        waiting, name = self._waiting, self._name
        for row in rows:
            entry_id = row[0]
            try:
                hashed = entry_hash(name, row)
            except (ValueError, TypeError, RecursionError):
                hashed = None
            if entry_id in waiting:
                self._twice.add(entry_id)
            waiting[entry_id] = (hashed, row[1])

    async def _check(self, seal: Any) -> None:
        ids: list[UUID] = seal.entry_ids
        waiting, hashes = self._waiting, list[bytes]()
        for entry_id in ids:
            found = waiting.pop(entry_id, None)
            if found is None:
                raise await self._absent(seal, entry_id)
            if found[0] is None:
                raise _BrokenError("changed", seal.n, entry_id)
            hashes.append(found[0])
        if self._twice and (double := next((entry_id for entry_id in ids if entry_id in self._twice), None)):
            raise _BrokenError("inserted", seal.n, double)
        joined, kept = b"".join(hashes), None if seal.hashes is None else bytes(seal.hashes)
        digest = link(self._previous, seal.n, joined)
        as_kept = kept == joined or (kept is None and not self._hashed)
        if digest != bytes(seal.digest) or not as_kept or seal.canonical != CANONICAL_VERSION:
            raise self._blame(seal, ids, hashes, kept)
        self._hashed = kept is not None
        self._previous, self._seals, self._entries = digest, seal.n, self._entries + len(ids)
        self._compare(digest)

    def _compare(self, digest: bytes) -> None:
        known = self._known
        if known is None:
            return
        if known.n == self._seals and known.digest != digest:
            raise _BrokenError("rewritten", self._seals)
        self._seen = self._seen or (known.digest == digest and known.n in {None, self._seals})

    async def _absent(self, seal: Any, entry_id: UUID) -> _BrokenError:
        """An entry that the seal names is not there; or it is there twice over, and the seal was changed to name it."""
        there = await self._session.scalar(
            text("SELECT 1 FROM audit_entry WHERE tenant_id = :t AND id = :id LIMIT 1"), {"t": self._tenant, "id": entry_id}
        )
        if there is None:
            return _BrokenError("missing", seal.n, entry_id)
        out_of_time = await self._session.scalar(_OUT_OF_TIME, {"t": self._tenant})
        return _BrokenError("changed", seal.n, entry_id) if out_of_time == entry_id else _BrokenError("seal-changed", seal.n)

    def _blame(self, seal: Any, ids: list[UUID], hashes: list[bytes], kept: bytes | None) -> _BrokenError:
        """Which entry, or whether the seal itself: hashes that still make the seal's digest are those that were sealed."""
        if kept is None or len(kept) != HASH_BYTES * len(ids) or link(self._previous, seal.n, kept) != bytes(seal.digest):
            return _BrokenError("seal-changed", seal.n)
        sealed = [kept[at : at + HASH_BYTES] for at in range(0, len(kept), HASH_BYTES)]
        wrong = next((entry_id for entry_id, was, now in zip(ids, sealed, hashes, strict=True) if was != now), None)
        if wrong is None:
            return _BrokenError("seal-changed", seal.n)
        return _BrokenError("moved" if sorted(sealed) == sorted(hashes) else "changed", seal.n, wrong)

    async def _check_end(self) -> None:
        known = self._known
        if known is not None and not self._seen:
            raise _BrokenError("cut" if known.n is not None and known.n > self._seals else "rewritten", self._seals)
        head = (await self._session.execute(_END, {"t": self._tenant})).one()
        self._out_of_time = head.out_of_time
        if head.n is not None and head.n > self._seals:
            raise _BrokenError("seal-missing", self._seals + 1)
        if head.n is None or (head.n, bytes(head.digest)) != (self._seals, self._previous):
            raise _BrokenError("head-changed", self._seals)

    async def _check_rest(self) -> int:
        """What no seal has must be what waits for its seal. Returns how many do."""
        await self._read(None)
        todo = {
            row.entry_id: row.at
            for row in await self._session.execute(text("SELECT entry_id, at FROM audit_todo WHERE tenant_id = :t"), {"t": self._tenant})
        }
        strangers = [entry_id for entry_id in self._waiting if entry_id not in todo or entry_id in self._twice]
        out_of_time = self._out_of_time
        if out_of_time is not None and out_of_time not in todo:
            strangers.append(out_of_time)
        if strangers:
            raise _BrokenError("inserted", None, min(strangers))
        gone = [entry_id for entry_id in todo if entry_id not in self._waiting and entry_id != out_of_time]
        if gone:
            raise _BrokenError("missing", None, min(gone))
        changed = [entry_id for entry_id, at in todo.items() if entry_id == out_of_time or self._waiting[entry_id][1] != at]
        if changed:
            raise _BrokenError("changed", None, min(changed))
        return len(self._waiting)


def _ids(seal: Any) -> list[UUID]:
    """The entries of a seal. Raises _BrokenError for a list that no sealer wrote."""
    ids: list[Any] = seal.entry_ids
    if not ids or not all(isinstance(entry_id, UUID) for entry_id in ids):
        raise _BrokenError("seal-changed", seal.n)
    return ids
