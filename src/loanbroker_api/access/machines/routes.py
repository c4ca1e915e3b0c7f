"""REST of API keys, thin."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.access.machines import queries, service
from loanbroker_api.access.machines.schemas import ApiKeyCreated, ApiKeyIn, ApiKeyOut
from loanbroker_api.access.machines.service import ApiKeyNotFound, ApiKeyOver
from loanbroker_api.access.models import ApiKey
from loanbroker_api.access.permissions import KEYS_MANAGE
from loanbroker_api.access.policies.places import places
from loanbroker_api.access.roles.problems import BeyondOwn
from loanbroker_api.access.service import EmployeeNotFound
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale, StepUpRequired
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.core.schemas import Page, PageParams, PersonRef
from loanbroker_api.settings import Settings

router = area_router("access")


async def _out(session: ReadSession, actor: Actor, keys: Sequence[ApiKey], settings: Settings) -> list[ApiKeyOut]:
    people = await access_queries.employees_by_id(session, {key.employee_id for key in keys})
    return [
        ApiKeyOut(
            id=key.id,
            version=key.version,
            name=key.name,
            hint=key.hint,
            employee=PersonRef.model_validate(people[key.employee_id]),
            permissions=key.permissions,
            networks=key.networks,
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            last_ip=key.last_ip,
            place=places(settings).find(key.last_ip).name if key.last_ip else "",
            revoked_at=key.revoked_at,
            allowed_actions=service.api_key_actions(actor, key),
        )
        for key in keys
    ]


@router.get("/api-keys", summary="接口密钥", responses=problems(Forbidden), openapi_extra=gated(KEYS_MANAGE))
async def list_api_keys(
    session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[PageParams, Query()]
) -> Page[ApiKeyOut]:
    """全公司的接口密钥，新的在前，含已吊销和过期的。"""
    actor.require(KEYS_MANAGE)
    page = await queries.list_api_keys(session, wanted)
    return Page(items=await _out(session, actor, page.items, runtime.settings), next_cursor=page.next_cursor)


@router.post(
    "/api-keys",
    status_code=201,
    summary="新建接口密钥",
    responses=problems(Forbidden, StepUpRequired, EmployeeNotFound, BeyondOwn),
    openapi_extra=gated(KEYS_MANAGE),
)
async def create_api_key(body: ApiKeyIn, uow: Writes, actor: CurrentActor, runtime: CurrentRuntime, response: Response) -> ApiKeyCreated:
    """以某个员工的身份调用接口，权限是他的一部分；密钥只显示这一次，用 `Authorization: Bearer ak_…` 调用。"""
    key, secret = await service.create_api_key(uow, actor, body)
    (out,) = await _out(uow.session, actor, [key], runtime.settings)
    response.headers["Cache-Control"] = "no-store"
    return ApiKeyCreated.model_validate({**out.model_dump(), "secret": secret})


@router.post(
    "/api-keys/{key_id}/revoke",
    summary="吊销接口密钥",
    responses=problems(Forbidden, StepUpRequired, ApiKeyNotFound, ApiKeyOver, Stale, IfMatchRequired),
    openapi_extra=gated(KEYS_MANAGE),
)
async def revoke_api_key(key_id: UUID, uow: Writes, actor: CurrentActor, version: IfMatch, runtime: CurrentRuntime) -> ApiKeyOut:
    """立即失效，不能恢复。"""
    key = await service.revoke_api_key(uow, actor, key_id, version)
    (out,) = await _out(uow.session, actor, [key], runtime.settings)
    return out
