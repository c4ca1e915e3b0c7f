"""The root types, composed from the areas, with limits on depth, aliases, tokens and cost; failures as Problems."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any, cast

import strawberry
from graphql import GraphQLError
from starlette.requests import HTTPConnection
from strawberry.exceptions import ConnectionRejectionError
from strawberry.extensions import MaskErrors, MaxTokensLimiter, SchemaExtension
from strawberry.fastapi import GraphQLRouter
from strawberry.schema.config import StrawberryConfig
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionContext
from strawberry.types.unset import UnsetType

from loanbroker_api.access.factors.graph import AccessFactorsMutation
from loanbroker_api.access.graph import AccessMutation, AccessQuery
from loanbroker_api.access.machines.graph import AccessMachinesMutation, AccessMachinesQuery
from loanbroker_api.access.policies.graph import AccessPolicyMutation, AccessPolicyQuery
from loanbroker_api.access.roles.graph import AccessRoleMutation, AccessRoleQuery
from loanbroker_api.access.sessions.graph import AccessSessionsMutation, AccessSessionsQuery
from loanbroker_api.access.staff.graph import AccessStaffMutation, AccessStaffQuery
from loanbroker_api.access.trail.graph import AccessTrailMutation, AccessTrailQuery
from loanbroker_api.access.wechat.graph import AccessWechatMutation, AccessWechatQuery
from loanbroker_api.analytics.graph import AnalyticsQuery
from loanbroker_api.channels.graph import ChannelQuery
from loanbroker_api.core.actor import RequestInfo
from loanbroker_api.core.errors import FieldError, Invalid, NotJson, Problem
from loanbroker_api.core.graphql_limits import limits, refuse, without_values
from loanbroker_api.core.http import as_problem
from loanbroker_api.core.logging import get_logger
from loanbroker_api.customers.graph import CustomerMutation, CustomerQuery
from loanbroker_api.customers.qualification.graph import FieldValue
from loanbroker_api.finance.graph import FinanceMutation, FinanceQuery
from loanbroker_api.pipeline.graph import PipelineMutation, PipelineQuery
from loanbroker_api.products.graph import ProductMutation, ProductQuery
from loanbroker_api.workspace.audit.graph import AuditTaskMutation
from loanbroker_api.workspace.graph import Context, Fen, Json, WorkspaceSubscription

log = get_logger("graphql")
MAX_DEPTH, MAX_ALIASES, MAX_TOKENS, MAX_COST = 10, 15, 2_000, 5_000
MAX_SUBSCRIPTIONS = 4
"""Operations under way on one socket."""


@strawberry.type(description="读取")
class Query(
    AccessQuery,
    AccessSessionsQuery,
    AccessMachinesQuery,
    CustomerQuery,
    ChannelQuery,
    ProductQuery,
    PipelineQuery,
    FinanceQuery,
    AnalyticsQuery,
    AccessPolicyQuery,
    AccessWechatQuery,
    AccessTrailQuery,
    AccessStaffQuery,
    AccessRoleQuery,
):
    pass


@strawberry.type(description="写入；每个字段是一个独立的事务")
class Mutation(
    AccessMutation,
    AccessSessionsMutation,
    AccessFactorsMutation,
    AccessMachinesMutation,
    AccessWechatMutation,
    AccessStaffMutation,
    AccessRoleMutation,
    CustomerMutation,
    ProductMutation,
    PipelineMutation,
    FinanceMutation,
    AccessPolicyMutation,
    AccessTrailMutation,
    AuditTaskMutation,
):
    pass


@strawberry.type(description="推送")
class Subscription(WorkspaceSubscription):
    pass


class GraphqlInvalid(Problem):
    code, status = "core.graphql-invalid", 400
    message, english = "查询不合规：{reason}", "The operation is not valid: {reason}"
    remedy = "对照 /graphiql 或 openapi/schema.graphql 修改查询和变量；层数、别名和行数有上限。"


class Problems(MaskErrors):
    """Errors as REST tells them, in extensions.problem; nothing unexpected and no refused value gets through."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda error: "problem" not in (error.extensions or {}))

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        problem = _problem_of(error)
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


def _problem_of(error: GraphQLError) -> Problem:
    of_the_document = error.path is None and (error.nodes or error.original_error is None)
    if of_the_document and not isinstance(error.original_error, Problem):
        return GraphqlInvalid(reason=without_values(error))
    return as_problem(cast("Exception", error.original_error or error))


class CloseReads(SchemaExtension):
    """The operation's read transaction ends with the operation."""

    async def on_operation(self) -> AsyncIterator[None]:
        yield
        context: Context = self.execution_context.context
        await context.close()


class Judge(SchemaExtension):
    """Refuses an operation on a socket whose session has ended, in validation, where a refusal becomes a Problem like any other."""

    async def on_operation(self) -> AsyncIterator[None]:
        context: Context = self.execution_context.context
        refusal = await context.judge_again()
        if refusal is not None:
            self.execution_context.validation_rules = (*self.execution_context.validation_rules, refuse(refusal))
        yield


class Limits(SchemaExtension):
    """Depth, aliases and rows are judged in validation, before anything of the operation runs."""

    def on_operation(self) -> Iterator[None]:
        context = self.execution_context
        rule = limits(context.variables, depth=MAX_DEPTH, aliases=MAX_ALIASES, cost=MAX_COST)
        context.validation_rules = (*context.validation_rules, rule)
        yield


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
            FieldValue: strawberry.scalar(
                name="FieldValue",
                description="资质或状态的值：整数（分、次数、万分比、城市代码）、true/false、选项代码、选项代码的列表",
                serialize=lambda value: value,
                parse_value=lambda value: value,
            ),
            Json: strawberry.scalar(name="JSON", description="JSON 对象", serialize=lambda value: value, parse_value=lambda value: value),
        }
    ),
    extensions=[
        Judge,
        Limits,
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        CloseReads,
        Problems,
    ],
)


class Router(GraphQLRouter[Context, None]):
    """graphql-transport-ws only; the token comes in connection_init and passes the same gate as a request."""

    def parse_json(self, data: str | bytes) -> Any:
        """Raises NotJson, also for JSON that is no object."""
        try:
            parsed = super().parse_json(data)
        except ValueError as error:
            raise NotJson from error
        if not isinstance(parsed, dict):
            raise NotJson
        return cast("dict[str, Any]", parsed)

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
        max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
        allowed_origins=allowed_origins,
        include_in_schema=False,
    )
