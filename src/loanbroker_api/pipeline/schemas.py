"""What crosses the wire in pipeline. Money is fen, a fee's rate ppm of what was disbursed, win probability basis points."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.money import MAX_FEN
from loanbroker_api.core.schemas import (
    AllowedAction,
    Fen,
    Graded,
    InSchema,
    NamedRef,
    OutSchema,
    PageParams,
    PersonRef,
    ShortText,
    When,
    example,
)
from loanbroker_api.customers.schemas import CityRef, StageCode

ProductKindCode = Literal["credit", "mortgage", "car", "policy", "fund", "tax", "business", "consumption", "bridge"]
Tone = Literal[
    "slate", "sky", "violet", "indigo", "blue", "navy", "amber", "teal", "bronze", "green", "emerald", "olive", "graphite", "red", "grey",
]  # fmt: skip
EntryKind = Literal[
    "field", "document", "product", "fee_agreed", "submission", "approved", "disbursed", "receipt", "settled_fee", "approval"
]
LostCode = Literal["no_qualification", "rate_too_high", "chose_another", "unreachable", "withdrew", "declined", "duplicate", "other"]
PartCode = Literal["inviter", "negotiator", "submission", "collateral", "finance"]
SubmissionCode = Literal["submitted", "supplement", "approved", "declined", "withdrawn"]
CaseSort = Literal["-activeAt", "-createdAt"]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$", description="小写字母、数字、下划线，30 个以内")]
Amount = Annotated[int, Field(ge=1, le=MAX_FEN, description="分")]
Months = Annotated[int, Field(ge=1, le=480)]
FeeRate = Annotated[int, Field(ge=0, le=1_000_000, description="服务费占放款的百万分比，30000 = 3%")]
Comment = Annotated[str, Field(max_length=200)]


class EntryIn(InSchema):
    """An entry condition: `field` names a qualification field, `name` a document or an approval."""

    kind: EntryKind
    field: Annotated[str | None, Field(max_length=40)] = None
    name: Annotated[str | None, Field(max_length=40)] = None


class StageIn(InSchema):
    code: Code
    name: Annotated[ShortText, Field(max_length=20)]
    kind: Annotated[StageCode, Field(description="客户阶段尺度上的位置")]
    tone: Tone
    sla_hours: Annotated[int | None, Field(ge=1, le=8_784, description="自然小时；到时未离开为超时")] = None
    post: Annotated[str | None, Field(max_length=30, description="负责岗位：角色代码")] = None
    win_bps: Annotated[int, Field(ge=0, le=10_000, description="赢率，万分比")] = 0
    entry: Annotated[list[EntryIn], Field(max_length=30)] = Field(default_factory=list[EntryIn])
    moves: Annotated[list[Code], Field(max_length=40, description="可以去的阶段代码")] = Field(default_factory=list[Code])


_STAGES: list[dict[str, Any]] = [
    {"code": "visit", "name": "到访", "kind": "visit", "tone": "indigo", "slaHours": 48, "moves": ["signed", "lost"]},
    {
        "code": "signed",
        "name": "签约",
        "kind": "contract",
        "tone": "blue",
        "entry": [{"kind": "product"}, {"kind": "document", "name": "身份证"}],
        "moves": ["visit", "settled", "lost"],
    },
    {"code": "settled", "name": "结清", "kind": "settled", "tone": "graphite", "winBps": 10_000, "moves": []},
    {"code": "lost", "name": "流失", "kind": "lost", "tone": "grey", "moves": ["visit"]},
]


class PipelineIn(InSchema):
    """Stages in their order. `isDefault` true takes that place from the present default."""

    model_config = example(name="车贷流程", productKinds=["car"], isDefault=False, stages=_STAGES)

    name: Annotated[ShortText, Field(max_length=30)]
    product_kinds: Annotated[list[ProductKindCode], Field(max_length=9)] = Field(default_factory=list[ProductKindCode])
    is_default: bool = False
    stages: Annotated[list[StageIn], Field(min_length=2, max_length=40)]


class PipelinePut(PipelineIn):
    """`mapping` says where cases go that stand in a stage which is no longer there: old code → new code."""

    model_config = example(name="车贷流程", productKinds=["car"], isDefault=False, stages=_STAGES, mapping={"contacted": "visit"})

    mapping: Annotated[dict[str, str], Field(max_length=40)] = Field(default_factory=dict[str, str])


class EntryOut(OutSchema):
    kind: EntryKind
    field: str | None
    name: str | None


class StageOut(OutSchema):
    id: UUID
    code: str
    name: str
    kind: StageCode
    position: int
    tone: Tone
    sla_hours: int | None
    post: str | None
    win_bps: int
    entry: list[EntryOut]
    moves: list[str]


class PipelineOut(OutSchema):
    id: UUID
    version: int
    name: str
    product_kinds: list[ProductKindCode]
    is_default: bool
    stages: list[StageOut]


class StageRef(OutSchema):
    id: UUID
    code: str
    name: str
    kind: StageCode
    tone: Tone


class CaseCustomer(OutSchema):
    """The customer as a case shows them: masked, also to those who reach them through the case only."""

    id: UUID
    name: Graded | None
    phone: Graded | None


class CaseProduct(OutSchema):
    id: UUID
    name: str
    lender_name: str


class CaseRow(OutSchema):
    id: UUID
    version: int
    number: str
    customer: CaseCustomer
    pipeline_id: UUID
    stage: StageRef
    stage_since: When
    stage_due_at: When | None
    late: bool
    days_in_stage: int
    sla_hours: int | None
    product: CaseProduct | None
    product_version_id: UUID | None
    product_kind: ProductKindCode
    wanted_fen: int
    wanted_months: int | None
    approved_fen: int | None
    fee_rate_ppm: int
    fee_fixed_fen: int
    fee_agreed_at: When | None
    disbursed_fen: int
    due_fen: int
    received_fen: Annotated[int, Field(description="净回款：回款减冲销")]
    outstanding_fen: int
    owner: PersonRef | None
    team: NamedRef | None
    channel: NamedRef | None
    city: CityRef | None
    active_at: When
    created_at: When
    closed_at: When | None
    lost_reason: LostCode | None
    allowed_actions: list[AllowedAction]


class ParticipantOut(OutSchema):
    employee: PersonRef
    part: PartCode


class DocumentOut(OutSchema):
    """A document that the case's stages ask for, or that was received."""

    name: str
    received: bool
    received_at: When | None


