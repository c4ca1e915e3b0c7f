"""Every operation of REST and GraphQL: who may call it, how it is documented, that its example is one."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from loanbroker_api import export
from loanbroker_api.access.deps import current_actor, reads, writes
from loanbroker_api.access.middleware import GUARDED, PUBLIC
from loanbroker_api.app import ROUTERS, create_app
from loanbroker_api.core.http import AreaRoute
from loanbroker_api.core.permissions import PERMISSIONS
from loanbroker_api.core.schemas import InSchema
from loanbroker_api.graph import Mutation, Query, Subscription
from loanbroker_api.settings import Settings

PUBLIC_ROUTES = {
    "/api/v1/auth/login",
    *(f"/api/v1/auth/login/{step}" for step in ("resume", "remind", "factor", "passkey-options", "enrol", "enrol/confirm", "password")),
    "/api/v1/auth/refresh",
    "/api/v1/auth/wechat/login",
    "/api/v1/auth/wechat/bind",
}
ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
DOCUMENT: dict[str, Any] = orjson.loads(export.documents()["openapi.json"])
OPERATIONS = [(method, path, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()]
BY_ID = pytest.mark.parametrize(
    "operation", [operation for *_, operation in OPERATIONS], ids=[operation["operationId"] for *_, operation in OPERATIONS]
)


def called(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from called(below)


@pytest.fixture(scope="module")
def built() -> FastAPI:
    return create_app(Settings(environment="test", frontend_dir=Path("/nonexistent")))


def test_the_public_list_is_what_it_was_agreed_to_be() -> None:
    assert set(PUBLIC) == PUBLIC_ROUTES
    assert GUARDED == ("/api/", "/graphql")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.unique_id)
def test_a_route_has_an_actor_or_is_public(route: APIRoute) -> None:
    depends = set(called(route.dependant))
    assert isinstance(route, AreaRoute)
    assert route.path.startswith("/api/v1/")
    assert bool(depends & {current_actor, reads, writes}) is (route.path not in PUBLIC_ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.unique_id)
def test_a_route_names_its_permission(route: APIRoute) -> None:
    permission = (route.openapi_extra or {}).get("x-permission")
    assert permission in {*PERMISSIONS, "self", "public"}
    assert (permission == "public") is (route.path in PUBLIC_ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.unique_id)
def test_only_what_may_write_writes(route: APIRoute) -> None:
    """A GET never has a unit of work."""
    if "GET" in route.methods:
        assert writes not in set(called(route.dependant))


def test_nothing_under_the_api_stands_beside_the_areas(built: FastAPI) -> None:
    paths = {getattr(route, "path", "") for route in built.routes}
    beside = {path for path in paths if path.startswith("/api")} - {route.path for route in ROUTES}
    assert beside == set()
    assert {path for path in paths if not path.startswith("/api")} <= {
        "",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/problems/{code}",
        "/.well-known/jwks.json",
        "/graphql",
    }


def test_operation_ids_are_unique_and_speak() -> None:
    ids = [operation["operationId"] for *_, operation in OPERATIONS]
    assert len(ids) == len(set(ids)) == len(ROUTES)
    for _, _, operation in OPERATIONS:
        (area,) = operation["tags"]
        assert re.fullmatch(rf"{area}_[a-z]+(_[a-z]+)*", operation["operationId"])


@pytest.mark.parametrize("path", sorted(DOCUMENT["paths"]))
def test_addresses_are_nouns_in_kebab_case(path: str) -> None:
    for part in path.removeprefix("/api/v1/").split("/"):
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*|\{[a-z_]+\}", part)


@BY_ID
def test_an_operation_is_described(operation: dict[str, Any]) -> None:
    assert re.search(r"[\u4e00-\u9fff]", operation["summary"])
    assert len(operation["description"]) >= 4
    assert operation["description"] != operation["summary"]
    assert operation["x-permission"]
    assert ("security" in operation) is (operation["x-permission"] != "public")


@BY_ID
def test_an_operation_tells_its_errors(operation: dict[str, Any]) -> None:
    refusals = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
    assert {"401", "422"} <= set(refusals)
    for answer in refusals.values():
        content = answer["content"]["application/problem+json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert content["examples"]
        assert answer["description"]
    scoped = operation["x-permission"] in PERMISSIONS
    assert not scoped or {"403", "404"} & set(refusals), "a permission can be lacking"


@BY_ID
def test_a_body_has_an_example(operation: dict[str, Any]) -> None:
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        reference = schema.get("$ref") or next(one["$ref"] for one in schema["anyOf"] if "$ref" in one)
        assert DOCUMENT["components"]["schemas"][reference.rsplit("/", 1)[1]]["examples"]


def bodies(kind: type = InSchema) -> Iterator[type[BaseModel]]:
    for direct in kind.__subclasses__():
        if (direct.model_config.get("json_schema_extra") or {}).get("examples") and direct.__module__.startswith("loanbroker_api"):  # type: ignore[union-attr]
            yield direct
        yield from bodies(direct)


@pytest.mark.parametrize("kind", list(bodies()), ids=lambda kind: kind.__name__)
def test_an_example_is_one(kind: type[BaseModel]) -> None:
    for example in kind.model_config["json_schema_extra"]["examples"]:  # type: ignore[index, call-overload]
        parsed = kind.model_validate(example)
        assert set(parsed.model_dump(by_alias=True, exclude_unset=True)) == set(example)


def test_parameters_are_described_where_their_name_does_not_do() -> None:
    for _, path, operation in OPERATIONS:
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "header":
                assert parameter.get("description") or parameter["name"] == "Last-Event-ID", (path, parameter["name"])


def test_the_documents_are_those_of_the_code() -> None:
    folder = Path(__file__).parents[2] / "openapi"
    stale = [name for name, body in export.documents().items() if (folder / name).read_bytes() != body]
    assert stale == [], "run `make api` and commit what changed"


REACHES_AN_ACTOR = re.compile(r"context\.(actor|writes\(|reads\(|loader\(|hub\.events\()")


@pytest.mark.parametrize("root", [Query, Mutation, Subscription], ids=lambda root: root.__name__)
def test_a_root_field_reaches_an_actor(root: type) -> None:
    fields = root.__strawberry_definition__.fields
    assert fields
    for field in fields:
        resolver = field.base_resolver
        assert resolver is not None, f"{root.__name__}.{field.name} is plain data"
        body = textwrap.dedent(inspect.getsource(resolver.wrapped_func))
        assert REACHES_AN_ACTOR.search(body), f"{root.__name__}.{field.name}"
        assert field.description, f"{root.__name__}.{field.name}"


def test_a_query_has_no_side_effects() -> None:
    for field in Query.__strawberry_definition__.fields:
        assert "writes" not in inspect.getsource(field.base_resolver.wrapped_func), field.name


def test_every_mutation_field_has_a_transaction_of_its_own() -> None:
    for field in Mutation.__strawberry_definition__.fields:
        tree = ast.parse(textwrap.dedent(inspect.getsource(field.base_resolver.wrapped_func)))
        opened = [
            node for node in ast.walk(tree) if isinstance(node, ast.AsyncWith) and "writes()" in ast.unparse(node.items[0].context_expr)
        ]
        assert len(opened) == 1, field.name
