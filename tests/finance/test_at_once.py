"""What happens at once: one move wins, receipts never exceed what is due, a receipt is reversed once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from loanbroker_api.core.clock import business_day
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.finance.queries import receipts_of
from loanbroker_api.finance.schemas import ReceiptIn, ReverseIn
from loanbroker_api.finance.service import record_receipt, reverse_receipt
from loanbroker_api.pipeline.schemas import MoveIn
from loanbroker_api.pipeline.service import move_case, void_disbursement
from support.cases import Maker

AT_ONCE = 8


async def together(make: Maker, acts: list[Callable[[UnitOfWork], Awaitable[Any]]]) -> list[str]:
    """Every act in a transaction of its own, all open before any begins; the codes of what each came to."""
    barrier = asyncio.Barrier(len(acts))

    async def one(act: Callable[[UnitOfWork], Awaitable[Any]]) -> str:
        try:
            async with make.company.runtime.uow(make.company.id) as uow:
                await barrier.wait()
                await act(uow)
        except Problem as problem:
            return problem.code
        return "done"

    return sorted(await asyncio.gather(*(one(act) for act in acts)))


async def test_of_moves_at_once_one_wins_and_the_others_are_told(make: Maker) -> None:
    case, system = await make.case(), make.company.system

    def move(number: int) -> Callable[[UnitOfWork], Awaitable[Any]]:
        data = MoveIn(stage_code="visit") if number % 2 else MoveIn(stage_code="lost", lost_reason="other")
        return lambda uow: move_case(uow, system, case.id, data, case.version)

    assert await together(make, [move(number) for number in range(AT_ONCE)]) == [*["core.stale"] * (AT_ONCE - 1), "done"]


async def test_receipts_at_once_never_exceed_what_is_due(make: Maker) -> None:
    case, system = await make.case_at("disbursed"), make.company.system
    today = business_day(make.company.runtime.clock.now())
    data = ReceiptIn(amount_fen=250_000, method="cash", received_on=today)
    found = await together(make, [lambda uow: record_receipt(uow, system, case.id, data) for _ in range(AT_ONCE)])
    assert found == ["done", "done", *["finance.over-due"] * (AT_ONCE - 2)]
    case = await make.read(case.id)
    async with make.company.runtime.read(make.company.id) as session:
        rows = await receipts_of(session, case.id)
    assert case.received_fen == sum(row.amount_fen for row in rows) == 500_000 <= case.due_fen


async def test_of_reversals_at_once_one_is_made(make: Maker) -> None:
    case, system = await make.case_at("disbursed"), make.company.system
    receipt = await _receipt(make, case.id, 600_000)
    reverse = ReverseIn(reason="录错")
    found = await together(make, [lambda uow: reverse_receipt(uow, system, receipt, reverse) for _ in range(AT_ONCE)])
    assert found == ["done", *["finance.already-reversed"] * (AT_ONCE - 1)]
    assert (await make.read(case.id)).received_fen == 0


async def test_a_void_and_a_receipt_at_once_leave_no_more_received_than_due(make: Maker) -> None:
    case, system = await make.case_at("approval"), make.company.system
    await make.approve(case.id, 20_000_000)
    paid = await make.disburse(case.id, 20_000_000)
    data = ReceiptIn(amount_fen=1_000, method="cash", received_on=business_day(make.company.runtime.clock.now()))
    found = await together(
        make,
        [lambda uow: void_disbursement(uow, system, paid, "录错"), *[lambda uow: record_receipt(uow, system, case.id, data)] * 3],
    )
    case = await make.read(case.id)
    assert case.received_fen <= case.due_fen
    assert found in (["done", *["finance.over-due"] * 3], ["done", "done", "done", "pipeline.due-below-received"])


async def _receipt(make: Maker, case_id: UUID, amount: int) -> UUID:
    async with make.company.runtime.uow(make.company.id) as uow:
        data = ReceiptIn(amount_fen=amount, method="cash", received_on=business_day(uow.now))
        return (await record_receipt(uow, make.company.system, case_id, data)).id
