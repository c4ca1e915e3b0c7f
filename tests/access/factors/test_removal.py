"""Giving up a factor: confirmed afresh, never the last one that the policy asks for."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from loanbroker_api.access.factors import queries, service
from loanbroker_api.access.factors.problems import FactorRequired
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.changes import Change
from loanbroker_api.core.errors import StepUpRequired
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from support.authenticator import Authenticator
from support.clock import TestClock
from support.company import PASSWORD, Company
from support.doors import DoorName, refusal
from support.factors import Enter, FactorDoor, Prover, bound_by_policy, put_policy


class TestWithoutAPolicy:
    async def test_one_of_two_goes(self, enter: Enter, prove: Prover) -> None:
        mine, key = await enter(), Authenticator()
        started, codes = await mine.totp()
        await mine.passkey(key)
        await mine.remove(started["id"])
        shown = await mine.mine()
        assert ([item["kind"] for item in shown["items"]], shown["recoveryCodesLeft"]) == (["passkey"], 10)
        assert not await prove("totp", code=mine.code(started["secret"], steps=1))
        assert codes
        assert await prove("recovery", code=codes[0])

    async def test_with_the_last_one_the_codes_go(self, enter: Enter, prove: Prover) -> None:
        mine = await enter()
        started, codes = await mine.totp()
        await mine.remove(started["id"])
        assert await mine.mine() == {"items": [], "recoveryCodesLeft": 0, "required": False}
        assert codes
        assert not await prove("recovery", code=codes[0])
        assert (await mine.totp())[1], "the next first one brings new codes"

    async def test_what_is_not_there_or_anothers(self, enter: Enter) -> None:
        mine, other = await enter(), await enter("sales2")
        started, _ = await mine.totp()
        assert await refusal(mine.remove(str(new_id()))) == "access.factor-not-found"
        assert await refusal(other.remove(started["id"])) == "access.factor-not-found"
        await mine.remove(started["id"])
        assert await refusal(mine.remove(started["id"])) == "access.factor-not-found"

    async def test_eight_at_once_are_one(self, rest: FactorDoor) -> None:
        started, _ = await rest.totp()
        outcomes = await asyncio.gather(*(refusal(rest.remove(started["id"])) for _ in range(8)))
        assert sorted(map(str, outcomes)) == ["None", *["access.factor-not-found"] * 7]

    async def test_it_is_audited_and_told(self, enter: Enter, runtime: Runtime, company: Company) -> None:
        mine = await enter()
        started, _ = await mine.totp()
        told: list[Change] = []
        mine.api._http._transport.app.state.runtime.changes.listen(told.append)  # type: ignore[attr-defined]
        await mine.remove(started["id"])
        employee = await company.employee("sales1")
        assert set(told) == {Change(company.id, employee.id)}
        async with runtime.read(company.id) as session:
            rows = list(await session.scalars(select(AuditEntry).where(AuditEntry.action == "access.factor_removed")))
        assert [(row.actor_id, row.subject_id, row.facts) for row in rows] == [
            (employee.id, employee.id, {"kind": "totp", "factor": started["id"]})
        ]


class TestUnderAPolicy:
    async def test_it_must_be_confirmed_within_five_minutes(self, rest: FactorDoor, prove: Prover, actor: Actor, clock: TestClock) -> None:
        started, _ = await rest.totp()
        await rest.passkey(Authenticator())
        for ago in (None, timedelta(minutes=5)):
            stale = bound_by_policy(actor, confirmed_for=ago, clock=clock)
            for doing, given in ((service.remove_factor, (UUID(started["id"]),)), (service.make_recovery_codes, ())):
                with pytest.raises(StepUpRequired):
                    await prove.act(doing, *given, actor=stale)
        fresh = bound_by_policy(actor, confirmed_for=timedelta(minutes=4), clock=clock)
        assert len(await prove.act(service.make_recovery_codes, actor=fresh)) == 10
        await prove.act(service.remove_factor, UUID(started["id"]), actor=fresh)
        assert await prove.kinds() == {"passkey", "recovery"}

    async def test_the_last_one_stays(self, enter: Enter, prove: Prover, company: Company, clock: TestClock) -> None:
        """Through the whole of it: the policy is put, the session must confirm, then the rule speaks."""
        mine = await enter()
        started, _ = await mine.totp()
        await put_policy(company, "ios", factor={"required": True})
        assert (await mine.mine())["required"] is True
        assert await refusal(mine.remove(started["id"])) == StepUpRequired.code
        assert await refusal(mine.start()) == StepUpRequired.code
        clock.move(timedelta(seconds=60))
        await mine.api.ok("POST", "/auth/step-up", json={"kind": "totp", "code": mine.code(started["secret"])})
        assert await refusal(mine.remove(started["id"])) == "access.factor-required"
        second, _ = await mine.totp()
        await mine.remove(started["id"])
        assert await refusal(mine.remove(second["id"])) == "access.factor-required"
        assert await prove.kinds() == {"totp", "recovery"}

    @pytest.mark.parametrize(
        ("parts", "stays"),
        [
            ({"required": True, "step_up": []}, True),
            ({"required": False, "step_up": []}, False),
            ({"required": True, "kinds": ["passkey"], "step_up": []}, False),
        ],
        ids=["required", "only-for-steps", "only-passkeys"],
    )
    async def test_what_counts_is_what_a_login_would_take(
        self, rest: FactorDoor, company: Company, parts: dict[str, Any], stays: bool
    ) -> None:
        """On whatever client: a browser's policy keeps the last factor also when it is an iPhone that asks."""
        started, _ = await rest.totp()
        await put_policy(company, "web", factor=parts)
        assert await refusal(rest.remove(started["id"])) == ("access.factor-required" if stays else None)

    async def test_the_last_passkey_stays_where_only_passkeys_are_taken(self, rest: FactorDoor, company: Company) -> None:
        started, _ = await rest.totp()
        made = await rest.passkey(Authenticator())
        await put_policy(company, "web", factor={"required": True, "kinds": ["passkey"], "step_up": []})
        assert await refusal(rest.remove(made["id"])) == "access.factor-required"
        assert await refusal(rest.remove(started["id"])) is None

    async def test_an_employees_own_policy_can_lift_it(self, rest: FactorDoor, company: Company) -> None:
        started, _ = await rest.totp()
        await put_policy(company, "ios", factor={"required": True, "step_up": []})
        await put_policy(company, "ios", username="sales1", factor=None)
        assert (await rest.mine())["required"] is False
        assert await refusal(rest.remove(started["id"])) is None

    async def test_of_the_last_two_given_up_at_once_one_stays(
        self, rest: FactorDoor, prove: Prover, actor: Actor, clock: TestClock, runtime: Runtime, company: Company
    ) -> None:
        for client in ("ios", "android", "web"):
            await rest.totp()
            await rest.passkey(Authenticator())
            await put_policy(company, client, factor={"required": True, "step_up": []})
            async with runtime.read(company.id) as session:
                ids = [factor.id for factor in await queries.confirmed(session, prove.employee_id)]
            fresh = bound_by_policy(actor, confirmed_for=timedelta(0), clock=clock)
            outcomes = await asyncio.gather(
                *(prove.act(service.remove_factor, factor_id, actor=fresh) for factor_id in ids), return_exceptions=True
            )
            refused = [outcome for outcome in outcomes if outcome is not None]
            assert [type(outcome) for outcome in refused] == [FactorRequired]
            assert len((await rest.mine())["items"]) == 1
            await prove.act(service.reset_factors, prove.employee_id, actor=company.system)

    async def test_one_that_was_never_used_goes_without_asking(
        self, rest: FactorDoor, prove: Prover, actor: Actor, clock: TestClock
    ) -> None:
        started = await rest.start()
        await prove.act(service.remove_factor, UUID(started["id"]), actor=bound_by_policy(actor, confirmed_for=None, clock=clock))
        assert await refusal(rest.confirm(started["id"], rest.code(started["secret"]))) == "access.factor-not-found"


class TestApiKeys:
    """A key acts as its owner, but not on what proves who the owner is."""

    async def test_a_key_may_look_and_no_more(self, enter: Enter, company: Company, clock: TestClock, sign_in: Any, door: DoorName) -> None:
        mine = await enter()
        started, codes = await mine.totp()
        waiting = await mine.start()
        boss = await sign_in("boss", role="boss")
        body = {
            "name": "接口",
            "employeeId": str((await company.employee("sales1")).id),
            "permissions": ["customers.view"],
            "expiresAt": (clock.now() + timedelta(days=30)).isoformat(),
        }
        made = await boss.ok("POST", "/api-keys", json=body)
        mine.api._http.headers["authorization"] = f"Bearer {made['secret']}"
        assert (await mine.mine())["recoveryCodesLeft"] == 10
        for asking in (
            mine.start(),
            mine.confirm(waiting["id"], mine.code(waiting["secret"])),
            mine.options(),
            mine.register("x", {}),
            mine.remove(started["id"]),
            mine.recovery_codes(),
            mine.password(PASSWORD, "山里的茶 and a ferry"),
        ):
            assert await refusal(asking) == "access.person-only"
        assert codes
        assert (await mine.mine())["recoveryCodesLeft"] == 10
