"""The root types, composed from the areas, with limits on depth, aliases, tokens and cost; failures as Problems."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from starlette.requests import HTTPConnection
from strawberry.exceptions import ConnectionRejectionError
from strawberry.extensions import MaskErrors, MaxAliasesLimiter, MaxTokensLimiter, QueryDepthLimiter, SchemaExtension
from strawberry.fastapi import GraphQLRouter
from strawberry.schema.config import StrawberryConfig
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.unset import UnsetType

from loanbroker_api.access.graph import AccessMutation, AccessQuery
from loanbroker_api.channels.graph import ChannelQuery
from loanbroker_api.core.actor import RequestInfo
from loanbroker_api.core.errors import FieldError, Invalid, Problem
from loanbroker_api.core.http import as_problem
from loanbroker_api.core.logging import get_logger
from loanbroker_api.customers.graph import CustomerMutation, CustomerQuery
from loanbroker_api.workspace.graph import Context, Fen, Json, WorkspaceSubscription

log = get_logger("graphql")
MAX_DEPTH, MAX_ALIASES, MAX_TOKENS, MAX_COST = 10, 15, 2_000, 5_000
DEFAULT_PAGE = 50


@strawberry.type(description="读取")
class Query(AccessQuery, CustomerQuery, ChannelQuery):
    pass


@strawberry.type(description="写入；每个字段是一个独立的事务")
class Mutation(AccessMutation, CustomerMutation):
    pass


@strawberry.type(description="推送")
class Subscription(WorkspaceSubscription):
    pass


class QueryInvalid(Problem):
    code, status = "core.graphql-invalid", 400
    message, english = "查询无效（{place}）{reason}", "The query is not valid ({place}){reason}"
    remedy = "对照 schema 检查该位置的字段、参数和变量的类型；值放在 variables 里。"


# What graphql-core and the limiters say of names and counts; their other sentences repeat the refused value.
_TELLABLE = re.compile(
    r"Cannot query field|Unknown (argument|type|fragment|directive)|Field '\w+' (argument|of type|must)|Fragment '\w+'|There can be only one"
    r"|Variable '\$\w+' (is not defined|is never used|of (required )?type)|Must provide|Unknown operation"
    r"|.* exceeds maximum operation depth|\d+ aliases found|Syntax Error: Document contains more than"
)


def _invalid(error: GraphQLError) -> QueryInvalid:
    place = "，".join(f"{spot.line}:{spot.column}" for spot in (error.locations or [])[:3]) or "variables"
    return QueryInvalid(place=place, reason=f"：{error.message}" if _TELLABLE.match(error.message) else "")


class Problems(MaskErrors):
    """Errors as REST tells them, in extensions.problem; nothing unexpected and no refused value gets through."""

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        cause = error.original_error
        problem = _invalid(error) if cause is None or isinstance(cause, GraphQLError) else as_problem(cause)
        if problem.status == 500:
            log.error("resolver_failed", exc_info=error.original_error, path=str(error.path))
        context: Context = self.execution_context.context
        state = context.connection.state
        body = problem.to_json(state.language, state.request_id)
        return GraphQLError(
            message=body["message"],
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            extensions={"problem": body},
        )


class CloseReads(SchemaExtension):
    """The operation's read transaction ends with the operation."""

    async def on_operation(self) -> AsyncIterator[None]:
        yield
        context: Context = self.execution_context.context
        await context.close()


class TooCostly(Problem):
    code, status = "core.graphql-too-costly", 400
    message, english = "查询太大：估计 {cost} 行，上限 {limit}；减小 first 或少套几层", "The query is too large; ask for fewer rows"
    remedy = "减小 first，或分几次查询。"


class CostLimiter(SchemaExtension):
    """Bounds the rows a query may ask for: a list inside a list multiplies."""

    def on_execute(self) -> Iterator[None]:
        document = self.execution_context.graphql_document
        if document is not None:
            fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
            variables = self.execution_context.variables or {}
            for node in document.definitions:
                if isinstance(node, OperationDefinitionNode):
                    cost = _cost(node.selection_set, fragments, variables, frozenset())
                    if cost > MAX_COST:
                        refused = GraphQLError("", original_error=TooCostly(cost=cost, limit=MAX_COST))
                        self.execution_context.result = ExecutionResult(data=None, errors=[refused])
        yield


_LISTS = {"followUps": 20, "channels": 50}


def _cost(
    selections: SelectionSetNode | None, fragments: dict[str, FragmentDefinitionNode], variables: dict[str, Any], inside: frozenset[str]
) -> int:
    total = 0
    for node in selections.selections if selections else ():
        if isinstance(node, FieldNode):
            below = _cost(node.selection_set, fragments, variables, inside)
            total += _rows(node, variables) * (1 + below) if node.selection_set else 0
        elif isinstance(node, InlineFragmentNode):
            total += _cost(node.selection_set, fragments, variables, inside)
        elif isinstance(node, FragmentSpreadNode) and node.name.value in fragments and node.name.value not in inside:
            total += _cost(fragments[node.name.value].selection_set, fragments, variables, inside | {node.name.value})
    return total


def _rows(node: FieldNode, variables: dict[str, Any]) -> int:
    for argument in node.arguments or ():
        if argument.name.value == "first":
            if isinstance(argument.value, IntValueNode):
                return max(1, int(argument.value.value))
            name = getattr(getattr(argument.value, "name", None), "value", "")
            given = variables.get(name)
            return max(1, given) if isinstance(given, int) else DEFAULT_PAGE
    return DEFAULT_PAGE if node.name.value in {"customers", "searchCustomers"} else _LISTS.get(node.name.value, 1)


def _int64(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid(FieldError("", "core.int-type", "金额应为整数，单位分", "An integer number of fen"))
    return value


class Schema(strawberry.Schema):
    """Errors are logged once, by Problems, by type and place; the framework's own log would repeat values."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        return


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(
        scalar_map={
            Fen: strawberry.scalar(name="Fen", description="金额，单位分，JSON 整数，可超过 32 位", serialize=int, parse_value=_int64),
            Json: strawberry.scalar(name="JSON", description="JSON 对象", serialize=lambda value: value, parse_value=lambda value: value),
        }
    ),
    extensions=[
        lambda: QueryDepthLimiter(max_depth=MAX_DEPTH),
        lambda: MaxAliasesLimiter(max_alias_count=MAX_ALIASES),
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        CostLimiter,
        CloseReads,
        Problems,
    ],
)


class Router(GraphQLRouter[Context, None]):
    """graphql-transport-ws only; the token comes in connection_init and passes the same gate as a request."""

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        given: dict[str, Any] = dict(context.connection_params or {})
        token = str(given.get("authorization", "")).removeprefix("Bearer ").strip()
        request: RequestInfo = context.connection.state.request
        try:
            context.admitted = await context.gate.admit(token, request)
        except Problem as problem:
            raise ConnectionRejectionError({"code": problem.code}) from problem
        return await super().on_ws_connect(context)


async def graphql_context(connection: HTTPConnection) -> Context:
    return Context(connection)


def graphql_router(allowed_origins: tuple[str, ...]) -> Router:
    """The router under /graphql."""
    return Router(
        schema,
        path="/graphql",
        context_getter=graphql_context,
        graphql_ide=None,
        allow_queries_via_get=False,
        subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
        connection_init_wait_timeout=timedelta(seconds=10),
        max_subscriptions_per_connection=4,
        allowed_origins=allowed_origins,
        include_in_schema=False,
    )
