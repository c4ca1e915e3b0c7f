"""GraphQL types that every area's types are made of."""

from collections.abc import Iterable
from uuid import UUID

import strawberry

from loanbroker_api.core.schemas import AllowedAction, Graded, NamedRef


@strawberry.type(name="GradedValue", description="分级字段：按角色脱敏后的值")
class GradedNode:
    value: str | None
    masked: bool

    @classmethod
    def of(cls, value: Graded | None) -> "GradedNode | None":
        return None if value is None else cls(value=value.value, masked=value.masked)


@strawberry.type(name="AllowedAction", description="能否对这一行做某个操作，以及不能的原因")
class ActionNode:
    action: str
    allowed: bool
    reason_code: str | None
    reason: str | None

    @classmethod
    def all_of(cls, found: Iterable[AllowedAction]) -> "list[ActionNode]":
        return [
            cls(
                action=item.action,
                allowed=item.allowed,
                reason_code=item.reason.code if item.reason else None,
                reason=item.reason.message if item.reason else None,
            )
            for item in found
        ]


@strawberry.type(name="PageInfo", description="翻页")
class PageInfoNode:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(name="NamedRef", description="有名称的引用")
class NamedNode:
    id: UUID
    name: str

    @classmethod
    def of(cls, row: NamedRef) -> "NamedNode":
        return cls(id=row.id, name=row.name)
