"""Facts of a company written as rows, at any time: what services would have written, without their rules about now."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from loanbroker_api.core.ids import new_id
from loanbroker_api.core.outbox import Event
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.events import CustomerAssigned, CustomerCreated, CustomerEdited, FollowUpRecorded
from loanbroker_api.customers.models import Customer, FollowUp, Outcome, OwnershipEvent, Source, Stage, StateChange
from loanbroker_api.finance.events import ReceiptRecorded
from loanbroker_api.finance.models import Receipt
from loanbroker_api.pipeline.events import CaseDisbursed, CaseMoved, SubmissionDecided
from loanbroker_api.pipeline.models import Case, Disbursement, Pipeline, PipelineStage, StageEvent, Submission
from loanbroker_api.products.models import Lender, Product, ProductVersion

Owner = tuple[UUID | None, UUID | None]
"""An employee and their team."""
NOBODY: Owner = (None, None)


@dataclass
class Facts:
    """Writes in the unit of work given; `silent` writes the rows and announces nothing, as a bulk import would."""

    silent: bool = False
    pipeline: UUID = field(default_factory=new_id)
    stages: dict[Stage, UUID] = field(default_factory=dict[Stage, UUID])
    products: dict[str, tuple[UUID, UUID, UUID]] = field(default_factory=dict[str, tuple[UUID, UUID, UUID]])
    numbers: int = 0

    def _tell(self, uow: UnitOfWork, event: Event) -> None:
        if not self.silent:
            uow.emit(event)

    async def _put(self, uow: UnitOfWork, *rows: Any) -> None:
        for row in rows:
            uow.session.add(row)
            await uow.session.flush()

    async def prepare(self, uow: UnitOfWork, *kinds: str) -> None:
        """A pipeline with a stage of every kind, and a product of each of the kinds."""
        await self._put(uow, Pipeline(id=self.pipeline, name="流程", product_kinds=[], is_default=True))
        for position, stage in enumerate(Stage):
            self.stages[stage] = new_id()
            row = PipelineStage(
                id=self.stages[stage], pipeline_id=self.pipeline, code=stage.name.lower(), name=stage.name, kind=stage, position=position,
                tone="blue", win_bps=0, entry=[], moves=[],
            )  # fmt: skip
            await self._put(uow, row)
        lender = Lender(id=new_id(), name="资方", kind="bank", cooperation="active", territories=[], route="线上")
        await self._put(uow, lender)
        for kind in kinds:
            product = Product(id=new_id(), lender_id=lender.id, name=kind, kind=kind, state="active")
            version = ProductVersion(id=new_id(), product_id=product.id, number=1, state="approved", body={})
            await self._put(uow, product, version)
            self.products[kind] = (lender.id, product.id, version.id)

    async def source(self, uow: UnitOfWork, name: str = "渠道") -> UUID:
        source = new_id()
        await self._put(uow, Source(id=source, name=name, kind="generic"))
        return source

    async def customer(
        self,
        uow: UnitOfWork,
        at: datetime,
        *,
        source: UUID | None = None,
        owner: Owner = NOBODY,
        city: int | None = None,
        name: str = "张*",
    ) -> UUID:
        row = Customer(
            id=new_id(), created_at=at, source_id=source, city=city, owner_id=owner[0], team_id=owner[1], active_at=at, name_masked=name
        )
        await self._put(uow, row)
        self._tell(uow, CustomerCreated(customer_id=row.id, source_id=source))
        await self.assign(uow, row.id, at, owner, kind="created")
        return row.id

    async def assign(self, uow: UnitOfWork, customer: UUID, at: datetime, owner: Owner, *, kind: str = "transferred") -> None:
        await self._put(uow, OwnershipEvent(id=new_id(), customer_id=customer, at=at, kind=kind, owner_id=owner[0], team_id=owner[1]))
        await uow.session.execute(update(Customer).where(Customer.id == customer).values(owner_id=owner[0], team_id=owner[1]))
        self._tell(uow, CustomerAssigned(customer_id=customer, owner_id=owner[0], previous_owner_id=None, by_rule=False))

    async def relocate(self, uow: UnitOfWork, customer: UUID, city: int | None) -> None:
        await uow.session.execute(update(Customer).where(Customer.id == customer).values(city=city))
        self._tell(uow, CustomerEdited(customer_id=customer, fields=["city"]))

    async def follow_up(
        self, uow: UnitOfWork, customer: UUID, at: datetime, by: Owner, outcome: Outcome = Outcome.INTERESTED, *, visit: bool = False
    ) -> UUID:
        assert by[0] is not None
        row = FollowUp(id=new_id(), customer_id=customer, employee_id=by[0], team_id=by[1], at=at, outcome=outcome)
        await self._put(uow, row)
        if visit:
            change = StateChange(
                id=new_id(), customer_id=customer, at=at, what="stage", was=Stage.CONTACT, now=Stage.VISIT, by_id=by[0], cause="follow_up"
            )
            await self._put(uow, change)
        self._tell(uow, FollowUpRecorded(customer_id=customer, follow_up_id=row.id, employee_id=by[0], outcome=int(outcome)))
        return row.id

    async def case(self, uow: UnitOfWork, customer: UUID, at: datetime, owner: Owner, *, kind: str, amount: int, stage: Stage) -> Case:
        self.numbers += 1
        row = Case(
            id=new_id(), number=f"C{self.numbers}", customer_id=customer, pipeline_id=self.pipeline, stage_id=self.stages[stage],
            stage_kind=stage, stage_since=at, product_kind=kind, product_id=self.products[kind][1], owner_id=owner[0], team_id=owner[1],
            wanted_fen=amount, active_at=at, created_at=at,
        )  # fmt: skip
        await self._put(uow, row)
        await self.move(uow, row, None, stage, at)
        return row

    async def move(
        self,
        uow: UnitOfWork,
        case: Case,
        was: Stage | None,
        to: Stage,
        at: datetime,
        *,
        owner: Owner | None = None,
        reason: str | None = None,
    ) -> UUID:
        by = owner or (case.owner_id, case.team_id)
        back = was is not None and to < was
        row = StageEvent(
            id=new_id(), at=at, recorded_at=uow.now, case_id=case.id, customer_id=case.customer_id, to_stage_id=self.stages[to],
            from_stage_id=self.stages[was] if was else None, from_kind=was, to_kind=to, back=back, reason=reason,
            owner_id=by[0], team_id=by[1], product_kind=case.product_kind, amount_fen=case.wanted_fen,
        )  # fmt: skip
        await self._put(uow, row)
        self._tell(
            uow,
            CaseMoved(
                case_id=case.id, customer_id=case.customer_id, event_id=row.id, at=at, from_kind=was, to_kind=to, back=back, reason=reason,
                owner_id=by[0], team_id=by[1], source_id=None, city=None, product_kind=case.product_kind, amount_fen=case.wanted_fen,
            ),
        )  # fmt: skip
        return row.id

    async def submit(self, uow: UnitOfWork, case: Case, at: datetime, *, kind: str, amount: int, state: str = "approved") -> UUID:
        """A submission with its decision."""
        lender, product, version = self.products[kind]
        row = Submission(
            id=new_id(), case_id=case.id, lender_id=lender, product_id=product, product_version_id=version, state=state, amount_fen=amount,
            submitted_at=at - timedelta(hours=1), decided_at=at, approved_fen=amount if state == "approved" else None,
            owner_id=case.owner_id, team_id=case.team_id,
        )  # fmt: skip
        await self._put(uow, row)
        await self._decided(uow, case, row.id, at, amount, approved=state == "approved")
        return row.id

    async def redecide(self, uow: UnitOfWork, case: Case, submission: UUID, at: datetime, state: str) -> None:
        await uow.session.execute(update(Submission).where(Submission.id == submission).values(state=state))
        await self._decided(uow, case, submission, at, 0, approved=False)

    async def _decided(self, uow: UnitOfWork, case: Case, submission: UUID, at: datetime, amount: int, *, approved: bool) -> None:
        self._tell(
            uow,
            SubmissionDecided(
                case_id=case.id, customer_id=case.customer_id, submission_id=submission, at=at, approved=approved, amount_fen=amount
            ),
        )

    async def disburse(self, uow: UnitOfWork, case: Case, submission: UUID, on: date, recorded_at: datetime, amount: int) -> UUID:
        row = Disbursement(
            id=new_id(), case_id=case.id, submission_id=submission, amount_fen=amount, paid_on=on, created_at=recorded_at,
            owner_id=case.owner_id, team_id=case.team_id,
        )  # fmt: skip
        await self._put(uow, row)
        self._tell(uow, CaseDisbursed(case_id=case.id, customer_id=case.customer_id, disbursement_id=row.id, on=on, amount_fen=amount))
        return row.id

    async def void(self, uow: UnitOfWork, case: Case, disbursement: UUID, at: datetime) -> None:
        await uow.session.execute(update(Disbursement).where(Disbursement.id == disbursement).values(voided_at=at))
        self._tell(
            uow, CaseDisbursed(case_id=case.id, customer_id=case.customer_id, disbursement_id=disbursement, on=at.date(), amount_fen=-1)
        )

    async def receive(
        self, uow: UnitOfWork, case: Case, on: date, recorded_at: datetime, amount: int, *, reverses: UUID | None = None
    ) -> UUID:
        """A receipt, or with `reverses` its reversal."""
        row = Receipt(
            id=new_id(), case_id=case.id, amount_fen=-amount if reverses else amount, method="transfer", received_on=on, recorded_at=recorded_at,
            reverses_id=reverses, owner_id=case.owner_id, team_id=case.team_id,
        )  # fmt: skip
        await self._put(uow, row)
        self._tell(uow, ReceiptRecorded(case_id=case.id, customer_id=case.customer_id, receipt_id=row.id, on=on, amount_fen=row.amount_fen))
        return row.id
