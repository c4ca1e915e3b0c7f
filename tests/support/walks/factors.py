"""Every operation of one's own factors and password, for the walk that calls each one."""

from typing import Any, Protocol

import pyotp

from support.authenticator import Authenticator
from support.client import Api
from support.clock import TestClock
from support.company import PASSWORD


class Calls(Protocol):
    async def __call__(self, method: str, template: str, *, api: Api | None = None, status: int | None = None, **options: Any) -> Any: ...


async def walk_factors(walk: Calls, api: Api, clock: TestClock) -> None:
    """An authenticator and a passkey come and go; the password is changed last."""
    started = await walk("POST", "/me/factors/totp", api=api, json={"name": "我的手机"})
    one = {"factor_id": started["id"]}
    code = {"json": {"code": pyotp.TOTP(started["secret"]).at(clock.now())}}
    await walk("POST", "/me/factors/{factor_id}/confirm", api=api, **one, **code)
    given = await walk("POST", "/me/factors/passkey-options", api=api)
    made = {"name": "办公电脑", "state": given["state"], "credential": Authenticator().create(given["options"])}
    await walk("POST", "/me/factors/passkeys", api=api, json=made)
    assert len((await walk("GET", "/me/factors", api=api))["items"]) == 2
    await walk("POST", "/me/recovery-codes", api=api)
    await walk("DELETE", "/me/factors/{factor_id}", api=api, **one)
    change = {"current": PASSWORD, "next": "山里的茶 and a ferry of 1931"}
    await walk("PUT", "/me/password", api=api, json={**change, "current": "wrong"}, status=422)
    await walk("PUT", "/me/password", api=api, json=change)
    answer = await api.graphql("{ me { factors { items { kind } recoveryCodesLeft required } } }")
    assert [item["kind"] for item in answer["data"]["me"]["factors"]["items"]] == ["passkey"], answer
