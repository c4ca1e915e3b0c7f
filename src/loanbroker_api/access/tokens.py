"""Access tokens: the only module that signs and verifies them. ES256 only, keys chosen by kid, never PEM text at run time."""

import secrets
from collections.abc import Mapping, Sequence
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
HEAD_AUDIENCE: Final = "loanbroker-audit"
_WHOLE: Final = {"require_aud": True, "require_iss": True}
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
            rows = await _keys(connection, self._runtime, "token", "k1")
        self._public = {row.kid: jwk.construct(row.public_jwk, ALGORITHM) for row in rows}
        newest = rows[-1]
        der = self._runtime.keyring.unwrap(f"signing|{newest.kid}".encode(), newest.wrapped)
        private = load_der_private_key(der, None)
        pem = private.private_bytes(_PEM, PrivateFormat.PKCS8, NoEncryption())
        self._private, self._kid = jwk.construct(pem, ALGORITHM), newest.kid


async def _keys(connection: AsyncConnection, runtime: Runtime, purpose: str, first: str) -> Sequence[Any]:
    """The keys of a purpose, oldest first; where there is none, a first one is made."""
    known = select(SigningKey).where(SigningKey.purpose == purpose).order_by(SigningKey.created_at)
    rows = (await connection.execute(known)).all()
    if not rows:
        await _make_key(connection, runtime.keyring, runtime.clock.now(), first, purpose)
        rows = (await connection.execute(known)).all()
    return rows


async def _make_key(connection: AsyncConnection, keyring: Keyring, now: datetime, kid: str, purpose: str) -> None:
    """A first key; processes that start at once agree on one by its fixed kid."""
    private = ec.generate_private_key(ec.SECP256R1())
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
            purpose=purpose,
        )
        .on_conflict_do_nothing()
    )


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


async def _audit_keys(runtime: Runtime) -> dict[str, ec.EllipticCurvePrivateKey]:
    """The keys of exported heads by kid, oldest first.

    They are opened with the master key and their public halves are taken from that, not from the table: whoever holds the database alone
    can neither sign a head nor put a key of their own in the place of ours.
    """
    async with runtime.database.app.begin() as connection:
        rows = await _keys(connection, runtime, "audit", "a1")
    found: dict[str, ec.EllipticCurvePrivateKey] = {}
    for row in rows:
        private = load_der_private_key(runtime.keyring.unwrap(f"signing|{row.kid}".encode(), row.wrapped), None)
        if isinstance(private, ec.EllipticCurvePrivateKey):
            found[row.kid] = private
    return found


async def sign_head(runtime: Runtime, claims: Mapping[str, Any]) -> str:
    """The signed end of an audit chain, to be kept elsewhere. Its key is never retired, so it is verified for ever."""
    kid, private = list((await _audit_keys(runtime)).items())[-1]
    key: Any = jwk.construct(private.private_bytes(_PEM, PrivateFormat.PKCS8, NoEncryption()), ALGORITHM)
    return jwt.encode({**claims, "iss": ISSUER, "aud": HEAD_AUDIENCE}, key, algorithm=ALGORITHM, headers={"kid": kid})


async def read_head(runtime: Runtime, head: str) -> dict[str, Any]:
    """The claims of a head that we signed. Raises BadToken for every other text, an access token too."""
    try:
        header = jwt.get_unverified_header(head)
        private = (await _audit_keys(runtime)).get(str(header.get("kid")))
        if private is None or header.get("alg") != ALGORITHM or len(head) > 4_000:
            raise BadToken
        public = private.public_key().public_bytes(_PEM, PublicFormat.SubjectPublicKeyInfo)
        key: Any = jwk.construct(public, ALGORITHM)
        return jwt.decode(head, key, algorithms=[ALGORITHM], audience=HEAD_AUDIENCE, issuer=ISSUER, options=_WHOLE)
    except (JOSEError, ValueError, TypeError, AttributeError) as error:
        raise BadToken from error


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
