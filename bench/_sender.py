"""The load generator, a process of its own: raw HTTP/1.1 over kept connections, since it shares the cores with what it measures.

Reads orders from stdin, a line of JSON each, and answers each with a line. Every request is made, signed and laid out as bytes before the
clock starts; no body and no id is ever sent twice.
"""

import asyncio
import base64
import gc
import hmac
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import orjson
import uvloop

_numbers = count(1)
_run = f"{time.time_ns():x}"


def signed_leads(order: dict[str, Any]) -> list[bytes]:
    """Complete requests, each a lead of its own signed by Standard Webhooks."""
    secret = base64.b64decode(order["secret"])
    path, port, made = order["path"], order["port"], []
    stamp = int(time.time())
    for _ in range(order["most"]):
        number = next(_numbers)
        message_id = f"msg_{_run}_{number}"
        body = orjson.dumps(
            {
                "leadId": f"{_run}-{number}",
                "name": "王小明",
                "phone": f"138{number % 100_000_000:08d}",
                "city": "成都",
                "wantedAmount": "20-30万",
                "campaign": "秋季-房抵-成都",
                "creative": f"素材{number % 97}",
                "submittedAt": stamp,
                "consent": {"textVersion": "2024-06", "at": stamp, "ip": "203.0.113.7"},
            }
        )
        signature = base64.b64encode(hmac.digest(secret, f"{message_id}.{stamp}.".encode() + body, "sha256")).decode()
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nuser-agent: bench\r\naccept: */*\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nwebhook-id: {message_id}\r\nwebhook-timestamp: {stamp}\r\nwebhook-signature: v1,{signature}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


def repeated(order: dict[str, Any]) -> list[bytes]:
    """The same reading request again and again, which is honest for reads only."""
    body = order.get("body", "").encode()
    head = (
        f"{order['method']} {order['path']} HTTP/1.1\r\nhost: 127.0.0.1:{order['port']}\r\naccept: application/json\r\n"
        f"authorization: Bearer {order['token']}\r\n"
    )
    if body:
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return [head.encode() + b"\r\n" + body] * order["most"]


class Round:
    """One timed round over some connections."""

    def __init__(self, requests: list[bytes], seconds: float) -> None:
        self.requests: Iterator[bytes] = iter(requests)
        self.seconds = seconds
        self.latencies: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.open = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.begun = self.last = 0.0
        self.size = 0

    def begin(self, connections: list["Connection"]) -> None:
        self.open = len(connections)
        self.begun = time.perf_counter()
        for connection in connections:
            connection.send_next()

    def close_one(self) -> None:
        self.open -= 1
        if not self.open and not self.ended.done():
            self.ended.set_result(None)


class Connection(asyncio.Protocol):
    """Sends one request, waits for its answer, sends the next."""

    def __init__(self, work: Round) -> None:
        self.work = work
        self.kept = b""
        self.sent = 0.0
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def send_next(self) -> None:
        now = time.perf_counter()
        request = next(self.work.requests, None) if now - self.work.begun < self.work.seconds else None
        if request is None:
            self.work.close_one()
            return
        self.sent = now
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self.kept:
            data = self.kept + data
        end = data.find(b"\r\n\r\n")
        at = data.find(b"content-length: ", 0, end) if end > 0 else -1
        if at < 0 or len(data) < end + 4 + int(data[at + 16 : data.find(b"\r\n", at)]):
            self.kept = data
            return
        self.kept = b""
        self.work.last = now = time.perf_counter()
        self.work.latencies.append(now - self.sent)
        self.work.statuses[data[9:12].decode()] += 1
        self.work.size = len(data) - end - 4
        self.send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.work.ended.done():
            self.work.statuses["lost"] += 1
            self.work.close_one()


async def carry_out(order: dict[str, Any]) -> dict[str, Any]:
    requests = signed_leads(order) if order["kind"] == "leads" else repeated(order)
    work = Round(requests, order["seconds"])
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(lambda: Connection(work), "127.0.0.1", order["port"]))[1] for _ in range(order["connections"])
    ]
    gc.collect()
    gc.disable()
    work.begin(connections)
    await work.ended
    gc.enable()
    for connection in connections:
        connection.transport.close()
    ordered = sorted(work.latencies)
    return {
        "answers": len(ordered),
        "acknowledged": sum(number for status, number in work.statuses.items() if status[0] == "2"),
        "statuses": dict(work.statuses),
        "seconds": work.last - work.begun,
        "used_up": next(work.requests, None) is None,
        "body_bytes": work.size,
        "p50": ordered[len(ordered) // 2] if ordered else None,
        "p95": ordered[int(len(ordered) * 0.95)] if ordered else None,
        "p99": ordered[int(len(ordered) * 0.99)] if ordered else None,
    }


async def main() -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await carry_out(json.loads(line))), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
