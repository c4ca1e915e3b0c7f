"""What a production start refuses."""

import pytest
from pydantic import ValidationError

from loanbroker_api.settings import Settings

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
COMPLETE = {
    "environment": "production",
    "master_key": KEY,
    "database_url": "postgresql://lb_app@db/loanbroker",
    "redis_url": "redis://valkey:6379/0",
    "public_url": "https://lb.example.org",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch):
    import os

    for name in [name for name in os.environ if name.startswith("LOANBROKER_")]:
        monkeypatch.delenv(name)


def test_a_complete_production_starts_closed():
    settings = Settings(**COMPLETE)
    assert settings.production
    assert settings.master_key_bytes == b"0123456789abcdef0123456789abcdef"
    assert settings.public_base == "https://lb.example.org"


@pytest.mark.parametrize("missing", ["master_key", "database_url", "redis_url", "public_url"])
def test_what_is_missing_is_named(missing: str):
    with pytest.raises(ValidationError, match=f"LOANBROKER_{missing.upper()}"):
        Settings(**{name: value for name, value in COMPLETE.items() if name != missing})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("master_key", "c2hvcnQ="),
        ("master_key", "not base64!"),
        ("master_key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("clock_offset", "60"),
        ("public_url", "http://lb.example.org"),
    ],
)
def test_what_is_weak_is_refused_without_being_repeated(name: str, value: str):
    with pytest.raises(ValidationError, match=f"LOANBROKER_{name.upper()}") as refused:
        Settings(**{**COMPLETE, name: value})
    if name == "master_key":
        assert value not in str(refused.value)


def test_environment_variables_carry_the_prefix(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOANBROKER_PORT", "8123")
    monkeypatch.setenv("LOANBROKER_CORS_ORIGINS", "https://a.example/, https://b.example")
    monkeypatch.setenv("LOANBROKER_TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8")
    settings = Settings()
    assert settings.port == 8123
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "fd00::/8"]
