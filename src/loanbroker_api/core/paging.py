"""Keyset paging: a page's cursor is the sort key of its last row, so that a page costs the same at any depth."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import CursorInvalid

T = TypeVar("T")


@dataclass(frozen=True)
class Rows(Generic[T]):
    """A page of rows and the cursor of the next, None at the end."""

    items: Sequence[T]
    next_cursor: str | None


def encode_cursor(sort: str, *key: datetime | UUID | int | str) -> str:
    """An opaque cursor that only fits the sort it was made for."""
    parts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in key]
    return base64.urlsafe_b64encode(orjson.dumps([sort, *parts])).decode().rstrip("=")


def decode_cursor(cursor: str | None, sort: str, *kinds: type) -> tuple[Any, ...] | None:
    """The key inside a cursor, None for the first page. Raises CursorInvalid."""
    if cursor is None:
        return None
    try:
        parts: Any = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(parts, list) or parts[0] != sort or len(parts) != len(kinds) + 1:  # pyright: ignore[reportUnknownArgumentType]
            raise CursorInvalid
        return tuple(_parse(kind, str(part)) for kind, part in zip(kinds, parts[1:], strict=True))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    except (binascii.Error, ValueError, IndexError, TypeError, UnicodeError, OverflowError) as error:
        raise CursorInvalid from error


def _parse(kind: type, part: str) -> Any:
    """A part of a key. Raises ValueError or OverflowError, also for what PostgreSQL could not hold."""
    if "\x00" in part:
        raise ValueError("core.nul")
    if kind is datetime:
        at = datetime.fromisoformat(part)
        if at.tzinfo is None:
            raise ValueError("a cursor's time names its zone")
        return at.astimezone(UTC)
    if kind is int:
        return int.from_bytes(int(part).to_bytes(8, "big", signed=True), "big", signed=True)
    return kind(part)


async def keyset(
    session: ReadSession,
    statement: Select[T],
    *columns: InstrumentedAttribute[Any],
    sort: str,
    cursor: str | None,
    limit: int,
    descending: bool = False,
) -> Rows[T]:
    """One page of ORM rows ordered by `columns` (the last one unique), all in one direction. Raises CursorInvalid."""
    kinds = [column.type.python_type for column in columns]
    after = decode_cursor(cursor, sort, *kinds)
    if after is not None:
        key: ColumnElement[Any] = tuple_(*columns)
        bound = tuple_(*after, types=[column.type for column in columns])
        statement = statement.where(key < bound if descending else key > bound)
    order = [column.desc() if descending else column.asc() for column in columns]
    found = list(await session.scalars(statement.order_by(*order).limit(limit + 1)))
    items = found[:limit]
    if len(found) <= limit:
        return Rows(items, None)
    last = items[-1]
    return Rows(items, encode_cursor(sort, *(getattr(last, column.key) for column in columns)))
