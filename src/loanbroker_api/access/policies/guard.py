"""Nobody loosens or tightens the login of somebody who administers more than he does himself.

Only permissions of access count: who keeps the login policies need not see customers or money to keep them for those who do.
"""

from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access.models import Employee, EmployeeRole
from loanbroker_api.access.roles.granting import Excess, beyond, excess_of_reach
from loanbroker_api.access.roles.holdings import Reach, actor_of, holdings, read_holdings
from loanbroker_api.access.roles.trees import OrgTrees, read_tree
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession


async def demand_subject(session: ReadSession, actor: Actor, *, role_id: UUID | None, employee_id: UUID | None) -> None:
    """Raises BeyondOwn where the employee, or somebody by this role, administers what the actor does not."""
    if actor.all_permissions:
        return
    if employee_id is not None:
        _demand(actor, await actor_of(session, OrgTrees(), actor.tenant_id, employee_id), "/employeeId")
    elif role_id is not None:
        holding = (await read_holdings(session, [role_id]))[role_id]
        tree = await read_tree(session)
        # A scope is judged by the units that its holders reach with it; where nobody holds the role, as if the actor did.
        for unit in await _units(session, role_id) or {unit for unit in (actor.unit_id,) if unit is not None}:
            _demand(actor, holdings([holding], tree, unit), "/roleId")


async def _units(session: ReadSession, role_id: UUID) -> set[UUID]:
    statement = (
        select(Employee.unit_id)
        .join(EmployeeRole, (EmployeeRole.tenant_id == Employee.tenant_id) & (EmployeeRole.employee_id == Employee.id))
        .where(EmployeeRole.role_id == role_id)
        .distinct()
    )
    return set(await session.scalars(statement))


def _demand(actor: Actor, reach: Reach, pointer: str) -> None:
    administers = tuple(code for code in excess_of_reach(actor, reach).permissions if code.startswith("access."))
    if administers:
        raise beyond([(pointer, Excess(administers))])
