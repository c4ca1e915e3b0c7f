"""What crosses the wire about WeChat login."""

from typing import Annotated

from pydantic import Field

from loanbroker_api.core.schemas import OutSchema, When


class WechatOut(OutSchema):
    available: Annotated[bool, Field(description="安装是否接入了微信小程序")]
    bound: bool
    bound_at: When | None
