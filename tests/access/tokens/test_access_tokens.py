"""Access tokens: each known attack on JWT is tried."""

import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from jose import jwk, jwt
from sqlalchemy import select

from loanbroker_api.access.models import SigningKey
from loanbroker_api.access.tokens import BadToken, Claims, TokenSigner
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company, new_company

SignIn = Callable[..., Awaitable[Api]]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def pem_of(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else orjson.dumps(value)).decode().rstrip("=")


def opened(token: str, position: int) -> dict[str, Any]:
    text = token.split(".")[position]
    return orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@pytest.fixture
async def signer(runtime: Runtime) -> TokenSigner:
    return TokenSigner(runtime)


@pytest.fixture
async def token(signer: TokenSigner, company: Company) -> str:
    """A good token of ours, of an employee and a session that need not exist: only the signature is looked at here."""
    return await signer.sign(Claims(company.id, new_id(), new_id(), "ios"), NOW, timedelta(minutes=10))


async def public_der(runtime: Runtime) -> tuple[bytes, bytes]:
    """Our public key, as whoever knows it would use it for a secret: DER and PEM."""
    async with runtime.database.app.connect() as connection:
        stored = (await connection.execute(select(SigningKey.public_jwk).order_by(SigningKey.created_at.desc()))).scalars().first()
    pem = jwk.construct(stored, "ES256").to_pem()
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    return load_pem_public_key(pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), pem


async def test_a_good_token_is_good(signer: TokenSigner, token: str, company: Company) -> None:
    claims = await signer.verify(token, NOW)
    assert (claims.tenant_id, claims.client) == (company.id, "ios")
    assert opened(token, 0)["alg"] == "ES256"


async def refused(signer: TokenSigner, token: str, now: datetime = NOW) -> None:
    with pytest.raises(BadToken):
        await signer.verify(token, now)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
async def test_without_a_signature(signer: TokenSigner, token: str, algorithm: str) -> None:
    header, body = part({**opened(token, 0), "alg": algorithm}), token.split(".")[1]
    for signature in ("", token.split(".")[2], part(b"x")):
        await refused(signer, f"{header}.{body}.{signature}")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_signed_with_our_public_key_as_a_secret(runtime: Runtime, signer: TokenSigner, token: str, algorithm: str) -> None:
    import hashlib
    import hmac

    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    for key in (*await public_der(runtime), orjson.dumps(await _jwk(runtime)), b""):
        signed = f"{part({**opened(token, 0), 'alg': algorithm})}.{token.split('.')[1]}"
        await refused(signer, f"{signed}.{part(hmac.digest(key, signed.encode(), digest))}")
        # ... and by a header that still says ES256.
        signed = f"{token.split('.', maxsplit=1)[0]}.{token.split('.')[1]}"
        await refused(signer, f"{signed}.{part(hmac.digest(key, signed.encode(), digest))}")


async def _jwk(runtime: Runtime) -> dict[str, Any]:
    async with runtime.database.app.connect() as connection:
        return (await connection.execute(select(SigningKey.public_jwk))).scalars().first() or {}


async def test_signed_with_a_key_of_ones_own(signer: TokenSigner, token: str) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    body = opened(token, 1)
    await refused(signer, jwt.encode(body, pem_of(own), algorithm="ES256", headers={"kid": opened(token, 0)["kid"]}))
    shown: dict[str, Any] = {name: value for name, value in jwk.construct(pem_of(own), "ES256").public_key().to_dict().items()}
    shown = {name: value.decode() if isinstance(value, bytes) else value for name, value in shown.items()}
    for headers in (
        {"kid": "mine"},
        {"kid": opened(token, 0)["kid"], "jwk": shown},
        {"jwk": shown},
        {"kid": "k1", "jku": "http://127.0.0.1/"},
    ):
        await refused(signer, jwt.encode(body, pem_of(own), algorithm="ES256", headers=headers))


async def test_signed_by_another_algorithm(signer: TokenSigner, token: str) -> None:
    key = rsa.generate_private_key(65_537, 2_048)
    await refused(signer, jwt.encode(opened(token, 1), pem_of(key), algorithm="RS256", headers={"kid": opened(token, 0)["kid"]}))


@pytest.mark.parametrize("kid", ["k2", "", None, 1, "../../etc/passwd", "k1' OR '1'='1", ["k1"], {"k1": 1}])
async def test_an_unknown_key(signer: TokenSigner, token: str, kid: object) -> None:
    header = {**opened(token, 0), "kid": kid}
    await refused(signer, f"{part(header)}.{token.split('.', 1)[1]}")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"},
        {"iss": "another"},
        {"aud": None},
        {"iss": None},
        {"exp": None},
        {"sid": None},
        {"tid": "x"},
        {"sub": None},
        {"iat": None},
    ],
)
async def test_what_we_signed_for_something_else(signer: TokenSigner, token: str, changes: dict[str, object]) -> None:
    body = {name: value for name, value in {**opened(token, 1), **changes}.items() if value is not None}
    kid, private = await signer.keys.signing(NOW)
    await refused(signer, jwt.encode(body, pem_of(private), algorithm="ES256", headers={"kid": kid}))


