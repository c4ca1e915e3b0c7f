"""What crosses the wire: camelCase, strict about unknown fields and NUL characters, silent about refused values."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from loanbroker_api.core.money import MAX_FEN


def _no_nul(value: Any) -> Any:
    if isinstance(value, str) and "\x00" in value:
        raise PydanticCustomError("nul", "NUL characters are refused")
    return value


def _storable(value: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError for what JSON's grammar lets pass and no store holds: half a surrogate pair, NaN, endless nesting, huge integers."""
    try:
        same = orjson.loads(orjson.dumps(value)) == value
    except TypeError as error:
        raise ValueError("core.json") from error
    if not same:
        raise ValueError("core.json")
    return value


class InSchema(BaseModel):
    """Input. Unknown fields are refused; errors never repeat the input."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )


def example(**values: Any) -> ConfigDict:
    """A whole body as the API documents show it; tests hold it to its schema."""
    return ConfigDict(json_schema_extra={"examples": [values]})


class OutSchema(BaseModel):
    """Output. No defaults: what is always sent is never optional in a generated client."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, from_attributes=True, hide_input_in_errors=True
    )


def _utc(value: datetime) -> datetime:
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:  # a time of the year 1 or 9999 that its zone carries over the edge
        raise PydanticCustomError("datetime_parsing", "out of range") from error


Text = Annotated[str, BeforeValidator(_no_nul), Field(max_length=2_000)]
ShortText = Annotated[str, BeforeValidator(_no_nul), Field(min_length=1, max_length=100)]
JsonObject = Annotated[dict[str, Any], AfterValidator(_storable)]
Fen = Annotated[int, Field(ge=0, le=MAX_FEN)]
When = Annotated[datetime, AfterValidator(_utc), WithJsonSchema({"type": "string"}, mode="serialization")]
"""A moment: any offset comes in, UTC with Z goes out, written by pydantic itself."""


class PageParams(InSchema):
    """Every list's parameters."""

    cursor: Annotated[str | None, Field(max_length=500, description="上一页的 nextCursor")] = None
    limit: Annotated[int, Field(ge=1, le=200, description="每页行数")] = 50


T = TypeVar("T")


class Page(OutSchema, Generic[T]):
    """One page of a list; `nextCursor` null at the end."""

    items: list[T]
    next_cursor: str | None


class Graded(OutSchema):
    """A graded value as the caller may see it; `masked` says that more is there to reveal."""

    value: str | None
    masked: bool


class PersonRef(OutSchema):
    id: UUID
    display_name: str


class NamedRef(OutSchema):
    id: UUID
    name: str


class ActionReason(OutSchema):
    code: str
    message: str


class AllowedAction(OutSchema):
    """Whether the caller may do this to the row now, and if not, why."""

    action: str
    allowed: bool
    reason: ActionReason | None


class ExplanationOut(OutSchema):
    """A node of the explanation tree that every evaluation answers with."""

    code: str
    verdict: Literal["yes", "no", "unknown", "info"]
    text: str
    facts: dict[str, Any]
    children: list["ExplanationOut"]
