"""The holes that strawberry-graphql had in 2026, and the classic ways to overload a GraphQL server: each stays shut.

CVE-2026-35523 and CVE-2026-107727 (legacy graphql-ws: authentication passed by, slots never given back), CVE-2026-35526 (unbounded subscriptions),
CVE-2026-47706 (depth of circular fragments), GHSA-fr49-mhgj-crfc (aliases through fragments).
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from loanbroker_api.graph import MAX_ALIASES, MAX_SUBSCRIPTIONS
from support.client import Api
from support.live import graphql_socket, soon

SignIn = Callable[..., Awaitable[Api]]


@pytest.fixture
async def sales(sign_in: SignIn) -> Api:
    return await sign_in("sales1")


async def code(api: Api, query: str) -> str:
    answer = await api.graphql(query)
    return answer["errors"][0]["extensions"]["problem"]["code"]


@pytest.mark.parametrize(
    "first", [{"type": "connection_init", "payload": {}}, {"id": "1", "type": "start", "payload": {"query": "{ me { serverTime } }"}}]
)
async def test_the_legacy_protocol_takes_nothing(live_server: str, first: dict[str, Any]) -> None:
    """CVE-2026-35523: it answered `start` before any token. CVE-2026-107727: its operations kept their slots. It is not spoken at all."""

    async def talk() -> None:
        async with graphql_socket(live_server, protocol="graphql-ws") as socket:
            await socket.send(first)
            await soon(socket.connection.recv(), "the connection closes")

    for _ in range(12):
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            await talk()


async def test_subscriptions_of_a_connection_are_bounded(live_server: str, sales: Api) -> None:
    """CVE-2026-35526. What is refused takes no place, and a place that is given up is free again."""

    def subscribe(number: int) -> dict[str, Any]:
        return {"id": str(number), "type": "subscribe", "payload": {"query": "subscription { events { id } }"}}

    async with graphql_socket(live_server) as socket:
        await socket.init(sales.token)
        for number in range(MAX_SUBSCRIPTIONS + 4):
            await socket.send(subscribe(number))
        refused = [(await socket.receive("error"))["id"] for _ in range(4)]
        assert refused == [str(number) for number in range(MAX_SUBSCRIPTIONS, MAX_SUBSCRIPTIONS + 4)]
        await socket.send({"id": "0", "type": "complete"})
        await socket.send(subscribe(20))
        await socket.send(subscribe(21))
        assert (await socket.receive("error"))["id"] == "21"


async def test_circular_fragments_are_refused_at_once(sales: Api) -> None:
    """CVE-2026-47706: the depth limiter never came back."""
    parts = "".join(f"fragment F{n} on Query {{ me {{ serverTime }} ...F{(n + 1) % 40} }} " for n in range(40))
    begun = time.process_time()
    assert await code(sales, f"{{ ...F0 }} {parts}") == "core.graphql-invalid"
    assert time.process_time() - begun < 5, "measured in processor time: it must end, not be fast"


async def test_aliases_hidden_in_fragments_count(sales: Api) -> None:
    """GHSA-fr49-mhgj-crfc."""
    hidden = " ".join(f"a{n}: serverTime" for n in range(MAX_ALIASES + 1))
    assert await code(sales, f"{{ me {{ ...F }} }} fragment F on Me {{ {hidden} }}") == "core.graphql-invalid"
    spread = " ".join(f"a{n}: serverTime" for n in range(MAX_ALIASES // 2 + 1))
    twice = f"{{ me {{ ...F ...G }} }} fragment F on Me {{ {spread} }} fragment G on Me {{ {spread.replace('a', 'b')} }}"
    assert await code(sales, twice) == "core.graphql-invalid"


async def test_a_batch_is_no_request(sales: Api) -> None:
    answer = await sales._http.post("/graphql", json=[{"query": "{ me { serverTime } }"}] * 100)
    assert answer.status_code == 400
    assert answer.json()["code"] == "core.not-json"


async def test_an_overload_of_directives(sales: Api) -> None:
    assert await code(sales, "{ me { serverTime " + "@include(if: true) " * 2_000 + "} }") == "core.graphql-invalid"
    assert await code(sales, "{ me { serverTime " + "@nothing " * 500 + "} }") == "core.graphql-invalid"


async def test_introspection_is_abused_in_vain(sales: Api) -> None:
    """Lists within lists multiply, a chain of types does not, but has an end too."""
    wide = "fields { type { " * 4 + "name" + " } }" * 4
    assert await code(sales, f"{{ __schema {{ types {{ {wide} }} }} }}") == "core.graphql-invalid"
    spread = "{ __schema { types { ...F } } } fragment F on __Type { fields { type { fields { type { fields { type { fields { name } } } } } } } }"
    assert await code(sales, spread) == "core.graphql-invalid"
    assert await code(sales, "{ __schema { types { " + "ofType { " * 200 + "name" + " }" * 200 + " } } }") == "core.graphql-invalid"
    assert (
        await code(sales, "{ " + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(MAX_ALIASES + 1)) + " }")
        == "core.graphql-invalid"
    )
