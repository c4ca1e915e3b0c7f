"""REST of login policies, the calendar and places, thin."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.access.permissions import POLICIES_MANAGE
from loanbroker_api.access.policies import impact as drafts
from loanbroker_api.access.policies import queries, rows, service, trial
from loanbroker_api.access.policies.places import places
from loanbroker_api.access.policies.problems import CalendarDayNotFound, PolicyExists, PolicyNotFound
from loanbroker_api.access.policies.schemas import (
    Address,
    CalendarDayIn,
    CalendarDayOut,
    CalendarOut,
    ImpactIn,
    ImpactOut,
    PlaceFound,
    PlacesOut,
    PoliciesOut,
    PolicyFilter,
    PolicyIn,
    PolicyOut,
    PolicyUpdate,
    TryIn,
    TryOut,
)
from loanbroker_api.access.roles.problems import BeyondOwn
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale, StepUpRequired
from loanbroker_api.core.http import area_router, gated, problems

router = area_router("access")
Year = Annotated[int, Path(ge=2000, le=2100, description="年")]


@router.get("/login-policies", summary="登录策略", responses=problems(Forbidden), openapi_extra=gated(POLICIES_MANAGE))
async def list_login_policies(session: Reads, actor: CurrentActor, wanted: Annotated[PolicyFilter, Query()]) -> PoliciesOut:
    """角色和员工的登录策略，可按角色、员工、客户端筛选。"""
    actor.require(POLICIES_MANAGE)
    found = await queries.list_policies(session, role_id=wanted.role_id, employee_id=wanted.employee_id, client=wanted.client)
    return PoliciesOut(items=await rows.policies_out(session, found, actor.language))


@router.post(
    "/login-policies",
    status_code=201,
    summary="新建登录策略",
    responses=problems(Forbidden, StepUpRequired, BeyondOwn, PolicyExists),
    openapi_extra=gated(POLICIES_MANAGE),
)
async def create_login_policy(body: PolicyIn, uow: Writes, actor: CurrentActor) -> PolicyOut:
    """一个角色或员工在一种客户端上的限制；1 秒内对在线会话生效。"""
    policy = await service.create_policy(uow, actor, body)
    return (await rows.policies_out(uow.session, [policy], actor.language))[0]


@router.put(
    "/login-policies/{policy_id}",
    summary="修改登录策略",
    responses=problems(Forbidden, StepUpRequired, BeyondOwn, PolicyNotFound, Stale, IfMatchRequired),
    openapi_extra=gated(POLICIES_MANAGE),
)
async def update_login_policy(policy_id: UUID, body: PolicyUpdate, uow: Writes, actor: CurrentActor, version: IfMatch) -> PolicyOut:
    """替换全部部分；1 秒内对在线会话生效。"""
    policy = await service.update_policy(uow, actor, policy_id, body, version)
    return (await rows.policies_out(uow.session, [policy], actor.language))[0]


@router.delete(
    "/login-policies/{policy_id}",
    status_code=204,
    summary="删除登录策略",
    responses=problems(Forbidden, StepUpRequired, BeyondOwn, PolicyNotFound, Stale, IfMatchRequired),
    openapi_extra=gated(POLICIES_MANAGE),
)
async def delete_login_policy(policy_id: UUID, uow: Writes, actor: CurrentActor, version: IfMatch) -> None:
    """删除后只剩其他角色的限制。"""
    await service.delete_policy(uow, actor, policy_id, version)


@router.post("/login-policies/try", summary="试登录", responses=problems(Forbidden), openapi_extra=gated(POLICIES_MANAGE))
async def try_login_policies(body: TryIn, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> TryOut:
    """这个员工此时从此处能否登录，由哪条规则决定；可带一份草稿。不产生任何记录。"""
    return await trial.try_login(session, actor, runtime, body)


@router.post("/login-policies/impact", summary="草稿的影响", responses=problems(Forbidden), openapi_extra=gated(POLICIES_MANAGE))
async def judge_login_policy(body: ImpactIn, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> ImpactOut:
    """按最近的登录和现在的会话，看草稿会把谁挡在外面。"""
    return await drafts.impact(session, actor, runtime, body)


@router.get("/calendar/{year}", summary="工作日历", responses=problems(Forbidden), openapi_extra=gated(POLICIES_MANAGE))
async def get_calendar(year: Year, session: Reads, actor: CurrentActor) -> CalendarOut:
    """该年与星期不同的日子：节假日、调休上班日、公司自定的日子。"""
    actor.require(POLICIES_MANAGE)
    return await rows.calendar_out(session, year)


@router.put("/calendar-days/{day}", summary="自定一天", responses=problems(Forbidden, StepUpRequired), openapi_extra=gated(POLICIES_MANAGE))
async def put_calendar_day(day: date, body: CalendarDayIn, uow: Writes, actor: CurrentActor) -> CalendarDayOut:
    """公司这一天上班或不上班，高于国家安排。"""
    row = await service.put_day(uow, actor, day, body)
    return rows.day_out(await queries.calendar_of(uow.session), day, row)


@router.delete(
    "/calendar-days/{day}",
    status_code=204,
    summary="取消自定的一天",
    responses=problems(Forbidden, StepUpRequired, CalendarDayNotFound),
    openapi_extra=gated(POLICIES_MANAGE),
)
async def delete_calendar_day(day: date, uow: Writes, actor: CurrentActor) -> None:
    """回到国家安排。"""
    await service.remove_day(uow, actor, day)


@router.get("/places", summary="省市", responses=problems(Forbidden), openapi_extra=gated(POLICIES_MANAGE))
async def list_places(actor: CurrentActor, runtime: CurrentRuntime) -> PlacesOut:
    """可选的省和市，以及 IP 归属地数据的年月。"""
    actor.require(POLICIES_MANAGE)
    return rows.places_out(places(runtime.settings))


@router.get("/places/find", summary="IP 归属地", responses=problems(Forbidden), openapi_extra=gated(POLICIES_MANAGE))
async def find_place(actor: CurrentActor, runtime: CurrentRuntime, ip: Annotated[Address, Query(description="IPv4 或 IPv6")]) -> PlaceFound:
    """一个地址在哪个省市。"""
    actor.require(POLICIES_MANAGE)
    place = places(runtime.settings).find(ip)
    return PlaceFound(code=place.code, name=place.name, known=place.known)
