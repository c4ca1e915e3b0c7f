"""API keys as a process knows them: like sessions, kept until a change names their owner or their company."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from loanbroker_api.access.machines.queries import KeyState, key_state
from loanbroker_api.access.machines.tokens import ParsedKey
from loanbroker_api.access.policies.calendar import Calendar
from loanbroker_api.access.policies.effective import Limits
from loanbroker_api.access.policies.places import Places
from loanbroker_api.access.policies.rules import Situation, judge
from loanbroker_api.access.roles.holdings import actor_of
from loanbroker_api.access.roles.trees import OrgTrees
from loanbroker_api.access.sessions.feed import ChangeFeed
from loanbroker_api.access.sessions.live import calendar_of, limits_of
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.changes import Change
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.runtime import Runtime

MAX_KEYS = 5_000


@dataclass(frozen=True)
class LiveKey:
    """A key with its owner's permissions, cut down to the key's, and the owner's limits for the client `api`."""

    state: KeyState
    actor: Actor
    limits: Limits
    calendar: Calendar

    def refusal(self, known: Places, ip: str, now: datetime) -> Problem | None:
        at = Situation(now, "api", ip, known.find(ip), self.state.active, self.limits, self.calendar)
        return judge(at).refusal or self.state.refuses(ip)


class LiveKeys:
    """Keys of this process by id."""

    def __init__(self, runtime: Runtime, feed: ChangeFeed, trees: OrgTrees) -> None:
        self._runtime = runtime
        self._feed = feed
        self._trees = trees
        self._keys: OrderedDict[UUID, LiveKey] = OrderedDict()
        self._heard: dict[UUID, int] = {}
        runtime.changes.listen(self._forget)

    def close(self) -> None:
        self._runtime.changes.forget(self._forget)

    def _forget(self, change: Change) -> None:
        if change.session_id is not None:
            return
        self._heard[change.tenant_id] = self._heard.get(change.tenant_id, 0) + 1
        for key_id in [
            key_id
            for key_id, key in self._keys.items()
            if key.actor.tenant_id == change.tenant_id and change.employee_id in {None, key.actor.id}
        ]:
            del self._keys[key_id]

    async def of(self, parsed: ParsedKey, now: datetime) -> LiveKey | None:
        """The key that a secret opens, or None."""
        key = self._keys.get(parsed.key_id) if self._feed.trusted else None
        if key is None:
            key = await self._load(parsed)
        return key if key is not None and key.actor.tenant_id == parsed.tenant_id and key.state.opens(parsed.digest, now) else None

    async def _load(self, parsed: ParsedKey) -> LiveKey | None:
        heard = self._heard.get(parsed.tenant_id, 0)
        async with self._runtime.read(parsed.tenant_id) as session:
            state = await key_state(session, parsed.tenant_id, parsed.key_id)
            if state is None:
                return None
            held = await actor_of(session, self._trees, parsed.tenant_id, state.employee_id)
            limits = await limits_of(session, parsed.tenant_id, state.employee_id, "api")
            calendar = await calendar_of(session) if limits.time else Calendar({})
        actor = Actor(
            tenant_id=parsed.tenant_id,
            id=state.employee_id,
            kind="employee",
            name=state.actor_name,
            session_id=parsed.key_id,
            unit_id=state.unit_id,
            scopes={code: scope for code, scope in held.scopes.items() if code in state.permissions},
            fields=held.fields,
            units=held.units,
            listed=held.listed,
        )
        # A key is its own device and needs no second factor: it was made by somebody who had one.
        key = LiveKey(state, actor, replace(limits, device=None, sessions=None, unusual=None, factor=None), calendar)
        if self._feed.trusted and self._heard.get(parsed.tenant_id, 0) == heard:
            self._keys[parsed.key_id] = key
            if len(self._keys) > MAX_KEYS:
                self._keys.popitem(last=False)
        return key
