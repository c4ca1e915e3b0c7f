"""Lenders, products and their versions on the wire."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.schemas import (
    AllowedAction,
    Graded,
    InSchema,
    NamedRef,
    OutSchema,
    PageParams,
    PersonRef,
    ShortText,
    Text,
    When,
    example,
)
from loanbroker_api.products.schemas.rules import ReadsAs
from loanbroker_api.products.schemas.terms import EXAMPLE_BODY, CityCode, RateOut, VersionBody, VersionBodyOut

LenderKindCode = Literal["bank", "consumer_finance", "micro_loan", "trust", "leasing", "insurer", "internet_bank", "private"]
CooperationCode = Literal["candidate", "active", "suspended", "exited"]
RouteCode = Literal["bureau", "customer", "offline"]
ProductKindCode = Literal["credit", "mortgage", "car", "policy", "fund", "tax", "business", "consumption", "bridge"]
ProductStateCode = Literal["active", "suspended", "retired"]
VersionStateCode = Literal["draft", "approved", "withdrawn"]
Name = Annotated[ShortText, Field(max_length=60)]
Search = Annotated[str | None, Field(max_length=60, description="名称里的文字")]


class LenderListParams(PageParams):
    search: Search = None
    kind: LenderKindCode | None = None
    cooperation: CooperationCode | None = None


class LenderIn(InSchema):
    model_config = example(
        name="锦江商业银行",
        kind="bank",
        cooperation="active",
        territories=[510_100],
        route="bureau",
        contacts="王经理 028-0000000",
        note=None,
    )

    name: Name
    kind: LenderKindCode
    cooperation: CooperationCode = "candidate"
    territories: list[CityCode] = Field(default_factory=list[CityCode], max_length=400, description="展业城市；空为全国")
    route: RouteCode
    contacts: Annotated[Text | None, Field(description="联系人和联系方式，加密保存")] = None
    note: Text | None = None


class LenderPatch(InSchema):
    """Only what is sent is changed."""

    model_config = example(cooperation="suspended")

    name: Name | None = None
    kind: LenderKindCode | None = None
    cooperation: CooperationCode | None = None
    territories: Annotated[list[CityCode] | None, Field(max_length=400)] = None
    route: RouteCode | None = None
    contacts: Text | None = None
    note: Text | None = None


class LenderOut(OutSchema):
    id: UUID
    version: int
    name: str
    kind: LenderKindCode
    cooperation: CooperationCode
    territories: list[int]
    route: RouteCode
    has_contacts: bool
    contacts: Graded | None
    note: str | None
    product_count: int
    reviewed_at: When | None
    allowed_actions: list[AllowedAction]


class ProductListParams(PageParams):
    search: Search = None
    kind: ProductKindCode | None = None
    state: ProductStateCode | None = None
    lender_id: UUID | None = None


class ProductIn(InSchema):
    model_config = example(lenderId="01a20f5f-9a36-71bf-b920-d9578149c4b8", name="锦江公积金信用贷", kind="fund", body=EXAMPLE_BODY)

    lender_id: UUID
    name: Name
    kind: ProductKindCode
    body: VersionBody


class ProductPatch(InSchema):
    """Only what is sent is changed. A bridge product becomes active only with `enabledReason`."""

    model_config = example(state="suspended")

    name: Name | None = None
    state: ProductStateCode | None = None
    enabled_reason: Annotated[ShortText | None, Field(max_length=200, description="启用过桥产品的理由")] = None


class CurrentVersion(OutSchema):
    """The version effective now, in short."""

    id: UUID
    number: int
    effective_from: When
    amount_min_fen: int
    amount_max_fen: int
    rate: RateOut
    terms: list[int]
    approval_hours: int


class DraftRef(OutSchema):
    id: UUID
    number: int


class ProductRow(OutSchema):
    id: UUID
    version: int
    name: str
    kind: ProductKindCode
    state: ProductStateCode
    lender: NamedRef
    enabled_reason: str | None
    current: CurrentVersion | None
    draft: DraftRef | None
    allowed_actions: list[AllowedAction]


class VersionSummary(OutSchema):
    """`effective` says that it is the one in force now."""

    id: UUID
    number: int
    state: VersionStateCode
    version: int
    note: str | None
    created_at: When
    created_by: PersonRef | None
    approved_at: When | None
    approved_by: PersonRef | None
    effective_from: When | None
    effective_to: When | None
    effective: bool


class ProductOut(ProductRow):
    versions: list[VersionSummary]


class VersionOut(VersionSummary):
    product_id: UUID
    body: VersionBodyOut
    reads_as: list[ReadsAs]
    sentence: str
    allowed_actions: list[AllowedAction]


class VersionDraftIn(InSchema):
    """A new draft: from `body`, or a copy of `fromVersionId`, or of the newest version."""

    model_config = example(fromVersionId="01a20f5f-9a36-71bf-b920-d9578149c4b8")

    from_version_id: UUID | None = None
    body: VersionBody | None = None


class VersionSaveIn(InSchema):
    model_config = example(body=EXAMPLE_BODY, note="额度上调到 50 万")

    body: VersionBody
    note: Annotated[ShortText | None, Field(max_length=200)] = None


class ApproveIn(InSchema):
    model_config = example(effectiveFrom="2026-12-01T00:00:00+08:00")

    effective_from: Annotated[When | None, Field(description="生效时间；空为立即")] = None


class ChangeOut(OutSchema):
    """`path` is a JSON pointer into the body; conditions are named by their id: /rules/conditions/c1."""

    path: str
    was: Any
    now: Any
    text: str


class ComparisonOut(OutSchema):
    changes: list[ChangeOut]
