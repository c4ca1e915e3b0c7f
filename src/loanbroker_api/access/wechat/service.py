"""The rules of WeChat identities: whose they are, how they are bound, how they are let go. The only writer of their table."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access.events import WechatBound, WechatUnbound
from loanbroker_api.access.models import Employee, LoginSession, WechatBinding
from loanbroker_api.access.sessions.ending import end_session
from loanbroker_api.access.wechat.client import Identity, WechatClient
from loanbroker_api.access.wechat.problems import WechatBoundElsewhere, WechatBusy, WechatPhoneUnknown
from loanbroker_api.access.wechat.tokens import access_token
from loanbroker_api.core.actor import Actor, RequestInfo
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork

log = get_logger("wechat")
CLIENT: Final = "wechat_mp"


async def identify(uow: UnitOfWork, identity: Identity) -> Employee | None:
    """The employee whom the identity signs in as, his row locked; None where it has to be bound first.

    He may be switched off: the login says so.
    """
    mine = WechatBinding.appid == identity.appid, WechatBinding.openid_index == _index(uow.keys, identity)
    bound_to = await uow.session.scalar(select(WechatBinding.employee_id).where(*mine))
    if bound_to is None:
        return None
    # First the employee, then the binding, as bind() does; one that was let go meanwhile is no binding.
    employee = (await uow.session.scalars(_locked(Employee.id == bound_to))).one()
    used: dict[str, Any] = {"last_used_at": uow.now}
    if identity.unionid is not None:
        used["unionid_enc"] = _sealed_unionid(uow.keys, bound_to, identity)
    still = update(WechatBinding).where(*mine, WechatBinding.employee_id == bound_to).values(used).returning(WechatBinding.employee_id)
    return employee if await uow.session.scalar(still) is not None else None


async def confirmed_phone(runtime: Runtime, client: WechatClient, identity: Identity, phone_code: str) -> str:
    """The number that WeChat has confirmed for this identity, eleven digits. No transaction of ours is open while WeChat is asked.

    Raises what WechatClient.phone_number raises.
    """
    token = await access_token(runtime, client)
    number = await client.phone_number(token, phone_code, identity.openid)
    if number is None:
        token = await access_token(runtime, client, refused=token)
        number = await client.phone_number(token, phone_code, identity.openid)
    if number is None:
        log.error("wechat_token_refused_twice")
        raise WechatBusy
    return number


async def bind(uow: UnitOfWork, identity: Identity, number: str, request: RequestInfo) -> Employee:
    """Bind the identity to the active employee of this confirmed number, who is told; his row is locked.

    Raises WechatPhoneUnknown, WechatBoundElsewhere (he has another WeChat, or the WeChat is another's by now).
    """
    employee = await uow.session.scalar(_locked(Employee.phone_index == uow.keys.blind("phone", number), Employee.active.is_(True)))
    if employee is None:
        raise WechatPhoneUnknown
    values = {
        "appid": identity.appid,
        "openid_index": _index(uow.keys, identity),
        "employee_id": employee.id,
        "openid_enc": uow.keys.encrypt("wechat_binding", "openid", employee.id, identity.openid),
        "unionid_enc": _sealed_unionid(uow.keys, employee.id, identity),
        "bound_at": uow.now,
        "last_used_at": uow.now,
    }
    made = await uow.session.scalar(insert(WechatBinding).values(values).on_conflict_do_nothing().returning(WechatBinding.employee_id))
    if made is None:
        theirs = WechatBinding.employee_id == employee.id, WechatBinding.appid == identity.appid
        bound = await uow.session.scalar(select(WechatBinding.openid_index).where(*theirs))
        if bound != values["openid_index"]:
            raise WechatBoundElsewhere
        return employee
    actor = Actor(uow.tenant_id, employee.id, "employee", employee.display_name, unit_id=employee.unit_id, request=request)
    uow.audit(actor, "access.wechat_bound", employee.id, appid=identity.appid)
    uow.emit(WechatBound(employee_id=employee.id))
    return employee


async def unbind_wechat(uow: UnitOfWork, actor: Actor) -> None:
    """Let go of the actor's WeChat; its sessions end, the one that asks aside. Once more changes nothing."""
    gone = await uow.session.execute(
        delete(WechatBinding).where(WechatBinding.employee_id == actor.employee_id).returning(WechatBinding.appid)
    )
    appids = list(gone.scalars())
    if not appids:
        return
    statement = select(LoginSession).where(LoginSession.employee_id == actor.employee_id, LoginSession.client == CLIENT)
    for session in await uow.session.scalars(statement.where(LoginSession.ended_at.is_(None))):
        if session.id != actor.session_id:
            await end_session(uow, actor, session, "revoked")
    uow.audit(actor, "access.wechat_unbound", actor.employee_id, appids=appids)
    uow.emit(WechatUnbound(employee_id=actor.employee_id))


def _locked(*which: ColumnElement[bool]) -> Select[Employee]:
    return select(Employee).where(*which).with_for_update().execution_options(populate_existing=True)


def _index(keys: TenantKeys, identity: Identity) -> bytes:
    return keys.blind("wechat", f"{identity.appid}:{identity.openid}")


def _sealed_unionid(keys: TenantKeys, employee_id: UUID, identity: Identity) -> bytes | None:
    return None if identity.unionid is None else keys.encrypt("wechat_binding", "unionid", employee_id, identity.unionid)
