"""GraphQL of products, thin: the same services and queries behind the other door."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Qualification
from loanbroker_api.products import permissions, queries, service
from loanbroker_api.products.graph.matching import MatchNode, RuleCustomerConnection, ScheduleNode
from loanbroker_api.products.graph.nodes import LenderConnection, LenderNode, ProductConnection, ProductNode, VersionNode
from loanbroker_api.products.schemas import (
    ApproveIn,
    CustomerMatchIn,
    LenderIn,
    LenderListParams,
    LenderPatch,
    LoanIn,
    MatchIn,
    ProductIn,
    ProductListParams,
    ProductPatch,
    RuleCustomersIn,
    VersionDraftIn,
    VersionSaveIn,
)
from loanbroker_api.products.service.shelf import Shelf
from loanbroker_api.workspace.graph import Fen, Info, Json

__all__ = ["CustomerMatchIn", "LenderNode", "MatchNode", "ProductMutation", "ProductNode", "ProductQuery", "customer_match"]

MAX_FIRST = 200
Version = Annotated[int, strawberry.argument(description="所见版本号")]
BodyJson = Annotated[Json, strawberry.argument(description="VersionBody，字段与 REST 相同")]


def _bounded(first: int) -> int:
    """Raises Invalid."""
    if not 1 <= first <= MAX_FIRST:
        raise Invalid(FieldError("first", "core.first", f"first 应在 1 到 {MAX_FIRST} 之间", f"first must be 1 to {MAX_FIRST}"))
    return first


def _sent(data: object) -> dict[str, Any]:
    """The fields of an input that were given, for patches."""
    return {name: value for name, value in vars(data).items() if value is not strawberry.UNSET}


async def load_shelves(session: ReadSession, actor: Actor, tenant_ids: Collection[UUID], runtime: Runtime) -> dict[UUID, Shelf]:
    """What is on sale, once an operation; the one key is the actor's own tenant."""
    shelf = await service.load_shelf(session, runtime.clock.now())
    return dict.fromkeys(tenant_ids, shelf)


async def customer_match(info: Info, customer_id: UUID, aim: str, amount_fen: int | None, months: int | None, first: int) -> MatchNode:
    """Behind Customer.match, for a customer in sight: what POST /customers/{id}/matches answers, without keeping it."""
    context = info.context
    wanted = CustomerMatchIn.model_validate({"aim": aim, "amount_fen": amount_fen, "months": months})
    context.actor.require(permissions.MATCH)
    shelf: Shelf = await context.loader(load_shelves, context.runtime).load(context.actor.tenant_id)
    row: Qualification | None = await context.loader(queries.load_qualifications).load(customer_id)
    return MatchNode.of(service.match_row(shelf, row, wanted), _bounded(first))


@strawberry.input(name="LoanRateInput", description="利率：basis 是 monthly、annual、monthly_flat 或 daily")
class LoanRateInput:
    basis: str
    ppm: int


@strawberry.input(name="LoanFeeInput", description="费用：percent 用 ppm，fixed 用 amountFen；at 是 disbursement、monthly 或 end")
class LoanFeeInput:
    code: str
    title: str
    kind: str
    at: str
    ppm: int | None = None
    amount_fen: Fen | None = None


@strawberry.input(name="LoanInput", description="一笔借款")
class LoanInput:
    principal_fen: Fen
    months: int
    repayment: str
    rate: LoanRateInput
    fees: list[LoanFeeInput] = strawberry.field(default_factory=list)


@strawberry.type
class ProductQuery:
    @strawberry.field(description="资方名录，按名称")
    async def lenders(
        self,
        info: Info,
        first: int = 50,
        after: str | None = None,
        search: str | None = None,
        kind: str | None = None,
        cooperation: str | None = None,
    ) -> LenderConnection:
        info.context.actor.require(permissions.VIEW)
        given = {"search": search, "kind": kind, "cooperation": cooperation, "cursor": after, "limit": _bounded(first)}
        async with info.context.reads() as session:
            return LenderConnection.of(await queries.list_lenders(session, LenderListParams.model_validate(given)), after)

    @strawberry.field(description="产品，按名称")
    async def products(
        self,
        info: Info,
        first: int = 50,
        after: str | None = None,
        search: str | None = None,
        kind: str | None = None,
        state: str | None = None,
        lender_id: UUID | None = None,
    ) -> ProductConnection:
        info.context.actor.require(permissions.VIEW)
        given = {"search": search, "kind": kind, "state": state, "lender_id": lender_id, "cursor": after, "limit": _bounded(first)}
        async with info.context.reads() as session:
            page = await queries.list_products(session, ProductListParams.model_validate(given))
        return ProductConnection.of(page, after, info.context.now())

    @strawberry.field(description="一个产品")
    async def product(self, info: Info, id: UUID) -> ProductNode:
        async with info.context.reads() as session:
            return ProductNode.of(await service.get_product(session, info.context.actor, id), info.context.now())

    @strawberry.field(description="一个产品版本")
    async def product_version(self, info: Info, id: UUID) -> VersionNode:
        async with info.context.reads() as session:
            return VersionNode.of(await service.get_version(session, info.context.actor, id))

    @strawberry.field(description="试匹配：用填写的资质匹配全部在售产品，不保存")
    async def match(
        self,
        info: Info,
        facts: Json,
        amount_fen: Fen | None = None,
        months: int | None = None,
        aim: str = "cost",
        kinds: list[str] | None = None,
        first: int = 100,
    ) -> MatchNode:
        given = {"facts": facts, "amount_fen": amount_fen, "months": months, "aim": aim, "kinds": kinds}
        async with info.context.reads() as session:
            found = await service.match_facts(session, info.context.actor, MatchIn.model_validate(given), info.context.now())
        return MatchNode.of(found, _bounded(first))

    @strawberry.field(description="符合或可能符合规则的客户，新的在前")
    async def rule_customers(
        self,
        info: Info,
        rules: Json,
        cities: list[int] | None = None,
        wanted: str = "possible",
        first: int = 50,
        after: str | None = None,
    ) -> RuleCustomerConnection:
        given = {"rules": rules, "cities": cities or [], "wanted": wanted, "cursor": after, "limit": _bounded(first)}
        async with info.context.reads() as session:
            data = RuleCustomersIn.model_validate(given)
            return RuleCustomerConnection.of(await service.rule_customers(session, info.context.actor, data, info.context.now()), after)

    @strawberry.field(description="还款计划和综合年化成本")
    async def loan_schedule(self, info: Info, data: LoanInput) -> ScheduleNode:
        given = {**vars(data), "rate": vars(data.rate), "fees": [vars(fee) for fee in data.fees]}
        return ScheduleNode.of(service.loan_schedule(info.context.actor, LoanIn.model_validate(given)))


