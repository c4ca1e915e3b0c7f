"""REST of figures, thin."""

from typing import Annotated

from fastapi import Query, Response

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, Reads
from loanbroker_api.access.trail.watch import note_view
from loanbroker_api.analytics import permissions, service
from loanbroker_api.analytics.definitions import DEFINITIONS
from loanbroker_api.analytics.problems import OutOfScope, RangeInvalid
from loanbroker_api.analytics.schemas import (
    DefinitionOut,
    DefinitionsOut,
    FunnelCustomerOut,
    FunnelCustomersParams,
    FunnelOut,
    FunnelParams,
    OverviewOut,
    OverviewParams,
)
from loanbroker_api.core.errors import Forbidden
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.core.schemas import Page

router = area_router("analytics")
CSV = "text/csv; charset=utf-8"


@router.get("/funnel", summary="漏斗", responses=problems(Forbidden, OutOfScope, RangeInvalid), openapi_extra=gated(permissions.VIEW))
async def get_funnel(session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[FunnelParams, Query()]) -> FunnelOut:
    """线索到回款的每一步：客户数、金额、转化、间隔、流失原因，与上一期相比；数据权限内。每个数带口径和下钻地址。"""
    return await service.funnel(session, actor, wanted, runtime.clock.now())


@router.get(
    "/funnel/export",
    summary="导出漏斗",
    response_class=Response,
    responses={
        200: {"description": "CSV，UTF-8 带 BOM", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **problems(Forbidden, OutOfScope, RangeInvalid),
    },
    openapi_extra=gated(permissions.VIEW),
)
async def export_funnel(session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[FunnelParams, Query()]) -> Response:
    """同一漏斗的表格文件，一行一步；按维度拆分时每个维度一组。"""
    found = await service.funnel(session, actor, wanted, runtime.clock.now())
    name = f"funnel-{found.from_}-{found.to}.csv"
    return Response(service.funnel_csv(found), media_type=CSV, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get(
    "/funnel/customers",
    summary="漏斗里的客户",
    responses=problems(Forbidden, OutOfScope, RangeInvalid),
    openapi_extra=gated(permissions.VIEW),
)
async def list_funnel_customers(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[FunnelCustomersParams, Query()]
) -> Page[FunnelCustomerOut]:
    """一根柱子背后的客户，最近到达的在前；只列你的客户数据权限内的。"""
    page = await service.funnel_customers(session, actor, wanted, runtime.clock.now())
    await note_view(runtime, actor, "customer", len(page.items))
    return page


@router.get("/overview", summary="总览", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def get_overview(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[OverviewParams, Query()]
) -> OverviewOut:
    """数据权限内的关键数、逐日走势、员工和团队排名、渠道，与上一期的同一段相比。"""
    return await service.overview(session, actor, wanted.period, runtime.clock.now())


@router.get("/figures/definitions", summary="口径", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def list_definitions(actor: CurrentActor) -> DefinitionsOut:
    """全部指标的口径，id 不变。"""
    actor.require(permissions.VIEW)
    return DefinitionsOut(items=[DefinitionOut.model_validate(one) for one in DEFINITIONS.values()])
