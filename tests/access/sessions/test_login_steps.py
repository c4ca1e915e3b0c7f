"""What comes after the password: second factor, enrolment, a leader's approval, a new password; and that a ticket is no more than that."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from loanbroker_api.access.models import Device, Employee, LoginApproval, LoginRecord
from loanbroker_api.core.runtime import Runtime
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company
from support.logins import AWAY, HOME, LAN, Phone, attempt, put_policy

SignIn = Callable[..., Awaitable[Api]]
FACTOR = {"factor": {"required": True}}


@pytest.fixture
async def phone(app: FastAPI, company: Company) -> Phone:
    await company.employee("sales1")
    return Phone(app, company)


async def outcomes(runtime: Runtime, company: Company) -> list[str]:
    async with runtime.read(company.id) as session:
        return list(await session.scalars(select(LoginRecord.outcome).order_by(LoginRecord.at, LoginRecord.id)))


class TestFactor:
    async def enrolled(self, phone: Phone, runtime: Runtime, clock: TestClock) -> tuple[pyotp.TOTP, list[str]]:
        await put_policy(runtime, phone.company, **FACTOR)
        assert await attempt(phone) == "enrol"
        totp = pyotp.TOTP((await phone.step("enrol")).json()["secret"])
        answer = await phone.step("enrol/confirm", code=totp.at(clock.now()))
        assert answer.status_code == 200, answer.text
        assert answer.json()["signedIn"]["accessToken"]
        return totp, answer.json()["recoveryCodes"]

    async def test_who_must_have_one_and_has_none_makes_one_at_the_door(self, phone: Phone, runtime: Runtime, clock: TestClock) -> None:
        _, codes = await self.enrolled(phone, runtime, clock)
        assert len(set(codes)) == 10
        assert (await phone.me()).status_code == 200
        assert await outcomes(runtime, phone.company) == ["ok"]

    async def test_no_token_before_the_factor(self, phone: Phone, runtime: Runtime, clock: TestClock) -> None:
        totp, _ = await self.enrolled(phone, runtime, clock)
        clock.move(timedelta(minutes=2))
        answer = await phone.login()
        assert (answer.status_code, answer.json()["next"]) == (202, "factor")
        assert set(answer.json()["factors"]) == {"totp", "recovery"}
        assert "accessToken" not in answer.json()
        assert code_of(await phone.send("GET", "/me", token=answer.json()["ticket"])) == "core.unauthenticated"
        assert (await phone.step("factor", kind="totp", code=totp.at(clock.now()))).status_code == 200

    async def test_a_code_works_once_and_a_recovery_code_too(self, phone: Phone, runtime: Runtime, clock: TestClock) -> None:
        totp, codes = await self.enrolled(phone, runtime, clock)
        clock.move(timedelta(minutes=2))
        code = totp.at(clock.now())
        await phone.login()
        assert (await phone.step("factor", kind="totp", code=code)).status_code == 200
        await phone.login()
        assert code_of(await phone.step("factor", kind="totp", code=code)) == "access.factor-refused"
        assert (await phone.step("factor", kind="recovery", code=codes[0])).status_code == 200
        await phone.login()
        assert code_of(await phone.step("factor", kind="recovery", code=codes[0])) == "access.factor-refused"

    async def test_a_ticket_has_eight_tries_ten_minutes_one_address_and_one_use(
        self, phone: Phone, runtime: Runtime, clock: TestClock, app: FastAPI
    ) -> None:
        totp, _ = await self.enrolled(phone, runtime, clock)
        clock.move(timedelta(minutes=2))
        await phone.login()
        for _ in range(8):
            assert code_of(await phone.step("factor", kind="totp", code="000000")) == "access.factor-refused"
        assert code_of(await phone.step("factor", kind="totp", code=totp.at(clock.now()))) == "access.ticket-invalid"
        await phone.login()
        elsewhere = Phone(app, phone.company, ip=AWAY, kept=phone.kept)
        assert code_of(await elsewhere.step("factor", kind="totp", code=totp.at(clock.now()))) == "access.ticket-invalid"
        ticket = phone.kept["ticket"]
        assert (await phone.step("factor", kind="totp", code=totp.at(clock.now()))).status_code == 200
        clock.move(timedelta(minutes=2))
        again = await phone.send("POST", "/auth/login/factor", json={"ticket": ticket, "kind": "totp", "code": totp.at(clock.now())})
        assert code_of(again) == "access.ticket-invalid"
        await phone.login()
        clock.move(timedelta(minutes=11))
        assert code_of(await phone.step("factor", kind="totp", code=totp.at(clock.now()))) == "access.ticket-invalid"

    async def test_a_policy_that_changes_while_the_ticket_waits_counts(self, phone: Phone, runtime: Runtime, clock: TestClock) -> None:
        totp, _ = await self.enrolled(phone, runtime, clock)
        clock.move(timedelta(minutes=2))
        await phone.login()
        await put_policy(runtime, phone.company, **FACTOR, ip={"deny": [HOME]})
        assert code_of(await phone.step("factor", kind="totp", code=totp.at(clock.now()))) == "access.ip-refused"

    @pytest.mark.parametrize("ticket", ["", "x", "lt_x_y", "lt_" + "0" * 32 + "_abc", "rt_" + "0" * 32 + "_abc"])
    async def test_what_is_no_ticket(self, phone: Phone, ticket: str) -> None:
        phone.kept["ticket"] = ticket
        for path, body in (
            ("factor", {"kind": "totp", "code": "123456"}),
            ("resume", {}),
            ("enrol", {}),
            ("password", {"newPassword": "x"}),
        ):
            assert code_of(await phone.step(path, **body)) in {"access.ticket-invalid", "core.invalid"}


class TestApproval:
    async def decide(self, leader: Api, *, approve: bool) -> dict[str, Any]:
        (row,) = (await leader.ok("GET", "/login-approvals?state=waiting"))["items"]
        return await leader.ok(
            "POST", f"/login-approvals/{row['id']}/decide", json={"approve": approve}, headers={"If-Match": f'"{row["version"]}"'}
        )

    async def test_a_first_device_waits_for_a_leader_and_is_bound(self, phone: Phone, runtime: Runtime, sign_in: SignIn) -> None:
        leader = await sign_in("leader1", role="leader")
        await put_policy(runtime, phone.company, device={"max": 1, "firstUse": "approve"})
        answer = await phone.login()
        assert (answer.status_code, answer.json()["next"]) == (202, "approval")
        assert answer.json()["approval"]["leaders"] == ["员工leader1"]
        assert (await phone.step("resume")).json()["next"] == "approval"
        decided = await self.decide(leader, approve=True)
        assert (decided["state"], decided["kind"], decided["place"]) == ("approved", "device", "广东省广州市")
        assert (await phone.step("resume")).status_code == 200
        assert (await phone.me()).status_code == 200
        assert await attempt(phone) == "ok"
        async with runtime.read(phone.company.id) as session:
            assert list(await session.scalars(select(Device.state).where(Device.client == "ios", Device.name == ""))).count("bound") == 1

    async def test_a_refused_device_is_no_device_any_more(self, phone: Phone, runtime: Runtime, sign_in: SignIn) -> None:
        leader = await sign_in("leader1", role="leader")
        await put_policy(runtime, phone.company, device={"max": 1, "firstUse": "approve"})
        await phone.login()
        await self.decide(leader, approve=False)
        assert code_of(await phone.step("resume")) == "access.approval-refused"
        assert await attempt(phone) == "approval"

    async def test_nobody_approves_himself_nor_another_team(
        self, app: FastAPI, company: Company, runtime: Runtime, sign_in: SignIn
    ) -> None:
        leader = await sign_in("leader1", role="leader")
        other = await sign_in("leader2", role="leader", unit=company.other_team)
        sales = await sign_in("sales2")
        await company.employee("sales1")
        await put_policy(runtime, company, device={"max": 1, "firstUse": "approve"}, client="android")
        await put_policy(runtime, company, role="leader", device={"max": 5, "firstUse": "approve"}, client="android")
        assert await attempt(Phone(app, company, client="android")) == "approval"
        assert await attempt(Phone(app, company, username="leader1", client="android")) == "approval"
        assert (await other.ok("GET", "/login-approvals?state=waiting"))["items"] == []
        async with runtime.read(company.id) as session:
            asked = {row.employee_id: row for row in await session.scalars(select(LoginApproval))}
        theirs, own = asked[company.employees["sales1"].id], asked[company.employees["leader1"].id]
        for who, what, code in (
            (other, theirs, "access.approval-not-found"),
            (sales, theirs, "access.approval-not-found"),
            (leader, own, "access.own-approval"),
        ):
            answer = await who("POST", f"/login-approvals/{what.id}/decide", json={"approve": True}, headers={"If-Match": '"1"'})
            assert code_of(answer) == code

    async def test_a_request_is_open_for_a_quarter_of_an_hour(
        self, phone: Phone, runtime: Runtime, clock: TestClock, sign_in: SignIn
    ) -> None:
        leader = await sign_in("leader1", role="leader")
        await put_policy(runtime, phone.company, device={"max": 1, "firstUse": "approve"})
        await phone.login()
        clock.move(timedelta(minutes=16))
        await leader.login()
        assert (await leader.ok("GET", "/login-approvals?state=waiting"))["items"] == []
        (row,) = (await leader.ok("GET", "/login-approvals?state=decided"))["items"]
        assert row["state"] == "expired"
        answer = await leader("POST", f"/login-approvals/{row['id']}/decide", json={"approve": True}, headers={"If-Match": '"1"'})
        assert code_of(answer) == "access.approval-settled"

    async def test_a_place_that_nobody_knows(self, app: FastAPI, company: Company, runtime: Runtime, sign_in: SignIn) -> None:
        leader = await sign_in("leader1", role="leader")
        await company.employee("sales1")
        await put_policy(runtime, company, region={"allow": ["44"], "unknown": "approve"})
        assert await attempt(Phone(app, company, ip=HOME)) == "ok"
        assert await attempt(Phone(app, company, ip=AWAY)) == "access.region-refused"
        phone = Phone(app, company, ip=LAN)
        assert await attempt(phone) == "approval"
        await self.decide(leader, approve=True)
        assert (await phone.step("resume")).status_code == 200
        assert (await phone.me()).status_code == 200
        # The approval is for that address only.
        phone.ip = "10.9.9.9"
        answer = await phone.me()
        assert (answer.status_code, code_of(answer)) == (401, "access.region-refused")


class TestUnusual:
    async def habit(self, phone: Phone, clock: TestClock, logins: int = 12) -> None:
        for _ in range(logins):
            assert await attempt(phone) == "ok"
            clock.move(timedelta(days=1))

    async def test_a_new_device_in_a_new_place_needs_more_and_is_told(
        self, phone: Phone, app: FastAPI, runtime: Runtime, clock: TestClock, sign_in: SignIn
    ) -> None:
        leader = await sign_in("leader1", role="leader")
        await self.habit(phone, clock)
        await put_policy(runtime, phone.company, unusual={})
        assert await attempt(phone) == "ok"
        stranger = Phone(app, phone.company, ip=AWAY)
        clock.move(timedelta(days=1))
        assert await attempt(stranger) == "approval"
        await leader.login()
        (row,) = (await leader.ok("GET", "/login-approvals?state=waiting"))["items"]
        assert (row["kind"], [signal["code"] for signal in row["signals"]]) == ("unusual", ["new_device_and_place"])
        assert row["signals"][0]["text"] == "新设备且新地点"
        await leader.ok("POST", f"/login-approvals/{row['id']}/decide", json={"approve": True}, headers={"If-Match": f'"{row["version"]}"'})
        assert (await stranger.step("resume")).status_code == 200

    async def test_too_far_in_too_short_a_time(self, phone: Phone, app: FastAPI, runtime: Runtime, clock: TestClock) -> None:
        await put_policy(runtime, phone.company, unusual={"newDeviceAndPlace": False})
        assert await attempt(phone) == "ok"
        clock.move(timedelta(minutes=30))
        phone.ip = AWAY  # Guangzhou to Nanjing in half an hour
        assert await attempt(phone) == "approval"
        clock.move(timedelta(hours=3))
        phone.ip = HOME
        assert await attempt(phone) == "ok"

    async def test_off_the_usual_hours_around_midnight_too(self, phone: Phone, runtime: Runtime, clock: TestClock) -> None:
        now = clock.now()
        clock.move(now.replace(hour=15, minute=40, second=0, microsecond=0) + timedelta(days=1) - now)  # 23:40 in Shanghai
        await self.habit(phone, clock)
        await put_policy(runtime, phone.company, unusual={"newDeviceAndPlace": False, "offHoursMinutes": 60})
        clock.move(timedelta(minutes=50))  # 00:30
        assert await attempt(phone) == "ok"
        clock.move(timedelta(hours=3))
        assert await attempt(phone) == "approval"

    async def test_many_accounts_behind_one_address(self, app: FastAPI, company: Company, runtime: Runtime) -> None:
        await put_policy(runtime, company, unusual={"newDeviceAndPlace": False, "accountsPerIp": 3})
        found = []
        for number in range(5):
            await company.employee(f"sales{number}")
            found.append(await attempt(Phone(app, company, username=f"sales{number}", ip="8.8.8.8")))
        assert found == ["ok", "ok", "ok", "approval", "approval"]


async def test_a_password_that_an_administrator_gave_is_changed_at_the_door(phone: Phone, runtime: Runtime) -> None:
    async with runtime.uow(phone.company.id) as uow:
        await uow.session.execute(update(Employee).values(must_change_password=True))
    assert await attempt(phone) == "password"
    weak = await phone.step("password", newPassword="123456789012")
    assert code_of(weak) == "access.password-weak"
    assert weak.json()["errors"][0]["pointer"] == "/newPassword"
    assert (await phone.step("password", newPassword="quiet river 舟 lantern")).status_code == 200
    assert (await phone.me()).status_code == 200
    assert await attempt(phone) == "access.login-refused"
    assert await attempt(phone, "quiet river 舟 lantern") == "ok"
