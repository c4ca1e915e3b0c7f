"""Wrong passwords are counted before they are checked, so that fifty at once get as many tries as one after another, and no more.

Names that do not exist count the same, under the limits of some role of the company: neither the answer nor the number of tries tells whether
an account is there. A device that the account has used before counts for itself: its owner gets in while strangers are locked out.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access.models import LoginCounter, LoginPolicy
from loanbroker_api.access.policies.effective import FLOOR, parse_parts
from loanbroker_api.access.policies.schemas import AttemptsPart
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.uow import UnitOfWork

FORGOTTEN = timedelta(hours=24)


@dataclass(frozen=True)
class Counted:
    """Until when something is locked, if it is, and whether this attempt closed it."""

    locked_until: datetime | None
    closed: bool = False


def counter_key(keys: TenantKeys, kind: str, name: str) -> bytes:
    """Names and addresses are stored keyed: the table tells nobody who was tried."""
    return keys.blind(f"login-{kind}", name)


async def take_attempt(uow: UnitOfWork, *, username: str, device_id: UUID | None, ip: str, part: AttemptsPart) -> Counted:
    """Count an attempt before its password is looked at. A locked one is not counted. The counter's row is held until the end of the transaction."""
    by_ip = AttemptsPart(failures=20, minutes=part.minutes, max_minutes=part.max_minutes)
    subject = ("device", str(device_id)) if device_id is not None else ("account", username)
    mine = await _row(uow, subject[0], counter_key(uow.keys, *subject))
    address = await _row(uow, "ip", counter_key(uow.keys, "ip", ip)) if device_id is None else None
    held = [row.locked_until for row in (mine, address) if row is not None and row.locked_until is not None and uow.now < row.locked_until]
    if held:
        return Counted(max(held))
    closed = _count(mine, part, part.failures, uow.now)
    if address is not None:
        closed = _count(address, by_ip, part.ip_failures, uow.now) or closed
    await uow.session.flush()
    return Counted(None, closed)


async def _row(uow: UnitOfWork, kind: str, key: bytes) -> LoginCounter:
    fresh = {"tenant_id": uow.tenant_id, "kind": kind, "key": key, "failures": 0, "locks": 0, "last_at": uow.now}
    await uow.session.execute(insert(LoginCounter).values(fresh).on_conflict_do_nothing())
    statement = select(LoginCounter).where(LoginCounter.kind == kind, LoginCounter.key == key).with_for_update()
    return (await uow.session.scalars(statement)).one()


def _count(row: LoginCounter, part: AttemptsPart, limit: int, now: datetime) -> bool:
    if now - row.last_at > FORGOTTEN:
        row.failures, row.locks = 0, 0
    row.failures += 1
    row.last_at = now
    row.locked_until = None
    if row.failures < limit:
        return False
    row.locks += 1
    row.failures = 0
    row.locked_until = now + timedelta(minutes=min(part.minutes * 2 ** min(row.locks - 1, 20), part.max_minutes))
    return True


async def forget_attempts(uow: UnitOfWork, *, username: str, device_id: UUID | None, ip: str) -> None:
    """The password was right: the account's and the device's counts end, the address has one wrong attempt less."""
    await _clear(uow, *(("account", username) if device_id is None else ("device", str(device_id))))
    if device_id is None:
        address = await _row(uow, "ip", counter_key(uow.keys, "ip", ip))
        if address.failures:
            address.failures -= 1
        else:
            # This very attempt closed it and was right.
            address.locks, address.locked_until = max(0, address.locks - 1), None


async def locked_until(session: ReadSession, keys: TenantKeys, username: str, now: datetime) -> datetime | None:
    """Until when an account is locked for strangers."""
    statement = select(LoginCounter.locked_until).where(
        LoginCounter.kind == "account", LoginCounter.key == counter_key(keys, "account", username), LoginCounter.locked_until > now
    )
    return await session.scalar(statement)


async def unlock(uow: UnitOfWork, username: str) -> None:
    await _clear(uow, "account", username)


async def _clear(uow: UnitOfWork, kind: str, name: str) -> None:
    """Emptied, not deleted: another attempt may be waiting for the row."""
    counter = update(LoginCounter).where(LoginCounter.kind == kind, LoginCounter.key == counter_key(uow.keys, kind, name))
    await uow.session.execute(counter.values(failures=0, locks=0, locked_until=None))


async def decoy(session: ReadSession, keys: TenantKeys, username: str, client: str) -> AttemptsPart:
    """The limits of a name that does not exist: those of one of the company's policies, always the same one for the same name."""
    statement = select(LoginPolicy.parts).where(LoginPolicy.client == client, LoginPolicy.role_id.is_not(None)).order_by(LoginPolicy.id)
    found = [part for stored in await session.scalars(statement) if (part := parse_parts(stored).attempts) is not None]
    choice = int.from_bytes(hmac.digest(keys.search, f"decoy:{username}".encode(), "sha256")[:4], "big")
    return found[choice % len(found)] if found else FLOOR
