"""REST of product versions."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale
from loanbroker_api.core.http import gated, problems
from loanbroker_api.products import permissions, rows, service
from loanbroker_api.products.routes.base import router
from loanbroker_api.products.schemas import (
    ApproveIn,
    ComparisonOut,
    RuleCustomersOut,
    RuleCustomersParams,
    VersionOut,
    VersionSaveIn,
)
from loanbroker_api.products.service import (
    EffectiveInPast,
    EffectiveTaken,
    NotADraft,
    NotYetApproved,
    RuleInvalid,
    VersionFrozen,
    VersionInForce,
    VersionNotFound,
    VersionsApart,
)


@router.get(
    "/product-versions/{version_id}",
    summary="产品版本内容",
    responses=problems(Forbidden, VersionNotFound),
    openapi_extra=gated(permissions.VIEW),
)
async def get_version(version_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> VersionOut:
    """一个版本的全部条款，规则同时读成中文。"""
    version = await service.get_version(session, actor, version_id)
    return await rows.version_out(session, actor, version, runtime.clock.now())


@router.put(
    "/product-versions/{version_id}",
    summary="保存草稿",
    responses=problems(Forbidden, VersionNotFound, VersionFrozen, RuleInvalid, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.MANAGE),
)
async def save_version(version_id: UUID, body: VersionSaveIn, uow: Writes, actor: CurrentActor, version: IfMatch) -> VersionOut:
    """替换草稿的内容；审批过的版本不能再改。"""
    saved = await service.save_version(uow, actor, version_id, body, version)
    return await rows.version_out(uow.session, actor, saved, uow.now)


@router.delete(
    "/product-versions/{version_id}",
    status_code=204,
    summary="删除草稿",
    responses=problems(Forbidden, VersionNotFound, VersionFrozen, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.MANAGE),
)
async def delete_version(version_id: UUID, uow: Writes, actor: CurrentActor, version: IfMatch) -> None:
    """只能删除草稿。"""
    await service.delete_version(uow, actor, version_id, version)


@router.post(
    "/product-versions/{version_id}/approve",
    summary="审批版本",
    responses=problems(Forbidden, VersionNotFound, NotADraft, EffectiveInPast, EffectiveTaken, RuleInvalid, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.APPROVE),
)
async def approve_version(version_id: UUID, body: ApproveIn, uow: Writes, actor: CurrentActor, version: IfMatch) -> VersionOut:
    """立即或从将来的时间生效；前一版本到那时为止。审批自己写的版本允许，并记入审计。"""
    approved = await service.approve_version(uow, actor, version_id, body.effective_from, version)
    return await rows.version_out(uow.session, actor, approved, uow.now)


@router.post(
    "/product-versions/{version_id}/withdraw",
    summary="撤回审批",
    responses=problems(Forbidden, VersionNotFound, NotYetApproved, VersionInForce, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.APPROVE),
)
async def withdraw_version(version_id: UUID, uow: Writes, actor: CurrentActor, version: IfMatch) -> VersionOut:
    """撤回审批后还没生效的版本；前一版本继续有效。"""
    withdrawn = await service.withdraw_version(uow, actor, version_id, version)
    return await rows.version_out(uow.session, actor, withdrawn, uow.now)


@router.get(
    "/product-versions/{version_id}/compare",
    summary="比较版本",
    responses=problems(Forbidden, VersionNotFound, VersionsApart),
    openapi_extra=gated(permissions.VIEW),
)
async def compare_versions(
    version_id: UUID, session: Reads, actor: CurrentActor, other: Annotated[UUID, Query(alias="with", description="另一个版本的 id")]
) -> ComparisonOut:
    """从 with 到这个版本，每一处改动用一句中文说明；规则按条件的 id 对照。"""
    now, was = await service.two_versions(session, actor, version_id, other)
    return service.compare_versions(was, now)


@router.get(
    "/product-versions/{version_id}/customers",
    summary="版本适合的客户",
    responses=problems(Forbidden, VersionNotFound),
    openapi_extra=gated(permissions.MATCH),
)
async def list_version_customers(
    version_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[RuleCustomersParams, Query()]
) -> RuleCustomersOut:
    """数据权限内符合或可能符合这个版本的客户，新的在前；首页带人数。"""
    found = await service.version_customers(session, actor, version_id, wanted, runtime.clock.now())
    return await rows.rule_customers(session, actor, found)
