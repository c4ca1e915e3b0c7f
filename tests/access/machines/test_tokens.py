"""The form of a key, and how it is compared."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.access.machines import queries
from loanbroker_api.access.machines.queries import KeyState
from loanbroker_api.access.machines.tokens import digest_of_key, is_api_key, new_api_key, parse_api_key

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.uuids(), st.uuids())
def test_a_key_names_its_company_and_itself(tenant_id: UUID, key_id: UUID) -> None:
    secret = new_api_key(tenant_id, key_id)
    parsed = parse_api_key(secret)
    assert parsed is not None
    assert (parsed.tenant_id, parsed.key_id) == (tenant_id, key_id)
    assert parsed.digest == hashlib.sha256(secret.encode()).digest()
    assert is_api_key(secret)
    assert secret != new_api_key(tenant_id, key_id)
    assert str(parsed.digest) not in repr(parsed)


@given(st.text(max_size=200) | st.text(alphabet="ak_0123456789abcdef", max_size=200).map("ak_".__add__))
def test_what_is_no_key(text: str) -> None:
    assert parse_api_key(text) is None or len(text) == 3 + 32 + 1 + 32 + 1 + 64


@pytest.mark.parametrize(
    "change", [str.upper, lambda key: key + "\n", lambda key: " " + key, lambda key: key.replace("_", "-"), lambda key: key[:-1]]
)
def test_another_spelling_is_no_key(change: Any) -> None:
    assert parse_api_key(change(new_api_key(UUID(int=1), UUID(int=2)))) is None


def state(digest: bytes, **more: Any) -> KeyState:
    given = {"active": True, "networks": (), "expires_at": NOW + timedelta(days=1), "revoked_at": None, **more}
    return KeyState(UUID(int=1), UUID(int=2), "甲", permissions=frozenset(), digest=digest, **given)


def test_digests_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """`==` on bytes stops at the first difference."""
    compared: list[tuple[bytes, bytes]] = []
    real = queries.hmac.compare_digest

    def note(left: bytes, right: bytes) -> bool:
        compared.append((left, right))
        return real(left, right)

    monkeypatch.setattr(queries.hmac, "compare_digest", note)
    right, wrong = digest_of_key("x"), digest_of_key("y")
    assert state(right).opens(right, NOW)
    assert not state(right).opens(wrong, NOW)
    assert not state(right, revoked_at=NOW).opens(right, NOW)
    assert not state(right, expires_at=NOW).opens(right, NOW)
    assert compared == [(right, right), (right, wrong), (right, right), (right, right)]


@pytest.mark.parametrize(
    ("networks", "ip", "good"),
    [
        ((), "198.51.100.7", True),
        ((), "", True),
        (("10.0.0.0/8",), "10.255.0.1", True),
        (("10.0.0.0/8",), "::ffff:10.0.0.1", True),
        (("10.0.0.0/8",), "11.0.0.1", False),
        (("10.0.0.0/8",), "", False),
        (("10.0.0.0/8",), "2001:db8::1", False),
        (("10.0.0.0/8", "2001:db8::/32"), "2001:db8::1", True),
        (("0.0.0.0/0",), "testclient", False),
    ],
)
def test_networks(networks: tuple[str, ...], ip: str, good: bool) -> None:
    refusal = state(b"", networks=networks).refuses(ip)
    assert (refusal is None) is good
    assert refusal is None or refusal.code == "access.ip-refused"
