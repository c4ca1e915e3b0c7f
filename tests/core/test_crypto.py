"""Encryption of sensitive fields: bound to tenant, table, column and row, and to the master key."""

import os
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.core.crypto import CannotDecrypt, Keyring, TenantKeys
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from support.company import Company, new_company

ROW = UUID("018f0000-0000-7000-8000-000000000001")
PLAIN = "13800138000"


def keys(tenant_id: UUID | None = None) -> TenantKeys:
    return TenantKeys(tenant_id or new_id(), {1: AESGCM(os.urandom(32))}, os.urandom(32))


@given(st.text(max_size=200))
def test_what_is_encrypted_is_decrypted_and_nothing_of_it_shows(value: str) -> None:
    own = keys()
    sealed = own.encrypt("customer", "name", ROW, value)
    assert own.decrypt("customer", "name", ROW, sealed).decode() == value
    assert len(value) < 4 or value.encode() not in sealed


def test_equal_values_have_different_ciphertexts() -> None:
    own = keys()
    assert len({own.encrypt("customer", "name", ROW, PLAIN) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [("customer", "name", new_id()), ("customer", "note", ROW), ("follow_up", "name", ROW)],
    ids=["another row", "another column", "another table"],
)
def test_a_value_that_was_moved_does_not_decrypt(table: str, column: str, row: UUID) -> None:
    own = keys()
    sealed = own.encrypt("customer", "name", ROW, PLAIN)
    with pytest.raises(CannotDecrypt) as refused:
        own.decrypt(table, column, row, sealed)
    assert PLAIN not in str(refused.value)


def test_another_tenant_with_the_same_key_does_not_decrypt() -> None:
    own = keys()
    other = TenantKeys(new_id(), own.data, own.search)
    with pytest.raises(CannotDecrypt):
        other.decrypt("customer", "name", ROW, own.encrypt("customer", "name", ROW, PLAIN))


@pytest.mark.parametrize("position", [0, 1, 2, 13, 14, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    own = keys()
    sealed = bytearray(own.encrypt("customer", "name", ROW, PLAIN))
    sealed[position] ^= 1
    with pytest.raises(CannotDecrypt):
        own.decrypt("customer", "name", ROW, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x00", b"\x00\x01", b"\x00\x01" + bytes(12), b"\x00\x01" + bytes(27)])
def test_what_is_no_ciphertext_is_refused(sealed: bytes) -> None:
    with pytest.raises(CannotDecrypt):
        keys().decrypt("customer", "name", ROW, sealed)


def test_the_newest_key_encrypts_and_older_ones_still_decrypt() -> None:
    first = keys()
    both = TenantKeys(first.tenant_id, {**first.data, 2: AESGCM(os.urandom(32))}, first.search)
    old, new = first.encrypt("customer", "name", ROW, PLAIN), both.encrypt("customer", "name", ROW, PLAIN)
    assert (old[:2], new[:2]) == (b"\x00\x01", b"\x00\x02")
    assert both.decrypt("customer", "name", ROW, old) == both.decrypt("customer", "name", ROW, new) == PLAIN.encode()
    with pytest.raises(CannotDecrypt):
        first.decrypt("customer", "name", ROW, new)


def test_open_keys_do_not_show_in_a_repr() -> None:
    own = keys()
    assert own.search.hex() not in repr(own)
    assert repr(own.search) not in repr(own)


def test_tokens_and_blind_indexes_differ_by_tenant_and_kind() -> None:
    one, other = keys(), keys()
    assert one.blind("phone", PLAIN) == one.blind("phone", PLAIN) != other.blind("phone", PLAIN)
    assert one.blind("phone", PLAIN) != one.blind("id_number", PLAIN)
    assert one.token("phone", PLAIN) == one.token("phone", PLAIN) != other.token("phone", PLAIN)
    assert -(2**63) <= one.token("phone", PLAIN) < 2**63


class TestKeyring:
    async def test_a_tenants_keys_open_with_the_master_key(self, runtime: Runtime, company: Company) -> None:
        sealed = (await runtime.keyring.of(runtime.database, company.id)).encrypt("customer", "name", ROW, PLAIN)
        again = Keyring(runtime.settings.master_key_bytes)
        assert (await again.of(runtime.database, company.id)).decrypt("customer", "name", ROW, sealed) == PLAIN.encode()

    async def test_another_master_key_opens_nothing(self, runtime: Runtime, company: Company) -> None:
        with pytest.raises(CannotDecrypt):
            await Keyring(os.urandom(32)).of(runtime.database, company.id)

    async def test_two_tenants_have_different_keys(self, runtime: Runtime, company: Company) -> None:
        other = await new_company(runtime)
        one, two = [await runtime.keyring.of(runtime.database, tenant) for tenant in (company.id, other.id)]
        assert one.search != two.search
        with pytest.raises(CannotDecrypt):
            TenantKeys(one.tenant_id, two.data, two.search).decrypt("customer", "name", ROW, one.encrypt("customer", "name", ROW, PLAIN))

    async def test_a_wrapped_key_that_was_given_to_another_tenant_does_not_open(
        self, runtime: Runtime, company: Company, administrator
    ) -> None:
        other = await new_company(runtime)
        await administrator.execute(
            "UPDATE tenant_key SET wrapped = theirs.wrapped FROM tenant_key theirs "
            "WHERE tenant_key.tenant_id = $1 AND theirs.tenant_id = $2 AND theirs.purpose = tenant_key.purpose",
            company.id,
            other.id,
        )
        with pytest.raises(CannotDecrypt):
            await Keyring(runtime.settings.master_key_bytes).of(runtime.database, company.id)

    async def test_a_shredded_tenant_cannot_be_read(self, runtime: Runtime, company: Company, administrator) -> None:
        await administrator.execute("DELETE FROM tenant_key WHERE tenant_id = $1", company.id)
        with pytest.raises(CannotDecrypt):
            await Keyring(runtime.settings.master_key_bytes).of(runtime.database, company.id)

    async def test_it_keeps_a_bounded_number_of_tenants(self, runtime: Runtime, company: Company) -> None:
        ring = Keyring(runtime.settings.master_key_bytes, limit=1)
        other = await new_company(runtime)
        for tenant in (company.id, other.id, company.id):
            assert (await ring.of(runtime.database, tenant)).tenant_id == tenant
        assert len(ring._open) == 1
