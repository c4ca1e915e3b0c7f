"""Signing keys: changed without anyone noticing, refused once they are gone, published without their secrets."""

import asyncio
import base64
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from asgi_lifespan import LifespanManager
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwt
from sqlalchemy import event, insert, select, text

from loanbroker_api import registry, worker
from loanbroker_api.access.models import SigningKey
from loanbroker_api.access.tokens import BadToken, Claims, TokenSigner, rotate, rotate_if_due
from loanbroker_api.access.tokens.device_proofs import jwk_of
from loanbroker_api.access.tokens.keys import SigningKeys, new_key, open_key
from loanbroker_api.app import create_app
from loanbroker_api.core.crypto import CannotDecrypt, Keyring
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.embedded import EmbeddedServers
from loanbroker_api.settings import Settings
from support.client import BASE
from support.clock import TestClock

START = datetime(2026, 3, 1, tzinfo=UTC)
LIFE = timedelta(minutes=10)


@dataclass
class Stopwatch:
    """Seconds of a process's own, moved by the test."""

    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Process:
    """A process of an installation whose keys no other test shares."""

    runtime: Runtime
    clock: TestClock
    watch: Stopwatch
    signer: TokenSigner

    def another(self) -> "Process":
        signer = TokenSigner(self.runtime)
        signer.keys = SigningKeys(self.runtime, self.watch)
        return Process(self.runtime, self.clock, self.watch, signer)

    def pass_(self, by: timedelta) -> None:
        self.clock.move(by)
        self.watch.seconds += by.total_seconds()

    @property
    def now(self) -> datetime:
        return self.runtime.clock.now()

    async def token(self) -> str:
        return await self.signer.sign(Claims(new_id(), new_id(), new_id(), "ios"), self.now, LIFE)

    async def takes(self, token: str) -> bool:
        try:
            await self.signer.verify(token, self.now)
        except BadToken:
            return False
        return True


@pytest.fixture
async def process(clone: Settings) -> AsyncGenerator[Process]:
    registry.load()
    clock = TestClock(START)
    async with open_runtime(clone, clock) as runtime:
        yield Process(runtime, clock, Stopwatch(), TokenSigner(runtime)).another()


def kid_of(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]


