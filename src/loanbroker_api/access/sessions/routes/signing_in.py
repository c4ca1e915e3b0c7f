"""REST of signing in, step by step, thin."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Cookie, Header, Request, Response
from fastapi.responses import JSONResponse

from loanbroker_api.access.deps import CurrentActor, CurrentGate, CurrentRuntime, Reads, Writes
from loanbroker_api.access.passwords import PasswordWeak
from loanbroker_api.access.policies import problems as policy
from loanbroker_api.access.sessions import login as signing_in
from loanbroker_api.access.sessions import service, steps
from loanbroker_api.access.sessions.devices import COOKIE_DEVICES, Presented, parse_device_token
from loanbroker_api.access.sessions.login import LoginRefused, Outcome, Step
from loanbroker_api.access.sessions.refreshing import RefreshRefused, Shown, Tokens
from loanbroker_api.access.sessions.refreshing import refresh as rotate
from loanbroker_api.access.sessions.schemas import (
    ApprovalWait,
    DeviceIn,
    DeviceRef,
    EnrolledOut,
    EnrolOut,
    LoginIn,
    LoginStepOut,
    PasskeyOptionsOut,
    RefreshIn,
    StepUpIn,
    StepUpOptionsOut,
    StepUpOut,
    TicketCodeIn,
    TicketFactorIn,
    TicketIn,
    TicketPasswordIn,
    TokenOut,
)
from loanbroker_api.core.http import area_router, gated, problems

router = area_router("access")
COOKIE, DEVICE_COOKIE = "lb_refresh", "lb_device"
COOKIE_PATH = "/api/v1/auth"
DEVICE_COOKIE_DAYS = 400
REFUSALS = problems(
    policy.AccountDisabled,
    policy.IpRefused,
    policy.RegionRefused,
    policy.TimeRefused,
    policy.DeviceLimit,
    policy.TooManySessions,
    policy.ApprovalRefused,
)
STEP: dict[int | str, dict[str, Any]] = {202: {"model": LoginStepOut, "description": "密码正确，还要再做一步"}}
DeviceTokens = Annotated[str | None, Cookie(alias=DEVICE_COOKIE, include_in_schema=False)]


def _merged(*answers: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """Answers of several groups, their examples together."""
    found: dict[int | str, dict[str, Any]] = {}
    for answer in answers:
        for status, told in answer.items():
            if status not in found:
                found[status] = told
                continue
            content = {kind: {**body} for kind, body in found[status]["content"].items()}
            for kind, body in told["content"].items():
                content[kind]["examples"] = {**content[kind]["examples"], **body["examples"]}
            found[status] = {**found[status], "description": f"{found[status]['description']}；{told['description']}", "content": content}
    return found


LOGIN_ANSWERS = _merged(problems(LoginRefused, policy.LoginLocked), REFUSALS)
STEP_ANSWERS = _merged(problems(policy.TicketInvalid), REFUSALS)


@router.post("/auth/login", response_model=TokenOut, responses={**LOGIN_ANSWERS, **STEP}, summary="登录", openapi_extra=gated("public"))
async def login(body: LoginIn, runtime: CurrentRuntime, gate: CurrentGate, request: Request, cookie: DeviceTokens = None) -> Response:
    """用机构代码、账号和密码登录。200 得到访问令牌（最长 10 分钟）和刷新令牌；202 说明还要做什么（第二因素、上级批准、改密码）。

    网页端的刷新令牌和设备凭证在 HttpOnly Cookie 里；其他客户端在正文里，之后刷新要带上设备凭证。
    """
    presented = presented_by(body.device, cookie, web=body.client == "web")
    outcome = await signing_in.login(runtime, gate.signer, body, presented, request.state.request)
    return answer(outcome, request, web=body.client == "web", cookie=cookie)


def presented_by(device: DeviceIn | None, cookie: str | None, *, web: bool) -> Presented:
    """What a client shows of its device, wherever it carries it."""
    if web:
        return Presented(tokens=_tokens_in(cookie), name=device.name if device else "")
    if device is None:
        return Presented()
    return Presented((device.token,) if device.token else (), device.public_key, device.proof, device.name)


def _tokens_in(cookie: str | None) -> tuple[str, ...]:
    return tuple(token for token in (cookie or "").split(".") if parse_device_token(token) is not None)[:COOKIE_DEVICES]


@router.post(
    "/auth/login/resume",
    response_model=TokenOut,
    responses={**STEP_ANSWERS, **STEP},
    summary="等待批准后继续",
    openapi_extra=gated("public"),
)
async def resume_login(
    body: TicketIn, runtime: CurrentRuntime, gate: CurrentGate, request: Request, cookie: DeviceTokens = None
) -> Response:
    """上级处理后继续登录；还在等待时再次得到 202 和新的 ticket。"""
    outcome = await steps.resume(runtime, gate.signer, body.ticket, request.state.request)
    return answer(outcome, request, cookie=cookie)


@router.post(
    "/auth/login/remind", status_code=204, responses=problems(policy.TicketInvalid), summary="提醒上级批准", openapi_extra=gated("public")
)
async def remind_leaders(body: TicketIn, runtime: CurrentRuntime, request: Request) -> None:
    """再通知一次上级，一分钟最多一次。"""
    await steps.remind(runtime, body.ticket, request.state.request)


@router.post(
    "/auth/login/factor",
    response_model=TokenOut,
    responses={**_merged(STEP_ANSWERS, problems(policy.FactorRefused)), **STEP},
    summary="第二因素",
    openapi_extra=gated("public"),
)
async def give_factor(
    body: TicketFactorIn, runtime: CurrentRuntime, gate: CurrentGate, request: Request, cookie: DeviceTokens = None
) -> Response:
    """验证码、恢复码或通行密钥。一个 ticket 最多试 8 次。"""
    outcome = await steps.give_factor(runtime, gate.signer, body.ticket, body, request.state.request)
    return answer(outcome, request, cookie=cookie)


@router.post(
    "/auth/login/passkey-options", responses=problems(policy.TicketInvalid), summary="通行密钥的登录参数", openapi_extra=gated("public")
)
async def login_passkey_options(body: TicketIn, runtime: CurrentRuntime, request: Request) -> PasskeyOptionsOut:
    """交给浏览器 navigator.credentials.get 的参数，用一次。"""
    return PasskeyOptionsOut(options=await steps.passkey_options(runtime, body.ticket, request.state.request))


@router.post("/auth/login/enrol", responses=problems(policy.TicketInvalid), summary="登录时绑定验证器", openapi_extra=gated("public"))
async def enrol_at_login(body: TicketIn, runtime: CurrentRuntime, request: Request) -> EnrolOut:
    """角色要求第二因素而还没有时，先绑定验证器。"""
    return EnrolOut.model_validate(await steps.start_enrolment(runtime, body.ticket, request.state.request))


@router.post(
    "/auth/login/enrol/confirm",
    response_model=EnrolledOut,
    responses=_merged(STEP_ANSWERS, problems(policy.FactorRefused)),
    summary="确认验证器",
    openapi_extra=gated("public"),
)
async def confirm_enrolment(
    body: TicketCodeIn, runtime: CurrentRuntime, gate: CurrentGate, request: Request, cookie: DeviceTokens = None
) -> Response:
    """输入验证器上的验证码；返回只显示一次的恢复码，并继续登录。"""
    enrolled = await steps.confirm_enrolment(runtime, gate.signer, body.ticket, body.code, request.state.request)
    outcome = enrolled.outcome
    shown = EnrolledOut(
        recovery_codes=enrolled.recovery_codes,
        signed_in=token_out(outcome) if isinstance(outcome, Tokens) else None,
        step=step_out(outcome) if isinstance(outcome, Step) else None,
    )
    response = JSONResponse(shown.model_dump(mode="json", by_alias=True), headers={"Cache-Control": "no-store"})
    _cookies(response, outcome, request, cookie)
    return response


@router.post(
    "/auth/login/password",
    response_model=TokenOut,
    responses={**_merged(STEP_ANSWERS, problems(PasswordWeak)), **STEP},
    summary="登录时改密码",
    openapi_extra=gated("public"),
)
async def choose_password(
    body: TicketPasswordIn, runtime: CurrentRuntime, gate: CurrentGate, request: Request, cookie: DeviceTokens = None
) -> Response:
    """管理员给的临时密码第一次登录后要换掉。"""
    outcome = await steps.choose_password(runtime, gate.signer, body.ticket, body.new_password, request.state.request)
    return answer(outcome, request, cookie=cookie)


@router.post(
    "/auth/refresh",
    responses=_merged(problems(RefreshRefused, policy.DeviceProofRequired), REFUSALS),
    summary="刷新令牌",
    openapi_extra=gated("public"),
)
async def refresh(
    runtime: CurrentRuntime,
    gate: CurrentGate,
    request: Request,
    response: Response,
    body: RefreshIn | None = None,
    cookie: Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)] = None,
    device: DeviceTokens = None,
    requested_with: Annotated[str | None, Header(alias="X-Requested-With", description="网页端必填：loanbroker")] = None,
) -> TokenOut:
    """换取新的访问令牌；旧的刷新令牌随即失效，超过 10 秒或在别的设备上再次使用会结束整个会话。"""
    token = body.refresh_token if body and body.refresh_token else None
    shown = Shown([body.device_token] if body and body.device_token else [], body.device_proof if body else None)
    if token is None and cookie is not None and requested_with == "loanbroker":
        token, shown = cookie, Shown(_tokens_in(device))
    if token is None:
        raise RefreshRefused
    tokens = await rotate(runtime, gate.signer, gate.sessions, token, shown, request.state.request)
    _cookies(response, tokens, request, device)
    response.headers["Cache-Control"] = "no-store"
    return token_out(tokens)


@router.post("/auth/logout", status_code=204, summary="退出", openapi_extra=gated("self"))
async def logout(uow: Writes, actor: CurrentActor, response: Response, runtime: CurrentRuntime) -> None:
    """结束当前会话。"""
    if actor.session_id is not None:
        await service.revoke_session(uow, actor, actor.employee_id, actor.session_id)
    response.delete_cookie(COOKIE, path=COOKIE_PATH, domain=runtime.settings.cookie_domain)


@router.get("/auth/step-up", summary="再次确认身份的方式", openapi_extra=gated("self"))
async def step_up_options(session: Reads, actor: CurrentActor, runtime: CurrentRuntime) -> StepUpOptionsOut:
    """可用的方式；有通行密钥时附浏览器参数，连同 state 一起送回。"""
    kinds, passkey, state = await service.step_up_options(session, actor, runtime)
    return StepUpOptionsOut.model_validate({"kinds": kinds, "passkey": passkey, "state": state})


@router.post(
    "/auth/step-up", responses=problems(policy.FactorRefused, policy.LoginLocked), summary="再次确认身份", openapi_extra=gated("self")
)
async def step_up(body: StepUpIn, actor: CurrentActor, runtime: CurrentRuntime) -> StepUpOut:
    """查看明文、导出、改策略之前，在规定的分钟内确认一次是本人。"""
    return StepUpOut(until=await service.step_up(runtime, actor, body))


def token_out(tokens: Tokens) -> TokenOut:
    web = tokens.client == "web"
    return TokenOut(
        access_token=tokens.access_token,
        token_type="Bearer",  # noqa: S106 - the scheme's name
        expires_in=tokens.expires_in,
        refresh_token=None if web else tokens.refresh_token,
        session_id=tokens.session_id,
        device=_device_ref(tokens, web=web),
    )


def _device_ref(outcome: Outcome, *, web: bool) -> DeviceRef | None:
    if outcome.device is None:
        return None
    shown = {"id": outcome.device.id, "token": None if web else outcome.device_token, "state": outcome.device.state}
    return DeviceRef.model_validate(shown)


def step_out(step: Step, *, web: bool = True) -> LoginStepOut:
    waiting = step.approval
    return LoginStepOut.model_validate(
        {
            "next": step.next,
            "ticket": step.ticket,
            "expires_in": step.expires_in,
            "factors": list(step.factors),
            "approval": ApprovalWait.model_validate(
                {"kind": waiting.kind, "expires_at": waiting.expires_at, "leaders": list(waiting.leaders)}
            )
            if waiting
            else None,
            "device": _device_ref(step, web=web),
        }
    )


def answer(outcome: Outcome, request: Request, *, cookie: str | None, web: bool | None = None) -> Response:
    """200 with tokens or 202 with the next step, and the browser's cookies."""
    if isinstance(outcome, Tokens):
        shown: TokenOut | LoginStepOut = token_out(outcome)
    else:
        is_web = web if web is not None else outcome.device is not None and outcome.device.client == "web"
        shown = step_out(outcome, web=is_web)
    status = 200 if isinstance(outcome, Tokens) else 202
    response = JSONResponse(shown.model_dump(mode="json", by_alias=True), status, headers={"Cache-Control": "no-store"})
    _cookies(response, outcome, request, cookie)
    return response


def _cookies(response: Response, outcome: Outcome, request: Request, shown: str | None) -> None:
    """The browser's refresh token, and its device tokens: the newest first, of at most four people who share it."""
    settings = request.app.state.runtime.settings
    common: dict[str, Any] = {
        "path": COOKIE_PATH,
        "domain": settings.cookie_domain,
        "secure": settings.public_base.startswith("https://"),
        "httponly": True,
        "samesite": "strict",
    }
    if isinstance(outcome, Tokens) and outcome.client == "web":
        response.set_cookie(COOKIE, outcome.refresh_token, max_age=outcome.max_age, **common)
    if outcome.device is not None and outcome.device.client == "web" and outcome.device_token is not None:
        tokens: Sequence[str] = [outcome.device_token, *_tokens_in(shown)][:COOKIE_DEVICES]
        response.set_cookie(DEVICE_COOKIE, ".".join(tokens), max_age=DEVICE_COOKIE_DAYS * 86_400, **common)
