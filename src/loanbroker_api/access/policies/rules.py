"""The rules of a login policy, in their fixed order. Every login, request, refresh, stream and dry run passes through `judge`.

Order: account, attempts, session, lifetime, client, ip, region, time, device, idle, sessions, unusual, factor. The first refusal decides.
A rule may instead demand something (a second factor, a leader's approval): demands are collected and asked for once nothing refuses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final, Literal

from loanbroker_api.access.policies import windows
from loanbroker_api.access.policies.calendar import Calendar
from loanbroker_api.access.policies.effective import Limits
from loanbroker_api.access.policies.places import Place
from loanbroker_api.access.policies.problems import (
    AccountDisabled,
    ClientMismatch,
    DeviceLimit,
    DeviceUnbound,
    IpRefused,
    LoginLocked,
    RegionRefused,
    SessionExpired,
    SessionIdle,
    SessionRevoked,
    TimeRefused,
    TooManySessions,
)
from loanbroker_api.core.clock import BUSINESS_ZONE
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.explain import Explanation

IDLE_GRACE: Final = timedelta(seconds=15)
"""Uses are shared between processes every ten seconds: what one process has not heard of yet is not idleness."""
DeviceState = Literal["new", "known", "pending", "bound", "revoked"]
ApprovalKind = Literal["device", "region", "unusual"]
END_REASONS = {
    "logout": "已退出",
    "refresh_reused": "刷新令牌被重复使用",
    "device_mismatch": "刷新令牌被别的设备使用",
    "revoked": "被结束",
    "left": "账号停用",
    "idle": "长时间没有操作",
    "expired": "超过有效期",
    "time": "超出可登录时间",
    "superseded": "在别处登录",
    "device": "设备被解绑",
    "password": "密码已修改",
    "device_limit": "设备超限",
}


@dataclass(frozen=True)
class SessionFacts:
    """What is known of a live session."""

    client: str
    expires_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    last_used_at: datetime
    approved_ip: str | None


@dataclass(frozen=True)
class Situation:
    """Everything a decision looks at. Without `session` it is a login. `done` are demands that have been met: factor, device, region, unusual."""

    now: datetime
    client: str
    ip: str
    place: Place
    active: bool
    limits: Limits
    calendar: Calendar
    device: DeviceState = "new"
    bound_devices: int = 0
    live_sessions: int = 0
    locked_until: datetime | None = None
    signals: tuple[str, ...] = ()
    session: SessionFacts | None = None
    done: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Demand:
    """What must be given before the login goes on: a second factor, or a leader's approval of `kind`."""

    what: Literal["factor", "approval"]
    kind: ApprovalKind | None
    why: str


Outcome = Problem | Demand | None
Rule = Callable[[Situation], Outcome]


def account(at: Situation) -> Outcome:
    return None if at.active else AccountDisabled()


def attempts(at: Situation) -> Outcome:
    if at.session is not None or at.locked_until is None or at.now >= at.locked_until:
        return None
    return locked(at.locked_until - at.now)


