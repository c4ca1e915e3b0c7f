"""The worker process: arq for speed, sweeps for certainty, the sealer of the audit trail.

arq wakes it at once; every sweep finds the same work in PostgreSQL alone, so that nothing depends on Redis
(docs/decisions/outbox-and-sweeper.md). A Redis that goes away ends arq, which is started again; sweeps go on meanwhile.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import orjson
from arq.connections import RedisSettings
from arq.worker import Worker, func
from prometheus_client import start_http_server
from sqlalchemy import text

from loanbroker_api import registry
from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.founding import STEPS
from loanbroker_api.access.sessions.housekeeping import tidy
from loanbroker_api.access.tokens import rotate_if_due
from loanbroker_api.analytics.rollups.command import verify_nightly
from loanbroker_api.channels import queries as channel_queries
from loanbroker_api.channels.processing import process_inbox
from loanbroker_api.core import audit, logging, outbox
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.guard import check_database_role
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.metrics import AUDIT_OLDEST, AUDIT_SEALED
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.core.wakes import arq_settings
from loanbroker_api.settings import Settings, get_settings
from loanbroker_api.workspace import runner
from loanbroker_api.workspace.files import purge_files
from loanbroker_api.workspace.service import purge

log = get_logger("worker")
Job = Callable[[Runtime, UUID], Awaitable[int]]
JOBS: dict[str, Job] = {"process_inbox": process_inbox, "deliver_outbox": outbox.deliver, "run_tasks": runner.run_due}
SEAL_SECONDS = 0.2
HOUSEKEEPING_SECONDS = 3600.0


def _arq_job(name: str) -> Any:
    async def job(context: dict[str, Any], tenant_id: str) -> int:
        return await JOBS[name](context["runtime"], UUID(tenant_id))

    coroutine: Any = job
    return func(coroutine, name=name, timeout=3600 if name == "run_tasks" else 60, max_tries=1, keep_result=0)


class WorkerSettings:
    """For `arq loanbroker_api.worker.WorkerSettings`, the fast half alone; `loanbroker worker` runs both halves."""

    functions: ClassVar[list[Any]] = [_arq_job(name) for name in JOBS]
    redis_settings: ClassVar[RedisSettings] = RedisSettings()
    poll_delay = 0.05
    job_serializer = staticmethod(orjson.dumps)
    job_deserializer = staticmethod(orjson.loads)


async def sweep(runtime: Runtime) -> int:
    """One pass over everything that waits, from PostgreSQL alone. Returns how many pieces of work were done."""
    done = 0
    for tenant_id in await channel_queries.tenants_with_due(runtime):
        done += await process_inbox(runtime, tenant_id)
    for tenant_id in await outbox.tenants_with_due(runtime):
        done += await outbox.deliver(runtime, tenant_id)
    for tenant_id in await runner.tenants_with_due(runtime):
        done += await runner.run_due(runtime, tenant_id)
    return done


async def seal(runtime: Runtime) -> int:
    """One pass of the sealer over all tenants, and the age of what still waits."""
    sealed = await audit.seal_once(runtime.database, runtime.clock.now())
    AUDIT_SEALED.inc(sealed)
    async with runtime.database.sealer.connect() as connection:
        oldest = await connection.scalar(text("SELECT min(at) FROM audit_todo"))
    AUDIT_OLDEST.set((runtime.clock.now() - oldest) / timedelta(seconds=1) if oldest else 0)
    return sealed


async def housekeeping(runtime: Runtime) -> int:
    """Partitions ahead of time; a new signing key when its time has come; what companies older than an area lack; what is past its time."""
    async with runtime.database.app.begin() as connection:
        await connection.execute(text("SELECT app.ensure_partitions(3)"))
        await connection.execute(text("DELETE FROM access_change WHERE at < clock_timestamp() - interval '10 minutes'"))
    rotation = await rotate_if_due(runtime)
    if rotation is not None:
        log.info("signing_key_rotated", kid=rotation.kid, active_at=rotation.active_at, retired=rotation.retired)
    gone = 0
    for tenant_id in await access_queries.all_tenants(runtime):
        async with runtime.uow(tenant_id) as uow:
            for step in STEPS.values():
                await step(uow, Actor.system(tenant_id, "housekeeping"))
            await tidy(uow)
            gone += await purge(uow) + await purge_files(uow)
    return gone


async def _repeat(runtime: Runtime, work: Callable[[Runtime], Awaitable[int]], seconds: float, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            await work(runtime)
        except Exception as error:  # noqa: BLE001 - a pass that fails is tried again; the database may be down
            log.warning("pass_failed", work=getattr(work, "__name__", ""), reason=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), seconds)


async def _run_arq(runtime: Runtime, settings: Settings, stopping: asyncio.Event) -> None:
    if settings.redis_url is None:
        return
    while not stopping.is_set():
        worker = Worker(
            WorkerSettings.functions,
            redis_settings=arq_settings(settings.redis_url.get_secret_value()),
            ctx={"runtime": runtime},
            handle_signals=False,
            poll_delay=WorkerSettings.poll_delay,
            max_jobs=6,
            job_completion_wait=20,
            log_results=False,
            # arq's own form is pickle: whoever could write to Redis would run code here.
            job_serializer=orjson.dumps,
            job_deserializer=orjson.loads,
        )
        running = asyncio.create_task(worker.async_run())
        ending = asyncio.create_task(stopping.wait())
        await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not running.done():
            running.cancel()
        error = (await asyncio.gather(running, return_exceptions=True))[0]
        with suppress(Exception):
            await worker.close()
        if not stopping.is_set():
            log.warning("arq_restarts", reason=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), 1)


async def run(settings: Settings, stopping: asyncio.Event) -> None:
    """Until `stopping`: arq, sweeps, sealer, housekeeping, the check of the night side by side."""
    registry.load()
    if settings.worker_metrics_port is not None:
        start_http_server(settings.worker_metrics_port, settings.host)
    async with open_runtime(settings) as runtime:
        if settings.production:
            async with runtime.database.app.connect() as connection:
                await check_database_role(connection)
        await asyncio.gather(
            _run_arq(runtime, settings, stopping),
            _repeat(runtime, sweep, settings.sweep_seconds, stopping),
            _repeat(runtime, seal, SEAL_SECONDS, stopping),
            _repeat(runtime, housekeeping, HOUSEKEEPING_SECONDS, stopping),
            _repeat(runtime, verify_nightly, HOUSEKEEPING_SECONDS, stopping),
        )


async def _main(settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await run(settings, stopping)


def main() -> None:
    """`loanbroker worker`."""
    settings = get_settings()
    logging.configure(settings.log_level)
    asyncio.run(_main(settings))
