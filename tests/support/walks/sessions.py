"""The walk over signing in, sessions, devices, approvals and records."""

from datetime import timedelta
from typing import Any

import pyotp
from fastapi import FastAPI
from sqlalchemy import update

from loanbroker_api.access.models import Employee
from loanbroker_api.core.runtime import Runtime
from support.client import Api
from support.clock import TestClock
from support.company import PASSWORD, Company
from support.logins import put_policy


async def walk_sessions(walk: Any, app: FastAPI, company: Company, runtime: Runtime, leader: Api, admin: Api, clock: TestClock) -> None:
    """`leader` leads the team of sales5, `admin` may do everything."""
    await _steps(walk, company, runtime, leader, clock)
    await _own(walk, app, company, leader)
    await _theirs(walk, company, admin)


def _body(company: Company, username: str, client: str) -> dict[str, str]:
    return {"tenant": company.code, "username": username, "password": PASSWORD, "client": client}


async def _steps(walk: Any, company: Company, runtime: Runtime, leader: Api, clock: TestClock) -> None:
    await company.employee("sales5")
    await put_policy(runtime, company, client="android", factor={"required": True}, unusual={}, sessions={"max": 5})
    step = await walk("POST", "/auth/login", json=_body(company, "sales5", "android"), status=202)
    started = await walk("POST", "/auth/login/enrol", json={"ticket": step["ticket"]})
    totp = pyotp.TOTP(started["secret"])
    await walk("POST", "/auth/login/enrol/confirm", json={"ticket": step["ticket"], "code": totp.at(clock.now())})
    clock.move(timedelta(minutes=2))
    step = await walk("POST", "/auth/login", json=_body(company, "sales5", "android"), status=202)
    await walk("POST", "/auth/login/passkey-options", json={"ticket": step["ticket"]})
    given = {"ticket": step["ticket"], "kind": "totp", "code": totp.at(clock.now())}
    await walk("POST", "/auth/login/factor", json=given)
    await company.employee("sales6")
    await put_policy(
        runtime, company, client="terminal", device={"max": 2, "firstUse": "approve"}, region={"allow": ["44"], "unknown": "allow"}
    )
    step = await walk("POST", "/auth/login", json=_body(company, "sales6", "terminal"), status=202)
    clock.move(timedelta(minutes=2))
    await walk("POST", "/auth/login/remind", json={"ticket": step["ticket"]})
    step = await walk("POST", "/auth/login/resume", json={"ticket": step["ticket"]}, status=202)
    await leader.login()
    (asked,) = (await walk("GET", "/login-approvals", api=leader, params={"state": "waiting"}))["items"]
    decided = {"json": {"approve": True}, "headers": {"If-Match": str(asked["version"])}}
    await walk("POST", "/login-approvals/{approval_id}/decide", api=leader, approval_id=asked["id"], **decided)
    await walk("POST", "/auth/login/resume", json={"ticket": step["ticket"]})
    await walk("GET", "/login-approvals", api=leader, params={"state": "decided", "limit": 1})
    for outcome in ("ok", "refused"):
        await walk("GET", "/login-records", api=leader, params={"outcome": outcome, "limit": 1})
    async with runtime.uow(company.id) as uow:
        await uow.session.execute(update(Employee).where(Employee.username == "sales6").values(must_change_password=True))
    step = await walk("POST", "/auth/login", json=_body(company, "sales6", "ios"), status=202)
    await walk("POST", "/auth/login/password", json={"ticket": step["ticket"], "newPassword": "quiet river 舟 lantern"})


async def _own(walk: Any, app: FastAPI, company: Company, api: Api) -> None:
    await walk("GET", "/auth/step-up", api=api)
    await walk("POST", "/auth/step-up", api=api, json={"kind": "password", "password": PASSWORD})
    await walk("PUT", "/me/devices/current/push", api=api, json={"kind": "apns", "token": "a1b2c3d4e5"}, status=204)
    await walk("DELETE", "/me/devices/current/push", api=api, status=204)
    await Api(app, company, "leader1").login()
    devices = (await walk("GET", "/me/devices", api=api))["items"]
    other = next(device for device in devices if not device["current"])
    await walk("PATCH", "/me/devices/{device_id}", api=api, device_id=other["id"], json={"name": "旧手机"})
    await walk("DELETE", "/me/devices/{device_id}", api=api, device_id=other["id"], status=204)
    await Api(app, company, "leader1").login()
    sessions = (await walk("GET", "/me/sessions", api=api))["items"]
    other = next(session for session in sessions if not session["current"])
    await walk("DELETE", "/me/sessions/{session_id}", api=api, session_id=other["id"], status=204)
    await walk("DELETE", "/me/sessions", api=api)


async def _theirs(walk: Any, company: Company, admin: Api) -> None:
    await admin.login()
    one = {"employee_id": (await company.employee("sales5")).id}
    await walk("POST", "/employees/{employee_id}/unlock", api=admin, **one, status=204)
    (session, *_) = (await walk("GET", "/employees/{employee_id}/sessions", api=admin, **one))["items"]
    await walk("DELETE", "/employees/{employee_id}/sessions/{session_id}", api=admin, **one, session_id=session["id"], status=204)
    (device, *_) = (await walk("GET", "/employees/{employee_id}/devices", api=admin, **one))["items"]
    await walk("DELETE", "/employees/{employee_id}/devices/{device_id}", api=admin, **one, device_id=device["id"], status=204)
    await walk("DELETE", "/employees/{employee_id}/sessions", api=admin, **one)
