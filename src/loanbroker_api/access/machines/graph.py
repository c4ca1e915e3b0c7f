"""GraphQL of API keys, thin."""

from datetime import datetime
from uuid import UUID

import strawberry

from loanbroker_api.access.graph import EmployeeNode, load_employees
from loanbroker_api.access.machines import queries, service
from loanbroker_api.access.machines.schemas import ApiKeyIn
from loanbroker_api.access.models import ApiKey
from loanbroker_api.access.permissions import KEYS_MANAGE
from loanbroker_api.access.policies.places import places
from loanbroker_api.core.nodes import ActionNode, PageInfoNode
from loanbroker_api.core.paging import Rows, encode_cursor
from loanbroker_api.core.schemas import PageParams
from loanbroker_api.workspace.graph import Info


@strawberry.type(name="ApiKey", description="接口密钥")
class ApiKeyNode:
    id: UUID
    version: int
    name: str
    hint: str
    permissions: list[str]
    networks: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    last_ip: str
    revoked_at: datetime | None
    row: strawberry.Private[ApiKey]

    @classmethod
    def of(cls, row: ApiKey) -> "ApiKeyNode":
        return cls(
            id=row.id,
            version=row.version,
            name=row.name,
            hint=row.hint,
            permissions=row.permissions,
            networks=row.networks,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            last_ip=row.last_ip,
            revoked_at=row.revoked_at,
            row=row,
        )

    @strawberry.field(description="以谁的身份调用")
    async def employee(self, info: Info) -> EmployeeNode:
        return EmployeeNode.of(await info.context.loader(load_employees).load(self.row.employee_id))

    @strawberry.field(description="最近一次调用的地点")
    def place(self, info: Info) -> str:
        return places(info.context.runtime.settings).find(self.last_ip).name if self.last_ip else ""

    @strawberry.field(description="可做的操作")
    def allowed_actions(self, info: Info) -> list[ActionNode]:
        return ActionNode.all_of(service.api_key_actions(info.context.actor, self.row))


@strawberry.type(name="ApiKeyEdge")
class ApiKeyEdge:
    cursor: str
    node: ApiKeyNode


@strawberry.type(name="ApiKeyConnection", description="接口密钥的一页（Relay）")
class ApiKeyConnection:
    edges: list[ApiKeyEdge]
    page_info: PageInfoNode

    @classmethod
    def of(cls, page: Rows[ApiKey], after: str | None) -> "ApiKeyConnection":
        edges = [ApiKeyEdge(cursor=encode_cursor("-id", row.id), node=ApiKeyNode.of(row)) for row in page.items]
        info = PageInfoNode(
            has_next_page=page.next_cursor is not None,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return cls(edges=edges, page_info=info)


@strawberry.type(name="ApiKeyCreated", description="新建的接口密钥；secret 只在这里出现")
class ApiKeyCreatedNode:
    api_key: ApiKeyNode
    secret: str


@strawberry.input(name="ApiKeyInput", description="新建接口密钥")
class ApiKeyInput:
    name: str
    permissions: list[str]
    expires_at: datetime
    employee_id: UUID | None = None
    networks: list[str] = strawberry.field(default_factory=list)


@strawberry.type
class AccessMachinesQuery:
    @strawberry.field(description="全公司的接口密钥，新的在前")
    async def api_keys(self, info: Info, first: int = 50, after: str | None = None) -> ApiKeyConnection:
        info.context.actor.require(KEYS_MANAGE)
        async with info.context.reads() as session:
            page = await queries.list_api_keys(session, PageParams.model_validate({"cursor": after, "limit": first}))
        return ApiKeyConnection.of(page, after)


@strawberry.type
class AccessMachinesMutation:
    @strawberry.mutation(description="新建接口密钥")
    async def create_api_key(self, info: Info, data: ApiKeyInput) -> ApiKeyCreatedNode:
        async with info.context.writes() as uow:
            key, secret = await service.create_api_key(uow, info.context.actor, ApiKeyIn.model_validate(vars(data)))
        return ApiKeyCreatedNode(api_key=ApiKeyNode.of(key), secret=secret)

    @strawberry.mutation(description="吊销接口密钥")
    async def revoke_api_key(self, info: Info, id: UUID, version: int) -> ApiKeyNode:
        async with info.context.writes() as uow:
            return ApiKeyNode.of(await service.revoke_api_key(uow, info.context.actor, id, version))
