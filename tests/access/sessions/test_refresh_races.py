"""Refreshing under fire: two tabs never log each other out, a stolen token always ends its family, theft shows by the device too."""

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from sqlalchemy import func, select

from loanbroker_api.access.models import Device, LoginSession, RefreshToken
from loanbroker_api.access.sessions.devices import device_token
from loanbroker_api.access.sessions.refreshing import issue_refresh
from loanbroker_api.access.tokens import digest_of
from loanbroker_api.access.tokens.device_proofs import jwk_of
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from support.client import BASE, code_of
from support.clock import TestClock
from support.company import Company
from support.logins import AWAY, Phone, attempt
from support.proofs import proof_of

RACES, SESSIONS = 1_000, 50
THEFTS = 1_000


async def families(runtime: Runtime, company: Company, count: int, client: str) -> list[tuple[str, str]]:
    """`count` sessions as logins leave them: (refresh token, device token)."""
    employee = await company.employee("sales1")
    made: list[tuple[str, str]] = []
    async with runtime.uow(company.id) as uow:
        for _ in range(count):
            device = Device(
                id=new_id(),
                employee_id=employee.id,
                client=client,
                name="",
                state="known",
                secret_digest=sha256(b"s").digest(),
                first_ip="",
                last_ip="",
                last_place="",
                last_used_at=uow.now,
            )
            session = LoginSession(
                id=new_id(),
                employee_id=employee.id,
                client=client,
                ip="",
                created_at=uow.now,
                last_used_at=uow.now,
                expires_at=uow.now + timedelta(days=7),
                device_id=device.id,
            )
            uow.session.add_all([device, session])
            await uow.session.flush()
            made.append((await issue_refresh(uow, session), device_token(company.id, device.id, "s")))
    return made


@pytest.fixture
async def http(app: FastAPI) -> Any:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=BASE) as client:
        yield client


async def test_a_thousand_races_of_two_tabs_log_nobody_out(http: httpx.AsyncClient, runtime: Runtime, company: Company) -> None:
    """A browser's two tabs share its cookies: both send the same, whichever answer comes last stays."""
    tabs = await families(runtime, company, SESSIONS, "web")

    async def tab(token: str, device: str) -> httpx.Response:
        headers = {"x-requested-with": "loanbroker", "cookie": f"lb_refresh={token}; lb_device={device}"}
        return await http.post("/api/v1/auth/refresh", headers=headers)

    async def race(number: int) -> list[int]:
        token, device = tabs[number]
        statuses: list[int] = []
        for turn in range(RACES // SESSIONS):
            answers = await asyncio.gather(tab(token, device), tab(token, device))
            statuses += [answer.status_code for answer in answers]
            set_cookies = [answer.headers.get("set-cookie", "") for answer in answers]
            token = set_cookies[turn % 2].partition("lb_refresh=")[2].partition(";")[0]
        return statuses

    found = [status for statuses in await asyncio.gather(*(race(number) for number in range(SESSIONS))) for status in statuses]
    assert found == [200] * (2 * RACES)
    async with runtime.read(company.id) as session:
        assert await session.scalar(select(func.count()).where(LoginSession.ended_at.is_not(None))) == 0


async def test_a_thousand_stolen_tokens_end_a_thousand_families(
    http: httpx.AsyncClient, runtime: Runtime, company: Company, clock: TestClock
) -> None:
    made = await families(runtime, company, THEFTS, "ios")
    async with runtime.uow(company.id) as uow:
        for token, _ in made:
            row = await uow.session.get_one(RefreshToken, (company.id, digest_of(token)))
            row.used_at = uow.now
    clock.move(timedelta(seconds=11))

    async def steal(token: str, device: str) -> str:
        answer = await http.post("/api/v1/auth/refresh", json={"refreshToken": token, "deviceToken": device})
        return code_of(answer)

    codes = [code for start in range(0, THEFTS, 20) for code in await asyncio.gather(*(steal(*one) for one in made[start : start + 20]))]
    assert codes == ["access.refresh-refused"] * THEFTS
    async with runtime.read(company.id) as session:
        ended = await session.execute(select(LoginSession.end_reason, func.count()).group_by(LoginSession.end_reason))
        assert {row[0]: row[1] for row in ended} == {"refresh_reused": THEFTS}


class TestBinding:
    @pytest.fixture
    async def phone(self, app: FastAPI, company: Company) -> Phone:
        await company.employee("sales1")
        one = Phone(app, company)
        assert await attempt(one) == "ok"
        return one

    async def test_without_its_device_a_fresh_token_is_of_no_use(self, phone: Phone) -> None:
        answer = await phone.send("POST", "/auth/refresh", json={"refreshToken": phone.kept["refreshToken"]})
        assert (answer.status_code, code_of(answer)) == (401, "access.device-proof-required")
        assert (await phone.refresh()).status_code == 200

    async def test_another_device_ends_the_family(self, phone: Phone, app: FastAPI) -> None:
        thief = Phone(app, phone.company, ip=AWAY)
        assert await attempt(thief) == "ok"
        stolen = phone.kept["refreshToken"]
        answer = await thief.send("POST", "/auth/refresh", json={"refreshToken": stolen, "deviceToken": thief.device})
        assert code_of(answer) == "access.refresh-refused"
        assert code_of(await phone.refresh()) in {"access.refresh-refused", "access.session-ended"}
        assert code_of(await phone.me()) == "access.session-ended"

    async def test_the_retry_window_is_for_the_same_client_only(self, phone: Phone) -> None:
        token = phone.kept["refreshToken"]
        assert (await phone.refresh(token)).status_code == 200
        assert (await phone.refresh(token)).status_code == 200
        answer = await phone.send("POST", "/auth/refresh", json={"refreshToken": token})
        assert code_of(answer) == "access.refresh-refused"
        assert code_of(await phone.me()) == "access.session-ended"

    async def test_a_key_pair_signs_for_each_refresh_token(self, phone: Phone, app: FastAPI, clock: TestClock) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        jwk = jwk_of(key.public_key())
        one = Phone(app, phone.company)
        answer = await one.login(device={"publicKey": jwk, "proof": proof_of(key, "login", clock.now()), "name": "iPhone"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["device"]["token"] is None
        token = answer.json()["refreshToken"]

        async def refresh(token: str, proof: str | None) -> httpx.Response:
            return await one.send("POST", "/auth/refresh", json={"refreshToken": token, "deviceProof": proof})

        assert code_of(await refresh(token, None)) == "access.device-proof-required"
        fresh = await refresh(token, proof_of(key, "refresh", clock.now(), token))
        assert fresh.status_code == 200
        # A proof for another token is no proof for this one, and shows a thief.
        successor = fresh.json()["refreshToken"]
        assert code_of(await refresh(successor, proof_of(key, "refresh", clock.now(), token))) == "access.refresh-refused"
        assert code_of(await refresh(successor, proof_of(key, "refresh", clock.now(), successor))) in {
            "access.refresh-refused",
            "access.session-ended",
        }

    async def test_the_same_key_is_the_same_device_again(self, phone: Phone, app: FastAPI, clock: TestClock) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        ids = set()
        for _ in range(2):
            one = Phone(app, phone.company)
            answer = await one.login(device={"publicKey": jwk_of(key.public_key()), "proof": proof_of(key, "login", clock.now())})
            ids.add(answer.json()["device"]["id"])
        assert len(ids) == 1

    async def test_a_key_without_a_proof_is_no_key(self, phone: Phone, app: FastAPI) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        one = Phone(app, phone.company)
        answer = await one.login(device={"publicKey": jwk_of(key.public_key())})
        assert answer.json()["device"]["token"] is not None
