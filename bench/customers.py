"""Customer lists and searches through the real HTTP API, beside the very same SQL through bare asyncpg.

    python bench/customers.py [--quick]

50,000 customers with --quick, 500,000 without; the data set is made at the first run and kept under .data/bench. One connection, one request
after another: the ratio is what HTTP, sign-in check, permissions, ORM and JSON cost on top of the statements. The statements are those that
the API sends for the answer (bind the tenant, the page, the names of its sources, owners and teams), taken off the engine, then sent with
the same values by asyncpg as the same role: BEGIN, statements, COMMIT. The check of the session is on the API's side only.
"""

import argparse
import asyncio
import http.client
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import uvloop
from sqlalchemy import event

from _common import BEGUN, Child, Figure, Place, Sender, cpu_seconds, finish, median, percentile, place, say, with_runtime
from _customers import PASSWORD, Company, company_of
from loanbroker_api.access.gate import Gate
from loanbroker_api.core.actor import Actor, RequestInfo
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.paging import Rows
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.customers import queries
from loanbroker_api.customers.models import Customer
from loanbroker_api.customers.rows import customer_rows
from loanbroker_api.customers.schemas import CustomerListParams, CustomerSearchIn

QUICK_SECONDS = 50
Statement = tuple[str, tuple[Any, ...]]


@dataclass
class Case:
    """One request of one employee."""

    name: str
    login: str
    query: dict[str, str] = field(default_factory=dict[str, str])
    search: str | None = None
    api: list[list[float]] = field(default_factory=list[list[float]])
    bare: list[list[float]] = field(default_factory=list[list[float]])
    cpu: list[float] = field(default_factory=list[float])

    @property
    def method(self) -> str:
        return "GET" if self.search is None else "POST"

    @property
    def path(self) -> str:
        text = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"/api/v1/customers?{text}".rstrip("?") if self.search is None else "/api/v1/customers/search"

    @property
    def body(self) -> str:
        return "" if self.search is None else json.dumps({"search": self.search})


def cases_of(company: Company) -> list[Case]:
    known = company.known
    return [
        Case("list, company", "boss"),
        Case("list, one team", "leader"),
        Case("list, department of five teams", "manager"),
        Case("list, own", "sales3"),
        Case("list, own, due today", "sales3", {"view": "due", "sort": "nextActionAt"}),
        Case("list, company, stage and intent and city", "boss", {"stage": "visit,contract", "intent": "A", "city": "510600"}),
        Case("list, department, stage", "manager", {"stage": "visit"}),
        Case("search, phone", "boss", search=known.phone),
        Case("search, full name", "boss", search=known.name),
        Case("search, surname and last four", "boss", search=f"{known.name[0]} {known.phone[-4:]}"),
        Case("search, common surname", "boss", search=known.name[0]),
        Case("search, common surname, one team", "leader", search=known.name[0]),
        Case("search, common surname, own", "sales3", search=known.name[0]),
    ]


def sign_in(server: Child, company: Company, username: str) -> str:
    body = {"tenant": company.code, "username": username, "password": PASSWORD, "client": "api"}
    return ask(server, "POST", "/api/v1/auth/login", json.dumps(body), None)["accessToken"]


