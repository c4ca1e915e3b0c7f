"""REST of products."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale
from loanbroker_api.core.http import gated, problems
from loanbroker_api.core.schemas import Page
from loanbroker_api.products import permissions, queries, rows, service
from loanbroker_api.products.routes.base import router
from loanbroker_api.products.schemas import (
    ProductIn,
    ProductListParams,
    ProductOut,
    ProductPatch,
    ProductRow,
    VersionDraftIn,
    VersionOut,
    VersionSummary,
)
from loanbroker_api.products.service import (
    BridgeNeedsReason,
    DraftExists,
    LenderNotFound,
    ProductNameTaken,
    ProductNotFound,
    RuleInvalid,
    VersionNotFound,
    VersionsApart,
)


@router.get("/products", summary="产品列表", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def list_products(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[ProductListParams, Query()]
) -> Page[ProductRow]:
    """产品、现行版本和草稿，按名称排序；按文字、种类、状态、资方筛选。"""
    actor.require(permissions.VIEW)
    page = await queries.list_products(session, wanted)
    return Page(items=await rows.product_rows(session, actor, page.items, runtime.clock.now()), next_cursor=page.next_cursor)


@router.post(
    "/products",
    status_code=201,
    summary="新建产品",
    responses=problems(Forbidden, LenderNotFound, ProductNameTaken, RuleInvalid),
    openapi_extra=gated(permissions.MANAGE),
)
async def create_product(body: ProductIn, uow: Writes, actor: CurrentActor) -> ProductOut:
    """建立产品和它的第一个草稿；过桥产品默认暂停。"""
    product = await service.create_product(uow, actor, body)
    return await rows.product_detail(uow.session, actor, product, uow.now)


@router.get("/products/{product_id}", summary="产品", responses=problems(Forbidden, ProductNotFound), openapi_extra=gated(permissions.VIEW))
async def get_product(product_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> ProductOut:
    """一个产品和它的全部版本。"""
    product = await service.get_product(session, actor, product_id)
    return await rows.product_detail(session, actor, product, runtime.clock.now())


@router.patch(
    "/products/{product_id}",
    summary="编辑产品",
    responses=problems(Forbidden, ProductNotFound, ProductNameTaken, BridgeNeedsReason, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.MANAGE),
)
async def update_product(product_id: UUID, body: ProductPatch, uow: Writes, actor: CurrentActor, version: IfMatch) -> ProductOut:
    """改名称和状态。启用过桥产品要审批权限，并写明理由。"""
    product = await service.update_product(uow, actor, product_id, body, version)
    return await rows.product_detail(uow.session, actor, product, uow.now)


@router.get(
    "/products/{product_id}/versions",
    summary="产品版本",
    responses=problems(Forbidden, ProductNotFound),
    openapi_extra=gated(permissions.VIEW),
)
async def list_versions(product_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> list[VersionSummary]:
    """一个产品的全部版本，新的在前。"""
    product = await service.get_product(session, actor, product_id)
    return await rows.version_summaries(session, product.id, runtime.clock.now())


@router.post(
    "/products/{product_id}/versions",
    status_code=201,
    summary="新建草稿",
    responses=problems(Forbidden, ProductNotFound, VersionNotFound, VersionsApart, DraftExists, RuleInvalid),
    openapi_extra=gated(permissions.MANAGE),
)
async def draft_version(product_id: UUID, body: VersionDraftIn, uow: Writes, actor: CurrentActor) -> VersionOut:
    """用提交的内容，或复制一个版本（默认最新的）建立草稿；一个产品同时只有一个草稿。"""
    version = await service.draft_version(uow, actor, product_id, body)
    return await rows.version_out(uow.session, actor, version, uow.now)
