"""The keys that sign access tokens: made, changed for new ones, kept in each process, published without their private half.

A new key is published at once and signs ten minutes later, when every process has read it and every cache of the published set is past its
time. The old one signs until that moment and verifies for as long as a token of its last moment lives.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from sqlalchemy import insert as plain_insert
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from loanbroker_api.access.models import SigningKey
from loanbroker_api.access.tokens.device_proofs import jwk_of, thumbprint
from loanbroker_api.core.crypto import CannotDecrypt, Keyring
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.runtime import Runtime

log = get_logger("tokens")
Purpose = Literal["token", "audit"]
LEAD: Final = timedelta(minutes=10)
"""From a new key's making to its first signature."""
TOKEN_LIFE: Final = timedelta(minutes=10)
"""The longest life of an access token that settings allow: so long a retired key still verifies."""
RELOAD_SECONDS: Final = 60.0
UNKNOWN_SECONDS: Final = 1.0
"""Between two reads for a kid that nobody knows: whoever sends invented ones costs one read a second, not one a request."""
FIRST: Final = "k1"


@dataclass(frozen=True)
class KnownKey:
    kid: str
    purpose: str
    private: ec.EllipticCurvePrivateKey = field(repr=False)
    public: ec.EllipticCurvePublicKey
    wrapped: bytes = field(repr=False)
    active_at: datetime
    retired_at: datetime | None

    def verifies(self, now: datetime) -> bool:
        return self.retired_at is None or now < self.retired_at + TOKEN_LIFE


