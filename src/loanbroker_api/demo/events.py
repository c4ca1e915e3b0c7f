"""What can happen to a customer of the demo, as plain data. Times are aware, in Asia/Shanghai."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from loanbroker_api.core.normalize.amounts import AmountRange
from loanbroker_api.core.normalize.idcards import Sex


class Stage(StrEnum):
    """The customer's scale (ux.md's tones) as far as the demo goes."""

    LEAD = "lead"
    CONTACT = "contact"
    APPOINTMENT = "appointment"
    VISIT = "visit"
    CONTRACT = "contract"
    SUBMITTED = "submitted"
    MORE_DOCUMENTS = "more_documents"
    APPROVAL = "approval"
    COLLATERAL = "collateral"
    DISBURSED = "disbursed"
    RECEIVED = "received"
    LOST = "lost"


class Outcome(StrEnum):
    INTERESTED = "interested"
    CALL_AGAIN = "call_again"
    NO_ANSWER = "no_answer"
    INVALID_NUMBER = "invalid_number"
    REFUSED = "refused"
    OTHER = "other"


class Intent(StrEnum):
    A = "A"
    B = "B"
    C = "C"
    D = "D"


class ContactKind(StrEnum):
    CALL = "call"
    WECHAT = "wechat"
    VISIT = "visit"


class NextKind(StrEnum):
    CALL_BACK = "call_back"  # 客户回访
    INVITE = "invite"  # 客户邀约
    VISIT = "visit"  # 客户上门
    DOCUMENTS = "documents"  # 提交资料


class OwnerReason(StrEnum):
    ASSIGNED = "assigned"
    REASSIGNED = "reassigned"  # by the leader of `leader_team`
    RECYCLED = "recycled"  # to the pool; no owner
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One lead. The first made the customer; a later one is the same person coming again, perhaps through another channel."""

    at: datetime
    channel_index: int  # into texts.CHANNELS
    product: str
    campaign: str | None
    creative: str | None
    keyword: str | None
    landing_page: str | None


@dataclass(frozen=True, slots=True)
class OwnerChange:
    at: datetime
    owner_index: int | None  # into the salespeople that the story was told with; None is the pool
    reason: OwnerReason
    leader_team: int | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    at: datetime
    by_index: int
    kind: ContactKind
    outcome: Outcome
    intent: Intent | None
    note: str
    next_action_at: datetime | None
    next_action_kind: NextKind | None


@dataclass(frozen=True, slots=True)
class Reveal:
    """Someone looked at the phone. Without a follow-up by the same person soon after, it is what 私单 signals count."""

    at: datetime
    by_index: int
    reason: str


@dataclass(frozen=True, slots=True)
class StageChange:
    at: datetime
    stage: Stage
    by_index: int
    lost_reason: str | None = None  # domain.md's list, only with LOST


@dataclass(frozen=True, slots=True)
class CustomerStory:
    """Everything of one customer up to now; each tuple in order of time."""

    number: int
    name: str
    sex: Sex
    birth_date: date
    phones: tuple[str, ...]
    id_number: str | None  # known only to those who got far, and to a few forms that asked
    city_code: int
    city: str
    wanted: AmountRange
    arrivals: tuple[Arrival, ...]
    owners: tuple[OwnerChange, ...]
    follow_ups: tuple[FollowUp, ...]
    reveals: tuple[Reveal, ...]
    stages: tuple[StageChange, ...]

    @property
    def received_at(self) -> datetime:
        return self.arrivals[0].at

    @property
    def channel_index(self) -> int:
        return self.arrivals[0].channel_index

    @property
    def owner_index(self) -> int | None:
        return self.owners[-1].owner_index if self.owners else None

    @property
    def stage(self) -> Stage:
        return self.stages[-1].stage if self.stages else Stage.LEAD

    @property
    def intent(self) -> Intent | None:
        return next((follow_up.intent for follow_up in reversed(self.follow_ups) if follow_up.intent is not None), None)

    @property
    def next_action_at(self) -> datetime | None:
        return self.follow_ups[-1].next_action_at if self.follow_ups else None
