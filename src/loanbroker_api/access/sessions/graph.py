"""GraphQL of sessions, devices, approvals and login records, thin."""

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import strawberry

from loanbroker_api.access.permissions import SESSIONS_MANAGE
from loanbroker_api.access.policies.places import Places, places
from loanbroker_api.access.sessions import approvals, queries, rows, service
from loanbroker_api.access.sessions.schemas import (
    ApprovalFilter,
    ApprovalOut,
    DeviceNameIn,
    DeviceOut,
    PushTokenIn,
    RecordFilter,
    RecordOut,
    SessionOut,
    Signal,
)
from loanbroker_api.core.nodes import PageInfoNode
from loanbroker_api.core.schemas import PersonRef
from loanbroker_api.workspace.graph import Info

T = TypeVar("T")


def _places(info: Info) -> Places:
    return places(info.context.runtime.settings)


@strawberry.type(name="LoginSession", description="一个有效的登录")
class LoginSessionNode:
    id: UUID
    client: str
    current: bool
    device_id: UUID | None
    device_name: str | None
    ip: str
    place: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    factor: str | None

    @classmethod
    def of(cls, row: SessionOut) -> "LoginSessionNode":
        return cls(
            id=row.id,
            client=row.client,
            current=row.current,
            device_id=row.device.id if row.device else None,
            device_name=row.device.name if row.device else None,
            ip=row.ip,
            place=row.place,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            factor=row.factor,
        )


@strawberry.type(name="Device", description="登录过的设备")
class DeviceNode:
    id: UUID
    version: int
    client: str
    name: str
    state: str
    current: bool
    key_bound: bool
    last_ip: str
    place: str
    last_used_at: datetime
    bound_at: datetime | None
    push: bool

    @classmethod
    def of(cls, row: DeviceOut) -> "DeviceNode":
        return cls(**row.model_dump())


@strawberry.type(name="LoginPerson", description="登录的员工")
class LoginPersonNode:
    id: UUID
    display_name: str

    @classmethod
    def of(cls, person: PersonRef) -> "LoginPersonNode":
        return cls(id=person.id, display_name=person.display_name)


@strawberry.type(name="LoginSignal", description="登录的异常之处")
class LoginSignalNode:
    code: str
    text: str

    @classmethod
    def all_of(cls, signals: list[Signal]) -> "list[LoginSignalNode]":
        return [cls(code=signal.code, text=signal.text) for signal in signals]


@strawberry.type(name="LoginApproval", description="等待上级处理的登录")
class LoginApprovalNode:
    id: UUID
    version: int
    employee: LoginPersonNode
    kind: str
    client: str
    device_name: str | None
    ip: str
    place: str
    signals: list[LoginSignalNode]
    state: str
    created_at: datetime
    expires_at: datetime
    decided_by: LoginPersonNode | None
    decided_at: datetime | None

    @classmethod
    def of(cls, row: ApprovalOut) -> "LoginApprovalNode":
        return cls(
            id=row.id,
            version=row.version,
            employee=LoginPersonNode.of(row.employee),
            kind=row.kind,
            client=row.client,
            device_name=row.device_name,
            ip=row.ip,
            place=row.place,
            signals=LoginSignalNode.all_of(row.signals),
            state=row.state,
            created_at=row.created_at,
            expires_at=row.expires_at,
            decided_by=LoginPersonNode.of(row.decided_by) if row.decided_by else None,
            decided_at=row.decided_at,
        )


@strawberry.type(name="LoginRecord", description="一次登录")
class LoginRecordNode:
    id: UUID
    at: datetime
    employee: LoginPersonNode
    client: str
    ip: str
    place: str
    device_state: str
    outcome: str
    message: str
    signals: list[LoginSignalNode]

    @classmethod
    def of(cls, row: RecordOut) -> "LoginRecordNode":
        return cls(
            id=row.id,
            at=row.at,
            employee=LoginPersonNode.of(row.employee),
            client=row.client,
            ip=row.ip,
            place=row.place,
            device_state=row.device_state,
            outcome=row.outcome,
            message=row.message,
            signals=LoginSignalNode.all_of(row.signals),
        )


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfoNode


def _connection(nodes: list[T], next_cursor: str | None, after: str | None) -> Connection[T]:
    """A page whose only cursor is that of its end: these lists are read onwards, never from the middle."""
    edges = [Edge(cursor=next_cursor or "", node=node) for node in nodes]
    info = PageInfoNode(
        has_next_page=next_cursor is not None, has_previous_page=after is not None, start_cursor=after, end_cursor=next_cursor
    )
    return Connection(edges=edges, page_info=info)


async def _sessions(info: Info, employee_id: UUID) -> list[LoginSessionNode]:
    actor = info.context.actor
    async with info.context.reads() as session:
        found = await queries.live_sessions(session, employee_id, info.context.now())
    return [LoginSessionNode.of(rows.session_out(row, _places(info), actor.session_id)) for row in found]


async def _devices(info: Info, employee_id: UUID, current: UUID | None) -> list[DeviceNode]:
    async with info.context.reads() as session:
        current_device = await queries.current_device(session, current)
        found = await queries.devices_of(session, employee_id)
    return [DeviceNode.of(rows.device_out(row, _places(info), current_device)) for row in found]


