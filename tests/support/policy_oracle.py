"""What login policies decide, worked out from their description with nothing of ours imported: policies are read as the JSON that is sent.

Places, holidays and the policies are typed in by hand.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from ipaddress import ip_address, ip_network
from itertools import product
from typing import Any

from support.minutes import Minutes

PLACES = {  # address → code of GB/T 2260, or what else it is
    "61.139.2.69": "510100",  # 四川成都
    "61.139.2.3": "510100",
    "114.114.114.114": "320100",  # 江苏南京
    "202.96.209.5": "31",  # 上海
    "10.20.30.40": "nowhere",  # a private address
    "2408:8000::7": "nowhere",  # no IPv6 data ships
    "8.8.8.8": "abroad",
    "::ffff:61.139.2.69": "510100",
}
KINDS = {date(2026, 10, day): "holiday" for day in range(1, 8)} | {date(2026, 9, 20): "makeup", date(2026, 10, 10): "makeup"}
TIMES = (
    datetime(2026, 11, 25, 10, 0),  # Wednesday
    datetime(2026, 11, 25, 8, 45),
    datetime(2026, 11, 25, 21, 0),
    datetime(2026, 11, 26, 1, 30),  # Wednesday's night
    datetime(2026, 11, 28, 11, 0),  # Saturday
    datetime(2026, 11, 29, 1, 30),  # Saturday's night
    datetime(2026, 11, 29, 11, 0),  # Sunday
    datetime(2026, 10, 1, 10, 0),  # a holiday, a Thursday
    datetime(2026, 10, 1, 1, 30),  # the night into it
    datetime(2026, 10, 10, 10, 0),  # a make-up Saturday
    datetime(2026, 10, 10, 20, 29),
)
CLIENTS = ("web", "ios", "android", "wechat_mp", "terminal", "api")
WEEK = [1, 2, 3, 4, 5, 6, 7]
SALES: dict[str, dict[str, Any]] = {
    "web": {
        "ip": {"allow": ["61.139.0.0/16", "10.0.0.0/8", "2408:8000::/20", "202.96.209.5"], "deny": ["61.139.2.0/28"]},
        "time": {"windows": [{"days": [1, 2, 3, 4, 5, 6], "start": "08:30", "end": "20:30"}]},
        "attempts": {"failures": 5, "minutes": 15},
    },
    "ios": {
        "region": {"allow": ["51", "310000"], "unknown": "approve"},
        "time": {"windows": [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "02:00"}]},
        "device": {"max": 2, "firstUse": "approve"},
    },
    "android": {"region": {"allow": ["320100"]}, "device": {"max": 1}, "factor": {"required": True}},
    "wechat_mp": {
        "region": {"allow": ["510100", "32"], "unknown": "allow"},
        "time": {"windows": [{"days": [6, 7], "start": "10:00", "end": "16:00"}], "holidays": "open", "makeup": "weekday"},
        "factor": {"required": False},
    },
    "terminal": {"ip": {"allow": ["10.0.0.0/8"]}, "device": {"max": 3}},
}
LEADER: dict[str, dict[str, Any]] = {
    "web": {
        "ip": {"allow": [], "deny": ["202.96.0.0/16"]},
        "time": {"windows": [{"days": [1, 2, 3, 4, 5, 6, 7], "start": "08:50", "end": "22:00"}], "holidays": "open"},
    },
    "ios": {"device": {"max": 1, "firstUse": "bind"}},
    "terminal": {"device": {"max": 2, "firstUse": "approve"}, "factor": {"required": True}},
    "api": {"time": {"windows": [{"days": WEEK, "start": "00:00", "end": "00:00"}], "holidays": "closed"}},
}
OWN: dict[str, tuple[dict[str, Any], list[str]]] = {
    "android": ({"device": {"max": 2}}, ["region", "device"]),  # region: null there, so off
    "ios": ({"time": {"windows": [{"days": WEEK, "start": "01:00", "end": "12:00"}]}}, ["time"]),
}
PEOPLE = ("sales", "both", "own")  # of one role, of two, of two with his own


@dataclass(frozen=True)
class Case:
    person: str
    client: str
    ip: str
    at: datetime
    device: str = "known"
    bound: int = 0
    locked: bool = False


def cases() -> list[Case]:
    """Every combination: 3 people, 6 clients, 8 addresses, 11 times, 3 states of the device with 0 to 2 others bound, locked or not."""
    states = (("new", 0), ("known", 1), ("new", 2), ("bound", 1))
    return [
        Case(person, client, ip, at, device, bound, locked)
        for person, client, ip, at, (device, bound), locked in product(PEOPLE, CLIENTS, PLACES, TIMES, states, (False, True))
    ]


def policies(person: str, client: str) -> list[tuple[bool, dict[str, Any], list[str]]]:
    """(his own, parts, overrides) of those that count for him."""
    found: list[tuple[bool, dict[str, Any], list[str]]] = []
    if client in SALES:
        found.append((False, SALES[client], []))
    if person in ("both", "own") and client in LEADER:
        found.append((False, LEADER[client], []))
    if person == "own" and client in OWN:
        found.append((True, *OWN[client]))
    return found


def _parts(person: str, client: str, name: str) -> list[dict[str, Any]]:
    held = policies(person, client)
    for own, parts, overrides in held:
        if own and name in overrides:
            return [parts[name]] if parts.get(name) else []
    return [parts[name] for own, parts, _ in held if not own and parts.get(name)]


def _in(ip: str, networks: list[str]) -> bool:
    address = ip_address(ip)
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address.version == ip_network(text).version and address in ip_network(text) for text in networks)


def _open(part: dict[str, Any], at: datetime) -> bool:
    return _opened(json.dumps(part), at)


@cache
def _opened(stored: str, at: datetime) -> bool:
    part = json.loads(stored)
    windows = [(set(window["days"]), window["start"], window["end"]) for window in part["windows"]]
    rules = {"holidays": part.get("holidays", "closed"), "makeup": part.get("makeup", "workday")}
    return Minutes(windows, KINDS, at.date(), 1, **rules).is_open(at)


def decide(case: Case) -> tuple[str | None, str | None]:
    """(code of the refusal, None) or (None, what comes next)."""
    if case.locked:
        return "access.locked", None
    for part in _parts(case.person, case.client, "ip"):
        if _in(case.ip, part.get("deny", [])) or (part.get("allow") and not _in(case.ip, part["allow"])):
            return "access.ip-refused", None
    approval = False
    place = PLACES[case.ip]
    for part in _parts(case.person, case.client, "region"):
        allowed = {code.removesuffix("0000") for code in part["allow"]}
        if place[:2] in allowed or place in allowed:
            continue
        if place != "nowhere" or part.get("unknown", "refuse") == "refuse":
            return "access.region-refused", None
        approval = approval or part["unknown"] == "approve"
    if not all(_open(part, case.at) for part in _parts(case.person, case.client, "time")):
        return "access.time-refused", None
    devices = _parts(case.person, case.client, "device")
    if devices and case.device != "bound":
        if case.bound >= min(part["max"] for part in devices):
            return "access.device-limit", None
        approval = approval or any(part.get("firstUse") == "approve" for part in devices)
    if approval:
        return None, "approval"
    return None, "factor" if any(part["required"] for part in _parts(case.person, case.client, "factor")) else "signed_in"