def ask(server: Child, method: str, path: str, body: str, token: str | None) -> Any:
    """Raises SystemExit unless the answer is a success."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    connection.request(method, path, body.encode() or None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {text}")
    return json.loads(text)


async def answer_of(session: ReadSession, runtime: Runtime, actor: Actor, case: Case) -> int:
    """What the route does; how many rows."""
    now = runtime.clock.now()
    page: Rows[Customer]
    if case.search is None:
        page = await queries.list_customers(session, actor, CustomerListParams.model_validate(case.query), now)
    else:
        keys = await runtime.keyring.load(session, actor.tenant_id)
        page = await queries.search_customers(session, actor, keys, CustomerSearchIn(search=case.search), now)
    return len(await customer_rows(session, actor, page.items))


async def statements_of(runtime: Runtime, actor: Actor, case: Case) -> tuple[list[Statement], int]:
    """The SQL that the API sends for the answer, with its values, and how many rows the answer has."""
    sent: list[Statement] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        sent.append((statement, tuple(parameters)))

    await runtime.keyring.of(runtime.database, actor.tenant_id)
    engine = runtime.database.app.sync_engine
    event.listen(engine, "before_cursor_execute", keep)
    try:
        async with runtime.read(actor.tenant_id) as session:
            rows = await answer_of(session, runtime, actor, case)
    finally:
        event.remove(engine, "before_cursor_execute", keep)
    return sent, rows


async def run_bare(connection: Any, statements: Sequence[Statement], repeats: int) -> list[float]:
    """Seconds of each repeat: one transaction with all statements."""
    taken: list[float] = []
    for _ in range(repeats):
        begun = time.perf_counter()
        async with connection.transaction():
            for statement, values in statements:
                await connection.fetch(statement, *values)
        taken.append(time.perf_counter() - begun)
    return taken


class Bench:
    """One server, one sender, one bare connection; every case in turns."""

    def __init__(self, made: Place, company: Company, server: Child, sender: Sender) -> None:
        self._made = made
        self._server = server
        self._sender = sender
        self.cases = cases_of(company)
        self._tokens = {login: sign_in(server, company, login) for login in {case.login for case in self.cases}}
        self._loop = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._connection: Any = self._loop.run(asyncpg.connect(made.application_dsn))
        self._statements = self._loop.run(self._take_statements())

    async def _take_statements(self) -> list[list[Statement]]:
        found: list[list[Statement]] = []
        async with open_runtime(self._made.settings()) as runtime:
            gate = Gate(runtime)
            for case in self.cases:
                actor = await gate.admit(self._tokens[case.login], RequestInfo())
                statements, rows = await statements_of(runtime, actor, case)
                shown = len(ask(self._server, case.method, case.path, case.body, self._tokens[case.login])["items"])
                if shown != rows:
                    sys.exit(f"{case.name}: the API shows {shown} rows, the statements give {rows}")
                say(f"{case.name}: {rows} rows, {len(statements)} statements")
                found.append(statements)
        return found

    def turn(self, repeats: int) -> None:
        for case, statements in zip(self.cases, self._statements, strict=True):
            before = cpu_seconds(self._server.process.pid)
            answer = self._sender.ask(
                kind="repeat", port=self._server.port, method=case.method, path=case.path, body=case.body, token=self._tokens[case.login],
                connections=1, seconds=60, most=repeats,
            )  # fmt: skip
            if answer["statuses"] != {"200": repeats}:
                sys.exit(f"{case.name}: {answer['statuses']}")
            case.cpu.append((cpu_seconds(self._server.process.pid) - before) / repeats * 1e3)
            case.api.append([answer["p50"] * 1e3, answer["p95"] * 1e3])
            taken = self._loop.run(run_bare(self._connection, statements, repeats))
            case.bare.append([median(taken) * 1e3, percentile(taken, 0.95) * 1e3])

    def close(self) -> None:
        self._loop.run(self._connection.close())
        self._loop.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="50,000 customers, done within 60 s once they are loaded")
    parser.add_argument("--size", type=int, help="how many customers")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args()
    size = options.size or (50_000 if options.quick else 500_000)
    rounds, repeats = options.rounds or (3 if options.quick else 7), 20 if options.quick else 60
    with place() as made:
        server = made.serve_product()
        company: Company = with_runtime(made, lambda runtime: company_of(runtime, made, size))
        server.wait_ready()
        with Sender() as sender:
            bench = Bench(made, company, server, sender)
            turn, begun = 0, time.monotonic()
            while turn < rounds or (options.quick and not options.rounds and turn < 9 and _time_for_more(turn, begun)):
                bench.turn(repeats)
                turn += 1
            bench.close()
        say(f"{size:,} customers; {turn} rounds of {repeats} requests each; medians over the rounds\n")
        finish(report(bench.cases, size))


def _time_for_more(turn: int, begun: float) -> bool:
    now = time.monotonic()
    return now + (now - begun) / turn < BEGUN + QUICK_SECONDS


def report(cases: Sequence[Case], size: int) -> list[Figure]:
    """Prints the table; the figures of its lines."""
    figures: list[Figure] = []
    print(f"{'':42}  {'API p50':>8}  {'p95':>7}  {'cpu':>6}  {'SQL p50':>8}  {'p95':>7}   API ÷ SQL (lowest–highest), ms")
    for case in cases:
        api50, api95 = (median([one[at] for one in case.api]) for at in (0, 1))
        bare50, bare95 = (median([one[at] for one in case.bare]) for at in (0, 1))
        ratios = [api[0] / bare[0] for api, bare in zip(case.api, case.bare, strict=True)]
        print(
            f"{case.name:42}  {api50:>8.2f}  {api95:>7.2f}  {median(case.cpu):>6.2f}  {bare50:>8.2f}  {bare95:>7.2f}   "
            f"{median(ratios):.1f} ({min(ratios):.1f}–{max(ratios):.1f})"
        )
        name = f"{case.name}, {size} customers"
        figures.append(Figure("customers", name, "p50", round(api50, 2), "ms", round(bare50, 2), round(median(ratios), 2)))
        figures.append(Figure("customers", name, "p95", round(api95, 2), "ms", round(bare95, 2), round(api95 / bare95, 2)))
        figures.append(Figure("customers", name, "cpu", round(median(case.cpu), 2), "ms"))
    return figures


if __name__ == "__main__":
    main()
