"""The rules of the audit trail: reading one entry, handing out signed heads, keeping what a verification found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from loanbroker_api.access.acts import AUDIT_VERIFIED
from loanbroker_api.access.events import AuditChainBroken
from loanbroker_api.access.permissions import AUDIT_EXPORT, AUDIT_VIEW
from loanbroker_api.access.queries import get_tenant
from loanbroker_api.access.tokens import BadToken, read_head, sign_head
from loanbroker_api.access.trail import queries
from loanbroker_api.access.trail.schemas import EntryParams, ExportIn, HeadOut
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import AuditEntry, ChainState, KnownHead
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.paging import Rows
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork


class EntryNotFound(Problem):
    code, status = "access.audit-entry-not-found", 404
    message, english = "没有这条审计记录", "There is no such entry in the audit trail"
    remedy = "核对编号；从审计页重新打开。"


async def get_entry(session: ReadSession, actor: Actor, entry_id: UUID) -> AuditEntry:
    """Raises Forbidden, EntryNotFound."""
    actor.require(AUDIT_VIEW)
    entry = await queries.find_entry(session, entry_id)
    if entry is None:
        raise EntryNotFound
    return entry


async def record_history(session: ReadSession, actor: Actor, subject_id: UUID, *, cursor: str | None, limit: int) -> Rows[AuditEntry]:
    """What was done to one record, newest first; none for a record that nobody touched. Raises Forbidden, CursorInvalid."""
    return await queries.list_entries(session, actor, EntryParams(subject_id=subject_id, cursor=cursor, limit=limit))


async def get_chain(session: ReadSession, actor: Actor) -> tuple[queries.Chain, AuditEntry | None]:
    """The chain's state and the entry of its last verification. Raises Forbidden."""
    actor.require(AUDIT_VIEW)
    return await queries.get_chain(session, actor.tenant_id), await queries.last_verification(session, actor.tenant_id)


async def export_head(uow: UnitOfWork, actor: Actor) -> HeadOut:
    """The end of the chain, signed, for keeping elsewhere. It covers what is sealed, so not yet this act itself. Raises Forbidden."""
    actor.require(AUDIT_EXPORT)
    chain = await queries.get_chain(uow.session, uow.tenant_id)
    tenant = await get_tenant(uow.session)
    digest = chain.digest.hex()
    claims: dict[str, Any] = {
        "tid": str(uow.tenant_id),
        "tenant": tenant.code,
        "n": chain.n,
        "digest": digest,
        "at": uow.now.isoformat(),
    }
    head = await sign_head(uow.runtime, claims)
    uow.audit(actor, "access.audit_head_exported", uow.tenant_id, n=chain.n, digest=digest)
    return HeadOut(head=head, tenant=tenant.code, n=chain.n, digest=digest, at=uow.now)


@dataclass(frozen=True)
class SignedHead:
    """A head whose signature is ours: whose chain, up to which seal, as of when."""

    tenant_id: UUID
    tenant: str
    known: KnownHead
    at: datetime


async def open_head(runtime: Runtime, text: str) -> SignedHead:
    """A head as it was handed out: the JWS itself, or the JSON answer around it. Raises BadToken where the signature is not ours."""
    try:
        if text.lstrip().startswith("{"):
            text = orjson.loads(text)["head"]
        claims: Mapping[str, Any] = await read_head(runtime, text.strip())
        known = KnownHead(bytes.fromhex(claims["digest"]), int(claims["n"]))
        return SignedHead(UUID(claims["tid"]), str(claims["tenant"]), known, datetime.fromisoformat(claims["at"]))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadToken from error


def keep_verification(uow: UnitOfWork, actor: Actor, state: ChainState) -> None:
    """Keep what a verification found as an entry; a broken chain is told to those who watch over it."""
    broken = None if state.broken is None else state.broken.to_json()
    uow.audit(actor, AUDIT_VERIFIED, uow.tenant_id, to_seal=state.seals, entries=state.entries, head=state.head.hex(), broken=broken)
    if broken is not None:
        uow.emit(AuditChainBroken(kind=broken["kind"], seal=broken["seal"]))


def export_facts(wanted: ExportIn) -> dict[str, Any]:
    """The filters of an export as its entry keeps them."""
    return wanted.model_dump(mode="json", by_alias=True, exclude_none=True)
