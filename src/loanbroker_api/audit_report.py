"""The audit chains of companies, for the command line: their state, and their signed heads."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from loanbroker_api.access.models import TenantDirectory
from loanbroker_api.access.queries import tenant_by_code
from loanbroker_api.access.trail.schemas import HeadOut
from loanbroker_api.access.trail.service import SignedHead, export_head, open_head
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import ChainState, KnownHead, verify_chain
from loanbroker_api.core.runtime import open_runtime
from loanbroker_api.settings import Settings


async def audit_report(settings: Settings, *, code: str | None = None, known: KnownHead | None = None) -> dict[str, ChainState]:
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
                states[name] = await verify_chain(session, tenant_id, known=known)
    return states


async def signed_head(settings: Settings, code: str) -> HeadOut | None:
    """The end of a company's chain, signed; the export is an entry of it. None where there is no company of that code."""
    async with open_runtime(settings) as runtime:
        tenant_id = await tenant_by_code(runtime, code)
        if tenant_id is None:
            return None
        async with runtime.uow(tenant_id) as uow:
            return await export_head(uow, Actor.system(tenant_id, "audit-head"))


async def opened_head(settings: Settings, text: str) -> SignedHead:
    """A head that was kept elsewhere. Raises BadToken where the signature is not this installation's."""
    async with open_runtime(settings) as runtime:
        return await open_head(runtime, text)