class SubmissionOut(OutSchema):
    id: UUID
    version: int
    case_id: UUID
    lender: NamedRef
    product: NamedRef
    product_version_id: UUID
    state: SubmissionCode
    amount_fen: int
    months: int | None
    submitted_at: When
    due_at: When | None
    late: bool
    decided_at: When | None
    approved_fen: int | None
    approved_months: int | None
    approved_rate_ppm: int | None
    declined_reason: Graded | None
    disbursed_fen: int
    by: PersonRef | None


class DisbursementOut(OutSchema):
    id: UUID
    case_id: UUID
    submission_id: UUID
    amount_fen: int
    paid_on: date
    voided_at: When | None
    void_reason: Graded | None
    created_at: When
    by: PersonRef | None


class Missing(OutSchema):
    """A condition that is not met; `field` and `document` name what is to be filled in."""

    kind: str
    code: str
    message: str
    field: str | None
    document: str | None


class Target(OutSchema):
    stage: StageRef
    allowed: bool
    missing: list[Missing]


class CaseOut(CaseRow):
    participants: list[ParticipantOut]
    documents: list[DocumentOut]
    submissions: list[SubmissionOut]
    disbursements: list[DisbursementOut]
    next: list[Target]


class CaseFilter(InSchema):
    """The filters of list and count, equal in GraphQL."""

    pipeline_id: UUID | None = None
    stage_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    lender_id: Annotated[UUID | None, Field(description="向该资方进过件")] = None
    product_kind: ProductKindCode | None = None
    customer_id: UUID | None = None
    late: Annotated[bool | None, Field(description="true：只看超时")] = None
    open: Annotated[bool | None, Field(description="true：进行中；false：已结束")] = None
    lost: Annotated[bool | None, Field(description="true：只看流失")] = None


class CaseListParams(CaseFilter, PageParams):
    sort: CaseSort = "-activeAt"


class BoardFilter(InSchema):
    owner_id: UUID | None = None
    team_id: UUID | None = None
    lender_id: Annotated[UUID | None, Field(description="向该资方进过件")] = None
    late: Annotated[bool | None, Field(description="true：只看超时")] = None


