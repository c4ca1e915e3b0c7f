"""What crosses the wire about signing in, sessions, devices and approvals."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from loanbroker_api.access.factors.schemas import FactorProof
from loanbroker_api.access.policies.schemas import ClientKind
from loanbroker_api.core.schemas import InSchema, JsonObject, OutSchema, PageParams, PersonRef, ShortText, When, example

Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=200)]
Ticket = Annotated[str, Field(min_length=1, max_length=200, description="上一步返回的 ticket")]
_TICKET = "lt_01a20f5f9a3671bfb920d9578149c4b8_…"


class DeviceIn(InSchema):
    """What the client shows of its device. First time: nothing but a name, or a public key with a proof; later its token, or key and proof."""

    token: Annotated[str | None, Field(max_length=200, description="之前登录返回的 deviceToken；网页端在 Cookie 里")] = None
    public_key: Annotated[JsonObject | None, Field(description="P-256 公钥（JWK）")] = None
    proof: Annotated[str | None, Field(max_length=2_000, description="用私钥签名的 JWS（ES256）")] = None
    name: Annotated[str, Field(max_length=60, description="给人看的设备名")] = ""


class LoginIn(InSchema):
    model_config = example(tenant="demo", username="sales1", password="••••••••", client="ios")  # noqa: S106 - no password

    tenant: Annotated[str, Field(min_length=1, max_length=40, description="机构代码", examples=["demo"])]
    username: Annotated[str, Field(min_length=1, max_length=60, examples=["sales1"])]
    password: Password
    client: ClientKind
    device: DeviceIn | None = None


class TicketIn(InSchema):
    model_config = example(ticket=_TICKET)

    ticket: Ticket


class TicketFactorIn(FactorProof):
    model_config = example(ticket=_TICKET, kind="totp", code="123456")

    ticket: Ticket


class TicketCodeIn(InSchema):
    model_config = example(ticket=_TICKET, code="123456")

    ticket: Ticket
    code: Annotated[str, Field(min_length=6, max_length=10)]


class TicketPasswordIn(InSchema):
    model_config = example(ticket=_TICKET, newPassword="••••••••••••")

    ticket: Ticket
    new_password: Password


class RefreshIn(InSchema):
    model_config = example(refreshToken="rt_01a20f5f9a3671bfb920d9578149c4b8_…", deviceToken="dv_…")

    refresh_token: Annotated[str | None, Field(max_length=200, description="非网页端必填；网页端在 Cookie 里")] = None
    device_token: Annotated[str | None, Field(max_length=200, description="登录时得到的 deviceToken")] = None
    device_proof: Annotated[str | None, Field(max_length=2_000, description="有密钥对的设备：绑定这个刷新令牌的 JWS")] = None


class DeviceRef(OutSchema):
    id: UUID
    token: Annotated[str | None, Field(description="只在第一次给出；网页端为空：在 HttpOnly Cookie 里")]
    state: Literal["known", "pending", "bound"]


class TokenOut(OutSchema):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(description="秒")]
    refresh_token: Annotated[str | None, Field(description="网页端为空：在 HttpOnly Cookie 里")]
    session_id: UUID
    device: DeviceRef | None


class ApprovalWait(OutSchema):
    kind: Literal["device", "region", "unusual"]
    expires_at: When
    leaders: list[str]


class LoginStepOut(OutSchema):
    """The password was right; something more is asked for."""

    next: Literal["factor", "enrol", "approval", "password", "bind"]
    ticket: str
    expires_in: Annotated[int, Field(description="秒")]
    factors: list[Literal["totp", "passkey", "recovery"]]
    approval: ApprovalWait | None
    device: DeviceRef | None


class PasskeyOptionsOut(OutSchema):
    options: Annotated[dict[str, Any], Field(description="navigator.credentials.get 的参数")]


class EnrolOut(OutSchema):
    secret: Annotated[str, Field(description="Base32，手工输入用")]
    uri: str
    qr_svg: str


class EnrolledOut(OutSchema):
    recovery_codes: Annotated[list[str], Field(description="只显示这一次")]
    signed_in: TokenOut | None
    step: LoginStepOut | None


class StepUpIn(InSchema):
    """A factor, or the password for who has none."""

    model_config = example(kind="totp", code="123456")

    kind: Literal["password", "totp", "recovery", "passkey"]
    password: Password | None = None
    code: Annotated[str | None, Field(max_length=40)] = None
    credential: JsonObject | None = None
    state: Annotated[str | None, Field(max_length=2_000, description="通行密钥：options 返回的 state")] = None

    def proof(self) -> FactorProof:
        """The factor that is shown; for a password there is none."""
        return FactorProof.model_validate({"kind": self.kind, "code": self.code, "credential": self.credential})


class StepUpOut(OutSchema):
    until: When


class StepUpOptionsOut(OutSchema):
    kinds: list[Literal["password", "totp", "recovery", "passkey"]]
    passkey: dict[str, Any] | None
    state: str | None


class SessionDevice(OutSchema):
    id: UUID
    name: str
    state: Literal["known", "pending", "bound", "revoked"]


class SessionOut(OutSchema):
    id: UUID
    client: ClientKind
    current: bool
    device: SessionDevice | None
    ip: str
    place: str
    created_at: When
    last_used_at: When
    expires_at: When
    factor: str | None


class SessionsOut(OutSchema):
    items: list[SessionOut]


class EndedOut(OutSchema):
    ended: Annotated[int, Field(description="结束了几个登录")]


class DeviceOut(OutSchema):
    id: UUID
    version: int
    client: ClientKind
    name: str
    state: Literal["known", "pending", "bound", "revoked"]
    current: bool
    key_bound: Annotated[bool, Field(description="有自己的密钥对")]
    last_ip: str
    place: str
    last_used_at: When
    bound_at: When | None
    push: Annotated[bool, Field(description="登记了推送")]


class DevicesOut(OutSchema):
    items: list[DeviceOut]


class DeviceNameIn(InSchema):
    model_config = example(name="我的手机")

    name: ShortText


class PushTokenIn(InSchema):
    model_config = example(kind="apns", token="a1b2c3d4…")  # noqa: S106 - no password

    kind: Literal["apns", "fcm", "huawei", "xiaomi", "oppo", "vivo", "honor"]
    token: Annotated[str, Field(min_length=8, max_length=4_096)]


class Signal(OutSchema):
    code: str
    text: str


class ApprovalFilter(PageParams):
    state: Annotated[Literal["waiting", "decided"] | None, Field(description="waiting 待批，decided 已处理")] = None


class ApprovalOut(OutSchema):
    id: UUID
    version: int
    employee: PersonRef
    kind: Literal["device", "region", "unusual"]
    client: ClientKind
    device_name: str | None
    ip: str
    place: str
    signals: list[Signal]
    state: Literal["waiting", "approved", "refused", "expired"]
    created_at: When
    expires_at: When
    decided_by: PersonRef | None
    decided_at: When | None


class DecideIn(InSchema):
    model_config = example(approve=True)

    approve: bool


class RecordFilter(PageParams):
    employee_id: UUID | None = None
    outcome: Annotated[Literal["ok", "refused"] | None, Field(description="ok 成功，refused 被拒")] = None


class RecordOut(OutSchema):
    id: UUID
    at: When
    employee: PersonRef
    client: ClientKind
    ip: str
    place: str
    device_state: str
    outcome: str
    message: str
    signals: list[Signal]
