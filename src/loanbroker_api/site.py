"""What is neither REST nor GraphQL: health, metrics, documents, problem pages, and the built SPA with its security headers."""

import gzip
import mimetypes
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from loanbroker_api.access.gate import Gate
from loanbroker_api.access.permissions import DOCS_VIEW
from loanbroker_api.core.errors import DOCUMENTED, NotFound, Problem, Unavailable
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]


@cache
def _head_revision() -> str | None:
    """What this code needs, found once. Alembic is imported for it alone, so not before someone asks whether we are ready."""
    from loanbroker_api.migrate import head_revision

    return head_revision()


def security_headers(settings: Settings) -> dict[str, str]:
    """A strict policy: scripts only from our own files; styles may be inline, since antd writes its tokens as a style element."""
    socket = settings.public_base.replace("http", "ws", 1)
    policy = (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        f"connect-src 'self' {socket}; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.public_base.startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the error model that every operation refers to."""
    document = get_openapi(title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    document["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for path in document["paths"].values():
        for operation in path.values():
            if operation.get("x-permission") != "public":
                operation["security"] = [{"bearer": []}]
    return document


PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457；程序看 code，人看 message",
    "type": "object",
    "required": ["type", "code", "status", "title", "detail", "message", "requestId", "errors"],
    "properties": {
        "type": {"type": "string"},
        "code": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "message": {"type": "string"},
        "requestId": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {"pointer": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "current": {"description": "409 时的当前内容"},
    },
}


def install(app: FastAPI, settings: Settings) -> None:
    """Routes beside the API, the SPA last."""

    async def healthz() -> Response:
        return PlainTextResponse("ok")

    async def readyz(request: Request) -> Response:
        """The database answers and its migrations are the ones of this release."""
        runtime: Runtime = request.app.state.runtime
        try:
            async with runtime.database.app.connect() as connection:
                found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        except Exception as error:
            raise Unavailable from error
        if found != _head_revision():
            raise Unavailable
        return PlainTextResponse("ready")

    async def metrics(request: Request) -> Response:
        await _may(request, open_to_all=settings.metrics_open if settings.metrics_open is not None else not settings.production)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def signing_keys(request: Request) -> Response:
        """What access tokens are verified with; a key is here before it signs, longer than this answer may be kept."""
        gate: Gate = request.app.state.gate
        body = {"keys": await gate.signer.keys.published(gate.runtime.clock.now())}
        return Response(orjson.dumps(body), media_type="application/jwk-set+json", headers={"Cache-Control": "public, max-age=300"})

    docs_open = settings.docs_open if settings.docs_open is not None else not settings.production

    async def openapi(request: Request) -> Response:
        await _may(request, open_to_all=docs_open)
        return Response(orjson.dumps(openapi_document(request.app)), media_type="application/json")

    for path, handler in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics), ("/openapi.json", openapi)):
        app.add_api_route(path, handler, include_in_schema=False, methods=["GET"])
    app.add_api_route("/.well-known/jwks.json", signing_keys, include_in_schema=False, methods=["GET"])
    app.add_api_route("/problems/{code}", problem_page, include_in_schema=False, methods=["GET"])
    folder = settings.frontend_dir if settings.frontend_dir is not None else CHECKOUT / "frontend" / "dist"
    if (folder / "index.html").is_file():
        _serve_spa(app, folder, security_headers(settings))


async def _may(request: Request, *, open_to_all: bool) -> None:
    """Raises Problem unless the page is open or the caller may see documents."""
    if open_to_all:
        return
    gate: Gate = request.app.state.gate
    token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    actor = await gate.admit(token, request.state.request)
    actor.require(DOCS_VIEW)


async def problem_page(code: str, request: Request) -> Response:
    """What a problem type means and what to do about it."""
    kind: type[Problem] | None = DOCUMENTED.get(code)
    if kind is None:
        raise NotFound
    if "text/html" not in request.headers.get("accept", ""):
        body = {"code": kind.code, "status": kind.status, "message": kind.message, "english": kind.english, "remedy": kind.remedy}
        return Response(orjson.dumps(body), media_type="application/json")
    page = (
        f"<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'><title>{escape(kind.code)}</title>"
        f"<h1>{escape(kind.code)}</h1><p>HTTP {kind.status}</p><p>{escape(kind.message)}</p><p>{escape(kind.english)}</p>"
        f"<h2>怎么办</h2><p>{escape(kind.remedy)}</p></html>"
    )
    return HTMLResponse(page)


SERVER_PATHS = ("api/", ".well-known/", "graphql", "webhooks/", "problems/", "metrics", "healthz", "readyz", "openapi.json")


def _serve_spa(app: FastAPI, folder: Path, headers: dict[str, str]) -> None:
    root = folder.resolve()

    async def page(request: Request, path: str) -> Response:
        if path.startswith(SERVER_PATHS) or request.method not in {"GET", "HEAD"}:
            raise NotFound
        if path in {"docs", "graphiql"}:
            path = f"{path}.html"  # a page of our own; what it reads (/openapi.json, /graphql) asks who is there
        found = _file(root, path)
        if found is None and "." in path.rsplit("/", 1)[-1]:
            raise NotFound
        name = path if found is not None else "index.html"
        return _answer(root, name, request, headers)

    app.add_api_route("/{path:path}", page, include_in_schema=False, methods=["GET", "HEAD"])


def _file(root: Path, path: str) -> Path | None:
    wanted = (root / path).resolve()
    return wanted if path and wanted.is_relative_to(root) and wanted.is_file() else None


@lru_cache(maxsize=512)
def _content(root: Path, name: str, modified: float) -> tuple[bytes, bytes | None, str]:
    body = (root / name).read_bytes()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    small = gzip.compress(body, 6, mtime=0) if len(body) > 1_000 and kind.startswith(("text/", "application/j", "image/svg")) else None
    return body, small, kind


def _answer(root: Path, name: str, request: Request, headers: dict[str, str]) -> Response:
    body, small, kind = _content(root, name, (root / name).stat().st_mtime)
    lasting = name.startswith("assets/")
    answer = dict(headers)
    answer["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    answer["Vary"] = "Accept-Encoding"
    if small is not None and "gzip" in request.headers.get("accept-encoding", ""):
        answer["Content-Encoding"] = "gzip"
        body = small
    return Response(body, headers=answer, media_type=kind)
