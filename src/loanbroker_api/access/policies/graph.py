"""GraphQL of login policies, the calendar and places, thin. Parts of a policy are JSON: they are REST's PolicyParts, validated once for both doors."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from loanbroker_api.access.permissions import POLICIES_MANAGE
from loanbroker_api.access.policies import impact as drafts
from loanbroker_api.access.policies import queries, rows, service, trial
from loanbroker_api.access.policies.places import places
from loanbroker_api.access.policies.schemas import (
    CalendarDayIn,
    CalendarDayOut,
    CalendarOut,
    ImpactIn,
    ImpactOut,
    LiveEffect,
    PlaceLookUp,
    PlaceOut,
    PlacesOut,
    PolicyFilter,
    PolicyIn,
    PolicyOut,
    PolicyUpdate,
    ShutOut,
    TryIn,
    TryOut,
    YearAsked,
)
from loanbroker_api.workspace.graph import Info, Json


@strawberry.type(name="PolicySubject", description="策略针对的角色或员工")
class PolicySubjectNode:
    kind: str
    id: UUID
    name: str


@strawberry.type(name="LoginPolicy", description="一个角色或员工在一种客户端上的登录策略")
class LoginPolicyNode:
    id: UUID
    version: int
    subject: PolicySubjectNode
    client: str
    parts: Json
    overrides: list[str]
    sentences: list[str]
    updated_at: datetime

    @classmethod
    def of(cls, row: PolicyOut) -> "LoginPolicyNode":
        subject = PolicySubjectNode(kind=row.subject.kind, id=row.subject.id, name=row.subject.name)
        return cls(
            id=row.id,
            version=row.version,
            subject=subject,
            client=row.client,
            parts=Json(row.parts.model_dump(mode="json", by_alias=True)),
            overrides=list(row.overrides),
            sentences=row.sentences,
            updated_at=row.updated_at,
        )


@strawberry.type(name="LoginTrial", description="试登录的结果")
class LoginTrialNode:
    allowed: bool
    code: str | None
    message: str | None
    rule: str | None
    then: str | None
    place: str
    explanation: Json

    @classmethod
    def of(cls, row: TryOut) -> "LoginTrialNode":
        return cls(
            allowed=row.allowed,
            code=row.code,
            message=row.message,
            rule=row.rule,
            then=row.then,
            place=row.place,
            explanation=Json(row.explanation.model_dump(mode="json", by_alias=True)),
        )


@strawberry.type(name="PolicyShutOut", description="草稿会挡在外面的员工")
class ShutOutNode:
    employee_id: UUID
    display_name: str
    logins: int
    refused: int
    reasons: Json
    last_refused_at: datetime | None

    @classmethod
    def of(cls, row: ShutOut) -> "ShutOutNode":
        return cls(
            employee_id=row.employee.id,
            display_name=row.employee.display_name,
            logins=row.logins,
            refused=row.refused,
            reasons=Json(row.reasons),
            last_refused_at=row.last_refused_at,
        )


@strawberry.type(name="PolicyLiveEffect", description="草稿会结束的会话")
class LiveEffectNode:
    employee_id: UUID
    display_name: str
    session_id: UUID
    client: str
    place: str
    code: str
    message: str

    @classmethod
    def of(cls, row: LiveEffect) -> "LiveEffectNode":
        return cls(
            employee_id=row.employee.id,
            display_name=row.employee.display_name,
            session_id=row.session_id,
            client=row.client,
            place=row.place,
            code=row.code,
            message=row.message,
        )


@strawberry.type(name="PolicyImpact", description="草稿的影响")
class ImpactNode:
    since: datetime
    logins: int
    refused: int
    people: int
    people_refused: int
    items: list[ShutOutNode]
    live_sessions: int
    ending: list[LiveEffectNode]

    @classmethod
    def of(cls, row: ImpactOut) -> "ImpactNode":
        return cls(
            since=row.since,
            logins=row.logins,
            refused=row.refused,
            people=row.people,
            people_refused=row.people_refused,
            items=[ShutOutNode.of(item) for item in row.items],
            live_sessions=row.live_sessions,
            ending=[LiveEffectNode.of(item) for item in row.ending],
        )


@strawberry.type(name="CalendarDay", description="日历上的一天")
class CalendarDayNode:
    day: date
    working: bool
    title: str
    source: str
    makeup: bool

    @classmethod
    def of(cls, row: CalendarDayOut) -> "CalendarDayNode":
        return cls(day=row.day, working=row.working, title=row.title, source=row.source, makeup=row.makeup)


@strawberry.type(name="WorkCalendar", description="一年的工作日历")
class CalendarNode:
    year: int
    covered: bool
    days: list[CalendarDayNode]

    @classmethod
    def of(cls, row: CalendarOut) -> "CalendarNode":
        return cls(year=row.year, covered=row.covered, days=[CalendarDayNode.of(day) for day in row.days])


@strawberry.type(name="Place", description="省或市")
class PlaceNode:
    code: str
    name: str
    parent: str | None

    @classmethod
    def of(cls, row: PlaceOut) -> "PlaceNode":
        return cls(code=row.code, name=row.name, parent=row.parent)


@strawberry.type(name="Places", description="全部省市和 IP 归属地数据的年月")
class PlacesNode:
    items: list[PlaceNode]
    data_of: str
    own_file: bool

    @classmethod
    def of(cls, row: PlacesOut) -> "PlacesNode":
        return cls(items=[PlaceNode.of(item) for item in row.items], data_of=row.data_of, own_file=row.own_file)


@strawberry.type(name="PlaceFound", description="IP 归属地")
class PlaceFoundNode:
    code: str
    name: str
    known: bool


@strawberry.input(name="LoginPolicyInput", description="roleId 和 employeeId 恰给一个；parts 与 REST 的 PolicyParts 相同")
class LoginPolicyInput:
    client: str
    parts: Json
    role_id: UUID | None = None
    employee_id: UUID | None = None
    overrides: list[str] = strawberry.field(default_factory=list[str])

    def to_data(self) -> PolicyIn:
        given: dict[str, Any] = {
            "role_id": self.role_id,
            "employee_id": self.employee_id,
            "client": self.client,
            "parts": self.parts,
            "overrides": self.overrides,
        }
        return PolicyIn.model_validate(given)


@strawberry.type
class AccessPolicyQuery:
    @strawberry.field(description="登录策略，可按角色、员工、客户端筛选")
    async def login_policies(
        self, info: Info, role_id: UUID | None = None, employee_id: UUID | None = None, client: str | None = None
    ) -> list[LoginPolicyNode]:
        actor = info.context.actor
        actor.require(POLICIES_MANAGE)
        wanted = PolicyFilter.model_validate({"role_id": role_id, "employee_id": employee_id, "client": client})
        async with info.context.reads() as session:
            found = await queries.list_policies(session, role_id=wanted.role_id, employee_id=wanted.employee_id, client=wanted.client)
            shown = await rows.policies_out(session, found, actor.language)
        return [LoginPolicyNode.of(row) for row in shown]

    @strawberry.field(description="这个员工此时从此处能否登录，由哪条规则决定")
    async def try_login_policies(
        self,
        info: Info,
        employee_id: UUID,
        client: str,
        ip: str,
        at: datetime | None = None,
        device: str = "known",
        draft: LoginPolicyInput | None = None,
    ) -> LoginTrialNode:
        given = {"employee_id": employee_id, "client": client, "ip": ip, "at": at, "device": device}
        data = TryIn.model_validate({**given, "draft": draft.to_data() if draft else None})
        async with info.context.reads() as session:
            return LoginTrialNode.of(await trial.try_login(session, info.context.actor, info.context.runtime, data))

    @strawberry.field(description="按最近的登录和现在的会话，看草稿会把谁挡在外面")
    async def login_policy_impact(self, info: Info, draft: LoginPolicyInput, days: int = 30) -> ImpactNode:
        data = ImpactIn.model_validate({"draft": draft.to_data(), "days": days})
        async with info.context.reads() as session:
            return ImpactNode.of(await drafts.impact(session, info.context.actor, info.context.runtime, data))

    @strawberry.field(description="一年里与星期不同的日子")
    async def work_calendar(self, info: Info, year: int) -> CalendarNode:
        info.context.actor.require(POLICIES_MANAGE)
        asked = YearAsked.model_validate({"year": year})
        async with info.context.reads() as session:
            return CalendarNode.of(await rows.calendar_out(session, asked.year))

    @strawberry.field(description="可选的省和市")
    async def places(self, info: Info) -> PlacesNode:
        info.context.actor.require(POLICIES_MANAGE)
        return PlacesNode.of(rows.places_out(places(info.context.runtime.settings)))

    @strawberry.field(description="一个地址在哪个省市")
    async def place_of_ip(self, info: Info, ip: str) -> PlaceFoundNode:
        info.context.actor.require(POLICIES_MANAGE)
        found = places(info.context.runtime.settings).find(PlaceLookUp.model_validate({"ip": ip}).ip)
        return PlaceFoundNode(code=found.code, name=found.name, known=found.known)


@strawberry.type
class AccessPolicyMutation:
    @strawberry.mutation(description="新建登录策略")
    async def create_login_policy(self, info: Info, data: LoginPolicyInput) -> LoginPolicyNode:
        actor = info.context.actor
        async with info.context.writes() as uow:
            policy = await service.create_policy(uow, actor, data.to_data())
            shown = await rows.policies_out(uow.session, [policy], actor.language)
        return LoginPolicyNode.of(shown[0])

    @strawberry.mutation(description="修改登录策略")
    async def update_login_policy(
        self, info: Info, id: UUID, version: int, parts: Json, overrides: list[str] | None = None
    ) -> LoginPolicyNode:
        actor = info.context.actor
        data = PolicyUpdate.model_validate({"parts": parts, "overrides": overrides or []})
        async with info.context.writes() as uow:
            policy = await service.update_policy(uow, actor, id, data, version)
            shown = await rows.policies_out(uow.session, [policy], actor.language)
        return LoginPolicyNode.of(shown[0])

    @strawberry.mutation(description="删除登录策略")
    async def delete_login_policy(self, info: Info, id: UUID, version: int) -> bool:
        async with info.context.writes() as uow:
            await service.delete_policy(uow, info.context.actor, id, version)
        return True

    @strawberry.mutation(description="公司自定的一天")
    async def set_calendar_day(self, info: Info, day: date, working: bool, title: str) -> CalendarDayNode:
        data = CalendarDayIn.model_validate({"working": working, "title": title})
        async with info.context.writes() as uow:
            row = await service.put_day(uow, info.context.actor, day, data)
            shown = rows.day_out(await queries.calendar_of(uow.session), day, row)
        return CalendarDayNode.of(shown)

    @strawberry.mutation(description="取消公司自定的一天")
    async def remove_calendar_day(self, info: Info, day: date) -> bool:
        async with info.context.writes() as uow:
            await service.remove_day(uow, info.context.actor, day)
        return True
