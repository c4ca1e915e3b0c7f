"""The body of a product version: all that a lender offers and asks."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from loanbroker_api.core.money import MAX_FEN
from loanbroker_api.core.schemas import InSchema, JsonObject, OutSchema, ShortText, example

RateBasisCode = Literal["monthly", "annual", "monthly_flat", "daily"]
RepaymentCode = Literal["equal_instalment", "equal_principal", "interest_first", "flat", "bullet", "revolving"]
FeeAt = Literal["disbursement", "monthly", "end"]
QueryStep = Literal["pre_check", "application", "signing"]
PositiveFen = Annotated[int, Field(ge=1, le=MAX_FEN)]
Ppm = Annotated[int, Field(ge=0, le=1_000_000)]
CityCode = Annotated[int, Field(ge=100_000, le=999_999, description="GB/T 2260 地级代码")]
Months = Annotated[int, Field(ge=1, le=360)]


class RateTerms(InSchema):
    """A range of rates in ppm of `basis`: 6000 monthly is 0.6 % a month."""

    basis: RateBasisCode
    min_ppm: Ppm
    max_ppm: Ppm


class FeeTerms(InSchema):
    """A percentage carries `ppm` of the principal, a fixed fee `amountFen`; the other one is null."""

    code: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
    title: Annotated[ShortText, Field(max_length=40)]
    kind: Literal["percent", "fixed"]
    ppm: Ppm | None = None
    amount_fen: Annotated[int | None, Field(ge=0, le=MAX_FEN)] = None
    at: FeeAt


EXAMPLE_RULES: dict[str, Any] = {
    "conditions": [
        {"id": "c1", "severity": "hard", "when": {"op": "between", "field": "age", "from": 22, "to": 55}},
        {"id": "c2", "severity": "hard", "when": {"op": "ge", "field": "fundMonths", "value": 12}},
        {"id": "c3", "severity": "soft", "points": 10, "when": {"op": "le", "field": "cardUsage", "value": 7000}},
        {"id": "c4", "severity": "need", "when": {"op": "known", "field": "workCity"}},
    ],
    "limit": {
        "op": "min",
        "of": [{"value": 50_000_000}, {"op": "mul", "of": [{"field": "fundMonthly"}, {"value": 12}, {"value": 10}]}],
    },
    "rate": None,
}
EXAMPLE_BODY: dict[str, Any] = {
    "amountMinFen": 3_000_000,
    "amountMaxFen": 50_000_000,
    "terms": [12, 24, 36],
    "rate": {"basis": "annual", "minPpm": 45_000, "maxPpm": 108_000},
    "repayments": ["equal_instalment", "interest_first"],
    "fees": [{"code": "service", "title": "手续费", "kind": "percent", "ppm": 5_000, "amountFen": None, "at": "disbursement"}],
    "cities": [510_100, 500_000],
    "documents": ["身份证", "公积金缴存明细"],
    "approvalHours": 24,
    "commissionPpm": 8_000,
    "commissionNote": "放款次月结算",
    "makesQuery": True,
    "queryStep": "application",
    "validFrom": "2026-01-01",
    "validTo": None,
    "rules": EXAMPLE_RULES,
}


class VersionBody(InSchema):
    """Money in fen, rates in ppm, terms in months. `rules` follows GET /products/rule-schema."""

    model_config = example(**EXAMPLE_BODY)

    amount_min_fen: PositiveFen
    amount_max_fen: PositiveFen
    terms: Annotated[list[Months], Field(min_length=1, max_length=60, description="可选期限（月），从小到大、不重复")]
    rate: RateTerms
    repayments: Annotated[list[RepaymentCode], Field(min_length=1, max_length=6)]
    fees: list[FeeTerms] = Field(default_factory=list[FeeTerms], max_length=20)
    cities: list[CityCode] = Field(default_factory=list[CityCode], max_length=400, description="服务城市；空为全国")
    documents: list[ShortText] = Field(default_factory=list[ShortText], max_length=50)
    approval_hours: Annotated[int, Field(ge=1, le=2_160)]
    commission_ppm: Annotated[int, Field(ge=0, le=200_000, description="资方付给本公司的佣金，占放款额")] = 0
    commission_note: Annotated[ShortText | None, Field(max_length=100)] = None
    makes_query: bool = True
    query_step: QueryStep | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    rules: Annotated[JsonObject, Field(description="准入规则，见 GET /products/rule-schema")]


class RateOut(OutSchema):
    basis: RateBasisCode
    min_ppm: int
    max_ppm: int


class FeeOut(OutSchema):
    code: str
    title: str
    kind: Literal["percent", "fixed"]
    ppm: int | None
    amount_fen: int | None
    at: FeeAt


class VersionBodyOut(OutSchema):
    amount_min_fen: int
    amount_max_fen: int
    terms: list[int]
    rate: RateOut
    repayments: list[RepaymentCode]
    fees: list[FeeOut]
    cities: list[int]
    documents: list[str]
    approval_hours: int
    commission_ppm: int
    commission_note: str | None
    makes_query: bool
    query_step: QueryStep | None
    valid_from: date | None
    valid_to: date | None
    rules: dict[str, Any]
