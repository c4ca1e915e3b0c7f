"""GraphQL of channels, thin."""

from uuid import UUID

import strawberry

from loanbroker_api.channels import permissions, queries, service
from loanbroker_api.channels.models import Channel
from loanbroker_api.core.schemas import PageParams
from loanbroker_api.workspace.graph import Info


@strawberry.type(name="Channel", description="渠道")
class ChannelNode:
    id: UUID
    version: int
    name: str
    kind: str
    active: bool
    webhook_url: str

    @classmethod
    def of(cls, row: Channel, base: str) -> "ChannelNode":
        url = f"{base}/webhooks/{row.key}"
        return cls(id=row.id, version=row.version, name=row.name, kind=row.kind, active=row.active, webhook_url=url)


@strawberry.type
class ChannelQuery:
    @strawberry.field(description="渠道，新的在前，最多 200 个")
    async def channels(self, info: Info) -> list[ChannelNode]:
        info.context.actor.require(permissions.VIEW)
        async with info.context.reads() as session:
            page = await queries.list_channels(session, PageParams(limit=200))
        return [ChannelNode.of(row, info.context.runtime.settings.public_base) for row in page.items]

    @strawberry.field(description="一个渠道")
    async def channel(self, info: Info, id: UUID) -> ChannelNode:
        async with info.context.reads() as session:
            row = await service.get_channel(session, info.context.actor, id)
        return ChannelNode.of(row, info.context.runtime.settings.public_base)
