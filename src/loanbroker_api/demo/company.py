"""The demo companies: tenant, org tree, staff, channels, through the services, and the task that fills them."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Employee, OrgUnit, Tenant
from loanbroker_api.access.passwords import check_password, hash_password
from loanbroker_api.access.service import TenantCodeTaken, add_employee, add_unit, create_tenant
from loanbroker_api.channels.models import Channel
from loanbroker_api.channels.schemas import ChannelIn
from loanbroker_api.channels.service import create_channel
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.demo.bulk import table_of
from loanbroker_api.demo.cast import Plan
from loanbroker_api.demo.people import Employee as Person
from loanbroker_api.demo.people import make_employees
from loanbroker_api.demo.texts import CHANNELS
from loanbroker_api.products.catalogue import load_catalogue
from loanbroker_api.workspace.models import BackgroundTask
from loanbroker_api.workspace.service import resume_task, start_task

SEED = "demo.seed"
ACTOR = "demo"
NAMES = ("成都锦程助贷（演示）", "杭州钱潮助贷（演示）")
SALES_TEAMS = ("业务一组", "业务二组")
ROLE_OF_POST = {
    "超级管理员": "admin",
    "老板": "boss",
    "经理": "manager",
    "团队长": "leader",
    "业务员": "sales",
    "进件专员": "submission",
    "权证专员": "collateral",
    "财务": "finance",
    "人事": "hr",
    "审计": "audit",
}
UNIT_OF_ROLE = {"manager": "业务部", "submission": "进件部", "collateral": "权证部", "finance": "财务部", "hr": "人事部"}
# Somebody is always off: the round robin then shows who was passed over.
OFF_DUTY = frozenset({"sales6", "sales11"})
FOUNDED_BEFORE = timedelta(days=400)


class NotADemoError(RuntimeError):
    """A tenant of the demo's name exists already and is someone's own. The message says which."""


@dataclass(frozen=True)
class Wanted:
    """What one tenant is to hold. Tenants of the same index and seed have the same people and the same story."""

    tenant_index: int
    customers: int
    seed: int
    code: str
    name: str

    @classmethod
    def of(cls, tenant_index: int, customers: int, seed: int) -> "Wanted":
        """demo, demo2, demo3 …, in two cities by turns."""
        turn, city = divmod(tenant_index, len(NAMES))
        code = "demo" if tenant_index == 0 else f"demo{tenant_index + 1}"
        return cls(tenant_index, customers, seed, code, NAMES[city] if turn == 0 else f"{NAMES[city]}{turn + 1}")


def shares(customers: int, tenants: int) -> list[int]:
    """Customers by tenant, the first with most: 2:1, 3:2:1. What does not divide goes to the first."""
    weights = range(tenants, 0, -1)
    rest = [customers * weight // sum(weights) for weight in weights]
    rest[0] += customers - sum(rest)
    return rest


async def seed_task(session: ReadSession) -> BackgroundTask | None:
    """The tenant's seeding; there is one, ever."""
    return await session.scalar(select(BackgroundTask).where(BackgroundTask.kind == SEED).order_by(BackgroundTask.id).limit(1))


async def ensure_company(runtime: Runtime, wanted: Wanted, password: str) -> tuple[UUID, BackgroundTask]:
    """The tenant and its seeding, both made where they are not there; a seeding that failed or was cancelled goes on.

    Company and task commit together, so a tenant with a seeding is complete. Raises NotADemoError.
    """
    try:
        tenant_id = await create_tenant(runtime, code=wanted.code, name=wanted.name)
    except TenantCodeTaken:
        known = await access_queries.tenant_by_code(runtime, wanted.code)
        if known is None:
            raise
        tenant_id = known
    async with runtime.uow(tenant_id) as uow:
        # One at a time: two commands at once must not queue two seedings.
        await uow.session.execute(select(Tenant.tenant_id).with_for_update())
        actor = Actor.system(tenant_id, ACTOR)
        task = await seed_task(uow.session)
        if task is None:
            if await uow.session.scalar(select(Employee.id).limit(1)) is not None:
                raise NotADemoError(f"机构 {wanted.code} 已存在，且不是演示机构；不往里写演示数据")
            plan = await _found(uow, actor, wanted, password)
            task = await start_task(uow, actor, SEED, plan.to_params(), total=wanted.customers)
        elif task.state in {"failed", "cancelled"}:
            task = await resume_task(uow, actor, task.id)
    return tenant_id, task


