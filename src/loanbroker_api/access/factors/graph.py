"""GraphQL of one's own factors and password, thin."""

from datetime import datetime
from uuid import UUID

import strawberry

from loanbroker_api.access.factors import passwords_service, queries, service
from loanbroker_api.access.factors.schemas import FactorCodeIn, PasskeyIn, PasswordIn, TotpIn
from loanbroker_api.access.models import SecondFactor
from loanbroker_api.access.queries import employees_by_id
from loanbroker_api.workspace.graph import Info, Json


@strawberry.type(name="Factor", description="第二因素：验证器或通行密钥")
class FactorNode:
    id: UUID
    kind: str
    name: str
    confirmed_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: SecondFactor) -> "FactorNode":
        return cls(id=row.id, kind=row.kind, name=row.name, confirmed_at=row.confirmed_at, last_used_at=row.last_used_at)


@strawberry.type(name="Factors", description="我的第二因素和剩余的恢复码")
class FactorsNode:
    items: list[FactorNode]
    recovery_codes_left: int
    required: bool


async def my_factors(info: Info) -> FactorsNode:
    """Resolver of `Me.factors`."""
    actor = info.context.actor
    found: queries.Factors = await info.context.loader(queries.load_factors).load(actor.employee_id)
    items = [FactorNode.of(factor) for factor in found.items]
    return FactorsNode(items=items, recovery_codes_left=found.codes_left, required=found.required)


@strawberry.type(name="StartedTotp", description="等待确认的验证器；只显示一次")
class StartedTotpNode:
    id: UUID
    secret: str
    uri: str
    qr_svg: str


@strawberry.type(name="PasskeyOptions", description="创建通行密钥的选项")
class PasskeyOptionsNode:
    options: Json
    state: str


@strawberry.type(name="AddedFactor", description="启用的第二因素；第一个附带恢复码")
class AddedFactorNode:
    id: UUID
    recovery_codes: list[str] | None


@strawberry.type
class AccessFactorsMutation:
    @strawberry.mutation(description="添加验证器，用第一个验证码确认后生效")
    async def start_totp(self, info: Info, name: str = "验证器") -> StartedTotpNode:
        data = TotpIn(name=name)
        async with info.context.writes() as uow:
            actor = info.context.actor
            employee = (await employees_by_id(uow.session, [actor.employee_id]))[actor.employee_id]
            made = await service.start_totp(uow, actor, employee, data.name)
        return StartedTotpNode(id=made.id, secret=made.secret, uri=made.uri, qr_svg=made.qr_svg)

    @strawberry.mutation(description="用第一个验证码确认验证器")
    async def confirm_totp(self, info: Info, id: UUID, code: str) -> AddedFactorNode:
        data = FactorCodeIn(code=code)
        async with info.context.writes() as uow:
            actor = info.context.actor
            codes = await service.confirm_totp(uow, actor, actor.employee_id, id, data.code)
        return AddedFactorNode(id=id, recovery_codes=codes)

    @strawberry.mutation(description="通行密钥的创建选项，5 分钟有效")
    async def make_passkey_options(self, info: Info) -> PasskeyOptionsNode:
        async with info.context.writes() as uow:
            options, state = await service.passkey_creation(uow, info.context.actor)
        return PasskeyOptionsNode(options=Json(options), state=state)

    @strawberry.mutation(description="登记浏览器刚创建的通行密钥")
    async def add_passkey(self, info: Info, name: str, state: str, credential: Json) -> AddedFactorNode:
        data = PasskeyIn.model_validate({"name": name, "state": state, "credential": credential})
        async with info.context.writes() as uow:
            factor_id, codes = await service.add_passkey(
                uow, info.context.actor, name=data.name, state=data.state, credential=data.credential
            )
        return AddedFactorNode(id=factor_id, recovery_codes=codes)

    @strawberry.mutation(description="去掉一个第二因素")
    async def remove_factor(self, info: Info, id: UUID) -> bool:
        async with info.context.writes() as uow:
            await service.remove_factor(uow, info.context.actor, id)
        return True

    @strawberry.mutation(description="重新生成恢复码，旧的作废")
    async def make_recovery_codes(self, info: Info) -> list[str]:
        async with info.context.writes() as uow:
            return await service.make_recovery_codes(uow, info.context.actor)

    @strawberry.mutation(description="修改我的密码，其他登录随即结束")
    async def change_password(self, info: Info, current: str, next: str) -> bool:
        data = PasswordIn(current=current, next=next)
        checked = await passwords_service.check_current(info.context.runtime, info.context.actor, data.current)
        async with info.context.writes() as uow:
            await passwords_service.change_own_password(uow, info.context.actor, data, checked)
        return True
