"""Time-based one-time passwords (RFC 6238: SHA-1, 6 digits, 30 s), each time step usable once."""

import hmac
from datetime import datetime
from typing import Final
from uuid import UUID

import segno
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import update

from loanbroker_api.access.factors import queries
from loanbroker_api.access.models import SecondFactor
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.uow import UnitOfWork

STEP_SECONDS: Final = 30
_DRIFT: Final = (1, 0, -1)
"""Steps around the server's; phones are rarely more than half a minute off."""


def new_secret() -> str:
    """160 random bits in Base32, as RFC 4226 recommends."""
    return random_base32(32)


def address(secret: str, username: str, issuer: str) -> str:
    """The otpauth:// address that an authenticator reads."""
    return TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def qr_svg(uri: str) -> str:
    """The address as an SVG without a size of its own, black on white in any theme."""
    return segno.make(uri, error="m", micro=False).svg_inline(border=4, dark="#000", light="#fff", omitsize=True)


def seal(keys: TenantKeys, factor_id: UUID, secret: str) -> bytes:
    return keys.encrypt("second_factor", "secret", factor_id, secret)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The newest time step around now whose code this is. Every step is compared, so that the time taken tells nothing."""
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    current, generator = int(now.timestamp()) // STEP_SECONDS, TOTP(secret)
    fitting = [current + drift for drift in _DRIFT if hmac.compare_digest(generator.generate_otp(current + drift), digits)]
    return max(fitting, default=None)


async def use_step(uow: UnitOfWork, factor: SecondFactor, code: str) -> bool:
    """Use up the step whose code this is. Of two at once the row decides: one finds `last_step` already there."""
    if factor.secret_enc is None:
        return False
    secret = uow.keys.decrypt("second_factor", "secret", factor.id, factor.secret_enc).decode()
    step = matching_step(secret, code, uow.now)
    if step is None:
        return False
    used = await uow.session.scalar(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
        .values(last_step=step, last_used_at=uow.now)
        .returning(SecondFactor.id)
    )
    return used is not None


async def use_any(uow: UnitOfWork, employee_id: UUID, code: str) -> bool:
    """Use the code with whichever of a person's authenticators shows it."""
    for factor in await queries.confirmed(uow.session, employee_id, "totp"):
        if await use_step(uow, factor, code):
            return True
    return False
