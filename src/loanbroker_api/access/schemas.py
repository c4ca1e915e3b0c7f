"""What crosses the wire in access."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from loanbroker_api.core.schemas import InSchema, NamedRef, OutSchema, PageParams, ShortText, When, example

Client = Literal["web", "ios", "android", "wechat_mp", "api"]


class LoginIn(InSchema):
    model_config = example(tenant="demo", username="sales1", password="••••••••", client="ios")  # noqa: S106 - no password

    tenant: Annotated[str, Field(min_length=1, max_length=40, description="机构代码", examples=["demo"])]
    username: Annotated[str, Field(min_length=1, max_length=60, examples=["sales1"])]
    password: Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=200)]
    client: Client


class RefreshIn(InSchema):
    model_config = example(refreshToken="rt_01a20f5f9a3671bfb920d9578149c4b8_…")

    refresh_token: Annotated[str | None, Field(max_length=200, description="非网页端必填；网页端在 Cookie 里")] = None


class TokenOut(OutSchema):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(description="秒")]
    refresh_token: Annotated[str | None, Field(description="网页端为空：在 HttpOnly Cookie 里")]
    session_id: UUID


class UnitOut(OutSchema):
    id: UUID
    version: int
    parent_id: UUID | None
    kind: Literal["company", "department", "team"]
    name: str
    position: int


class UnitsOut(OutSchema):
    items: list[UnitOut]


class UnitRef(OutSchema):
    id: UUID
    name: str
    kind: str


class RoleRef(OutSchema):
    id: UUID
    code: str
    name: str


class MyselfOut(OutSchema):
    id: UUID
    username: str
    display_name: str
    employee_no: str
    on_duty: bool
    version: int


class TenantOut(OutSchema):
    id: UUID
    code: str
    name: str


class HeldPermission(OutSchema):
    permission: str
    scope: Literal["self", "team", "team_below", "department", "custom", "company"]


class FieldVisibility(OutSchema):
    field: str
    visibility: Literal["hidden", "masked", "full"]


class MenuOut(OutSchema):
    key: str
    path: str
    group: str


class MeOut(OutSchema):
    employee: MyselfOut
    tenant: TenantOut
    org_unit: UnitRef
    roles: list[RoleRef]
    permissions: list[HeldPermission]
    fields: list[FieldVisibility]
    menus: list[MenuOut]
    idle_seconds: Annotated[int, Field(description="0 表示不锁屏")]
    server_time: When


class DutyIn(InSchema):
    model_config = example(onDuty=True)

    on_duty: bool


class EmployeeFilter(PageParams):
    search: Annotated[ShortText | None, Field(description="姓名或工号的前几个字")] = None
    unit_id: UUID | None = None
    role_id: UUID | None = None
    active: bool | None = None
    state: Annotated[
        Literal["active", "suspended", "left", "locked"] | None, Field(description="在职、停用、离职；locked 是密码错误被锁定的")
    ] = None


class EmployeeOut(OutSchema):
    id: UUID
    display_name: str
    employee_no: str
    username: str
    org_unit: NamedRef
    on_duty: bool
    active: bool
    roles: list[RoleRef]
