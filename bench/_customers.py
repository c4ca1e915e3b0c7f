"""The data set of bench/customers.py: a company of four departments with five teams each, and its customers, loaded in bulk and kept."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import select

from _common import Place, say
from loanbroker_api.access.models import Employee
from loanbroker_api.access.passwords import hash_password
from loanbroker_api.access.queries import list_units, tenant_by_code
from loanbroker_api.access.service import add_employee, add_unit, create_tenant
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.ids import first_id_at, new_id
from loanbroker_api.core.normalize.cities import find_city
from loanbroker_api.core.normalize.idcards import Sex
from loanbroker_api.core.normalize.masks import mask_name, mask_phone
from loanbroker_api.core.normalize.phones import normalize_phone
from loanbroker_api.core.normalize.tokens import search_tokens
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Stage
from loanbroker_api.customers.service import put_source
from loanbroker_api.demo.people import person_name

PASSWORD = "bench-password"
DEPARTMENTS, TEAMS, SELLERS = 4, 5, 5
CITIES = ("成都", "成都", "成都", "重庆", "绵阳", "德阳", "北京", "上海")
STAGES = tuple(Stage)
CHUNK = 10_000
CUSTOMER = (
    *("tenant_id", "id", "kind", "name_enc", "name_masked", "phone_masked", "stage", "intent", "city", "wanted_from_fen", "wanted_to_fen"),
    *("source_id", "owner_id", "team_id", "owned_since", "lead_count", "active_at", "next_action_at", "first_contact_due_at"),
    *("last_follow_up_at", "last_outcome", "version", "created_at", "updated_at"),
)
PHONE = ("tenant_id", "id", "customer_id", "phone_enc", "phone_masked", "blind", "kind", "is_primary", "created_at")


@dataclass(frozen=True)
class Known:
    """A customer that a search is to find."""

    name: str
    phone: str


@dataclass(frozen=True)
class Company:
    tenant_id: UUID
    code: str
    known: Known


async def company_of(runtime: Runtime, made: Place, size: int) -> Company:
    """The company with `size` customers; made at the first run, which takes a while."""
    code = f"bench-{size}"
    tenant_id = await tenant_by_code(runtime, code)
    if tenant_id is None:
        tenant_id = await create_tenant(runtime, code=code, name="基准测试")
        await _staff(runtime, tenant_id)
    async with runtime.read(tenant_id) as session:
        keys = await runtime.keyring.load(session, tenant_id)
        sellers = [(row.id, row.unit_id) for row in await session.scalars(select(Employee).where(Employee.username.startswith("sales")))]
    sources = [new_id() for _ in range(6)]
    async with _superuser(made) as connection:
        there = await connection.fetchval("SELECT count(*) FROM customer WHERE tenant_id = $1", tenant_id)
        if there != size:
            say(f"loading {size:,} customers")
            async with runtime.uow(tenant_id) as uow:
                for number, source in enumerate(sources):
                    await put_source(uow, source, f"渠道{number}", "generic")
            async with connection.transaction():
                await connection.execute("SET LOCAL session_replication_role = replica")  # foreign keys hold by construction
                people = _people(size, tenant_id, keys, sellers, sources, runtime.clock.now())
                while chunk := list(islice(people, CHUNK)):
                    await _copy(connection, "customer", CUSTOMER, [person.customer for person in chunk])
                    await _copy(connection, "customer_phone", PHONE, [person.phone for person in chunk])
                    tokens = [(tenant_id, token, person.customer[1]) for person in chunk for token in person.tokens]
                    await _copy(connection, "customer_token", ("tenant_id", "token", "customer_id"), tokens)
            await connection.execute("VACUUM ANALYZE customer, customer_token, customer_phone")
            say("loaded")
        row = await connection.fetchrow(
            "SELECT c.id, c.name_enc, p.id AS phone_id, p.phone_enc FROM customer c JOIN customer_phone p ON p.tenant_id = c.tenant_id AND p.customer_id = c.id "
            "WHERE c.tenant_id = $1 AND c.name_masked LIKE '王%' AND length(c.name_masked) = 3 ORDER BY c.id LIMIT 1 OFFSET 40",
            tenant_id,
        )
    name = keys.decrypt("customer", "name", row["id"], row["name_enc"]).decode()
    phone = keys.decrypt("customer_phone", "phone", row["phone_id"], row["phone_enc"]).decode()
    return Company(tenant_id, code, Known(name, phone))


async def _staff(runtime: Runtime, tenant_id: UUID) -> None:
    """boss; manager of the first department; leader of its first team; five sellers in each of twenty teams."""
    actor, hashed = Actor.system(tenant_id, "bench"), await hash_password(PASSWORD)
    async with runtime.uow(tenant_id) as uow:
        (root,) = await list_units(uow.session)
        number = 0

        async def hire(username: str, unit: UUID, role: str) -> None:
            nonlocal number
            number += 1
            await add_employee(
                uow, actor, username=username, display_name=f"员工{number}", employee_no=f"{number:04}", unit_id=unit, password="",
                role_codes=[role], password_hash=hashed,
            )  # fmt: skip

        await hire("boss", root.id, "boss")
        for first in range(DEPARTMENTS):
            department = await add_unit(uow, actor, name=f"{first + 1}部", kind="department", parent_id=root.id, position=first)
            if first == 0:
                await hire("manager", department.id, "manager")
            for second in range(TEAMS):
                team = await add_unit(
                    uow, actor, name=f"{first + 1}部{second + 1}队", kind="team", parent_id=department.id, position=second
                )
                if first == second == 0:
                    await hire("leader", team.id, "leader")
                for _ in range(SELLERS):
                    await hire(f"sales{number}", team.id, "sales")


@asynccontextmanager
async def _superuser(made: Place) -> AsyncGenerator[Any]:
    connection = await asyncpg.connect(made.admin_dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def _copy(connection: Any, table: str, columns: tuple[str, ...], records: list[tuple[Any, ...]]) -> None:
    await connection.copy_records_to_table(table, records=records, columns=columns)


@dataclass(frozen=True, slots=True)
class _Loaded:
    customer: tuple[Any, ...]
    phone: tuple[Any, ...]
    tokens: set[int]


def _people(
    size: int, tenant_id: UUID, keys: TenantKeys, sellers: list[tuple[UUID, UUID]], sources: list[UUID], now: datetime
) -> Iterator[_Loaded]:
    """Customers over two years; one in ten without an owner; an owner's next action within a week of now for one in three."""
    rng = Random(size)
    cities = [city.code for name in CITIES if (city := find_city(name)) is not None]

    @cache
    def name_tokens(name: str) -> tuple[int, ...]:
        return tuple(keys.token(kind, value) for kind, value in search_tokens(name, [], None))

    for number in range(size):
        created = now - timedelta(days=730 * (1 - number / size))
        active = min(now, created + timedelta(days=rng.random() * 60))
        customer_id = UUID(int=first_id_at(created).int | rng.getrandbits(62))
        name = person_name(rng, Sex.MALE if rng.random() < 0.6 else Sex.FEMALE, rng.randint(1968, 2002))
        phone = normalize_phone(f"{rng.choice(('138', '139', '158', '186'))}{number:08}")
        owner, team = rng.choice(sellers) if rng.random() < 0.9 else (None, None)
        due = now + timedelta(days=rng.random() * 14 - 7) if owner and rng.random() < 0.33 else None
        first_contact = created + timedelta(minutes=30) if owner and rng.random() < 0.02 else None
        wanted = rng.randint(5, 100) * 1_000_000
        phone_id = new_id()
        yield _Loaded(
            (
                *(
                    tenant_id,
                    customer_id,
                    "person",
                    keys.encrypt("customer", "name", customer_id, name),
                    mask_name(name),
                    mask_phone(phone.value),
                ),
                *(rng.choice(STAGES).value, rng.choice((None, 1, 2, 3, 4)), rng.choice(cities), wanted, wanted * 2, rng.choice(sources)),
                *(owner, team, created if owner else None, 1, active, due, first_contact, active, rng.randint(1, 6), 1, created, created),
            ),
            (
                *(
                    tenant_id,
                    phone_id,
                    customer_id,
                    keys.encrypt("customer_phone", "phone", phone_id, phone.value),
                    mask_phone(phone.value),
                ),
                *(keys.blind("phone", phone.value), phone.kind.value, True, created),
            ),
            {*name_tokens(name), *(keys.token(kind, value) for kind, value in search_tokens("", [phone], None))},
        )
