"""Roll-ups of one company or all, for the command line and for the night."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from loanbroker_api.access.models import TenantDirectory
from loanbroker_api.analytics.models import RollupState
from loanbroker_api.analytics.rollups.rebuild import rebuild
from loanbroker_api.analytics.rollups.refresh import FUNNEL
from loanbroker_api.analytics.rollups.verify import Verification, verify
from loanbroker_api.core.clock import BUSINESS_ZONE, business_day
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.metrics import ROLLUP_FAULTS
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.settings import Settings

log = get_logger("rollups")
NIGHT = range(2, 6)
"""Hours of Asia/Shanghai in which roll-ups are verified."""


async def companies(runtime: Runtime, code: str | None = None) -> list[TenantDirectory]:
    """All of them by code, or the one; empty where there is none of that code."""
    wanted = select(TenantDirectory).order_by(TenantDirectory.code)
    async with AsyncSession(runtime.database.app) as session:
        return list(await session.scalars(wanted if code is None else wanted.where(TenantDirectory.code == code)))


async def verify_companies(settings: Settings, code: str | None) -> dict[str, Verification]:
    """What verifying found, by company code."""
    found: dict[str, Verification] = {}
    async with open_runtime(settings) as runtime:
        for company in await companies(runtime, code):
            async with runtime.database.read(company.tenant_id, snapshot=True) as session:
                found[company.code] = await verify(session, company.tenant_id)
    return found


async def rebuild_companies(settings: Settings, code: str | None) -> dict[str, int]:
    """How many customers went into the new roll-ups, by company code; each company in a transaction of its own."""
    found: dict[str, int] = {}
    async with open_runtime(settings) as runtime:
        for company in await companies(runtime, code):
            async with runtime.uow(company.tenant_id) as uow:
                found[company.code] = await rebuild(uow)
    return found


async def verify_nightly(runtime: Runtime) -> int:
    """Verify what has not been verified this night. Returns how many companies were; differences are logged and counted, never mended
    silently: somebody should know why they came to be.
    """
    now = runtime.clock.now()
    if now.astimezone(BUSINESS_ZONE).hour not in NIGHT:
        return 0
    verified = 0
    for company in await companies(runtime):
        async with runtime.database.read(company.tenant_id, snapshot=True) as session:
            last = await session.scalar(select(RollupState.verified_at).where(RollupState.name == FUNNEL))
            if last is not None and business_day(last) == business_day(now):
                continue
            found = await verify(session, company.tenant_id)
        async with runtime.uow(company.tenant_id) as uow:
            state = update(RollupState).where(RollupState.name == FUNNEL)
            await uow.session.execute(state.values(verified_at=now, faults=found.faults))
        ROLLUP_FAULTS.labels(company.code).set(found.faults)
        if found.faults:
            log.error("rollups_differ", company=company.code, faults=found.faults, tables=sorted({one.table for one in found.differences}))
        verified += 1
    return verified
