"""REST of WeChat login, thin."""

from fastapi import Request, Response

from loanbroker_api.access.deps import CurrentActor, CurrentGate, CurrentRuntime, Reads, Writes
from loanbroker_api.access.policies import problems as policy
from loanbroker_api.access.sessions.login import LoginRefused
from loanbroker_api.access.sessions.routes.signing_in import STEP, answer, presented_by
from loanbroker_api.access.sessions.schemas import TokenOut
from loanbroker_api.access.wechat import problems as wechat
from loanbroker_api.access.wechat import queries, service, signing_in
from loanbroker_api.access.wechat.schemas import WechatBindIn, WechatLoginIn, WechatOut
from loanbroker_api.core.http import area_router, gated, problems

router = area_router("access")
REFUSALS = (
    wechat.WechatOff,
    wechat.WechatCode,
    wechat.WechatBusy,
    wechat.WechatLimit,
    wechat.WechatRefused,
    policy.AccountDisabled,
    policy.IpRefused,
    policy.RegionRefused,
    policy.TimeRefused,
    policy.DeviceLimit,
    policy.TooManySessions,
    policy.ApprovalRefused,
)


@router.post(
    "/auth/wechat/login",
    response_model=TokenOut,
    responses={**problems(LoginRefused, *REFUSALS), **STEP},
    summary="微信登录",
    openapi_extra=gated("public"),
)
async def login_by_wechat(body: WechatLoginIn, runtime: CurrentRuntime, gate: CurrentGate, request: Request) -> Response:
    """用 wx.login 的 code 登录小程序。202 且 next 为 bind 时，让用户点“获取手机号”，再调用绑定；其余步骤和密码登录相同。"""
    presented = presented_by(body.device, None, web=False)
    outcome = await signing_in.sign_in(runtime, gate.signer, body.tenant, body.code, presented, request.state.request)
    return answer(outcome, request, cookie=None, web=False)


@router.post(
    "/auth/wechat/bind",
    response_model=TokenOut,
    responses={
        **problems(policy.TicketInvalid, wechat.WechatPhoneUnknown, wechat.WechatBoundElsewhere, *REFUSALS),
        **STEP,
    },
    summary="绑定微信并登录",
    openapi_extra=gated("public"),
)
async def bind_wechat(body: WechatBindIn, runtime: CurrentRuntime, gate: CurrentGate, request: Request) -> Response:
    """微信验证过的手机号是哪位在职员工的，就绑定给谁，然后继续登录。"""
    presented = presented_by(body.device, None, web=False)
    outcome = await signing_in.bind_and_sign_in(runtime, gate.signer, body.ticket, body.phone_code, presented, request.state.request)
    return answer(outcome, request, cookie=None, web=False)


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
