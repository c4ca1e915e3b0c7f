"""What was asked, within what the actor may see: business days, filters, and whose figures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.roles.trees import below
from loanbroker_api.analytics import permissions
from loanbroker_api.analytics.models import Dimension
from loanbroker_api.analytics.problems import MAX_DAYS, OutOfScope, RangeInvalid
from loanbroker_api.analytics.schemas import ByCode, FunnelParams, SplitCode
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.clock import business_day, day_start
from loanbroker_api.core.db import ReadSession


@dataclass(frozen=True)
class Asked:
    """`teams` None is the whole company; `employee` alone is one person's own."""

    first: date
    last: date
    by: ByCode
    split: SplitCode
    teams: frozenset[UUID] | None = None
    employee: UUID | None = None
    channel: UUID | None = None
    kind: str | None = None
    city: int | None = None

    @property
    def begins(self) -> datetime:
        return day_start(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment after the range."""
        return day_start(self.last + timedelta(days=1))

    def before(self) -> "Asked":
        """The period before, as many days long."""
        days = (self.last - self.first).days + 1
        return replace(self, first=self.first - timedelta(days=days), last=self.first - timedelta(days=1))

    def during(self, first: date, last: date) -> "Asked":
        return replace(self, first=first, last=last)

    def by_split(self, split: SplitCode) -> "Asked":
        return replace(self, split=split)

    @property
    def dimension(self) -> Dimension | None:
        """The roll-up that answers; None where dimensions cross, which is counted from ledger and reach."""
        needed = {
            Dimension.CHANNEL: self.channel is not None or self.split == "channel",
            Dimension.EMPLOYEE: self.employee is not None or self.teams is not None or self.split in {"employee", "team"},
            Dimension.KIND: self.kind is not None or self.split == "kind",
            Dimension.CITY: self.city is not None or self.split == "city",
        }
        crossing = [dimension for dimension, wanted in needed.items() if wanted]
        if not crossing:
            return Dimension.KIND
        return crossing[0] if len(crossing) == 1 else None

    @property
    def key(self) -> str | None:
        """The one key of that dimension, None for all of them."""
        keys: Mapping[Dimension, object] = {
            Dimension.CHANNEL: self.channel,
            Dimension.EMPLOYEE: self.employee,
            Dimension.KIND: self.kind,
            Dimension.CITY: self.city,
        }
        found = keys[self.dimension] if self.dimension else None
        return None if found is None else str(found)


async def asked(session: ReadSession, actor: Actor, wanted: FunnelParams, now: datetime) -> Asked:
    """Raises Forbidden, RangeInvalid, OutOfScope."""
    units = actor.units_of(permissions.VIEW)
    last = wanted.to or business_day(now)
    first = wanted.from_ or last.replace(day=1)
    if first > last or (last - first).days >= MAX_DAYS:
        raise RangeInvalid
    found = Asked(first, last, wanted.by, wanted.split, None, None, wanted.channel_id, wanted.kind, wanted.city)
    if units is not None and not units:
        return _own(actor, wanted, found)
    teams = units
    if wanted.team_id is not None:
        teams = await _teams_below(session, wanted.team_id)
        teams = teams if units is None else teams & units
        if not teams or (units is not None and wanted.team_id not in units):
            raise OutOfScope
    if wanted.employee_id is not None:
        known = (await access_queries.employees_by_id(session, [wanted.employee_id])).get(wanted.employee_id)
        if known is None or (units is not None and known.unit_id not in units):
            raise OutOfScope
    return replace(found, teams=teams, employee=wanted.employee_id)


def _own(actor: Actor, wanted: FunnelParams, found: Asked) -> Asked:
    """One's own figures only. Raises OutOfScope."""
    if wanted.team_id is not None or wanted.employee_id not in {None, actor.id}:
        raise OutOfScope
    return replace(found, employee=actor.employee_id)


async def _teams_below(session: ReadSession, team_id: UUID) -> frozenset[UUID]:
    parents = {unit.id: unit.parent_id for unit in await access_queries.list_units(session)}
    return below(parents, team_id) if team_id in parents else frozenset()
