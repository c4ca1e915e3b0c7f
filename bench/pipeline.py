"""The board of open cases through the real HTTP API, beside the very same SQL through bare asyncpg.

    python bench/pipeline.py [--quick]

5,000 open cases over the ten open stages of the shipped pipeline, 15,000 closed ones of two years behind them; made at the first run and kept
under .data/bench. The first screen is what the page asks for: every stage with count, sum, late and its first 20 cards. One connection, one
request after another: the ratio is what HTTP, sign-in check, permissions, ORM and JSON of up to 240 cards cost on top of the statements. The
statements are those that the API sends for the answer, taken off the engine, then sent with the same values by asyncpg as the same role: BEGIN,
statements, COMMIT. The check of the session is on the API's side only.
"""

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import uvloop
from sqlalchemy import event

from _cases import Company, company_of
from _common import BEGUN, Child, Figure, Place, Sender, cpu_seconds, finish, median, percentile, place, say, with_runtime
from customers import Statement, ask, run_bare, sign_in
from loanbroker_api.access.gate import Gate
from loanbroker_api.core.actor import Actor, RequestInfo
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.pipeline import queries, rows
from loanbroker_api.pipeline.board import board_out
from loanbroker_api.pipeline.schemas import BoardParams, CaseListParams

SIZE = 5_000
QUICK_SECONDS = 50
BOARD, LIST = "/api/v1/cases/board", "/api/v1/cases"


@dataclass
class Screen:
    """One request of one employee."""

    name: str
    login: str
    path: str = BOARD
    api: list[list[float]] = field(default_factory=list[list[float]])
    bare: list[list[float]] = field(default_factory=list[list[float]])
    cpu: list[float] = field(default_factory=list[float])


def screens() -> list[Screen]:
    return [
        Screen("board, company", "boss"),
        Screen("board, one team", "leader"),
        Screen("board, own", "sales3"),
        Screen("list, company", "boss", LIST),
        Screen("list, own", "sales3", LIST),
    ]


async def statements_of(runtime: Runtime, actor: Actor, screen: Screen) -> tuple[list[Statement], int]:
    """The SQL that the API sends for the answer, with its values, and how many rows the answer has."""
    sent: list[Statement] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        sent.append((statement, tuple(parameters)))

    engine, now = runtime.database.app.sync_engine, runtime.clock.now()
    event.listen(engine, "before_cursor_execute", keep)
    try:
        async with runtime.read(actor.tenant_id) as session:
            if screen.path == BOARD:
                found = await board_out(session, actor, BoardParams(), now)
                return sent, sum(len(column.cards) for column in found.columns)
            page = await queries.list_cases(session, actor, CaseListParams(), now)
            return sent, len(await rows.case_rows(session, actor, page.items, now))
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def shown(answer: Any) -> int:
    return sum(len(column["cards"]) for column in answer["columns"]) if "columns" in answer else len(answer["items"])


class Bench:
    """One server, one sender, one bare connection; every screen in turns."""

    def __init__(self, made: Place, company: Company, server: Child, sender: Sender) -> None:
        self._made, self._server, self._sender = made, server, sender
        self.screens = screens()
        self._tokens = {login: sign_in(server, company, login) for login in {screen.login for screen in self.screens}}  # type: ignore[arg-type]
        self._loop = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._connection: Any = self._loop.run(asyncpg.connect(made.application_dsn))
        self._statements = self._loop.run(self._take_statements())

    async def _take_statements(self) -> list[list[Statement]]:
        found: list[list[Statement]] = []
        async with open_runtime(self._made.settings()) as runtime:
            gate = Gate(runtime)
            for screen in self.screens:
                actor = await gate.admit(self._tokens[screen.login], RequestInfo())
                statements, count = await statements_of(runtime, actor, screen)
                told = shown(ask(self._server, "GET", screen.path, "", self._tokens[screen.login]))
                if told != count:
                    sys.exit(f"{screen.name}: the API shows {told} rows, the statements give {count}")
                say(f"{screen.name}: {count} rows, {len(statements)} statements")
                found.append(statements)
        return found

    def turn(self, repeats: int) -> None:
        for screen, statements in zip(self.screens, self._statements, strict=True):
            before = cpu_seconds(self._server.process.pid)
            answer = self._sender.ask(
                kind="repeat", port=self._server.port, method="GET", path=screen.path, body="", token=self._tokens[screen.login],
                connections=1, seconds=60, most=repeats,
            )  # fmt: skip
            if answer["statuses"] != {"200": repeats}:
                sys.exit(f"{screen.name}: {answer['statuses']}")
            screen.cpu.append((cpu_seconds(self._server.process.pid) - before) / repeats * 1e3)
            screen.api.append([answer["p50"] * 1e3, answer["p95"] * 1e3])
            taken = self._loop.run(run_bare(self._connection, statements, repeats))
            screen.bare.append([median(taken) * 1e3, percentile(taken, 0.95) * 1e3])

    def close(self) -> None:
        self._loop.run(self._connection.close())
        self._loop.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer repeats, done within 60 s; the cases are the same 5,000")
    parser.add_argument("--size", type=int, default=SIZE, help="how many open cases")
    options = parser.parse_args()
    rounds, repeats = (3, 12) if options.quick else (7, 60)
    with place() as made:
        server = made.serve_product()
        company: Company = with_runtime(made, lambda runtime: company_of(runtime, made, options.size))
        server.wait_ready()
        with Sender() as sender:
            bench = Bench(made, company, server, sender)
            turn, begun = 0, time.monotonic()
            while turn < rounds and (not options.quick or turn == 0 or _time_for_more(turn, begun)):
                bench.turn(repeats)
                turn += 1
            bench.close()
        say(f"{options.size:,} open cases; {turn} rounds of {repeats} requests each; medians over the rounds\n")
        finish(report(bench.screens, options.size))


def _time_for_more(turn: int, begun: float) -> bool:
    now = time.monotonic()
    return now + (now - begun) / turn < BEGUN + QUICK_SECONDS


def report(found: list[Screen], size: int) -> list[Figure]:
    """Prints the table; the figures of its lines."""
    figures: list[Figure] = []
    print(f"{'':20}  {'API p50':>8}  {'p95':>7}  {'cpu':>6}  {'SQL p50':>8}  {'p95':>7}   API ÷ SQL (lowest–highest), ms")
    for screen in found:
        api50, api95 = (median([one[at] for one in screen.api]) for at in (0, 1))
        bare50, bare95 = (median([one[at] for one in screen.bare]) for at in (0, 1))
        ratios = [api[0] / bare[0] for api, bare in zip(screen.api, screen.bare, strict=True)]
        print(
            f"{screen.name:20}  {api50:>8.2f}  {api95:>7.2f}  {median(screen.cpu):>6.2f}  {bare50:>8.2f}  {bare95:>7.2f}   "
            f"{median(ratios):.1f} ({min(ratios):.1f}–{max(ratios):.1f})"
        )
        name = f"{screen.name}, {size} open cases"
        figures.append(Figure("pipeline", name, "p50", round(api50, 2), "ms", round(bare50, 2), round(median(ratios), 2)))
        figures.append(Figure("pipeline", name, "p95", round(api95, 2), "ms", round(bare95, 2), round(api95 / bare95, 2)))
        figures.append(Figure("pipeline", name, "cpu", round(median(screen.cpu), 2), "ms"))
    return figures


if __name__ == "__main__":
    main()
