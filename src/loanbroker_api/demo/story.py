"""Fourteen weeks of a working company: who arrived, who called whom, what came of it. Deterministic by seed; streams in order of arrival."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from random import Random

from loanbroker_api.demo.events import (
    Arrival,
    ContactKind,
    CustomerStory,
    FollowUp,
    Intent,
    NextKind,
    Outcome,
    OwnerChange,
    OwnerReason,
    Reveal,
    Stage,
    StageChange,
)
from loanbroker_api.demo.people import People, pick, wanted_amount
from loanbroker_api.demo.sellers import Salesperson
from loanbroker_api.demo.texts import (
    APPOINTMENT_NOTES,
    CASE_NOTES,
    CHANNELS,
    CONTRACT_NOTES,
    DECLINED_NOTES,
    NO_SHOW_NOTES,
    NOTES,
    PRODUCTS,
    REVEAL_REASONS,
    VISIT_NOTES,
    WITHDREW_NOTES,
    interested_note,
)
from loanbroker_api.demo.working_time import DAY, HOUR, MINUTE, Calendar, to_datetime, to_seconds

# Shares of all leads that get at least so far when worked by an average seller (domain.md's funnel per 100 bought leads).
VALID, REACHED, WILLING, APPOINTED, VISITED, SIGNED, SUBMITTED, APPROVED, DISBURSED = (
    0.80,
    0.48,
    0.17,
    0.059,
    0.035,
    0.018,
    0.017,
    0.011,
    0.010,
)
# Leads left lying and contacts let go cost so much that the shares above come out with them.
_LOST_UNTOUCHED, _LOST_ON_THE_WAY = 1.06, 1.06
_COMES_AGAIN, _SECOND_PHONE, _FORM_ASKS_ID = 0.06, 0.03, 0.08
_FRESH_WINDOW = 150 * MINUTE
_CHANNEL_INDEXES, _CHANNEL_WEIGHTS = tuple(range(len(CHANNELS))), tuple(accumulate(channel.share for channel in CHANNELS))
_PRODUCT_LIST, _PRODUCT_WEIGHTS = tuple(PRODUCTS), tuple(accumulate(PRODUCTS.values()))
_LOST_REASONS = ("no_qualification", "rate_too_high", "chose_another_broker", "withdrew", "other")


def tell_story(
    *, tenant_index: int, customers: int, seed: int, now: datetime, salespeople: Sequence[Salesperson]
) -> Iterator[CustomerStory]:
    """The customers of one tenant, oldest arrival first; nothing in it is later than `now`, except actions planned.

    Raises ValueError for a naive `now` or without salespeople.
    """
    if not salespeople:
        raise ValueError("a story needs salespeople")
    return _tell(tenant_index, customers, seed, to_seconds(now), salespeople)


def _tell(tenant_index: int, customers: int, seed: int, now: int, salespeople: Sequence[Salesperson]) -> Iterator[CustomerStory]:
    rng = Random(f"story:{tenant_index}:{seed}")  # noqa: S311 - a demo must come out the same each time
    calendar = Calendar(now)
    people = People(tenant_index=tenant_index, rng=rng, today=to_datetime(now).date())
    for number, received in enumerate(_arrival_times(customers, calendar, rng)):
        life = _Life(rng, calendar, salespeople, received)
        life.live()
        person = people.next_person(with_id_number=life.papers_seen or rng.random() < _FORM_ASKS_ID)
        phones = (person.phone,) if rng.random() >= _SECOND_PHONE else (person.phone, people.next_phone(person.city))
        yield CustomerStory(
            number=number,
            name=person.name,
            sex=person.sex,
            birth_date=person.birth_date,
            phones=phones,
            id_number=person.id_number,
            city_code=person.city.code,
            city=person.city.name,
            wanted=wanted_amount(rng),
            arrivals=tuple(life.arrivals),
            owners=tuple(life.owners),
            follow_ups=tuple(life.follow_ups),
            reveals=tuple(sorted(life.reveals, key=lambda reveal: reveal.at)),
            stages=tuple(life.stages),
        )


def _arrival_times(customers: int, calendar: Calendar, rng: Random) -> Iterator[int]:
    """In order and without a list of all: each is drawn as the least of those still to come (order statistics).

    The last few arrive within the last hours whatever the weights say, so that there is new work whenever the demo is opened.
    """
    fresh = min(customers, 12, max(3, customers // 60))
    starts, weights = calendar.arrival_hours()
    last = calendar.last_open_moment()
    begin_fresh = last - _FRESH_WINDOW
    done = 0.0
    for left in range(customers - fresh, 0, -1):
        done = 1.0 - (1.0 - done) * rng.random() ** (1.0 / left)
        mark = done * weights[-1]
        slot = min(bisect(weights, mark), len(starts) - 1)
        before = weights[slot - 1] if slot else 0.0
        yield min(starts[slot] + int((mark - before) / (weights[slot] - before) * HOUR), starts[slot] + HOUR - 1, begin_fresh)
    for place in range(fresh):
        yield begin_fresh + (place * 2 + 1) * _FRESH_WINDOW // (fresh * 2)


@dataclass(slots=True)
class _Life:
    """One customer's life, told forward in time; whatever would be later than now has not happened."""

    rng: Random
    calendar: Calendar
    salespeople: Sequence[Salesperson]
    received: int
    arrivals: list[Arrival] = field(default_factory=list[Arrival])
    owners: list[OwnerChange] = field(default_factory=list[OwnerChange])
    follow_ups: list[FollowUp] = field(default_factory=list[FollowUp])
    reveals: list[Reveal] = field(default_factory=list[Reveal])
    stages: list[StageChange] = field(default_factory=list[StageChange])
    papers_seen: bool = False
    owner: int = 0
    time: int = 0

    def live(self) -> None:
        self._arrive(self.received, pick(self.rng, _CHANNEL_INDEXES, _CHANNEL_WEIGHTS))
        self.time = self.received
        self._give(int(self.rng.random() * len(self.salespeople)), self.received + 2 + int(self.rng.random() * 25), OwnerReason.ASSIGNED)
        if self._left_lying():
            return
        self._work()
        if self.rng.random() < _COMES_AGAIN:
            self._come_again()

    # How the lead comes to someone who works it

    def _left_lying(self) -> bool:
        """Whether the lead waits unworked today. A leader or the pool's rule may have taken it from who left it lying."""
        rng, seller = self.rng, self.salespeople[self.owner]
        if rng.random() >= seller.leaves_unworked:
            return False
        if rng.random() < seller.reveals_without_contact:
            looked = self.received
            for _ in range(rng.randint(1, 3)):
                looked = self.calendar.at_work(looked + int(rng.uniform(10, 400) * MINUTE), rng)
                self._reveal(looked)
        moved = self.calendar.at_work(self.received + int(rng.uniform(1, 5) * DAY), rng)
        what = rng.random()
        if what < 0.45:
            others = [index for index, other in enumerate(self.salespeople) if other.team == seller.team and index != self.owner]
            if not others:
                return True
            return not self._give(rng.choice(others), moved, OwnerReason.REASSIGNED, seller.team)
        if what < 0.85 and self._to_pool(moved) and rng.random() < 0.4:
            claimed = self.calendar.at_work(moved + int(rng.uniform(0.1, 6) * DAY), rng)
            # Not the same one again: the pool's rule keeps a customer from who lost it.
            claimer = (self.owner + rng.randint(1, max(1, len(self.salespeople) - 1))) % len(self.salespeople)
            return not self._give(claimer, claimed, OwnerReason.CLAIMED)
        return True

    def _give(self, owner: int, at: int, reason: OwnerReason, leader_team: int | None = None) -> bool:
        if at > self.calendar.now:
            return False
        self.owners.append(OwnerChange(to_datetime(at), owner, reason, leader_team))
        self.owner, self.time = owner, at
        return True

    def _to_pool(self, at: int) -> bool:
        if at > self.calendar.now:
            return False
        self.owners.append(OwnerChange(to_datetime(at), None, OwnerReason.RECYCLED))
        return True

    # The work

    def _work(self) -> None:
        rng, seller = self.rng, self.salespeople[self.owner]
        delay = seller.first_contact_minutes * MINUTE * 2.718281828 ** rng.gauss(0, 0.9)
        if not self._reach_time(self.time + 20 + int(delay)):
            return
        fate = rng.random()
        if fate >= VALID:
            self._invalid()
        elif fate >= REACHED * _LOST_UNTOUCHED:
            self._never_reached()
        else:
            self._talk(seller)

    def _reach_time(self, at: int) -> bool:
        """Moves on to the working moment of `at`; False when that is still to come."""
        at = self.calendar.at_work(at, self.rng)
        if at > self.calendar.now:
            return False
        self.time = at
        return True

    def _invalid(self) -> None:
        if self.rng.random() < 0.25 and not self._no_answer(5 * HOUR):
            return
        self._record(Outcome.INVALID_NUMBER, None, self.rng.choice(NOTES["invalid_number"]))
        self._stage(Stage.LOST, "unreachable")

    def _never_reached(self) -> None:
        for attempt in range(self.rng.randint(2, 5)):
            if not self._no_answer(int((3, 20, 26, 50, 70)[attempt] * HOUR * self.rng.uniform(0.8, 1.4))):
                return
        self._record(Outcome.NO_ANSWER, None, self.rng.choice(NOTES["no_answer"]))
        if self.rng.random() < 0.7:
            self._to_pool(self.time + 3 * DAY)

    def _no_answer(self, wait: int) -> bool:
        """Recorded, with the next call planned; False where that call is not made (yet)."""
        return self._record_and_wait(Outcome.NO_ANSWER, None, self.rng.choice(NOTES["no_answer"]), wait, NextKind.CALL_BACK)

    def _talk(self, seller: Salesperson) -> None:
        rng = self.rng
        while rng.random() < 0.35:
            if not self._no_answer(int(rng.uniform(2, 26) * HOUR)):
                return
        self._stage(Stage.CONTACT)
        depth = rng.random() * REACHED / (seller.skill * _LOST_ON_THE_WAY)  # the smaller the further
        if depth >= WILLING:
            self._unwilling()
            return
        for _ in range(rng.randint(1, 3)):
            interested = rng.random() < 0.7
            outcome = Outcome.INTERESTED if interested else Outcome.CALL_AGAIN
            note = interested_note(rng) if interested else rng.choice(NOTES["call_again"])
            intent = Intent.B if depth < WILLING / 2 else Intent.C
            if not self._record_and_wait(
                outcome, intent, note, int(rng.uniform(0.8, 4) * DAY), NextKind.INVITE if interested else NextKind.CALL_BACK
            ):
                return
        if depth < APPOINTED:
            self._appointment(depth)
        elif rng.random() < 0.55:
            self._refuse()
        else:
            self._keep_warm()

    def _unwilling(self) -> None:
        rng = self.rng
        kind = rng.random()
        if kind < 0.3 and not self._record_and_wait(
            Outcome.CALL_AGAIN, Intent.C, rng.choice(NOTES["call_again"]), int(rng.uniform(0.2, 3) * DAY), NextKind.CALL_BACK
        ):
            return
        if kind > 0.88:
            self._record(Outcome.OTHER, Intent.D, rng.choice(NOTES["other"]))
            return
        self._refuse()

    def _refuse(self) -> None:
        self._record(Outcome.REFUSED, Intent.D, self.rng.choice(NOTES["refused"]))
        self._stage(Stage.LOST, self.rng.choice(_LOST_REASONS))

    def _keep_warm(self) -> None:
        """Wants something some day: a call a week, until it is refused or now is reached."""
        for _ in range(self.rng.randint(2, 5)):
            if not self._record_and_wait(
                Outcome.CALL_AGAIN, Intent.C, self.rng.choice(NOTES["call_again"]), int(self.rng.uniform(4, 10) * DAY), NextKind.CALL_BACK
            ):
                return
        self._refuse()

    def _appointment(self, depth: float) -> None:
        rng = self.rng
        self._stage(Stage.APPOINTMENT)
        note = rng.choice(APPOINTMENT_NOTES)
        if not self._record_and_wait(Outcome.INTERESTED, Intent.A, note, int(rng.uniform(0.7, 3) * DAY), NextKind.VISIT, stall=False):
            return
        if depth >= VISITED:
            if not self._record_and_wait(
                Outcome.CALL_AGAIN, Intent.B, rng.choice(NO_SHOW_NOTES), int(rng.uniform(1, 6) * DAY), NextKind.INVITE
            ):
                return
            self._refuse()
            return
        self._stage(Stage.VISIT)
        going_on = depth < SIGNED
        note = rng.choice(VISIT_NOTES)
        wait = int(rng.uniform(0.5, 3 if going_on else 5) * DAY)
        if not self._record_and_wait(Outcome.INTERESTED, Intent.A, note, wait, NextKind.DOCUMENTS, kind=ContactKind.VISIT, stall=False):
            return
        self.papers_seen = True
        if going_on:
            self._case(depth)
        else:
            self._refuse()

    def _case(self, depth: float) -> None:
        """From contract to receipt, as far as fate and time allow."""
        rng = self.rng
        self._stage(Stage.CONTRACT)
        steps: list[tuple[Stage, float, float]] = []
        if depth < SUBMITTED:
            steps.append((Stage.SUBMITTED, 0.3, 3))
            if rng.random() < 0.3:
                steps += [(Stage.MORE_DOCUMENTS, 0.5, 2), (Stage.SUBMITTED, 0.5, 3)]
        if depth < APPROVED:
            steps.append((Stage.APPROVAL, 1, 5))
        if depth < DISBURSED:
            if rng.random() < 0.25:
                steps.append((Stage.COLLATERAL, 1, 4))
            steps += [(Stage.DISBURSED, 1, 5), (Stage.RECEIVED, 0.1, 4)]
        note = rng.choice(CONTRACT_NOTES)
        for stage, least, most in steps:
            wait = int(rng.uniform(least, most) * DAY)
            if not self._record_and_wait(
                Outcome.INTERESTED, Intent.A, note, wait, NextKind.DOCUMENTS, kind=ContactKind.WECHAT, stall=False
            ):
                return
            self._stage(stage)
            note = rng.choice(CASE_NOTES[stage.value])
        self._record(Outcome.INTERESTED, Intent.A, note, kind=ContactKind.WECHAT)
        if depth >= DISBURSED and self._reach_time(self.time + int(rng.uniform(2, 8) * DAY)):
            declined = APPROVED <= depth < SUBMITTED
            self._record(Outcome.REFUSED, Intent.D, rng.choice(DECLINED_NOTES if declined else WITHDREW_NOTES))
            self._stage(Stage.LOST, "declined_by_lender" if declined else "withdrew")

    # One contact

    def _record_and_wait(
        self,
        outcome: Outcome,
        intent: Intent | None,
        note: str,
        wait: int,
        next_kind: NextKind,
        *,
        kind: ContactKind = ContactKind.CALL,
        stall: bool = True,
    ) -> bool:
        """A contact with the next one planned; moves on to that one. False where it is still to come, or was let lie and is late."""
        rng = self.rng
        planned = self.calendar.at_work(self.time + wait, rng)
        if self.calendar.now < planned:
            planned = self._perhaps_today(planned)
        self._record(outcome, intent, note, kind=kind, planned=planned, next_kind=next_kind)
        if planned > self.calendar.now:
            return False
        if stall and rng.random() < self.salespeople[self.owner].stalls:
            if rng.random() < 0.6:
                self._to_pool(planned + 3 * DAY)
            return False
        lateness = int(rng.uniform(0, 6 * HOUR)) if rng.random() < 0.25 else int(rng.uniform(0, 15 * MINUTE))
        return self._reach_time(planned + lateness)

    def _perhaps_today(self, planned: int) -> int:
        """Some of what is planned for the next days is due this evening, so that today's list is never empty."""
        now = self.calendar.now
        closing = now // DAY * DAY + 20 * HOUR
        if planned - now < 2 * DAY and now + 20 * MINUTE < closing and self.rng.random() < 0.3:
            return now + 10 * MINUTE + int(self.rng.random() * (closing - now - 10 * MINUTE)) // MINUTE * MINUTE
        return planned

    def _record(
        self,
        outcome: Outcome,
        intent: Intent | None,
        note: str,
        *,
        kind: ContactKind = ContactKind.CALL,
        planned: int | None = None,
        next_kind: NextKind | None = None,
    ) -> None:
        at = to_datetime(self.time)
        if kind is ContactKind.CALL and self.rng.random() < 0.12:
            self._reveal(self.time - 20 - int(self.rng.random() * 60))
        self.follow_ups.append(
            FollowUp(at, self.owner, kind, outcome, intent, note, None if planned is None else to_datetime(planned), next_kind)
        )

    def _reveal(self, at: int) -> None:
        if self.received < at <= self.calendar.now:
            self.reveals.append(Reveal(to_datetime(at), self.owner, self.rng.choice(REVEAL_REASONS)))

    def _stage(self, stage: Stage, lost_reason: str | None = None) -> None:
        if not self.stages or self.stages[-1].stage is not stage:
            self.stages.append(StageChange(to_datetime(self.time), stage, self.owner, lost_reason))

    # The lead itself

    def _arrive(self, at: int, channel_index: int) -> None:
        rng, channel = self.rng, CHANNELS[channel_index]
        self.arrivals.append(
            Arrival(
                at=to_datetime(at),
                channel_index=channel_index,
                product=pick(rng, _PRODUCT_LIST, _PRODUCT_WEIGHTS),
                campaign=rng.choice(channel.campaigns) if channel.campaigns else None,
                creative=rng.choice(channel.creatives) if channel.creatives else None,
                keyword=rng.choice(channel.keywords) if channel.keywords else None,
                landing_page=channel.landing_page,
            )
        )

    def _come_again(self) -> None:
        """The same person fills in another form, at a likely hour, mostly elsewhere."""
        day = self.received // DAY + self.rng.randint(1, 40)
        at = day * DAY + int(self.rng.uniform(9, 22.5) * HOUR)
        if at >= self.calendar.now:
            return
        self._arrive(at, pick(self.rng, _CHANNEL_INDEXES, _CHANNEL_WEIGHTS))
        last = self.owners[-1]
        if last.owner_index is None and last.at < self.arrivals[-1].at:  # from the pool back to someone, who begins anew
            self._give(int(self.rng.random() * len(self.salespeople)), at + 10, OwnerReason.ASSIGNED)
            self._work()
