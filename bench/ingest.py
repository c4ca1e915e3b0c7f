"""Webhooks a second that are on disk when they are acknowledged, through the real application and through a bare route.

    python bench/ingest.py [--quick]

One API process (`loanbroker serve`) at 1, 16 and 256 connections. References, in the same run, round by round in turns:

bare    a Starlette route under the same uvicorn settings: signature, encryption, BEGIN, bind the tenant, INSERT, COMMIT, from an asyncpg pool
single  the same route, but one round trip: our own database function with one row (harder to beat)

Every request is unique and signed before the clock starts. Acknowledged means committed: after each round the rows are counted. No worker
runs. The sender is a process of its own on the same cores, and both sides pay for it alike. Beside the rates stands the processor time of
API and PostgreSQL for one acknowledged lead, which hardly depends on what else the machine does.
"""

import argparse
import asyncio
import base64
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import asyncpg
from sqlalchemy import select

from _common import BEGUN, Figure, Place, Sender, cpu_seconds, finish, median, place, say, with_runtime
from loanbroker_api.access.queries import tenant_by_code
from loanbroker_api.access.service import create_tenant
from loanbroker_api.channels.keys import secret_bytes
from loanbroker_api.channels.models import Channel
from loanbroker_api.channels.schemas import ChannelIn
from loanbroker_api.channels.service import create_channel
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.runtime import Runtime

CONNECTIONS = (1, 16, 256)
POOL = 10
"""Connections of the reference's pool, asyncpg's own default; 5, 20 and 40 were no faster."""
QUICK_SECONDS = 50
LEADS_PREPARED_A_SECOND = 14_000
TIMES = (("p50", "ms", 2), ("p99", "ms", 2), ("cpu", "µs", 0))


@dataclass(frozen=True)
class Target:
    """Where one side's webhooks go."""

    name: str
    path: str
    port: int
    pid: int


@dataclass
class Tally:
    """What the rounds of one side at one number of connections gave."""

    rate: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class BenchChannel:
    tenant_id: UUID
    id: UUID
    key: str
    secret: str


async def channel_of(runtime: Runtime) -> BenchChannel:
    """The channel that everything is sent to; made at the first run."""
    tenant_id = await tenant_by_code(runtime, "bench-ingest") or await create_tenant(runtime, code="bench-ingest", name="基准测试")
    async with runtime.uow(tenant_id) as uow:
        channel = await uow.session.scalar(select(Channel))
        if channel is None:
            channel, _ = await create_channel(uow, Actor.system(tenant_id, "bench"), ChannelIn(name="基准", kind="generic"))
        secret = uow.keys.decrypt("channel", "secret", channel.id, channel.secret_enc).decode()
    return BenchChannel(tenant_id, channel.id, channel.key, secret)


