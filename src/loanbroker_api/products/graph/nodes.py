"""GraphQL types of lenders, products and versions."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import strawberry

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.nodes import ActionNode, GradedNode, PageInfoNode
from loanbroker_api.core.paging import Rows, encode_cursor
from loanbroker_api.customers.rows import content
from loanbroker_api.products import queries, rows, service
from loanbroker_api.products.models import CONTACTS, Lender, Product, ProductVersion
from loanbroker_api.workspace.graph import Info, Json

T = TypeVar("T")


def copied(kind: type[T], out: Any, **more: Any) -> T:
    """A node with the fields of the same name of a schema; `more` says those that differ."""
    names = [field.name for field in fields(cast("Any", kind)) if field.init]
    return kind(**{name: more[name] if name in more else getattr(out, name) for name in names})


def by_name(row: Lender | Product) -> str:
    """The cursor after a row of a list by name."""
    return encode_cursor("name", row.name, row.id)


def page_info(page: Rows[Any], after: str | None, cursors: Sequence[str]) -> PageInfoNode:
    return PageInfoNode(
        has_next_page=page.next_cursor is not None,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=page.next_cursor or (cursors[-1] if cursors else None),
    )


async def load_counts(session: ReadSession, actor: Actor, ids: set[UUID]) -> dict[UUID, int]:
    return await queries.product_counts(session, ids)


async def load_current(session: ReadSession, actor: Actor, ids: set[UUID], at: datetime) -> dict[UUID, ProductVersion]:
    return await queries.effective_versions(session, ids, at)


async def load_drafts(session: ReadSession, actor: Actor, ids: set[UUID]) -> dict[UUID, ProductVersion]:
    return await queries.drafts(session, ids)


@strawberry.type(name="Lender", description="资方")
class LenderNode:
    id: UUID
    version: int
    name: str
    kind: str
    cooperation: str
    territories: list[int]
    route: str
    note: str | None
    reviewed_at: datetime | None
    row: strawberry.Private[Lender]

    @classmethod
    def of(cls, row: Lender) -> "LenderNode":
        return copied(cls, row, row=row)

    @strawberry.field(description="联系人（加密保存，按角色显示）")
    async def contacts(self, info: Info) -> GradedNode | None:
        return GradedNode.of(content(info.context.actor, await info.context.keys(), CONTACTS, self.row))

    @strawberry.field(description="产品数")
    async def product_count(self, info: Info) -> int:
        return await info.context.loader(load_counts).load(self.id) or 0

    @strawberry.field(description="可做的操作")
    def allowed_actions(self, info: Info) -> list[ActionNode]:
        return ActionNode.all_of(service.lender_actions(info.context.actor))


@strawberry.type(name="RuleReading", description="一个条件读成中文")
class ReadingNode:
    id: str
    severity: str
    text: str


@strawberry.type(name="ProductVersion", description="产品的一个版本")
class VersionNode:
    id: UUID
    product_id: UUID
    number: int
    state: str
    version: int
    note: str | None
    created_at: datetime
    approved_at: datetime | None
    effective_from: datetime | None
    effective_to: datetime | None
    body: Json
    row: strawberry.Private[ProductVersion]

    @classmethod
    def of(cls, row: ProductVersion) -> "VersionNode":
        return copied(cls, row, body=Json(row.body), row=row)

    @strawberry.field(description="现在有效")
    def effective(self, info: Info) -> bool:
        return rows.effective(self.row, info.context.now())

    @strawberry.field(description="每个条件读成中文")
    def reads_as(self) -> list[ReadingNode]:
        return [copied(ReadingNode, one) for one in service.reading_of(self.row.body)[0]]

    @strawberry.field(description="全部规则读成一段话")
    def sentence(self) -> str:
        return service.reading_of(self.row.body)[1]

    @strawberry.field(description="可做的操作")
    def allowed_actions(self, info: Info) -> list[ActionNode]:
        return ActionNode.all_of(service.version_actions(info.context.actor, self.row, info.context.now()))


@strawberry.type(name="Product", description="产品")
class ProductNode:
    id: UUID
    version: int
    name: str
    kind: str
    state: str
    enabled_reason: str | None
    row: strawberry.Private[Product]
    at: strawberry.Private[datetime]

    @classmethod
    def of(cls, row: Product, at: datetime) -> "ProductNode":
        """`at` is the moment whose effective version is shown, one for a page."""
        return copied(cls, row, row=row, at=at)

    @strawberry.field(description="资方")
    async def lender(self, info: Info) -> LenderNode:
        return LenderNode.of(await info.context.loader(queries.load_lenders).load(self.row.lender_id))

    @strawberry.field(description="现行版本")
    async def current(self, info: Info) -> VersionNode | None:
        found: ProductVersion | None = await info.context.loader(load_current, self.at).load(self.id)
        return VersionNode.of(found) if found else None

    @strawberry.field(description="草稿")
    async def draft(self, info: Info) -> VersionNode | None:
        found: ProductVersion | None = await info.context.loader(load_drafts).load(self.id)
        return VersionNode.of(found) if found else None

    @strawberry.field(description="可做的操作")
    async def allowed_actions(self, info: Info) -> list[ActionNode]:
        draft: ProductVersion | None = await info.context.loader(load_drafts).load(self.id)
        return ActionNode.all_of(service.product_actions(info.context.actor, self.row, draft))


@strawberry.type(name="LenderEdge")
class LenderEdge:
    cursor: str
    node: LenderNode


@strawberry.type(name="LenderConnection", description="资方的一页（Relay）")
class LenderConnection:
    edges: list[LenderEdge]
    page_info: PageInfoNode

    @classmethod
    def of(cls, page: Rows[Lender], after: str | None) -> "LenderConnection":
        edges = [LenderEdge(cursor=by_name(row), node=LenderNode.of(row)) for row in page.items]
        return cls(edges=edges, page_info=page_info(page, after, [edge.cursor for edge in edges]))


@strawberry.type(name="ProductEdge")
class ProductEdge:
    cursor: str
    node: ProductNode


@strawberry.type(name="ProductConnection", description="产品的一页（Relay）")
class ProductConnection:
    edges: list[ProductEdge]
    page_info: PageInfoNode

    @classmethod
    def of(cls, page: Rows[Product], after: str | None, at: datetime) -> "ProductConnection":
        edges = [ProductEdge(cursor=by_name(row), node=ProductNode.of(row, at)) for row in page.items]
        return cls(edges=edges, page_info=page_info(page, after, [edge.cursor for edge in edges]))
