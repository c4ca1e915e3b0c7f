"""REST machinery: routes that refuse unknown parameters, keep idempotent answers, and turn every failure into a Problem."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException as StarletteHTTPException

from loanbroker_api.core.errors import (
    FieldError,
    IfMatchRequired,
    Invalid,
    MethodNotAllowed,
    NotFound,
    NotJson,
    Problem,
    Unauthenticated,
    Unavailable,
    language_of,
)
from loanbroker_api.core.idempotency import Replay, keep
from loanbroker_api.core.logging import get_logger

log = get_logger("http")
PROBLEM_JSON = "application/problem+json"


class AreaRoute(APIRoute):
    """Checks what FastAPI lets pass, and stores the answer of an idempotent write before it commits."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.body_field is not None:
            self.responses = {**problems(NotJson), **self.responses}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        original = super().get_route_handler()
        allowed = _query_names(self)
        once: list[str] = (self.openapi_extra or {}).get(ONCE, [])

        async def handle(request: Request) -> Response:
            _refuse_unknown(request, allowed)
            if request.method in {"POST", "PUT", "PATCH"}:
                await _refuse_nul(request)
            try:
                response = await original(request)
            except Replay as replay:
                return Response(replay.body, replay.status, media_type="application/json", headers={"Idempotency-Replayed": "true"})
            claimed = getattr(request.state, "claimed", None)
            if claimed is not None:
                uow, row_id = claimed
                await keep(uow, row_id, response.status_code, bytes(response.body), once)
            return response

        return handle


def _query_names(route: APIRoute) -> frozenset[str]:
    names: set[str] = set()
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        waiting.extend(dependant.dependencies)
        for parameter in dependant.query_params:
            annotation = parameter.field_info.annotation
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                names.update(field.alias or name for name, field in annotation.model_fields.items())
            else:
                names.add(parameter.alias)
    return frozenset(names)


def _refuse_unknown(request: Request, allowed: frozenset[str]) -> None:
    errors: list[FieldError] = []
    for name, value in request.query_params.multi_items():
        if name not in allowed:
            known = "、".join(sorted(allowed)) or "无"
            errors.append(FieldError(f"?{name[:40]}", "core.unknown-parameter", f"没有这个参数；可用：{known}", f"Unknown; known: {known}"))
        elif "\x00" in value:
            errors.append(FieldError(f"?{name}", "core.nul", "不能含 NUL 字符", "NUL characters are refused"))
    if errors:
        raise Invalid(*errors)


async def _refuse_nul(request: Request) -> None:
    body = await request.body()
    if b"\\u0000" in body or b"\x00" in body:
        raise Invalid(FieldError("", "core.nul", "内容不能含 NUL 字符", "NUL characters are refused"))


def area_router(area: str) -> APIRouter:
    """The router of an area under /api/v1. Operation ids are `<area>_<function>` and so stay stable."""
    return APIRouter(
        prefix="/api/v1",
        tags=[area],
        route_class=AreaRoute,
        generate_unique_id_function=lambda route: f"{area}_{route.name}",
        responses=problems(Unauthenticated, Invalid),
    )


def problems(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The error answers of an operation, by status, each with its code as an example."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        answer = by_status.setdefault(
            kind.status,
            {
                "description": "",
                "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
            },
        )
        answer["description"] = "；".join(filter(None, [answer["description"], f"{kind.code}：{kind.message}"]))
        answer["content"][PROBLEM_JSON]["examples"][kind.code] = {"value": _example(kind)}
    return by_status


def _example(kind: type[Problem]) -> dict[str, Any]:
    text = kind.message
    return {
        "type": f"/problems/{kind.code}",
        "code": kind.code,
        "status": kind.status,
        "title": kind.code,
        "detail": text,
        "message": text,
        "requestId": "01J…",
        "errors": [],
    }


ONCE = "x-told-once"
"""OpenAPI extension: fields of an answer that a replay by Idempotency-Key does not repeat."""


def gated(permission: str, **extra: Any) -> dict[str, Any]:
    """OpenAPI extension naming the permission that an operation's service demands; read by clients and by the route tests."""
    return {"x-permission": permission, **extra}


def if_match(value: Annotated[str | None, Header(alias="If-Match", description='所见版本号，例如 "7"')] = None) -> int:
    """The version of an update. Raises IfMatchRequired, Invalid."""
    if value is None:
        raise IfMatchRequired
    text = value.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Invalid(FieldError("If-Match", "core.version", '应为带引号的版本号，例如 "7"', 'Send a quoted version such as "7"'))
    return int(text)


def problem_response(problem: Problem, *, accept_language: str | None, request_id: str) -> Response:
    body = orjson.dumps(problem.to_json(language_of(accept_language), request_id), default=str)
    return Response(body, problem.status, media_type=PROBLEM_JSON, headers={**problem.headers, "Cache-Control": "no-store"})


