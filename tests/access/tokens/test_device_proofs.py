"""Proofs of a device's own key: only the holder, only this act, only now, only this token."""

import base64
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jose import jwk as jose_jwk
from jose import jws

from loanbroker_api.access.tokens import BadKey, public_members, thumbprint, verify_device_proof
from loanbroker_api.access.tokens.device_proofs import encoded, jwk_of

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
AT = int(NOW.timestamp())
TOKEN = "rt_01a20f5f9a3671bfb920d9578149c4b8_abc"
TOK = encoded(sha256(TOKEN.encode()).digest())
KEY = ec.generate_private_key(ec.SECP256R1())
JWK = jwk_of(KEY.public_key())


def pem_of(key: Any) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def proof(payload: Any, *, key: Any = KEY, headers: dict[str, Any] | None = None, algorithm: str = "ES256") -> str:
    """As another implementation of JWS makes it (python-jose), not ours."""
    return jws.sign(payload, pem_of(key), headers=headers, algorithm=algorithm)


def at_login(text: str, jwk: Any = JWK, now: datetime = NOW) -> bool:
    return verify_device_proof(text, jwk, act="login", token=None, now=now)


def at_refresh(text: str, token: str = TOKEN) -> bool:
    return verify_device_proof(text, JWK, act="refresh", token=token, now=NOW)


def test_a_good_one() -> None:
    assert at_login(proof({"act": "login", "iat": AT}))
    assert at_login(proof({"act": "login", "iat": AT}, headers={"kid": "mine"}))
    assert at_refresh(proof({"act": "refresh", "iat": AT, "tok": TOK}))


def test_for_another_act_or_token() -> None:
    login, refresh = proof({"act": "login", "iat": AT}), proof({"act": "refresh", "iat": AT, "tok": TOK})
    assert not at_refresh(login)
    assert not at_login(refresh)
    assert not at_refresh(refresh, TOKEN + "x")
    assert not verify_device_proof(refresh, JWK, act="refresh", token=None, now=NOW)
    assert not verify_device_proof(login, JWK, act="login", token=TOKEN, now=NOW)
    assert not at_refresh(proof({"act": "refresh", "iat": AT}))
    assert not at_refresh(proof({"act": "refresh", "iat": AT, "tok": TOKEN}))


@pytest.mark.parametrize(("seconds", "good"), [(0, True), (60, True), (-60, True), (61, False), (-61, False), (86_400, False)])
def test_its_time(seconds: int, good: bool) -> None:
    assert at_login(proof({"act": "login", "iat": AT + seconds})) is good


@pytest.mark.parametrize(
    "payload",
    [
        {"act": "login"},
        {"iat": AT},
        {"act": "login", "iat": str(AT)},
        {"act": "login", "iat": float(AT)},
        {"act": "login", "iat": True},
        {"act": "login", "iat": None},
        {"act": ["login"], "iat": AT},
        {"act": "login", "iat": AT, "tok": TOK},
        {"act": "login", "iat": AT, "exp": AT + 9_999},
        {},
    ],
)
def test_what_says_something_else(payload: dict[str, Any]) -> None:
    assert not at_login(proof(payload))


@pytest.mark.parametrize("tok", [None, 1, "", [TOK], TOK + "=", TOK[:-1], "\ud7ff"])
def test_another_digest(tok: Any) -> None:
    assert not at_refresh(proof({"act": "refresh", "iat": AT, "tok": tok}))


def test_signed_by_someone_else() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    payload = {"act": "login", "iat": AT}
    assert not at_login(proof(payload, key=other))
    # ... who brings the key along, in whichever header.
    for name, value in (
        ("jwk", jwk_of(other.public_key())),
        ("jku", "https://x/"),
        ("x5c", ["x"]),
        ("x5u", "https://x/"),
        ("crit", ["exp"]),
    ):
        assert not at_login(proof(payload, key=other, headers={name: value}))
        assert not at_login(proof(payload, headers={name: value}))


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "es256", "ES384", "RS256", None, ["ES256"]])
def test_another_algorithm(algorithm: Any) -> None:
    head = encoded(orjson.dumps({"alg": algorithm}))
    signed = f"{head}.{proof({'act': 'login', 'iat': AT}).split('.')[1]}"
    public = KEY.public_key()
    secrets = [
        b"",
        orjson.dumps(JWK),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ]
    for signature in ("", *(encoded(hmac.digest(secret, signed.encode(), "sha256")) for secret in secrets)):
        assert not at_login(f"{signed}.{signature}")
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    r, s = decode_dss_signature(KEY.sign(signed.encode(), ec.ECDSA(SHA256())))
    assert not at_login(f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}")  # the header is signed, but says another


