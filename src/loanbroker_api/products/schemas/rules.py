"""Rules on the wire: checking, reading aloud, and the customers whom they let pass."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.schemas import Graded, InSchema, JsonObject, OutSchema, PageParams, example
from loanbroker_api.customers.schemas import CityRef, StageCode
from loanbroker_api.products.schemas.terms import EXAMPLE_RULES, CityCode, Months, PositiveFen

Severity = Literal["hard", "soft", "need"]
WantedVerdict = Literal["yes", "possible"]


class ReadsAs(OutSchema):
    """A condition read aloud; ids that begin with @ are those that a version's terms imply."""

    id: str
    severity: Severity
    text: str


class RuleErrorOut(OutSchema):
    pointer: str
    code: str
    message: str


class RuleCheckIn(InSchema):
    model_config = example(rules=EXAMPLE_RULES, cities=[510_100])

    rules: JsonObject
    cities: list[CityCode] = Field(default_factory=list[CityCode], max_length=400)


class RuleCheckOut(OutSchema):
    ok: bool
    errors: list[RuleErrorOut]
    reads_as: list[ReadsAs]
    sentence: str


class RuleCustomersParams(PageParams):
    wanted: Annotated[WantedVerdict, Field(description="yes 只要符合的；possible 连同资料不全、可能符合的")] = "possible"


class RuleCustomersIn(InSchema):
    model_config = example(rules=EXAMPLE_RULES, cities=[510_100], wanted="possible", limit=20)

    rules: JsonObject
    cities: list[CityCode] = Field(default_factory=list[CityCode], max_length=400)
    amount_min_fen: Annotated[PositiveFen | None, Field(description="起贷金额；空为不看")] = None
    terms: list[Months] = Field(default_factory=list[Months], max_length=60, description="可选期限；空为不看")
    wanted: WantedVerdict = "possible"
    cursor: Annotated[str | None, Field(max_length=500)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class VerdictCounts(OutSchema):
    yes: int
    unknown: int
    no: int


class RuleCustomerRow(OutSchema):
    id: UUID
    name: Graded | None
    phone: Graded | None
    city: CityRef | None
    owner_name: str | None
    stage: StageCode


class RuleCustomer(OutSchema):
    customer: RuleCustomerRow
    verdict: Literal["yes", "unknown"]


class RuleCustomersOut(OutSchema):
    """`counts` on the first page only, within the viewer's data scope, of all customers with a qualification."""

    counts: VerdictCounts | None
    items: list[RuleCustomer]
    next_cursor: str | None
