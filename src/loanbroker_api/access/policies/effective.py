"""What applies to one employee on one kind of client: the policies of his roles and his own, folded into one set of limits.

Every role's part that is on must be met: networks, regions and windows all have to hold, of numbers the strictest counts. A part that the
employee's own policy overrides is taken from there alone, also when it is off there (docs/decisions/login-policies.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import orjson

from loanbroker_api.access.policies.networks import NetworkList
from loanbroker_api.access.policies.schemas import (
    AttemptsPart,
    DevicePart,
    FactorPart,
    PolicyParts,
    RegionPart,
    SessionsPart,
    TimePart,
    UnusualPart,
)

FLOOR = AttemptsPart(failures=10, minutes=10, max_minutes=1_440, ip_failures=100)
"""Guessing is slowed down also where no policy says so."""


@dataclass(frozen=True)
class PolicyRow:
    """A stored policy; `own` is the employee's, otherwise a role's."""

    own: bool
    parts: dict[str, Any]
    overrides: Sequence[str] = ()


@dataclass(frozen=True)
class IpLimit:
    """Compiled networks; `allow` None lets everything in that is not denied."""

    allow: NetworkList | None
    deny: NetworkList


@dataclass(frozen=True)
class Limits:
    """An employee's policy on one kind of client. None and empty are off."""

    device: DevicePart | None = None
    ip: tuple[IpLimit, ...] = ()
    region: tuple[RegionPart, ...] = ()
    time: tuple[TimePart, ...] = ()
    attempts: AttemptsPart = field(default_factory=lambda: FLOOR)
    idle_minutes: int | None = None
    sessions: SessionsPart | None = None
    unusual: UnusualPart | None = None
    factor: FactorPart | None = None


@lru_cache(maxsize=4_096)
def _parsed(stored: bytes) -> PolicyParts:
    return PolicyParts.model_validate_json(stored)


@lru_cache(maxsize=1_024)
def _networks(listed: tuple[str, ...]) -> NetworkList:
    return NetworkList(listed)


def parse_parts(stored: dict[str, Any]) -> PolicyParts:
    """The stored form of a policy's parts; parsed once."""
    return _parsed(orjson.dumps(stored, option=orjson.OPT_SORT_KEYS))


def fold(rows: Iterable[PolicyRow]) -> Limits:
    """The limits that the rows make together."""
    rows = list(rows)
    own = next((row for row in rows if row.own), None)
    overridden = set(own.overrides) if own else set[str]()
    roles = [parse_parts(row.parts) for row in rows if not row.own]
    mine = parse_parts(own.parts) if own else None

    def parts(name: str) -> list[Any]:
        if name in overridden:
            return [part] if (part := getattr(mine, name)) is not None else []
        found = [getattr(policy, name) for policy in roles]
        return [part for part in found if part is not None]

    return Limits(
        device=_device(parts("device")),
        ip=tuple(IpLimit(_networks(tuple(part.allow)) if part.allow else None, _networks(tuple(part.deny))) for part in parts("ip")),
        region=tuple(parts("region")),
        time=tuple(parts("time")),
        attempts=_attempts(parts("attempts")),
        idle_minutes=min((part.minutes for part in parts("idle")), default=None),
        sessions=_sessions(parts("sessions")),
        unusual=_unusual(parts("unusual")),
        factor=_factor(parts("factor")),
    )


def _device(parts: list[DevicePart]) -> DevicePart | None:
    if not parts:
        return None
    asks = any(part.first_use == "approve" for part in parts)
    return DevicePart(max=min(part.max for part in parts), first_use="approve" if asks else "bind")


def _attempts(parts: list[AttemptsPart]) -> AttemptsPart:
    if not parts:
        return FLOOR
    return AttemptsPart(
        failures=min(part.failures for part in parts),
        minutes=max(part.minutes for part in parts),
        max_minutes=max(part.max_minutes for part in parts),
        ip_failures=min(part.ip_failures for part in parts),
    )


def _sessions(parts: list[SessionsPart]) -> SessionsPart | None:
    if not parts:
        return None
    refuses = any(part.beyond == "refuse" for part in parts)
    return SessionsPart(
        max=min(part.max for part in parts),
        beyond="refuse" if refuses else "newest_wins",
        hours=min(part.hours for part in parts),
    )


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)


def _unusual(parts: list[UnusualPart]) -> UnusualPart | None:
    if not parts:
        return None
    return UnusualPart(
        new_device_and_place=any(part.new_device_and_place for part in parts),
        travel_kmh=_least(part.travel_kmh for part in parts),
        off_hours_minutes=_least(part.off_hours_minutes for part in parts),
        accounts_per_ip=_least(part.accounts_per_ip for part in parts),
    )


KINDS: tuple[Literal["totp", "passkey"], ...] = ("totp", "passkey")


def _factor(parts: list[FactorPart]) -> FactorPart | None:
    if not parts:
        return None
    kinds: list[Literal["totp", "passkey"]] = [kind for kind in KINDS if all(kind in part.kinds for part in parts)]
    return FactorPart(
        required=any(part.required for part in parts),
        kinds=kinds or ["passkey"],
        step_up=[act for act in ("reveal", "export", "policies") if any(act in part.step_up for part in parts)],
        step_up_minutes=min(part.step_up_minutes for part in parts),
    )
