"""Push: the same events over SSE and over graphql-transport-ws, through a real server, woken and never polled for."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson
import pytest
from sqlalchemy import select, update
from websockets.exceptions import ConnectionClosed, InvalidStatus

from loanbroker_api.access.models import Employee
from loanbroker_api.app import create_app
from loanbroker_api.core import outbox
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.settings import Settings
from loanbroker_api.workspace import service, stream
from loanbroker_api.workspace.models import PushEvent
from loanbroker_api.workspace.registry import TODO_CHANGED
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company
from support.live import graphql_socket, serving, soon, sse

SignIn = Callable[..., Awaitable[Api]]
SUBSCRIPTION = "subscription($after: UUID) { events(after: $after) { id kind at data } }"


@pytest.fixture(autouse=True)
def _never_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that is not woken sleeps for an hour, longer than any test waits."""
    monkeypatch.setattr(stream, "POLL_SECONDS", 3_600.0)
    monkeypatch.setattr(stream, "POLL_SECONDS_WITHOUT_REDIS", 3_600.0)


async def push(runtime: Runtime, company: Company, username: str, *numbers: int) -> None:
    """Events of one transaction."""
    employee = await company.employee(username)
    async with runtime.uow(company.id) as uow:
        for number in numbers:
            await service.push(uow, [employee.id], TODO_CHANGED, {"n": number})


async def kept(runtime: Runtime, company: Company, username: str) -> list[UUID]:
    employee = await company.employee(username)
    async with runtime.read(company.id) as session:
        mine = select(PushEvent.id).where(PushEvent.employee_id == employee.id)
        return list(await session.scalars(mine.order_by(PushEvent.at, PushEvent.id)))


def number_of(frame: dict[str, str]) -> int:
    return orjson.loads(frame["data"])["data"]["n"]


