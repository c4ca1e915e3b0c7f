"""The state of every company's audit chain, for the command line."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from loanbroker_api.access.models import TenantDirectory
from loanbroker_api.core.audit import ChainState, verify_chain
from loanbroker_api.core.runtime import open_runtime
from loanbroker_api.settings import Settings


async def audit_report(settings: Settings, *, code: str | None = None, known_head: bytes | None = None) -> dict[str, ChainState]:
    """Chain states by company code, all companies or one; empty where there is none of that code."""
    wanted = select(TenantDirectory).order_by(TenantDirectory.code)
    if code is not None:
        wanted = wanted.where(TenantDirectory.code == code)
    states: dict[str, ChainState] = {}
    async with open_runtime(settings) as runtime:
        async with AsyncSession(runtime.database.app) as session:
            companies = {row.code: row.tenant_id for row in await session.scalars(wanted)}
        for name, tenant_id in companies.items():
            async with runtime.database.read(tenant_id, snapshot=True) as session:
                states[name] = await verify_chain(session, tenant_id, known_head=known_head)
    return states
