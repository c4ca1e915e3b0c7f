"""GraphQL of the audit trail, thin."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from loanbroker_api.access.permissions import AUDIT_VIEW
from loanbroker_api.access.trail import queries, rows, service
from loanbroker_api.access.trail.schemas import ChainOut, EntryOut, EntryParams
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.audit_actions import ACTS
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.paging import Rows
from loanbroker_api.workspace.graph import Info, Json

MAX_FIRST = 100


@strawberry.type(name="AuditActor", description="做这件事的员工、渠道或系统")
class AuditActorNode:
    kind: str
    id: UUID | None
    name: str


@strawberry.type(name="AuditSubject", description="被操作的记录；已删除或不便显示时没有名称")
class AuditSubjectNode:
    kind: str
    id: UUID
    label: str | None


@strawberry.type(name="AuditChange", description="一个字段的前后；分级字段只有脱敏后的形式")
class AuditChangeNode:
    field: str
    title: str
    was: str | None
    now: str | None


@strawberry.type(name="AuditEntry", description="一条审计记录")
class AuditEntryNode:
    id: UUID
    at: datetime
    action: str
    title: str
    actor: AuditActorNode
    subject: AuditSubjectNode | None
    client: str
    ip: str
    place: str
    device_name: str | None
    session_id: UUID | None
    request_id: str
    facts: Json
    changes: list[AuditChangeNode]
    sealed: int | None

    @classmethod
    def of(cls, row: EntryOut) -> "AuditEntryNode":
        made: dict[str, Any] = {
            **vars(row),
            "actor": AuditActorNode(**vars(row.actor)),
            "subject": AuditSubjectNode(**vars(row.subject)) if row.subject else None,
            "changes": [AuditChangeNode(**vars(change)) for change in row.changes],
        }
        return cls(**made)


@strawberry.type(name="AuditPageInfo", description="是否还有更早的记录")
class AuditPageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(name="AuditEntryEdge", description="一条记录和它之后的游标")
class AuditEntryEdge:
    node: AuditEntryNode
    cursor: str


@strawberry.type(name="AuditEntryConnection", description="审计记录；一页可能不满而后面还有")
class AuditEntryConnection:
    edges: list[AuditEntryEdge]
    page_info: AuditPageInfo


@strawberry.type(name="AuditAct", description="审计里的一种动作")
class AuditActNode:
    action: str
    title: str
    area: str


@strawberry.type(name="AuditFault", description="校验发现的第一处不符")
class AuditFaultNode:
    kind: str
    seal: int | None
    entry_id: UUID | None
    message: str


@strawberry.type(name="AuditVerification", description="最近一次校验")
class AuditVerificationNode:
    at: datetime
    to_seal: int
    entries: int
    broken: AuditFaultNode | None


@strawberry.type(name="AuditChain", description="审计链的状态")
class AuditChainNode:
    seals: int
    head: str
    sealed_at: datetime | None
    waiting: int
    oldest_waiting: datetime | None
    verified: AuditVerificationNode | None

    @classmethod
    def of(cls, chain: ChainOut) -> "AuditChainNode":
        verified = None
        if chain.verified is not None:
            broken = chain.verified.broken
            fields: dict[str, Any] = {**vars(chain.verified), "broken": AuditFaultNode(**vars(broken)) if broken else None}
            verified = AuditVerificationNode(**fields)
        made: dict[str, Any] = {**vars(chain), "verified": verified}
        return cls(**made)


@strawberry.type(name="AuditHead", description="签名的链尾，存到别处")
class AuditHeadNode:
    head: str
    tenant: str
    n: int
    digest: str
    at: datetime


@strawberry.input(name="AuditEntryFilter", description="条件都要满足；与 REST 的参数相同")
class AuditEntryFilterInput:
    from_: datetime | None = strawberry.field(name="from", default=None)
    to: datetime | None = None
    action: str | None = None
    actor_id: UUID | None = None
    subject_id: UUID | None = None
    session_id: UUID | None = None
    ip: str | None = None
    client: str | None = None


def _bounded(first: int) -> int:
    if not 1 <= first <= MAX_FIRST:
        raise Invalid(FieldError("/first", "core.less-than-equal", f"1 到 {MAX_FIRST}", f"1 to {MAX_FIRST}"))
    return first


async def _connection(info: Info, page: Rows[AuditEntry], after: str | None) -> AuditEntryConnection:
    context = info.context
    async with context.reads() as session:
        shown = await rows.entries_out(session, context.actor, context.runtime.settings, page.items)
    edges = [
        AuditEntryEdge(node=AuditEntryNode.of(row), cursor=queries.cursor_of(entry)) for row, entry in zip(shown, page.items, strict=True)
    ]
    start = edges[0].cursor if edges else None
    return AuditEntryConnection(
        edges=edges,
        page_info=AuditPageInfo(
            has_next_page=page.next_cursor is not None,
            has_previous_page=after is not None,
            start_cursor=start,
            end_cursor=page.next_cursor or (edges[-1].cursor if edges else None),
        ),
    )


@strawberry.type
class AccessTrailQuery:
    @strawberry.field(description="审计记录，新的在前")
    async def audit_entries(
        self, info: Info, first: int = 50, after: str | None = None, filter: AuditEntryFilterInput | None = None
    ) -> AuditEntryConnection:
        given = vars(filter) if filter else {}
        wanted = EntryParams.model_validate({**given, "limit": _bounded(first), "cursor": after})
        async with info.context.reads() as session:
            page = await queries.list_entries(session, info.context.actor, wanted)
        return await _connection(info, page, after)

    @strawberry.field(description="一条审计记录")
    async def audit_entry(self, info: Info, id: UUID) -> AuditEntryNode:
        context = info.context
        async with context.reads() as session:
            entry = await service.get_entry(session, context.actor, id)
            (row,) = await rows.entries_out(session, context.actor, context.runtime.settings, [entry])
        return AuditEntryNode.of(row)

    @strawberry.field(description="对一条记录做过的一切，新的在前")
    async def audit_record(self, info: Info, subject_id: UUID, first: int = 50, after: str | None = None) -> AuditEntryConnection:
        async with info.context.reads() as session:
            page = await service.record_history(session, info.context.actor, subject_id, cursor=after, limit=_bounded(first))
        return await _connection(info, page, after)

    @strawberry.field(description="全部审计动作和名称")
    async def audit_actions(self, info: Info) -> list[AuditActNode]:
        actor = info.context.actor
        actor.require(AUDIT_VIEW)
        english = actor.language == "en"
        return [AuditActNode(action=code, title=act.english if english else act.title, area=act.area) for code, act in sorted(ACTS.items())]

    @strawberry.field(description="审计链的状态")
    async def audit_chain(self, info: Info) -> AuditChainNode:
        actor = info.context.actor
        async with info.context.reads() as session:
            chain, verified = await service.get_chain(session, actor)
        return AuditChainNode.of(rows.chain_out(chain, verified, english=actor.language == "en"))


@strawberry.type
class AccessTrailMutation:
    @strawberry.mutation(description="导出签名的链尾")
    async def export_audit_head(self, info: Info) -> AuditHeadNode:
        async with info.context.writes() as uow:
            head = await service.export_head(uow, info.context.actor)
        return AuditHeadNode(**vars(head))
