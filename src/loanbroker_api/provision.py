"""A new company from the command line: tenant, first administrator, a password that is shown once."""

import secrets

from loanbroker_api import registry
from loanbroker_api.access.queries import list_units
from loanbroker_api.access.service import add_employee, create_tenant
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.runtime import open_runtime
from loanbroker_api.settings import Settings


async def provision_tenant(settings: Settings, *, code: str, name: str, admin_username: str) -> str:
    """The administrator's password. Raises TenantCodeTaken."""
    registry.load()  # what areas give a new company
    password = secrets.token_urlsafe(15)
    async with open_runtime(settings) as runtime:
        tenant_id = await create_tenant(runtime, code=code, name=name)
        async with runtime.uow(tenant_id) as uow:
            (root,) = await list_units(uow.session)
            await add_employee(
                uow,
                Actor.system(tenant_id, "create_tenant"),
                username=admin_username,
                display_name="管理员",
                employee_no="0001",
                unit_id=root.id,
                password=password,
                role_codes=["admin"],
            )
    return password
