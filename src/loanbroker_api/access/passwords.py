"""Passwords: argon2id by passlib, checked in a thread so that the event loop stays free."""

import asyncio
import secrets
import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # passlib 1.7.4 reads argon2.__version__ and crypt (docs/decisions/passlib.md)
    from passlib.context import CryptContext

_CONTEXT: Any = CryptContext(schemes=["argon2"], argon2__type="ID", argon2__memory_cost=19_456, argon2__time_cost=2, argon2__parallelism=1)
_UNKNOWN: str = _CONTEXT.hash(secrets.token_urlsafe(16))


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(_CONTEXT.hash, password)


async def check_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether it fits, and a new hash when the parameters have changed since. Takes the same time for an account that does not exist."""
    matches, renewed = await asyncio.to_thread(_CONTEXT.verify_and_update, password, stored or _UNKNOWN)
    return matches and stored is not None, renewed if matches and stored is not None else None
