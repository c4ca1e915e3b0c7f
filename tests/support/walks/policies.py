"""Every operation of login policies, the calendar and places, for the walk."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from loanbroker_api.access.models import LoginRecord, Role
from loanbroker_api.core.ids import new_id
from support.client import Api
from support.company import Company

Walk = Callable[..., Awaitable[Any]]


async def walk_policies(walk: Walk, company: Company, api: Api) -> None:
    """`api` may manage policies; what is made here is gone at the end, so that nobody is shut out of the rest of the walk."""
    person = await company.employee("sales9")
    async with company.runtime.uow(company.id) as uow:
        role = str((await uow.session.scalars(select(Role.id).where(Role.code == "sales"))).one())
        known = {"client": "android", "ip": "8.8.8.8", "place": "", "device_state": "known", "outcome": "ok", "signals": []}
        uow.session.add(LoginRecord(id=new_id(), at=uow.now - timedelta(hours=3), employee_id=person.id, **known))
    week = {"windows": [{"days": [1, 2, 3, 4, 5, 6, 7], "start": "00:00", "end": "24:00"}], "holidays": "open"}
    parts = {"time": week, "region": {"allow": ["51"]}, "unusual": {}, "device": {"max": 2}}
    draft = {"roleId": role, "client": "android", "parts": parts}
    made = [
        await walk("POST", "/login-policies", api=api, json=body)
        for body in (draft, {"employeeId": str(person.id), "client": "android", "parts": {}, "overrides": ["ip"]})
    ]
    await walk("POST", "/login-policies", api=api, json=draft, status=409)
    for params in ({}, {"roleId": role}, {"employeeId": str(person.id), "client": "android"}):
        await walk("GET", "/login-policies", api=api, params=params)
    one = {"policy_id": made[0]["id"]}
    changed = await walk(
        "PUT", "/login-policies/{policy_id}", api=api, **one, json={"parts": parts | {"idle": {"minutes": 9}}}, headers=_if(1)
    )
    for asked in ({}, {"draft": draft}):
        attempt = {"employeeId": str(person.id), "client": "android", "ip": "61.139.2.69", "device": "new"}
        await walk("POST", "/login-policies/try", api=api, json=attempt | asked)
    await walk("POST", "/login-policies/impact", api=api, json={"draft": draft, "days": 90})
    await walk("DELETE", "/login-policies/{policy_id}", api=api, **one, headers=_if(changed["version"]))
    await walk("DELETE", "/login-policies/{policy_id}", api=api, policy_id=made[1]["id"], headers=_if(1))
    day = {"day": "2026-12-31"}
    for title in ("年终盘点", "年终"):
        await walk("PUT", "/calendar-days/{day}", api=api, **day, json={"working": False, "title": title})
    await walk("GET", "/calendar/{year}", api=api, year=2026)
    await walk("DELETE", "/calendar-days/{day}", api=api, **day)
    await walk("GET", "/places", api=api)
    await walk("GET", "/places/find", api=api, params={"ip": "61.139.2.69"})


def _if(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}
