"""Signing in by WeChat: who is it, bound to whom, and then the login of everyone (access/sessions/login.py) with all its policy."""

from dataclasses import replace
from uuid import UUID

from loanbroker_api.access import queries
from loanbroker_api.access.policies.problems import TicketInvalid
from loanbroker_api.access.sessions.devices import Presented
from loanbroker_api.access.sessions.login import LoginRefused, Outcome, Step, begin, settled
from loanbroker_api.access.tokens import TokenSigner
from loanbroker_api.access.wechat import service
from loanbroker_api.access.wechat.client import WechatClient
from loanbroker_api.access.wechat.problems import WechatBoundElsewhere, WechatPhoneUnknown, WechatRefused
from loanbroker_api.access.wechat.tickets import LIFE, open_identity, seal_identity, tenant_of_wechat_ticket
from loanbroker_api.core.actor import Actor, RequestInfo
from loanbroker_api.core.crypto import CannotDecrypt
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.runtime import Runtime


async def sign_in(runtime: Runtime, signer: TokenSigner, tenant: str, code: str, presented: Presented, request: RequestInfo) -> Outcome:
    """Exchange a code of wx.login; a WeChat that nobody is bound to yet is asked for its phone number (step `bind`).

    Raises WechatOff, WechatCode, WechatBusy, WechatLimit, WechatRefused, LoginRefused (no such company), and the policy's refusals.
    """
    request = replace(request, client=service.CLIENT)
    client = WechatClient(runtime)
    tenant_id = await queries.tenant_by_code(runtime, tenant)
    try:
        identity = await client.code2session(code)
    except WechatRefused as refusal:
        if tenant_id is not None:
            await _audit(runtime, tenant_id, request, refusal)
        raise
    if tenant_id is None:
        raise LoginRefused
    async with runtime.uow(tenant_id) as uow:
        employee = await service.identify(uow, identity)
        if employee is None:
            return Step("bind", seal_identity(uow.keys, identity, request.ip, uow.now), int(LIFE.total_seconds()))
        outcome = await begin(uow, signer, employee, service.CLIENT, presented, request, method="wechat")
    return settled(outcome)


async def bind_and_sign_in(
    runtime: Runtime, signer: TokenSigner, ticket: str, phone_code: str, presented: Presented, request: RequestInfo
) -> Outcome:
    """One tap: the number that WeChat confirms is an employee's, so the WeChat is his. Then the login goes on.

    Raises TicketInvalid, WechatPhoneUnknown, WechatBoundElsewhere, what WeChat refuses, and the policy's refusals.
    """
    request = replace(request, client=service.CLIENT)
    client = WechatClient(runtime)
    tenant_id = tenant_of_wechat_ticket(ticket)
    try:
        keys = await runtime.keyring.of(runtime.database, tenant_id)
    except CannotDecrypt as error:
        raise TicketInvalid from error
    identity = open_identity(keys, ticket, request.ip, runtime.clock.now())
    try:
        number = await service.confirmed_phone(runtime, client, identity, phone_code)
        async with runtime.uow(tenant_id) as uow:
            employee = await service.bind(uow, identity, number, request)
            outcome = await begin(uow, signer, employee, service.CLIENT, presented, request, method="wechat")
    except (WechatRefused, WechatPhoneUnknown, WechatBoundElsewhere) as refusal:
        await _audit(runtime, tenant_id, request, refusal)
        raise
    return settled(outcome)


async def _audit(runtime: Runtime, tenant_id: UUID, request: RequestInfo, refusal: Problem) -> None:
    """A refusal of somebody who is nobody's employee yet."""
    async with runtime.uow(tenant_id) as uow:
        uow.audit(Actor(tenant_id, None, "system", "login", request=request), "access.login_refused", None, reason=refusal.code)