@strawberry.input(name="LenderInput", description="新资方")
class LenderInput:
    name: str
    kind: str
    route: str
    cooperation: str = "candidate"
    territories: list[int] = strawberry.field(default_factory=list)
    contacts: str | None = None
    note: str | None = None


@strawberry.input(name="LenderPatch", description="只改给出的字段；null 清空")
class LenderPatchInput:
    name: str | None = strawberry.UNSET
    kind: str | None = strawberry.UNSET
    cooperation: str | None = strawberry.UNSET
    territories: list[int] | None = strawberry.UNSET
    route: str | None = strawberry.UNSET
    contacts: str | None = strawberry.UNSET
    note: str | None = strawberry.UNSET


@strawberry.input(name="ProductPatch", description="只改给出的字段")
class ProductPatchInput:
    name: str | None = strawberry.UNSET
    state: str | None = strawberry.UNSET
    enabled_reason: str | None = strawberry.UNSET


@strawberry.type
class ProductMutation:
    @strawberry.mutation(description="新建资方")
    async def create_lender(self, info: Info, data: LenderInput) -> LenderNode:
        async with info.context.writes() as uow:
            lender = await service.create_lender(uow, info.context.actor, LenderIn.model_validate(vars(data)))
        return LenderNode.of(lender)

    @strawberry.mutation(description="编辑资方")
    async def update_lender(self, info: Info, id: UUID, version: Version, data: LenderPatchInput) -> LenderNode:
        patch = LenderPatch.model_validate(_sent(data))
        async with info.context.writes() as uow:
            lender = await service.update_lender(uow, info.context.actor, id, patch, version)
        return LenderNode.of(lender)

    @strawberry.mutation(description="新建产品和第一个草稿")
    async def create_product(self, info: Info, lender_id: UUID, name: str, kind: str, body: BodyJson) -> ProductNode:
        data = ProductIn.model_validate({"lender_id": lender_id, "name": name, "kind": kind, "body": body})
        async with info.context.writes() as uow:
            product = await service.create_product(uow, info.context.actor, data)
        return ProductNode.of(product, info.context.now())

    @strawberry.mutation(description="改产品的名称和状态")
    async def update_product(self, info: Info, id: UUID, version: Version, data: ProductPatchInput) -> ProductNode:
        patch = ProductPatch.model_validate(_sent(data))
        async with info.context.writes() as uow:
            product = await service.update_product(uow, info.context.actor, id, patch, version)
        return ProductNode.of(product, info.context.now())

    @strawberry.mutation(description="新建草稿")
    async def draft_version(
        self, info: Info, product_id: UUID, from_version_id: UUID | None = None, body: Json | None = None
    ) -> VersionNode:
        data = VersionDraftIn.model_validate({"from_version_id": from_version_id, "body": body})
        async with info.context.writes() as uow:
            version = await service.draft_version(uow, info.context.actor, product_id, data)
        return VersionNode.of(version)

    @strawberry.mutation(description="保存草稿")
    async def save_version(
        self, info: Info, id: UUID, version: Version, body: BodyJson, note: str | None = strawberry.UNSET
    ) -> VersionNode:
        given: dict[str, Any] = {"body": body} if note is strawberry.UNSET else {"body": body, "note": note}
        data = VersionSaveIn.model_validate(given)
        async with info.context.writes() as uow:
            saved = await service.save_version(uow, info.context.actor, id, data, version)
        return VersionNode.of(saved)

    @strawberry.mutation(description="审批版本，立即或从将来的时间生效")
    async def approve_version(self, info: Info, id: UUID, version: Version, effective_from: datetime | None = None) -> VersionNode:
        data = ApproveIn.model_validate({"effective_from": effective_from})
        async with info.context.writes() as uow:
            approved = await service.approve_version(uow, info.context.actor, id, data.effective_from, version)
        return VersionNode.of(approved)
