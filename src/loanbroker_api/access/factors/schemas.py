"""What crosses the wire about one's own factors and password."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from loanbroker_api.core.schemas import InSchema, JsonObject, OutSchema, ShortText, When, example

Kind = Literal["totp", "recovery", "passkey"]
Code = Annotated[str, Field(min_length=1, max_length=40, description="验证器里的 6 位数字，或一个恢复码")]
Credential = Annotated[JsonObject, Field(description="浏览器 PublicKeyCredential.toJSON() 的结果")]
State = Annotated[str, Field(min_length=1, max_length=1_000, description="取得选项时一起得到的 state，5 分钟有效")]
_CREDENTIAL = {"id": "Yk3…", "rawId": "Yk3…", "type": "public-key", "response": {"clientDataJSON": "eyJ0…", "attestationObject": "o2Nm…"}}


class FactorProof(InSchema):
    """A second factor as it is shown at login or step-up."""

    model_config = example(kind="totp", code="492039")

    kind: Kind
    code: Annotated[Code | None, Field(description="totp 和 recovery 必填")] = None
    credential: Annotated[Credential | None, Field(description="passkey 必填")] = None


class TotpIn(InSchema):
    model_config = example(name="我的手机")

    name: Annotated[ShortText, Field(description="显示用的名称")] = "验证器"


class FactorCodeIn(InSchema):
    model_config = example(code="492039")

    code: Code


class PasskeyIn(InSchema):
    model_config = example(name="办公电脑", state="AAF2…", credential=_CREDENTIAL)

    name: ShortText
    state: State
    credential: Credential


Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1_000)]


class PasswordIn(InSchema):
    model_config = example(current="••••••••", next="山里的茶和一九三一年的船票")

    current: Annotated[Password, Field(description="现在的密码")]
    next: Annotated[Password, Field(description="新密码，按 Unicode 字符计长度")]


class FactorOut(OutSchema):
    id: UUID
    kind: Literal["totp", "passkey"]
    name: str
    confirmed_at: When
    last_used_at: When | None


class FactorsOut(OutSchema):
    items: list[FactorOut]
    recovery_codes_left: int
    required: Annotated[bool, Field(description="登录策略是否要求第二因素；要求时最后一个不能去掉")]


class TotpOut(OutSchema):
    """Told once; the factor counts after its first code."""

    id: UUID
    secret: Annotated[str, Field(description="Base32，手工输入用")]
    uri: Annotated[str, Field(description="otpauth:// 地址")]
    qr_svg: Annotated[str, Field(description="同一地址的二维码，SVG")]


class PasskeyOptionsOut(OutSchema):
    options: Annotated[dict[str, Any], Field(description="交给 PublicKeyCredential.parseCreationOptionsFromJSON()")]
    state: str


class PasskeyOut(OutSchema):
    id: UUID
    recovery_codes: Annotated[list[str] | None, Field(description="随第一个第二因素给出，只显示一次")]


class GivenCodesOut(OutSchema):
    recovery_codes: Annotated[list[str] | None, Field(description="随第一个第二因素给出，只显示一次")]


class RecoveryCodesOut(OutSchema):
    recovery_codes: Annotated[list[str], Field(description="10 个，每个只能用一次，只显示一次")]
