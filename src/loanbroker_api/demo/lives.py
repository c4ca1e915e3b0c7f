"""From a story to rows: each event writes what the services would have written at that moment (customers/service, channels/processing).

What they decide is asked of them (the adapter's normal form, the round robin's explanation); what they write is repeated here row by row,
since three thousand customers through the services would take minutes. tests/demo/test_seed.py reads the rows back through them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from loanbroker_api.access.models import Employee
from loanbroker_api.channels.adapters import GENERIC
from loanbroker_api.core.explain import Explanation, Verdict
from loanbroker_api.core.ids import id_at
from loanbroker_api.core.normalize.phones import Phone, phone_region
from loanbroker_api.core.normalize.tokens import search_tokens
from loanbroker_api.customers.events import NEXT_ACTION
from loanbroker_api.customers.models import (
    CONNECTED,
    FOLLOW_UP_NOTE,
    ID_NUMBER,
    NAME,
    PHONE,
    Activity,
    Customer,
    CustomerPhone,
    CustomerToken,
    FollowUp,
    Intent,
    NextActionKind,
    Outcome,
    OwnershipEvent,
    Reveal,
    Stage,
)
from loanbroker_api.customers.service.leads import IncomingLead
from loanbroker_api.customers.service.ownership import FIRST_CONTACT_WITHIN
from loanbroker_api.customers.tasks import HANDED_CUSTOMER, NEW_CUSTOMER
from loanbroker_api.demo import events
from loanbroker_api.demo.bulk import Record, Rows
from loanbroker_api.demo.cases import Customer as Borrower
from loanbroker_api.demo.cases import write_case
from loanbroker_api.demo.cast import Cast
from loanbroker_api.demo.deliveries import delivery_row, lead_body, lead_row
from loanbroker_api.demo.means import States, write_means
from loanbroker_api.demo.trail import Doer, Trail
from loanbroker_api.notifications.models import Notification
from loanbroker_api.workspace.models import Todo

STAGES = {
    events.Stage.LEAD: Stage.LEAD,
    events.Stage.CONTACT: Stage.CONTACT,
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
NEXT_KINDS = {
    events.NextKind.CALL_BACK: NextActionKind.CALL,
    events.NextKind.INVITE: NextActionKind.CALL,
    events.NextKind.VISIT: NextActionKind.VISIT,
    events.NextKind.DOCUMENTS: NextActionKind.OTHER,
}
REASONS = {"外呼联系": "call", "回拨未接来电": "call", "核对资料": "verify", "加微信": "other"}
NOTICES_KEPT = timedelta(days=3)
TODOS_KEPT = timedelta(days=7)


def write_life(cast: Cast, rows: Rows, story: events.CustomerStory) -> None:
    """Everything of one customer, into `rows`."""
    _Life(cast, rows, story).write()


class _Life:
    """One customer's rows in the order of time; the customer's own row shows what the last event left."""

    def __init__(self, cast: Cast, rows: Rows, story: events.CustomerStory) -> None:
        self.cast, self.rows, self.story = cast, rows, story
        self.now = cast.plan.now
        self.rng = cast.plan.rng(story.number)
        self._last_id = (story.received_at, 0)
        self.trail = Trail(cast, rows, self.id)
        self.stage_at = {change.at: STAGES[change.stage] for change in story.stages}
        self.channel = cast.channels[story.channel_index]
        self.owner: Employee | None = None
        self.todo: Record | None = None
        self.notice: Record | None = None
        self.phone_ids: list[UUID] = []
        self.customer = rows.add(
            Customer,
            id=self.id(story.received_at),
            kind="person",
            stage=Stage.LEAD,
            source_id=self.channel[0],
            team_id=self.channel[2],
            lead_count=1,
            active_at=story.received_at,
            version=2,
            created_at=story.received_at,
            updated_at=story.received_at,
        )
        self.states = States(rows, self.id, self.customer, self.rng)

    def id(self, at: datetime) -> UUID:
        """Ids of one moment rise in the order of writing, as the process's own do."""
        last, count = self._last_id
        self._last_id = at, count + 1 if at == last else 0
        return id_at(at + timedelta(milliseconds=self._last_id[1]), self.rng)

    def write(self) -> None:
        story = self.story
        happened: list[tuple[datetime, int, Callable[[Any], None], Any]] = [
            *((one.at, 0, self._arrive, one) for one in story.arrivals),
            *((one.at, 1, self._own, one) for one in story.owners),
            *((one.at, 2, self._reveal, one) for one in story.reveals),
            *((one.at, 3, self._follow_up, one) for one in story.follow_ups),
        ]
        happened.sort(key=lambda one: one[:2])
        for _, _, write, what in happened:
            write(what)
        known = write_means(self.rows, self.id, story, self.customer, self.cast)
        borrower = Borrower(self.customer.id, self.customer.source_id, self.customer.city, known)
        write_case(self.cast, self.rows, self.trail, self.id, story, borrower)
        if self.notice is not None and self.notice.created_at < self.now - timedelta(days=1):
            self.notice.read_at = self.notice.created_at + timedelta(hours=3)

    # The lead

    def _arrive(self, arrival: events.Arrival) -> None:
        channel = self.cast.channels[arrival.channel_index]
        created = not self.phone_ids
        delivery = f"msg_{self.rng.getrandbits(96):024x}"
        body = lead_body(self.story, arrival, self.rng)
        lead = GENERIC.parse(body).to_lead(source_id=channel[0], delivery_key=delivery, received_at=arrival.at)
        inbox_id = self.id(arrival.at)
        if created:
            self._create(lead)
        else:
            self._touch(lead)
        lead_row(self.rows, self.id(arrival.at), self.customer.id, lead)
        self._activity(arrival.at, "lead_received", channel[0], {"source": str(channel[0]), "created": created})
        doer = self.trail.channel(channel[0], channel[1])
        self.trail.write(
            doer, arrival.at, "customers.created" if created else "customers.touched", self.customer.id, source=str(channel[0])
        )
        self.channel = channel
        if created:
            decision = {**_explained("customers.lead.created", "yes", "新客户"), "children": self._first_turn()}
        else:
            decision = _explained("customers.lead.touched", "info", "已有客户再次留资，已通知归属人")
        row = delivery_row(self.rows, inbox_id, self.customer.id, lead, delivery)
        row.body_enc = self.cast.keys.encrypt("inbox", "body", inbox_id, body)
        row.state, row.explanation = "done" if created else "duplicate", decision

    def _create(self, lead: IncomingLead) -> None:
        customer, keys = self.customer, self.cast.keys
        NAME.seal(keys, customer, lead.name)
        customer.city = lead.city
        if lead.wanted is not None:
            customer.wanted_from_fen, customer.wanted_to_fen = lead.wanted.from_fen, lead.wanted.to_fen
        id_number = self.story.id_number
        ID_NUMBER.seal(keys, customer, id_number)
        if id_number is not None:
            customer.sex, customer.birth_year = self.story.sex.value, self.story.birth_date.year
        for phone in lead.phones:
            self._add_phone(lead.received_at, phone)
        tokens = {keys.token(kind, value) for kind, value in search_tokens(lead.name or "", lead.phones, id_number)}
        for token in sorted(tokens):
            self.rows.add(CustomerToken, token=token, customer_id=customer.id)

    def _add_phone(self, at: datetime, phone: Phone) -> None:
        region = phone_region(phone.value)
        row = self.rows.add(
            CustomerPhone,
            id=self.id(at),
            customer_id=self.customer.id,
            blind=self.cast.keys.blind("phone", phone.value),
            kind=phone.kind.value,
            is_primary=not self.phone_ids,
            province=region.province if region else None,
            city=region.city if region else None,
            carrier=region.carrier if region else None,
            created_at=at,
        )
        PHONE.seal(self.cast.keys, row, phone.value)
        if not self.phone_ids:
            self.customer.phone_masked = row.phone_masked
        self.phone_ids.append(row.id)

    def _touch(self, lead: IncomingLead) -> None:
        customer = self.customer
        customer.lead_count += 1
        customer.active_at = max(customer.active_at, lead.received_at)
        if customer.stage == Stage.LOST:
            self.states.stage(lead.received_at, Stage.LEAD, None, "lead")
        self._changed(lead.received_at)

    def _first_turn(self) -> list[dict[str, Any]]:
        first = next(iter(self.story.owners), None)
        return [] if first is None or first.owner_index is None else [self.cast.turn(self.cast.sellers[first.owner_index])]

    # Owners

    def _own(self, change: events.OwnerChange) -> None:
        customer, at = self.customer, change.at
        previous, owner = self.owner, None if change.owner_index is None else self.cast.sellers[change.owner_index]
        kind, doer, explanation = self._decision(change, owner)
        self.owner = owner
        customer.owner_id = owner.id if owner else None
        customer.team_id = owner.unit_id if owner else customer.team_id
        customer.owned_since = at if owner else None
        if self._value("first_contacted_at") is None:
            customer.first_contact_due_at = at + FIRST_CONTACT_WITHIN if owner else None
        self.rows.add(
            OwnershipEvent,
            id=self.id(at),
            customer_id=customer.id,
            at=at,
            kind=kind,
            owner_id=customer.owner_id,
            previous_owner_id=previous.id if previous else None,
            team_id=customer.team_id,
            by_id=doer.id,
            explanation=explanation,
        )
        self._hand_todo(at)
        ids = {"owner": _text(customer.owner_id), "previous": _text(previous.id if previous else None)}
        self._activity(at, "assigned", doer.id, {**ids, "how": kind})
        self.trail.write(doer, at, "customers.owner_changed", customer.id, **ids, how=kind)
        self._changed(at)
        if owner is not None and doer.id != owner.id:
            self._notify(at, owner, NEW_CUSTOMER if doer.kind != "employee" else HANDED_CUSTOMER)

    def _decision(self, change: events.OwnerChange, owner: Employee | None) -> tuple[str, Doer, dict[str, Any]]:
        if owner is None:
            code, text = "customers.recycle.not-followed", "超过规定时间没有跟进，按规则收回公有池"
            return "released", self.trail.system("recycle"), _explained(code, "yes", text)
        if change.reason is events.OwnerReason.REASSIGNED and change.leader_team is not None:
            leader = self.cast.leaders[change.leader_team]
            text = f"{leader.display_name} 分配给 {owner.display_name}"
            explanation = _explained("customers.assign.by-hand", "yes", text, commented=False)
            return "transferred", self.trail.employee(leader, change.at), explanation
        if change.reason is events.OwnerReason.CLAIMED:
            text = f"{owner.display_name} 从公有池领取"
            return "assigned", self.trail.employee(owner, change.at), _explained("customers.assign.claimed", "yes", text)
        return "assigned", self.trail.channel(self.channel[0], self.channel[1]), self.cast.turn(owner)

    def _hand_todo(self, at: datetime) -> None:
        if self.owner is None:
            self._close_todo(at)
            self.customer.next_action_at = self.customer.next_action_kind = None
        elif self.todo is not None:
            self.todo.employee_id = self.owner.id
            self.todo.version += 1
            self.todo.updated_at = at

    def _notify(self, at: datetime, owner: Employee, kind: str) -> None:
        self.notice = None
        if at > self.now - NOTICES_KEPT:
            self.notice = self.rows.add(
                Notification,
                id=self.id(at),
                employee_id=owner.id,
                kind=kind,
                subject_type="customer",
                subject_id=self.customer.id,
                facts={},
                created_at=at,
                read_at=None,
            )

    # The work

    def _reveal(self, reveal: events.Reveal) -> None:
        employee = self.cast.sellers[reveal.by_index]
        facts = {"field": "phone", "reason": REASONS[reveal.reason]}
        row_id = self.id(reveal.at)
        self.rows.add(Reveal, id=row_id, employee_id=employee.id, customer_id=self.customer.id, at=reveal.at, **facts)
        self._activity(reveal.at, "revealed", employee.id, facts)
        doer = self.trail.employee(employee, reveal.at)
        self.trail.write(doer, reveal.at, "customers.revealed", self.customer.id, **facts, subject=str(self.phone_ids[0]))

    def _follow_up(self, told: events.FollowUp) -> None:
        customer, at = self.customer, told.at
        employee = self.cast.sellers[told.by_index]
        outcome = Outcome[told.outcome.name]
        kind = NEXT_KINDS[told.next_action_kind].value if told.next_action_kind else None
        row = self.rows.add(
            FollowUp,
            id=self.id(at),
            customer_id=customer.id,
            employee_id=employee.id,
            team_id=customer.team_id,
            at=at,
            outcome=outcome,
            intent=Intent[told.intent.name] if told.intent else None,
            next_action_at=told.next_action_at,
            next_action_kind=kind if told.next_action_at else None,
        )
        FOLLOW_UP_NOTE.seal(self.cast.keys, row, told.note or None)
        before = customer.stage
        self._move(row, outcome, employee.id)
        self._put_todo(row)
        if self.notice is not None and self.notice.employee_id == employee.id:
            self.notice.read_at, self.notice = at, None
        self._activity(at, "follow_up", employee.id, {"outcome": outcome.name.lower()}, row.id)
        if customer.stage != before:
            was, now = Stage(before).name.lower(), Stage(customer.stage).name.lower()
            self._activity(at, "stage_changed", employee.id, {"was": was, "now": now})
        doer = self.trail.employee(employee, at)
        self.trail.write(doer, at, "customers.followed_up", customer.id, follow_up=str(row.id), outcome=outcome.name.lower())
        self._changed(at)

    def _move(self, row: Record, outcome: Outcome, by_id: UUID) -> None:
        customer = self.customer
        customer.last_follow_up_at, customer.last_outcome = row.at, outcome
        customer.active_at = max(customer.active_at, row.at)
        customer.first_contact_due_at = None
        customer.first_contacted_at = self._value("first_contacted_at") or row.at
        self.states.contact(row.at, outcome, by_id)
        if row.intent is not None:
            self.states.intent(row.at, row.intent, by_id)
        stage = self.stage_at.get(row.at)
        if stage is not None:
            self.states.stage(row.at, stage, by_id)
        elif outcome in CONNECTED and customer.stage == Stage.LEAD:
            self.states.stage(row.at, Stage.CONTACT, by_id)
        customer.next_action_at, customer.next_action_kind = row.next_action_at, row.next_action_kind

    def _put_todo(self, row: Record) -> None:
        self._close_todo(row.at)
        if row.next_action_at is None or self.owner is None:
            return
        # What was done long ago is not kept: to-dos are for working on.
        keep = row.next_action_at > self.now - TODOS_KEPT or self._stays_open(row)
        values: dict[str, Any] = {
            "id": self.id(row.at),
            "employee_id": self.owner.id,
            "kind": NEXT_ACTION,
            "subject_type": "customer",
            "subject_id": self.customer.id,
            "due_at": row.next_action_at,
            "done_at": None,
            "facts": {"kind": row.next_action_kind},
            "version": 1,
            "created_at": row.at,
            "updated_at": row.at,
        }
        self.todo = self.rows.add(Todo, **values) if keep else Record(**values)

    def _stays_open(self, row: Record) -> bool:
        released = any(change.owner_index is None and change.at > row.at for change in self.story.owners)
        return not released and self.story.follow_ups[-1].at == row.at

    def _close_todo(self, at: datetime) -> None:
        if self.todo is not None:
            self.todo.done_at = self.todo.updated_at = at
            self.todo.version += 1
            self.todo = None

    # What every event does

    def _value(self, name: str) -> Any:
        return getattr(self.customer, name, None)

    def _changed(self, at: datetime) -> None:
        self.customer.version += 1
        self.customer.updated_at = max(self.customer.updated_at, at)

    def _activity(self, at: datetime, kind: str, actor_id: UUID | None, facts: dict[str, Any], ref_id: UUID | None = None) -> None:
        self.rows.add(
            Activity, id=self.id(at), customer_id=self.customer.id, at=at, kind=kind, actor_id=actor_id, ref_id=ref_id, facts=facts
        )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _explained(code: str, verdict: Verdict, text: str, **facts: Any) -> dict[str, Any]:
    return Explanation(code, verdict, text, facts).to_json()