@contextmanager
def counted(runtime: Runtime) -> Iterator[list[str]]:
    """Reads of the keys' table by this process."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "FROM signing_key" in statement:
            seen.append(statement)

    engine = runtime.database.app.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


class TestRotation:
    async def test_nobody_notices(self, process: Process) -> None:
        other = process.another()
        before = await process.token()
        assert await other.takes(before)
        rotation = await rotate(process.runtime)
        assert rotation.retired == (kid_of(before),)
        assert kid_of(await process.token()) == kid_of(before)
        process.pass_(timedelta(minutes=9, seconds=59))
        last = await process.token()
        assert kid_of(last) == kid_of(before)
        process.pass_(timedelta(seconds=1))
        first = await other.token()
        assert kid_of(first) == rotation.kid
        assert await process.takes(last)
        assert await process.takes(first)
        process.pass_(timedelta(minutes=9, seconds=58))
        assert await process.takes(last)

    async def test_a_retired_key_is_refused_after_a_tokens_life(self, process: Process) -> None:
        """Whoever has stolen it can write any time into a token."""
        kid, private = await process.signer.keys.signing(process.now)
        await rotate(process.runtime)
        for passed, good in ((timedelta(minutes=19, seconds=59), True), (timedelta(seconds=1), False), (timedelta(days=30), False)):
            process.pass_(passed)
            now = int(process.now.timestamp())
            body = {"iss": "loanbroker", "aud": "loanbroker-api", "tid": str(new_id()), "sub": str(new_id()), "sid": str(new_id())}
            pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            forged = jwt.encode({**body, "cli": "ios", "iat": now, "exp": now + 600}, pem, algorithm="ES256", headers={"kid": kid})
            assert await process.takes(forged) is good
            assert await process.another().takes(forged) is good

    async def test_a_leaked_key_ends_at_once(self, process: Process) -> None:
        other = process.another()
        token = await process.token()
        assert await other.takes(token)
        waiting = await rotate(process.runtime)
        rotation = await rotate(process.runtime, at_once=True)
        assert set(rotation.retired) == {kid_of(token), waiting.kid}
        assert not await process.another().takes(token)
        process.pass_(timedelta(seconds=60))
        assert not await other.takes(token)
        fresh = await other.token()
        assert kid_of(fresh) == rotation.kid
        assert await process.takes(fresh)

    async def test_its_own_age_decides(self, process: Process) -> None:
        assert await rotate_if_due(process.runtime) is None  # nothing has been signed yet
        first = await process.token()
        process.pass_(timedelta(days=90) - timedelta(seconds=1))
        assert await rotate_if_due(process.runtime) is None
        process.pass_(timedelta(seconds=1))
        rotation = await rotate_if_due(process.runtime)
        assert rotation is not None
        assert rotation.retired == (kid_of(first),)
        assert await rotate_if_due(process.runtime) is None

    async def test_workers_at_once_make_one(self, process: Process) -> None:
        await process.token()
        process.pass_(timedelta(days=91))
        made = await asyncio.gather(*(rotate_if_due(process.runtime) for _ in range(6)))
        assert len([one for one in made if one is not None]) == 1

    async def test_the_worker_does_it(self, process: Process) -> None:
        first = await process.token()
        process.pass_(timedelta(days=90))
        await worker.housekeeping(process.runtime)
        process.pass_(timedelta(minutes=10))
        assert kid_of(await process.token()) != kid_of(first)

    async def test_the_command(self, process: Process, clone: Settings) -> None:
        await process.token()
        environment = {
            "PATH": "/usr/bin:/bin",
            "LOANBROKER_ENVIRONMENT": "test",
            "LOANBROKER_DATABASE_URL": clone.database_url.get_secret_value(),  # type: ignore[union-attr]
            "LOANBROKER_MASTER_KEY": clone.master_key.get_secret_value(),  # type: ignore[union-attr]
        }
        told = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "loanbroker_api.cli", "rotate-keys"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        async with process.runtime.database.app.connect() as connection:
            kids = set((await connection.execute(select(SigningKey.kid))).scalars())
        (new,) = kids - {"k1"}
        assert new in told.stdout
        assert "k1" in told.stdout


class TestReading:
    async def test_processes_that_start_at_once_agree_on_one(self, process: Process) -> None:
        others = [process.another() for _ in range(5)]
        tokens = await asyncio.gather(*(other.token() for other in others))
        assert {kid_of(token) for token in tokens} == {"k1"}
        assert all([await other.takes(token) for other in others for token in tokens])

    async def test_invented_kids_cost_one_read_a_second(self, process: Process) -> None:
        good = await process.token()
        head, body, signature = good.split(".")
        header = orjson.loads(base64.urlsafe_b64decode(head + "=="))
        invented = [
            f"{base64.urlsafe_b64encode(orjson.dumps({**header, 'kid': f'x{number}'})).decode().rstrip('=')}.{body}.{signature}"
            for number in range(50)
        ]
        process.pass_(timedelta(seconds=1))
        with counted(process.runtime) as reads:
            for second in range(3):
                answers = await asyncio.gather(*(process.takes(token) for token in invented))
                assert not any(answers)
                assert len(reads) == second + 1
                process.pass_(timedelta(seconds=1))

    async def test_a_kid_that_is_no_text_is_not_looked_for(self, process: Process) -> None:
        good = await process.token()
        process.pass_(timedelta(seconds=2))

        with counted(process.runtime) as reads:
            for header in ({"alg": "ES256"}, {"alg": "ES256", "kid": None}, {"alg": "ES256", "kid": ["k1"]}, {"alg": "ES256", "kid": {}}):
                head = base64.urlsafe_b64encode(orjson.dumps(header)).decode().rstrip("=")
                assert not await process.takes(f"{head}.{good.split('.', 1)[1]}")
        assert reads == []

    async def test_a_key_that_another_process_made_is_found(self, process: Process) -> None:
        other = process.another()
        await process.token()
        await other.token()
        await rotate(process.runtime, at_once=True)
        fresh = await process.another().token()
        process.pass_(timedelta(seconds=1))
        assert await other.takes(fresh)

    async def test_what_is_known_is_a_minute_old_at_most(self, process: Process) -> None:
        token = await process.token()
        with counted(process.runtime) as reads:
            process.pass_(timedelta(seconds=59))
            assert await process.takes(token)
            assert reads == []
            process.pass_(timedelta(seconds=1))
            assert all(await asyncio.gather(*(process.takes(token) for _ in range(20))))
            assert len(reads) == 1

    async def test_the_clock_may_go_back(self, process: Process) -> None:
        """Ages are counted by a watch that only goes forward."""
        await process.token()
        process.clock.move(timedelta(days=-3))
        process.watch.seconds += 60
        with counted(process.runtime) as reads:
            assert await process.takes(await process.token())
        assert len(reads) == 1


async def wrapped_of(process: Process, kid: str) -> bytes:
    async with process.runtime.database.app.connect() as connection:
        return (await connection.execute(select(SigningKey.wrapped).where(SigningKey.kid == kid))).scalar_one()


Administrator = Callable[..., Awaitable[Any]]


@pytest.fixture
async def administrator_of(servers: EmbeddedServers, process: Process) -> AsyncGenerator[Administrator]:
    """Someone with this test's database in their hands, but not the master key."""
    async with process.runtime.database.app.connect() as own:
        name = (await own.execute(text("SELECT current_database()"))).scalar_one()
    connection = await asyncpg.connect(servers.dsn("postgres", None, name))
    yield connection.execute
    await connection.close()


