"""What REST refuses, and how it says so: one shape, two languages, never the refused value."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.core.errors import DOCUMENTED, Problem, language_of
from loanbroker_api.core.http import as_problem, if_match
from support.client import BASE, Api, code_of
from support.company import Company, fresh_phone

SignIn = Callable[..., Awaitable[Api]]
PHONE = "13912345678"
ID_NUMBER = "51010419900307123X"


async def refused(api: Api, method: str, path: str, status: int, code: str, **options: Any) -> dict[str, Any]:
    """The body of a refusal, which repeats nothing of what was sent."""
    answer = await api(method, path, **options)
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text
    for value in (PHONE, ID_NUMBER):
        assert value not in answer.text
        assert value not in str(answer.headers)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"] == answer.json()["requestId"]
    return answer.json()


async def test_what_is_not_json(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    for body in (b"{", b"", b"\xff\xfe", b'{"name": "' + PHONE.encode(), b"nope " + PHONE.encode(), b"[" * 100_000):
        expected = (422, "core.invalid") if body == b"" else (400, "core.not-json")
        await refused(sales, "POST", "/customers", *expected, content=body, headers={"content-type": "application/json"})
    await refused(sales, "POST", "/customers", 422, "core.invalid", content=b'{"name": "x"}', headers={"content-type": "text/plain"})


async def test_fields_are_named_and_values_are_not(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    body = {"name": PHONE * 6, "phone": [PHONE], "idNumber": ID_NUMBER, "wantedAmount": {"a": PHONE}, "city": 5}
    problem = await refused(sales, "POST", "/customers", 422, "core.invalid", json=body)
    assert {error["pointer"] for error in problem["errors"]} == {"/name", "/phone", "/idNumber", "/wantedAmount", "/city"}
    assert "最多 60 个字" in {error["message"] for error in problem["errors"]}
    codes = {error["pointer"]: error["code"] for error in problem["errors"]}
    assert (codes["/name"], codes["/idNumber"]) == ("core.string-too-long", "core.extra-forbidden")


async def test_a_bad_phone_or_amount_is_not_repeated(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    for field, value in (("phone", PHONE + "000"), ("wantedAmount", f"{PHONE}很多")):
        body = {"name": "张三", "phone": fresh_phone(), field: value}
        problem = await refused(sales, "POST", "/customers", 422, "core.invalid", json=body)
        assert [error["pointer"] for error in problem["errors"]] == [f"/{field}"]


async def test_unknown_parameters(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    for path in ("/customers", "/me", "/notifications", "/events"):
        problem = await refused(sales, "GET", path, 422, "core.invalid", params={"phone": PHONE})
        assert [error["pointer"] for error in problem["errors"]] == ["?phone"]
        assert problem["errors"][0]["code"] == "core.unknown-parameter"
    await refused(sales, "POST", "/customers", 422, "core.invalid", params={"x": PHONE}, json={"name": "张三", "phone": PHONE})


async def test_nul_is_refused_everywhere(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    nul = '"a\\u0000b"'
    for method, path, body in (
        ("POST", "/customers", f'{{"name": {nul}, "phone": "{PHONE}"}}'),
        ("POST", "/customers/search", f'{{"search": {nul}}}'),
        ("PUT", "/preferences/table.a", f'{{"value": {{"a": {nul}}}}}'),
        ("PUT", "/drafts/a", f'{{"body": {{{nul}: 1}}}}'),
        ("PUT", "/me/duty", '{"onDuty": true}\x00'),
    ):
        problem = await refused(sales, method, path, 422, "core.invalid", content=body, headers={"content-type": "application/json"})
        assert problem["errors"][0]["code"] == "core.nul"
    boss = await sign_in("boss", role="boss")
    problem = await refused(boss, "GET", "/employees?search=a%00b", 422, "core.invalid")
    assert problem["errors"][0]["code"] == "core.nul"


async def test_what_json_can_say_and_postgresql_cannot_hold(sign_in: SignIn) -> None:
    """Half a surrogate pair, NaN, integers beyond 64 bits, nesting without end: refused, never a failure of ours."""
    sales = await sign_in("sales1")
    deep = '{"a": ' * 300 + "1" + "}" * 300
    for value in (r'{"a": "\ud800"}', r'{"\udfff": 1}', '{"a": NaN}', '{"a": Infinity}', '{"a": 1e999}', '{"a": ' + "9" * 30 + "}", deep):
        for path, field in (("/preferences/table.a", "value"), ("/drafts/a", "body")):
            answer = await sales("PUT", path, content=f'{{"{field}": {value}}}', headers={"content-type": "application/json"})
            assert answer.status_code in {400, 422}, (path, value[:20], answer.text)
            code_of(answer)
    answer = await sales(
        "POST", "/customers", content=rf'{{"name": "\ud800", "phone": "{PHONE}"}}', headers={"content-type": "application/json"}
    )
    assert (answer.status_code, code_of(answer)) == (422, "core.invalid")


async def test_if_match(sign_in: SignIn, company: Company) -> None:
    sales = await sign_in("sales1")
    customer = await company.customer()
    path = f"/customers/{customer.id}"
    await refused(sales, "PATCH", path, 428, "core.if-match-required", json={"intent": "A"})
    for value in ("x", "", '""', "-1", "1.5", '"1", "2"', "*", "9" * 19, "²"):
        headers = [(b"If-Match", value.encode())]
        problem = await refused(sales, "PATCH", path, 422, "core.invalid", json={"intent": "A"}, headers=headers)
        assert [error["pointer"] for error in problem["errors"]] == ["If-Match"]
    version = (await sales.ok("GET", path))["version"]
    for form in (f'"{version}"', f'W/"{version + 1}"', str(version + 2)):
        version_after = (await sales.ok("PATCH", path, json={"intent": "BCD"["WA".find(form[0])]}, headers={"If-Match": form}))["version"]
    problem = await refused(sales, "PATCH", path, 409, "core.stale", json={"intent": "A"}, headers={"If-Match": f'"{version}"'})
    assert problem["current"]["version"] == version_after
    assert problem["current"]["id"] == str(customer.id)
    assert problem["current"] == await sales.ok("GET", path)


def test_digits_that_are_no_ascii_are_no_version() -> None:
    with pytest.raises(Problem):
        if_match("٣")


async def test_no_such_address_and_no_such_method(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    await refused(sales, "GET", f"/nothing/{PHONE}", 404, "core.not-found")
    await refused(sales, "GET", "/customers/", 404, "core.not-found")
    answer = await sales("DELETE", "/me")
    assert (answer.status_code, code_of(answer)) == (405, "core.method-not-allowed")
    assert answer.headers["allow"] == "GET"


async def test_a_path_that_is_no_id(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    problem = await refused(sales, "GET", f"/customers/{PHONE}", 422, "core.invalid")
    assert problem["errors"] == [{"pointer": "/customer_id", "code": "core.uuid-parsing", "message": "应为 UUID"}]
    await refused(sales, "GET", f"/customers/{uuid4()}", 404, "customers.not-found")
    await refused(sales, "GET", "/preferences/A%20B", 422, "core.invalid")


async def test_english_for_who_prefers_it(app: FastAPI, sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    answer = await sales("GET", f"/customers/{uuid4()}", headers={"accept-language": "en-GB,zh;q=0.5"})
    assert answer.json()["message"] == DOCUMENTED["customers.not-found"].english
    answer = await sales("POST", "/customers", json={}, headers={"accept-language": "en"})
    assert {error["message"] for error in answer.json()["errors"]} == {"Required"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as stranger:
        answer = await stranger.get("/api/v1/me", headers={"accept-language": "en"})
        assert answer.json()["message"] == "You are not signed in"


@pytest.mark.parametrize(
    ("accept", "language"),
    [(None, "zh"), ("", "zh"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en", "en"), ("EN-us,zh;q=0.1", "en"), ("fr,en", "zh"), ("*", "zh")],
)
def test_language_of_a_header(accept: str | None, language: str) -> None:
    assert language_of(accept) == language


async def test_a_request_id_of_ones_own_is_kept_when_it_is_one(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    assert (await sales("GET", "/me", headers={"x-request-id": "from-the-proxy-1"})).headers["x-request-id"] == "from-the-proxy-1"
    for bad in ("short", "x" * 65, "a b c d e f g h", '"><script>aaaa'):
        assert (await sales("GET", "/me", headers={"x-request-id": bad})).headers["x-request-id"] != bad


async def test_every_problem_has_its_page(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as stranger:
        for code, kind in DOCUMENTED.items():
            answer = await stranger.get(f"/problems/{code}", headers={"accept": "text/html"})
            assert answer.status_code == 200
            assert kind.code in answer.text
            body = (await stranger.get(f"/problems/{code}")).json()
            assert body == {"code": code, "status": kind.status, "message": kind.message, "english": kind.english, "remedy": kind.remedy}
        assert (await stranger.get("/problems/no.such")).status_code == 404
        assert (await stranger.get("/healthz")).text == "ok"
        assert (await stranger.get("/readyz")).text == "ready"
        assert "loanbroker_http_requests_total" in (await stranger.get("/metrics")).text


@given(st.text(max_size=40))
def test_nothing_of_an_unexpected_failure_gets_through(secret: str) -> None:
    problem = as_problem(RuntimeError(f"[{secret}]"))
    assert (problem.status, problem.code) == (500, "core.internal")
    assert f"[{secret}]" not in problem.text() + str(problem.facts)


def test_what_the_database_says_does_not_get_through() -> None:
    from sqlalchemy.exc import IntegrityError, InterfaceError

    broken = IntegrityError("INSERT", {"phone": PHONE}, ValueError(f"Key (phone)=({PHONE}) already exists"))
    assert as_problem(broken).code == "core.internal"
    assert PHONE not in str(as_problem(broken).to_json())
    away = as_problem(InterfaceError("SELECT", {}, ConnectionError(PHONE)))
    assert (away.code, away.status, away.headers["Retry-After"]) == ("core.unavailable", 503, "2")
