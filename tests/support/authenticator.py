"""A passkey in software: ES256, no attestation, answering as a browser's PublicKeyCredential.toJSON() does. It can be told to misbehave."""

import base64
import os
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://localhost:8000"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Authenticator:
    """`count` None is a synced passkey, which always says 0."""

    origin: str = ORIGIN
    rp_id: str = "localhost"
    count: int | None = 0
    verifies: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    user: bytes | None = None

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to creation options."""
        assert options["rp"]["id"] == "localhost"
        assert -7 in [wanted["alg"] for wanted in options["pubKeyCredParams"]]
        assert options["authenticatorSelection"]["userVerification"] == "required"
        assert b64(self.credential_id) not in [known["id"] for known in options["excludeCredentials"]]
        self.user = unb64(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = encode_cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cose
        made = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + attested}
        return self._answer(
            clientDataJSON=b64(self._client_data("webauthn.create", options["challenge"])),
            attestationObject=b64(encode_cbor(made)),
            transports=["internal", "hybrid", "carrier-pigeon"],
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to request options; counts up first, as hardware does."""
        assert options["userVerification"] == "required"
        if self.count is not None:
            self.count += 1
        data, client = self._data(), self._client_data("webauthn.get", options["challenge"])
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=b64(client),
            authenticatorData=b64(data),
            signature=b64(signature),
            userHandle=b64(self.user) if self.user else None,
        )

    def copy(self) -> Self:
        """The same key in other hands, its count where it is now."""
        return type(self)(self.origin, self.rp_id, self.count, self.verifies, self.key, self.credential_id, self.user)

    def _data(self, flags: int = 0) -> bytes:
        flags |= USER_PRESENT | (USER_VERIFIED if self.verifies else 0)
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + (self.count or 0).to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return orjson.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False})

    def _answer(self, **response: Any) -> dict[str, Any]:
        name = b64(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }
