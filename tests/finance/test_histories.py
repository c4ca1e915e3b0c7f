"""Random histories of one case over the real database: what the pipeline forbids never happens, and the money always adds up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar
from uuid import UUID

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from loanbroker_api import registry
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.runtime import open_runtime
from loanbroker_api.finance.models import Receipt
from loanbroker_api.finance.schemas import ReceiptIn, ReverseIn
from loanbroker_api.finance.service import record_receipt, reverse_receipt
from loanbroker_api.pipeline.defaults import DEFAULT_PIPELINES
from loanbroker_api.pipeline.models import Case, CaseDocument, Disbursement, StageEvent, Submission
from loanbroker_api.pipeline.schemas import CasePatch, DecisionIn, DisbursementIn, MoveIn
from loanbroker_api.pipeline.service import (
    add_disbursement,
    decide_submission,
    delete_document,
    move_case,
    put_document,
    update_case,
    void_disbursement,
)
from loanbroker_api.settings import Settings
from support.cases import Maker
from support.company import new_company

STAGES = {stage["code"]: stage for stage in DEFAULT_PIPELINES[0]["stages"]}
CODES = st.sampled_from(list(STAGES))
AMOUNTS = st.integers(min_value=1, max_value=12_000_000)
PAPERS = ("身份证", "征信报告")


class Histories(RuleBasedStateMachine):
    """The model is the stage and the plain facts; whether a move may be done is said from the pipeline's data alone."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    settings_of_the_product: ClassVar[Settings]

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        async def prepare() -> None:
            self.opened = open_runtime(self.settings_of_the_product)
            self.make = Maker(await new_company(await self.opened.__aenter__()))
            self.case_id = (await self.make.case()).id
            self.offer = await self.make.offer()

        self.stage, self.moves = "appointment", 0
        self.run(prepare())
        self.look()

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            self.run(self.opened.__aexit__(None, None, None))

    def act(self, service: Any, *given: Any) -> str | None:
        """One act in a transaction of its own; the code of its refusal."""

        async def once() -> str | None:
            try:
                async with self.make.company.runtime.uow(self.make.company.id) as uow:
                    await service(uow, self.make.company.system, *given)
            except Problem as problem:
                return problem.code
            return None

        refusal = self.run(once())
        self.look()
        return refusal

    def look(self) -> None:
        """Everything of the case, read in one transaction."""

        async def read() -> dict[type[Any], list[Any]]:
            async with self.make.company.runtime.read(self.make.company.id) as session:
                found: dict[type[Any], list[Any]] = {Case: list(await session.scalars(select(Case).where(Case.id == self.case_id)))}
                for kind in (Submission, Disbursement, Receipt, StageEvent, CaseDocument):
                    found[kind] = list(await session.scalars(select(kind).where(kind.case_id == self.case_id)))
                return found

        self.seen = self.run(read())

    def case(self) -> Case:
        return self.seen[Case][0]

    def rows(self, kind: type[Any]) -> list[Any]:
        """In the order in which they were made; a document has no id."""
        return self.seen[kind] if kind is CaseDocument else sorted(self.seen[kind], key=lambda row: row.id)

    def may_enter(self, code: str) -> bool:
        """The oracle: the shipped data and the rows, nothing of the engine."""
        case, states = self.case(), {row.state for row in self.rows(Submission)}
        papers = {row.name for row in self.rows(CaseDocument)}
        received = sum(row.amount_fen for row in self.rows(Receipt))
        met = {
            "product": case.product_version_id is not None,
            "fee_agreed": case.fee_agreed_at is not None,
            "submission": bool(states & {"submitted", "supplement", "approved"}),
            "approved": "approved" in states,
            "disbursed": any(row.voided_at is None for row in self.rows(Disbursement)),
            "receipt": received > 0 or (case.disbursed_fen > 0 and case.due_fen == 0),
            "settled_fee": received == case.due_fen,
        }
        return all(entry["name"] in papers if entry["kind"] == "document" else met[entry["kind"]] for entry in STAGES[code]["entry"])

    @rule(code=CODES)
    def move(self, code: str) -> None:
        allowed = code in STAGES[self.stage]["moves"] and self.may_enter(code)
        data = MoveIn(stage_code=code, lost_reason="other" if code == "lost" else None)
        refusal = self.act(move_case, self.case_id, data, self.case().version)
        assert (refusal is None) is allowed, (self.stage, code, refusal)
        if allowed:
            self.stage, self.moves = code, self.moves + 1

    @rule(data=st.data())
    def move_on(self, data: st.DataObject) -> None:
        """Where the pipeline leads and nothing is missing, so that histories get somewhere; not out of the case."""
        ways = [code for code in STAGES[self.stage]["moves"] if code != "lost" and self.may_enter(code)]
        if ways:
            self.move(data.draw(st.sampled_from(ways[-2:])))

    @rule(name=st.sampled_from(PAPERS), there=st.sampled_from([True, True, True, False]))
    def paper(self, name: str, *, there: bool) -> None:
        self.act(put_document if there else delete_document, self.case_id, name)

    @rule(rate=st.sampled_from([0, 15_000, 30_000]), fixed=st.sampled_from([0, 99_900]))
    def agree(self, rate: int, fixed: int) -> None:
        patch = CasePatch(product_version_id=self.offer.version, fee_rate_ppm=rate, fee_fixed_fen=fixed)
        self.act(update_case, self.case_id, patch, self.case().version)

    @precondition(lambda self: self.stage not in {"settled", "lost"})
    @rule()
    def submit(self) -> None:
        if len(self.rows(Submission)) < 3:
            self.run(self.make.submit(self.case_id, self.offer))
            self.look()

    @rule(state=st.sampled_from(["approved", "approved", "approved", "declined", "supplement", "withdrawn"]), amount=AMOUNTS)
    def decide(self, state: str, amount: int) -> None:
        for row in self.rows(Submission)[-1:]:
            more = {"approved": {"approved_fen": amount}, "declined": {"declined_reason": "x"}}.get(state, {})
            self.act(decide_submission, row.id, DecisionIn(state=state, **more), row.version)

    @rule(amount=AMOUNTS)
    def disburse(self, amount: int) -> None:
        for row in self.rows(Submission)[-1:]:
            today = business_day(self.make.company.runtime.clock.now())
            self.act(add_disbursement, self.case_id, DisbursementIn(submission_id=row.id, amount_fen=amount, paid_on=today))

    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        rows: list[UUID] = [row.id for row in self.rows(Disbursement)]
        if rows:
            self.act(void_disbursement, data.draw(st.sampled_from(rows)), "录错")

    @rule(amount=st.one_of(AMOUNTS, st.just(None)))
    def receive(self, amount: int | None) -> None:
        """None: all that is outstanding."""
        case = self.case()
        outstanding = case.due_fen - case.received_fen
        wanted = amount or outstanding
        if wanted:
            today = business_day(self.make.company.runtime.clock.now())
            refusal = self.act(record_receipt, self.case_id, ReceiptIn(amount_fen=wanted, method="cash", received_on=today))
            assert (refusal is None) is (wanted <= outstanding)

    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        rows = self.rows(Receipt)
        if rows:
            row = data.draw(st.sampled_from(rows))
            taken = {one.reverses_id for one in rows}
            refusal = self.act(reverse_receipt, row.id, ReverseIn(reason="录错"))
            assert (refusal is None) is (row.reverses_id is None and row.id not in taken)

    @invariant()
    def the_money_adds_up(self) -> None:
        if not hasattr(self, "seen"):
            return
        case, receipts = self.case(), self.rows(Receipt)
        paid = [row.amount_fen for row in self.rows(Disbursement) if row.voided_at is None]
        gross = sum(row.amount_fen for row in receipts if row.reverses_id is None)
        taken_back = sum(row.amount_fen for row in receipts if row.reverses_id is not None)
        outstanding = case.due_fen - case.received_fen
        assert case.disbursed_fen == sum(paid)
        assert case.due_fen == ((sum(paid) * case.fee_rate_ppm * 2 + 1_000_000) // 2_000_000 + case.fee_fixed_fen if paid else 0)
        assert case.received_fen == gross + taken_back
        assert case.due_fen == gross + taken_back + outstanding
        assert outstanding >= 0
        for row in self.rows(Submission):
            assert sum(one.amount_fen for one in self.rows(Disbursement) if one.submission_id == row.id and one.voided_at is None) <= (
                row.approved_fen or 0
            )

    @invariant()
    def the_history_is_a_chain(self) -> None:
        if not hasattr(self, "seen"):
            return
        case, events = self.case(), sorted(self.rows(StageEvent), key=lambda event: (event.at, event.id))
        assert len(events) == self.moves + 1
        assert events[0].from_stage_id is None
        assert [event.from_stage_id for event in events[1:]] == [event.to_stage_id for event in events[:-1]]
        assert (events[-1].to_stage_id, events[-1].at) == (case.stage_id, case.stage_since)
        assert all(event.seconds >= 0 for event in events[1:])


def test_any_history_keeps_the_laws(settings: Settings, migrated: str) -> None:
    """Each history has a company and a runtime of its own, in one event loop: hypothesis is not asynchronous."""
    registry.load()
    Histories.loop, Histories.settings_of_the_product = asyncio.new_event_loop(), settings
    bounds = hypothesis.settings(
        max_examples=5,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
        database=None,
    )
    try:
        run_state_machine_as_test(Histories, settings=bounds)
    finally:
        Histories.loop.close()