class TestSse:
    async def test_an_event_comes_after_its_commit_without_polling(
        self, live_server: str, runtime: Runtime, company: Company, sign_in: SignIn
    ) -> None:
        sales = await sign_in("sales1")
        async with sse(live_server, sales.token) as events:
            assert events.response.headers["content-type"].startswith("text/event-stream")
            assert events.response.headers["cache-control"] == "no-store"
            for number in range(3):
                await push(runtime, company, "sales1", number)
                frame = await events.frame()
                assert (frame["event"], number_of(frame)) == (TODO_CHANGED, number)
            assert orjson.loads(frame["data"])["id"] == frame["id"]
        assert [str(event) for event in await kept(runtime, company, "sales1")][-1] == frame["id"]

    async def test_what_was_rolled_back_and_what_is_anothers_does_not_come(
        self, live_server: str, runtime: Runtime, company: Company, sign_in: SignIn
    ) -> None:
        sales = await sign_in("sales1")
        async with sse(live_server, sales.token) as events:
            async with runtime.uow(company.id) as uow:
                await service.push(uow, [(await company.employee("sales1")).id], TODO_CHANGED, {"n": 1})
                await uow.session.rollback()
                uow.done = True
            await push(runtime, company, "sales2", 2)
            await push(runtime, company, "sales1", 3)
            assert number_of(await events.frame()) == 3

    async def test_a_reconnection_gets_what_it_missed(self, live_server: str, runtime: Runtime, company: Company, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        async with sse(live_server, sales.token) as events:
            await push(runtime, company, "sales1", 0)
            last = (await events.frame())["id"]
        await push(runtime, company, "sales1", 1, 2)
        async with sse(live_server, sales.token, **{"last-event-id": last}) as events:
            assert [number_of(await events.frame()) for _ in range(2)] == [1, 2]
            await push(runtime, company, "sales1", 3)
            assert number_of(await events.frame()) == 3

    @pytest.mark.parametrize("hours", [-5, 5])
    async def test_also_under_a_clock_that_was_moved(
        self, live_server: str, runtime: Runtime, company: Company, sign_in: SignIn, clock: TestClock, hours: int
    ) -> None:
        """Ids carry the machine's time, events the product's."""
        clock.move(timedelta(hours=hours))
        sales = await sign_in("sales1")
        await push(runtime, company, "sales1", 0)
        clock.move(timedelta(minutes=1))
        await push(runtime, company, "sales1", 1)
        clock.move(timedelta(minutes=1))
        await push(runtime, company, "sales1", 2)
        _, second, _ = await kept(runtime, company, "sales1")
        async with sse(live_server, sales.token, **{"last-event-id": str(second)}) as events:
            assert number_of(await events.frame()) == 2

    @pytest.mark.parametrize(
        "after", ["ffffffff-ffff-7fff-bfff-ffffffffffff", "00000000-0000-0000-0000-000000000000", "018f0000-0000-4000-8000-000000000001"]
    )
    async def test_an_event_that_is_not_kept_is_older_than_all_that_are(
        self, live_server: str, runtime: Runtime, company: Company, sign_in: SignIn, after: str
    ) -> None:
        sales = await sign_in("sales1")
        await push(runtime, company, "sales1", 1, 2)
        async with sse(live_server, sales.token, **{"last-event-id": after}) as events:
            assert [number_of(await events.frame()) for _ in range(2)] == [1, 2]

    async def test_many_at_one_moment_all_come(self, live_server: str, runtime: Runtime, company: Company, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        async with sse(live_server, sales.token) as events:
            await push(runtime, company, "sales1", *range(1_200))
            assert [number_of(await events.frame()) for _ in range(1_200)] == list(range(1_200))
            await push(runtime, company, "sales1", 1_200)
            assert number_of(await events.frame()) == 1_200

    async def test_without_redis_it_is_found_all_the_same(
        self, settings: Settings, clock: TestClock, runtime: Runtime, company: Company, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream, "POLL_SECONDS_WITHOUT_REDIS", 0.05)
        sales = await sign_in("sales1")
        alone = create_app(settings.model_copy(update={"redis_url": None}), clock)
        async with serving(alone) as address, sse(address, sales.token) as events:
            await push(runtime, company, "sales1", 1)
            assert number_of(await events.frame()) == 1

    async def test_what_it_refuses(self, live_server: str, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        async with httpx.AsyncClient(base_url=f"{live_server}/api/v1") as client:
            for headers, params, status in (
                ({}, {}, 401),
                ({"authorization": "Bearer x"}, {}, 401),
                ({"authorization": f"Bearer {sales.token}", "last-event-id": "x"}, {}, 422),
                ({"authorization": f"Bearer {sales.token}"}, {"after": "x"}, 422),
                ({}, {"token": sales.token}, 401),
            ):
                answer = await client.get("/events", headers=headers, params=params)
                assert answer.status_code == status
                code_of(answer)

    async def test_so_many_streams_and_no_more(self, live_server: str, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        async with AsyncExitStack() as stack:
            for _ in range(stream.MAX_STREAMS):
                assert (await stack.enter_async_context(sse(live_server, sales.token))).response.status_code == 200
            async with httpx.AsyncClient(base_url=live_server) as client:
                answer = await client.get("/api/v1/events", headers={"authorization": f"Bearer {sales.token}"})
            assert (answer.status_code, code_of(answer)) == (429, "workspace.too-many-streams")


class TestTheEndOfASession:
    async def test_it_closes_its_streams_at_once(self, live_server: str, runtime: Runtime, company: Company, sign_in: SignIn) -> None:
        sales, other = await sign_in("sales1"), await sign_in("sales1", client="android")
        async with sse(live_server, sales.token) as closing, sse(live_server, other.token) as staying:
            assert (await sales("POST", "/auth/logout")).status_code == 204
            await outbox.deliver(runtime, company.id)
            rest = await closing.rest()
            problem = orjson.loads(next(line for line in rest if line.startswith("data: "))[6:])
            assert ("event: problem" in rest, problem["code"]) == (True, "access.session-ended")
            await staying.until_event("access.session_ended")
            await push(runtime, company, "sales1", 7)
            assert number_of(await staying.frame()) == 7

    async def test_a_disabled_account_too(self, live_server: str, runtime: Runtime, company: Company, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        async with sse(live_server, sales.token) as events:
            async with runtime.uow(company.id) as uow:
                await uow.session.execute(update(Employee).where(Employee.id == company.employees["sales1"].id).values(active=False))
                uow.changed(employee_id=company.employees["sales1"].id)
            rest = await events.rest()
            assert "access.account-disabled" in "".join(rest)

    async def test_an_access_token_that_ran_out_does_not(
        self, live_server: str, runtime: Runtime, company: Company, sign_in: SignIn, clock: TestClock
    ) -> None:
        sales = await sign_in("sales1")
        async with sse(live_server, sales.token) as events:
            clock.move(timedelta(hours=1))
            await push(runtime, company, "sales1", 1)
            assert number_of(await events.frame()) == 1


class TestSubscription:
    @pytest.fixture
    async def sales(self, sign_in: SignIn) -> Api:
        return await sign_in("sales1")

    async def test_the_same_events(self, live_server: str, runtime: Runtime, company: Company, sales: Api) -> None:
        async with graphql_socket(live_server) as socket:
            await socket.init(sales.token)
            await push(runtime, company, "sales1", 0)
            await socket.subscribe(SUBSCRIPTION, after=str(uuid4()))
            for number in range(2):
                event = (await socket.receive("next"))["payload"]["data"]["events"]
                assert (event["kind"], event["data"]) == (TODO_CHANGED, {"n": number})
                await push(runtime, company, "sales1", number + 1)
            last = event["id"]
        await push(runtime, company, "sales1", 3)
        async with graphql_socket(live_server) as socket:
            await socket.init(sales.token)
            await socket.subscribe(SUBSCRIPTION, after=last)
            found: list[int] = []
            while 3 not in found:
                found.append((await socket.receive("next"))["payload"]["data"]["events"]["data"]["n"])
            # Those of the last ten seconds may come again, but for the one that was named.
            assert found == [0, 2, 3]
            await socket.send({"id": "1", "type": "complete"})

    async def test_queries_and_mutations_go_the_same_way(self, live_server: str, sales: Api) -> None:
        async with graphql_socket(live_server) as socket:
            await socket.init(sales.token)
            for query in ("mutation { setDuty(onDuty: true) { onDuty } }", "{ me { employee { onDuty } } }"):
                await socket.subscribe(query)
                data: dict[str, Any] = (await socket.receive("next"))["payload"]["data"]
                assert "True" in str(data)
                await socket.receive("complete")

    @pytest.mark.parametrize("payload", [{"authorization": "Bearer x.y.z"}, {}, {"authorization": ""}, {"authorization": 5}, None])
    async def test_a_bad_token_is_forbidden(self, live_server: str, payload: dict[str, Any] | None) -> None:
        async with graphql_socket(live_server) as socket:
            await socket.send({"type": "connection_init"} if payload is None else {"type": "connection_init", "payload": payload})
            with pytest.raises(ConnectionClosed) as closed:
                await soon(socket.connection.recv(), "the connection closes")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403

    async def test_nothing_is_answered_before_the_token(self, live_server: str) -> None:
        async with graphql_socket(live_server) as socket:
            await socket.subscribe("{ me { serverTime } }")
            with pytest.raises(ConnectionClosed) as closed:
                await soon(socket.connection.recv(), "the connection closes")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401

    async def test_a_page_of_another_origin_is_refused(self, live_server: str) -> None:
        for origin in ("https://evil.example", "null", "http://localhost.evil.example", f"{live_server}0"):
            with pytest.raises((InvalidStatus, ConnectionClosed)):
                async with graphql_socket(live_server, origin=origin) as socket:
                    await soon(socket.connection.recv(), "the connection closes")
        async with graphql_socket(live_server, origin=live_server):
            pass

    async def test_an_origin_that_was_allowed(self, settings: Settings, clock: TestClock, sales: Api) -> None:
        allowing = create_app(settings.model_copy(update={"cors_origins": ("https://spa.example",)}), clock)
        async with serving(allowing) as address, graphql_socket(address, origin="https://spa.example") as socket:
            await socket.init(sales.token)

    async def test_the_legacy_protocol_is_refused(self, live_server: str, sales: Api) -> None:
        async def talk() -> None:
            async with graphql_socket(live_server, protocol="graphql-ws") as socket:
                await socket.send({"type": "connection_init", "payload": {"authorization": f"Bearer {sales.token}"}})
                await soon(socket.connection.recv(), "the connection closes")

        with pytest.raises((InvalidStatus, ConnectionClosed)):
            await talk()

    async def test_a_session_that_ends_ends_it(self, live_server: str, runtime: Runtime, company: Company, sales: Api) -> None:
        async with graphql_socket(live_server) as socket:
            await socket.init(sales.token)
            await push(runtime, company, "sales1", 0)
            (first,) = await kept(runtime, company, "sales1")
            await socket.subscribe(SUBSCRIPTION, after=str(uuid4()))
            assert (await socket.receive("next"))["payload"]["data"]["events"]["id"] == str(first)
            await sales("POST", "/auth/logout")
            await outbox.deliver(runtime, company.id)
            message = await socket.receive("next")
            assert message["payload"]["errors"][0]["extensions"]["problem"]["code"] == "access.session-ended"
            await socket.receive("complete")

    async def test_after_that_the_same_socket_answers_nothing(
        self, live_server: str, runtime: Runtime, company: Company, sales: Api
    ) -> None:
        async with graphql_socket(live_server) as socket:
            await socket.init(sales.token)
            await sales("POST", "/auth/logout")

            async def refused() -> dict[str, Any]:
                # The process hears of it within a second; what it answers until then is an answer as before.
                while True:
                    await socket.subscribe("{ me { serverTime } }")
                    message: dict[str, Any] = orjson.loads(await socket.connection.recv())
                    if message["type"] == "error":
                        return message
                    await socket.receive("complete")

            message = await soon(refused(), "the socket is refused")
            assert message["payload"][0]["extensions"]["problem"]["code"] == "access.session-ended"

    async def test_permissions_are_those_of_now(
        self, live_server: str, company: Company, sales: Api, administrator: asyncpg.Connection
    ) -> None:
        async with graphql_socket(live_server) as socket:
            await socket.init(sales.token)
            await administrator.execute("DELETE FROM role_permission WHERE tenant_id = $1 AND permission = 'customers.view'", company.id)
            # By hand nobody is told but through the log that every process reads.
            await administrator.execute("INSERT INTO access_change (id, tenant) VALUES (gen_random_uuid(), $1)", company.id)

            async def code() -> str | None:
                await socket.subscribe("{ customers { pageInfo { endCursor } } }")
                errors = (await socket.receive("next"))["payload"].get("errors")
                await socket.receive("complete")
                return errors[0]["extensions"]["problem"]["code"] if errors else None

            async def refused() -> None:
                while await code() != "core.forbidden":
                    pass

            await soon(refused(), "the permission is gone")