class Counter:
    """The superuser's connection that empties and counts between rounds."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._runner = asyncio.Runner()
        self._connection: Any = None

    def __enter__(self) -> Self:
        self._connection = self._runner.run(asyncpg.connect(self._dsn))
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._runner.run(self._connection.close())
        self._runner.close()

    def empty(self) -> None:
        """Every round starts with an empty table and nothing left to write from the one before."""
        self._runner.run(self._connection.execute("TRUNCATE inbox"))
        self._runner.run(self._connection.execute("CHECKPOINT"))

    def committed(self, channel: BenchChannel) -> int:
        statement = "SELECT count(*) FROM inbox WHERE tenant_id = $1 AND channel_id = $2 AND deliveries = 1"
        return self._runner.run(self._connection.fetchval(statement, channel.tenant_id, channel.id))


class Ring:
    """Sends rounds, and holds every answer to the database."""

    def __init__(self, made: Place, channel: BenchChannel, counter: Counter, sender: Sender) -> None:
        self._postgres = made.servers.postgres_pid
        self._channel = channel
        self._counter = counter
        self._sender = sender

    def round(self, target: Target, connections: int, seconds: float, tally: Tally) -> None:
        """Raises SystemExit where what was acknowledged is not what was committed."""
        self._counter.empty()
        before = cpu_seconds(target.pid, self._postgres)
        answer = self._sender.ask(
            kind="leads",
            port=target.port,
            path=target.path,
            secret=base64.b64encode(secret_bytes(self._channel.secret)).decode(),
            connections=connections,
            seconds=seconds,
            most=int(LEADS_PREPARED_A_SECOND * seconds),
        )
        used = cpu_seconds(target.pid, self._postgres) - before
        rows = self._counter.committed(self._channel)
        if rows != answer["acknowledged"] or answer["acknowledged"] != answer["answers"]:
            sys.exit(f"{target.name}: {answer['statuses']} answered, {rows} rows in the database")
        if answer["used_up"]:
            say(f"{target.name} at {connections}: every prepared request was sent before the time was over")
        tally.rate.append(rows / answer["seconds"])
        tally.p50.append(answer["p50"] * 1e3)
        tally.p99.append(answer["p99"] * 1e3)
        tally.cpu.append(used / rows * 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="short rounds, as many as fit into a minute")
    parser.add_argument("--rounds", type=int, help="rounds of each side at each number of connections")
    parser.add_argument("--seconds", type=float, help="of one round")
    parser.add_argument("--connections", type=int, nargs="+", default=CONNECTIONS)
    parser.add_argument("--pool", type=int, default=POOL, help="size of the reference's pool")
    options = parser.parse_args()
    rounds = options.rounds or (3 if options.quick else 9)
    seconds = options.seconds or (0.5 if options.quick else 3.0)
    with place() as made:
        channel = with_runtime(made, channel_of)
        ours = made.serve_product()
        bare = made.serve(
            "bare",
            str(Path(__file__).with_name("_bare.py")),
            BENCH_TENANT=str(channel.tenant_id),
            BENCH_CHANNEL=str(channel.id),
            BENCH_SECRET=channel.secret,
            BENCH_POOL=str(options.pool),
        )
        targets = [
            Target("ours", f"/webhooks/{channel.key}", ours.wait_ready().port, ours.process.pid),
            Target("bare", f"/bare/{channel.key}", bare.wait_ready().port, bare.process.pid),
            Target("single", f"/single/{channel.key}", bare.port, bare.process.pid),
        ]
        say("both servers are up; no worker runs")
        tallies = {(target.name, number): Tally() for target in targets for number in options.connections}
        with Counter(made.admin_dsn) as counter, Sender() as sender:
            ring = Ring(made, channel, counter, sender)
            for target in targets:
                ring.round(target, 16, 0.2, Tally())
            turn, begun = 0, time.monotonic()
            while turn < rounds or (options.quick and not options.rounds and _time_for_more(turn, begun)):
                for number in options.connections:
                    # In turns, and the other way round every second time, so that a load from elsewhere hits all sides alike.
                    for target in targets if turn % 2 == 0 else reversed(targets):
                        ring.round(target, number, seconds, tallies[target.name, number])
                turn += 1
        say(f"{turn} rounds of {seconds:g} s each; medians over the rounds, ratios round by round (lowest–highest)\n")
        finish(report(tallies, options.connections))


def _time_for_more(turn: int, begun: float) -> bool:
    now = time.monotonic()
    return turn < 9 and now + (now - begun) / turn < BEGUN + QUICK_SECONDS


def report(tallies: dict[tuple[str, int], Tally], connections: Sequence[int]) -> list[Figure]:
    """Prints the table; the figures of its lines."""
    figures: list[Figure] = []
    print(f"{'connections':>11}  {'':6}  {'acknowledged/s':>14}  {'p50 ms':>8}  {'p99 ms':>8}  {'cpu µs':>7}   ours ÷ this")
    for number in connections:
        mine = tallies["ours", number]
        for name in ("ours", "bare", "single"):
            tally = tallies[name, number]
            line = f"{number:>11}  {name:6}  {median(tally.rate):>14,.0f}  {median(tally.p50):>8.2f}  {median(tally.p99):>8.2f}  {median(tally.cpu):>7.0f}"
            if name == "ours":
                print(line)
                continue
            ratios = [a / b for a, b in zip(mine.rate, tally.rate, strict=True)]
            print(f"{line}   {median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})")
            case = f"{number} connections, {name}"
            rates = round(median(mine.rate)), round(median(tally.rate))
            figures.append(Figure("ingest", case, "acknowledged", rates[0], "1/s", rates[1], round(median(ratios), 2)))
            for metric, unit, digits in TIMES:
                value, other = median(getattr(mine, metric)), median(getattr(tally, metric))
                figures.append(Figure("ingest", case, metric, round(value, digits), unit, round(other, digits), round(value / other, 2)))
    return figures


if __name__ == "__main__":
    main()
