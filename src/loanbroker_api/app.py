"""create_app(): settings → lifespan → middleware → REST routers → GraphQL → static SPA. Nothing else."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from loanbroker_api import registry, site
from loanbroker_api.access.factors.routes import router as factors_router
from loanbroker_api.access.gate import Gate
from loanbroker_api.access.machines.routes import router as machines_router
from loanbroker_api.access.middleware import AuthenticationMiddleware, RequestMiddleware
from loanbroker_api.access.policies.routes import router as policies_router
from loanbroker_api.access.roles.routes import router as roles_router
from loanbroker_api.access.routes import router as access_router
from loanbroker_api.access.sessions.routes import looking_after_router, signing_in_router
from loanbroker_api.access.staff.routes import router as staff_router
from loanbroker_api.access.trail.routes import router as trail_router
from loanbroker_api.access.wechat.routes import router as wechat_router
from loanbroker_api.analytics.routes import router as analytics_router
from loanbroker_api.channels.door import Door, DoorMiddleware
from loanbroker_api.channels.inbox_writer import InboxWriter
from loanbroker_api.channels.routes import router as channels_router
from loanbroker_api.core import logging
from loanbroker_api.core.clock import Clock
from loanbroker_api.core.guard import check_database_role
from loanbroker_api.core.http import install_problem_handlers
from loanbroker_api.core.runtime import open_runtime
from loanbroker_api.customers.qualification.routes import router as qualification_router
from loanbroker_api.customers.routes import router as customers_router
from loanbroker_api.finance.routes import router as finance_router
from loanbroker_api.graph import graphql_router
from loanbroker_api.notifications.routes import router as notifications_router
from loanbroker_api.pipeline.routes import router as pipeline_router
from loanbroker_api.products.routes import router as products_router
from loanbroker_api.settings import Settings, get_settings
from loanbroker_api.workspace.audit.routes import router as audit_tasks_router
from loanbroker_api.workspace.routes import router as workspace_router
from loanbroker_api.workspace.stream import Hub

ROUTERS = (
    signing_in_router,
    looking_after_router,
    access_router,
    staff_router,
    roles_router,
    factors_router,
    machines_router,
    policies_router,
    wechat_router,
    trail_router,
    audit_tasks_router,
    workspace_router,
    notifications_router,
    customers_router,
    qualification_router,
    channels_router,
    products_router,
    pipeline_router,
    finance_router,
    analytics_router,
)


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    """The application of one process. Production settings refuse to start with weak keys or a role above the policies."""
    settings = settings or get_settings()
    logging.configure(settings.log_level)
    registry.load()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with open_runtime(settings, clock) as runtime:
            if settings.production:
                async with runtime.database.app.connect() as connection:
                    await check_database_role(connection)
            dsn = runtime.settings.database_url.get_secret_value() if runtime.settings.database_url else ""
            writer = InboxWriter(dsn, runtime.waker, queue_rows=settings.webhook_queue, batch_rows=settings.webhook_batch)
            app.state.runtime, app.state.gate, app.state.hub = runtime, Gate(runtime), Hub(runtime)
            app.state.door = Door(runtime, writer)
            writer.start()
            app.state.gate.start()
            app.state.hub.start()
            try:
                yield
            finally:
                await app.state.hub.stop()
                await app.state.gate.stop()
                await writer.close()

    app = FastAPI(
        title="助贷业务系统 API",
        version="1.0.0",
        summary="线索、客户、匹配、业务单、回款",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    install_problem_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(graphql_router(settings.cors_origins))
    site.install(app, settings)
    # The last added is the outermost: the door for platforms, then request, CORS, authentication.
    app.add_middleware(AuthenticationMiddleware, state=app.state)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "If-Match",
                "Idempotency-Key",
                "X-Requested-With",
                "Last-Event-ID",
                "Accept-Language",
                "X-Background",
                "X-Preview-Role",
            ],
            expose_headers=["X-Request-Id", "Retry-After", "Date", "Idempotency-Replayed"],
            max_age=600,
        )
    app.add_middleware(RequestMiddleware, state=app.state)
    app.add_middleware(DoorMiddleware, state=app.state)
    return app


DESCRIPTION = """
- 登录后带 `Authorization: Bearer <accessToken>`；令牌最长 10 分钟，用刷新令牌换新。
- 错误是 RFC 9457 的 `application/problem+json`：程序看 `code`，人看 `message`；`type` 指向含义和处理办法。
- 列表用游标翻页；更新带 `If-Match`；写入可带 `Idempotency-Key`。
- 金额单位是分；时间是 UTC 的 ISO 8601。
"""
