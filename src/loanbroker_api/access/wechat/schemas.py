"""What crosses the wire about WeChat login."""

from typing import Annotated

from pydantic import Field

from loanbroker_api.access.sessions.schemas import DeviceIn
from loanbroker_api.core.schemas import InSchema, OutSchema, When, example

_Code = Annotated[str, Field(min_length=1, max_length=200)]


class WechatLoginIn(InSchema):
    model_config = example(tenant="demo", code="0b1GkF000…")

    tenant: Annotated[str, Field(min_length=1, max_length=40, description="机构代码", examples=["demo"])]
    code: Annotated[_Code, Field(description="wx.login 得到的 code，只能用一次")]
    device: DeviceIn | None = None


class WechatBindIn(InSchema):
    model_config = example(ticket="wt_01a20f5f9a3671bfb920d9578149c4b8_…", phoneCode="e31968a7f94c…")

    ticket: Annotated[str, Field(min_length=1, max_length=1_000, description="微信登录返回的 ticket")]
    phone_code: Annotated[_Code, Field(description="“获取手机号”按钮得到的 code，不是 wx.login 的")]
    device: DeviceIn | None = None


class WechatOut(OutSchema):
    available: Annotated[bool, Field(description="安装是否接入了微信小程序")]
    bound: bool
    bound_at: When | None
