"""GraphQL of customers, thin: the same services and queries behind the other door."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import select

from loanbroker_api.access.graph import EmployeeNode, OrgUnitNode, load_employees, load_units
from loanbroker_api.access.models import Employee
from loanbroker_api.access.trail.watch import note_view
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.grading import GradedField
from loanbroker_api.core.nodes import ActionNode, GradedNode, PageInfoNode
from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.core.paging import Rows
from loanbroker_api.customers import queries, rows, service
from loanbroker_api.customers.models import (
    FOLLOW_UP_NOTE,
    ID_NUMBER,
    NAME,
    NOTE,
    PHONE,
    Activity,
    ContactState,
    Customer,
    FollowUp,
    Intent,
    Outcome,
    Source,
    Stage,
    StateChange,
)
from loanbroker_api.customers.qualification.graph import QualificationFieldNode, QualificationNode, StateChangeNode, catalogue_nodes
from loanbroker_api.customers.qualification.queries import Standing, standings_in_sight, state_changes_by_customer
from loanbroker_api.customers.qualification.rows import known_now
from loanbroker_api.customers.qualification.schemas import QualificationPatch, StarsIn
from loanbroker_api.customers.schemas import (
    ActivityOut,
    CustomerFilter,
    CustomerIn,
    CustomerListParams,
    CustomerPatch,
    CustomerSearchIn,
    FollowUpIn,
    RevealIn,
)
from loanbroker_api.workspace.graph import Context, Fen, Info, Json

if TYPE_CHECKING:
    from loanbroker_api.pipeline.graph import CaseNode
    from loanbroker_api.products.graph import MatchNode

MAX_FIRST = 100


async def load_sources(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Source]:
    return {row.id: row for row in await session.scalars(select(Source).where(Source.id.in_(ids)))}


async def load_follow_ups(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, FollowUp]:
    return await queries.follow_ups_by_id(session, ids)


@strawberry.type(name="AmountRange", description="金额区间，单位分")
class AmountNode:
    from_fen: Fen
    to_fen: Fen | None


@strawberry.type(name="City", description="地级城市")
class CityNode:
    code: int
    name: str


@strawberry.type(name="Source", description="来源渠道")
class SourceNode:
    id: UUID
    name: str


@strawberry.type(name="FollowUp", description="一次跟进")
class FollowUpNode:
    id: UUID
    at: datetime
    outcome: str
    intent: str | None
    note: GradedNode | None
    next_action_at: datetime | None
    next_action_kind: str | None
    employee_id: strawberry.Private[UUID]

    @strawberry.field(description="跟进人")
    async def by(self, info: Info) -> EmployeeNode:
        return EmployeeNode.of(await info.context.loader(load_employees).load(self.employee_id))

    @classmethod
    async def of(cls, context: Context, row: FollowUp) -> "FollowUpNode":
        return cls(
            id=row.id,
            at=row.at,
            outcome=Outcome(row.outcome).name.lower(),
            intent=Intent(row.intent).name if row.intent else None,
            note=GradedNode.of(rows.content(context.actor, await context.keys(), FOLLOW_UP_NOTE, row)),
            next_action_at=row.next_action_at,
            next_action_kind=row.next_action_kind,
            employee_id=row.employee_id,
        )


@strawberry.type(name="Activity", description="时间线的一条")
class ActivityNode:
    id: UUID
    at: datetime
    kind: str
    text: str
    facts: Json
    actor_name: str | None

    @classmethod
    def of(cls, row: ActivityOut) -> "ActivityNode":
        actor_name = row.actor.display_name if row.actor else None
        return cls(id=row.id, at=row.at, kind=row.kind, text=row.text, facts=Json(row.facts), actor_name=actor_name)


@strawberry.type(name="Customer", description="客户")
class CustomerNode:
    id: UUID
    version: int
    kind: str
    stage: str
    intent: str | None
    lead_count: int
    created_at: datetime
    active_at: datetime
    next_action_at: datetime | None
    first_contact_due_at: datetime | None
    stars: int | None
    contact_state: str
    unreachable_count: int
    completeness_bps: int
    row: strawberry.Private[Customer]

    @classmethod
    def of(cls, row: Customer) -> "CustomerNode":
        return cls(
            id=row.id,
            version=row.version,
            kind=row.kind,
            stage=Stage(row.stage).name.lower(),
            intent=Intent(row.intent).name if row.intent else None,
            lead_count=row.lead_count,
            created_at=row.created_at,
            active_at=row.active_at,
            next_action_at=row.next_action_at,
            first_contact_due_at=row.first_contact_due_at,
            stars=row.stars,
            contact_state=ContactState(row.contact_state).name.lower(),
            unreachable_count=row.unreachable_count,
            completeness_bps=row.completeness,
            row=row,
        )

    @strawberry.field(description="姓名（脱敏）")
    def name(self, info: Info) -> GradedNode | None:
        return _masked(info, NAME, self.row.name_masked)

    @strawberry.field(description="主号码（脱敏）")
    def phone(self, info: Info) -> GradedNode | None:
        return _masked(info, PHONE, self.row.phone_masked)

    @strawberry.field(description="证件号（脱敏）")
    def id_number(self, info: Info) -> GradedNode | None:
        return _masked(info, ID_NUMBER, self.row.id_number_masked)

    @strawberry.field(description="备注")
    async def note(self, info: Info) -> GradedNode | None:
        return GradedNode.of(rows.content(info.context.actor, await info.context.keys(), NOTE, self.row))

    @strawberry.field(description="需求金额")
    def wanted_amount(self) -> AmountNode | None:
        if self.row.wanted_from_fen is None:
            return None
        upper = None if self.row.wanted_to_fen is None else Fen(self.row.wanted_to_fen)
        return AmountNode(from_fen=Fen(self.row.wanted_from_fen), to_fen=upper)

    @strawberry.field(description="城市")
    def city(self) -> CityNode | None:
        found = city_by_code(self.row.city) if self.row.city else None
        return CityNode(code=found.code, name=found.name) if found else None

    @strawberry.field(description="来源渠道")
    async def channel(self, info: Info) -> SourceNode | None:
        source: Source | None = await info.context.loader(load_sources).load(self.row.source_id) if self.row.source_id else None
        return SourceNode(id=source.id, name=source.name) if source else None

    @strawberry.field(description="归属人")
    async def owner(self, info: Info) -> EmployeeNode | None:
        owner: Employee | None = await info.context.loader(load_employees).load(self.row.owner_id) if self.row.owner_id else None
        return EmployeeNode.of(owner) if owner else None

    @strawberry.field(description="归属团队")
    async def team(self, info: Info) -> OrgUnitNode | None:
        team = await info.context.loader(load_units).load(self.row.team_id) if self.row.team_id else None
        return OrgUnitNode.of(team) if team else None

    @strawberry.field(description="最近 20 次跟进，新的在前")
    async def follow_ups(self, info: Info) -> list[FollowUpNode]:
        found: list[FollowUp] = await info.context.loader(queries.follow_ups_by_customer).load(self.id)
        return [await FollowUpNode.of(info.context, row) for row in found]

    @strawberry.field(description="时间线，新的在前")
    async def timeline(self, info: Info, first: int = 20) -> list[ActivityNode]:
        context = info.context
        found: list[Activity] = await context.loader(queries.activity_by_customer, _bounded(first)).load(self.id)
        follow_ups: dict[UUID, FollowUp] = await context.load_each(load_follow_ups, rows.follow_ups_in(found))
        people: dict[UUID, Employee] = await context.load_each(load_employees, rows.people_in(found, follow_ups.values()))
        keys = await context.keys()
        return [ActivityNode.of(rows.activity_out(context.actor, keys, row, people, follow_ups)) for row in found]

    @strawberry.field(description="资质")
    async def qualification(self, info: Info) -> QualificationNode:
        standing: Standing = await info.context.loader(standings_in_sight).load(self.id)
        return QualificationNode.of(self.row, standing, info.context.now())

    @strawberry.field(description="星级、联系状态、意向、阶段的变化，新的在前")
    async def state_changes(self, info: Info, first: int = 20) -> list[StateChangeNode]:
        found: list[StateChange] = await info.context.loader(state_changes_by_customer, _bounded(first)).load(self.id)
        return [StateChangeNode.of(row) for row in found]

    @strawberry.field(description="按已知资质匹配在售产品，不保存")
    async def match(
        self, info: Info, aim: str = "cost", amount_fen: Fen | None = None, months: int | None = None, first: int = 50
    ) -> Annotated["MatchNode", strawberry.lazy("loanbroker_api.products.graph")]:
        from loanbroker_api.products.graph import customer_match  # an area above; its types refer back to this one

        return await customer_match(info, self.id, aim, amount_fen, months, first)

    @strawberry.field(description="业务单，新的在前，最多 20 张")
    async def cases(self, info: Info) -> list[Annotated["CaseNode", strawberry.lazy("loanbroker_api.pipeline.graph")]]:
        from loanbroker_api.pipeline.graph import cases_of_customer

        return await cases_of_customer(info, self.id)

    @strawberry.field(description="可做的操作")
    def allowed_actions(self, info: Info) -> list[ActionNode]:
        return ActionNode.all_of(service.allowed_actions(info.context.actor, self.row))


def _masked(info: Info, field: GradedField, masked: str | None) -> GradedNode | None:
    return GradedNode.of(rows.mask(info.context.actor, field, masked))


def _bounded(first: int) -> int:
    """Raises Invalid."""
    if not 1 <= first <= MAX_FIRST:
        raise Invalid(FieldError("first", "core.first", f"first 应在 1 到 {MAX_FIRST} 之间", f"first must be 1 to {MAX_FIRST}"))
    return first


@strawberry.type(name="CustomerEdge")
class CustomerEdge:
    cursor: str
    node: CustomerNode


@strawberry.type(name="CustomerConnection", description="客户的一页（Relay）")
class CustomerConnection:
    edges: list[CustomerEdge]
    page_info: PageInfoNode

    @classmethod
    def of(cls, page: Rows[Customer], after: str | None, cursor_of: Any) -> "CustomerConnection":
        edges = [CustomerEdge(cursor=cursor_of(row), node=CustomerNode.of(row)) for row in page.items]
        info = PageInfoNode(
            has_next_page=page.next_cursor is not None,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=page.next_cursor or (edges[-1].cursor if edges else None),
        )
        return cls(edges=edges, page_info=info)


@strawberry.input(name="CustomerFilter", description="与 REST 的筛选相同")
class CustomerFilterInput:
    view: str = "all"
    stage: str | None = None
    intent: str | None = None
    city: int | None = None
    channel_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None


@strawberry.type
class CustomerQuery:
    @strawberry.field(description="客户列表")
    async def customers(
        self,
        info: Info,
        first: int = 50,
        after: str | None = None,
        filter: CustomerFilterInput | None = None,
        sort: str = "-activeAt",
    ) -> CustomerConnection:
        given = vars(filter) if filter else {}
        wanted = CustomerListParams.model_validate({**given, "limit": _bounded(first), "cursor": after, "sort": sort})
        async with info.context.reads() as session:
            page = await queries.list_customers(session, info.context.actor, wanted, info.context.now())
        await note_view(info.context.runtime, info.context.actor, "customer", len(page.items))
        return CustomerConnection.of(page, after, partial(queries.cursor_of, sort=wanted.sort))

    @strawberry.field(description="一位客户；不存在或无权查看时是错误 customers.not-found")
    async def customer(self, info: Info, id: UUID) -> CustomerNode:
        async with info.context.reads() as session:
            return CustomerNode.of(await service.get_customer(session, info.context.actor, id))

    @strawberry.field(description="资质的全部字段")
    async def qualification_fields(self, info: Info) -> list[QualificationFieldNode]:
        return catalogue_nodes(info.context.actor.language)

    @strawberry.field(description="搜索客户：姓名、拼音、手机号或后四位")
    async def search_customers(
        self,
        info: Info,
        search: str,
        first: int = 50,
        after: str | None = None,
        filter: CustomerFilterInput | None = None,
    ) -> CustomerConnection:
        narrow = CustomerFilter.model_validate(vars(filter)) if filter else None
        wanted = CustomerSearchIn.model_validate({"search": search, "filter": narrow, "limit": _bounded(first), "cursor": after})
        keys = await info.context.keys()
        async with info.context.reads() as session:
            page = await queries.search_customers(session, info.context.actor, keys, wanted, info.context.now())
        await note_view(info.context.runtime, info.context.actor, "customer", len(page.items))
        return CustomerConnection.of(page, after, partial(queries.cursor_of, sort="search"))


@strawberry.input(name="FollowUpInput", description="跟进内容")
class FollowUpInput:
    outcome: str
    intent: str | None = None
    note: str | None = None
    next_action_at: datetime | None = None
    next_action_kind: str | None = None
    stage: str | None = None


@strawberry.input(name="CustomerInput", description="新客户")
class CustomerInput:
    name: str
    phone: str
    city: str | None = None
    wanted_amount: str | None = None
    note: str | None = None


@strawberry.input(name="CustomerPatch", description="只改给出的字段；null 清空")
class CustomerPatchInput:
    name: str | None = strawberry.UNSET
    city: str | None = strawberry.UNSET
    intent: str | None = strawberry.UNSET
    wanted_amount: str | None = strawberry.UNSET
    note: str | None = strawberry.UNSET
    id_number: str | None = strawberry.UNSET


@strawberry.input(name="RevealInput", description="要看的字段和原因")
class RevealInput:
    field: str
    reason: str
    phone_id: UUID | None = None
    text: str | None = None


@strawberry.type(name="Revealed", description="一个字段的完整内容")
class RevealedNode:
    value: str
    expires_at: datetime
    remaining_hour: int
    remaining_day: int


async def _version_of(customer: Customer) -> Any:
    return {"id": str(customer.id), "version": customer.version}


Described = Annotated[int, strawberry.argument(description="所见版本号")]


@strawberry.type
class CustomerMutation:
    @strawberry.mutation(description="新建客户")
    async def create_customer(self, info: Info, data: CustomerInput) -> CustomerNode:
        async with info.context.writes() as uow:
            customer = await service.create_customer(uow, info.context.actor, CustomerIn.model_validate(vars(data)))
        return CustomerNode.of(customer)

    @strawberry.mutation(description="编辑客户")
    async def update_customer(self, info: Info, id: UUID, version: Described, data: CustomerPatchInput) -> CustomerNode:
        patch = CustomerPatch.model_validate({name: value for name, value in vars(data).items() if value is not strawberry.UNSET})
        async with info.context.writes() as uow:
            customer = await service.update_customer(uow, info.context.actor, id, patch, version, _version_of)
        return CustomerNode.of(customer)

    @strawberry.mutation(description="记录跟进")
    async def record_follow_up(self, info: Info, customer_id: UUID, data: FollowUpInput) -> FollowUpNode:
        async with info.context.writes() as uow:
            row = await service.record_follow_up(uow, info.context.actor, customer_id, FollowUpIn.model_validate(vars(data)))
        return await FollowUpNode.of(info.context, row)

    @strawberry.mutation(description="分配客户")
    async def assign_customer(
        self,
        info: Info,
        id: UUID,
        owner_id: UUID,
        version: Described,
        comment: str | None = None,
    ) -> CustomerNode:
        async with info.context.writes() as uow:
            customer = await service.assign_customer(uow, info.context.actor, id, owner_id, comment=comment, version=version)
        return CustomerNode.of(customer)

    @strawberry.mutation(description="更新资质；version 是资质的版本，还没有资质时为 0；values 为字段代码到值的对象，null 为变成未知")
    async def record_qualification(
        self, info: Info, customer_id: UUID, version: Described, values: Json, source: str = "stated"
    ) -> CustomerNode:
        patch = QualificationPatch.model_validate({"values": values, "source": source})

        async with info.context.writes() as uow:
            actor = info.context.actor
            customer = await service.record_qualification(uow, actor, customer_id, patch, version, partial(known_now, uow))
        return CustomerNode.of(customer)

    @strawberry.mutation(description="评 0–5 星，null 为未评；version 是客户的版本")
    async def set_stars(self, info: Info, customer_id: UUID, version: Described, stars: int | None = None) -> CustomerNode:
        wanted = StarsIn.model_validate({"stars": stars})
        async with info.context.writes() as uow:
            customer = await service.set_stars(uow, info.context.actor, customer_id, wanted.stars, version, _version_of)
        return CustomerNode.of(customer)

    @strawberry.mutation(description="查看一个字段的完整内容，计入审计和次数")
    async def reveal_field(self, info: Info, customer_id: UUID, data: RevealInput) -> RevealedNode:
        reason = {"code": data.reason, "text": data.text}
        wanted = RevealIn.model_validate({"field": data.field, "phone_id": data.phone_id, "reason": reason})
        async with info.context.writes() as uow:
            revealed = await service.reveal_field(uow, info.context.actor, customer_id, wanted)
        return RevealedNode(**vars(revealed))
