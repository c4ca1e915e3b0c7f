"""Proofs as a device with a key pair of its own makes them, signed by the cryptography library alone."""

import base64
from datetime import datetime
from hashlib import sha256

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def proof_of(key: ec.EllipticCurvePrivateKey, act: str, at: datetime, token: str | None = None) -> str:
    """A compact JWS, ES256: the act, its time and, for a refresh, the digest of the refresh token."""
    payload = {"act": act, "iat": int(at.timestamp())} | ({"tok": _part(sha256(token.encode()).digest())} if token else {})
    signed = f"{_part(orjson.dumps({'alg': 'ES256'}))}.{_part(orjson.dumps(payload))}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{_part(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
