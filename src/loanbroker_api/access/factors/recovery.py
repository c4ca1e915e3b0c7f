"""Recovery codes for a lost second factor: ten, 60 random bits each, each usable once; only a keyed digest is stored."""

import secrets
from typing import Final
from uuid import UUID

from sqlalchemy import delete, update

from loanbroker_api.access.models import RecoveryCode
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.uow import UnitOfWork

HOW_MANY: Final = 10
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 3, 4


def new_code() -> str:
    """XXXX-XXXX-XXXX without characters that are read for others; 32^12 = 2^60 of them."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def digest(keys: TenantKeys, employee_id: UUID, code: str) -> bytes:
    """Of the code however it is typed: small letters, blanks and dashes make no difference. It fits one person only."""
    plain = "".join(character for character in code.upper() if character in _ALPHABET)
    return keys.blind("recovery_code", f"{employee_id}:{plain}")


async def replace_all(uow: UnitOfWork, employee_id: UUID) -> list[str]:
    """Ten new codes; the old ones die, used or not. The caller holds the employee's row."""
    await drop_all(uow, employee_id)
    codes = [new_code() for _ in range(HOW_MANY)]
    uow.session.add_all(
        RecoveryCode(digest=digest(uow.keys, employee_id, code), employee_id=employee_id, created_at=uow.now) for code in codes
    )
    await uow.session.flush()
    return codes


async def drop_all(uow: UnitOfWork, employee_id: UUID) -> None:
    await uow.session.execute(delete(RecoveryCode).where(RecoveryCode.employee_id == employee_id))


async def use(uow: UnitOfWork, employee_id: UUID, code: str) -> bool:
    """Use a code up. Of two at once the row decides."""
    used = await uow.session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.digest == digest(uow.keys, employee_id, code),
            RecoveryCode.employee_id == employee_id,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=uow.now)
        .returning(RecoveryCode.digest)
    )
    return used is not None
