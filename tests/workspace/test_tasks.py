"""Background tasks: progress, cancelling and resuming at a checkpoint, and what a killed worker leaves behind."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.workspace import runner, service
from loanbroker_api.workspace.registry import TASK_KINDS, TaskKind
from loanbroker_api.workspace.runner import TaskRun
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]
STEPS = 4


class Counting:
    """A kind of task that counts to four, a step a checkpoint, and can be made to wait or to fail before a step."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.stop_before: int | None = None
        self.fail_before: int | None = None
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def run(self, task: TaskRun) -> dict[str, object]:
        for step in range(task.checkpoint.get("step", 0) + 1, STEPS + 1):
            if step == self.stop_before:
                self.reached.set()
                await self.go_on.wait()
            if step == self.fail_before:
                raise RuntimeError("13800138000 must not be kept")
            await task.report(done=step, total=STEPS, checkpoint={"step": step})
            self.done.append(step)
        return {"counted": STEPS, "of": task.params["of"]}


@pytest.fixture
async def counting(runtime: Runtime) -> AsyncGenerator[Counting]:
    own = Counting()
    TASK_KINDS["test.count"] = TaskKind("test.count", "数数", "Count", own.run)
    yield own
    del TASK_KINDS["test.count"]


async def start(runtime: Runtime, company: Company, username: str = "sales1", kind: str = "test.count") -> UUID:
    employee = await company.employee(username)
    actor = Actor(company.id, employee.id, "employee", employee.display_name)
    async with runtime.uow(company.id) as uow:
        return (await service.start_task(uow, actor, kind, {"of": "sheep"}, total=STEPS)).id


def shape(task: dict[str, Any]) -> tuple[str, int, int | None]:
    return task["state"], task["done"], task["total"]


async def test_a_task_runs_and_tells_its_progress(runtime: Runtime, company: Company, sign_in: SignIn, counting: Counting) -> None:
    sales, task_id = await sign_in("sales1"), await start(runtime, company)
    task = await sales.ok("GET", f"/tasks/{task_id}")
    assert (shape(task), task["title"], task["startedAt"]) == (("queued", 0, STEPS), "数数", None)
    assert {action["action"]: action["allowed"] for action in task["allowedActions"]} == {"cancel": True, "resume": False}
    counting.stop_before = 3
    running = asyncio.create_task(runner.run_due(runtime, company.id))
    await counting.reached.wait()
    assert shape(await sales.ok("GET", f"/tasks/{task_id}")) == ("running", 2, STEPS)
    counting.go_on.set()
    assert await running == 1
    task = await sales.ok("GET", f"/tasks/{task_id}")
    assert (shape(task), task["result"], task["error"]) == (("done", STEPS, STEPS), {"counted": STEPS, "of": "sheep"}, None)
    assert task["startedAt"] <= task["finishedAt"]
    assert [row["id"] for row in (await sales.ok("GET", "/tasks"))["items"]] == [str(task_id)]
    assert await runner.run_due(runtime, company.id) == 0


async def test_cancelled_at_a_checkpoint_and_resumed_from_there(
    runtime: Runtime, company: Company, sign_in: SignIn, counting: Counting
) -> None:
    sales, task_id = await sign_in("sales1"), await start(runtime, company)
    counting.stop_before = 3
    running = asyncio.create_task(runner.run_due(runtime, company.id))
    await counting.reached.wait()
    assert (await sales.ok("POST", f"/tasks/{task_id}/cancel"))["state"] == "cancelling"
    answer = await sales("POST", f"/tasks/{task_id}/resume")
    assert (answer.status_code, code_of(answer)) == (409, "workspace.task-not-resumable")
    counting.go_on.set()
    await running
    assert shape(await sales.ok("GET", f"/tasks/{task_id}")) == ("cancelled", 2, STEPS)
    assert await runner.run_due(runtime, company.id) == 0
    assert (await sales.ok("POST", f"/tasks/{task_id}/resume"))["state"] == "queued"
    assert await runner.run_due(runtime, company.id) == 1
    assert shape(await sales.ok("GET", f"/tasks/{task_id}")) == ("done", STEPS, STEPS)
    assert counting.done == [1, 2, 3, 4]
    answer = await sales("POST", f"/tasks/{task_id}/cancel")
    assert (answer.status_code, code_of(answer)) == (409, "workspace.task-not-cancellable")


async def test_cancelled_before_it_began(runtime: Runtime, company: Company, sign_in: SignIn, counting: Counting) -> None:
    sales, task_id = await sign_in("sales1"), await start(runtime, company)
    assert (await sales.ok("POST", f"/tasks/{task_id}/cancel"))["state"] == "cancelled"
    assert await runner.run_due(runtime, company.id) == 0
    assert counting.done == []


