"""REST of qualifications and states, thin."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.core.schemas import Page, PageParams
from loanbroker_api.customers import permissions, service
from loanbroker_api.customers.models import Customer
from loanbroker_api.customers.qualification import queries, rows
from loanbroker_api.customers.qualification.schemas import (
    QualificationFieldsOut,
    QualificationHistoryOut,
    QualificationHistoryParams,
    QualificationOut,
    QualificationPatch,
    StarsIn,
    StateChangeOut,
)
from loanbroker_api.customers.rows import customer_detail
from loanbroker_api.customers.schemas import CustomerOut
from loanbroker_api.customers.service import CustomerNotFound, NotYours

router = area_router("customers")


@router.get("/qualification-fields", summary="资质字段", openapi_extra=gated("self"))
async def list_qualification_fields(actor: CurrentActor) -> QualificationFieldsOut:
    """资质的全部字段：类型、单位、范围、选项、权重；标题按 Accept-Language。"""
    return rows.catalogue(actor.language)


@router.get(
    "/customers/{customer_id}/qualification",
    summary="客户资质",
    responses=problems(CustomerNotFound),
    openapi_extra=gated(permissions.VIEW),
)
async def get_qualification(customer_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> QualificationOut:
    """已知的资质，每项带来源、时间和提供人；还没有资质时 version 为 0。"""
    customer = await service.get_customer(session, actor, customer_id)
    return await rows.qualification_out(session, customer, business_day(runtime.clock.now()))


@router.patch(
    "/customers/{customer_id}/qualification",
    summary="更新客户资质",
    responses=problems(CustomerNotFound, Forbidden, NotYours, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.EDIT),
)
async def record_qualification(
    customer_id: UUID, body: QualificationPatch, uow: Writes, actor: CurrentActor, version: IfMatch
) -> QualificationOut:
    """只改提交的字段，null 为变成未知；If-Match 是资质的版本，还没有资质时用 0。与现值和来源都相同的不再写入。"""
    customer = await service.record_qualification(uow, actor, customer_id, body, version, partial(rows.known_now, uow))
    return await rows.qualification_out(uow.session, customer, business_day(uow.now))


@router.get(
    "/customers/{customer_id}/qualification/history",
    summary="资质历史",
    responses=problems(CustomerNotFound),
    openapi_extra=gated(permissions.VIEW),
)
async def list_qualification_history(
    customer_id: UUID, session: Reads, actor: CurrentActor, wanted: Annotated[QualificationHistoryParams, Query()]
) -> Page[QualificationHistoryOut]:
    """每个字段曾有的值，新的在前；年龄、车龄等按提供时的值显示。"""
    await service.get_customer(session, actor, customer_id)
    page = await queries.list_values(session, customer_id, wanted)
    return Page(items=await rows.history_out(session, page.items), next_cursor=page.next_cursor)


@router.put(
    "/customers/{customer_id}/stars",
    summary="客户星级",
    responses=problems(CustomerNotFound, Forbidden, NotYours, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.EDIT),
)
async def set_stars(customer_id: UUID, body: StarsIn, uow: Writes, actor: CurrentActor, version: IfMatch) -> CustomerOut:
    """评 0–5 星，null 为未评；If-Match 是客户的版本。"""

    async def current(customer: Customer) -> Any:
        return (await customer_detail(uow.session, actor, uow.keys, customer)).model_dump(mode="json", by_alias=True)

    customer = await service.set_stars(uow, actor, customer_id, body.stars, version, current)
    return await customer_detail(uow.session, actor, uow.keys, customer)


@router.get(
    "/customers/{customer_id}/state-changes",
    summary="状态变化",
    responses=problems(CustomerNotFound),
    openapi_extra=gated(permissions.VIEW),
)
async def list_state_changes(
    customer_id: UUID, session: Reads, actor: CurrentActor, wanted: Annotated[PageParams, Query()]
) -> Page[StateChangeOut]:
    """星级、联系状态、意向、阶段的变化和起因，新的在前。"""
    await service.get_customer(session, actor, customer_id)
    page = await queries.list_state_changes(session, customer_id, wanted)
    return Page(items=await rows.state_changes_out(session, page.items), next_cursor=page.next_cursor)
