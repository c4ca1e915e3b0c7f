"""What crosses the wire in access."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.schemas import InSchema, NamedRef, OutSchema, PageParams, ShortText, When, example


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


class StepUpState(OutSchema):
    needed: list[Literal["reveal", "export", "policies"]]
    until: Annotated[When | None, Field(description="已确认到什么时候")]


class MeOut(OutSchema):
    employee: MyselfOut
    tenant: TenantOut
    org_unit: UnitRef
    roles: list[RoleRef]
    permissions: list[HeldPermission]
    fields: list[FieldVisibility]
    menus: list[MenuOut]
    idle_seconds: Annotated[int, Field(description="0 表示不锁屏")]
    closes_at: Annotated[When | None, Field(description="可登录时间到几点；空为不限")]
    step_up: Annotated[StepUpState | None, Field(description="哪些操作要再次确认身份")]
    preview: Annotated[bool, Field(description="正在以角色预览，只读")]
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
