"""What the login policy costs a request, and how soon a change of access reaches live sessions in every process.

Cost: the same application answers the same request with its gate and with a gate that lets one prepared actor in without looking, in turns, in
this process. The policy is a heavy one: 500 networks, two provinces, windows with holidays, device, idle limit, step-up. Propagation: three
processes that know a session; it is revoked by a fourth, and each is asked until it refuses. `--quick`: fewer rounds.
"""

import argparse
import asyncio
import http.client
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from sqlalchemy import select, update

from _common import Child, Figure, Place, finish, median, percentile, place, say, with_runtime
from _customers import PASSWORD, Company, company_of
from loanbroker_api.access.models import Employee, LoginPolicy, LoginSession, Role
from loanbroker_api.access.policies.schemas import PolicyParts
from loanbroker_api.access.sessions.ending import end_sessions
from loanbroker_api.app import create_app
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.runtime import Runtime

HERE = "202.96.128.86"
POLICY = {
    "device": {"max": 20},
    "ip": {"allow": [f"10.{block // 256}.{block % 256}.0/24" for block in range(499)] + ["202.96.128.0/24"], "deny": ["203.0.113.0/24"]},
    "region": {"allow": ["44", "51"], "unknown": "refuse"},
    "time": {"windows": [{"days": [1, 2, 3, 4, 5, 6, 7], "start": "00:00", "end": "24:00"}], "holidays": "open"},
    "idle": {"minutes": 600},
    "sessions": {"max": 50, "hours": 24},
    "factor": {"required": False},
}
PATHS = {"20 customers": "/api/v1/customers?limit=20", "org units": "/api/v1/org-units"}
PROCESSES = 3


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="fewer rounds, within a minute")
    quick = arguments.parse_args().quick
    with place() as made:
        figures = with_runtime(made, lambda runtime: cost(made, runtime, 8 if quick else 40))
        figures += with_runtime(made, lambda runtime: propagation(made, runtime, 15 if quick else 100))
    finish(figures)


async def prepared(made: Place, runtime: Runtime) -> Company:
    """The company of the customers' bench, its salespeople under the policy for the client ios."""
    company = await company_of(runtime, made, 50_000)
    async with runtime.uow(company.tenant_id) as uow:
        role_id = (await uow.session.scalars(select(Role.id).where(Role.code == "sales"))).one()
        parts = PolicyParts.model_validate(POLICY).model_dump(mode="json", by_alias=True)
        for old in await uow.session.scalars(select(LoginPolicy)):
            await uow.session.delete(old)
        await uow.session.flush()
        uow.session.add(LoginPolicy(role_id=role_id, client="ios", parts=parts, overrides=[]))
        await uow.session.execute(
            update(LoginSession).values(ended_at=uow.now, end_reason="revoked").where(LoginSession.ended_at.is_(None))
        )
        uow.changed()
    return company


