"""Turns a bearer token into an actor. The middleware, connection_init and live streams all ask it."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from loanbroker_api.access.machines.tokens import is_api_key, parse_api_key
from loanbroker_api.access.models import LoginSession
from loanbroker_api.access.permissions import ROLES_MANAGE
from loanbroker_api.access.policies.places import Places
from loanbroker_api.access.policies.problems import SessionIdle
from loanbroker_api.access.policies.rules import Standing, standing
from loanbroker_api.access.roles.holdings import role_held
from loanbroker_api.access.roles.preview import preview_actor
from loanbroker_api.access.sessions.ending import ENDING, end_session
from loanbroker_api.access.sessions.feed import ChangeFeed
from loanbroker_api.access.sessions.keys import LiveKeys
from loanbroker_api.access.sessions.live import Live, LiveSessions
from loanbroker_api.access.sessions.uses import Uses
from loanbroker_api.access.tokens import BadToken, Claims, TokenSigner
from loanbroker_api.core.actor import Actor, RequestInfo
from loanbroker_api.core.errors import Forbidden, Problem, Unauthenticated
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.runtime import Runtime

log = get_logger("access")
_VERIFIED: Final = 20_000
_REFUSAL_PAUSE: Final = timedelta(minutes=5)


class Gate:
    """One for a process: signer, live sessions, their uses, and the feed of changes."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.signer = TokenSigner(runtime)
        self.feed = ChangeFeed(runtime)
        self.sessions = LiveSessions(runtime, self.feed)
        self.keys = LiveKeys(runtime, self.feed, self.sessions.trees)
        self.uses = Uses(runtime)
        self._verified: OrderedDict[str, tuple[Claims, datetime]] = OrderedDict()
        self._told: OrderedDict[tuple[UUID, str], datetime] = OrderedDict()
        self._writing: set[asyncio.Task[None]] = set()

    @property
    def places(self) -> Places:
        return self.sessions.places

    def start(self) -> None:
        self.feed.start()
        self.uses.start()

    async def stop(self) -> None:
        if self._writing:
            await asyncio.wait(self._writing, timeout=5)
        await self.feed.stop()
        await self.uses.stop()
        self.sessions.close()
        self.keys.close()

    async def admit(self, token: str, request: RequestInfo, *, background: bool = False, preview: UUID | None = None) -> Actor:
        """The actor behind a token. `background` requests do not count as use. Raises Unauthenticated or the policy's refusal."""
        now = self.runtime.clock.now()
        if is_api_key(token):
            actor = await self._admit_key(token, request, now)
        else:
            actor = await self._admit_session(token, request, now, background=background)
        return actor if preview is None else await self._seen_as(actor, preview)

    async def _admit_session(self, token: str, request: RequestInfo, now: datetime, *, background: bool) -> Actor:
        claims = await self._claims(token, now)
        live = await self.sessions.of(claims.tenant_id, claims.session_id)
        if live is None or live.actor.id != claims.employee_id:
            raise Unauthenticated
        await self._pass(live, claims.client, request, now)
        if not background:
            live.last_used_at = max(live.last_used_at, now)
            self.uses.note(claims.tenant_id, "session", claims.session_id, now, request.ip)
            if live.row.device_id is not None:
                self.uses.note(claims.tenant_id, "device", live.row.device_id, now, request.ip)
        return replace(live.actor, request=replace(request, client=live.row.client))

    async def _admit_key(self, secret: str, request: RequestInfo, now: datetime) -> Actor:
        """A machine's key: its owner's permissions cut down to the key's, by the owner's policy for the client `api`."""
        parsed = parse_api_key(secret)
        key = await self.keys.of(parsed, now) if parsed is not None else None
        if parsed is None or key is None:
            raise Unauthenticated
        refusal = key.refusal(self.places, request.ip, now)
        if refusal is not None:
            raise refusal.as_status(401)
        self.uses.note(parsed.tenant_id, "key", parsed.key_id, now, request.ip)
        return replace(key.actor, request=replace(request, client="api"))

    async def still(self, actor: Actor, client: str) -> Actor:
        """The actor of a live stream or socket as it is now, judged again by the rules of a request.

        Its access token may have run out, its session may not have. Being connected is no use. Raises Unauthenticated or the policy's refusal.
        """
        if actor.session_id is None:
            raise Unauthenticated
        live = await self.sessions.of(actor.tenant_id, actor.session_id)
        if live is None:
            raise Unauthenticated
        await self._pass(live, client, actor.request, self.runtime.clock.now())
        return replace(live.actor, request=actor.request)

    async def standing(self, actor: Actor) -> Standing | None:
        """What an idle or long session has to expect; None where there is no session."""
        if actor.session_id is None:
            return None
        live = await self.sessions.of(actor.tenant_id, actor.session_id)
        if live is None:
            return None
        at = live.situation(self.places, client=live.row.client, ip=actor.request.ip, now=self.runtime.clock.now())
        return standing(at)

    async def _claims(self, token: str, now: datetime) -> Claims:
        """A signature is checked once: what a token says never changes, only its time runs out."""
        known = self._verified.get(token)
        if known is not None and now < known[1]:
            return known[0]
        try:
            claims, expires = await self.signer.verify_until(token, now)
        except BadToken as error:
            raise Unauthenticated from error
        self._verified[token] = claims, expires
        if len(self._verified) > _VERIFIED:
            self._verified.popitem(last=False)
        return claims

    async def _pass(self, live: Live, client: str, request: RequestInfo, now: datetime) -> None:
        refusal = self.sessions.judge(live, client=client, ip=request.ip, now=now)
        if isinstance(refusal, SessionIdle):
            # Another process may have seen the session at work.
            fresh = await self.sessions.load(live.actor.tenant_id, live.row.id)
            if fresh is None:
                raise Unauthenticated
            live.last_used_at = fresh.last_used_at
            refusal = self.sessions.judge(fresh, client=client, ip=request.ip, now=now)
        if refusal is None:
            return
        await self._record(live, refusal, client, request, now)
        raise refusal.as_status(401)

    async def _record(self, live: Live, refusal: Problem, client: str, request: RequestInfo, now: datetime) -> None:
        """The end of a session is written before it is told; any other refusal of a live session is one audit entry in five minutes."""
        actor = replace(live.actor, request=replace(request, client=client))
        ends = ENDING.get(type(refusal))
        if ends is not None and live.row.ended_at is None:
            async with self.runtime.uow(actor.tenant_id) as uow:
                row = await uow.session.get(LoginSession, (actor.tenant_id, live.row.id))
                if row is not None:
                    await end_session(uow, actor, row, ends)
            return
        key = (live.row.id, refusal.code)
        if key in self._told and now < self._told[key] + _REFUSAL_PAUSE:
            return
        self._told[key] = now
        if len(self._told) > _VERIFIED:
            self._told.popitem(last=False)
        task = asyncio.get_running_loop().create_task(self._audit(actor, refusal))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _audit(self, actor: Actor, refusal: Problem) -> None:
        with suppress(Exception):
            async with self.runtime.uow(actor.tenant_id) as uow:
                uow.audit(actor, "access.request_refused", actor.id, reason=refusal.code)

    async def _seen_as(self, actor: Actor, role_id: UUID) -> Actor:
        """The actor as a role sees the product: never more than he may himself, and read only."""
        actor.require(ROLES_MANAGE)
        async with self.runtime.read(actor.tenant_id) as session:
            held = await role_held(session, self.sessions.trees, actor.tenant_id, role_id)
        if held is None:
            raise Forbidden(permission=ROLES_MANAGE, permission_title="角色预览")
        return preview_actor(actor, [held])
