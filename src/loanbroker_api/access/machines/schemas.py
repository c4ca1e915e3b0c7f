"""What crosses the wire about API keys."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from loanbroker_api.access.policies.schemas import Network
from loanbroker_api.core.schemas import AllowedAction, InSchema, OutSchema, PersonRef, ShortText, When, example


class ApiKeyIn(InSchema):
    model_config = example(
        name="数据看板",
        permissions=["customers.view"],
        networks=["203.0.113.0/24"],
        expiresAt="2027-01-01T00:00:00+08:00",
    )

    name: Annotated[ShortText, Field(max_length=40)]
    employee_id: Annotated[UUID | None, Field(description="以谁的身份调用，默认自己")] = None
    permissions: Annotated[list[ShortText], Field(min_length=1, max_length=200, description="权限代码；范围跟随该员工的角色")]
    networks: Annotated[list[Network], Field(max_length=50, description="只能从这些网络调用；空表示不限")] = Field(default_factory=list)
    expires_at: Annotated[When, Field(description="最长 366 天")]


class ApiKeyOut(OutSchema):
    id: UUID
    version: int
    name: str
    hint: Annotated[str, Field(description="密钥的最后 4 位")]
    employee: PersonRef
    permissions: list[str]
    networks: list[str]
    created_at: When
    expires_at: When
    last_used_at: When | None
    last_ip: str
    place: str
    revoked_at: When | None
    allowed_actions: list[AllowedAction]


class ApiKeyCreated(ApiKeyOut):
    secret: Annotated[str | None, Field(description="只在创建时显示一次；用同一个 Idempotency-Key 重发时为空")]
