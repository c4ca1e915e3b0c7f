"""What every benchmark stands on: servers of its own under .data/bench, child processes, timing, printing."""

import asyncio
import http.client
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any, Self
from urllib.parse import urlsplit

import asyncpg

from loanbroker_api import migrate
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.embedded import APPLICATION, MIGRATOR, EmbeddedServers, bootstrap_roles
from loanbroker_api.embedded.places import Memory, choose_port, make_data_dir
from loanbroker_api.embedded.supervise import Command, wait_until
from loanbroker_api.settings import Settings
from loanbroker_api.up.database import DATABASE, kept_master_key, role_password

CHECKOUT = Path(__file__).resolve().parents[1]
FOLDER = CHECKOUT / ".data" / "bench"
BEGUN = time.monotonic()


def say(text: str) -> None:
    """A line for people, with the seconds since the start."""
    print(f"[{time.monotonic() - BEGUN:5.1f}s] {text}", flush=True)


@dataclass(frozen=True)
class Figure:
    """One measured value; `reference` and `ratio` where something else was measured in the same run."""

    bench: str
    case: str
    metric: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None


def finish(figures: Sequence[Figure]) -> None:
    """One line of JSON per figure, the last thing that a benchmark prints."""
    print()
    for figure in figures:
        print(json.dumps(asdict(figure), ensure_ascii=False))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def cpu_seconds(*pids: int) -> float:
    """Processor time of these processes and of their children, those that have ended too. Unlike a rate it hardly knows who else is busy."""
    ticks = 0
    children: dict[int, list[int]] = {}
    own: dict[int, tuple[int, int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(entry.name)
        own[pid] = (int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14]))
        children.setdefault(int(fields[1]), []).append(pid)
    waiting = list(pids)
    while waiting:
        pid = waiting.pop()
        ticks += sum(own.get(pid, (0, 0)))
        waiting.extend(children.get(pid, ()))
    return ticks / os.sysconf("SC_CLK_TCK")


@dataclass
class Place:
    """Embedded servers with a migrated database, and what a child process needs to use them."""

    servers: EmbeddedServers
    master_key: str
    passwords: Mapping[str, str]
    _children: list["Child"] = field(default_factory=list)

    @property
    def application_dsn(self) -> str:
        return self.servers.dsn(APPLICATION, self.passwords[APPLICATION], DATABASE)

    @property
    def owner_dsn(self) -> str:
        return self.servers.dsn(MIGRATOR, self.passwords[MIGRATOR], DATABASE)

    @property
    def admin_dsn(self) -> str:
        """The superuser on the same database: bulk loading and counting only, never what is measured."""
        return self.servers.dsn("postgres", None, DATABASE)

    def environment(self, **extra: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOANBROKER_")}
        return inherited | {
            "LOANBROKER_DATABASE_URL": self.application_dsn,
            "LOANBROKER_REDIS_URL": self.servers.redis_url,
            "LOANBROKER_MASTER_KEY": self.master_key,
            "LOANBROKER_DATA_DIR": str(FOLDER),
            "LOANBROKER_FRONTEND_DIR": "",
            **extra,
        }

    def settings(self) -> Settings:
        values = self.environment()
        return Settings.model_validate(
            {
                "database_url": values["LOANBROKER_DATABASE_URL"],
                "redis_url": values["LOANBROKER_REDIS_URL"],
                "master_key": self.master_key,
            }
        )

    def serve(self, name: str, *argv: str, **extra: str) -> "Child":
        """Starts an HTTP server as a child process (see Child.wait_ready); ended with this place at the latest."""
        port = choose_port(Memory(FOLDER), name)
        child = Child(name, port, argv, self.environment(LOANBROKER_PORT=str(port), **extra))
        self._children.append(child)
        return child

    def serve_product(self) -> "Child":
        """`loanbroker serve`, the one API process that is measured."""
        return self.serve("api", "-m", "loanbroker_api.cli", "serve")

    def end_children(self) -> None:
        for child in self._children:
            child.process.terminate()
        for child in self._children:
            child.process.wait(20)
        self._children.clear()


class Child:
    """A child process that serves HTTP on a port of its own; it dies with us."""

    def __init__(self, name: str, port: int, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.name = name
        self.port = port
        self._command = Command((sys.executable, *argv), cwd=CHECKOUT, env=env, log=FOLDER / "logs" / f"{name}.log")
        self.process: Popen[bytes] = self._command.spawn()

    def wait_ready(self) -> Self:
        """Raises RuntimeError with the end of its log where it does not come up."""
        if not wait_until(lambda: self._answers() or self.process.poll() is not None, 90, every=0.1) or self.process.poll() is not None:
            raise RuntimeError(f"{self.name} did not come up:\n{self._command.tail()}")
        return self

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def place() -> Iterator[Place]:
    """Servers as `loanbroker up` starts them (fsync and synchronous_commit on), roles, migrations. Kept under .data/bench."""
    folder = make_data_dir(FOLDER)
    master_key = kept_master_key(folder / "secrets" / "master.key")
    passwords = {role: role_password(master_key, role) for role in (APPLICATION, MIGRATOR)}
    with EmbeddedServers(folder, say=say) as servers:
        asyncio.run(bootstrap_roles(servers.admin_dsn, DATABASE, passwords))
        made = Place(servers, master_key, passwords)
        asyncio.run(migrate.upgrade(made.owner_dsn))
        asyncio.run(_check_durable(made))
        try:
            yield made
        finally:
            made.end_children()


async def _check_durable(made: Place) -> None:
    connection = await asyncpg.connect(made.application_dsn)
    try:
        found = {name: await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "server_version")}
    finally:
        await connection.close()
    if (found["fsync"], found["synchronous_commit"]) != ("on", "on"):
        raise RuntimeError(f"the server does not keep what it commits: {found}")
    say(
        f"PostgreSQL {found['server_version'].split()[0]}, fsync on, synchronous_commit on, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )


def with_runtime(made: Place, work: Callable[[Runtime], Awaitable[Any]]) -> Any:
    """Run `work` with the product's own runtime in this process."""

    async def run() -> Any:
        async with open_runtime(made.settings()) as runtime:
            return await work(runtime)

    return asyncio.run(run())


class Sender:
    """The process that sends requests (bench/_sender.py): one command a round, one answer."""

    def __init__(self) -> None:
        self._process = Popen([sys.executable, str(Path(__file__).with_name("_sender.py"))], stdin=-1, stdout=-1, text=True, cwd=CHECKOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._process.stdin.close()
        self._process.wait(10)

    def ask(self, **order: Any) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the sending process ended")
        return json.loads(line)


def path_of(url: str) -> str:
    return urlsplit(url).path
