"""Encryption of sensitive fields: a data key and a search key per tenant, each stored only wrapped by the master key.

Ciphertext is AES-256-GCM: `key version (2 bytes) ‖ nonce (12) ‖ ciphertext and tag`, with tenant | table | column | row id as associated data,
so that a value moved to another row or column does not decrypt.
"""

import hmac
import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5, sha256
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, SmallInteger, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import Database, ReadSession, TenantLink, WriteSession

DATA: Final = "data"
SEARCH: Final = "search"


class TenantKey(TenantLink):
    """A wrapped key; deleting a tenant's rows here is its crypto-shredding."""

    __tablename__ = "tenant_key"
    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    key_version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class CannotDecrypt(Exception):  # noqa: N818 - says what happened
    """The ciphertext is not this field's, or its key is gone. Never carries the bytes."""


@dataclass(frozen=True)
class TenantKeys:
    """One tenant's open keys, in memory only. Data keys by version; the newest encrypts."""

    tenant_id: UUID
    data: Mapping[int, AESGCM] = field(repr=False)
    search: bytes = field(repr=False)

    def encrypt(self, table: str, column: str, row_id: UUID, plain: str | bytes) -> bytes:
        """Ciphertext of one field of one row."""
        version = max(self.data)
        nonce = os.urandom(12)
        body = plain.encode() if isinstance(plain, str) else plain
        return version.to_bytes(2, "big") + nonce + self.data[version].encrypt(nonce, body, self._bound_to(table, column, row_id))

    def decrypt(self, table: str, column: str, row_id: UUID, sealed: bytes) -> bytes:
        """Plain bytes of one field of one row. Raises CannotDecrypt."""
        key = self.data.get(int.from_bytes(sealed[:2], "big"))
        if key is None:
            raise CannotDecrypt(f"{table}.{column}: key version unknown")
        try:
            return key.decrypt(sealed[2:14], sealed[14:], self._bound_to(table, column, row_id))
        except Exception as error:
            raise CannotDecrypt(f"{table}.{column}: not decipherable") from error

    def _bound_to(self, table: str, column: str, row_id: UUID) -> bytes:
        return self.tenant_id.bytes + f"|{table}|{column}|".encode() + row_id.bytes

    def blind(self, kind: str, value: str) -> bytes:
        """32-byte blind index for exact matches. A phone is indexed by its md5, so that platforms' phone digests match as well."""
        body = md5(value.encode(), usedforsecurity=False).hexdigest() if kind == "phone" else value
        return hmac.digest(self.search, f"blind:{kind}:{body}".encode(), "sha256")

    def token(self, kind: str, value: str) -> int:
        """64-bit signed search token (data-plane: token side table)."""
        return int.from_bytes(hmac.digest(self.search, f"{kind}:{value}".encode(), "sha256")[:8], "big", signed=True)


class Keyring:
    """Opens tenants' keys with the master key and keeps the last `limit` tenants' open in memory."""

    def __init__(self, master_key: bytes, *, limit: int = 2_000) -> None:
        self._master = AESGCM(sha256(b"loanbroker/wrap/v1" + master_key).digest())
        self._open: OrderedDict[UUID, TenantKeys] = OrderedDict()
        self._limit = limit

    def wrap(self, context: bytes, secret: bytes) -> bytes:
        """A secret of the installation (a key, a signing key) as it may be stored."""
        nonce = os.urandom(12)
        return nonce + self._master.encrypt(nonce, secret, context)

    def unwrap(self, context: bytes, wrapped: bytes) -> bytes:
        """Raises CannotDecrypt when the master key is another one."""
        try:
            return self._master.decrypt(wrapped[:12], wrapped[12:], context)
        except Exception as error:
            raise CannotDecrypt("the master key does not open this installation's keys") from error

    async def create(self, session: WriteSession, tenant_id: UUID) -> TenantKeys:
        """Make and store a new tenant's keys."""
        for purpose in (DATA, SEARCH):
            wrapped = self.wrap(_context(tenant_id, purpose, 1), os.urandom(32))
            session.add(TenantKey(purpose=purpose, key_version=1, wrapped=wrapped))
        await session.flush()
        return await self.load(session, tenant_id)

    async def load(self, session: ReadSession, tenant_id: UUID) -> TenantKeys:
        """A tenant's open keys, from memory or through the bound session. Raises CannotDecrypt."""
        known = self._open.get(tenant_id)
        if known is not None:
            self._open.move_to_end(tenant_id)
            return known
        data: dict[int, AESGCM] = {}
        search: dict[int, bytes] = {}
        for row in await session.scalars(select(TenantKey)):
            plain = self.unwrap(_context(tenant_id, row.purpose, row.key_version), row.wrapped)
            if row.purpose == DATA:
                data[row.key_version] = AESGCM(plain)
            else:
                search[row.key_version] = plain
        if not data or not search:
            raise CannotDecrypt("the tenant has no keys")
        keys = TenantKeys(tenant_id, data, search[max(search)])
        self._open[tenant_id] = keys
        if len(self._open) > self._limit:
            self._open.popitem(last=False)
        return keys

    async def of(self, database: Database, tenant_id: UUID) -> TenantKeys:
        """A tenant's open keys where no session is at hand."""
        known = self._open.get(tenant_id)
        if known is not None:
            return known
        async with database.read(tenant_id) as session:
            return await self.load(session, tenant_id)


def _context(tenant_id: UUID, purpose: str, version: int) -> bytes:
    return tenant_id.bytes + f"|{purpose}|{version}".encode()