def test_a_signature_of_another_form() -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    good = proof({"act": "login", "iat": AT})
    raw = base64.urlsafe_b64decode(good.split(".")[2] + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    for signature in (der, b"\x00" * 64, b"\xff" * 64, raw[:63], raw + b"\x00"):
        assert not at_login(f"{good.rsplit('.', 1)[0]}.{encoded(signature)}")
    assert not at_login(good + "=")
    assert not at_login(good + ".x")


def test_any_changed_character() -> None:
    good = proof({"act": "login", "iat": AT})
    for index, was in enumerate(good):
        assert not at_login(good[:index] + ("A" if was != "A" else "B") + good[index + 1 :])


@given(
    st.text(max_size=80) | st.lists(st.text(max_size=20), min_size=3, max_size=3).map(".".join) | st.just("a" * 5_000) | st.just("." * 900)
)
def test_what_is_no_proof(text: str) -> None:
    assert not at_login(text)


def with_(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**JWK, **changes}.items() if value is not None}


def _rsa() -> dict[str, Any]:
    shown = jose_jwk.construct(pem_of(rsa.generate_private_key(65_537, 2_048)), "RS256").public_key().to_dict()
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in shown.items()}


def _okp() -> dict[str, Any]:
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": encoded(raw)}


REFUSED: dict[str, Callable[[], dict[str, Any]]] = {
    "nothing": dict,
    "symmetric": lambda: {"kty": "oct", "k": encoded(b"secret")},
    "rsa": _rsa,
    "okp": _okp,
    "private part": lambda: with_(d=encoded(KEY.private_numbers().private_value.to_bytes(32, "big"))),
    "rsa members": lambda: with_(n="AQAB"),
    "other curve": lambda: with_(crv="secp256k1"),
    "P-384": lambda: with_(crv="P-384"),
    "no y": lambda: with_(y=None),
    "y a number": lambda: with_(y=1),
    "off the curve": lambda: with_(y=JWK["x"]),
    "infinity": lambda: with_(x="A" * 43, y="A" * 43),
    "padded": lambda: with_(x=JWK["x"] + "="),
    "short": lambda: with_(x=JWK["x"][:-1]),
    "plus and slash": lambda: with_(x="+/" + JWK["x"][2:]),
    "for encryption": lambda: with_(use="enc"),
    "for another algorithm": lambda: with_(alg="ECDH-ES"),
    "to sign": lambda: with_(key_ops=["sign"]),
    "kty a list": lambda: with_(kty=["EC"]),
    "chain": lambda: with_(x5c=["x"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_only_public_keys_of_p256(name: str) -> None:
    jwk = REFUSED[name]()
    for use in (public_members, thumbprint):
        with pytest.raises(BadKey):
            use(jwk)
    assert not at_login(proof({"act": "login", "iat": AT}), jwk)


def test_a_key_has_one_spelling() -> None:
    """43 characters hold two bits more than 32 bytes: another last character would be the same point under another thumbprint."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(JWK["x"][-1])
    for bits in (1, 2, 3):
        with pytest.raises(BadKey):
            thumbprint(with_(x=JWK["x"][:-1] + alphabet[last + bits]))


def test_what_a_browser_exports_is_the_same_key() -> None:
    exported = {**JWK, "key_ops": ["verify"], "ext": True, "alg": "ES256", "use": "sig", "kid": "1"}
    assert thumbprint(exported) == thumbprint(JWK)
    assert public_members(exported) == JWK
    assert at_login(proof({"act": "login", "iat": AT}), exported)


def test_the_thumbprint_is_the_standards() -> None:
    """RFC 9449, section 6.1: the key of the example and its jkt."""
    jwk = {
        "kty": "EC",
        "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
        "crv": "P-256",
    }
    assert thumbprint(jwk) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


def test_a_proof_lasts_as_long_as_it_says() -> None:
    text = proof({"act": "login", "iat": AT})
    assert [at_login(text, now=NOW + timedelta(seconds=seconds)) for seconds in (-61, -60, 60, 61)] == [False, True, True, False]
