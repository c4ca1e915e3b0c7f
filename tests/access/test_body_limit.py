"""No body is read without end, not even before anybody has signed in."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx
from fastapi import FastAPI

from support.client import Api, code_of
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]
TOO_MUCH = b'{"tenant": "' + b"x" * 1_048_576 + b'"}'


async def test_a_body_over_one_mebibyte_is_refused(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver") as client:
        answer = await client.post("/api/v1/auth/login", content=TOO_MUCH, headers={"content-type": "application/json"})
        assert (answer.status_code, code_of(answer)) == (413, "core.body-too-large")

        async def parts() -> AsyncGenerator[bytes]:
            for start in range(0, len(TOO_MUCH), 65_536):
                yield TOO_MUCH[start : start + 65_536]

        answer = await client.post("/api/v1/auth/login", content=parts(), headers={"content-type": "application/json"})
        assert (answer.status_code, code_of(answer)) == (413, "core.body-too-large")


async def test_a_replayed_reveal_does_not_repeat_the_value(company: Company, sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    customer = await company.customer()
    ask = {"json": {"field": "phone", "reason": {"code": "call"}}, "headers": {"Idempotency-Key": "k1"}}
    first = await sales.ok("POST", f"/customers/{customer.id}/reveal", **ask)
    again = await sales.ok("POST", f"/customers/{customer.id}/reveal", **ask)
    assert first["value"] is not None
    assert again == {**first, "value": None}
