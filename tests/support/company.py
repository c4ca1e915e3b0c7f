"""A new company for each test: row-level security is the isolation between tests."""

import secrets
from dataclasses import dataclass, field
from uuid import UUID

from loanbroker_api.access import queries, service
from loanbroker_api.access.models import Employee
from loanbroker_api.access.passwords import hash_password
from loanbroker_api.channels.models import Channel
from loanbroker_api.channels.schemas import ChannelIn
from loanbroker_api.channels.service import create_channel
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.normalize.phones import normalize_phone
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Customer
from loanbroker_api.customers.service import IncomingLead, put_source, receive_lead

PASSWORD = "a-password-of-the-tests"
_HASH: list[str] = []
_numbers = iter(range(10_000_000))


async def password_hash() -> str:
    """One argon2 hash for all: hashing is slow on purpose."""
    if not _HASH:
        _HASH.append(await hash_password(PASSWORD))
    return _HASH[0]


def fresh_phone() -> str:
    """A mobile number that no other test uses."""
    return f"139{next(_numbers):08d}"


@dataclass
class Company:
    """公司 → 销售部 → 一队, 二队; employees are made as they are asked for."""

    runtime: Runtime
    id: UUID
    code: str
    root: UUID
    department: UUID
    team: UUID
    other_team: UUID
    employees: dict[str, Employee] = field(default_factory=dict)

    @property
    def system(self) -> Actor:
        return Actor.system(self.id, "test")

    async def employee(self, username: str, *, role: str = "sales", unit: UUID | None = None, on_duty: bool = True) -> Employee:
        """The employee of that name, made at the first call."""
        if username not in self.employees:
            async with self.runtime.uow(self.id) as uow:
                self.employees[username] = await service.add_employee(
                    uow,
                    self.system,
                    username=username,
                    display_name=f"员工{username}",
                    employee_no=f"{len(self.employees) + 1:04d}",
                    unit_id=unit or self.team,
                    password="",
                    role_codes=[role],
                    on_duty=on_duty,
                    password_hash=await password_hash(),
                )
        return self.employees[username]

    async def channel(self, name: str = "渠道", *, team: UUID | None = None) -> tuple[Channel, str]:
        """A channel that assigns to `team` (一队 by default), and its secret."""
        async with self.runtime.uow(self.id) as uow:
            return await create_channel(uow, self.system, ChannelIn(name=name, kind="generic", team_id=team or self.team))

    async def customer(self, *, name: str = "张三丰", phone: str | None = None, team: UUID | None = None) -> Customer:
        """A customer as a lead makes one, assigned by turn in `team`."""
        source = new_id()
        async with self.runtime.uow(self.id) as uow:
            await put_source(uow, source, "来源", "generic")
            lead = IncomingLead(source, f"id:{source}", uow.now, name, [normalize_phone(phone or fresh_phone())])
            result = await receive_lead(uow, self.system, lead, team or self.team)
            return await uow.session.get_one(Customer, (self.id, result.customer_id))


async def new_company(runtime: Runtime) -> Company:
    code = f"t{secrets.token_hex(6)}"
    tenant_id = await service.create_tenant(runtime, code=code, name="测试助贷")
    actor = Actor.system(tenant_id, "test")
    async with runtime.uow(tenant_id) as uow:
        (root,) = await queries.list_units(uow.session)
        department = await service.add_unit(uow, actor, name="销售部", kind="department", parent_id=root.id)
        team = await service.add_unit(uow, actor, name="一队", kind="team", parent_id=department.id)
        other = await service.add_unit(uow, actor, name="二队", kind="team", parent_id=department.id)
    return Company(runtime, tenant_id, code, root.id, department.id, team.id, other.id)
