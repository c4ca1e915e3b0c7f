"""What crosses the wire about employees and org units."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from loanbroker_api.access.schemas import EmployeeOut
from loanbroker_api.core.schemas import AllowedAction, Graded, InSchema, OutSchema, ShortText, Text, When, example

Username = Annotated[str, Field(min_length=2, max_length=60, pattern=r"^[a-z0-9][a-z0-9._@-]*$", description="小写字母、数字和 . _ @ -")]
DisplayName = Annotated[ShortText, Field(max_length=60)]
EmployeeNo = Annotated[ShortText, Field(max_length=30, description="工号；不填时接着最大的数字工号编")]
PhoneText = Annotated[str, Field(min_length=1, max_length=40, description="手机号")]
RoleIds = Annotated[list[UUID], Field(max_length=50)]
Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=200)]
UnitName = Annotated[ShortText, Field(max_length=60)]
Position = Annotated[int, Field(ge=0, le=10_000, description="同级里的次序")]


class EmployeeIn(InSchema):
    model_config = example(
        username="sales13",
        displayName="周晓梅",
        employeeNo="1013",
        unitId="0193a1b2-0000-7000-8000-000000000001",
        roleIds=["0193a1b2-0000-7000-8000-000000000002"],
        phone="13800138000",
    )

    username: Username
    display_name: DisplayName
    employee_no: EmployeeNo | None = None
    unit_id: UUID
    role_ids: RoleIds
    phone: PhoneText | None = None
    password: Annotated[Password | None, Field(description="临时密码；不填时生成一个")] = None


class EmployeePatch(InSchema):
    """Only what is given changes; `phone` null removes the number."""

    model_config = example(displayName="周晓梅", unitId="0193a1b2-0000-7000-8000-000000000001")

    display_name: DisplayName | None = None
    employee_no: EmployeeNo | None = None
    unit_id: UUID | None = None
    phone: PhoneText | None = None
    role_ids: RoleIds | None = None


class DeactivateIn(InSchema):
    model_config = example(reason="left", note="8 月底离职")

    reason: Annotated[Literal["left", "suspended"], Field(description="离职，或暂时停用")]
    note: Annotated[Text | None, Field(max_length=200)] = None


class FactorsOut(OutSchema):
    totp: bool
    passkeys: int


class EmployeeDetail(EmployeeOut):
    version: int
    phone: Graded | None
    must_change_password: bool
    left_at: When | None
    factors: FactorsOut
    locked_until: When | None
    last_login_at: When | None
    allowed_actions: list[AllowedAction]


class EmployeeCreated(OutSchema):
    employee: EmployeeDetail
    password: Annotated[str | None, Field(description="临时密码，只显示这一次；自己给了密码时为空")]


class TemporaryPassword(OutSchema):
    password: Annotated[str, Field(description="临时密码，只显示这一次；登录后必须修改")]


class UnitIn(InSchema):
    model_config = example(name="三队", kind="team", parentId="0193a1b2-0000-7000-8000-000000000001")

    name: UnitName
    kind: Literal["department", "team"]
    parent_id: UUID
    position: Position = 0


class UnitPatch(InSchema):
    """Only what is given changes."""

    model_config = example(name="三队（华东）", position=2)

    name: UnitName | None = None
    parent_id: UUID | None = None
    position: Position | None = None
