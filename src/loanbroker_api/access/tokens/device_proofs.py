"""Proofs of a device: a compact JWS (RFC 7515), ES256, by the P-256 key that the device made and whose public half we know.

At login it says that the device holds the key; at a refresh also for which refresh token, so that a stolen token is of no use elsewhere.
"""

import base64
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

WINDOW_SECONDS: Final = 60
_LIMIT: Final = 1_000
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")
_MEMBERS: Final = frozenset({"kty", "crv", "x", "y", "kid", "use", "alg", "key_ops", "ext"})
"""What browsers and phones export with a public key; anything more may be a private part."""
_HEADERS: Final = frozenset({"alg", "typ", "kid"})


class BadKey(ValueError):  # noqa: N818 - says what happened
    """Not the public half of a P-256 signature key. Never carries the key."""


def encoded(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes behind base64url. Raises ValueError for padding, foreign characters, and spellings that another text of the same bytes has."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encoded(raw) != text:
        raise ValueError("not canonical base64url")
    return raw


def public_key(jwk: Mapping[str, Any]) -> ec.EllipticCurvePublicKey:
    """The key behind a JWK. Raises BadKey for everything but a point of P-256 without private parts."""
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or not _MEMBERS.issuperset(jwk):
        raise BadKey("not a public P-256 key")
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", "ES256") != "ES256" or jwk.get("key_ops", ["verify"]) != ["verify"]:
        raise BadKey("not a key for ES256 signatures")
    x, y = jwk.get("x"), jwk.get("y")
    if not isinstance(x, str) or not isinstance(y, str) or len(x) != 43 or len(y) != 43:
        raise BadKey("coordinates are 32 bytes each")
    try:
        numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(decoded(x), "big"), int.from_bytes(decoded(y), "big"), ec.SECP256R1())
        return numbers.public_key()
    except ValueError:
        raise BadKey("not a point of P-256") from None


def public_members(jwk: Mapping[str, Any]) -> dict[str, str]:
    """The four members that make the key, and nothing else: what may be stored and shown. Raises BadKey."""
    public_key(jwk)
    return {name: str(jwk[name]) for name in ("crv", "kty", "x", "y")}


def jwk_of(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The JWK of a P-256 key."""
    numbers = key.public_numbers()
    return {"crv": "P-256", "kty": "EC", "x": encoded(numbers.x.to_bytes(32, "big")), "y": encoded(numbers.y.to_bytes(32, "big"))}


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638 with SHA-256: the same key has the same one, however it was written. Raises BadKey."""
    return encoded(sha256(orjson.dumps(public_members(jwk), option=orjson.OPT_SORT_KEYS)).digest())


def verify_device_proof(proof: str, jwk: Mapping[str, Any], *, act: Literal["login", "refresh"], token: str | None, now: datetime) -> bool:
    """Whether `proof` was made within a minute of `now` by the holder of `jwk` for this act and, at a refresh, for this refresh token.

    Its payload is exactly `{"act", "iat"}` and at a refresh `"tok"`, base64url of SHA-256 of the token. Never raises.
    """
    try:
        key = public_key(jwk)
        if len(proof) > _LIMIT:
            return False
        head, body, signature = proof.split(".")
        header, payload, raw = orjson.loads(decoded(head)), orjson.loads(decoded(body)), decoded(signature)
        if not isinstance(header, dict) or header["alg"] != "ES256" or not _HEADERS.issuperset(header):  # pyright: ignore[reportUnknownArgumentType]
            return False
        if len(raw) != 64 or not isinstance(payload, dict) or not _says(payload, act, token, now):  # pyright: ignore[reportUnknownArgumentType]
            return False
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


def _says(payload: dict[str, Any], act: str, token: str | None, now: datetime) -> bool:
    """Whether the payload is for this act, at this time and, where there is one, for this token."""
    wanted = {"act", "iat"} if token is None else {"act", "iat", "tok"}
    if (act == "refresh") is (token is None) or set(payload) != wanted or payload["act"] != act:
        return False
    at = payload["iat"]
    if not isinstance(at, int) or isinstance(at, bool) or abs(now.timestamp() - at) > WINDOW_SECONDS:
        return False
    if token is None:
        return True
    told = payload["tok"]
    return isinstance(told, str) and hmac.compare_digest(told.encode(), encoded(sha256(token.encode()).digest()).encode())