async def cost(made: Place, runtime: Runtime, rounds: int) -> list[Figure]:
    company = await prepared(made, runtime)
    app = create_app(made.settings())
    figures: list[Figure] = []
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        transport = httpx.ASGITransport(app=app, client=(HERE, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as http_client:
            body = {"tenant": company.code, "username": "sales3", "password": PASSWORD, "client": "ios"}
            token = (await http_client.post("/api/v1/auth/login", json=body)).json()["accessToken"]
            http_client.headers["authorization"] = f"Bearer {token}"
            for name, path in PATHS.items():
                with_policy, without = await _turns(app, http_client, path, rounds)
                ratio = with_policy / without
                say(f"{name}: {with_policy * 1e6:.0f} µs with the policy, {without * 1e6:.0f} µs without, ratio {ratio:.3f}")
                figures.append(Figure("auth", name, "request", with_policy * 1e6, "us", without * 1e6, ratio))
    return figures


async def _turns(app: FastAPI, client: httpx.AsyncClient, path: str, rounds: int) -> tuple[float, float]:
    """Seconds of processor time a request, with and without: the median of blocks of 25 that take turns. Raises SystemExit unless both answer alike."""
    gate = app.state.gate
    asked: list[Any] = []
    admit: Callable[..., Awaitable[Actor]] = gate.admit

    async def once() -> bytes:
        answer = await client.get(path)
        if answer.status_code != 200:
            sys.exit(f"{path}: {answer.status_code} {answer.text}")
        return answer.content

    async def keep(*given: Any, **more: Any) -> Actor:
        asked.append(await admit(*given, **more))
        return asked[-1]

    gate.admit = keep
    expected = await once()
    actor = asked[-1]

    async def let_in(*_: Any, **__: Any) -> Actor:
        return actor

    found: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * rounds):
        judged = turn % 2 == 0
        gate.admit = admit if judged else let_in
        if await once() != expected:
            sys.exit(f"{path}: the two do not do the same")
        begun = time.process_time()
        for _ in range(25):
            await client.get(path)
        found[judged].append((time.process_time() - begun) / 25)
    gate.admit = admit
    return median(found[True]), median(found[False])


async def propagation(made: Place, runtime: Runtime, rounds: int) -> list[Figure]:
    company = await prepared(made, runtime)
    figures: list[Figure] = []
    for name, extra in (("with Redis", {}), ("Redis out of reach", {"LOANBROKER_REDIS_URL": "redis://127.0.0.1:1/0"})):
        children = [
            made.serve(f"auth-{number}", "-m", "loanbroker_api.cli", "serve", LOANBROKER_TRUSTED_PROXIES="127.0.0.1/32", **extra)
            for number in range(PROCESSES)
        ]
        for child in children:
            child.wait_ready()
        delays: list[float] = []
        for number in range(rounds):
            delays += await _revoked(runtime, company, children, f"sales{number % 5 + 3}")
        made.end_children()
        spread = ", ".join(f"p{share:.0%}".replace("%", "") + f" {percentile(delays, share) * 1000:.0f}" for share in (0.5, 0.9, 0.99))
        say(
            f"a revoked session is refused in all of {PROCESSES} processes, {name}, ms: {spread}, max {max(delays) * 1000:.0f} (n {len(delays)})"
        )
        for share, metric in ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (1.0, "max")):
            figures.append(
                Figure("auth", f"propagation, {name}", metric, percentile(delays, share) * 1000, "ms", 1000.0, percentile(delays, share))
            )
    return figures


async def _revoked(runtime: Runtime, company: Company, children: list[Child], username: str) -> list[float]:
    """Seconds from the commit of a revocation to each process's first refusal."""
    body = {"tenant": company.code, "username": username, "password": PASSWORD, "client": "ios"}
    token = (await asyncio.to_thread(_ask, children[0], "POST", "/api/v1/auth/login", body, None))[1]["accessToken"]
    for child in children:
        for _ in range(2):
            status, _ = await asyncio.to_thread(_ask, child, "GET", "/api/v1/me", None, token)
            if status != 200:
                sys.exit(f"/me: {status}")
    async with runtime.read(company.tenant_id) as session:
        employee_id: UUID = (await session.scalars(select(Employee.id).where(Employee.username == username))).one()
    async with runtime.uow(company.tenant_id) as uow:
        await end_sessions(uow, Actor.system(company.tenant_id, "bench"), employee_id, "revoked")
    committed = time.monotonic()
    return list(await asyncio.gather(*(asyncio.to_thread(_until_refused, child, token, committed) for child in children)))


def _until_refused(child: Child, token: str, since: float) -> float:
    while True:
        asked = time.monotonic()
        status, _ = _ask(child, "GET", "/api/v1/auth/step-up", None, token)
        if status == 401:
            return time.monotonic() - since
        if asked - since > 10:
            sys.exit("a revoked session is still let in after ten seconds")


def _ask(child: Child, method: str, path: str, body: Any, token: str | None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", child.port, timeout=30)
    headers = {"content-type": "application/json", "x-forwarded-for": HERE} | ({"authorization": f"Bearer {token}"} if token else {})
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text) if text else None


if __name__ == "__main__":
    main()
