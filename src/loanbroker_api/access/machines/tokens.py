"""What an API key looks like: `ak_` + tenant + key + 256 random bits, so that it names what it is before anything is looked up."""

import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID

PREFIX: Final = "ak_"
_FORM: Final = re.compile(r"ak_([0-9a-f]{32})_([0-9a-f]{32})_[0-9a-f]{64}")


@dataclass(frozen=True)
class ParsedKey:
    tenant_id: UUID
    key_id: UUID
    digest: bytes = field(repr=False)


def new_api_key(tenant_id: UUID, key_id: UUID) -> str:
    """A new secret. It is as random as a key can be, so a fast hash keeps it as well as a slow one would."""
    return f"{PREFIX}{tenant_id.hex}_{key_id.hex}_{secrets.token_hex(32)}"


def digest_of_key(secret: str) -> bytes:
    """What is stored: SHA-256 of the whole text, tenant and key included."""
    return sha256(secret.encode()).digest()


def is_api_key(token: str) -> bool:
    return token.startswith(PREFIX)


def parse_api_key(secret: str) -> ParsedKey | None:
    """None for what has not the form of a key."""
    found = _FORM.fullmatch(secret)
    return ParsedKey(UUID(found[1]), UUID(found[2]), digest_of_key(secret)) if found else None