_MESSAGES: dict[str, tuple[str, str]] = {
    "missing": ("必填", "Required"),
    "nul": ("不能含 NUL 字符", "NUL characters are refused"),
    "extra_forbidden": ("没有这个字段", "Unknown field"),
    "string_too_short": ("至少 {min_length} 个字", "At least {min_length} characters"),
    "string_too_long": ("最多 {max_length} 个字", "At most {max_length} characters"),
    "string_type": ("应为文字", "Must be text"),
    "string_pattern_mismatch": ("格式不对", "Wrong format"),
    "int_parsing": ("应为整数", "Must be an integer"),
    "int_type": ("应为整数", "Must be an integer"),
    "int_from_float": ("应为整数", "Must be an integer"),
    "int_parsing_size": ("数值太大", "Too large"),
    "bool_parsing": ("应为 true 或 false", "Must be true or false"),
    "bool_type": ("应为 true 或 false", "Must be true or false"),
    "uuid_parsing": ("应为 UUID", "Must be a UUID"),
    "uuid_type": ("应为 UUID", "Must be a UUID"),
    "datetime_parsing": ("应为 ISO 8601 时间，例如 2026-11-24T14:00:00+08:00", "Must be an ISO 8601 time"),
    "datetime_from_date_parsing": ("应为 ISO 8601 时间，例如 2026-11-24T14:00:00+08:00", "Must be an ISO 8601 time"),
    "greater_than_equal": ("不能小于 {ge}", "At least {ge}"),
    "less_than_equal": ("不能大于 {le}", "At most {le}"),
    "enum": ("可用的值：{expected}", "One of: {expected}"),
    "literal_error": ("可用的值：{expected}", "One of: {expected}"),
    "list_type": ("应为列表", "Must be a list"),
    "too_long": ("最多 {max_length} 项", "At most {max_length} items"),
    "too_short": ("至少 {min_length} 项", "At least {min_length} items"),
    "model_attributes_type": ("应为对象", "Must be an object"),
    "model_type": ("应为对象", "Must be an object"),
    "dict_type": ("应为对象", "Must be an object"),
}


def field_errors(errors: list[Any]) -> list[FieldError]:
    """Pydantic's findings in our words; the refused values stay out."""
    found: list[FieldError] = []
    for error in errors:
        location = [str(part) for part in error["loc"]]
        place, path = (location[0], location[1:]) if location and location[0] in {"body", "query", "path", "header"} else ("body", location)
        pointer = f"?{path[0]}" if place == "query" and path else (path[0] if place == "header" and path else "/" + "/".join(path))
        context = {key: str(value) for key, value in error.get("ctx", {}).items() if key != "error"}
        # Pydantic counts a text that another validator has seen first as a sequence.
        kind = f"string_{error['type']}" if context.get("field_type") == "Value" else error["type"]
        zh, en = _MESSAGES.get(kind, ("格式不对", "Not valid"))
        found.append(FieldError(pointer, f"core.{kind.replace('_', '-')}", zh.format_map(_Blank(context)), en.format_map(_Blank(context))))
    return found


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


DISCONNECTED = ("08", "57", "53", "58")


def as_problem(error: Exception) -> Problem:
    """What a caller is told of any exception; nothing of a driver's or a validator's text gets through."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        found = error.errors()
        return NotJson() if any(item["type"] == "json_invalid" for item in found) else Invalid(*field_errors(list(found)))
    if isinstance(error, ValidationError):
        return Invalid(*field_errors(list(error.errors(include_input=False, include_url=False))))
    if isinstance(error, StarletteHTTPException):
        kind = {404: NotFound, 405: MethodNotAllowed, 401: Unauthenticated}.get(
            error.status_code, Problem if error.status_code >= 500 else NotJson
        )
        return kind(headers=error.headers)
    if is_outage(error):
        return Unavailable()
    return Problem()


def is_outage(error: BaseException) -> bool:
    """Whether the database, not the request, is at fault."""
    if isinstance(error, PoolTimeout | ConnectionError | InterfaceError):
        return True
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or state[:2] in DISCONNECTED or (isinstance(error, OperationalError) and not state)
    return isinstance(error, OSError)


def install_problem_handlers(app: FastAPI) -> None:
    """Every exception of a route becomes problem+json."""

    async def handle(request: Request, error: Exception) -> Response:
        problem = as_problem(error)
        if problem.status >= 500 and not isinstance(problem, Unavailable):
            log.error("request_failed", exc_info=error, path=request.scope.get("route_path", ""))
        return problem_response(
            problem,
            accept_language=request.headers.get("accept-language"),
            request_id=getattr(request.state, "request_id", ""),
        )

    handler: Callable[[Request, Exception], Awaitable[Response]] = handle
    for kind in (Problem, RequestValidationError, StarletteHTTPException, ValidationError, DBAPIError, PoolTimeout, OSError):
        app.add_exception_handler(kind, handler)
