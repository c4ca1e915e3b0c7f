"""What crosses the wire about login policies. `PolicyParts` is also what is stored: a part that is null is off."""

from datetime import date
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from loanbroker_api.core.schemas import ExplanationOut, InSchema, OutSchema, PersonRef, ShortText, When, example

ClientKind = Literal["web", "ios", "android", "wechat_mp", "terminal", "api"]


def _network(value: str) -> str:
    """A CIDR network in its canonical form; a single address is a network of one."""
    try:
        return str(ip_network(value.strip(), strict=False))
    except ValueError as error:
        raise PydanticCustomError("cidr", "not a CIDR network") from error


def _address(value: str) -> str:
    try:
        return str(ip_address(value.strip()))
    except ValueError as error:
        raise PydanticCustomError("ip", "not an IP address") from error


def _clock(value: str) -> str:
    hour, _, minute = value.partition(":")
    if not (len(value) == 5 and hour.isdigit() and minute.isdigit() and ((int(hour) < 24 and int(minute) < 60) or value == "24:00")):
        raise PydanticCustomError("clock", "not a time HH:MM")
    return value


Network = Annotated[str, Field(max_length=64), AfterValidator(_network), Field(description="CIDR，IPv4 或 IPv6", examples=["10.0.0.0/8"])]
Address = Annotated[str, Field(max_length=64), AfterValidator(_address)]
ClockTime = Annotated[str, Field(max_length=5), AfterValidator(_clock), Field(examples=["08:30"])]
Networks = Annotated[list[Network], Field(max_length=500)]


class DevicePart(InSchema):
    """At most `max` devices of this kind of client; a first use binds, or waits for a leader."""

    max: Annotated[int, Field(ge=1, le=20)]
    first_use: Annotated[Literal["bind", "approve"], Field(description="首次使用：直接绑定，或由上级批准")] = "bind"


class IpPart(InSchema):
    """Refused when in `deny`; where `allow` is not empty, refused when not in it."""

    allow: Annotated[Networks, Field(default_factory=list)]
    deny: Annotated[Networks, Field(default_factory=list)]


class RegionPart(InSchema):
    """Provinces (two digits) and cities (six digits) one may sign in from, by GB/T 2260 codes."""

    allow: Annotated[list[Annotated[str, Field(pattern=r"^\d{2}(\d{4})?$")]], Field(min_length=1, max_length=400)]
    unknown: Annotated[Literal["refuse", "allow", "approve"], Field(description="查不到归属地时：拒绝、放行、由上级批准")] = "refuse"


class Window(InSchema):
    """From `start` until `end` on each of `days` (1 Monday … 7 Sunday); an end at or before the start is on the next day."""

    days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]
    start: ClockTime
    end: ClockTime


class TimePart(InSchema):
    """Weekly windows in Asia/Shanghai. On holidays none is open unless `holidays` is open; a make-up workday counts as a workday.

    A window belongs to the day it starts on: what runs past midnight goes on, whatever the next day is.
    """

    windows: Annotated[list[Window], Field(min_length=1, max_length=21)]
    holidays: Annotated[Literal["closed", "open"], Field(description="法定节假日：关闭，或按星期")] = "closed"
    makeup: Annotated[Literal["workday", "weekday"], Field(description="调休上班日：按周一至周五中最宽的一天，或按星期")] = "workday"


class AttemptsPart(InSchema):
    """`failures` wrong passwords lock for `minutes`, twice as long each time in a row, up to `max_minutes`; `ip_failures` likewise per address."""

    failures: Annotated[int, Field(ge=3, le=20)]
    minutes: Annotated[int, Field(ge=1, le=1_440)]
    max_minutes: Annotated[int, Field(ge=1, le=10_080)] = 1_440
    ip_failures: Annotated[int, Field(ge=5, le=1_000)] = 50


class IdlePart(InSchema):
    minutes: Annotated[int, Field(ge=1, le=1_440)]


class SessionsPart(InSchema):
    """At most `max` live sessions of this kind of client; one more ends the oldest, or is refused. `hours` is their absolute lifetime."""

    max: Annotated[int, Field(ge=1, le=50)]
    beyond: Annotated[Literal["newest_wins", "refuse"], Field(description="超出时：结束最早的，或拒绝新的")] = "newest_wins"
    hours: Annotated[int, Field(ge=1, le=2_160)] = 24


class UnusualPart(InSchema):
    """What makes a login unusual; null switches one sign off."""

    new_device_and_place: bool = True
    travel_kmh: Annotated[int | None, Field(ge=100, le=5_000)] = 900
    off_hours_minutes: Annotated[int | None, Field(ge=15, le=720, description="离平时登录时刻超过多少分钟")] = 60
    accounts_per_ip: Annotated[int | None, Field(ge=2, le=1_000, description="同一 IP 24 小时内登录的账号数超过多少")] = 10


class FactorPart(InSchema):
    """A second factor at each login, and which acts must be confirmed again within `step_up_minutes`."""

    required: bool = True
    kinds: Annotated[list[Literal["totp", "passkey"]], Field(min_length=1, default_factory=lambda: ["totp", "passkey"])]
    step_up: Annotated[list[Literal["reveal", "export", "policies"]], Field(default_factory=lambda: ["reveal", "export", "policies"])]
    step_up_minutes: Annotated[int, Field(ge=1, le=60)] = 5


class PolicyParts(InSchema):
    """The parts of a policy; null is off. For an employee, a part named in `overrides` replaces those of his roles, also when it is null."""

    device: DevicePart | None = None
    ip: IpPart | None = None
    region: RegionPart | None = None
    time: TimePart | None = None
    attempts: AttemptsPart | None = None
    idle: IdlePart | None = None
    sessions: SessionsPart | None = None
    unusual: UnusualPart | None = None
    factor: FactorPart | None = None


