"""Reads of lenders, products and their versions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows, keyset
from loanbroker_api.core.schemas import PageParams
from loanbroker_api.customers.models import Qualification
from loanbroker_api.products.models import Cooperation, Lender, MatchRun, Product, ProductKind, ProductState, ProductVersion, VersionState
from loanbroker_api.products.schemas import LenderListParams, ProductListParams

_BY_NAME = "name"


async def list_lenders(session: ReadSession, wanted: LenderListParams) -> Rows[Lender]:
    """Lenders by name. Raises CursorInvalid."""
    statement = select(Lender)
    if wanted.search:
        statement = statement.where(Lender.name.contains(wanted.search, autoescape=True))
    if wanted.kind is not None:
        statement = statement.where(Lender.kind == wanted.kind)
    if wanted.cooperation is not None:
        statement = statement.where(Lender.cooperation == wanted.cooperation)
    return await keyset(session, statement, Lender.name, Lender.id, sort=_BY_NAME, cursor=wanted.cursor, limit=wanted.limit)


async def list_products(session: ReadSession, wanted: ProductListParams) -> Rows[Product]:
    """Products by name. Raises CursorInvalid."""
    statement = select(Product)
    if wanted.search:
        statement = statement.where(Product.name.contains(wanted.search, autoescape=True))
    if wanted.kind is not None:
        statement = statement.where(Product.kind == wanted.kind)
    if wanted.state is not None:
        statement = statement.where(Product.state == wanted.state)
    if wanted.lender_id is not None:
        statement = statement.where(Product.lender_id == wanted.lender_id)
    return await keyset(session, statement, Product.name, Product.id, sort=_BY_NAME, cursor=wanted.cursor, limit=wanted.limit)


async def lenders_by_id(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, Lender]:
    return {row.id: row for row in await session.scalars(select(Lender).where(Lender.id.in_(ids)))} if ids else {}


async def load_lenders(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Lender]:
    """For loaders."""
    return await lenders_by_id(session, ids)


async def products_by_id(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, Product]:
    return {row.id: row for row in await session.scalars(select(Product).where(Product.id.in_(ids)))} if ids else {}


async def versions_by_id(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, ProductVersion]:
    return {row.id: row for row in await session.scalars(select(ProductVersion).where(ProductVersion.id.in_(ids)))} if ids else {}


async def product_counts(session: ReadSession, lender_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many products each lender has."""
    if not lender_ids:
        return {}
    statement = select(Product.lender_id, func.count()).where(Product.lender_id.in_(lender_ids)).group_by(Product.lender_id)
    return {row[0]: row[1] for row in await session.execute(statement)}


def in_force(now: datetime) -> ColumnElement[bool]:
    """Approved, begun, and not yet followed by a later version."""
    return and_(
        ProductVersion.state == VersionState.APPROVED.value,
        ProductVersion.effective_from <= now,
        or_(ProductVersion.effective_to.is_(None), ProductVersion.effective_to > now),
    )


async def effective_versions(session: ReadSession, product_ids: Collection[UUID], at: datetime) -> dict[UUID, ProductVersion]:
    """The version effective at a moment, by product."""
    if not product_ids:
        return {}
    statement = select(ProductVersion).where(ProductVersion.product_id.in_(product_ids), in_force(at))
    return {row.product_id: row for row in await session.scalars(statement)}


async def drafts(session: ReadSession, product_ids: Collection[UUID]) -> dict[UUID, ProductVersion]:
    """The draft of each product that has one."""
    if not product_ids:
        return {}
    statement = select(ProductVersion).where(ProductVersion.product_id.in_(product_ids), ProductVersion.state == VersionState.DRAFT.value)
    return {row.product_id: row for row in await session.scalars(statement)}


async def versions_of(session: ReadSession, product_id: UUID) -> Sequence[ProductVersion]:
    """Every version of a product, newest first."""
    statement = select(ProductVersion).where(ProductVersion.product_id == product_id).order_by(ProductVersion.number.desc())
    return list(await session.scalars(statement))


@dataclass(frozen=True)
class OnSale:
    """A version in force with the names around it; its body is read apart, since it never changes."""

    version_id: UUID
    number: int
    product_id: UUID
    product_name: str
    product_kind: str
    lender_id: UUID
    lender_name: str


async def on_sale(session: ReadSession, now: datetime) -> list[OnSale]:
    """What can be matched now: effective versions of active products of lenders in cooperation. Bridge products never are."""
    statement = (
        select(ProductVersion.id, ProductVersion.number, Product.id, Product.name, Product.kind, Lender.id, Lender.name)
        .join(Product, and_(Product.tenant_id == ProductVersion.tenant_id, Product.id == ProductVersion.product_id))
        .join(Lender, and_(Lender.tenant_id == Product.tenant_id, Lender.id == Product.lender_id))
        .where(
            in_force(now),
            Product.state == ProductState.ACTIVE.value,
            Product.kind != ProductKind.BRIDGE.value,
            Lender.cooperation == Cooperation.ACTIVE.value,
        )
    )
    return [OnSale(*row) for row in await session.execute(statement)]


async def bodies(session: ReadSession, version_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Bodies of versions, by id in its order."""
    if not version_ids:
        return {}
    statement = select(ProductVersion.id, ProductVersion.body).where(ProductVersion.id.in_(version_ids)).order_by(ProductVersion.id)
    return {row[0]: row[1] for row in await session.execute(statement)}


async def qualification_of(session: ReadSession, customer_id: UUID) -> Qualification | None:
    """The typed row of a customer; the caller has checked that they may be seen."""
    return await session.scalar(select(Qualification).where(Qualification.customer_id == customer_id))


async def load_qualifications(session: ReadSession, actor: Actor, customer_ids: Collection[UUID]) -> dict[UUID, Qualification]:
    """For loaders, of customers that are in sight already."""
    return {row.customer_id: row for row in await session.scalars(select(Qualification).where(Qualification.customer_id.in_(customer_ids)))}


async def list_runs(session: ReadSession, customer_id: UUID, wanted: PageParams) -> Rows[MatchRun]:
    """Matches kept for a customer, newest first. Raises CursorInvalid."""
    statement = select(MatchRun).where(MatchRun.customer_id == customer_id)
    return await keyset(session, statement, MatchRun.id, sort="-id", cursor=wanted.cursor, limit=wanted.limit, descending=True)
