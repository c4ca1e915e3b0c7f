"""The data set of bench/pipeline.py: one company with open cases over all stages of the shipped pipeline, loaded in bulk and kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import func, select

from _common import Place, say
from _customers import PASSWORD
from loanbroker_api.access.models import Employee
from loanbroker_api.access.passwords import hash_password
from loanbroker_api.access.queries import list_units, tenant_by_code
from loanbroker_api.access.service import add_employee, add_unit, create_tenant
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import Stage
from loanbroker_api.customers.service import put_source
from loanbroker_api.pipeline.models import Case, Pipeline, PipelineStage
from loanbroker_api.pipeline.service import ensure_pipelines
from loanbroker_api.products.models import Lender, Product

TEAMS, SELLERS = 4, 8
CLOSED_FOR_EACH_OPEN = 3
CUSTOMER = (
    "tenant_id", "id", "kind", "name_masked", "phone_masked", "stage", "source_id", "owner_id", "team_id", "lead_count", "active_at",
    "version", "created_at", "updated_at",
)  # fmt: skip
CASE = (
    "tenant_id", "id", "number", "customer_id", "pipeline_id", "stage_id", "stage_kind", "stage_since", "stage_due_at", "product_id",
    "product_kind", "owner_id", "team_id", "source_id", "city", "wanted_fen", "approved_fen", "fee_rate_ppm", "fee_fixed_fen",
    "disbursed_fen", "due_fen", "received_fen", "active_at", "closed_at", "version", "created_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True)
class Company:
    tenant_id: UUID
    code: str


async def company_of(runtime: Runtime, made: Place, size: int) -> Company:
    """A company with `size` open cases and three times as many closed over the last two years, made once."""
    code = f"cases-{size}"
    tenant_id = await tenant_by_code(runtime, code)
    if tenant_id is None:
        tenant_id = await create_tenant(runtime, code=code, name="看板")
        await _staff(runtime, tenant_id)
    async with runtime.read(tenant_id) as session:
        there = await session.scalar(select(func.count()).select_from(Case))
    if not there:
        async with runtime.uow(tenant_id) as uow:
            await ensure_pipelines(uow, Actor.system(tenant_id, "bench"))
            source = new_id()
            await put_source(uow, source, "来源", "generic")
            products = await _products(uow)
        await _load(runtime, made, tenant_id, size, source, products)
        say(f"company {code} is made")
    return Company(tenant_id, code)


async def _staff(runtime: Runtime, tenant_id: UUID) -> None:
    actor, hashed = Actor.system(tenant_id, "bench"), await hash_password(PASSWORD)
    async with runtime.uow(tenant_id) as uow:
        (root,) = await list_units(uow.session)
        units = [await add_unit(uow, actor, name=f"{number}队", kind="team", parent_id=root.id) for number in range(TEAMS)]
        people = [("boss", "boss", root.id), ("leader", "leader", units[0].id)]
        people += [(f"sales{place}", "sales", units[place % TEAMS].id) for place in range(TEAMS * SELLERS)]
        for number, (username, role, unit) in enumerate(people, start=1):
            await add_employee(
                uow, actor, username=username, display_name=username, employee_no=f"{number:04d}", unit_id=unit, password="",
                role_codes=[role], password_hash=hashed,
            )  # fmt: skip


async def _products(uow: UnitOfWork) -> list[UUID]:
    found: list[UUID] = []
    for place in range(20):
        lender = Lender(id=new_id(), name=f"资方{place}", kind="bank", cooperation="active", territories=[], route="offline")
        uow.session.add(lender)
        await uow.session.flush()
        product = Product(id=new_id(), lender_id=lender.id, name=f"产品{place}", kind="credit", state="active")
        uow.session.add(product)
        found.append(product.id)
    return found


async def _load(runtime: Runtime, made: Place, tenant_id: UUID, size: int, source: UUID, products: list[UUID]) -> None:
    async with runtime.read(tenant_id) as session:
        pipeline = (await session.scalars(select(Pipeline).where(Pipeline.is_default))).one()
        stages = list(await session.scalars(select(PipelineStage).where(PipelineStage.pipeline_id == pipeline.id)))
        sellers = list(await session.scalars(select(Employee).where(Employee.username.startswith("sales"))))
    chance, now = Random(11), runtime.clock.now()
    customers: list[tuple[Any, ...]] = []
    cases: list[tuple[Any, ...]] = []
    running = [stage for stage in stages if stage.kind not in (Stage.SETTLED, Stage.LOST)]
    closed = [stage for stage in stages if stage.kind in (Stage.SETTLED, Stage.LOST)]
    for number in range(size * (1 + CLOSED_FOR_EACH_OPEN)):
        is_open = number < size
        stage, seller, customer_id = chance.choice(running if is_open else closed), chance.choice(sellers), new_id()
        since = now - timedelta(hours=chance.uniform(0, 240 if is_open else 730 * 24))
        customers.append(
            (
                tenant_id,
                customer_id,
                "person",
                "张**",
                "138****0000",
                stage.kind,
                source,
                seller.id,
                seller.unit_id,
                1,
                since,
                1,
                since,
                since,
            )
        )
        cases.append(_case(chance, tenant_id, customer_id, pipeline.id, stage, since, seller, source, products, number, is_open))
    connection: Any = await asyncpg.connect(made.admin_dsn)
    try:
        await connection.copy_records_to_table("customer", records=customers, columns=CUSTOMER)
        await connection.copy_records_to_table("loan_case", records=cases, columns=CASE)
        await connection.execute("VACUUM ANALYZE customer")
        await connection.execute("VACUUM ANALYZE loan_case")
    finally:
        await connection.close()


def _case(
    chance: Random, tenant_id: UUID, customer_id: UUID, pipeline_id: UUID, stage: PipelineStage, since: datetime, seller: Employee, source: UUID,
    products: list[UUID], number: int, is_open: bool,
) -> tuple[Any, ...]:  # fmt: skip
    wanted = chance.randrange(50, 5_000) * 100_000
    due = since + timedelta(hours=stage.sla_hours) if stage.sla_hours and is_open else None
    return (
        tenant_id, new_id(), f"B{number:07d}", customer_id, pipeline_id, stage.id, stage.kind, since, due, chance.choice(products),
        "credit", seller.id, seller.unit_id, source, 510_100, wanted, wanted if stage.kind >= Stage.COLLATERAL else None, 30_000, 0,
        0, 0, 0, since, None if is_open else since, 1, since, since,
    )  # fmt: skip
