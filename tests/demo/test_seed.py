"""The demo data in the real database: what the services read back from it, and that nothing is written twice."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import orjson
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text

from loanbroker_api import registry
from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Employee, EmployeeRole, Role
from loanbroker_api.access.passwords import check_password
from loanbroker_api.channels.models import Channel, Inbox
from loanbroker_api.core.actor import Actor, Scope
from loanbroker_api.core.audit import AuditEntry, seal_once, verify_chain
from loanbroker_api.core.guard import check_database_role
from loanbroker_api.core.ids import id_at, time_of
from loanbroker_api.core.runtime import open_runtime
from loanbroker_api.customers import queries
from loanbroker_api.customers.models import (
    FOLLOW_UP_NOTE,
    ID_NUMBER,
    NAME,
    PHONE,
    Activity,
    AssignmentTurn,
    Customer,
    CustomerPhone,
    CustomerToken,
    FollowUp,
    Lead,
    OwnershipEvent,
    Reveal,
    Stage,
)
from loanbroker_api.customers.rows import timeline_out
from loanbroker_api.customers.schemas import CustomerSearchIn, TimelineParams
from loanbroker_api.customers.today import today_out
from loanbroker_api.demo import seed
from loanbroker_api.demo.bulk import Rows
from loanbroker_api.demo.company import NotADemoError, Wanted, ensure_company, seed_task, shares
from loanbroker_api.demo.people import make_employees
from loanbroker_api.demo.working_time import SHANGHAI
from loanbroker_api.notifications.models import Notification
from loanbroker_api.workspace.models import Todo
from loanbroker_api.workspace.runner import run_due
from support.clock import TestClock
from support.company import new_company

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=SHANGHAI)  # a Tuesday afternoon
CUSTOMERS = 200
TABLES = (
    Customer,
    CustomerPhone,
    CustomerToken,
    Lead,
    FollowUp,
    OwnershipEvent,
    Activity,
    Reveal,
    Inbox,
    Todo,
    Notification,
    AuditEntry,
    AssignmentTurn,
    Employee,
    Channel,
)


def wanted(code, tenant_index=0, seed=1):
    return Wanted(tenant_index, CUSTOMERS, seed, code, f"测试 {code}")


async def counts(runtime, tenant_id):
    async with runtime.read(tenant_id) as session:
        return {model.__tablename__: await session.scalar(select(func.count()).select_from(model)) for model in TABLES}


async def contents(runtime, tenant_id, model):
    async with runtime.read(tenant_id) as session:
        return list(await session.scalars(select(model)))


@pytest.fixture(scope="module")
async def demo(settings):
    """Two filled tenants at a fixed time: (runtime, first, second)."""
    registry.load()
    async with open_runtime(settings, TestClock(NOW.astimezone(UTC))) as runtime:
        tenants = []
        for place, code in enumerate(("seeded", "seeded2")):
            tenant_id, _ = await ensure_company(runtime, wanted(code, place), "seed-password")
            assert await run_due(runtime, tenant_id) == 1
            tenants.append(tenant_id)
        yield runtime, *tenants


def system(tenant_id):
    return Actor.system(tenant_id, "test")


async def test_the_first_tenant_has_most():
    assert shares(3_000, 2) == [2_000, 1_000]
    assert shares(100, 3) == [51, 33, 16]
    assert shares(5, 1) == [5]


def test_an_id_of_a_moment_has_its_place():
    rng = Random(1)
    early, late = id_at(NOW, rng), id_at(NOW + timedelta(milliseconds=1), rng)
    assert early < late
    assert time_of(early) == NOW
    assert early.version == 7
    assert id_at(NOW, Random(1)) == early


async def test_everything_is_there_once(demo):
    runtime, tenant_id, _ = demo
    found = await counts(runtime, tenant_id)
    assert found["customer"] == CUSTOMERS
    assert found["lead"] == found["inbox"] - 10
    assert found["employee"] == 22
    assert found["assignment_turn"] == 2
    assert found["activity"] > found["follow_up"] + found["ownership_event"] + found["reveal"] + found["lead"]
    async with runtime.read(tenant_id) as session:
        task = await seed_task(session)
    assert (task.state, task.done, task.total, task.result) == ("done", CUSTOMERS, CUSTOMERS, {"customers": CUSTOMERS})


async def test_running_again_changes_nothing(demo):
    runtime, tenant_id, _ = demo
    before = await counts(runtime, tenant_id)
    again, task = await ensure_company(runtime, wanted("seeded"), "another")
    assert (again, task.state) == (tenant_id, "done")
    assert await run_due(runtime, tenant_id) == 0
    assert await counts(runtime, tenant_id) == before


@pytest.mark.parametrize("after", [0, 1])
async def test_a_killed_seeding_goes_on_from_its_checkpoint(demo, monkeypatch, after):
    runtime, uninterrupted, _ = demo
    monkeypatch.setattr(seed, "BATCH", 60)
    tenant_id, _ = await ensure_company(runtime, wanted(f"killed{after}"), "seed-password")
    inserted = 0
    insert = Rows.insert

    async def killed(self, session):
        nonlocal inserted
        await insert(self, session)
        inserted += 1
        if inserted > after:
            raise asyncio.CancelledError  # as a signal would: the batch is written and not committed

    monkeypatch.setattr(Rows, "insert", killed)
    with pytest.raises(asyncio.CancelledError):
        await run_due(runtime, tenant_id)
    assert (await counts(runtime, tenant_id))["customer"] == 60 * after
    monkeypatch.setattr(Rows, "insert", insert)
    assert await run_due(runtime, tenant_id) == 0  # its lease still runs
    async with open_runtime(runtime.settings, TestClock(NOW + timedelta(minutes=2))) as later:
        assert await run_due(later, tenant_id) == 1
    assert await counts(runtime, tenant_id) == await counts(runtime, uninterrupted)
    mine, theirs = await contents(runtime, tenant_id, Customer), await contents(runtime, uninterrupted, Customer)
    told = ("id", "name_masked", "phone_masked", "stage", "intent", "active_at", "next_action_at", "version", "created_at")
    assert {tuple(getattr(row, name) for name in told) for row in mine} == {tuple(getattr(row, name) for name in told) for row in theirs}


async def test_a_failed_seeding_goes_on_at_the_next_command(demo, monkeypatch):
    runtime, uninterrupted, _ = demo
    monkeypatch.setattr(seed, "BATCH", 90)
    tenant_id, _ = await ensure_company(runtime, wanted("failed"), "seed-password")
    monkeypatch.setattr(seed, "close_story", None)
    await run_due(runtime, tenant_id)
    monkeypatch.undo()
    _, task = await ensure_company(runtime, wanted("failed"), "seed-password")
    assert (task.state, task.checkpoint) == ("queued", {"done": CUSTOMERS})
    await run_due(runtime, tenant_id)
    assert await counts(runtime, tenant_id) == await counts(runtime, uninterrupted)


async def test_every_customer_is_found_by_each_of_its_numbers(demo):
    runtime, tenant_id, _ = demo
    phones = await contents(runtime, tenant_id, CustomerPhone)
    async with runtime.read(tenant_id) as session:
        keys = await runtime.keyring.load(session, tenant_id)
        for phone in phones:
            asked = CustomerSearchIn(search=PHONE.open(keys, phone))
            found = await queries.search_customers(session, system(tenant_id), keys, asked, NOW)
            assert [customer.id for customer in found.items] == [phone.customer_id]


async def test_every_row_decrypts_and_shows_what_it_masks(demo):
    runtime, tenant_id, _ = demo
    async with runtime.read(tenant_id) as session:
        keys = await runtime.keyring.load(session, tenant_id)
    customers = {row.id: row for row in await contents(runtime, tenant_id, Customer)}
    for customer in customers.values():
        assert NAME.mask(NAME.open(keys, customer)) == customer.name_masked
        assert (ID_NUMBER.open(keys, customer) is None) == (customer.id_number_masked is None)
    for phone in await contents(runtime, tenant_id, CustomerPhone):
        plain = PHONE.open(keys, phone)
        assert (PHONE.mask(plain), keys.blind("phone", plain)) == (phone.phone_masked, phone.blind)
        assert not phone.is_primary or customers[phone.customer_id].phone_masked == phone.phone_masked
    assert all(FOLLOW_UP_NOTE.open(keys, row) for row in await contents(runtime, tenant_id, FollowUp))
    for entry in await contents(runtime, tenant_id, Inbox):
        body = keys.decrypt("inbox", "body", entry.id, entry.body_enc)
        if entry.state in {"done", "duplicate"}:
            assert orjson.loads(body)["name"] == NAME.open(keys, customers[entry.customer_id])
    for channel in await contents(runtime, tenant_id, Channel):
        assert keys.decrypt("channel", "secret", channel.id, channel.secret_enc).startswith(b"whsec_")


async def test_the_database_binds_the_application_to_its_tenant(demo):
    runtime, first, second = demo
    async with runtime.database.app.connect() as connection:
        await check_database_role(connection)
    async with runtime.read(second) as session:
        assert (await session.scalars(text("SELECT DISTINCT tenant_id FROM customer"))).all() == [second]
    assert {row.tenant_id for row in await contents(runtime, first, Customer)} == {first}


async def test_a_customers_columns_follow_from_its_history(demo):
    runtime, tenant_id, _ = demo
    staff = {row.id: row for row in await contents(runtime, tenant_id, Employee)}
    by_customer = {}
    for model in (Lead, FollowUp, OwnershipEvent, Activity):
        for row in await contents(runtime, tenant_id, model):
            by_customer.setdefault((model, row.customer_id), []).append(row)
    todos = {row.subject_id: row for row in await contents(runtime, tenant_id, Todo) if row.done_at is None}
    for customer in await contents(runtime, tenant_id, Customer):
        follow_ups = sorted(by_customer.get((FollowUp, customer.id), []), key=lambda row: row.id)
        changes = sorted(by_customer[OwnershipEvent, customer.id], key=lambda row: row.id)
        assert customer.lead_count == len(by_customer[Lead, customer.id])
        assert customer.owner_id == changes[-1].owner_id
        assert all(later.previous_owner_id == earlier.owner_id for earlier, later in pairwise(changes))
        if customer.owner_id:
            assert customer.team_id == staff[customer.owner_id].unit_id
            assert customer.owned_since == changes[-1].at
        assert customer.last_follow_up_at == (follow_ups[-1].at if follow_ups else None)
        assert customer.first_contacted_at == (follow_ups[0].at if follow_ups else None)
        assert (customer.first_contact_due_at is not None) == (not follow_ups and customer.owner_id is not None)
        assert (customer.id in todos) == (customer.next_action_at is not None)
        if customer.id in todos:
            todo = todos[customer.id]
            assert (todo.employee_id, todo.due_at) == (customer.owner_id, customer.next_action_at)
        assert customer.stage != Stage.LEAD or all(row.outcome not in {1, 2} for row in follow_ups) or customer.lead_count > 1


async def test_ids_are_as_old_as_what_they_name(demo):
    runtime, tenant_id, _ = demo
    for model, at in ((Customer, "created_at"), (Lead, "received_at"), (FollowUp, "at"), (OwnershipEvent, "at"), (Activity, "at")):
        rows = await contents(runtime, tenant_id, model)
        for row in rows:
            assert timedelta(0) <= time_of(row.id) - getattr(row, at) < timedelta(milliseconds=20)
            assert getattr(row, at) <= NOW
        in_order = [getattr(row, at) for row in sorted(rows, key=lambda row: row.id)]
        assert in_order == sorted(in_order)


async def test_a_timeline_reads_as_a_story(demo):
    runtime, tenant_id, _ = demo
    actor = system(tenant_id)
    async with runtime.read(tenant_id) as session:
        keys = await runtime.keyring.load(session, tenant_id)
        furthest = await session.scalar(select(Customer).where(Customer.stage < Stage.LOST).order_by(Customer.stage.desc()).limit(1))
        rows = await queries.list_activity(session, furthest.id, TimelineParams(limit=100))
        entries = await timeline_out(session, actor, keys, rows.items)
    kinds = [entry.kind for entry in reversed(entries)]
    assert kinds[:2] == ["lead_received", "assigned"]
    for earlier, later in pairwise(kinds):
        assert later != "stage_changed" or earlier == "follow_up"
    assert all(entry.text for entry in entries)
    assert not any("–" in entry.text for entry in entries)


async def test_today_is_alive(demo):
    runtime, tenant_id, _ = demo
    figures = Counter()
    async with runtime.read(tenant_id) as session:
        sellers = [one for one in await session.scalars(select(Employee)) if one.username.startswith("sales")]
        for seller in sellers:
            actor = Actor(tenant_id, seller.id, "employee", seller.display_name, scopes={"customers.view": Scope.SELF})
            page = await today_out(session, actor, NOW)
            figures.update(page.counts.model_dump())
            figures["follow_ups"] += page.figures.follow_ups_today
            figures["arrived"] += page.figures.new_today
            figures["unread"] += await session.scalar(
                select(func.count()).where(Notification.employee_id == seller.id, Notification.read_at.is_(None))
            )
        running = await session.scalar(select(func.count()).where(Customer.first_contact_due_at > NOW))
    assert all(figures[name] > 0 for name in ("new", "late", "due", "unreached", "follow_ups", "arrived", "unread"))
    assert running > 0


async def test_dead_letters_say_why(demo):
    runtime, tenant_id, _ = demo
    entries = [row for row in await contents(runtime, tenant_id, Inbox) if row.state in {"dead", "ignored"}]
    assert Counter(row.state for row in entries) == {"dead": 7, "ignored": 3}
    assert len({row.reason for row in entries if row.state == "dead"}) == 7
    assert all(row.reason_text or row.reason == "channels.not-json" for row in entries)
    assert all(NOW - timedelta(days=6) < row.received_at < NOW for row in entries)


async def test_the_trail_is_sealed_into_a_chain_that_holds(demo):
    runtime, tenant_id, _ = demo
    await seal_once(runtime.database, runtime.clock.now())
    async with runtime.read(tenant_id) as session:
        chain = await verify_chain(session, tenant_id)
        actions = Counter(await session.scalars(select(AuditEntry.action)))
    assert (chain.broken, chain.unsealed) == (None, 0)
    assert {"access.logged_in", "customers.revealed", "customers.owner_changed", "customers.followed_up"} <= actions.keys()


async def test_posts_hold_the_roles_of_the_product(demo):
    runtime, tenant_id, _ = demo
    async with runtime.read(tenant_id) as session:
        rows = await session.execute(
            select(Employee.username, Role.name)
            .join(EmployeeRole, EmployeeRole.employee_id == Employee.id)
            .join(Role, Role.id == EmployeeRole.role_id)
        )
        held = dict(rows.tuples().all())
        units = {unit.id: unit for unit in await access_queries.list_units(session)}
        staff = {one.username: one for one in await session.scalars(select(Employee))}
    assert {one.username: one.post.replace("经理", "部门经理") for one in make_employees(tenant_index=0, seed=1)} == held
    assert units[staff["sales1"].unit_id].name == units[staff["leader1"].unit_id].name == "业务一组"
    assert units[staff["sales12"].unit_id].name == units[staff["leader2"].unit_id].name == "业务二组"
    assert units[units[staff["sales1"].unit_id].parent_id].id == staff["manager1"].unit_id
    assert sum(one.on_duty for one in staff.values()) == 10
    assert len({one.password_hash for one in staff.values()}) == 1
    assert (await check_password("seed-password", staff["sales7"].password_hash))[0]


async def test_a_company_of_ones_own_is_left_alone(demo):
    runtime, *_ = demo
    own = await new_company(runtime)
    await own.employee("somebody")
    with pytest.raises(NotADemoError, match=own.code):
        await ensure_company(runtime, wanted(own.code), "x")


async def test_the_command_from_beginning_to_end(settings):
    chosen = settings.model_copy(update={"demo_password": SecretStr("first-password")})
    said = []
    arguments = {"customers": 30, "tenants": 2, "seed": 3, "say": said.append}
    first = await seed.seed_demo(chosen, once=True, **arguments)
    assert (first.complete, first.password) == (True, None)
    assert said[-1].endswith("位客户")
    async with open_runtime(chosen) as runtime:
        codes = [await access_queries.tenant_by_code(runtime, code) for code in ("demo", "demo2")]
        before = [await counts(runtime, tenant_id) for tenant_id in codes]
        assert [one["customer"] for one in before] == [20, 10]
        await seed.seed_demo(chosen, once=True, **arguments | {"customers": 300})
        await seed.seed_demo(chosen, once=False, **arguments)
        with pytest.raises(seed.OtherDataError, match="20 位客户"):
            await seed.seed_demo(chosen, once=False, **arguments | {"customers": 300})
        assert [await counts(runtime, tenant_id) for tenant_id in codes] == before
        renewed = settings.model_copy(update={"demo_password": SecretStr("second-password")})
        await seed.seed_demo(renewed, once=True, **arguments)
        admin = next(row for row in await contents(runtime, codes[0], Employee) if row.username == "admin")
    assert (await check_password("second-password", admin.password_hash))[0]
