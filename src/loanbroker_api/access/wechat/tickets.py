"""A WeChat identity that nobody is bound to yet, carried by the client, sealed, until the phone number is known. No table holds it."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from loanbroker_api.access.policies.problems import TicketInvalid
from loanbroker_api.access.wechat.client import Identity
from loanbroker_api.core.crypto import CannotDecrypt, TenantKeys

LIFE: Final = timedelta(minutes=10)
_NOWHERE: Final = UUID(int=0)


def seal_identity(keys: TenantKeys, identity: Identity, ip: str, now: datetime) -> str:
    """A ticket that names its company, works from this address and for ten minutes."""
    facts = {"appid": identity.appid, "openid": identity.openid, "unionid": identity.unionid, "ip": ip, "until": (now + LIFE).timestamp()}
    sealed = keys.encrypt("wechat_ticket", "identity", _NOWHERE, orjson.dumps(facts))
    return f"wt_{keys.tenant_id.hex}_{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"


def tenant_of_wechat_ticket(ticket: str) -> UUID:
    """Raises TicketInvalid."""
    parts = ticket.split("_", 2)
    try:
        if len(parts) != 3 or parts[0] != "wt":
            raise TicketInvalid
        return UUID(parts[1])
    except ValueError as error:
        raise TicketInvalid from error


def open_identity(keys: TenantKeys, ticket: str, ip: str, now: datetime) -> Identity:
    """Raises TicketInvalid for a changed ticket, one of another company or address, and one past its time."""
    try:
        text = ticket.split("_", 2)[2]
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        facts: dict[str, Any] = orjson.loads(keys.decrypt("wechat_ticket", "identity", _NOWHERE, sealed))
    except (CannotDecrypt, IndexError, ValueError, binascii.Error) as error:
        raise TicketInvalid from error
    if now.timestamp() >= facts["until"] or facts["ip"] != ip:
        raise TicketInvalid
    return Identity(facts["appid"], facts["openid"], facts["unionid"])
