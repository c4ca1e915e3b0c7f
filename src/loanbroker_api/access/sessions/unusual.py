"""What is unusual about a login, from the employee's own logins of the last ninety days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from loanbroker_api.access.models import LoginRecord
from loanbroker_api.access.policies.places import Place, Places
from loanbroker_api.access.policies.schemas import UnusualPart
from loanbroker_api.core.clock import BUSINESS_ZONE
from loanbroker_api.core.db import ReadSession

HABIT: Final = timedelta(days=90)
ENOUGH: Final = 10
"""Logins that make a habit."""
NEAR_KM: Final = 50
SIGNALS: Final = {
    "new_device_and_place": ("新设备且新地点", "A new device in a new place"),
    "travel": ("短时间内相距太远", "Too far from the last login to have travelled"),
    "off_hours": ("不是平时登录的时间", "Not at the usual hours"),
    "shared_ip": ("同一 IP 登录了很多账号", "Many accounts from one address"),
}


@dataclass(frozen=True)
class Arrival:
    """A login to be judged."""

    employee_id: UUID
    at: datetime
    ip: str
    place: Place
    new_device: bool


async def signals_of(session: ReadSession, part: UnusualPart | None, known: Places, login: Arrival) -> list[str]:
    """Codes of `SIGNALS` that this login shows; none without the part."""
    if part is None:
        return []
    mine = (
        await session.execute(
            select(LoginRecord.at, LoginRecord.place)
            .where(LoginRecord.employee_id == login.employee_id, LoginRecord.outcome == "ok", LoginRecord.at > login.at - HABIT)
            .order_by(LoginRecord.at.desc())
            .limit(500)
        )
    ).all()
    found: list[str] = []
    if part.new_device_and_place and mine and login.new_device and login.place.code not in {row.place for row in mine}:
        found.append("new_device_and_place")
    if part.travel_kmh is not None and mine and _too_far(known, mine[0].place, login.place.code, login.at - mine[0].at, part.travel_kmh):
        found.append("travel")
    if (
        part.off_hours_minutes is not None
        and len(mine) >= ENOUGH
        and _minutes_off([row.at for row in mine], login.at) > part.off_hours_minutes
    ):
        found.append("off_hours")
    if part.accounts_per_ip is not None and await _others(session, login) + 1 > part.accounts_per_ip:
        found.append("shared_ip")
    return found


def _too_far(known: Places, was: str, now: str, passed: timedelta, limit_kmh: int) -> bool:
    distance = known.distance_km(was, now) if was and now else None
    if distance is None or distance <= NEAR_KM:
        return False
    hours = max(passed.total_seconds(), 60) / 3_600
    return distance / hours > limit_kmh


def _minutes_off(habit: list[datetime], at: datetime) -> int:
    """How far the time of day is from the nearest of the habit, around midnight too."""

    def minute(moment: datetime) -> int:
        local = moment.astimezone(BUSINESS_ZONE)
        return local.hour * 60 + local.minute

    now = minute(at)
    return min(min((now - then) % 1_440, (then - now) % 1_440) for then in map(minute, habit))


async def _others(session: ReadSession, login: Arrival) -> int:
    statement = select(func.count(func.distinct(LoginRecord.employee_id))).where(
        LoginRecord.ip == login.ip,
        LoginRecord.at > login.at - timedelta(hours=24),
        LoginRecord.employee_id != login.employee_id,
        LoginRecord.outcome == "ok",
    )
    return await session.scalar(statement) or 0
