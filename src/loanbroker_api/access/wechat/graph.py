"""GraphQL of WeChat bindings, thin. Signing in is REST's alone."""

from datetime import datetime

import strawberry

from loanbroker_api.access.wechat import queries, service
from loanbroker_api.workspace.graph import Info


@strawberry.type(name="WechatBinding", description="自己的微信绑定")
class WechatBindingNode:
    available: bool
    bound: bool
    bound_at: datetime | None


@strawberry.type
class AccessWechatQuery:
    @strawberry.field(description="自己是否绑定了微信")
    async def my_wechat(self, info: Info) -> WechatBindingNode:
        appid = info.context.runtime.settings.wechat_appid
        async with info.context.reads() as session:
            binding = await queries.binding_of(session, info.context.actor.employee_id, appid)
        return WechatBindingNode(available=appid is not None, bound=binding is not None, bound_at=binding.bound_at if binding else None)


@strawberry.type
class AccessWechatMutation:
    @strawberry.mutation(description="解绑微信")
    async def unbind_wechat(self, info: Info) -> bool:
        async with info.context.writes() as uow:
            await service.unbind_wechat(uow, info.context.actor)
        return True
