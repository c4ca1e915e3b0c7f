"""Verification and export as background tasks, through both doors; the file that an export makes."""

import csv
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from loanbroker_api import worker
from loanbroker_api.access.trail.schemas import ExportIn
from loanbroker_api.core.actor import Actor, Scope, StepUp
from loanbroker_api.core.audit import seal_once
from loanbroker_api.core.crypto import CannotDecrypt
from loanbroker_api.core.errors import StepUpRequired
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.workspace import files
from loanbroker_api.workspace.audit import service, tasks
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]
Settle = Callable[[], Awaitable[None]]


def span(clock: TestClock, **more: Any) -> dict[str, Any]:
    now = clock.now()
    return {"from": (now - timedelta(days=1)).isoformat(), "to": (now + timedelta(days=1)).isoformat(), **more}


async def finished(api: Api, settle: Settle, task: dict[str, Any]) -> dict[str, Any]:
    await settle()
    found = await api.ok("GET", f"/tasks/{task['id']}")
    assert found["state"] == "done", found
    return found


async def rows_of(api: Api, task: dict[str, Any]) -> tuple[list[dict[str, str]], Any]:
    answer = await api("GET", f"/tasks/{task['id']}/file")
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))), answer


async def test_a_verification(
    company: Company, sign_in: SignIn, settle: Settle, runtime: Runtime, clock: TestClock, administrator: asyncpg.Connection
) -> None:
    api = await sign_in("audit1", role="audit")
    await seal_once(runtime.database, clock.now())
    answer = await api("POST", "/audit/verifications")
    assert answer.status_code == 202
    task = await finished(api, settle, answer.json())
    assert (task["kind"], task["result"]["broken"], task["result"]["toSeal"]) == ("access.verify_audit", None, 1)
    assert task["done"] == task["result"]["entries"]
    chain = await api.ok("GET", "/audit/chain")
    assert (chain["verified"]["toSeal"], chain["verified"]["broken"]) == (1, None)
    one = await administrator.fetchval(
        "UPDATE audit_entry SET client = 'fax' WHERE tenant_id = $1 AND id = (SELECT entry_ids[2] FROM audit_seal WHERE tenant_id = $1 AND n = 1) "
        "RETURNING id",
        company.id,
    )
    started = (await api.graphql("mutation { startAuditVerification { id kind state } }"))["data"]["startAuditVerification"]
    assert (started["kind"], started["state"]) == ("access.verify_audit", "queued")
    broken = (await finished(api, settle, started))["result"]["broken"]
    assert (broken["kind"], broken["seal"], broken["entry_id"]) == ("changed", 1, str(one))
    assert (await api.ok("GET", "/audit/chain"))["verified"]["broken"]["entryId"] == str(one)
    assert code_of(await (await sign_in("sales1"))("POST", "/audit/verifications")) == "core.forbidden"


