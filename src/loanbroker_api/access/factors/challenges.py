"""Challenges of passkeys: they carry the moment of their issue, and travel without a table as an encrypted state."""

import base64
import binascii
import os
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from loanbroker_api.core.crypto import CannotDecrypt, TenantKeys

LIFETIME: Final = timedelta(minutes=5)
Purpose = Literal["register", "step-up"]
_RANDOM, _STAMP = 32, 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_challenge(now: datetime) -> bytes:
    """256 random bits and the microsecond of its issue: a passkey that was used since does not answer it again."""
    return os.urandom(_RANDOM) + ((now - _EPOCH) // timedelta(microseconds=1)).to_bytes(_STAMP, "big")


def issued_at(challenge: bytes) -> datetime | None:
    """None for bytes that are no challenge of ours."""
    if len(challenge) != _RANDOM + _STAMP:
        return None
    try:
        return _EPOCH + timedelta(microseconds=int.from_bytes(challenge[_RANDOM:], "big"))
    except OverflowError:
        return None


def is_fresh(challenge: bytes, now: datetime) -> bool:
    """Whether it may still be answered. A minute ahead is another process's clock."""
    at = issued_at(challenge)
    return at is not None and now - LIFETIME < at <= now + timedelta(minutes=1)


def seal_challenge(keys: TenantKeys, employee_id: UUID, session_id: UUID | None, purpose: Purpose, challenge: bytes) -> str:
    """The challenge as the client carries it: readable to nobody, good for this person, session and purpose only."""
    return base64.urlsafe_b64encode(keys.encrypt("second_factor", _column(purpose, session_id), employee_id, challenge)).decode()


def open_challenge(
    keys: TenantKeys, employee_id: UUID, session_id: UUID | None, purpose: Purpose, state: str, now: datetime
) -> bytes | None:
    """None for a state that is older than 5 minutes, of somebody else, of another session, for something else, or made up."""
    try:
        sealed = base64.b64decode(state.encode("ascii"), altchars=b"-_", validate=True)
        challenge = keys.decrypt("second_factor", _column(purpose, session_id), employee_id, sealed)
    except (CannotDecrypt, binascii.Error, UnicodeEncodeError):
        return None
    return challenge if is_fresh(challenge, now) else None


def _column(purpose: Purpose, session_id: UUID | None) -> str:
    return f"challenge:{purpose}:{session_id}"
