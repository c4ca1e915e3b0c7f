"""REST of customers, thin."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.access.trail.watch import note_view
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale, StepUpRequired
from loanbroker_api.core.http import ONCE, area_router, gated, problems
from loanbroker_api.core.normalize.cities import all_cities
from loanbroker_api.core.paging import Rows
from loanbroker_api.core.schemas import Page, PageParams
from loanbroker_api.customers import permissions, queries, rows, service, today
from loanbroker_api.customers.models import Customer
from loanbroker_api.customers.schemas import (
    ActivityOut,
    AssignIn,
    CitiesOut,
    CityOut,
    CustomerFilter,
    CustomerIn,
    CustomerListParams,
    CustomerOut,
    CustomerPatch,
    CustomerRow,
    CustomerSearchIn,
    FollowUpIn,
    FollowUpOut,
    OwnershipEventOut,
    RevealIn,
    RevealOut,
    TimelineParams,
    TodayOut,
    TotalOut,
)
from loanbroker_api.customers.service import (
    CustomerNotFound,
    FieldHidden,
    NothingToReveal,
    NotYours,
    OwnerNotEligible,
    PhoneNotFound,
    PhoneTaken,
    RevealLimit,
)

router = area_router("customers")


@router.get("/customers", summary="客户列表", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def list_customers(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[CustomerListParams, Query()]
) -> Page[CustomerRow]:
    """数据权限内的客户。按视图、阶段、意向、城市、渠道、归属人筛选；游标翻页。搜索文字走 POST /customers/search，不进 URL。"""
    page = await queries.list_customers(session, actor, wanted, runtime.clock.now())
    await note_view(runtime, actor, "customer", len(page.items))
    return Page(items=await rows.customer_rows(session, actor, page.items), next_cursor=page.next_cursor)


@router.get("/customers/total", summary="客户数", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def count_customers(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[CustomerFilter, Query()]
) -> TotalOut:
    """符合筛选的客户数，最多数到 10000。"""
    total = await queries.count_customers(session, actor, wanted, runtime.clock.now())
    return TotalOut(total=min(total, queries.TOTAL_CAP), capped=total > queries.TOTAL_CAP)


@router.post("/customers/search", summary="搜索客户", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def search_customers(session: Reads, actor: CurrentActor, runtime: CurrentRuntime, body: CustomerSearchIn) -> Page[CustomerRow]:
    """按姓名、拼音、首字母、完整手机号或后四位搜索，可组合；新客户在前。页不满而有 nextCursor 时可继续搜索。"""
    keys = await runtime.keyring.load(session, actor.tenant_id)
    page: Rows[Customer] = await queries.search_customers(session, actor, keys, body, runtime.clock.now())
    await note_view(runtime, actor, "customer", len(page.items))
    return Page(items=await rows.customer_rows(session, actor, page.items), next_cursor=page.next_cursor)


@router.post(
    "/customers", status_code=201, summary="新建客户", responses=problems(Forbidden, PhoneTaken), openapi_extra=gated(permissions.CREATE)
)
async def create_customer(body: CustomerIn, uow: Writes, actor: CurrentActor) -> CustomerOut:
    """手工录入客户，归录入人。"""
    customer = await service.create_customer(uow, actor, body)
    return await rows.customer_detail(uow.session, actor, uow.keys, customer)


@router.get("/customers/{customer_id}", summary="客户详情", responses=problems(CustomerNotFound), openapi_extra=gated(permissions.VIEW))
async def get_customer(customer_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> CustomerOut:
    """客户的全部字段；分级字段按角色脱敏。"""
    customer = await service.get_customer(session, actor, customer_id)
    return await rows.customer_detail(session, actor, await runtime.keyring.load(session, actor.tenant_id), customer)


@router.patch(
    "/customers/{customer_id}",
    summary="编辑客户",
    responses=problems(CustomerNotFound, Forbidden, NotYours, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.EDIT),
)
async def update_customer(customer_id: UUID, body: CustomerPatch, uow: Writes, actor: CurrentActor, version: IfMatch) -> CustomerOut:
    """只改提交的字段；版本不符时返回 409 和当前内容。"""

    async def current(customer: Customer) -> Any:
        row = await rows.customer_detail(uow.session, actor, uow.keys, customer)
        return row.model_dump(mode="json", by_alias=True)

    customer = await service.update_customer(uow, actor, customer_id, body, version, current)
    return await rows.customer_detail(uow.session, actor, uow.keys, customer)


@router.get(
    "/customers/{customer_id}/timeline", summary="客户时间线", responses=problems(CustomerNotFound), openapi_extra=gated(permissions.VIEW)
)
async def list_timeline(
    customer_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[TimelineParams, Query()]
) -> Page[ActivityOut]:
    """线索、跟进、分配、阶段、查看、修改，新的在前。"""
    await service.get_customer(session, actor, customer_id)
    page = await queries.list_activity(session, customer_id, wanted)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    return Page(items=await rows.timeline_out(session, actor, keys, page.items), next_cursor=page.next_cursor)


@router.get(
    "/customers/{customer_id}/follow-ups", summary="跟进列表", responses=problems(CustomerNotFound), openapi_extra=gated(permissions.VIEW)
)
async def list_follow_ups(
    customer_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[PageParams, Query()]
) -> Page[FollowUpOut]:
    """一位客户的跟进，新的在前。"""
    await service.get_customer(session, actor, customer_id)
    page = await queries.list_follow_ups(session, customer_id, cursor=wanted.cursor, limit=wanted.limit)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    people = await access_queries.employees_by_id(session, {row.employee_id for row in page.items})
    return Page(items=[rows.follow_up_out(actor, keys, row, people) for row in page.items], next_cursor=page.next_cursor)


@router.post(
    "/customers/{customer_id}/follow-ups",
    status_code=201,
    summary="记录跟进",
    responses=problems(CustomerNotFound, Forbidden, NotYours),
    openapi_extra=gated(permissions.FOLLOW_UP),
)
async def create_follow_up(customer_id: UUID, body: FollowUpIn, uow: Writes, actor: CurrentActor) -> FollowUpOut:
    """记录一次联系的结果和下次跟进；客户阶段、意向、待办随之更新。"""
    row = await service.record_follow_up(uow, actor, customer_id, body)
    people = await access_queries.employees_by_id(uow.session, [row.employee_id])
    return rows.follow_up_out(actor, uow.keys, row, people)


@router.get(
    "/customers/{customer_id}/ownership-history",
    summary="归属历史",
    responses=problems(CustomerNotFound),
    openapi_extra=gated(permissions.VIEW),
)
async def list_ownership(customer_id: UUID, session: Reads, actor: CurrentActor) -> list[OwnershipEventOut]:
    """谁在什么时候因为什么成为归属人，最近 100 次。"""
    await service.get_customer(session, actor, customer_id)
    return await rows.ownership_out(session, await queries.ownership_events(session, customer_id))


@router.post(
    "/customers/{customer_id}/reveal",
    summary="查看完整信息",
    responses=problems(StepUpRequired, CustomerNotFound, Forbidden, NotYours, FieldHidden, PhoneNotFound, NothingToReveal, RevealLimit),
    openapi_extra=gated(permissions.REVEAL, **{ONCE: ["value"]}),
)
async def reveal_field(customer_id: UUID, body: RevealIn, uow: Writes, actor: CurrentActor) -> RevealOut:
    """查看一位客户的一个字段，必须写原因，计入审计和每小时、每天的次数。"""
    return RevealOut.model_validate(await service.reveal_field(uow, actor, customer_id, body))


@router.post(
    "/customers/{customer_id}/assign",
    summary="分配客户",
    responses=problems(CustomerNotFound, Forbidden, NotYours, OwnerNotEligible, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.ASSIGN),
)
async def assign_customer(customer_id: UUID, body: AssignIn, uow: Writes, actor: CurrentActor, version: IfMatch) -> CustomerRow:
    """把客户分配或移交给数据范围内的员工。"""
    customer = await service.assign_customer(uow, actor, customer_id, body.owner_id, comment=body.comment, version=version)
    return (await rows.customer_rows(uow.session, actor, [customer]))[0]


@router.get("/cities", summary="城市", openapi_extra=gated("self"))
async def list_cities(actor: CurrentActor) -> CitiesOut:
    """地级城市和直辖市，按代码排序。"""
    return CitiesOut(items=[CityOut(code=city.code, name=city.name, province=city.province) for city in all_cities()])


@router.get("/today", summary="今日", openapi_extra=gated("self"))
async def get_today(session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> TodayOut:
    """我的队列和原因、今天的数字；团队长以上同时看到每个人的情况。"""
    return await today.today_out(session, actor, runtime.clock.now())