async def _found(uow: UnitOfWork, actor: Actor, wanted: Wanted, password: str) -> Plan:
    (root,) = await access_queries.list_units(uow.session)
    units = {"": root}
    for place, name in enumerate(("业务部", "进件部", "权证部", "财务部", "人事部")):
        units[name] = await add_unit(uow, actor, name=name, kind="department", parent_id=root.id, position=place)
    for place, name in enumerate(SALES_TEAMS):
        units[name] = await add_unit(uow, actor, name=name, kind="team", parent_id=units["业务部"].id, position=place)
    hashed = await hash_password(password)
    staff = [
        await _hire(uow, actor, person, number, units, hashed)
        for number, person in enumerate(make_employees(tenant_index=wanted.tenant_index, seed=wanted.seed), start=1)
    ]
    channels: list[UUID] = []
    for place, channel in enumerate(CHANNELS):
        team = units[SALES_TEAMS[place % len(SALES_TEAMS)]]
        created, _ = await create_channel(uow, actor, ChannelIn(name=channel.name, kind="generic", team_id=team.id))
        channels.append(created.id)
    await load_catalogue(uow, actor, uow.now - FOUNDED_BEFORE)
    await uow.session.flush()
    await _backdate(uow, uow.now - FOUNDED_BEFORE)
    return Plan(wanted.tenant_index, wanted.customers, wanted.seed, uow.now, staff, channels)


async def _hire(uow: UnitOfWork, actor: Actor, person: Person, number: int, units: dict[str, OrgUnit], hashed: str) -> UUID:
    role = ROLE_OF_POST[person.post]
    unit = SALES_TEAMS[person.team] if person.team is not None else UNIT_OF_ROLE.get(role, "")
    hired = await add_employee(
        uow,
        actor,
        username=person.username,
        display_name=person.name,
        employee_no=f"{number:04}",
        unit_id=units[unit].id,
        password="",
        role_codes=[role],
        on_duty=role == "sales" and person.username not in OFF_DUTY,
        password_hash=hashed,
    )
    return hired.id


async def _backdate(uow: UnitOfWork, at: datetime) -> None:
    """The company is older than the story that is told of it."""
    for model in (Tenant, OrgUnit, Employee, Channel):
        table = table_of(model)
        values = {name: at for name in ("created_at", "updated_at") if name in table.columns}
        await uow.session.execute(update(table).where(table.c.tenant_id == uow.tenant_id).values(values))


async def renew_password(runtime: Runtime, tenant_id: UUID, password: str) -> bool:
    """Give every demo login this password, where it is another one. Returns whether it was."""
    async with runtime.read(tenant_id) as session:
        stored = await session.scalar(select(Employee.password_hash).where(Employee.username == "admin"))
    fits, _ = await check_password(password, stored)
    if stored is None or fits:
        return False
    hashed = await hash_password(password)
    usernames = [one.username for one in make_employees(tenant_index=0, seed=0)]
    async with runtime.uow(tenant_id) as uow:
        await uow.session.execute(update(Employee).where(Employee.username.in_(usernames)).values(password_hash=hashed))
        uow.audit(Actor.system(tenant_id, ACTOR), "access.demo_passwords_set", tenant_id)
    return True


def new_password() -> str:
    """Where none is set."""
    return secrets.token_urlsafe(9)