class SigningKeys:
    """One process's view of the shared table, at most a minute old. `elapsed` gives seconds that no change of the clock turns back."""

    def __init__(self, runtime: Runtime, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._runtime = runtime
        self._elapsed = elapsed
        self._known: dict[str, KnownKey] = {}
        self._loaded_at: float | None = None
        self._asked_at: float | None = None
        self._loading = asyncio.Lock()

    async def signing(self, now: datetime) -> tuple[str, ec.EllipticCurvePrivateKey]:
        """kid and private half of the newest key that is active. Where clocks differ and none is yet, the first to become so.

        Raises CannotDecrypt when the master key is another one.
        """
        await self._fresh()
        tokens = [key for key in self._known.values() if key.purpose == "token"]
        if not tokens:
            raise CannotDecrypt("the master key opens none of the signing keys")
        active = [key for key in tokens if key.active_at <= now and (key.retired_at is None or now < key.retired_at)]
        if active:
            chosen = max(active, key=lambda key: (key.active_at, key.kid))
        else:
            chosen = min(tokens, key=lambda key: (key.retired_at is not None, key.active_at))
        return chosen.kid, chosen.private

    async def verifying(self, kid: str, now: datetime) -> tuple[ec.EllipticCurvePublicKey, datetime] | None:
        """The public half of a token key, and until when this may be relied on without asking again.

        None for a kid that is unknown, of another purpose, or retired longer than a token lives.
        """
        await self._fresh()
        if kid not in self._known:
            await self._look_again()
        key = self._known.get(kid)
        if key is None or key.purpose != "token" or not key.verifies(now):
            return None
        until = now + timedelta(seconds=RELOAD_SECONDS - self._age())
        return key.public, until if key.retired_at is None else min(until, key.retired_at + TOKEN_LIFE)

    async def published(self, now: datetime) -> list[dict[str, str]]:
        """The keys that verify something, public members only (RFC 7517), oldest first."""
        await self._fresh()
        keys = sorted((key for key in self._known.values() if key.verifies(now)), key=lambda key: (key.active_at, key.kid))
        return [{**jwk_of(key.public), "kid": key.kid, "alg": "ES256", "use": "sig"} for key in keys]

    async def _fresh(self) -> None:
        if self._stale():
            async with self._loading:
                if self._stale():
                    await self._load()

    def _age(self) -> float:
        """Seconds since the table was read."""
        return RELOAD_SECONDS if self._loaded_at is None else self._elapsed() - self._loaded_at

    def _stale(self) -> bool:
        return self._age() >= RELOAD_SECONDS

    async def _look_again(self) -> None:
        async with self._loading:
            if self._asked_at is None or self._elapsed() - self._asked_at >= UNKNOWN_SECONDS:
                await self._load()

    async def _load(self) -> None:
        begun = self._elapsed()
        try:
            async with self._runtime.database.app.begin() as connection:
                rows = await _rows(connection)
                if not any(row.purpose == "token" for row in rows):
                    await _make_first(connection, self._runtime.keyring, self._runtime.clock.now())
                    rows = await _rows(connection)
        finally:
            self._asked_at = self._elapsed()  # from its end, or a slow database would be asked again by everyone who waited
        self._known = {key.kid: key for row in rows if (key := self._opened(row)) is not None}
        self._loaded_at = begun

    def _opened(self, row: Any) -> KnownKey | None:
        """A row as a key. Its public half is derived from the wrapped one: whoever can only write the table cannot add a key that verifies."""
        before = self._known.get(row.kid)
        try:
            same = before is not None and before.wrapped == row.wrapped
            private = before.private if before is not None and same else open_key(self._runtime.keyring, row.kid, row.wrapped)
        except (CannotDecrypt, ValueError, TypeError):
            log.error("signing_key_foreign", kid=row.kid)  # noqa: TRY400 - nothing of the key may be told
            return None
        return KnownKey(row.kid, row.purpose, private, private.public_key(), row.wrapped, row.active_at or row.created_at, row.retired_at)


async def _rows(connection: AsyncConnection) -> Sequence[Any]:
    return (await connection.execute(select(SigningKey).order_by(SigningKey.created_at, SigningKey.kid))).all()


def open_key(keyring: Keyring, kid: str, wrapped: bytes) -> ec.EllipticCurvePrivateKey:
    """The private half of a stored key. Raises CannotDecrypt when the master key is another one."""
    private = load_der_private_key(keyring.unwrap(f"signing|{kid}".encode(), wrapped), None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError("a signing key is a P-256 key")
    return private


def new_key(keyring: Keyring, now: datetime, *, active_at: datetime, purpose: Purpose = "token", kid: str | None = None) -> dict[str, Any]:
    """The row of a new key. Its kid is the thumbprint of its public half unless one is given."""
    private = ec.generate_private_key(ec.SECP256R1())
    shown = jwk_of(private.public_key())
    name = kid or thumbprint(shown)
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "kid": name,
        "wrapped": keyring.wrap(f"signing|{name}".encode(), der),
        "public_jwk": shown,
        "created_at": now,
        "purpose": purpose,
        "active_at": active_at,
        "retired_at": None,
    }


async def _make_first(connection: AsyncConnection, keyring: Keyring, now: datetime) -> None:
    """The installation's first key; processes that start at once agree on one by its fixed kid."""
    await connection.execute(insert(SigningKey).values(new_key(keyring, now, active_at=now, kid=FIRST)).on_conflict_do_nothing())


@dataclass(frozen=True)
class Rotation:
    """The new key, from when it signs, and the keys that it takes over from."""

    kid: str
    active_at: datetime
    retired: tuple[str, ...]


async def rotate(runtime: Runtime, *, at_once: bool = False) -> Rotation:
    """Make a new key for access tokens and set the end of the others.

    `at_once` is for a key that has leaked: the new one signs now and the others verify nothing any more, so every client has to refresh.
    """
    rotated = await _rotate(runtime, None, at_once=at_once)
    if rotated is None:
        raise RuntimeError("a rotation without a condition always happens")
    return rotated


async def rotate_if_due(runtime: Runtime) -> Rotation | None:
    """A new key where the newest is older than settings.signing_key_days; two workers at once make one. None where nothing was due."""
    return await _rotate(runtime, timedelta(days=runtime.settings.signing_key_days), at_once=False)


async def _rotate(runtime: Runtime, older_than: timedelta | None, *, at_once: bool) -> Rotation | None:
    now = runtime.clock.now()
    tokens = SigningKey.purpose == "token"
    async with runtime.database.app.begin() as connection:
        # Whoever waits for these locks reads the table only after the other's rotation is in it.
        await connection.execute(select(SigningKey.kid).where(tokens).order_by(SigningKey.kid).with_for_update())
        rows = [row for row in await _rows(connection) if row.purpose == "token"]
        newest = max((row.active_at or row.created_at for row in rows), default=None)
        if older_than is not None and (newest is None or now < newest + older_than):
            return None
        active_at = now if at_once or newest is None else now + LEAD
        last = now - TOKEN_LIFE if at_once else active_at
        ending = [row.kid for row in rows if row.retired_at is None or row.retired_at > last]
        if ending:
            await connection.execute(update(SigningKey).where(tokens, SigningKey.kid.in_(ending)).values(retired_at=last))
        made = new_key(runtime.keyring, now, active_at=active_at)
        await connection.execute(plain_insert(SigningKey).values(made))
    return Rotation(made["kid"], active_at, tuple(ending))