PartName = Literal["device", "ip", "region", "time", "attempts", "idle", "sessions", "unusual", "factor"]
PART_NAMES: tuple[PartName, ...] = ("device", "ip", "region", "time", "attempts", "idle", "sessions", "unusual", "factor")

_EXAMPLE = {
    "time": {"windows": [{"days": [1, 2, 3, 4, 5, 6], "start": "08:30", "end": "20:30"}]},
    "ip": {"allow": ["203.0.113.0/24", "2001:db8::/32"]},
    "idle": {"minutes": 15},
}


class PolicyIn(InSchema):
    """The policy of one role or one employee on one kind of client."""

    model_config = example(roleId="01a20f5f-9a36-71bf-b920-d9578149c4b8", client="web", parts=_EXAMPLE)

    role_id: UUID | None = None
    employee_id: UUID | None = None
    client: ClientKind
    parts: PolicyParts
    overrides: Annotated[
        list[PartName], Field(default_factory=list, max_length=9, description="只用于员工：这些部分取代其角色的，包括关闭")
    ]

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.role_id is None) == (self.employee_id is None):
            raise PydanticCustomError("policy_subject", "name either roleId or employeeId")
        return self


class PolicyUpdate(InSchema):
    model_config = example(parts=_EXAMPLE)

    parts: PolicyParts
    overrides: Annotated[list[PartName], Field(default_factory=list, max_length=9)]


class PolicySubject(OutSchema):
    kind: Literal["role", "employee"]
    id: UUID
    name: str


class PolicyOut(OutSchema):
    id: UUID
    version: int
    subject: PolicySubject
    client: ClientKind
    parts: PolicyParts
    overrides: list[PartName]
    sentences: Annotated[list[str], Field(description="每个部分读出来的一句话")]
    updated_at: When


class PoliciesOut(OutSchema):
    items: list[PolicyOut]


class PolicyFilter(InSchema):
    role_id: Annotated[UUID | None, Field(description="角色的策略")] = None
    employee_id: Annotated[UUID | None, Field(description="员工自己的策略")] = None
    client: Annotated[ClientKind | None, Field(description="客户端")] = None


class TryIn(InSchema):
    """Could this employee sign in from here now? `at` defaults to now; `device` says what the client would show."""

    model_config = example(employeeId="01a20f5f-9a36-71bf-b920-d9578149c4b8", client="web", ip="114.114.114.114", device="new")

    employee_id: UUID
    client: ClientKind
    ip: Address
    at: When | None = None
    device: Literal["new", "known", "bound"] = "known"
    draft: PolicyIn | None = None


class TryOut(OutSchema):
    allowed: bool
    code: Annotated[str | None, Field(description="拒绝的 code")]
    message: str | None
    rule: Annotated[str | None, Field(description="起决定作用的规则")]
    then: Annotated[Literal["signed_in", "factor", "approval"] | None, Field(description="放行后的下一步")]
    place: Annotated[str, Field(description="IP 归属地")]
    explanation: ExplanationOut


class ImpactIn(InSchema):
    """Who would be shut out by this draft, judged on the logins of the last `days`."""

    model_config = example(draft={"roleId": "01a20f5f-9a36-71bf-b920-d9578149c4b8", "client": "web", "parts": _EXAMPLE}, days=30)

    draft: PolicyIn
    days: Annotated[int, Field(ge=1, le=90)] = 30


class ShutOut(OutSchema):
    employee: PersonRef
    logins: int
    refused: int
    reasons: Annotated[dict[str, int], Field(description="按拒绝的 code 计数")]
    last_refused_at: When | None


class LiveEffect(OutSchema):
    employee: PersonRef
    session_id: UUID
    client: ClientKind
    place: str
    code: str
    message: str


class ImpactOut(OutSchema):
    since: When
    logins: int
    refused: int
    people: int
    people_refused: int
    items: Annotated[list[ShutOut], Field(description="会被拒绝的员工，最多 200 人，多者在前")]
    live_sessions: int
    ending: Annotated[list[LiveEffect], Field(description="保存后立刻结束的会话，最多 200 个")]


class CalendarDayIn(InSchema):
    model_config = example(working=False, title="公司年会")

    working: bool
    title: ShortText


class CalendarDayOut(OutSchema):
    day: date
    working: bool
    title: str
    source: Annotated[Literal["company", "state", "week"], Field(description="来源：公司自定、国家安排、按星期")]
    makeup: Annotated[bool, Field(description="调休上班日")]


class CalendarOut(OutSchema):
    year: int
    covered: Annotated[bool, Field(description="该年有国家放假安排；没有时按周一至周五")]
    days: Annotated[list[CalendarDayOut], Field(description="只列与星期不同的日子")]


class PlaceOut(OutSchema):
    code: str
    name: str
    parent: str | None


class PlacesOut(OutSchema):
    items: list[PlaceOut]
    data_of: Annotated[str, Field(description="IP 归属地数据的年月")]
    own_file: Annotated[bool, Field(description="用的是 LOANBROKER_IP_XDB 指定的文件")]


class PlaceFound(OutSchema):
    code: Annotated[str, Field(description="两位省代码或六位市代码；空为查不到")]
    name: str
    known: Annotated[bool, Field(description="能否按地区判断：境外也算")]


class PlaceLookUp(InSchema):
    ip: Address


class YearAsked(InSchema):
    """A year that calendars know how to count; what lies beyond is a slip of the finger."""

    year: Annotated[int, Field(ge=2000, le=2100)]
