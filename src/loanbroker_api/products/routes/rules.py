"""REST of the rule language."""

from typing import Any

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, Reads
from loanbroker_api.core.errors import Forbidden
from loanbroker_api.core.http import gated, problems
from loanbroker_api.products import permissions, rows, service
from loanbroker_api.products.routes.base import router
from loanbroker_api.products.schemas import RuleCheckIn, RuleCheckOut, RuleCustomersIn, RuleCustomersOut
from loanbroker_api.products.service import RuleInvalid


@router.get("/products/rule-schema", summary="规则的 JSON Schema", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def get_rule_schema(actor: CurrentActor) -> dict[str, Any]:
    """规则语言的 JSON Schema（2020-12），与 openapi/rules.schema.json 相同。"""
    actor.require(permissions.VIEW)
    return service.rule_schema()


@router.post("/products/rules/check", summary="检查规则", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def check_rules(body: RuleCheckIn, actor: CurrentActor) -> RuleCheckOut:
    """检查类型和写法，每个错误指到位置；没有错误时读成中文。"""
    actor.require(permissions.VIEW)
    return service.check_rules(body.rules, body.cities, actor.language)


@router.post(
    "/products/rules/customers",
    summary="规则适合的客户",
    responses=problems(Forbidden, RuleInvalid),
    openapi_extra=gated(permissions.MATCH),
)
async def list_rule_customers(body: RuleCustomersIn, session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> RuleCustomersOut:
    """数据权限内符合或可能符合规则的客户，新的在前；首页带人数。编辑规则时使用，不保存任何内容。"""
    found = await service.rule_customers(session, actor, body, runtime.clock.now())
    return await rows.rule_customers(session, actor, found)