async def test_an_export(company: Company, sign_in: SignIn, settle: Settle, clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "PAGE", 3)
    api = await sign_in("audit1", role="audit")
    sales = await sign_in("sales1")
    customer = await company.customer(name="=张三丰")
    version = (await sales.ok("GET", f"/customers/{customer.id}"))["version"]
    await sales.ok("PATCH", f"/customers/{customer.id}", json={"name": "欧阳修"}, headers={"If-Match": str(version)})
    answer = await api("POST", "/audit/exports", json=span(clock))
    assert answer.status_code == 202
    task = await finished(api, settle, answer.json())
    assert task["result"]["file"]["parts"] > 2
    rows, download = await rows_of(api, task)
    assert "attachment; filename=" in download.headers["content-disposition"]
    assert len(download.content) == task["result"]["file"]["bytes"]
    assert len(rows) == task["result"]["rows"]
    listed: list[str] = []
    cursor: str | None = None
    while True:
        page = await api.ok("GET", "/audit/entries", params={"limit": 200, **({"cursor": cursor} if cursor else {})})
        listed += [entry["id"] for entry in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    exported = [row["编号"] for row in rows]
    assert [entry for entry in listed if entry in set(exported)] == exported, "the same, in the same order"
    assert len(set(exported)) == len(exported)
    (edited,) = [row for row in rows if row["动作代码"] == "customers.edited"]
    assert (edited["动作"], edited["记录"], edited["操作人"]) == ("编辑客户", "欧阳*", "员工sales1")
    assert "欧阳*" in edited["变更"]
    assert datetime.fromisoformat(edited["时间"]).utcoffset() == timedelta(hours=8)
    assert "欧阳修" not in download.text
    assert "张三丰" not in download.text
    assert not [value for row in rows for value in row.values() if value[:1] in {"=", "+", "@"}]


async def test_an_export_is_an_act_and_so_is_its_download(company: Company, sign_in: SignIn, settle: Settle, clock: TestClock) -> None:
    api = await sign_in("audit1", role="audit")
    task = await api.ok("POST", "/audit/exports", json=span(clock, action="access.logged_in"))
    await finished(api, settle, task)
    rows, _ = await rows_of(api, task)
    assert {row["动作代码"] for row in rows} == {"access.logged_in"}
    history = (await api.ok("GET", f"/audit/records/{task['id']}"))["items"]
    assert [entry["action"] for entry in history] == [
        "workspace.file_downloaded",
        "access.audit_export_finished",
        *sorted(["access.audit_exported", "workspace.task_started"], key=["access.audit_exported", "workspace.task_started"].index),
    ]
    (asked,) = [entry for entry in history if entry["action"] == "access.audit_exported"]
    assert asked["facts"]["filters"]["action"] == "access.logged_in"
    assert history[1]["facts"]["rows"] == len(rows)


async def test_who_may_have_the_file(company: Company, sign_in: SignIn, settle: Settle, clock: TestClock, runtime: Runtime) -> None:
    api, boss, sales = await sign_in("audit1", role="audit"), await sign_in("boss", role="boss"), await sign_in("sales1")
    task = await api.ok("POST", "/audit/exports", json=span(clock))
    assert code_of(await api("GET", f"/tasks/{task['id']}/file")) == "workspace.file-not-found", "not before it is done"
    await finished(api, settle, task)
    for other in (boss, sales):
        assert code_of(await other("GET", f"/tasks/{task['id']}/file")) == "workspace.task-not-found"
    verification = await api.ok("POST", "/audit/verifications")
    await finished(api, settle, verification)
    assert code_of(await api("GET", f"/tasks/{verification['id']}/file")) == "workspace.file-not-found"
    clock.move(timedelta(days=6))
    await worker.housekeeping(runtime)
    await api.login()
    await rows_of(api, task)
    clock.move(timedelta(days=1, seconds=1))
    await worker.housekeeping(runtime)
    await api.login()
    assert code_of(await api("GET", f"/tasks/{task['id']}/file")) == "workspace.file-not-found"


async def test_what_is_kept_of_a_file_is_ciphertext(
    company: Company, sign_in: SignIn, settle: Settle, clock: TestClock, administrator: asyncpg.Connection, runtime: Runtime
) -> None:
    """And a part that was moved to another place does not open."""
    api = await sign_in("audit1", role="audit")
    task = await api.ok("POST", "/audit/exports", json=span(clock))
    await finished(api, settle, task)
    body = await administrator.fetchval("SELECT body_enc FROM task_file WHERE tenant_id = $1 AND part = 0", company.id)
    assert b"access." not in body
    other = await api.ok("POST", "/audit/exports", json=span(clock))
    await finished(api, settle, other)
    await administrator.execute(
        "UPDATE task_file SET body_enc = $1 WHERE tenant_id = $2 AND task_id = $3 AND part = 0", body, company.id, other["id"]
    )
    async with runtime.uow(company.id) as uow:
        person = company.employees["audit1"]
        actor = Actor(company.id, person.id, "employee", person.display_name, scopes={"access.audit.export": Scope.COMPANY})
        file = await files.open_file(uow, actor, UUID(other["id"]))
    with pytest.raises(CannotDecrypt):
        async for _ in files.file_body(runtime, actor, UUID(other["id"]), file["parts"]):
            pass


async def test_an_export_that_was_interrupted_goes_on(
    company: Company, sign_in: SignIn, settle: Settle, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PAGE", 2)
    api = await sign_in("audit1", role="audit")
    task = await api.ok("POST", "/audit/exports", json=span(clock))
    written = files.write_part

    async def failing(uow: Any, task_id: Any, part: int, body: bytes) -> None:
        if part == 2:
            raise RuntimeError("the worker was killed")
        await written(uow, task_id, part, body)

    with monkeypatch.context() as once:
        once.setattr(tasks, "write_part", failing)
        await settle()
    assert (await api.ok("GET", f"/tasks/{task['id']}"))["state"] == "failed"
    await api.ok("POST", f"/tasks/{task['id']}/resume")
    done = await finished(api, settle, task)
    rows, _ = await rows_of(api, task)
    assert len(rows) == done["result"]["rows"] == len({row["编号"] for row in rows})


async def test_an_export_wants_the_identity_confirmed(company: Company, runtime: Runtime, clock: TestClock) -> None:
    person = await company.employee("audit1", role="audit")
    actor = Actor(company.id, person.id, "employee", person.display_name, scopes={"access.audit.export": Scope.COMPANY})
    wanted = ExportIn.model_validate(span(clock))
    asked = replace(actor, step_up=StepUp(frozenset({"export"}), None, timedelta(minutes=5)))
    with pytest.raises(StepUpRequired):
        async with runtime.uow(company.id) as uow:
            await service.start_export(uow, asked, wanted)
    async with runtime.uow(company.id) as uow:
        fresh = replace(actor, step_up=StepUp(frozenset({"export"}), uow.now, timedelta(minutes=5)))
        task = await service.start_export(uow, fresh, wanted)
    with pytest.raises(StepUpRequired):
        async with runtime.uow(company.id) as uow:
            await files.open_file(uow, asked, task.id)


async def test_what_is_refused(company: Company, sign_in: SignIn, clock: TestClock) -> None:
    api = await sign_in("audit1", role="audit")
    later = (clock.now() + timedelta(days=2)).isoformat()
    for body in ({}, span(clock, action="customers.nothing"), {**span(clock), "from": later}, span(clock, unknown=1)):
        assert code_of(await api("POST", "/audit/exports", json=body)) == "core.invalid"
    sales = await sign_in("sales1")
    assert code_of(await sales("POST", "/audit/exports", json=span(clock))) == "core.forbidden"
    mutation = "mutation($filter: AuditExportInput!) { startAuditExport(filter: $filter) { id kind } }"
    answer = await sales.graphql(mutation, filter=span(clock))
    assert answer["errors"][0]["extensions"]["problem"]["code"] == "core.forbidden"
    answer = await api.graphql(mutation, filter=span(clock))
    assert answer["data"]["startAuditExport"]["kind"] == "access.export_audit"
