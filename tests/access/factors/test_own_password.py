"""One's own password: the current one proves it is you, the new one is judged, and what the old one opened ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from loanbroker_api.access.events import PasswordChanged, SessionEnded
from loanbroker_api.access.factors import passwords_service
from loanbroker_api.access.factors.problems import PasswordWrong
from loanbroker_api.access.factors.schemas import PasswordIn
from loanbroker_api.access.models import Employee, LoginSession, LoginTicket
from loanbroker_api.access.policies.problems import LoginLocked
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.changes import Change
from loanbroker_api.core.errors import PreviewReadOnly
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from support.client import Api, code_of
from support.clock import TestClock
from support.company import PASSWORD, Company
from support.doors import Refused, refusal
from support.factors import Enter, put_policy

NEW = "山里的茶 and a ferry of 1931"


async def login(app: FastAPI, company: Company, password: str) -> int:
    async with Api(app, company, "sales1") as api:
        body = {"tenant": company.code, "username": "sales1", "password": password, "client": "ios"}
        return (await api("POST", "/auth/login", json=body)).status_code


class TestChanging:
    async def test_the_new_one_opens_and_the_old_one_does_not(self, enter: Enter, app: FastAPI, company: Company, runtime: Runtime) -> None:
        mine = await enter()
        async with runtime.uow(company.id) as uow:
            await uow.session.execute(update(Employee).values(must_change_password=True))
        await mine.password(PASSWORD, NEW)
        assert (await login(app, company, NEW), await login(app, company, PASSWORD)) == (200, 401)
        async with runtime.read(company.id) as session:
            row = (await session.scalars(select(Employee).where(Employee.username == "sales1"))).one()
        assert row.must_change_password is False
        assert row.password_changed_at is not None
        assert NEW not in row.password_hash

    async def test_other_sessions_end_and_this_one_stays(
        self, enter: Enter, company: Company, runtime: Runtime, sign_in: Callable[..., Awaitable[Api]]
    ) -> None:
        mine, phone, tablet = await enter(), await sign_in("sales1"), await sign_in("sales1", client="android")
        colleague = await sign_in("sales2")
        await mine.password(PASSWORD, NEW)
        assert (await mine.api("GET", "/me")).status_code == 200
        assert (await colleague("GET", "/me")).status_code == 200
        for other in (phone, tablet):
            assert (await other("GET", "/me")).status_code == 401
            assert (await other("POST", "/auth/refresh", json={"refreshToken": other.refresh_token})).status_code == 401
        async with runtime.read(company.id) as session:
            ended = (await session.execute(select(LoginSession.end_reason).where(LoginSession.ended_at.is_not(None)))).scalars().all()
            audited = list(await session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("access.")).order_by("id")))
        assert ended == ["password", "password"]
        assert audited.count("access.session_ended") == 2
        assert audited.count("access.password_changed") == 1

    async def test_what_is_announced(self, company: Company, runtime: Runtime, actor: Actor, sign_in: Any) -> None:
        await sign_in("sales1")
        kept, told = [], []
        runtime.changes.listen(told.append)
        checked = await passwords_service.check_current(runtime, actor, PASSWORD)
        async with runtime.uow(company.id) as uow:
            uow.emit = kept.append  # type: ignore[method-assign]
            await passwords_service.change_own_password(uow, actor, PasswordIn(current=PASSWORD, next=NEW), checked)
        assert [type(event) for event in kept] == [PasswordChanged, SessionEnded]
        assert kept[1].reason == "password"
        assert Change(company.id, actor.id) in told
        assert {(change.tenant_id, change.employee_id) for change in told} == {(company.id, actor.id)}

    async def test_logins_that_wait_for_something_end(self, enter: Enter, company: Company, runtime: Runtime) -> None:
        mine = await enter()
        people = [await company.employee("sales1"), await company.employee("sales2")]
        async with runtime.uow(company.id) as uow:
            for person in people:
                uow.session.add(waiting(uow, person))
        await mine.password(PASSWORD, NEW)
        async with runtime.read(company.id) as session:
            assert list(await session.scalars(select(LoginTicket.employee_id))) == [people[1].id]

    @pytest.mark.parametrize(
        ("new", "reason"),
        [
            ("tiny fox", "short"),
            ("Password2024!", "common"),
            ("woaini1314520", "common"),
            ("abcdefghijklmnop", "run"),
            ("sales1-sales1", "context"),
            ("x" * 201, "long"),
            (PASSWORD, "same"),
        ],
    )
    async def test_a_weak_one_is_told_at_its_field(self, enter: Enter, app: FastAPI, company: Company, new: str, reason: str) -> None:
        mine = await enter()
        with pytest.raises(Refused) as refused:
            await mine.password(PASSWORD, new)
        assert refused.value.code == "access.password-weak"
        assert ("/next", f"access.password-{reason}") in refused.value.pointers
        assert refused.value.problem["message"].startswith("密码不够安全：")
        assert new not in str(refused.value.problem)
        assert await login(app, company, PASSWORD) == 200

    async def test_a_wrong_current_one_is_told_at_its_field(self, enter: Enter, app: FastAPI, company: Company) -> None:
        mine = await enter()
        with pytest.raises(Refused) as refused:
            await mine.password(PASSWORD + " ", NEW)
        assert (refused.value.code, refused.value.pointers) == ("access.password-wrong", [("/current", "access.password-wrong")])
        assert await login(app, company, PASSWORD) == 200

    async def test_blanks_count(self, enter: Enter, app: FastAPI, company: Company) -> None:
        mine = await enter()
        await mine.password(PASSWORD, "  a ferry in the fog  ")
        assert await login(app, company, "a ferry in the fog") == 401
        assert await login(app, company, "  a ferry in the fog  ") == 200

    async def test_however_a_keyboard_composes_it(self, enter: Enter, app: FastAPI, company: Company) -> None:
        mine = await enter()
        await mine.password(PASSWORD, "un caf\u00e9 \u00e0 la gare")
        assert await login(app, company, "un cafe\u0301 a\u0300 la gare") == 200

    async def test_of_eight_at_once_one_wins(self, company: Company, runtime: Runtime, actor: Actor, app: FastAPI) -> None:
        checked = await passwords_service.check_current(runtime, actor, PASSWORD)

        async def change(new: str) -> None:
            async with runtime.uow(company.id) as uow:
                await passwords_service.change_own_password(uow, actor, PasswordIn(current=PASSWORD, next=new), checked)

        wanted = [f"{NEW} {n}" for n in range(8)]
        outcomes = await asyncio.gather(*map(change, wanted), return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", *["PasswordWrong"] * 7]
        assert await login(app, company, wanted[outcomes.index(None)]) == 200


def waiting(uow: UnitOfWork, person: Employee) -> LoginTicket:
    return LoginTicket(
        digest=person.id.bytes,
        employee_id=person.id,
        client="ios",
        ip="",
        device_id=None,
        facts={},
        created_at=uow.now,
        expires_at=uow.now + timedelta(minutes=10),
    )


class TestTries:
    """Without a policy ten wrong ones lock; the login policy may say less."""

    async def test_who_guesses_must_wait(self, enter: Enter, company: Company, clock: TestClock) -> None:
        await put_policy(company, "ios", attempts={"failures": 3, "minutes": 15, "max_minutes": 60})
        mine = await enter()
        for _ in range(3):
            assert await refusal(mine.password("wrong", NEW)) == "access.password-wrong"
        assert await refusal(mine.password(PASSWORD, NEW)) == "access.locked"
        clock.move(timedelta(minutes=15, seconds=1))
        await mine.api.login()
        await mine.password(PASSWORD, NEW)

    async def test_the_answer_says_how_long(self, sign_in: Callable[..., Awaitable[Api]]) -> None:
        api = await sign_in("sales1")
        body = {"current": "wrong", "next": NEW}
        answers = [await api("PUT", "/me/password", json=body) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429]
        assert code_of(answers[-1]) == "access.locked"
        assert 0 < int(answers[-1].headers["retry-after"]) <= 600
        assert "10 分钟" in answers[-1].json()["message"]

    async def test_strangers_at_the_login_do_not_lock_the_owner(self, app: FastAPI, company: Company, enter: Enter) -> None:
        mine = await enter()
        for _ in range(10):
            assert await login(app, company, "wrong") == 401
        assert await login(app, company, PASSWORD) == 429
        await mine.password(PASSWORD, NEW)

    async def test_step_up_counts_with_it(self, sign_in: Callable[..., Awaitable[Api]]) -> None:
        """One may not guess the password by the other door."""
        api = await sign_in("sales1")
        for _ in range(5):
            assert (await api("PUT", "/me/password", json={"current": "wrong", "next": NEW})).status_code == 422
            assert (await api("POST", "/auth/step-up", json={"kind": "password", "password": "wrong"})).status_code == 401
        assert code_of(await api("PUT", "/me/password", json={"current": PASSWORD, "next": NEW})) == "access.locked"
        assert code_of(await api("POST", "/auth/step-up", json={"kind": "password", "password": PASSWORD})) == "access.locked"

    async def test_fifty_at_once_are_ten_looks(self, runtime: Runtime, actor: Actor) -> None:
        tries = (passwords_service.check_current(runtime, actor, "wrong") for _ in range(50))
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        kinds = [type(outcome) for outcome in outcomes]
        assert (kinds.count(PasswordWrong), kinds.count(LoginLocked)) == (10, 40)

    async def test_a_right_one_begins_anew(self, runtime: Runtime, actor: Actor) -> None:
        for _ in range(2):
            for _ in range(9):
                with pytest.raises(PasswordWrong):
                    await passwords_service.check_current(runtime, actor, "wrong")
            assert (await passwords_service.check_current(runtime, actor, PASSWORD)).startswith("$argon2id$")

    async def test_a_colleague_is_not_held_up(self, runtime: Runtime, company: Company, actor: Actor) -> None:
        for _ in range(10):
            with pytest.raises(PasswordWrong):
                await passwords_service.check_current(runtime, actor, "wrong")
        colleague = replace(actor, id=(await company.employee("sales2")).id)
        assert await passwords_service.check_current(runtime, colleague, PASSWORD)

    async def test_wrong_ones_are_audited(self, enter: Enter, runtime: Runtime, company: Company) -> None:
        mine = await enter()
        assert await refusal(mine.password("wrong", NEW)) == "access.password-wrong"
        async with runtime.read(company.id) as session:
            rows = list(await session.scalars(select(AuditEntry).where(AuditEntry.action == "access.password_refused")))
        assert [(row.subject_id, row.facts) for row in rows] == [((await company.employee("sales1")).id, {})]

    async def test_who_previews_a_role_cannot(self, runtime: Runtime, actor: Actor) -> None:
        with pytest.raises(PreviewReadOnly):
            await passwords_service.check_current(runtime, replace(actor, read_only=True), PASSWORD)
