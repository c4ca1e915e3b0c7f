"""Requests for every operation that takes an id, built from the documents that the product publishes: a new one is attacked the day it appears.

A slot is a place for an id: in the path, in the query, somewhere in the body or in a GraphQL argument. `NOUNS` says what kind of thing a slot
names. A slot that nobody has named fails the test: an operation without an object would be an operation that nobody attacks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLNonNull, GraphQLObjectType, is_leaf_type, is_list_type

from loanbroker_api import export
from loanbroker_api.graph import Mutation, Query, schema

NOUNS = {
    "customer_id": "customer", "case_id": "case", "channel_id": "channel", "employee_id": "employee", "device_id": "device",
    "session_id": "session", "key_id": "api_key", "subject_id": "customer", "stage_id": "stage", "disbursement_id": "disbursement",
    "lender_id": "lender", "approval_id": "approval", "policy_id": "policy", "factor_id": "factor", "notification_id": "notification",
    "unit_id": "unit", "pipeline_id": "pipeline", "version_id": "version", "product_id": "product", "receipt_id": "receipt",
    "role_id": "role", "submission_id": "submission", "task_id": "task", "todo_id": "todo", "actor_id": "employee", "owner_id": "employee",
    "team_id": "unit", "parent_id": "unit", "phone_id": "phone", "product_version_id": "version", "from_version_id": "version",
    "role_ids": "role", "units": "unit", "with": "version", "after": "event",
    # Paths where one name means another thing, and GraphQL's bare ids.
    "/audit/entries/{entry_id}": "audit", "/inbox-entries/{entry_id}": "inbox",
    "customer": "customer", "updateCustomer": "customer", "assignCustomer": "customer", "channel": "channel", "product": "product",
    "productVersion": "version", "case": "case", "auditEntry": "audit", "employee": "employee", "role": "role", "rolePreview": "role",
    "decideLogin": "approval", "confirmTotp": "factor", "removeFactor": "factor", "revokeApiKey": "api_key", "updateEmployee": "employee",
    "deactivateEmployee": "employee", "activateEmployee": "employee", "resetPassword": "employee", "resetFactors": "employee",
    "updateOrgUnit": "unit", "deleteOrgUnit": "unit", "updateRole": "role", "copyRole": "role", "deleteRole": "role",
    "updateLender": "lender", "updateProduct": "product", "saveVersion": "version", "approveVersion": "version", "withdrawVersion": "version",
    "updateCase": "case", "moveCase": "case", "decideSubmission": "submission", "voidDisbursement": "disbursement",
    "reverseReceipt": "receipt", "updateLoginPolicy": "policy", "deleteLoginPolicy": "policy",
}  # fmt: skip
STREAMS = {"workspace_stream_events"}
"""Never end by themselves; `after` is only a place in one's own stream (tests/workspace/test_push.py)."""
STATIC = {"name": "身份证", "key": "a", "day": "2026-01-01", "year": "2026"}
SCOPED = {"customer", "case", "employee", "device", "session", "approval", "receipt", "submission", "disbursement", "phone"}
"""Kinds of things that data scopes keep apart within a company."""
PERSONAL = {"notification", "todo", "task", "factor"}


@dataclass(frozen=True)
class Slot:
    name: str
    noun: str


@dataclass(frozen=True)
class Aim:
    """An operation with its slots; `build` fills them."""

    name: str
    permission: str
    slots: tuple[Slot, ...]
    method: str = ""
    path: str = ""
    query: tuple[str, ...] = ()
    body: Any = None
    document: str = ""
    variables: Any = field(default=None)
    area: str = ""
    """The area of the product that answers; `audit` for the trail, which is read by its own permission."""

    def request(self, ids: dict[str, UUID | str]) -> dict[str, Any]:
        """Options of a request (REST) or of a GraphQL operation."""
        if self.document:
            return {"query": self.document, "variables": _filled(self.variables, ids)}
        path = self.path
        for name in re.findall(r"\{(\w+)\}", self.path):
            path = path.replace(f"{{{name}}}", str(ids.get(name, STATIC.get(name, ""))))
        options: dict[str, Any] = {"method": self.method, "path": path.removeprefix("/api/v1"), "headers": {"If-Match": '"1"'}}
        if self.query:
            options["params"] = {name: str(ids[name]) for name in self.query}
        if self.body is not None:
            options["json"] = _filled(self.body, ids)
        return options