class TestOtherKeys:
    async def test_an_audit_key_signs_no_access_token(self, process: Process) -> None:
        now = process.now
        good = await process.token()
        row = new_key(process.runtime.keyring, now, active_at=now, purpose="audit")
        async with process.runtime.database.app.begin() as connection:
            await connection.execute(insert(SigningKey).values(row))
        private = open_key(process.runtime.keyring, row["kid"], row["wrapped"])
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        forged = jwt.encode(jwt.get_unverified_claims(good), pem, algorithm="ES256", headers={"kid": row["kid"]})
        assert not await process.another().takes(forged)
        assert kid_of(await process.another().token()) == kid_of(good)
        await rotate(process.runtime, at_once=True)
        process.pass_(timedelta(days=900))
        assert row["kid"] in {key["kid"] for key in await process.another().signer.keys.published(process.now)}

    async def test_a_key_that_somebody_wrote_into_the_table(self, process: Process) -> None:
        """Without the master key nobody adds a key that verifies, nor puts a public half of his own beside ours."""
        good = await process.token()
        now, own = process.now, ec.generate_private_key(ec.SECP256R1())
        foreign = new_key(Keyring(b"x" * 32), now, active_at=now, kid="k9")
        rows = [
            {**foreign, "public_jwk": jwk_of(own.public_key())},
            {**foreign, "kid": "k8", "wrapped": b"", "public_jwk": jwk_of(own.public_key())},
            {**foreign, "kid": "k7", "wrapped": await wrapped_of(process, "k1"), "public_jwk": jwk_of(own.public_key())},
        ]
        async with process.runtime.database.app.begin() as connection:
            await connection.execute(insert(SigningKey), rows)
        pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        late = process.another()
        for row in rows:
            forged = jwt.encode(jwt.get_unverified_claims(good), pem, algorithm="ES256", headers={"kid": row["kid"]})
            assert not await late.takes(forged)
        assert await late.takes(good)
        assert kid_of(await late.token()) == "k1"
        assert [key["kid"] for key in await late.signer.keys.published(now)] == ["k1"]

    async def test_the_public_half_is_not_read_from_the_table(self, process: Process, administrator_of: Administrator) -> None:
        good, own = await process.token(), ec.generate_private_key(ec.SECP256R1())
        shown = orjson.dumps(jwk_of(own.public_key())).decode()
        await administrator_of("UPDATE signing_key SET public_jwk = $1::jsonb WHERE kid = 'k1'", shown)
        pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        forged = jwt.encode(jwt.get_unverified_claims(good), pem, algorithm="ES256", headers={"kid": "k1"})
        assert not await process.another().takes(forged)
        assert await process.another().takes(good)

    async def test_with_another_master_key_nothing_is_signed(self, process: Process) -> None:
        await process.token()
        other = replace(process.runtime, keyring=Keyring(b"x" * 32))
        with pytest.raises(CannotDecrypt):
            await SigningKeys(other).signing(process.now)

    async def test_a_key_of_another_master_key_signs_nothing(self, process: Process) -> None:
        kid, _ = await process.signer.keys.signing(process.now)
        with pytest.raises(CannotDecrypt):
            open_key(Keyring(b"x" * 32), kid, await wrapped_of(process, kid))


class TestPublished:
    async def test_the_set(self, process: Process, clone: Settings) -> None:
        """Cacheable for less than the time between a key's making and its first signature; no private member; another library verifies by it."""
        app = create_app(clone, process.clock)
        async with LifespanManager(app, startup_timeout=30, shutdown_timeout=30):
            app.state.gate.signer.keys = process.signer.keys
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as stranger:
                token = await process.token()
                rotation = await rotate(process.runtime)
                process.pass_(timedelta(minutes=1))
                answer = await stranger.get("/.well-known/jwks.json")
                assert answer.headers["cache-control"] == "public, max-age=300"
                keys = answer.json()["keys"]
                assert [key["kid"] for key in keys] == ["k1", rotation.kid]
                for key in keys:
                    assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
                assert (
                    jwt.decode(token, keys[0], algorithms=["ES256"], audience="loanbroker-api", options={"verify_exp": False})["cli"]
                    == "ios"
                )
                process.pass_(timedelta(minutes=20))
                assert [key["kid"] for key in (await stranger.get("/.well-known/jwks.json")).json()["keys"]] == [rotation.kid]
                assert (await stranger.get("/.well-known/other")).status_code == 404
                assert (await stranger.post("/.well-known/jwks.json")).status_code == 405

    async def test_what_is_stored_stays_secret(self, process: Process) -> None:
        kid, private = await process.signer.keys.signing(process.now)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        secret = private.private_numbers().private_value.to_bytes(32, "big")
        async with process.runtime.database.app.connect() as connection:
            row = (await connection.execute(select(SigningKey).where(SigningKey.kid == kid))).one()
        assert secret not in row.wrapped
        assert "d" not in row.public_jwk
        assert "wrapped" not in repr(process.signer.keys._known[kid])
        assert "private=" not in repr(process.signer.keys._known[kid])