def locked(wait: timedelta) -> LoginLocked:
    seconds = max(1, ceil(wait.total_seconds()))
    return LoginLocked(minutes=-(-seconds // 60), headers={"Retry-After": str(seconds)})


def session_alive(at: Situation) -> Outcome:
    if at.session is None or at.session.ended_at is None:
        return None
    return SessionRevoked(reason=END_REASONS.get(at.session.end_reason or "", "已结束"))


def lifetime(at: Situation) -> Outcome:
    return SessionExpired() if at.session is not None and at.now >= at.session.expires_at else None


def client_fits(at: Situation) -> Outcome:
    return ClientMismatch() if at.session is not None and at.session.client != at.client else None


def ip(at: Situation) -> Outcome:
    for limit in at.limits.ip:
        if limit.deny.holds(at.ip) or (limit.allow is not None and not limit.allow.holds(at.ip)):
            return IpRefused(ip=at.ip)
    return None


def region(at: Situation) -> Outcome:
    demand: Demand | None = None
    for part in at.limits.region:
        if at.place.within(part.allow):
            continue
        if at.place.known or part.unknown == "refuse":
            return RegionRefused(place=at.place.name)
        if part.unknown == "approve":
            demand = Demand("approval", "region", "查不到 IP 归属地，要上级批准")
    if demand is None or "region" in at.done or (at.session is not None and at.session.approved_ip == at.ip):
        return None
    return demand if at.session is None else RegionRefused(place=at.place.name)


def time(at: Situation) -> Outcome:
    if all(windows.opened(part, at.calendar, at.now) for part in at.limits.time):
        return None
    opens = next_opening(at)
    return TimeRefused(opens=opens.astimezone(BUSINESS_ZONE).strftime("%m-%d %H:%M") if opens else "暂无")


def next_opening(at: Situation) -> datetime | None:
    """When all windows are next open together, within 30 days."""
    moment = at.now
    for _ in range(60):
        later = [windows.next_opening(part, at.calendar, moment) for part in at.limits.time]
        waiting = [opens for part, opens in zip(at.limits.time, later, strict=True) if not windows.opened(part, at.calendar, moment)]
        if not waiting:
            return moment
        known = [opens for opens in waiting if opens is not None]
        if len(known) < len(waiting):
            return None
        moment = max(known)
    return None


def device(at: Situation) -> Outcome:
    part = at.limits.device
    if part is None:
        return DeviceUnbound() if at.device == "revoked" and at.session is not None else None
    if at.session is not None:
        return None if at.device == "bound" else DeviceUnbound()
    if at.device == "bound":
        return None
    if at.bound_devices >= part.max:
        return DeviceLimit(max=part.max)
    if part.first_use == "approve" and "device" not in at.done:
        return Demand("approval", "device", "首次使用的设备，要上级批准")
    return None


def idle(at: Situation) -> Outcome:
    minutes = at.limits.idle_minutes
    if at.session is None or minutes is None or at.now < at.session.last_used_at + timedelta(minutes=minutes) + IDLE_GRACE:
        return None
    return SessionIdle(minutes=minutes)


def sessions(at: Situation) -> Outcome:
    part = at.limits.sessions
    if at.session is not None or part is None or part.beyond != "refuse" or at.live_sessions < part.max:
        return None
    return TooManySessions(max=part.max)


def unusual(at: Situation) -> Outcome:
    if at.session is not None or not at.signals or at.done & {"factor", "unusual"}:
        return None
    return Demand("factor", None, "这次登录不寻常")


def factor(at: Situation) -> Outcome:
    part = at.limits.factor
    if at.session is not None or part is None or not part.required or "factor" in at.done:
        return None
    return Demand("factor", None, "角色要求第二因素")


RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("access.rule.account", account),
    ("access.rule.attempts", attempts),
    ("access.rule.session", session_alive),
    ("access.rule.lifetime", lifetime),
    ("access.rule.client", client_fits),
    ("access.rule.ip", ip),
    ("access.rule.region", region),
    ("access.rule.time", time),
    ("access.rule.device", device),
    ("access.rule.idle", idle),
    ("access.rule.sessions", sessions),
    ("access.rule.unusual", unusual),
    ("access.rule.factor", factor),
)
NAMES: Final = {
    "access.rule.account": "账号",
    "access.rule.attempts": "密码错误次数",
    "access.rule.session": "会话",
    "access.rule.lifetime": "会话有效期",
    "access.rule.client": "客户端",
    "access.rule.ip": "IP",
    "access.rule.region": "地区",
    "access.rule.time": "时间",
    "access.rule.device": "设备",
    "access.rule.idle": "无操作",
    "access.rule.sessions": "同时登录",
    "access.rule.unusual": "异常登录",
    "access.rule.factor": "第二因素",
}
_OF_SESSIONS = {"access.rule.session", "access.rule.lifetime", "access.rule.client", "access.rule.idle"}


@dataclass(frozen=True)
class Decision:
    """The first refusal in order with its rule, or what is demanded before the login goes on."""

    refusal: Problem | None
    rule: str | None
    demands: tuple[Demand, ...] = ()

    @property
    def wants_factor(self) -> bool:
        return any(demand.what == "factor" for demand in self.demands)

    @property
    def approvals(self) -> tuple[ApprovalKind, ...]:
        return tuple(demand.kind for demand in self.demands if demand.kind is not None)


def judge(at: Situation) -> Decision:
    """By every rule in order, up to the first refusal."""
    demands: list[Demand] = []
    for code, rule in RULES:
        outcome = rule(at)
        if isinstance(outcome, Problem):
            return Decision(outcome, code)
        if outcome is not None:
            demands.append(outcome)
    return Decision(None, None, tuple(demands))


def explain(at: Situation) -> Explanation:
    """The same as a tree: each rule's verdict up to the one that decides; what comes after was not looked at."""
    children: list[Explanation] = []
    refused: Problem | None = None
    for code, rule in RULES:
        if at.session is None and code in _OF_SESSIONS:
            continue
        name = NAMES[code]
        if refused is not None:
            children.append(Explanation(code, "info", f"{name}：前面已拒绝，没有再看"))
            continue
        outcome = rule(at)
        if isinstance(outcome, Problem):
            refused = outcome
            children.append(Explanation(code, "no", f"{name}：{outcome.text()}"))
        elif outcome is not None:
            children.append(Explanation(code, "unknown", f"{name}：{outcome.why}"))
        else:
            children.append(Explanation(code, "yes", f"{name}：通过"))
    verdict: Literal["yes", "no"] = "no" if refused else "yes"
    return Explanation("access.decision", verdict, refused.text() if refused else "允许登录", children=tuple(children))


@dataclass(frozen=True)
class Standing:
    """A live session found in order: until when nothing about it can change by time alone, idleness aside."""

    until: datetime
    closes_at: datetime | None
    idle_minutes: int


def standing(at: Situation) -> Standing:
    """For a session that `judge` has let pass."""
    closes = [moment for part in at.limits.time if (moment := windows.closes(part, at.calendar, at.now)) is not None]
    closing = min(closes, default=None)
    expires = at.session.expires_at if at.session is not None else at.now
    return Standing(min(expires, closing) if closing is not None else expires, closing, at.limits.idle_minutes or 0)
