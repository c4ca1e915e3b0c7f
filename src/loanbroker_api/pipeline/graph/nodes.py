"""GraphQL types of cases. A page's rows come in one statement, as REST shows them; what hangs below goes through loaders."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from loanbroker_api.core.nodes import ActionNode, GradedNode, NamedNode, PageInfoNode
from loanbroker_api.core.schemas import Graded, PersonRef
from loanbroker_api.customers.graph import CityNode, SourceNode
from loanbroker_api.pipeline import loaders, rows
from loanbroker_api.pipeline.models import Case
from loanbroker_api.pipeline.schemas import (
    BoardColumn,
    CaseRow,
    DisbursementOut,
    DocumentOut,
    EntryOut,
    Missing,
    ParticipantOut,
    PipelineOut,
    StageEventOut,
    StageOut,
    StageRef,
    SubmissionOut,
    Target,
)
from loanbroker_api.workspace.graph import Fen, Info


@strawberry.type(name="CasePerson", description="员工")
class CasePerson:
    id: UUID
    display_name: str

    @classmethod
    def of(cls, person: PersonRef | None) -> "CasePerson | None":
        return cls(id=person.id, display_name=person.display_name) if person else None


@strawberry.type(name="StageEntry", description="进入条件")
class EntryNode:
    kind: str
    field: str | None
    name: str | None

    @classmethod
    def of(cls, row: EntryOut) -> "EntryNode":
        return cls(kind=row.kind, field=row.field, name=row.name)


@strawberry.type(name="PipelineStage", description="流程的一个阶段")
class PipelineStageNode:
    id: UUID
    code: str
    name: str
    kind: str
    position: int
    tone: str
    sla_hours: int | None
    post: str | None
    win_bps: int
    entry: list[EntryNode]
    moves: list[str]

    @classmethod
    def of(cls, row: StageOut) -> "PipelineStageNode":
        made: dict[str, Any] = {**dict(row), "entry": [EntryNode.of(entry) for entry in row.entry]}
        return cls(**made)


@strawberry.type(name="Pipeline", description="流程")
class PipelineNode:
    id: UUID
    version: int
    name: str
    product_kinds: list[str]
    is_default: bool
    stages: list[PipelineStageNode]

    @classmethod
    def of(cls, row: PipelineOut) -> "PipelineNode":
        made: dict[str, Any] = {**dict(row), "stages": [PipelineStageNode.of(stage) for stage in row.stages]}
        return cls(**made)


@strawberry.type(name="StageRef", description="阶段")
class StageNode:
    id: UUID
    code: str
    name: str
    kind: str
    tone: str

    @classmethod
    def of(cls, row: StageRef) -> "StageNode":
        return cls(id=row.id, code=row.code, name=row.name, kind=row.kind, tone=row.tone)


@strawberry.type(name="CaseCustomer", description="业务单上的客户（脱敏）")
class CaseCustomerNode:
    id: UUID
    name: GradedNode | None
    phone: GradedNode | None


@strawberry.type(name="CaseProduct", description="业务单的产品")
class CaseProductNode:
    id: UUID
    name: str
    lender_name: str


@strawberry.type(name="CaseDocument", description="一份资料：要求的或已收的")
class DocumentNode:
    name: str
    received: bool
    received_at: datetime | None

    @classmethod
    def of(cls, row: DocumentOut) -> "DocumentNode":
        made: dict[str, Any] = dict(row)
        return cls(**made)


@strawberry.type(name="CaseParticipant", description="参与人")
class ParticipantNode:
    employee: CasePerson
    part: str

    @classmethod
    def of(cls, row: ParticipantOut) -> "ParticipantNode":
        person = row.employee
        return cls(employee=CasePerson(id=person.id, display_name=person.display_name), part=row.part)


@strawberry.type(name="Missing", description="没有满足的一项")
class MissingNode:
    kind: str
    code: str
    message: str
    field: str | None
    document: str | None

    @classmethod
    def of(cls, row: Missing) -> "MissingNode":
        made: dict[str, Any] = dict(row)
        return cls(**made)


@strawberry.type(name="Target", description="一个阶段：能否进入，还差什么")
class TargetNode:
    stage: StageNode
    allowed: bool
    missing: list[MissingNode]

    @classmethod
    def of(cls, row: Target) -> "TargetNode":
        return cls(stage=StageNode.of(row.stage), allowed=row.allowed, missing=[MissingNode.of(item) for item in row.missing])


@strawberry.type(name="Submission", description="一次进件和资方的答复")
class SubmissionNode:
    id: UUID
    version: int
    case_id: UUID
    lender: NamedNode
    product: NamedNode
    product_version_id: UUID
    state: str
    amount_fen: Fen
    months: int | None
    submitted_at: datetime
    due_at: datetime | None
    late: bool
    decided_at: datetime | None
    approved_fen: Fen | None
    approved_months: int | None
    approved_rate_ppm: int | None
    declined_reason: GradedNode | None
    disbursed_fen: Fen
    by: CasePerson | None

    @classmethod
    def of(cls, row: SubmissionOut) -> "SubmissionNode":
        made: dict[str, Any] = {
            **dict(row),
            "lender": NamedNode.of(row.lender),
            "product": NamedNode.of(row.product),
            "declined_reason": GradedNode.of(row.declined_reason),
            "by": CasePerson.of(row.by),
        }
        return cls(**made)


@strawberry.type(name="Disbursement", description="一笔放款")
class DisbursementNode:
    id: UUID
    case_id: UUID
    submission_id: UUID
    amount_fen: Fen
    paid_on: date
    voided_at: datetime | None
    void_reason: GradedNode | None
    created_at: datetime
    by: CasePerson | None

    @classmethod
    def of(cls, row: DisbursementOut) -> "DisbursementNode":
        made: dict[str, Any] = {**dict(row), "void_reason": GradedNode.of(row.void_reason), "by": CasePerson.of(row.by)}
        return cls(**made)


@strawberry.type(name="StageEvent", description="一次移动")
class StageEventNode:
    id: UUID
    at: datetime
    from_stage: StageNode | None
    to_stage: StageNode
    by: CasePerson | None
    reason: str | None
    comment: GradedNode | None
    seconds: int | None
    back: bool

    @classmethod
    def of(cls, row: StageEventOut) -> "StageEventNode":
        made: dict[str, Any] = {
            **dict(row),
            "from_stage": StageNode.of(row.from_stage) if row.from_stage else None,
            "to_stage": StageNode.of(row.to_stage),
            "by": CasePerson.of(row.by),
            "comment": GradedNode.of(row.comment),
        }
        return cls(**made)


@strawberry.type(name="Case", description="业务单")
class CaseNode:
    id: UUID
    version: int
    number: str
    customer: CaseCustomerNode
    pipeline_id: UUID
    stage: StageNode
    stage_since: datetime
    stage_due_at: datetime | None
    late: bool
    days_in_stage: int
    sla_hours: int | None
    product: CaseProductNode | None
    product_version_id: UUID | None
    product_kind: str
    wanted_fen: Fen
    wanted_months: int | None
    approved_fen: Fen | None
    fee_rate_ppm: int
    fee_fixed_fen: Fen
    fee_agreed_at: datetime | None
    disbursed_fen: Fen
    due_fen: Fen
    received_fen: Fen
    outstanding_fen: Fen
    owner: CasePerson | None
    team: NamedNode | None
    channel: SourceNode | None
    city: CityNode | None
    active_at: datetime
    created_at: datetime
    closed_at: datetime | None
    lost_reason: str | None
    allowed_actions: list[ActionNode]

    @classmethod
    def of(cls, row: CaseRow) -> "CaseNode":
        customer, product = row.customer, row.product
        made: dict[str, Any] = {
            **{name: getattr(row, name) for name in CaseRow.model_fields},
            "customer": CaseCustomerNode(id=customer.id, name=_graded(customer.name), phone=_graded(customer.phone)),
            "stage": StageNode.of(row.stage),
            "product": CaseProductNode(id=product.id, name=product.name, lender_name=product.lender_name) if product else None,
            "owner": CasePerson.of(row.owner),
            "team": NamedNode.of(row.team) if row.team else None,
            "channel": SourceNode(id=row.channel.id, name=row.channel.name) if row.channel else None,
            "city": CityNode(code=row.city.code, name=row.city.name) if row.city else None,
            "allowed_actions": ActionNode.all_of(row.allowed_actions),
        }
        return cls(**made)

    @strawberry.field(description="每个阶段能否进入，还差什么")
    async def targets(self, info: Info) -> list[TargetNode]:
        found: list[Target] = await info.context.loader(loaders.load_targets).load(self.id) or []
        return [TargetNode.of(row) for row in found]

    @strawberry.field(description="进件，先进的在前")
    async def submissions(self, info: Info) -> list[SubmissionNode]:
        context = info.context
        keys = await context.keys()
        found: list[Any] = await context.loader(loaders.load_submissions).load(self.id) or []
        return [SubmissionNode.of(rows.submission_out(context.actor, keys, row, context.now())) for row in found]

    @strawberry.field(description="放款，先放的在前；包含已作废")
    async def disbursements(self, info: Info) -> list[DisbursementNode]:
        keys = await info.context.keys()
        found: list[Any] = await info.context.loader(loaders.load_disbursements).load(self.id) or []
        return [DisbursementNode.of(rows.disbursement_out(info.context.actor, keys, row)) for row in found]

    @strawberry.field(description="最近 50 次移动，新的在前")
    async def history(self, info: Info) -> list[StageEventNode]:
        keys = await info.context.keys()
        found: list[Any] = await info.context.loader(loaders.load_history).load(self.id) or []
        return [StageEventNode.of(rows.stage_event_out(info.context.actor, keys, row)) for row in found]

    @strawberry.field(description="流程要求的和已收的资料")
    async def documents(self, info: Info) -> list[DocumentNode]:
        found: list[Any] = await info.context.loader(loaders.load_documents).load(self.id) or []
        return [DocumentNode.of(row) for row in found]

    @strawberry.field(description="参与人")
    async def participants(self, info: Info) -> list[ParticipantNode]:
        found: list[Any] = await info.context.loader(loaders.load_participants).load(self.id) or []
        return [ParticipantNode.of(row) for row in found]


def _graded(value: Graded | None) -> GradedNode | None:
    return GradedNode.of(value)


@strawberry.type(name="CaseEdge")
class CaseEdge:
    cursor: str
    node: CaseNode


@strawberry.type(name="CaseConnection", description="业务单的一页（Relay）")
class CaseConnection:
    edges: list[CaseEdge]
    page_info: PageInfoNode


@strawberry.type(name="BoardColumn", description="看板的一列：全部计数，前 20 张")
class BoardColumnNode:
    stage: StageNode
    count: int
    amount_fen: Fen
    late: int
    cards: list[CaseNode]
    next_cursor: str | None

    @classmethod
    def of(cls, row: BoardColumn) -> "BoardColumnNode":
        return cls(
            stage=StageNode.of(row.stage),
            count=row.count,
            amount_fen=Fen(row.amount_fen),
            late=row.late,
            cards=[CaseNode.of(card) for card in row.cards],
            next_cursor=row.next_cursor,
        )


async def cases_of_customer(info: Info, customer_id: UUID) -> list[CaseNode]:
    """Resolver of `Customer.cases`: one statement for the whole page."""
    found: list[rows.Loaded[Case]] = await info.context.loader(loaders.load_cases_of_customers).load(customer_id) or []
    return [CaseNode.of(rows.case_row(info.context.actor, row.row, row.around, info.context.now())) for row in found]
