"""Reads of WeChat bindings."""

from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access.models import WechatBinding
from loanbroker_api.core.db import ReadSession


async def binding_of(session: ReadSession, employee_id: UUID, appid: str | None) -> WechatBinding | None:
    """The employee's binding in the installation's mini-program, if there is one and he is."""
    if appid is None:
        return None
    return await session.scalar(select(WechatBinding).where(WechatBinding.employee_id == employee_id, WechatBinding.appid == appid))
