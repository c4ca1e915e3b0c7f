"""Signed heads of audit chains, to be kept elsewhere: a JWS (ES256) by a key that is never retired."""

from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwt  # noqa: TID251 - one of its homes
from jose.exceptions import JOSEError  # noqa: TID251
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access.models import SigningKey
from loanbroker_api.access.tokens.access_tokens import ALGORITHM, ISSUER, BadToken
from loanbroker_api.access.tokens.keys import new_key, open_key
from loanbroker_api.core.runtime import Runtime

HEAD_AUDIENCE: Final = "loanbroker-audit"
_FIRST: Final = "a1"
_WHOLE: Final = {"require_aud": True, "require_iss": True}


async def _audit_keys(runtime: Runtime) -> dict[str, ec.EllipticCurvePrivateKey]:
    """The keys of exported heads by kid, oldest first; the first is made when it is asked for.

    They are opened with the master key and their public halves are taken from that, not from the table: whoever holds the database alone
    can neither sign a head nor put a key of their own in the place of ours.
    """
    known = select(SigningKey).where(SigningKey.purpose == "audit").order_by(SigningKey.created_at, SigningKey.kid)
    async with runtime.database.app.begin() as connection:
        rows = (await connection.execute(known)).all()
        if not rows:
            now = runtime.clock.now()
            first = new_key(runtime.keyring, now, active_at=now, purpose="audit", kid=_FIRST)
            await connection.execute(insert(SigningKey).values(first).on_conflict_do_nothing())
            rows = (await connection.execute(known)).all()
    return {row.kid: open_key(runtime.keyring, row.kid, row.wrapped) for row in rows}


async def sign_head(runtime: Runtime, claims: Mapping[str, Any]) -> str:
    """The signed end of an audit chain. Its key is never retired, so it is verified for ever."""
    kid, private = list((await _audit_keys(runtime)).items())[-1]
    key: Any = private
    return jwt.encode({**claims, "iss": ISSUER, "aud": HEAD_AUDIENCE}, key, algorithm=ALGORITHM, headers={"kid": kid})


async def read_head(runtime: Runtime, head: str) -> dict[str, Any]:
    """The claims of a head that we signed. Raises BadToken for every other text, an access token too."""
    try:
        header = jwt.get_unverified_header(head)
        private = (await _audit_keys(runtime)).get(str(header.get("kid")))
        if private is None or header.get("alg") != ALGORITHM or len(head) > 4_000:
            raise BadToken
        key: Any = private.public_key()
        return jwt.decode(head, key, algorithms=[ALGORITHM], audience=HEAD_AUDIENCE, issuer=ISSUER, options=_WHOLE)
    except (JOSEError, ValueError, TypeError, AttributeError) as error:
        raise BadToken from error
