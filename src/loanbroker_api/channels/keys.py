"""Channel keys and secrets: a key names its tenant, so that it can be looked up before anything is bound."""

import base64
import binascii
import secrets
from uuid import UUID

PREFIX = "ck_"


def new_channel_key(tenant_id: UUID) -> str:
    """`ck_` + base32 of the tenant id and 128 random bits."""
    return PREFIX + base64.b32encode(tenant_id.bytes + secrets.token_bytes(16)).decode().rstrip("=").lower()


def tenant_of_channel_key(key: str) -> UUID | None:
    """None for what cannot be a key of ours."""
    if not key.startswith(PREFIX) or len(key) != 3 + 52:
        return None
    try:
        return UUID(bytes=base64.b32decode(key[3:].upper() + "====")[:16])
    except (binascii.Error, ValueError):
        return None


def new_secret() -> str:
    """A Standard Webhooks secret: `whsec_` + base64 of 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def secret_bytes(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))
