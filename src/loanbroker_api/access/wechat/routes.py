"""REST of WeChat login, thin."""

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, Reads, Writes
from loanbroker_api.access.wechat import queries, service
from loanbroker_api.access.wechat.schemas import WechatOut
from loanbroker_api.core.http import area_router, gated

router = area_router("access")


@router.get("/me/wechat", summary="我的微信", openapi_extra=gated("self"))
async def get_my_wechat(session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> WechatOut:
    """是否绑定了微信，绑定后可以在小程序里直接登录。"""
    appid = runtime.settings.wechat_appid
    binding = await queries.binding_of(session, actor.employee_id, appid)
    return WechatOut(available=appid is not None, bound=binding is not None, bound_at=binding.bound_at if binding else None)


@router.delete("/me/wechat", status_code=204, summary="解绑微信", openapi_extra=gated("self"))
async def unbind_my_wechat(uow: Writes, actor: CurrentActor) -> None:
    """解绑后其他小程序登录随即结束；再用微信登录时重新验证手机号。"""
    await service.unbind_wechat(uow, actor)