async def test_its_time(signer: TokenSigner, token: str) -> None:
    await signer.verify(token, NOW + timedelta(minutes=9, seconds=59))
    await refused(signer, token, NOW + timedelta(minutes=10))
    await refused(signer, token, NOW + timedelta(days=1))
    await refused(signer, token, NOW - timedelta(minutes=2))


@pytest.mark.parametrize("position", [0, 1, 2])
async def test_a_changed_part(signer: TokenSigner, token: str, position: int) -> None:
    parts = token.split(".")
    for index in range(0, len(parts[position]) - 1, 7):
        changed = parts[position]
        changed = changed[:index] + ("A" if changed[index] != "A" else "B") + changed[index + 1 :]
        await refused(signer, ".".join([*parts[:position], changed, *parts[position + 1 :]]))


async def test_another_company_in_the_same_signature(signer: TokenSigner, token: str) -> None:
    body = {**opened(token, 1), "tid": str(new_id())}
    await refused(signer, f"{token.split('.', maxsplit=1)[0]}.{part(body)}.{token.split('.')[2]}")


async def test_a_signature_of_another_form(signer: TokenSigner, token: str) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    raw = base64.urlsafe_b64decode(token.split(".")[2] + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    for signature in (der, b"\x00" * 64, raw[:63], raw + b"\x00"):
        await refused(signer, f"{token.rsplit('.', 1)[0]}.{part(signature)}")


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=60)
    | st.lists(st.text(max_size=20), min_size=3, max_size=5).map(".".join)
    | st.just("." * 1_999)
    | st.just("a" * 5_000)
)
async def test_what_is_no_token(signer: TokenSigner, text: str) -> None:
    await refused(signer, text)


async def test_a_key_that_another_process_made_is_read_again(runtime: Runtime, token: str) -> None:
    late = TokenSigner(runtime)
    assert late.keys._known == {}
    assert (await late.verify(token, NOW)).client == "ios"


class TestAtTheDoor:
    """The same over HTTP: whatever is wrong, the answer is the same 401."""

    async def test_what_is_not_a_bearer_token(self, app: FastAPI, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        for value in (
            "",
            "Bearer",
            "Bearer ",
            f"Basic {sales.token}",
            sales.token,
            "Bearer x.y.z",
            f"Bearer {sales.token}x",
            f"Bearer {sales.token} x",
        ):
            answer = await sales("GET", "/me", headers={"authorization": value})
            assert (answer.status_code, code_of(answer)) == (401, "core.unauthenticated"), value
            assert answer.headers["www-authenticate"] == "Bearer"
        answer = await sales("GET", "/me", headers=[(b"authorization", b"Bearer \xff\xfe")])
        assert code_of(answer) == "core.unauthenticated"
        assert (await sales("GET", f"/me?access_token={sales.token}", headers={"authorization": ""})).status_code == 401
        assert (await sales("GET", "/me", headers={"authorization": f"bearer {sales.token}"})).status_code == 200

    async def test_an_expired_token(self, sign_in: SignIn, clock: TestClock) -> None:
        sales = await sign_in("sales1")
        clock.move(timedelta(minutes=10))
        assert code_of(await sales("GET", "/me")) == "core.unauthenticated"

    async def test_a_session_of_another_employee_or_company(
        self, app: FastAPI, runtime: Runtime, company: Company, sign_in: SignIn
    ) -> None:
        sales, signer = await sign_in("sales1"), TokenSigner(runtime)
        claims = await signer.verify(sales.token, runtime.clock.now())
        other = await new_company(runtime)
        boss = await company.employee("boss", role="boss")
        for changed in (
            Claims(company.id, boss.id, claims.session_id, "ios"),
            Claims(other.id, claims.employee_id, claims.session_id, "ios"),
            Claims(company.id, claims.employee_id, new_id(), "ios"),
            Claims(company.id, claims.employee_id, claims.session_id, "web"),
        ):
            forged = await signer.sign(changed, runtime.clock.now(), timedelta(minutes=1))
            answer = await sales("GET", "/me", headers={"authorization": f"Bearer {forged}"})
            assert answer.status_code == 401
            assert code_of(answer) == ("access.client-mismatch" if changed.client == "web" else "core.unauthenticated")

    async def test_graphql_asks_for_it_too(self, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        for headers in ({"authorization": ""}, {"authorization": "Bearer x"}):
            answer = await sales._http.post("/graphql", json={"query": "{ me { serverTime } }"}, headers=headers)
            assert (answer.status_code, code_of(answer)) == (401, "core.unauthenticated")
