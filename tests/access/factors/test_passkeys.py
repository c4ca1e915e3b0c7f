"""Passkeys: an answer counts once, for one person, one address, one challenge and one purpose."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from loanbroker_api.access.factors import challenges, passkeys
from loanbroker_api.access.models import SecondFactor
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.settings import Settings
from support.authenticator import Authenticator, b64, unb64
from support.clock import TestClock
from support.company import Company
from support.doors import refusal
from support.factors import Enter, FactorDoor, Prover


async def answer(prove: Prover, authenticator: Authenticator) -> bool:
    """A whole round: options, answer, proof."""
    options, challenge = await prove.request()
    return await prove("passkey", challenge=challenge, credential=authenticator.get(options))


def changed(credential: dict[str, Any], **response: Any) -> dict[str, Any]:
    return {**credential, "response": {**credential["response"], **response}}


class TestRegistering:
    async def test_the_first_brings_recovery_codes(self, enter: Enter, prove: Prover, company: Company) -> None:
        mine, key = await enter(), Authenticator()
        made = await mine.passkey(key)
        assert len(made["recoveryCodes"]) == 10
        shown = await mine.mine()
        assert [(item["id"], item["kind"], item["name"]) for item in shown["items"]] == [(made["id"], "passkey", "办公电脑")]
        assert await prove.kinds() == {"passkey", "recovery"}
        assert key.user == (await company.employee("sales1")).id.bytes
        assert (await mine.passkey(Authenticator()))["recoveryCodes"] is None

    async def test_options_name_what_is_there(self, enter: Enter) -> None:
        mine, key = await enter(), Authenticator()
        await mine.passkey(key)
        options = (await mine.options())["options"]
        assert options["rp"] == {"id": "localhost", "name": "测试助贷"}
        assert options["user"]["name"] == "sales1"
        assert options["attestation"] == "none"
        assert [(known["id"], known["transports"]) for known in options["excludeCredentials"]] == [
            (b64(key.credential_id), ["hybrid", "internal"])
        ]

    @pytest.mark.parametrize(
        "key",
        [
            Authenticator(origin="http://localhost:8001"),
            Authenticator(origin="https://localhost:8000"),
            Authenticator(origin="http://evil.example"),
            Authenticator(rp_id="evil.example"),
            Authenticator(verifies=False),
            Authenticator(credential_id=b"x" * 1_024),
        ],
        ids=["port", "scheme", "origin", "rp-id", "no-user-verification", "id-too-long"],
    )
    async def test_what_is_not_an_answer_to_the_options(self, enter: Enter, key: Authenticator) -> None:
        mine = await enter()
        assert await refusal(mine.passkey(key)) == "access.passkey-refused"
        assert (await mine.mine())["items"] == []

    async def test_another_challenge(self, enter: Enter) -> None:
        mine = await enter()
        first, second = await mine.options(), await mine.options()
        assert await refusal(mine.register(first["state"], Authenticator().create(second["options"]))) == "access.passkey-refused"

    async def test_anothers_state(self, enter: Enter) -> None:
        mine, other = await enter(), await enter("sales2")
        given = await other.options()
        assert await refusal(mine.register(given["state"], Authenticator().create(given["options"]))) == "access.passkey-refused"

    async def test_a_state_of_another_session(self, enter: Enter) -> None:
        mine = await enter()
        given = await mine.options()
        await mine.api.login()
        assert await refusal(mine.register(given["state"], Authenticator().create(given["options"]))) == "access.passkey-refused"

    async def test_a_state_is_good_for_five_minutes(self, enter: Enter, clock: TestClock) -> None:
        mine = await enter()
        given = await mine.options()
        clock.move(timedelta(minutes=4, seconds=50))
        assert (await mine.register(given["state"], Authenticator().create(given["options"])))["id"]
        clock.move(timedelta(seconds=11))
        assert await refusal(mine.register(given["state"], Authenticator().create(given["options"]))) == "access.passkey-refused"

    async def test_made_up_states_and_credentials(self, enter: Enter) -> None:
        mine = await enter()
        given = await mine.options()
        good = Authenticator().create(given["options"])
        for state in ("x", "!", "一", given["state"][:-8], "A" * 64, given["state"].swapcase()):
            assert await refusal(mine.register(state, good)) == "access.passkey-refused", state
        for bad in (
            {},
            {**good, "rawId": b64(b"other")},
            {**good, "type": "password"},
            {**good, "response": []},
            {**good, "response": None},
            changed(good, attestationObject=b64(b"\xff\x00")),
            changed(good, attestationObject=7),
            changed(good, clientDataJSON=b64(b"[]")),
            changed(good, clientDataJSON="…"),
        ):
            assert await refusal(mine.register(given["state"], bad)) == "access.passkey-refused", bad
        assert (await mine.register(given["state"], good))["id"], "nothing of that used the state up"

    async def test_a_passkey_is_registered_once(self, enter: Enter, company: Company) -> None:
        mine, other, key = await enter(), await enter("sales2"), Authenticator()
        given = await mine.options()
        made = key.create(given["options"])
        await mine.register(given["state"], made)
        assert await refusal(mine.register(given["state"], made)) == "access.passkey-taken"
        theirs = await other.options()
        assert await refusal(other.register(theirs["state"], key.create(theirs["options"]))) == "access.passkey-taken"

    async def test_eight_at_once_are_one(self, rest: FactorDoor) -> None:
        given = await rest.options()
        made = Authenticator().create(given["options"])
        outcomes = await asyncio.gather(*(rest.register(given["state"], made) for _ in range(8)), return_exceptions=True)
        assert sum(isinstance(outcome, dict) for outcome in outcomes) == 1
        shown = await rest.mine()
        assert (len(shown["items"]), shown["recoveryCodesLeft"]) == (1, 10)


class TestProving:
    async def test_it_proves_once_and_again(self, enter: Enter, prove: Prover) -> None:
        mine, key = await enter(), Authenticator()
        await mine.passkey(key)
        assert [await answer(prove, key) for _ in range(3)] == [True, True, True]
        assert (await mine.mine())["items"][0]["lastUsedAt"]

    @pytest.mark.parametrize("count", [0, None], ids=["counting", "synced"])
    async def test_an_answer_cannot_be_sent_again(self, rest: FactorDoor, prove: Prover, count: int | None) -> None:
        key = Authenticator(count=count)
        await rest.passkey(key)
        options, challenge = await prove.request()
        credential = key.get(options)
        assert [await prove("passkey", challenge=challenge, credential=credential) for _ in range(3)] == [True, False, False]
        assert await answer(prove, key)

    @pytest.mark.parametrize("count", [0, None], ids=["counting", "synced"])
    async def test_eight_at_once_are_one(self, rest: FactorDoor, prove: Prover, count: int | None) -> None:
        key = Authenticator(count=count)
        await rest.passkey(key)
        for _ in range(5):
            options, challenge = await prove.request()
            credential = key.get(options)
            outcomes = await asyncio.gather(*(prove("passkey", challenge=challenge, credential=credential) for _ in range(8)))
            assert sum(outcomes) == 1

    async def test_eight_answers_to_one_challenge_are_one(self, rest: FactorDoor, prove: Prover) -> None:
        key = Authenticator()
        await rest.passkey(key)
        options, challenge = await prove.request()
        credentials = [key.get(options) for _ in range(8)]
        outcomes = await asyncio.gather(*(prove("passkey", challenge=challenge, credential=credential) for credential in credentials))
        assert sum(outcomes) == 1

    async def test_a_count_that_does_not_rise(self, rest: FactorDoor, prove: Prover, runtime: Runtime, company: Company) -> None:
        """Two authenticators with one key: the copy is behind."""
        key = Authenticator(count=10)
        await rest.passkey(key)
        copy = key.copy()
        assert [await answer(prove, key) for _ in range(3)] == [True, True, True]
        assert [await answer(prove, copy) for _ in range(3)] == [False, False, False]
        assert await answer(prove, copy), "it has passed by the count of the other"
        copy.count = None
        assert not await answer(prove, copy), "from counting to not counting"
        async with runtime.read(company.id) as session:
            assert (await session.scalars(select(SecondFactor.sign_count))).one() == 14

    @pytest.mark.parametrize(
        "fault",
        [
            {"origin": "http://localhost:8001"},
            {"origin": "http://evil.example"},
            {"rp_id": "evil.example"},
            {"verifies": False},
            {"key": Authenticator().key},
            {"credential_id": b"another"},
            {"user": b"another"},
        ],
        ids=["port", "origin", "rp-id", "no-user-verification", "key", "credential", "user-handle"],
    )
    async def test_what_is_not_an_answer(self, rest: FactorDoor, prove: Prover, fault: dict[str, Any]) -> None:
        key = Authenticator()
        await rest.passkey(key)
        wrong = key.copy()
        for name, value in fault.items():
            setattr(wrong, name, value)
        assert not await answer(prove, wrong)
        assert await answer(prove, key)

    async def test_another_challenge(self, rest: FactorDoor, prove: Prover, clock: TestClock) -> None:
        key = Authenticator()
        await rest.passkey(key)
        options, challenge = await prove.request()
        _, other = await prove.request()
        credential = key.get(options)
        for wrong in (other, b"", b"x" * 40, challenge[:-1], challenges.new_challenge(clock.now()), None):
            assert not await prove("passkey", challenge=wrong, credential=credential)
        assert await prove("passkey", challenge=challenge, credential=credential)

    async def test_a_challenge_is_good_for_five_minutes(self, rest: FactorDoor, prove: Prover, clock: TestClock) -> None:
        key = Authenticator()
        await rest.passkey(key)
        options, challenge = await prove.request()
        clock.move(timedelta(minutes=5))
        assert not await prove("passkey", challenge=challenge, credential=key.get(options))

    async def test_a_challenge_dies_with_a_later_use(self, rest: FactorDoor, prove: Prover) -> None:
        key = Authenticator()
        await rest.passkey(key)
        options, challenge = await prove.request()
        assert await answer(prove, key)
        assert not await prove("passkey", challenge=challenge, credential=key.get(options))

    async def test_another_persons_passkey(self, rest: FactorDoor, enter: Enter, prove: Prover, runtime: Runtime, company: Company) -> None:
        key, theirs = Authenticator(), Authenticator()
        await rest.passkey(key)
        await (await enter("sales2")).passkey(theirs)
        other = Prover(runtime, company, (await company.employee("sales2")).id)
        assert not await answer(other, key)
        assert not await answer(prove, theirs)
        assert await answer(other, theirs)
        nobody = Prover(runtime, company, new_id())
        assert not await answer(nobody, key)

    async def test_made_up_answers(self, rest: FactorDoor, prove: Prover) -> None:
        key = Authenticator()
        await rest.passkey(key)
        options, challenge = await prove.request()
        good = key.get(options)
        signature = unb64(good["response"]["signature"])
        for bad in (
            {},
            {"id": 7},
            {**good, "id": "!"},
            {**good, "id": "x" * 5_000},
            {**good, "rawId": b64(b"other")},
            {**good, "response": {}},
            {**good, "response": "x"},
            changed(good, userHandle="!"),
            changed(good, userHandle=7),
            changed(good, signature=b64(signature[:-1])),
            changed(good, signature=b64(b"")),
            changed(good, authenticatorData=b64(b"short")),
            changed(good, clientDataJSON=b64(b"{}")),
        ):
            assert await prove("passkey", challenge=challenge, credential=bad) is False, bad
        assert await prove("passkey", challenge=challenge, credential=good)

    async def test_request_options_name_the_persons_passkeys(self, rest: FactorDoor, prove: Prover) -> None:
        key = Authenticator()
        await rest.passkey(key)
        options, challenge = await prove.request()
        assert options["rpId"] == "localhost"
        assert unb64(options["challenge"]) == challenge
        assert [known["id"] for known in options["allowCredentials"]] == [b64(key.credential_id)]


class TestState:
    async def test_it_opens_for_what_it_was_made_for_only(self, runtime: Runtime, company: Company, clock: TestClock) -> None:
        async with runtime.read(company.id) as session:
            keys = await runtime.keyring.load(session, company.id)
        now, person, sid = clock.now(), new_id(), new_id()
        challenge = challenges.new_challenge(now)
        state = challenges.seal_challenge(keys, person, sid, "step-up", challenge)
        assert challenges.open_challenge(keys, person, sid, "step-up", state, now) == challenge
        assert challenges.open_challenge(keys, person, sid, "register", state, now) is None
        assert challenges.open_challenge(keys, person, new_id(), "step-up", state, now) is None
        assert challenges.open_challenge(keys, person, None, "step-up", state, now) is None
        assert challenges.open_challenge(keys, new_id(), sid, "step-up", state, now) is None
        assert challenges.open_challenge(keys, person, sid, "step-up", state, now + challenges.LIFETIME) is None
        assert b64(challenge)[:20] not in state


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("https://crm.example.com", ("crm.example.com", "https://crm.example.com")),
        ("https://crm.example.com:443/", ("crm.example.com", "https://crm.example.com")),
        ("https://CRM.example.com:8443", ("crm.example.com", "https://crm.example.com:8443")),
        ("https://crm.example.com/app", ("crm.example.com", "https://crm.example.com")),
        ("http://localhost:80", ("localhost", "http://localhost")),
        (None, ("localhost", "http://localhost:8000")),
    ],
)
def test_the_relying_party_is_the_address_people_open(address: str | None, party: tuple[str, str]) -> None:
    assert passkeys.relying_party(Settings(environment="test", public_url=address)) == party
