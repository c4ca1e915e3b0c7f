"""Access tokens: the only module that signs and verifies them. ES256 only, keys chosen by kid, never PEM text at run time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from jose import jwt  # noqa: TID251 - this is its one home
from jose.exceptions import JOSEError  # noqa: TID251

from loanbroker_api.access.tokens.keys import SigningKeys
from loanbroker_api.core.runtime import Runtime

ALGORITHM: Final = "ES256"
ISSUER: Final = "loanbroker"
AUDIENCE: Final = "loanbroker-api"
_HEADERS: Final = frozenset({"alg", "typ", "kid"})
"""What we write. Anything more (jwk, jku, x5u, crit, b64) asks us to trust what the token itself says."""
_OPTIONS: Final = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require_aud": True, "require_iss": True}


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
    """Signs with the newest active key, verifies with the one that a token's kid names."""

    def __init__(self, runtime: Runtime) -> None:
        self.keys = SigningKeys(runtime)

    async def sign(self, claims: Claims, now: datetime, lifetime: timedelta) -> str:
        """An access token; `lifetime` at most 10 minutes by settings."""
        kid, private = await self.keys.signing(now)
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
        key: Any = private
        return jwt.encode(body, key, algorithm=ALGORITHM, headers={"kid": kid})

    async def verify(self, token: str, now: datetime) -> Claims:
        """What the token says. Raises BadToken."""
        claims, _ = await self.verify_until(token, now)
        return claims

    async def verify_until(self, token: str, now: datetime) -> tuple[Claims, datetime]:
        """What the token says, and until when that need not be asked again: its end, or the next look at the keys (one may have leaked).

        Raises BadToken. The algorithm is pinned, whatever the header says.
        """
        if len(token) > 2_000:
            raise BadToken
        try:
            header = jwt.get_unverified_header(token)
            kid = header.get("kid")
            if header.get("alg") != ALGORITHM or not isinstance(kid, str) or not _HEADERS.issuperset(header):
                raise BadToken
            found = await self.keys.verifying(kid, now)
            if found is None:
                raise BadToken
            key: Any = found[0]
            body = jwt.decode(token, key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, options=_OPTIONS)
            if not now.timestamp() < int(body["exp"]) or int(body["iat"]) > now.timestamp() + 60:
                raise BadToken
            claims = Claims(UUID(body["tid"]), UUID(body["sub"]), UUID(body["sid"]), str(body["cli"]))
            return claims, min(datetime.fromtimestamp(int(body["exp"]), UTC), found[1])
        except (JOSEError, KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
            raise BadToken from error
