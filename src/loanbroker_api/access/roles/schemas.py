"""What crosses the wire about roles."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.access.schemas import FieldVisibility, HeldPermission, MenuOut
from loanbroker_api.core.schemas import AllowedAction, InSchema, OutSchema, ShortText, Text, example

ScopeName = Literal["self", "team", "team_below", "department", "custom", "company"]
VisibilityName = Literal["hidden", "masked", "full"]
RoleName = Annotated[ShortText, Field(max_length=40, description="角色名，机构内不重复")]


class PermissionGrant(InSchema):
    """A permission with its data scope; permissions without rows have the scope company."""

    permission: Annotated[str, Field(max_length=100, examples=["customers.view"])]
    scope: ScopeName


class FieldGrant(InSchema):
    field: Annotated[str, Field(max_length=100, examples=["customer.phone"])]
    visibility: VisibilityName


class RoleIn(InSchema):
    """A whole role: what is not in it, the role does not give."""

    model_config = example(
        name="华东复核",
        note="只看两个团队",
        permissions=[{"permission": "customers.view", "scope": "custom"}, {"permission": "products.view", "scope": "company"}],
        fields=[{"field": "customer.phone", "visibility": "masked"}],
        units=["0193a1b2-0000-7000-8000-000000000001"],
    )

    name: RoleName
    note: Annotated[Text, Field(max_length=500)] = ""
    permissions: Annotated[list[PermissionGrant], Field(max_length=500)]
    fields: Annotated[list[FieldGrant], Field(max_length=200)]
    units: Annotated[list[UUID], Field(max_length=500, default_factory=list, description="范围为 custom 的权限能看的组织，含其下级")]


class RoleCopyIn(InSchema):
    model_config = example(name="业务员（实习）")

    name: RoleName


class RoleOut(OutSchema):
    id: UUID
    version: int
    code: str
    name: str
    note: str
    builtin: bool
    employees: Annotated[int, Field(description="持有它的员工数，含已停用的")]
    permissions: list[HeldPermission]
    fields: list[FieldVisibility]
    units: list[UUID]
    allowed_actions: list[AllowedAction]


class RolesOut(OutSchema):
    items: list[RoleOut]


class PermissionOut(OutSchema):
    code: str
    title: str
    scoped: Annotated[bool, Field(description="false：没有数据范围，只有有或没有")]


class PermissionArea(OutSchema):
    code: str
    permissions: list[PermissionOut]


class GradedFieldOut(OutSchema):
    field: str
    title: str
    grade: Literal["sensitive", "personal", "content"]


class MenuPermission(OutSchema):
    key: str
    permission: str | None


class PermissionsOut(OutSchema):
    areas: list[PermissionArea]
    fields: list[GradedFieldOut]
    scopes: list[ScopeName]
    menus: list[MenuPermission]


class RolePreviewOut(OutSchema):
    """What GET /me would say of somebody who holds only this role, as far as one holds it oneself."""

    menus: list[MenuOut]
    permissions: list[HeldPermission]
    fields: list[FieldVisibility]
