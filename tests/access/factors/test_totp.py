"""Authenticators: taken into use by their first code, each code good once."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import select

from loanbroker_api.access.factors import service, totp
from loanbroker_api.access.models import SecondFactor
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.errors import StepUpRequired
from loanbroker_api.core.runtime import Runtime
from support.clock import TestClock
from support.company import Company
from support.doors import refusal
from support.factors import Enter, FactorDoor, Prover, bound_by_policy


class TestEnrolling:
    async def test_it_counts_after_its_first_code(self, enter: Enter, prove: Prover) -> None:
        mine = await enter()
        started = await mine.start("我的手机")
        assert (await mine.mine()) == {"items": [], "recoveryCodesLeft": 0, "required": False}
        assert await prove("totp", code=mine.code(started["secret"])) is False
        codes = await mine.confirm(started["id"], mine.code(started["secret"]))
        assert codes is not None
        assert len(set(codes)) == 10
        shown = await mine.mine()
        assert [(item["id"], item["kind"], item["name"]) for item in shown["items"]] == [(started["id"], "totp", "我的手机")]
        assert shown["items"][0]["confirmedAt"]
        assert shown["recoveryCodesLeft"] == 10
        assert await prove.kinds() == {"totp", "recovery"}

    async def test_what_an_authenticator_needs(self, enter: Enter) -> None:
        started = await (await enter()).start()
        parts = urlsplit(started["uri"])
        assert (parts.scheme, parts.netloc, unquote(parts.path)) == ("otpauth", "totp", "/测试助贷:sales1")
        assert parse_qs(parts.query) == {"secret": [started["secret"]], "issuer": ["测试助贷"]}
        assert len(started["secret"]) == 32
        assert started["qrSvg"].startswith("<svg")
        assert "viewBox" in started["qrSvg"]
        assert started["secret"] not in started["qrSvg"]

    async def test_the_secret_is_stored_as_ciphertext_of_its_row(self, enter: Enter, runtime: Runtime, company: Company) -> None:
        started = await (await enter()).start()
        async with runtime.read(company.id) as session:
            row = (await session.scalars(select(SecondFactor))).one()
            keys = await runtime.keyring.load(session, company.id)
        assert row.secret_enc is not None
        assert started["secret"].encode() not in row.secret_enc
        assert keys.decrypt("second_factor", "secret", row.id, row.secret_enc).decode() == started["secret"]

    async def test_a_wrong_code_is_told_at_its_field(self, enter: Enter) -> None:
        mine = await enter()
        started = await mine.start()
        right = mine.code(started["secret"])
        for wrong in (
            f"{(int(right) + 1) % 10**6:06d}",
            mine.code(started["secret"], steps=5),
            right[:5],
            right + "0",
            "１２３４５６",
            "abcdef",
        ):
            assert await refusal(mine.confirm(started["id"], wrong)) == "access.factor-code-wrong", wrong
        assert await mine.confirm(started["id"], f" {right[:3]} {right[3:]} ")

    async def test_starting_again_ends_what_waited(self, enter: Enter) -> None:
        mine = await enter()
        first, second = await mine.start(), await mine.start()
        assert await refusal(mine.confirm(first["id"], mine.code(first["secret"]))) == "access.factor-not-found"
        assert await mine.confirm(second["id"], mine.code(second["secret"]))

    async def test_it_waits_an_hour(self, enter: Enter, clock: TestClock) -> None:
        mine = await enter()
        started = await mine.start()
        clock.move(timedelta(minutes=61))
        await mine.api.login()
        assert await refusal(mine.confirm(started["id"], mine.code(started["secret"]))) == "access.factor-not-found"

    async def test_a_second_one_brings_no_codes(self, enter: Enter) -> None:
        mine = await enter()
        _, first = await mine.totp()
        _, second = await mine.totp()
        assert (first is None, second) == (False, None)
        assert (await mine.mine())["recoveryCodesLeft"] == 10

    async def test_confirming_twice(self, enter: Enter) -> None:
        mine = await enter()
        started, _ = await mine.totp()
        assert await refusal(mine.confirm(started["id"], mine.code(started["secret"], steps=1))) == "access.factor-confirmed"

    async def test_eight_confirmations_at_once_give_one_set_of_codes(self, rest: FactorDoor) -> None:
        started = await rest.start()
        code = rest.code(started["secret"])
        outcomes = await asyncio.gather(*(rest.confirm(started["id"], code) for _ in range(8)), return_exceptions=True)
        assert [len(codes) for codes in outcomes if isinstance(codes, list)] == [10]
        assert {getattr(refused, "code", None) for refused in outcomes if not isinstance(refused, list)} == {"access.factor-confirmed"}
        assert (await rest.mine())["recoveryCodesLeft"] == 10

    async def test_anothers_factor_is_not_found(self, enter: Enter) -> None:
        mine, other = await enter(), await enter("sales2")
        started = await mine.start()
        code = mine.code(started["secret"])
        assert await refusal(other.confirm(started["id"], code)) == "access.factor-not-found"
        assert await mine.confirm(started["id"], code)

    async def test_ten_are_the_most(self, rest: FactorDoor) -> None:
        for _ in range(10):
            await rest.totp()
        assert await refusal(rest.start()) == "access.factor-limit"

    async def test_one_beside_another_needs_a_fresh_confirmation(
        self, rest: FactorDoor, prove: Prover, company: Company, actor: Actor, clock: TestClock
    ) -> None:
        """Else a stolen session would make a key of its own."""
        employee = await company.employee("sales1")
        stale = bound_by_policy(actor, confirmed_for=None, clock=clock)
        started = await prove.act(service.start_totp, employee, "第一个", actor=stale)
        await prove.act(service.confirm_totp, employee.id, started.id, rest.code(started.secret), actor=stale)
        with pytest.raises(StepUpRequired):
            await prove.act(service.start_totp, employee, "第二个", actor=stale)
        with pytest.raises(StepUpRequired):
            await prove.act(service.passkey_creation, actor=stale)
        fresh = bound_by_policy(actor, confirmed_for=timedelta(minutes=4), clock=clock)
        assert (await prove.act(service.start_totp, employee, "第二个", actor=fresh)).secret

    async def test_it_is_audited_without_its_secret(self, rest: FactorDoor, runtime: Runtime, company: Company) -> None:
        started, codes = await rest.totp()
        async with runtime.read(company.id) as session:
            rows = list(await session.scalars(select(AuditEntry).where(AuditEntry.action == "access.factor_added")))
        assert [row.facts for row in rows] == [{"kind": "totp", "factor": started["id"]}]
        assert codes

    async def test_an_answer_that_is_repeated_holds_no_secret(self, rest: FactorDoor) -> None:
        answers = [await rest.api("POST", "/me/factors/totp", json={"name": "x"}, headers={"Idempotency-Key": "once"}) for _ in range(2)]
        first, second = (answer.json() for answer in answers)
        assert answers[0].headers["cache-control"] == "no-store"
        assert second == {**first, "secret": None, "uri": None, "qrSvg": None}
        confirmations = [
            await rest.api(
                "POST",
                f"/me/factors/{first['id']}/confirm",
                json={"code": rest.code(first["secret"])},
                headers={"Idempotency-Key": "confirm"},
            )
            for _ in range(2)
        ]
        codes = [answer.json()["recoveryCodes"] for answer in confirmations]
        assert (len(codes[0]), codes[1]) == (10, None)


class TestProving:
    async def test_a_code_works_once(self, rest: FactorDoor, prove: Prover, clock: TestClock) -> None:
        started, _ = await rest.totp()
        assert await prove("totp", code=rest.code(started["secret"])) is False, "it was used to confirm"
        clock.move(timedelta(seconds=30))
        code = rest.code(started["secret"])
        assert [await prove("totp", code=code) for _ in range(2)] == [True, False]

    async def test_eight_at_once_are_one(self, rest: FactorDoor, prove: Prover, clock: TestClock) -> None:
        started, _ = await rest.totp()
        for _ in range(5):
            clock.move(timedelta(seconds=90))
            code = rest.code(started["secret"])
            outcomes = await asyncio.gather(*(prove("totp", code=code) for _ in range(8)))
            assert sum(outcomes) == 1

    async def test_an_older_code_dies_with_a_newer_one(self, rest: FactorDoor, prove: Prover, clock: TestClock) -> None:
        started, _ = await rest.totp()
        clock.move(timedelta(seconds=120))
        older = rest.code(started["secret"], steps=-1)
        assert await prove("totp", code=rest.code(started["secret"]))
        assert not await prove("totp", code=older)

    async def test_half_a_minute_off_is_let_in(self, rest: FactorDoor, prove: Prover, clock: TestClock) -> None:
        started, _ = await rest.totp()
        for steps, fits in ((-1, True), (1, True), (-3, False), (3, False)):
            clock.move(timedelta(minutes=10))
            assert await prove("totp", code=rest.code(started["secret"], steps=steps)) is fits, steps

    async def test_a_refused_login_uses_nothing_up(self, rest: FactorDoor, prove: Prover, runtime: Runtime, company: Company) -> None:
        """What rolls back rolls the step back too."""
        started, _ = await rest.totp()
        rest.clock.move(timedelta(seconds=60))
        code = rest.code(started["secret"])

        async def refused() -> None:
            async with runtime.uow(company.id) as uow:
                row = (await uow.session.scalars(select(SecondFactor))).one()
                assert await totp.use_step(uow, row, code)
                raise LookupError

        with pytest.raises(LookupError):
            await refused()
        assert await prove("totp", code=code)

    async def test_the_time_is_when_it_was_used(self, enter: Enter, prove: Prover, clock: TestClock) -> None:
        mine = await enter()
        started, _ = await mine.totp()
        before = (await mine.mine())["items"][0]["lastUsedAt"]
        clock.move(timedelta(minutes=5))
        assert await prove("totp", code=mine.code(started["secret"]))
        assert (await mine.mine())["items"][0]["lastUsedAt"] > before

    async def test_another_persons_code(self, rest: FactorDoor, runtime: Runtime, company: Company) -> None:
        started, _ = await rest.totp()
        rest.clock.move(timedelta(seconds=60))
        other = Prover(runtime, company, (await company.employee("sales2")).id)
        assert not await other("totp", code=rest.code(started["secret"]))
        assert await other.kinds() == set()

    async def test_a_proof_without_its_part_is_wrong(self, rest: FactorDoor, prove: Prover) -> None:
        await rest.totp()
        for kind in ("totp", "recovery", "passkey"):
            assert await prove(kind) is False


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (20000000000, "65353130")]
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B, SHA-1; six digits are the last six of its eight."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    moment = datetime.fromtimestamp(seconds, UTC)
    assert totp.matching_step(secret, code[-6:], moment) == seconds // 30
    assert totp.matching_step(secret, code[-6:], moment + timedelta(seconds=60)) is None
