"""`loanbroker demo`: fills the demo tenants batch by batch, each in one transaction with its checkpoint."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from loanbroker_api import registry
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.demo.bulk import Rows
from loanbroker_api.demo.cast import Cast, Plan, load_cast
from loanbroker_api.demo.closing import close_story
from loanbroker_api.demo.company import Wanted, ensure_company, new_password, renew_password, seed_task, shares
from loanbroker_api.demo.events import CustomerStory
from loanbroker_api.demo.lives import write_life
from loanbroker_api.demo.sellers import make_salespeople
from loanbroker_api.demo.story import tell_story
from loanbroker_api.settings import Settings
from loanbroker_api.workspace.models import BackgroundTask
from loanbroker_api.workspace.runner import TaskRun, run_due
from loanbroker_api.workspace.service import LIVE

BATCH = 200
_BREATHE_AFTER = 10
_LOOK_EVERY = 0.5


async def fill(task: TaskRun) -> dict[str, object]:
    """Write the story that the task's params name, from its checkpoint on. The task's result: how many customers."""
    plan = Plan.of(task.params)
    done: int = task.checkpoint.get("done", 0)
    async with task.runtime.read(task.tenant_id) as session:
        cast = await load_cast(session, await task.runtime.keyring.load(session, task.tenant_id), plan)
    stories = _stories(plan, done)
    while batch := list(islice(stories, BATCH)):
        rows = await _written(task, cast, batch)
        done += len(batch)
        async with task.runtime.uow(task.tenant_id) as uow:
            await rows.insert(uow.session)
            await task.report_in(uow, done=done, total=plan.customers, checkpoint={"done": done})
    if not task.checkpoint.get("closed"):
        async with task.runtime.uow(task.tenant_id) as uow:
            await close_story(uow, cast)
            await task.report_in(uow, done=done, total=plan.customers, checkpoint={"done": done, "closed": True})
    return {"customers": done}


def _stories(plan: Plan, done: int) -> Iterator[CustomerStory]:
    """Those still to be written; what comes before is told again, since each story follows from all before it."""
    salespeople = make_salespeople(tenant_index=plan.tenant_index, seed=plan.seed)
    told = tell_story(tenant_index=plan.tenant_index, customers=plan.customers, seed=plan.seed, now=plan.now, salespeople=salespeople)
    return islice(told, done, None)


async def _written(task: TaskRun, cast: Cast, batch: list[CustomerStory]) -> Rows:
    rows = Rows(task.tenant_id)
    for number, story in enumerate(batch, start=1):
        write_life(cast, rows, story)
        if number % _BREATHE_AFTER == 0:  # a worker has other things to do as well
            await asyncio.sleep(0)
    return rows


@dataclass(frozen=True)
class Outcome:
    """`password` is set where it was made here and must be shown."""

    complete: bool
    password: str | None = None


class OtherDataError(RuntimeError):
    """Demo data of other numbers are there; a story cannot be stretched afterwards."""


async def seed_demo(settings: Settings, *, customers: int, tenants: int, seed: int, once: bool, say: Callable[[str], None]) -> Outcome:
    """Make the demo tenants and fill them, all at the same time. What is there already stays as it is.

    `once`: tenants that are filled already are left alone whatever their numbers, and a seeding that another process holds (or held when
    it was killed, for a minute) is left to the worker. Raises NotADemoError, OtherDataError.
    """
    registry.load()
    given = settings.demo_password.get_secret_value() if settings.demo_password else None
    password = given or new_password()
    async with open_runtime(settings) as runtime:
        wanted = [Wanted.of(place, share, seed) for place, share in enumerate(shares(customers, tenants))]
        seedings = [_Seeding(runtime, one, *await ensure_company(runtime, one, password), say) for one in wanted]
        if not once:
            for one in seedings:
                one.check()
        was_done = [one.state == "done" for one in seedings]
        complete = all(await asyncio.gather(*(one.run(once=once) for one in seedings)))
        if given is not None:
            for one in seedings:
                if await renew_password(runtime, one.tenant_id, given):
                    say(f"演示机构 {one.code}：所有演示账号改用新的演示密码")
    made = given is None and not all(was_done)
    return Outcome(complete, password if made else None)


class _Seeding:
    """One tenant's seeding, as seen from the command line."""

    def __init__(self, runtime: Runtime, wanted: Wanted, tenant_id: UUID, task: BackgroundTask, say: Callable[[str], None]) -> None:
        self._runtime, self._wanted, self._say = runtime, wanted, say
        self.tenant_id, self.state = tenant_id, task.state
        self._plan = Plan.of(task.params)
        self._said = -1

    @property
    def code(self) -> str:
        return self._wanted.code

    def check(self) -> None:
        """Raises OtherDataError."""
        if (self._plan.customers, self._plan.seed) != (self._wanted.customers, self._wanted.seed):
            raise OtherDataError(
                f"演示机构 {self.code} 已有演示数据（{self._plan.customers} 位客户，种子 {self._plan.seed}）；换数量或种子要用新的数据库"
            )

    async def run(self, *, once: bool) -> bool:
        """Whether the data are complete now."""
        if self.state == "done":
            self._say(f"演示机构 {self.code}：演示数据已在，共 {self._plan.customers} 位客户")
            return True
        watching = asyncio.create_task(self._watch())
        try:
            await run_due(self._runtime, self.tenant_id)
            while (await self._look()).state in LIVE and not once:
                await asyncio.sleep(_LOOK_EVERY)
                await run_due(self._runtime, self.tenant_id)
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
        return self._conclude((await self._look()).state)

    def _conclude(self, state: str) -> bool:
        if state == "done":
            self._say(f"演示机构 {self.code}：完成，共 {self._plan.customers} 位客户")
        elif state in LIVE:
            self._say(f"演示机构 {self.code}：上次没有写完，后台进程会在一分钟内接着写")
        else:
            self._say(f"演示机构 {self.code}：没有写完（{state}），再运行一次会接着写")
        return state == "done" or state in LIVE

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            task = await self._look()
            if task.state == "running" and task.done != self._said:
                self._said = task.done
                self._say(f"演示机构 {self.code}：{task.done} / {task.total} 位客户")

    async def _look(self) -> BackgroundTask:
        async with self._runtime.read(self.tenant_id) as session:
            task = await seed_task(session)
        if task is None:
            raise LookupError(self.code)
        return task
