"""The rules of WeChat identities: whose they are, how they are bound, how they are let go. The only writer of their table."""

from uuid import UUID

from sqlalchemy import delete, select
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
CLIENT = "wechat_mp"


async def identify(uow: UnitOfWork, identity: Identity) -> UUID | None:
    """The employee whom the identity signs in as; None where it has to be bound first. He may be switched off: the login says so."""
    mine = WechatBinding.appid == identity.appid, WechatBinding.openid_index == _index(uow.keys, identity)
    binding = await uow.session.scalar(select(WechatBinding).where(*mine).with_for_update())
    if binding is None:
        return None
    binding.last_used_at = uow.now
    if binding.unionid_enc is None and identity.unionid is not None:
        binding.unionid_enc = _sealed_unionid(uow.keys, binding.employee_id, identity)
    await uow.session.flush()
    return binding.employee_id


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


async def bind(uow: UnitOfWork, identity: Identity, number: str, request: RequestInfo) -> UUID:
    """Bind the identity to the active employee of this confirmed number, who is told.

    Raises WechatPhoneUnknown, WechatBoundElsewhere (he has another WeChat, or the WeChat is another's by now).
    """
    statement = select(Employee).where(Employee.phone_index == uow.keys.blind("phone", number), Employee.active)
    employee = await uow.session.scalar(statement.with_for_update())
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
        if await identify(uow, identity) != employee.id:
            raise WechatBoundElsewhere
        return employee.id
    actor = Actor(uow.tenant_id, employee.id, "employee", employee.display_name, unit_id=employee.unit_id, request=request)
    uow.audit(actor, "access.wechat_bound", employee.id, appid=identity.appid)
    uow.emit(WechatBound(employee_id=employee.id))
    return employee.id


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


def _index(keys: TenantKeys, identity: Identity) -> bytes:
    return keys.blind("wechat", f"{identity.appid}:{identity.openid}")


def _sealed_unionid(keys: TenantKeys, employee_id: UUID, identity: Identity) -> bytes | None:
    return None if identity.unionid is None else keys.encrypt("wechat_binding", "unionid", employee_id, identity.unionid)
