"""Access tokens: the only module that signs and verifies them. ES256 only, keys chosen by kid, never PEM text at run time."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from jose import jwk, jwt  # noqa: TID251 - this is its one home
from jose.exceptions import JOSEError  # noqa: TID251
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from loanbroker_api.access.models import SigningKey
from loanbroker_api.core.crypto import Keyring
from loanbroker_api.core.runtime import Runtime

ALGORITHM: Final = "ES256"
ISSUER: Final = "loanbroker"
AUDIENCE: Final = "loanbroker-api"
_PEM = Encoding.PEM


@dataclass(frozen=True)
class Claims:
    """What a valid access token says."""

    tenant_id: UUID
    employee_id: UUID
    session_id: UUID
    client: str


class BadToken(Exception):  # noqa: N818 - says what happened
    """Not a token of ours, or past its time."""


class TokenSigner:
    """Signs with the newest key, verifies with any known one. Keys come from the shared table and are read again for an unknown kid."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._private: Any = None
        self._kid = ""
        self._public: dict[str, Any] = {}

    async def sign(self, claims: Claims, now: datetime, lifetime: timedelta) -> str:
        """An access token; `lifetime` at most 10 minutes by settings."""
        if self._private is None:
            await self._load()
        body = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "tid": str(claims.tenant_id),
            "sub": str(claims.employee_id),
            "sid": str(claims.session_id),
            "cli": claims.client,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        key: Any = self._private
        return jwt.encode(body, key, algorithm=ALGORITHM, headers={"kid": self._kid})

    async def verify(self, token: str, now: datetime) -> Claims:
        """Raises BadToken. The algorithm is pinned, whatever the header says."""
        if len(token) > 2_000:
            raise BadToken
        try:
            header = jwt.get_unverified_header(token)
            kid = str(header.get("kid", ""))
            if header.get("alg") != ALGORITHM:
                raise BadToken
            if kid not in self._public:
                await self._load()
            key = self._public.get(kid)
            if key is None:
                raise BadToken
            body = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require_aud": True, "require_iss": True},
            )
            if not now.timestamp() < int(body["exp"]) or int(body["iat"]) > now.timestamp() + 60:
                raise BadToken
            return Claims(UUID(body["tid"]), UUID(body["sub"]), UUID(body["sid"]), str(body["cli"]))
        except (JOSEError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise BadToken from error

    async def _load(self) -> None:
        async with self._runtime.database.app.begin() as connection:
            rows = (await connection.execute(select(SigningKey).order_by(SigningKey.created_at))).all()
            if not rows:
                await _make_key(connection, self._runtime.keyring, self._runtime.clock.now())
                rows = (await connection.execute(select(SigningKey).order_by(SigningKey.created_at))).all()
        self._public = {row.kid: jwk.construct(row.public_jwk, ALGORITHM) for row in rows}
        newest = rows[-1]
        der = self._runtime.keyring.unwrap(f"signing|{newest.kid}".encode(), newest.wrapped)
        private = load_der_private_key(der, None)
        pem = private.private_bytes(_PEM, PrivateFormat.PKCS8, NoEncryption())
        self._private, self._kid = jwk.construct(pem, ALGORITHM), newest.kid


async def _make_key(connection: AsyncConnection, keyring: Keyring, now: datetime) -> None:
    """The installation's first key; processes that start at once agree on one by its fixed kid."""
    private = ec.generate_private_key(ec.SECP256R1())
    kid = "k1"
    public = private.public_key().public_bytes(_PEM, PublicFormat.SubjectPublicKeyInfo)
    public_jwk: dict[str, Any] = jwk.construct(public, ALGORITHM).to_dict()
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    await connection.execute(
        insert(SigningKey)
        .values(
            kid=kid,
            wrapped=keyring.wrap(f"signing|{kid}".encode(), der),
            public_jwk=orjson.loads(orjson.dumps({key: _text(value) for key, value in public_jwk.items()})),
            created_at=now,
        )
        .on_conflict_do_nothing()
    )


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


def new_refresh_token(tenant_id: UUID) -> str:
    """An opaque refresh token that names its tenant, so that it can be looked up before anything is bound."""
    return f"rt_{tenant_id.hex}_{secrets.token_urlsafe(32)}"


def tenant_of_refresh_token(token: str) -> UUID:
    """Raises BadToken."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != "rt" or len(token) > 200:
        raise BadToken
    try:
        return UUID(parts[1])
    except ValueError as error:
        raise BadToken from error


def digest_of(token: str) -> bytes:
    return sha256(token.encode()).digest()
