"""What every request passes before anything of it runs: request id → client IP → token → session → login policy → tenant."""

import re
import time
from ipaddress import ip_address
from typing import Final
from uuid import UUID

import structlog
from starlette.datastructures import Headers, MutableHeaders, State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loanbroker_api.core.actor import RequestInfo
from loanbroker_api.core.errors import BodyTooLarge, FieldError, Invalid, Problem, language_of
from loanbroker_api.core.http import as_problem, problem_response
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.metrics import REQUEST_SECONDS, REQUESTS
from loanbroker_api.core.runtime import Runtime

log = get_logger("http")
PUBLIC: Final = (
    "/api/v1/auth/login",
    "/api/v1/auth/login/resume",
    "/api/v1/auth/login/remind",
    "/api/v1/auth/login/factor",
    "/api/v1/auth/login/passkey-options",
    "/api/v1/auth/login/enrol",
    "/api/v1/auth/login/enrol/confirm",
    "/api/v1/auth/login/password",
    "/api/v1/auth/refresh",
    "/api/v1/auth/wechat/login",
    "/api/v1/auth/wechat/bind",
)
BACKGROUND: Final = frozenset({"/api/v1/events"})
"""Addresses that are never a use: a stream stays open while nobody is there."""
BODY_LIMIT: Final = 1_048_576
GUARDED: Final = ("/api/", "/graphql")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestMiddleware:
    """Request id, client address, metrics, access log, and the last net under every failure."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self.app = app
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        offered = headers.get("x-request-id", "")
        request_id = offered if _REQUEST_ID.fullmatch(offered) else str(new_id())
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["request"] = RequestInfo(request_id, client_ip(scope, headers, self.state.runtime), "")
        state["language"] = language_of(headers.get("accept-language"))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        started, status, taken = time.perf_counter(), 0, 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > BODY_LIMIT:
                raise BodyTooLarge(limit_kib=BODY_LIMIT // 1024)
            return message

        try:
            declared = headers.get("content-length", "")
            if declared.isdigit() and int(declared) > BODY_LIMIT:
                raise BodyTooLarge(limit_kib=BODY_LIMIT // 1024)  # noqa: TRY301 - answered as every other failure
            await self.app(scope, bounded, answer)
        except Problem as problem:
            if status:
                raise
            await problem_response(problem, accept_language=headers.get("accept-language"), request_id=request_id)(scope, receive, answer)
        except Exception as error:
            log.error("request_failed", exc_info=error)  # noqa: TRY400 - rendered without values
            if status:
                raise
            await problem_response(as_problem(error), accept_language=headers.get("accept-language"), request_id=request_id)(
                scope, receive, answer
            )
        finally:
            route = getattr(scope.get("route"), "path", "other")
            took = time.perf_counter() - started
            REQUESTS.labels(scope["method"], route, status).inc()
            REQUEST_SECONDS.labels(scope["method"], route).observe(took)
            # The route's pattern, not the path: an address may hold an id, and a typing error anything.
            log.info("request", method=scope["method"], route=route, status=status, ms=round(took * 1000, 1))


def client_ip(scope: Scope, headers: Headers, runtime: Runtime) -> str:
    """The peer's address; X-Forwarded-For is believed only from configured proxies, from the right."""
    peer = scope["client"][0] if scope.get("client") else ""
    trusted = runtime.settings.trusted_proxies
    if not trusted:
        return peer
    hops = [part.strip() for part in headers.get("x-forwarded-for", "").split(",") if part.strip()]
    address = peer
    while hops and _is_trusted(address, trusted):
        address = hops.pop()
    try:
        return str(ip_address(address))
    except ValueError:
        return peer


def _is_trusted(address: str, trusted: tuple[object, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in trusted)  # type: ignore[operator]


def _role_in(headers: Headers) -> UUID | None:
    """The role that the caller wants to see the product as. Raises Invalid."""
    wanted = headers.get("x-preview-role")
    if not wanted:
        return None
    try:
        return UUID(wanted)
    except ValueError as error:
        raise Invalid(FieldError("X-Preview-Role", "core.uuid-parsing", "应为 UUID", "Must be a UUID")) from error


class AuthenticationMiddleware:
    """No route of the API runs without an admitted actor, but for the public list."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self.app = app
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(GUARDED) or path in PUBLIC or scope["method"] == "OPTIONS":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        try:
            scope["state"]["actor"] = await self.state.gate.admit(
                token.strip() if scheme.lower() == "bearer" else "",
                scope["state"]["request"],
                background=path in BACKGROUND or headers.get("x-background") == "1",
                preview=_role_in(headers),
            )
        except Problem as problem:
            refusal = problem
        except Exception as error:  # noqa: BLE001 - a database that is down is told as such
            refusal = as_problem(error)
        else:
            await self.app(scope, receive, send)
            return
        response = problem_response(refusal, accept_language=headers.get("accept-language"), request_id=scope["state"]["request_id"])
        if refusal.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        await response(scope, receive, send)
