"""The application behind a real uvicorn, for what an in-process transport cannot show: streams and sockets."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx
import orjson
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from support.wait import DEADLINE, until

T = TypeVar("T")


async def soon(work: Awaitable[T], what: str) -> T:
    """The result of something that must happen. Raises AssertionError, naming `what`."""
    try:
        return await asyncio.wait_for(work, DEADLINE)
    except TimeoutError as error:
        raise AssertionError(f"not in time: {what}") from error


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncGenerator[str]:
    """Serve the application on a free port; the address without a slash at its end."""
    config = uvicorn.Config(
        app, http="httptools", ws="websockets-sansio", lifespan="on", log_config=None, access_log=False, timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        # _serve, since serve() would take the test runner's signals.
        running = asyncio.get_running_loop().create_task(server._serve([listening]))
        await until(lambda: server.started or running.done())
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


class Stream:
    """An open SSE stream, read frame by frame."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def frame(self) -> dict[str, str]:
        """The next frame that is no comment: id, event, data. Raises AssertionError, also when the stream ends."""
        frame: dict[str, str] = {}
        while True:
            line = await soon(anext(self._lines, None), "a frame")
            assert line is not None, "the stream ended"
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                frame[name] = value
            elif frame:
                return frame

    async def until_event(self, kind: str) -> dict[str, str]:
        """The next frame of a kind."""
        while (frame := await self.frame())["event"] != kind:
            pass
        return frame

    async def rest(self) -> list[str]:
        """What is still sent until the server ends the stream."""

        async def lines() -> list[str]:
            return [line async for line in self._lines]

        return await soon(lines(), "the end of the stream")


@asynccontextmanager
async def sse(base: str, token: str, **headers: str) -> AsyncGenerator[Stream]:
    """Open the push stream; it is connected when this returns."""
    async with (
        httpx.AsyncClient(base_url=base, timeout=DEADLINE) as client,
        client.stream("GET", "/api/v1/events", headers={"authorization": f"Bearer {token}", **headers}) as response,
    ):
        yield Stream(response)


class Socket:
    """A graphql-transport-ws connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: dict[str, Any]) -> None:
        await self.connection.send(orjson.dumps(message).decode())

    async def receive(self, kind: str) -> dict[str, Any]:
        """The next message of a kind; pings are answered and passed over."""
        while True:
            message: dict[str, Any] = orjson.loads(await soon(self.connection.recv(), kind))
            if message["type"] == "ping":
                await self.send({"type": "pong"})
            elif message["type"] == kind:
                return message
            else:
                raise AssertionError(f"expected {kind}, got {message}")

    async def init(self, token: str) -> None:
        await self.send({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        await self.receive("connection_ack")

    async def subscribe(self, query: str, **variables: Any) -> None:
        await self.send({"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}})


@asynccontextmanager
async def graphql_socket(base: str, *, protocol: str = "graphql-transport-ws", origin: str | None = None) -> AsyncGenerator[Socket]:
    headers = {"origin": origin} if origin else {}
    async with connect(base.replace("http", "ws", 1) + "/graphql", subprotocols=[protocol], additional_headers=headers) as connection:  # type: ignore[list-item]
        yield Socket(connection)
