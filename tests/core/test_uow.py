"""The unit of work: rows, audit entries and outbox rows commit together or not at all."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from loanbroker_api.access.events import DutyChanged, SessionEnded
from loanbroker_api.core.audit import AuditEntry, AuditTodo
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.outbox import Outbox
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import Source
from support.clock import TestClock
from support.company import Company


async def write(uow: UnitOfWork, company: Company) -> UUID:
    """A row, an audit entry and an event with one consumer."""
    source = Source(id=new_id(), name="来源", kind="generic")
    uow.session.add(source)
    uow.audit(company.system, "test.written", source.id, n=1)
    uow.emit(SessionEnded(session_id=new_id(), employee_id=new_id(), reason="logout"))
    return source.id


async def found(session: ReadSession, source_id: UUID) -> tuple[int, int, int, int]:
    entries = select(AuditEntry.id).where(AuditEntry.subject_id == source_id)
    return (
        await session.scalar(select(func.count()).select_from(Source).where(Source.id == source_id)) or 0,
        await session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.subject_id == source_id)) or 0,
        await session.scalar(select(func.count()).select_from(AuditTodo).where(AuditTodo.entry_id.in_(entries))) or 0,
        await session.scalar(select(func.count()).select_from(Outbox)) or 0,
    )


async def test_all_is_written_in_one_transaction(runtime: Runtime, company: Company) -> None:
    async with runtime.uow(company.id) as uow:
        source_id = await write(uow, company)
    async with runtime.read(company.id) as session:
        assert await found(session, source_id) == (1, 1, 1, 1)
        same = await session.execute(
            text(
                "SELECT count(DISTINCT x) FROM (SELECT xmin::text AS x FROM source WHERE tenant_id = :t AND id = :s "
                "UNION ALL SELECT xmin::text FROM audit_entry WHERE tenant_id = :t AND subject_id = :s "
                "UNION ALL SELECT xmin::text FROM outbox WHERE tenant_id = :t) y"
            ),
            {"t": company.id, "s": source_id},
        )
        assert same.scalar_one() == 1


async def test_a_failure_leaves_nothing(runtime: Runtime, company: Company) -> None:
    written: list[UUID] = []

    async def fail() -> None:
        async with runtime.uow(company.id) as uow:
            written.append(await write(uow, company))
            await uow.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with runtime.read(company.id) as session:
        assert await found(session, written[0]) == (0, 0, 0, 0)


async def test_a_cancelled_request_leaves_nothing(runtime: Runtime, company: Company) -> None:
    written = asyncio.get_running_loop().create_future()

    async def request() -> None:
        async with runtime.uow(company.id) as uow:
            source_id = await write(uow, company)
            await uow.session.flush()
            written.set_result(source_id)
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(request())
    source_id = await written
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with runtime.read(company.id) as session:
        assert await found(session, source_id) == (0, 0, 0, 0)


async def test_the_moment_is_the_clocks_and_the_same_for_all(runtime: Runtime, company: Company, clock: TestClock) -> None:
    async with runtime.uow(company.id) as uow:
        source_id = await write(uow, company)
        now = uow.now
    async with runtime.read(company.id) as session:
        assert await session.scalar(select(AuditEntry.at).where(AuditEntry.subject_id == source_id)) == now
        assert await session.scalar(select(Outbox.next_at)) == now


async def test_an_event_without_consumers_has_no_row(runtime: Runtime, company: Company) -> None:
    async with runtime.uow(company.id) as uow:
        uow.emit(DutyChanged(employee_id=new_id(), on_duty=True))
    async with runtime.read(company.id) as session:
        assert await session.scalar(select(func.count()).select_from(Outbox)) == 0


async def test_a_changed_row_gets_the_next_version(runtime: Runtime, company: Company, clock: TestClock) -> None:
    employee = await company.employee("sales1")
    async with runtime.uow(company.id) as uow:
        row = await uow.session.get_one(type(employee), (company.id, employee.id))
        before = row.version
        row.on_duty = not row.on_duty
        now = uow.now
    async with runtime.read(company.id) as session:
        row = await session.get_one(type(employee), (company.id, employee.id))
        assert (row.version, row.updated_at) == (before + 1, now)
