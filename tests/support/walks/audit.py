"""Every operation of the audit trail and of task files, for the walk."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from loanbroker_api.access.trail import watch
from loanbroker_api.access.trail.watch import note_view
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import seal_once
from loanbroker_api.core.runtime import Runtime
from support.client import Api
from support.clock import TestClock
from support.company import Company

Walk = Callable[..., Awaitable[Any]]


async def walk_audit(
    walk: Walk, runtime: Runtime, company: Company, boss: Api, settle: Callable[[], Awaitable[None]], clock: TestClock
) -> None:
    """`walk` calls as the owner, who may read and export the trail."""
    await seal_once(runtime.database, clock.now())
    person = company.employees["sales1"]
    await note_view(runtime, Actor(company.id, person.id, "employee", person.display_name), "customer", watch.FIRST)
    span = {"from": (clock.now() - timedelta(days=1)).isoformat(), "to": (clock.now() + timedelta(days=1)).isoformat()}
    (entry,) = (await walk("GET", "/audit/entries", params={"limit": 1, **span}))["items"]
    narrow = {"action": "access.logged_in", "actorId": str(person.id), "client": "ios", "ip": "127.0.0.1", "sessionId": str(person.id)}
    await walk("GET", "/audit/entries", params={**narrow, "subjectId": str(person.id)})
    await walk("GET", "/audit/entries", params={"limit": 200})
    await walk("GET", "/audit/entries/{entry_id}", entry_id=entry["id"])
    await walk("GET", "/audit/records/{subject_id}", subject_id=person.id)
    await walk("GET", "/audit/actions")
    await walk("POST", "/audit/heads")
    verification = await walk("POST", "/audit/verifications")
    export = await walk("POST", "/audit/exports", json=span)
    await settle()
    await walk("GET", "/audit/chain")
    assert (await walk("GET", "/tasks/{task_id}", task_id=verification["id"]))["result"]["broken"] is None
    await walk("GET", "/tasks/{task_id}/file", task_id=export["id"])
    for query in (
        "{ auditEntries(first: 5) { edges { node { title subject { label } sealed deviceName } } } }",
        "{ auditChain { seals verified { entries } } auditActions { title } }",
        "mutation { exportAuditHead { head } startAuditVerification { id } }",
    ):
        answer = await boss.graphql(query)
        assert "errors" not in answer, answer