async def test_what_a_killed_worker_left_is_taken_up_when_its_lease_has_run_out(
    runtime: Runtime, company: Company, sign_in: SignIn, counting: Counting, clock: TestClock
) -> None:
    sales, task_id = await sign_in("sales1"), await start(runtime, company)
    counting.stop_before = 3
    killed = asyncio.create_task(runner.run_due(runtime, company.id))
    await counting.reached.wait()
    killed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await killed
    counting.stop_before = None
    assert shape(await sales.ok("GET", f"/tasks/{task_id}")) == ("running", 2, STEPS)
    assert await runner.run_due(runtime, company.id) == 0
    clock.move(runner.LEASE + timedelta(seconds=1))
    assert company.id in await runner.tenants_with_due(runtime)
    assert await runner.run_due(runtime, company.id) == 1
    assert shape(await sales.ok("GET", f"/tasks/{task_id}")) == ("done", STEPS, STEPS)
    assert counting.done == [1, 2, 3, 4]


async def test_a_task_that_is_killed_again_and_again_is_given_up(
    runtime: Runtime, company: Company, sign_in: SignIn, counting: Counting, clock: TestClock
) -> None:
    sales, task_id = await sign_in("sales1"), await start(runtime, company)
    counting.stop_before = 1
    for _ in range(runner.MAX_ATTEMPTS):
        counting.reached.clear()
        killed = asyncio.create_task(runner.run_due(runtime, company.id))
        await counting.reached.wait()
        killed.cancel()
        await asyncio.wait([killed])
        clock.move(runner.LEASE + timedelta(seconds=1))
    await runner.run_due(runtime, company.id)
    task = await sales.ok("GET", f"/tasks/{task_id}")
    assert (task["state"], task["error"]["code"]) == ("failed", "workspace.task-abandoned")


async def test_a_cancel_that_met_a_killed_worker_ends_the_task(
    runtime: Runtime, company: Company, sign_in: SignIn, counting: Counting, clock: TestClock
) -> None:
    sales, task_id = await sign_in("sales1"), await start(runtime, company)
    counting.stop_before = 2
    killed = asyncio.create_task(runner.run_due(runtime, company.id))
    await counting.reached.wait()
    await sales.ok("POST", f"/tasks/{task_id}/cancel")
    killed.cancel()
    await asyncio.wait([killed])
    clock.move(runner.LEASE + timedelta(seconds=1))
    await runner.run_due(runtime, company.id)
    assert shape(await sales.ok("GET", f"/tasks/{task_id}")) == ("cancelled", 1, STEPS)


async def test_two_workers_do_not_run_it_twice(runtime: Runtime, company: Company, counting: Counting) -> None:
    await start(runtime, company)
    counting.stop_before = 1
    workers = [asyncio.create_task(runner.run_due(runtime, company.id)) for _ in range(3)]
    await counting.reached.wait()
    counting.go_on.set()
    assert sum(await asyncio.gather(*workers)) == 1
    assert counting.done == [1, 2, 3, 4]


async def test_a_failure_is_told_by_a_code_and_can_be_resumed(
    runtime: Runtime, company: Company, sign_in: SignIn, counting: Counting, capfd: pytest.CaptureFixture[str]
) -> None:
    sales, task_id = await sign_in("sales1"), await start(runtime, company)
    counting.fail_before = 3
    await runner.run_due(runtime, company.id)
    answer = await sales("GET", f"/tasks/{task_id}")
    task = answer.json()
    assert (shape(task), task["error"]["code"]) == (("failed", 2, STEPS), "workspace.task-failed")
    assert "13800138000" not in answer.text + "".join(capfd.readouterr())
    english = (await sales("GET", f"/tasks/{task_id}", headers={"accept-language": "en"})).json()
    assert (english["title"], english["error"]["message"]) == ("Count", "It failed and can be resumed")
    counting.fail_before = None
    resumed = await sales.ok("POST", f"/tasks/{task_id}/resume")
    assert (resumed["state"], resumed["error"]) == ("queued", None)
    await runner.run_due(runtime, company.id)
    assert counting.done == [1, 2, 3, 4]


async def test_a_kind_that_this_release_does_not_know_fails(runtime: Runtime, company: Company, sign_in: SignIn) -> None:
    sales, task_id = await sign_in("sales1"), await start(runtime, company, kind="test.gone")
    await runner.run_due(runtime, company.id)
    task = await sales.ok("GET", f"/tasks/{task_id}")
    assert (task["state"], task["title"], task["error"]["code"]) == ("failed", "test.gone", "workspace.task-failed")


async def test_anothers_task_does_not_exist(runtime: Runtime, company: Company, sign_in: SignIn, counting: Counting) -> None:
    task_id = await start(runtime, company)
    other, boss = await sign_in("sales2"), await sign_in("boss", role="boss")
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/resume")):
        answer = await other(method, f"/tasks/{task_id}{path}")
        assert (answer.status_code, code_of(answer)) == (404, "workspace.task-not-found")
    assert (await other.ok("GET", "/tasks"))["items"] == []
    assert [row["id"] for row in (await boss.ok("GET", "/tasks"))["items"]] == [str(task_id)]
    assert (await boss.ok("POST", f"/tasks/{task_id}/cancel"))["state"] == "cancelled"
