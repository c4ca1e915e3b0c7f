"""What crosses the wire of a customer's qualification and states."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, WithJsonSchema

from loanbroker_api.core.schemas import InSchema, OutSchema, PageParams, PersonRef, When, example
from loanbroker_api.customers.schemas import ContactCode

SourceCode = Literal["stated", "document", "credit_report", "id_number", "platform"]
KindCode = Literal["money", "number", "ratio", "bool", "choice", "set", "city"]
UnitCode = Literal["fen", "fen_month", "fen_year", "year", "month", "day", "times", "pieces", "points", "bps", "none"]
GroupCode = Literal["person", "income", "social", "house", "car", "policy", "credit", "debt", "business", "wanted"]
KnownState = Literal["unknown", "partial", "complete"]
StateKind = Literal["stars", "contact", "intent", "stage"]

_SHAPES: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": "boolean"},
    {"type": "string"},
    {"type": "array", "items": {"type": "string"}},
]
FieldValue = Annotated[Any, WithJsonSchema({"anyOf": _SHAPES})]
"""A value by its field's kind: fen, count, bps and city as integers, truth as a boolean, a choice's code, a set's codes."""
MaybeValue = Annotated[Any, WithJsonSchema({"anyOf": [*_SHAPES, {"type": "null"}]})]


class FieldChoiceOut(OutSchema):
    code: str
    title: str


class QualificationFieldOut(OutSchema):
    """One field of the catalogue; `low` and `high` in the field's unit, both included."""

    code: str
    title: str
    kind: KindCode
    unit: UnitCode
    group: GroupCode
    grade: Literal["personal", "sensitive"]
    low: int
    high: int
    choices: list[FieldChoiceOut]
    weight: int
    hint: str


class QualificationFieldsOut(OutSchema):
    items: list[QualificationFieldOut]


class QualificationValueOut(OutSchema):
    """A known value; `by` null: a channel or the product itself."""

    field: str
    value: FieldValue
    source: SourceCode
    at: When
    by: PersonRef | None


class QualificationOut(OutSchema):
    customer_id: UUID
    version: Annotated[int, Field(description="资质的版本，还没有资质时为 0；PATCH 时放进 If-Match")]
    completeness_bps: int
    state: KnownState
    stars: int | None
    contact_state: ContactCode
    fields: Annotated[list[QualificationValueOut], Field(description="只列已知的")]
    ask_next: Annotated[list[str], Field(description="接下来该问的字段，重要的在前")]


class QualificationPatch(InSchema):
    """Only the fields sent are changed; null makes a field unknown."""

    model_config = example(values={"fundMonths": 14, "hasHouse": True, "occupation": "private", "zhimaScore": None}, source="stated")

    values: Annotated[dict[str, MaybeValue], Field(min_length=1, max_length=200)]
    source: SourceCode = "stated"


class QualificationHistoryParams(PageParams):
    field: Annotated[str | None, Field(max_length=60, description="只看一个字段")] = None


class QualificationHistoryOut(OutSchema):
    """A value that a field has had, as it was when it was told; null: it became unknown."""

    id: UUID
    field: str
    value: MaybeValue
    source: SourceCode
    at: When
    by: PersonRef | None


class StarsIn(InSchema):
    model_config = example(stars=4)

    stars: Annotated[Annotated[int, Field(strict=True, ge=0, le=5)] | None, Field(description="0–5，null 为未评")]


class StateChangeOut(OutSchema):
    """A change of state; stars as numbers, the others by their codes."""

    id: UUID
    what: StateKind
    was: int | str | None
    now: int | str | None
    at: When
    by: PersonRef | None
    cause: Annotated[str, Field(description="follow_up、by_hand、lead、case 等")]
