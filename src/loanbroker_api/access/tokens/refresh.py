"""Refresh tokens: opaque, random, and naming their company."""

import secrets
from hashlib import sha256
from uuid import UUID

from loanbroker_api.access.tokens.access_tokens import BadToken


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
