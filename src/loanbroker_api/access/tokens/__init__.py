"""Access tokens and the keys behind them, refresh tokens, and the proofs that a device gives of its own key."""

from loanbroker_api.access.tokens.access_tokens import ALGORITHM, AUDIENCE, ISSUER, BadToken, Claims, TokenSigner
from loanbroker_api.access.tokens.device_proofs import BadKey, public_members, thumbprint, verify_device_proof
from loanbroker_api.access.tokens.heads import read_head, sign_head
from loanbroker_api.access.tokens.keys import Rotation, SigningKeys, rotate, rotate_if_due
from loanbroker_api.access.tokens.refresh import digest_of, new_refresh_token, tenant_of_refresh_token

__all__ = [
    "ALGORITHM",
    "AUDIENCE",
    "ISSUER",
    "BadKey",
    "BadToken",
    "Claims",
    "Rotation",
    "SigningKeys",
    "TokenSigner",
    "digest_of",
    "new_refresh_token",
    "public_members",
    "read_head",
    "rotate",
    "rotate_if_due",
    "sign_head",
    "tenant_of_refresh_token",
    "thumbprint",
    "verify_device_proof",
]
