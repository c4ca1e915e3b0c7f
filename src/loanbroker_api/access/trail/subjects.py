"""How the records of access are called in the audit trail: employees, org units, roles, sessions, keys, the company."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access.models import ApiKey, Device, Employee, LoginSession, OrgUnit, Role, Tenant
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import named, register_subject
from loanbroker_api.core.db import ReadSession


async def employee_labels(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    """Names, whoever asks: a name on a row is not a list of the staff."""
    rows = await session.execute(select(Employee.id, Employee.display_name).where(Employee.id.in_(ids)))
    return {row.id: row.display_name for row in rows}


async def session_labels(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    """Whose session, and on what."""
    rows = await session.execute(
        select(LoginSession.id, LoginSession.client, Employee.display_name)
        .join(Employee, (Employee.tenant_id == LoginSession.tenant_id) & (Employee.id == LoginSession.employee_id))
        .where(LoginSession.id.in_(ids))
    )
    return {row.id: f"{row.display_name} · {row.client}" for row in rows}


async def api_key_labels(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    """What its maker called a key, and its last characters."""
    rows = await session.execute(select(ApiKey.id, ApiKey.name, ApiKey.hint).where(ApiKey.id.in_(ids)))
    return {row.id: f"{row.name} · …{row.hint}" for row in rows}


register_subject("employee", employee_labels)
register_subject("unit", named(OrgUnit.id, OrgUnit.name))
register_subject("role", named(Role.id, Role.name))
register_subject("session", session_labels)
register_subject("tenant", named(Tenant.tenant_id, Tenant.name))
register_subject("api-key", api_key_labels)
register_subject("device", named(Device.id, Device.name))