@dataclass(frozen=True)
class _Hole:
    slot: str


def _filled(value: Any, ids: dict[str, UUID | str]) -> Any:
    if isinstance(value, _Hole):
        return str(ids[value.slot])
    if isinstance(value, dict):
        return {name: _filled(inner, ids) for name, inner in value.items()}
    return [_filled(inner, ids) for inner in value] if isinstance(value, list) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def noun_of(name: str, place: str) -> str:
    """Raises LookupError, which names the slot, for one that nobody has given an object."""
    for known, noun in NOUNS.items():
        if known.startswith("/") and place.startswith(known) and name == "entry_id":
            return noun
    found = NOUNS.get(place) if name == "id" else NOUNS.get(_snake(name).split(".")[-1])
    if found is None:
        raise LookupError(f"{place}: nothing to put in for {name}: give it an object in support/victims.py and a noun in support/aims.py")
    return found


def rest_aims() -> Iterator[Aim]:
    """Every operation of REST that takes an id."""
    document = orjson.loads(export.documents()["openapi.json"])
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] in STREAMS:
                continue
            aim = _rest_aim(path, method.upper(), operation, schemas)
            if aim is not None:
                yield aim


def _rest_aim(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> Aim | None:
    short = path.removeprefix("/api/v1")
    slots: dict[str, Slot] = {}
    query: list[str] = []
    for parameter in operation.get("parameters", []):
        if parameter["in"] not in {"path", "query"} or not _holds_id(parameter["schema"]):
            continue
        name = parameter["name"]
        slots[name] = Slot(name, noun_of(name, short))
        if parameter["in"] == "query":
            query.append(name)
    body: Any = None
    if "requestBody" in operation:
        given = operation["requestBody"]["content"]["application/json"]["schema"]
        reference = given.get("$ref") or next(one["$ref"] for one in given["anyOf"] if "$ref" in one)
        named = schemas[reference.rsplit("/", 1)[1]]
        body = _with_holes(named, named["examples"][0], "", schemas, slots, short)
    if not slots:
        return None
    area = "audit" if short.startswith("/audit") else operation["tags"][0]
    return Aim(operation["operationId"], operation["x-permission"], tuple(slots.values()), method, path, tuple(query), body, area=area)


def _holds_id(given: dict[str, Any]) -> bool:
    return given.get("format") == "uuid" or any(_holds_id(one) for one in given.get("anyOf", []))


def _resolved(given: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in given:
        return _resolved(schemas[given["$ref"].rsplit("/", 1)[1]], schemas)
    for one in given.get("anyOf", []):
        if one.get("type") != "null":
            return _resolved(one, schemas)
    return given


def _with_holes(given: dict[str, Any], example: Any, at: str, schemas: dict[str, Any], slots: dict[str, Slot], place: str) -> Any:
    """The example with a hole wherever the schema wants an id; ids that the example leaves out are added."""
    known = _resolved(given, schemas)
    if _holds_id(known):
        slots[at] = Slot(at, noun_of(at, place))
        return _Hole(at)
    if known.get("type") == "array" and _mentions_id(known.get("items", {}), schemas):
        shown = example[0] if isinstance(example, list) and example else {}
        return [_with_holes(known["items"], shown, at, schemas, slots, place)]
    if known.get("type") != "object" or "properties" not in known:
        return example
    filled = dict(example) if isinstance(example, dict) else {}
    for name, inner in known["properties"].items():
        if name in filled or (_mentions_id(inner, schemas) and not _needs_more(inner, schemas)):
            filled[name] = _with_holes(inner, filled.get(name), f"{at}.{name}".lstrip("."), schemas, slots, place)
    return filled


def _mentions_id(given: dict[str, Any], schemas: dict[str, Any]) -> bool:
    known = _resolved(given, schemas)
    if _holds_id(known):
        return True
    if known.get("type") == "array":
        return _mentions_id(known.get("items", {}), schemas)
    return any(_mentions_id(inner, schemas) for inner in known.get("properties", {}).values()) if known.get("type") == "object" else False


def _needs_more(given: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Whether an object that the example leaves out could not be made of ids alone."""
    known = _resolved(given, schemas)
    if known.get("type") == "array":
        return _needs_more(known.get("items", {}), schemas)
    properties = known.get("properties", {})
    return any(not _mentions_id(properties[name], schemas) for name in known.get("required", []))


def graph_aims() -> Iterator[Aim]:
    """Every root field of Query and Mutation that takes an id."""
    built: Any = schema._schema  # pyright: ignore[reportPrivateUsage]
    for kind, root in (("query", built.query_type), ("mutation", built.mutation_type)):
        for name, known in root.fields.items():
            slots: dict[str, Slot] = {}
            variables: dict[str, Any] = {}
            for argument, wanted in known.args.items():
                value = _sample(
                    wanted.type,
                    argument,
                    slots,
                    name,
                    required=(isinstance(wanted.type, GraphQLNonNull) and wanted.default_value is None)
                    or isinstance(wanted.type, GraphQLNonNull),
                )
                if value is not None:
                    variables[argument] = value
            if not slots:
                continue
            declared = ", ".join(f"${argument}: {known.args[argument].type}" for argument in variables)
            given = ", ".join(f"{argument}: ${argument}" for argument in variables)
            document = f"{kind}({declared}) {{ {name}({given}) {_selection(known.type, 3)} }}"
            yield Aim(f"{kind} {name}", "", tuple(slots.values()), document=document, variables=variables, area=_area_of(name))


def _area_of(name: str) -> str:
    """Of a root field of GraphQL: that of the class which declares it."""
    for root in (Query, Mutation):
        for known in root.__strawberry_definition__.fields:  # type: ignore[attr-defined]
            if schema.config.name_converter.get_graphql_name(known) == name:
                module = known.origin.__module__.split(".")
                return "audit" if "trail" in module else module[1]
    raise LookupError(name)


def _base(given: Any) -> Any:
    while hasattr(given, "of_type"):
        given = given.of_type
    return given


_SAMPLES = {
    "Int": 1,
    "Fen": 1,
    "String": "2026-11-24",
    "Boolean": True,
    "Float": 1.0,
    "DateTime": "2026-11-24T00:00:00Z",
    "Date": "2026-11-24",
    "JSON": {},
    "FieldValue": 1,
    "Decimal": "1",
}


def _sample(given: Any, at: str, slots: dict[str, Slot], place: str, *, required: bool) -> Any:
    base = _base(given)
    listed = is_list_type(given.of_type if isinstance(given, GraphQLNonNull) else given)
    value: Any = None
    if base.name == "UUID":
        slots[at] = Slot(at, noun_of(at, place))
        value = _Hole(at)
    elif isinstance(base, GraphQLInputObjectType):
        inner_slots: dict[str, Slot] = {}
        made = {
            name: inner
            for name, wanted in base.fields.items()
            if (inner := _sample(wanted.type, f"{at}.{name}", inner_slots, place, required=isinstance(wanted.type, GraphQLNonNull)))
            is not None
        }
        if inner_slots or required:
            slots |= inner_slots
            value = made
    elif required:
        value = next(iter(base.values)) if isinstance(base, GraphQLEnumType) else _SAMPLES.get(base.name, "x")
    return [value] if listed and value is not None else value


def _selection(given: Any, depth: int) -> str:
    base = _base(given)
    if is_leaf_type(base):
        return ""
    if not isinstance(base, GraphQLObjectType):
        return "{ __typename }"
    parts = ["__typename"]
    for name, known in base.fields.items():
        if any(isinstance(argument.type, GraphQLNonNull) for argument in known.args.values()):
            continue
        inner = _base(known.type)
        if is_leaf_type(inner):
            parts.append(name)
        elif depth > 1 and name in {"edges", "node", "items", "pageInfo", "name", "phone", "employee", "customer"}:
            parts.append(f"{name} {_selection(known.type, depth - 1)}")
    return "{ " + " ".join(parts) + " }"
