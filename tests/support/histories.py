"""Random histories of a company, reproducible by their seed."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import Outcome, Stage
from loanbroker_api.pipeline.models import Case
from support.company import Company
from support.facts import Facts, Owner

BEGIN = datetime(2026, 7, 1, tzinfo=UTC)
STAGES = (Stage.APPOINTMENT, Stage.VISIT, Stage.CONTRACT, Stage.SUBMISSION, Stage.SUPPLEMENT, Stage.APPROVAL, Stage.COLLATERAL, Stage.SETTLED, Stage.LOST)  # fmt: skip
KINDS = ("credit", "mortgage", "car")


@dataclass
class History:
    """A company's months, one random act after another; what was done is remembered so that it can be undone."""

    rng: random.Random
    facts: Facts
    owners: list[Owner]
    sources: list[UUID | None] = field(default_factory=list[UUID | None])
    customers: list[UUID] = field(default_factory=list[UUID])
    cases: list[Case] = field(default_factory=list[Case])
    at_stage: dict[UUID, Stage] = field(default_factory=dict[UUID, Stage])
    submissions: list[tuple[Case, UUID]] = field(default_factory=list[tuple[Case, UUID]])
    disbursements: list[tuple[Case, UUID]] = field(default_factory=list[tuple[Case, UUID]])
    receipts: list[tuple[Case, UUID, int]] = field(default_factory=list[tuple[Case, UUID, int]])

    def time(self) -> datetime:
        """Any time of five months, to the microsecond: acts do not come in their order."""
        return BEGIN + timedelta(microseconds=self.rng.randrange(150 * 86_400_000_000))

    async def begin(self, uow: UnitOfWork) -> None:
        await self.facts.prepare(uow, *KINDS)
        self.sources = [None, await self.facts.source(uow, "甲"), await self.facts.source(uow, "乙")]

    async def act(self, uow: UnitOfWork) -> None:
        acts: list[Callable[[UnitOfWork], Awaitable[None]]] = [self.arrive, self.call, self.call, self.hand_on, self.relocate]
        acts += [self.open_case, self.move, self.move, self.move, self.decide, self.disburse, self.receive, self.take_back]
        await self.rng.choice(acts if self.customers else [self.arrive])(uow)

    async def arrive(self, uow: UnitOfWork) -> None:
        owner = self.rng.choice([*self.owners, (None, None)])
        city = self.rng.choice([None, 510100, 500100])
        self.customers.append(await self.facts.customer(uow, self.time(), source=self.rng.choice(self.sources), owner=owner, city=city))

    async def call(self, uow: UnitOfWork) -> None:
        outcome, visit = self.rng.choice(list(Outcome)), self.rng.random() < 0.2
        await self.facts.follow_up(uow, self.rng.choice(self.customers), self.time(), self.rng.choice(self.owners), outcome, visit=visit)

    async def hand_on(self, uow: UnitOfWork) -> None:
        await self.facts.assign(uow, self.rng.choice(self.customers), self.time(), self.rng.choice(self.owners))

    async def relocate(self, uow: UnitOfWork) -> None:
        await self.facts.relocate(uow, self.rng.choice(self.customers), self.rng.choice([None, 510100, 110100]))

    async def open_case(self, uow: UnitOfWork) -> None:
        stage = self.rng.choice(STAGES)
        case = await self.facts.case(
            uow, self.rng.choice(self.customers), self.time(), self.rng.choice(self.owners), kind=self.rng.choice(KINDS),
            amount=self.rng.randrange(10**6, 10**9), stage=stage,
        )  # fmt: skip
        self.cases.append(case)
        self.at_stage[case.id] = stage

    async def move(self, uow: UnitOfWork) -> None:
        if self.cases:
            case, to = self.rng.choice(self.cases), self.rng.choice(STAGES)
            reason = "rate_too_high" if to is Stage.LOST else None
            await self.facts.move(uow, case, self.at_stage[case.id], to, self.time(), owner=self.rng.choice(self.owners), reason=reason)
            self.at_stage[case.id] = to

    async def decide(self, uow: UnitOfWork) -> None:
        if self.submissions and self.rng.random() < 0.3:
            case, submission = self.rng.choice(self.submissions)
            await self.facts.redecide(uow, case, submission, self.time(), self.rng.choice(["withdrawn", "approved"]))
        elif self.cases:
            case, state = self.rng.choice(self.cases), self.rng.choice(["approved", "approved", "declined"])
            amount = self.rng.randrange(10**6, 10**8)
            submission = await self.facts.submit(uow, case, self.time(), kind=self.rng.choice(KINDS), amount=amount, state=state)
            if state == "approved":
                self.submissions.append((case, submission))

    async def disburse(self, uow: UnitOfWork) -> None:
        if self.disbursements and self.rng.random() < 0.4:
            await self.facts.void(uow, *self.rng.choice(self.disbursements), self.time())
        elif self.submissions:
            case, submission = self.rng.choice(self.submissions)
            recorded = self.time()
            on = (recorded + timedelta(days=self.rng.choice([-3, 0, 0, 0, 2]))).date()
            self.disbursements.append((case, await self.facts.disburse(uow, case, submission, on, recorded, self.rng.randrange(1, 10**8))))

    async def receive(self, uow: UnitOfWork) -> None:
        if self.cases:
            case, recorded, amount = self.rng.choice(self.cases), self.time(), self.rng.randrange(1, 10**7)
            on = (recorded + timedelta(days=self.rng.choice([-2, 0, 0]))).date()
            self.receipts.append((case, await self.facts.receive(uow, case, on, recorded, amount), amount))

    async def take_back(self, uow: UnitOfWork) -> None:
        if self.receipts:
            case, receipt, amount = self.receipts.pop(self.rng.randrange(len(self.receipts)))
            recorded = self.time()
            await self.facts.receive(uow, case, recorded.date(), recorded, amount, reverses=receipt)


async def live(runtime: Runtime, company: Company, told: History, acts: int, *, each: int = 4) -> None:
    """Some more acts, a few in each transaction."""
    for _ in range(acts // each):
        async with runtime.uow(company.id) as uow:
            for _ in range(each):
                await told.act(uow)
