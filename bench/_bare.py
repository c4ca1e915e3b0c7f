"""The reference of bench/ingest.py: a bare Starlette route that does for one webhook what our door does, each in a transaction of its own.

The same signature check and the same encryption (our own functions), the same table, indexes and policies, the same row, by asyncpg from a
pool. `bare` is the plain way: BEGIN, bind the tenant, INSERT, COMMIT. `single` sends our own function one row at a time: one round trip.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loanbroker_api.channels.adapters.generic import verify
from loanbroker_api.channels.keys import secret_bytes
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import open_runtime
from loanbroker_api.settings import get_settings

INSERT = """
INSERT INTO inbox AS kept (tenant_id, id, channel_id, delivery_key, received_at, body_enc, state, is_test, next_at)
VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $5)
ON CONFLICT (tenant_id, channel_id, delivery_key) DO UPDATE SET deliveries = kept.deliveries + 1
"""
SINGLE = (
    "SELECT app.ingest_batch($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bytea[], $6::text[], $7::boolean[], $8::timestamptz[])"
)


def create_app() -> Starlette:
    settings = get_settings()
    tenant_id, channel_id = UUID(os.environ["BENCH_TENANT"]), UUID(os.environ["BENCH_CHANNEL"])
    secrets = [secret_bytes(os.environ["BENCH_SECRET"])]
    pool_size = int(os.environ["BENCH_POOL"])

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        async with open_runtime(settings) as runtime:
            app.state.keys = await runtime.keyring.of(runtime.database, tenant_id)
            async with asyncpg.create_pool(settings.database_url.get_secret_value(), min_size=pool_size, max_size=pool_size) as pool:
                app.state.pool = pool
                yield

    async def bare(request: Request) -> Response:
        body = await request.body()
        now = datetime.now(UTC)
        try:
            delivery = verify(request.headers, body, secrets, now)
        except Problem as problem:
            return Response(status_code=problem.status)
        row_id = new_id()
        sealed = app.state.keys.encrypt("inbox", "body", row_id, body)
        async with app.state.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT app.bind_tenant($1, false)", tenant_id)
            await connection.execute(INSERT, tenant_id, row_id, channel_id, delivery.key, now, sealed, delivery.is_test)
        return Response(b'{"received":1}', 202, media_type="application/json")

    async def single(request: Request) -> Response:
        body = await request.body()
        now = datetime.now(UTC)
        try:
            delivery = verify(request.headers, body, secrets, now)
        except Problem as problem:
            return Response(status_code=problem.status)
        row_id = new_id()
        sealed = app.state.keys.encrypt("inbox", "body", row_id, body)
        async with app.state.pool.acquire() as connection:
            await connection.execute(
                SINGLE, [tenant_id], [row_id], [channel_id], [delivery.key], [sealed], [None], [delivery.is_test], [now]
            )
        return Response(b'{"received":1}', 202, media_type="application/json")

    async def alive(request: Request) -> Response:
        return Response()

    app = Starlette(
        routes=[Route("/healthz", alive), Route("/bare/{key}", bare, methods=["POST"]), Route("/single/{key}", single, methods=["POST"])],
        lifespan=lifespan,
    )
    return app


if __name__ == "__main__":
    # As `loanbroker serve` runs ours.
    uvicorn.run(
        create_app(),
        host="127.0.0.1",
        port=get_settings().port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
    )