class BoardParams(BoardFilter):
    pipeline_id: Annotated[UUID | None, Field(description="默认为默认流程")] = None


class ColumnParams(BoardFilter, PageParams):
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class BoardColumn(OutSchema):
    """One stage: all that stand in it are counted, the first 20 shown. `amountFen` sums approved, else wanted."""

    stage: StageRef
    count: int
    amount_fen: int
    late: int
    cards: list[CaseRow]
    next_cursor: str | None


class BoardOut(OutSchema):
    pipeline_id: UUID
    columns: list[BoardColumn]


class ParticipantIn(InSchema):
    employee_id: UUID
    part: PartCode


class ParticipantsIn(InSchema):
    model_config = example(participants=[{"employeeId": "01a20f5f-9a36-71bf-b920-d9578149c4b8", "part": "negotiator"}])

    participants: Annotated[list[ParticipantIn], Field(max_length=20)]


class CaseIn(InSchema):
    model_config = example(
        customerId="01a20f5f-9a36-71bf-b920-d9578149c4b8", productKind="credit", wantedFen=20_000_000, wantedMonths=36, feeRatePpm=30_000
    )

    customer_id: UUID
    product_version_id: UUID | None = None
    product_kind: Annotated[ProductKindCode | None, Field(description="有产品版本时取自产品")] = None
    pipeline_id: Annotated[UUID | None, Field(description="默认按产品类型选流程")] = None
    wanted_fen: Amount
    wanted_months: Months | None = None
    fee_rate_ppm: FeeRate | None = None
    fee_fixed_fen: Fen | None = None
    stage_code: Annotated[str | None, Field(max_length=30, description="默认第一个阶段")] = None
    participants: Annotated[list[ParticipantIn], Field(max_length=20)] = Field(default_factory=list[ParticipantIn])


class CasePatch(InSchema):
    """Only what is sent is changed; null clears."""

    model_config = example(wantedFen=30_000_000, feeRatePpm=30_000)

    product_version_id: UUID | None = None
    wanted_fen: Amount | None = None
    wanted_months: Months | None = None
    fee_rate_ppm: FeeRate | None = None
    fee_fixed_fen: Fen | None = None
    owner_id: UUID | None = None


class MoveIn(InSchema):
    model_config = example(stageCode="lost", lostReason="rate_too_high", comment="同行给到 2.8%")

    stage_code: Annotated[str, Field(max_length=30)]
    lost_reason: Annotated[LostCode | None, Field(description="去流失时必填")] = None
    comment: Comment | None = None


class SubmissionIn(InSchema):
    model_config = example(productVersionId="01a20f5f-9a36-71bf-b920-d9578149c4b8", amountFen=20_000_000, months=36)

    product_version_id: UUID
    amount_fen: Amount
    months: Months | None = None
    submitted_at: Annotated[When | None, Field(description="默认现在，不能在将来")] = None


class DecisionIn(InSchema):
    """`submitted` says that what a supplement asked for was handed in."""

    model_config = example(state="approved", approvedFen=18_000_000, approvedMonths=36, approvedRatePpm=6_000)

    state: SubmissionCode
    approved_fen: Amount | None = None
    approved_months: Months | None = None
    approved_rate_ppm: Annotated[int | None, Field(ge=0, le=1_000_000, description="百万分比，口径同产品")] = None
    declined_reason: Comment | None = None
    decided_at: Annotated[When | None, Field(description="默认现在，不能在将来")] = None


class DisbursementIn(InSchema):
    model_config = example(submissionId="01a20f5f-9a36-71bf-b920-d9578149c4b8", amountFen=10_000_000, paidOn="2026-11-24")

    submission_id: UUID
    amount_fen: Amount
    paid_on: date


class VoidIn(InSchema):
    model_config = example(reason="金额录错")

    reason: Annotated[ShortText, Field(max_length=200)]


class StageEventOut(OutSchema):
    """A move: `seconds` were spent in `from`; `reason` is a lost reason."""

    id: UUID
    at: When
    from_stage: Annotated[StageRef | None, Field(alias="from")]
    to_stage: Annotated[StageRef, Field(alias="to")]
    by: PersonRef | None
    reason: LostCode | None
    comment: Graded | None
    seconds: int | None
    back: bool
