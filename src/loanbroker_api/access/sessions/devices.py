"""Devices: a client proves itself by a secret of ours or by a key pair of its own, never by what it says of itself."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from loanbroker_api.access.models import Device
from loanbroker_api.access.policies.places import Place
from loanbroker_api.access.tokens import BadKey, public_members, thumbprint, verify_device_proof
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork

COOKIE_DEVICES = 4
"""How many people may share a browser before the first has to bind it again."""


@dataclass(frozen=True)
class Presented:
    """What a client shows of its device: tokens of ours (a shared browser holds several), or a public key with a fresh proof."""

    tokens: tuple[str, ...] = ()
    public_key: dict[str, Any] | None = None
    proof: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Known:
    """A device in hand, and the token that a client without a key pair is given when the device is new."""

    device: Device
    token: str | None
    new: bool


def device_token(tenant_id: UUID, device_id: UUID, secret: str) -> str:
    return f"dv_{tenant_id.hex}_{device_id.hex}_{secret}"


def parse_device_token(token: str) -> tuple[UUID, UUID, str] | None:
    """(tenant, device, secret), or None for what is no device token."""
    parts = token.split("_", 3)
    if len(parts) != 4 or parts[0] != "dv" or len(token) > 200:
        return None
    try:
        return UUID(parts[1]), UUID(parts[2]), parts[3]
    except ValueError:
        return None


async def recognise(session: ReadSession, employee_id: UUID, client: str, presented: Presented, *, now: datetime) -> Device | None:
    """The employee's own device of that kind that the client proves to be, revoked ones left out."""
    key = proven_key(presented, now)
    if key is not None:
        found = await session.scalar(_of(employee_id, client).where(Device.key_thumbprint == key))
        return found if found is not None and found.state != "revoked" else None
    for token in presented.tokens[:COOKIE_DEVICES]:
        parsed = parse_device_token(token)
        if parsed is None:
            continue
        found = await session.scalar(_of(employee_id, client).where(Device.id == parsed[1]))
        if found is not None and found.state != "revoked" and _secret_fits(found, parsed[2]):
            return found
    return None


def _of(employee_id: UUID, client: str) -> Any:
    return select(Device).where(Device.employee_id == employee_id, Device.client == client)


def _secret_fits(device: Device, secret: str) -> bool:
    return device.secret_digest is not None and hmac.compare_digest(device.secret_digest, sha256(secret.encode()).digest())


async def take_device(
    uow: UnitOfWork, employee_id: UUID, client: str, presented: Presented, *, ip: str, place: Place, known: Device | None
) -> Known:
    """The device of a login whose password was right: the known one, or a new one that is remembered."""
    if known is not None:
        known.last_ip, known.last_place, known.last_used_at = ip, place.code, uow.now
        return Known(known, None, False)
    device = Device(
        id=new_id(),
        employee_id=employee_id,
        client=client,
        name=presented.name[:60],
        state="known",
        first_ip=ip,
        last_ip=ip,
        last_place=place.code,
        last_used_at=uow.now,
    )
    token: str | None = None
    key = proven_key(presented, uow.now)
    if key is not None:
        revoked = await uow.session.scalar(_of(employee_id, client).where(Device.key_thumbprint == key))
        if revoked is not None:  # the same key pair again, after it was unbound
            revoked.state, revoked.revoked_at = "known", None
            revoked.last_ip, revoked.last_place, revoked.last_used_at = ip, place.code, uow.now
            return Known(revoked, None, True)
        device.public_jwk, device.key_thumbprint = public_members(presented.public_key or {}), key
    else:
        secret = secrets.token_urlsafe(32)
        device.secret_digest = sha256(secret.encode()).digest()
        token = device_token(uow.tenant_id, device.id, secret)
    uow.session.add(device)
    await uow.session.flush()
    return Known(device, token, True)


def proven_key(presented: Presented, now: datetime) -> str | None:
    """The thumbprint of the key that the client has shown to hold."""
    if presented.public_key is None or presented.proof is None:
        return None
    try:
        if not verify_device_proof(presented.proof, presented.public_key, act="login", token=None, now=now):
            return None
        return thumbprint(presented.public_key)
    except BadKey:
        return None


def proves(device: Device, *, refresh_token: str, tokens: Sequence[str], proof: str | None, now: datetime) -> bool | None:
    """Whether a refresh comes from the device that signed in; None when nothing of it was shown."""
    if device.public_jwk is not None:
        return None if proof is None else verify_device_proof(proof, device.public_jwk, act="refresh", token=refresh_token, now=now)
    shown = [parsed for token in tokens if (parsed := parse_device_token(token)) is not None]
    if not shown:
        return None
    return any(device_id == device.id and _secret_fits(device, secret) for _, device_id, secret in shown)


async def count_bound(session: ReadSession, employee_id: UUID, client: str) -> int:
    statement = select(func.count()).where(Device.employee_id == employee_id, Device.client == client, Device.state == "bound")
    return await session.scalar(statement) or 0
