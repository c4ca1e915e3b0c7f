"""Entries as both doors show them: titles for codes, labels beside ids, graded values masked by the asker's visibility."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import orjson

from loanbroker_api.access.policies.places import places
from loanbroker_api.access.trail import queries
from loanbroker_api.access.trail.schemas import (
    ActorRef,
    ChainOut,
    ChangeOut,
    EntryDetail,
    EntryOut,
    FaultOut,
    SealOut,
    SubjectRef,
    VerifiedOut,
)
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import AuditEntry, Fault, entry_hash, subject_labels
from loanbroker_api.core.audit_actions import act_title, field_title, graded_field, masked, reference_kind, subject_kind
from loanbroker_api.core.db import ReadSession
from loanbroker_api.settings import Settings

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def entries_out(session: ReadSession, actor: Actor, settings: Settings, entries: Sequence[AuditEntry]) -> list[EntryOut]:
    """A page: one statement for its devices, one for its seals, one for each kind of record on it."""
    subjects = {(kind, entry.subject_id) for entry in entries if (kind := subject_kind(entry.action)) and entry.subject_id}
    labels = await subject_labels(session, actor, subjects | {pair for entry in entries for pair in _references(entry)})
    sessions = {entry.session_id for entry in entries if entry.session_id}
    devices = await queries.device_names(session, sessions) if sessions else {}
    seals = await queries.seals_of(session, actor.tenant_id, [entry.id for entry in entries])
    return [EntryOut.model_validate(_fields(actor, settings, entry, labels, devices, seals)) for entry in entries]


async def entry_detail(session: ReadSession, actor: Actor, settings: Settings, entry: AuditEntry) -> EntryDetail:
    (row,) = await entries_out(session, actor, settings, [entry])
    seal = None if row.sealed is None else await queries.get_seal(session, row.sealed)
    hashed = entry_hash(str(entry.tenant_id), await queries.canonical_row(session, entry))
    shown = None if seal is None else SealOut(n=seal.n, digest=seal.digest.hex(), sealed_at=seal.sealed_at)
    return EntryDetail.model_validate({**vars(row), "seal": shown, "hash": hashed.hex()})


def _fields(
    actor: Actor,
    settings: Settings,
    entry: AuditEntry,
    labels: Mapping[tuple[str, UUID], str],
    devices: Mapping[UUID, str],
    seals: Mapping[UUID, int],
) -> dict[str, Any]:
    kind = subject_kind(entry.action)
    english = actor.language == "en"
    subject = None
    if entry.subject_id is not None:
        label = labels.get((kind, entry.subject_id)) if kind else None
        subject = SubjectRef(kind=kind or "", id=entry.subject_id, label=label)
    return {
        "id": entry.id,
        "at": entry.at,
        "action": entry.action,
        "title": act_title(entry.action, english=english),
        "actor": ActorRef.model_validate({"kind": entry.actor_kind, "id": entry.actor_id, "name": entry.actor_name}),
        "subject": subject,
        "client": entry.client,
        "ip": entry.ip,
        "place": places(settings).find(entry.ip).name if entry.ip else "",
        "device_name": devices.get(entry.session_id) if entry.session_id else None,
        "session_id": entry.session_id,
        "request_id": entry.request_id,
        "facts": {name: value for name, value in entry.facts.items() if name != "changes"},
        "changes": changes_out(actor, entry, labels),
        "sealed": seals.get(entry.id),
    }


def _changes(entry: AuditEntry) -> dict[str, list[object]]:
    changes: object = entry.facts.get("changes")
    return cast("dict[str, list[object]]", changes) if isinstance(changes, dict) else {}


def _references(entry: AuditEntry) -> Iterator[tuple[str, UUID]]:
    """Records that before and after name by their ids."""
    for field, pair in _changes(entry).items():
        kind = reference_kind(subject_kind(entry.action), field)
        if kind is not None:
            yield from ((kind, identifier) for value in pair for identifier in _ids(value))


def _ids(value: object) -> list[UUID]:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return [UUID(text) for text in values if isinstance(text, str) and _UUID.fullmatch(text)]


def changes_out(actor: Actor, entry: AuditEntry, labels: Mapping[tuple[str, UUID], str]) -> list[ChangeOut]:
    """Before and after. Graded values are masked again, for what was written before anyone masked it, and hidden fields show nothing."""
    kind, english = subject_kind(entry.action), actor.language == "en"
    found: list[ChangeOut] = []
    for field, pair in _changes(entry).items():
        declared, named = graded_field(kind, field), reference_kind(kind, field)
        values = [value if declared is None else masked(declared, value) for value in pair]
        if named is not None:
            values = [_called(value, named, labels) for value in values]
        was, now = (_text(value, english=english) for value in values)
        if declared is not None:
            was, now = declared.shown(actor, was), declared.shown(actor, now)
        found.append(ChangeOut(field=field, title=field_title(kind, field, english=english), was=was, now=now))
    return found


def _called(value: object, kind: str, labels: Mapping[tuple[str, UUID], str]) -> object:
    """Ids as the records are called; an id that names nothing any more stays."""
    called: list[object] = [labels.get((kind, identifier), str(identifier)) for identifier in _ids(value)]
    return called if isinstance(value, list) else (called[0] if called else value)


def _text(value: object, *, english: bool) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return ("Yes" if value else "No") if english else ("是" if value else "否")
    if isinstance(value, list):
        items = cast("list[object]", value)
        if all(isinstance(item, str | int | float) for item in items):
            return (", " if english else "、").join(str(item) for item in items)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode() if isinstance(value, list | dict) else str(value)


def chain_out(chain: queries.Chain, verified: AuditEntry | None, *, english: bool) -> ChainOut:
    return ChainOut(
        seals=chain.n,
        head=chain.digest.hex(),
        sealed_at=chain.sealed_at,
        waiting=chain.waiting,
        oldest_waiting=chain.oldest,
        verified=None if verified is None else _verified(verified, english=english),
    )


def _verified(entry: AuditEntry, *, english: bool) -> VerifiedOut:
    facts = entry.facts
    return VerifiedOut(at=entry.at, to_seal=facts["to_seal"], entries=facts["entries"], broken=fault_out(facts["broken"], english=english))


def fault_out(kept: dict[str, Any] | None, *, english: bool) -> FaultOut | None:
    """A fault as facts keep it (Fault.to_json), with words."""
    if kept is None:
        return None
    fault = Fault(kept["kind"], kept["seal"], UUID(kept["entry_id"]) if kept["entry_id"] else None)
    return FaultOut(kind=fault.kind, seal=fault.seal, entry_id=fault.entry_id, message=fault.text(english=english))
