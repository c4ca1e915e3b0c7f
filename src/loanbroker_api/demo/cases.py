"""The cases of a story's customers: from the appointment on, as far as the story went; what the services would have written."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from loanbroker_api.access.models import Employee
from loanbroker_api.customers.models import Activity, Stage
from loanbroker_api.demo import events
from loanbroker_api.demo.bulk import Record, Rows
from loanbroker_api.demo.cast import Cast
from loanbroker_api.demo.lending import DemoStage, SoldProduct
from loanbroker_api.demo.trail import Trail
from loanbroker_api.demo.working_time import SHANGHAI
from loanbroker_api.finance.models import NOTE, Method, Receipt
from loanbroker_api.finance.service.receipts import RECORDED
from loanbroker_api.pipeline import timeline
from loanbroker_api.pipeline.models import (
    DECLINED_REASON,
    Case,
    CaseDocument,
    CaseParticipant,
    Disbursement,
    LostReason,
    Part,
    StageEvent,
    Submission,
    SubmissionState,
)

KINDS = {
    "信用贷": "credit",
    "抵押贷": "mortgage",
    "公积金贷": "fund",
    "经营贷": "business",
    "车贷": "car",
    "税贷": "tax",
    "保单贷": "policy",
}
LOST = {
    "no_qualification": LostReason.NO_QUALIFICATION,
    "rate_too_high": LostReason.RATE_TOO_HIGH,
    "chose_another_broker": LostReason.CHOSE_ANOTHER,
    "unreachable": LostReason.UNREACHABLE,
    "withdrew": LostReason.WITHDREW,
    "declined_by_lender": LostReason.DECLINED,
    "other": LostReason.OTHER,
}
STAGES = {
    events.Stage.APPOINTMENT: Stage.APPOINTMENT,
    events.Stage.VISIT: Stage.VISIT,
    events.Stage.CONTRACT: Stage.CONTRACT,
    events.Stage.SUBMITTED: Stage.SUBMISSION,
    events.Stage.MORE_DOCUMENTS: Stage.SUPPLEMENT,
    events.Stage.APPROVAL: Stage.APPROVAL,
    events.Stage.COLLATERAL: Stage.COLLATERAL,
    events.Stage.DISBURSED: Stage.DISBURSEMENT,
    events.Stage.RECEIVED: Stage.RECEIPT,
    events.Stage.LOST: Stage.LOST,
}
_DECLINED = ("综合评分不足", "负债偏高", "近期查询过多", "收入证明不足")
_THOUSAND_YUAN = 100_000
ENTERED_AFTER = timedelta(seconds=90)
_PLEDGED = {"mortgage", "car"}


@dataclass(frozen=True)
class Customer:
    """What a case takes from its customer."""

    id: UUID
    source_id: UUID | None
    city: int | None
    known: dict[str, int]  # the qualification by column


def write_case(
    cast: Cast, rows: Rows, trail: Trail, make_id: Callable[[datetime], UUID], story: events.CustomerStory, customer: Customer
) -> None:
    """Nothing where the story never came to an appointment."""
    changes = [change for change in story.stages if change.stage in STAGES]
    if not changes or changes[0].stage is events.Stage.LOST:
        return
    _Case(cast, rows, trail, make_id, story, customer, cast.plan.rng(story.number, "case")).write(changes)


@dataclass
class _Case:
    cast: Cast
    rows: Rows
    trail: Trail
    make_id: Callable[[datetime], UUID]
    story: events.CustomerStory
    customer: Customer
    rng: Random
    submission: Record | None = None
    _parts: set[tuple[UUID, Part]] = field(default_factory=set[tuple[UUID, Part]])

    def write(self, told: list[events.StageChange]) -> None:
        # Entered after the talk that led to it.
        changes = [replace(change, at=min(change.at + ENTERED_AFTER, self.cast.plan.now)) for change in told]
        first = changes[0]
        wanted = self.story.wanted.to_fen or self.story.wanted.from_fen
        self.product: SoldProduct = self.cast.lending.choose(
            KINDS[self.story.arrivals[0].product], wanted, self.customer.known, self.cast.plan.now.date(), self.rng
        )
        self.stages = self.cast.lending.stages(self.product.kind)
        self.owner = self.cast.sellers[first.by_index]
        self._open(first)
        before: datetime = first.at
        for change in changes:
            kind = STAGES[change.stage]
            if kind is Stage.APPROVAL:
                self._move(before + (change.at - before) * 0.6, Stage.APPROVAL, self._clerk("submission"))
                self._decide(change.at, approved=True)
            else:
                self._come_to(kind, change)
            before = change.at
        self._go_on(changes[-1])

    def _open(self, first: events.StageChange) -> None:
        at, product = first.at, self.product
        wanted = min(self.story.wanted.to_fen or self.story.wanted.from_fen, product.max_fen)
        at_local = at.astimezone(SHANGHAI)
        self.row = self.rows.add(
            Case,
            id=self.make_id(at),
            number=f"{at_local:%y%m%d}-{self.story.number:05d}",
            customer_id=self.customer.id,
            pipeline_id=self.stages[Stage.APPOINTMENT].pipeline_id,
            stage_kind=0,
            product_id=product.id,
            product_version_id=product.version_id,
            product_kind=product.kind,
            owner_id=self.owner.id,
            team_id=self.owner.unit_id,
            source_id=self.customer.source_id,
            city=self.customer.city,
            wanted_fen=wanted,
            wanted_months=self.rng.choice(product.terms),
            approved_fen=None,
            fee_rate_ppm=0,
            fee_fixed_fen=0,
            disbursed_fen=0,
            due_fen=0,
            received_fen=0,
            active_at=at,
            version=1,
            created_at=at,
            updated_at=at,
        )
        self._activity(at, timeline.CREATED, self.owner.id, self.row.id, wantedFen=wanted)
        self.trail.write(self.trail.employee(self.owner, at), at, "pipeline.case_created", self.row.id, customer=str(self.customer.id))
        self._take_part(self.owner, Part.INVITER)
        self._move(at, STAGES[first.stage], self.owner)

    def _come_to(self, kind: Stage, change: events.StageChange) -> None:
        at, seller = change.at, self.cast.sellers[change.by_index]
        if kind is Stage.CONTRACT:
            self._agree(at)
        if kind is Stage.SUBMISSION:
            self._hand_in(at)
        if kind is Stage.DISBURSEMENT:
            self._disburse(at)
        if kind is Stage.RECEIPT:
            self._receive(at)
        if kind is Stage.LOST:
            self._lose(change)
            return
        actor = self._clerk("submission") if kind in {Stage.SUBMISSION, Stage.SUPPLEMENT} else seller
        self._move(at, kind, self._clerk("finance") if kind in {Stage.DISBURSEMENT, Stage.RECEIPT} else actor)
        if kind is Stage.SUPPLEMENT and self.submission is not None:
            self.submission.state = SubmissionState.SUPPLEMENT
        if kind is Stage.COLLATERAL:
            self._take_part(self._clerk("collateral"), Part.COLLATERAL)

    def _go_on(self, last: events.StageChange) -> None:
        """After the receipt the borrower repays."""
        at = last.at + timedelta(days=self.rng.randint(1, 4), minutes=self.rng.randint(0, 200))
        if STAGES[last.stage] is Stage.RECEIPT and at < self.cast.plan.now and self.row.received_fen == self.row.due_fen:
            self._move(at, Stage.REPAYMENT, self.owner)

    # Steps

    def _agree(self, at: datetime) -> None:
        pledged = self.product.kind in _PLEDGED
        self.row.fee_rate_ppm = self.rng.choice((10_000, 15_000, 20_000) if pledged else (20_000, 25_000, 30_000, 30_000))
        self.row.fee_fixed_fen = self.rng.choice((0, 0, 0, 50_000))
        self.row.fee_agreed_at = at
        self._take_part(self.owner, Part.NEGOTIATOR)

    def _hand_in(self, at: datetime) -> None:
        if self.submission is not None:
            self.submission.state = SubmissionState.SUBMITTED
            return
        for name in self.stages[Stage.SUBMISSION].documents:
            self.rows.add(CaseDocument, case_id=self.row.id, name=name, received_at=at, by_id=self.owner.id)
        clerk = self._clerk("submission")
        self._take_part(clerk, Part.SUBMISSION)
        self.submission = self.rows.add(
            Submission,
            id=self.make_id(at),
            case_id=self.row.id,
            lender_id=self.product.lender_id,
            product_id=self.product.id,
            product_version_id=self.product.version_id,
            state=SubmissionState.SUBMITTED,
            approved_fen=None,
            amount_fen=self.row.wanted_fen,
            months=self.row.wanted_months,
            submitted_at=at,
            due_at=at + timedelta(hours=self.product.approval_hours),
            by_id=clerk.id,
            owner_id=self.row.owner_id,
            team_id=self.row.team_id,
            version=1,
            created_at=at,
            updated_at=at,
        )
        self._activity(at, timeline.SUBMITTED, clerk.id, self.submission.id, lender=self.product.lender_name, amountFen=self.row.wanted_fen)

    def _decide(self, at: datetime, *, approved: bool) -> None:
        if self.submission is None:
            return
        clerk, decided = self._clerk("submission"), self.submission
        decided.decided_at = decided.updated_at = at
        decided.version += 1
        if approved:
            amount = decided.amount_fen * self.rng.choice((70, 80, 90, 100, 100)) // 100 // _THOUSAND_YUAN * _THOUSAND_YUAN
            decided.state = SubmissionState.APPROVED
            decided.approved_fen = self.row.approved_fen = max(amount, _THOUSAND_YUAN)
            decided.approved_months, decided.approved_rate_ppm = decided.months, self.product.rate_ppm
        else:
            decided.state = SubmissionState.DECLINED
            DECLINED_REASON.seal(self.cast.keys, decided, self.rng.choice(_DECLINED))
        told = {"lender": self.product.lender_name, "state": decided.state.value, "approvedFen": decided.approved_fen}
        self._activity(at, timeline.DECIDED, clerk.id, decided.id, **told)

    def _disburse(self, at: datetime) -> None:
        if self.submission is None or self.row.approved_fen is None:
            return
        finance, whole = self._clerk("finance"), self.row.approved_fen
        parts = [whole] if self.rng.random() < 0.85 else [whole // 2, whole - whole // 2]
        for place, amount in enumerate(parts):
            moment = at - timedelta(minutes=30 - place * 10)
            paid = self.rows.add(
                Disbursement,
                id=self.make_id(moment),
                case_id=self.row.id,
                submission_id=self.submission.id,
                amount_fen=amount,
                paid_on=moment.astimezone(SHANGHAI).date(),
                by_id=finance.id,
                owner_id=self.row.owner_id,
                team_id=self.row.team_id,
                version=1,
                created_at=moment,
                updated_at=moment,
            )
            self._activity(moment, timeline.DISBURSED, finance.id, paid.id, amountFen=amount, voided=False)
        self.row.disbursed_fen = whole
        self.row.due_fen = (whole * self.row.fee_rate_ppm + 500_000) // 1_000_000 + self.row.fee_fixed_fen

    def _receive(self, at: datetime) -> None:
        finance, due = self._clerk("finance"), self.row.due_fen
        if due == 0:
            return
        fate = self.rng.random()
        amounts = [due] if fate < 0.75 else [due // 2 // 100 * 100] if fate < 0.87 else [due // 3, due - due // 3]
        moment = at - timedelta(minutes=20)
        if fate > 0.97:  # booked on the wrong case and taken back
            wrong = self._book(moment - timedelta(minutes=15), amounts[0], finance)
            self._book(moment - timedelta(minutes=5), -amounts[0], finance, reverses=wrong.id)
        for amount in amounts:
            self._book(moment, amount, finance)
            moment += timedelta(minutes=8)
        self._take_part(finance, Part.FINANCE)

    def _book(self, at: datetime, amount: int, finance: Employee, reverses: UUID | None = None) -> Record:
        row = self.rows.add(
            Receipt,
            id=self.make_id(at),
            case_id=self.row.id,
            amount_fen=amount,
            method=self.rng.choice((Method.TRANSFER, Method.TRANSFER, Method.WECHAT, Method.CARD)),
            received_on=at.astimezone(SHANGHAI).date(),
            recorded_at=at,
            by_id=finance.id,
            reverses_id=reverses,
            owner_id=self.row.owner_id,
            team_id=self.row.team_id,
        )
        NOTE.seal(self.cast.keys, row, "登记错了业务单，冲销" if reverses else None)
        self.row.received_fen += amount
        self._activity(at, RECORDED, finance.id, row.id, amountFen=amount)
        self.trail.write(self.trail.employee(finance, at), at, "finance.receipt_recorded", self.row.id, amount=amount)
        return row

    def _lose(self, change: events.StageChange) -> None:
        reason = LOST[change.lost_reason or "other"]
        if reason is LostReason.DECLINED:
            self._decide(change.at - timedelta(minutes=40), approved=False)
        elif self.submission is not None and self.submission.state == SubmissionState.SUBMITTED:
            self.submission.state, self.submission.decided_at = SubmissionState.WITHDRAWN, change.at
        self.row.lost_reason, self.row.closed_at = reason, change.at
        self._move(change.at, Stage.LOST, self.cast.sellers[change.by_index], reason=reason)

    # Rows

    def _move(self, at: datetime, kind: Stage, by: Employee, reason: str | None = None) -> None:
        row, stage = self.row, self.stages[kind]
        before: DemoStage | None = self.stages[Stage(row.stage_kind)] if row.stage_kind else None
        if before is stage:
            return
        self.rows.add(
            StageEvent,
            id=self.make_id(at),
            at=at,
            recorded_at=at,
            case_id=row.id,
            customer_id=row.customer_id,
            from_stage_id=before.id if before else None,
            to_stage_id=stage.id,
            from_kind=before.kind if before else None,
            to_kind=kind,
            back=before is not None and stage.position < before.position,
            by_id=by.id,
            reason=reason,
            seconds=int((at - row.stage_since).total_seconds()) if before else None,
            owner_id=row.owner_id,
            team_id=row.team_id,
            source_id=row.source_id,
            city=row.city,
            product_kind=row.product_kind,
            amount_fen=row.approved_fen or row.wanted_fen,
        )
        if before is not None:
            self._activity(at, timeline.MOVED, by.id, row.id, was=before.name, now=stage.name, reason=reason)
            row.previous_stage_id = before.id
            row.version += 1
        row.stage_id, row.stage_kind, row.stage_since = stage.id, kind, at
        row.stage_due_at = at + timedelta(hours=stage.sla_hours) if stage.sla_hours and kind is not Stage.LOST else None
        row.active_at = row.updated_at = at

    def _take_part(self, employee: Employee, part: Part) -> None:
        if (employee.id, part) not in self._parts:
            self._parts.add((employee.id, part))
            self.rows.add(CaseParticipant, case_id=self.row.id, employee_id=employee.id, part=part)

    def _clerk(self, post: str) -> Employee:
        return self.cast.clerks[post]

    def _activity(self, at: datetime, kind: str, actor_id: UUID, ref_id: UUID, **facts: Any) -> None:
        told = {"case": str(self.row.id), "number": self.row.number, **facts}
        self.rows.add(
            Activity, id=self.make_id(at), customer_id=self.customer.id, at=at, kind=kind, actor_id=actor_id, ref_id=ref_id, facts=told
        )
