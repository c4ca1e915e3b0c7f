"""REST of one's own factors and password, thin."""

from uuid import UUID

from fastapi import Response

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, Reads, Writes
from loanbroker_api.access.factors import passwords_service, queries, service
from loanbroker_api.access.factors.problems import (
    FactorCodeWrong,
    FactorConfirmed,
    FactorMissing,
    FactorNotFound,
    FactorRequired,
    PasskeyRefused,
    PasskeyTaken,
    PasswordWrong,
    PersonOnly,
    TooManyFactors,
)
from loanbroker_api.access.factors.schemas import (
    FactorCodeIn,
    FactorOut,
    FactorsOut,
    GivenCodesOut,
    PasskeyIn,
    PasskeyOptionsOut,
    PasskeyOut,
    PasswordIn,
    RecoveryCodesOut,
    TotpIn,
    TotpOut,
)
from loanbroker_api.access.passwords import PasswordWeak
from loanbroker_api.access.policies.problems import LoginLocked
from loanbroker_api.access.queries import employees_by_id
from loanbroker_api.core.errors import PreviewReadOnly, StepUpRequired
from loanbroker_api.core.http import ONCE, area_router, gated, problems

router = area_router("access")
CODES = {ONCE: ["recoveryCodes"]}


@router.get("/me/factors", summary="我的第二因素", openapi_extra=gated("self"))
async def get_my_factors(session: Reads, actor: CurrentActor) -> FactorsOut:
    """已确认的验证器和通行密钥、剩余的恢复码个数，以及登录策略是否要求第二因素。"""
    found = await queries.factors_of(session, actor.employee_id)
    return FactorsOut(
        items=[FactorOut.model_validate(factor) for factor in found.items],
        recovery_codes_left=found.codes_left,
        required=found.required,
    )


@router.post(
    "/me/factors/totp",
    status_code=201,
    summary="添加验证器",
    responses=problems(TooManyFactors, StepUpRequired, PersonOnly),
    openapi_extra=gated("self", **{ONCE: ["secret", "uri", "qrSvg"]}),
)
async def start_my_totp(body: TotpIn, uow: Writes, actor: CurrentActor, response: Response) -> TotpOut:
    """得到密钥和二维码，只显示一次；用第一个验证码确认后才生效，1 小时内有效。已有第二因素时要先再确认一次身份。"""
    response.headers["Cache-Control"] = "no-store"
    employee = (await employees_by_id(uow.session, [actor.employee_id]))[actor.employee_id]
    return TotpOut.model_validate(await service.start_totp(uow, actor, employee, body.name))


@router.post(
    "/me/factors/passkey-options",
    summary="通行密钥的创建选项",
    responses=problems(TooManyFactors, StepUpRequired, PersonOnly),
    openapi_extra=gated("self"),
)
async def make_passkey_options(uow: Writes, actor: CurrentActor, response: Response) -> PasskeyOptionsOut:
    """交给浏览器创建通行密钥；`state` 在登记时一并送回，5 分钟有效。"""
    response.headers["Cache-Control"] = "no-store"
    options, state = await service.passkey_creation(uow, actor)
    return PasskeyOptionsOut(options=options, state=state)


@router.post(
    "/me/factors/passkeys",
    status_code=201,
    summary="登记通行密钥",
    responses=problems(PasskeyRefused, PasskeyTaken, TooManyFactors, StepUpRequired, PersonOnly),
    openapi_extra=gated("self", **CODES),
)
async def add_my_passkey(body: PasskeyIn, uow: Writes, actor: CurrentActor, response: Response) -> PasskeyOut:
    """登记浏览器刚创建的通行密钥；第一个第二因素附带 10 个恢复码，只显示一次。"""
    response.headers["Cache-Control"] = "no-store"
    factor_id, codes = await service.add_passkey(uow, actor, name=body.name, state=body.state, credential=body.credential)
    return PasskeyOut(id=factor_id, recovery_codes=codes)


@router.post(
    "/me/factors/{factor_id}/confirm",
    summary="确认验证器",
    responses=problems(FactorNotFound, FactorConfirmed, FactorCodeWrong, PersonOnly),
    openapi_extra=gated("self", **CODES),
)
async def confirm_my_totp(factor_id: UUID, body: FactorCodeIn, uow: Writes, actor: CurrentActor, response: Response) -> GivenCodesOut:
    """用验证器上的第一个验证码启用它；第一个第二因素附带 10 个恢复码，只显示一次。"""
    response.headers["Cache-Control"] = "no-store"
    return GivenCodesOut(recovery_codes=await service.confirm_totp(uow, actor, actor.employee_id, factor_id, body.code))


@router.delete(
    "/me/factors/{factor_id}",
    status_code=204,
    summary="去掉第二因素",
    responses=problems(FactorNotFound, FactorRequired, StepUpRequired, PersonOnly),
    openapi_extra=gated("self"),
)
async def remove_my_factor(factor_id: UUID, uow: Writes, actor: CurrentActor) -> None:
    """去掉一个第二因素；登录策略要求时最后一个不能去掉，去掉最后一个时恢复码一并作废。"""
    await service.remove_factor(uow, actor, factor_id)


@router.post(
    "/me/recovery-codes",
    status_code=201,
    summary="重新生成恢复码",
    responses=problems(FactorMissing, StepUpRequired, PersonOnly),
    openapi_extra=gated("self", **CODES),
)
async def make_my_recovery_codes(uow: Writes, actor: CurrentActor, response: Response) -> RecoveryCodesOut:
    """10 个新的恢复码，只显示一次；旧的立即作废。"""
    response.headers["Cache-Control"] = "no-store"
    return RecoveryCodesOut(recovery_codes=await service.make_recovery_codes(uow, actor))


@router.put(
    "/me/password",
    status_code=204,
    summary="修改我的密码",
    responses=problems(PasswordWrong, PasswordWeak, LoginLocked, PersonOnly, PreviewReadOnly),
    openapi_extra=gated("self"),
)
async def put_my_password(body: PasswordIn, runtime: CurrentRuntime, actor: CurrentActor) -> None:
    """换一个新密码；其他登录随即结束。现在的密码错太多次要等一会儿，次数和时长按登录策略。"""
    checked = await passwords_service.check_current(runtime, actor, body.current)
    async with runtime.uow(actor.tenant_id) as uow:
        await passwords_service.change_own_password(uow, actor, body, checked)