@strawberry.type
class AccessSessionsQuery:
    @strawberry.field(description="我现在有效的登录")
    async def my_sessions(self, info: Info) -> list[LoginSessionNode]:
        return await _sessions(info, info.context.actor.employee_id)

    @strawberry.field(description="我登录过的设备")
    async def my_devices(self, info: Info) -> list[DeviceNode]:
        return await _devices(info, info.context.actor.employee_id, info.context.actor.session_id)

    @strawberry.field(description="员工现在有效的登录")
    async def employee_sessions(self, info: Info, employee_id: UUID) -> list[LoginSessionNode]:
        async with info.context.reads() as session:
            await service.managed_employee(session, info.context.actor, employee_id, SESSIONS_MANAGE)
        return await _sessions(info, employee_id)

    @strawberry.field(description="员工登录过的设备")
    async def employee_devices(self, info: Info, employee_id: UUID) -> list[DeviceNode]:
        async with info.context.reads() as session:
            await service.managed_employee(session, info.context.actor, employee_id, SESSIONS_MANAGE)
        return await _devices(info, employee_id, None)

    @strawberry.field(description="下属等待批准或已处理的登录")
    async def login_approvals(
        self, info: Info, state: str | None = None, first: int = 50, after: str | None = None
    ) -> Connection[LoginApprovalNode]:
        actor, now = info.context.actor, info.context.now()
        actor.require(SESSIONS_MANAGE)
        wanted = ApprovalFilter.model_validate({"state": state, "cursor": after, "limit": first})
        async with info.context.reads() as session:
            page = await queries.list_approvals(session, actor, wanted, now)
            found = await rows.approvals_out(session, page.items, _places(info), actor.language, now)
        return _connection([LoginApprovalNode.of(row) for row in found], page.next_cursor, after)

    @strawberry.field(description="下属密码正确的每次登录")
    async def login_records(
        self, info: Info, employee_id: UUID | None = None, outcome: str | None = None, first: int = 50, after: str | None = None
    ) -> Connection[LoginRecordNode]:
        actor = info.context.actor
        actor.require(SESSIONS_MANAGE)
        wanted = RecordFilter.model_validate({"employee_id": employee_id, "outcome": outcome, "cursor": after, "limit": first})
        async with info.context.reads() as session:
            page = await queries.list_records(session, actor, wanted)
            found = await rows.records_out(session, page.items, _places(info), actor.language)
        return _connection([LoginRecordNode.of(row) for row in found], page.next_cursor, after)


@strawberry.type
class AccessSessionsMutation:
    @strawberry.mutation(description="结束一个登录，自己的或下属的；立即生效")
    async def end_session(self, info: Info, session_id: UUID, employee_id: UUID | None = None) -> bool:
        async with info.context.writes() as uow:
            await service.revoke_session(uow, info.context.actor, employee_id or info.context.actor.employee_id, session_id)
        return True

    @strawberry.mutation(description="结束全部登录：自己的除当前以外，下属的全部；答结束了几个")
    async def end_sessions(self, info: Info, employee_id: UUID | None = None) -> int:
        async with info.context.writes() as uow:
            return await service.revoke_sessions(uow, info.context.actor, employee_id or info.context.actor.employee_id)

    @strawberry.mutation(description="给我的设备起名")
    async def rename_device(self, info: Info, device_id: UUID, name: str) -> DeviceNode:
        data = DeviceNameIn(name=name)
        async with info.context.writes() as uow:
            device = await service.rename_device(uow, info.context.actor, device_id, data.name)
            current = await queries.current_device(uow.session, info.context.actor.session_id)
        return DeviceNode.of(rows.device_out(device, _places(info), current))

    @strawberry.mutation(description="解绑设备，自己的或下属的；其登录立即结束")
    async def unbind_device(self, info: Info, device_id: UUID, employee_id: UUID | None = None) -> bool:
        async with info.context.writes() as uow:
            await service.unbind_device(uow, info.context.actor, employee_id or info.context.actor.employee_id, device_id)
        return True

    @strawberry.mutation(description="登记或取消当前设备的推送")
    async def put_push_token(self, info: Info, kind: str | None = None, token: str | None = None) -> bool:
        data = PushTokenIn.model_validate({"kind": kind, "token": token}) if kind or token else None
        async with info.context.writes() as uow:
            await service.put_push_token(uow, info.context.actor, data)
        return True

    @strawberry.mutation(description="批准或拒绝下属的登录")
    async def decide_login(self, info: Info, id: UUID, version: int, approve: bool) -> LoginApprovalNode:
        actor = info.context.actor
        async with info.context.writes() as uow:
            row = await approvals.decide(uow, actor, id, version, approve=approve)
            (shown,) = await rows.approvals_out(uow.session, [row], _places(info), actor.language, uow.now)
        return LoginApprovalNode.of(shown)

    @strawberry.mutation(description="解除员工的密码锁定")
    async def unlock_employee(self, info: Info, employee_id: UUID) -> bool:
        async with info.context.writes() as uow:
            await service.unlock_employee(uow, info.context.actor, employee_id)
        return True
