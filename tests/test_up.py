"""`up` as a process: real servers, small programs in place of the product's own, so that only the supervision is looked at."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from foundation import TEST_POSTGRES
from loanbroker_api.embedded import EmbeddedServers
from loanbroker_api.embedded.supervise import wait_until

API = textwrap.dedent(
    """
    import http.server, json, os, pathlib, subprocess, sys
    grandchild = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    folder = pathlib.Path(os.environ["LOANBROKER_DATA_DIR"])
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"pid": os.getpid(), "grandchild": grandchild.pid, "env": dict(os.environ)}).encode()
            self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
        def log_message(self, *_): pass
    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["LOANBROKER_PORT"])), Handler).serve_forever()
    """
)
WORKER = (
    "import os, pathlib, signal; pathlib.Path(os.environ['LOANBROKER_DATA_DIR'], 'worker.pid').write_text(str(os.getpid())); signal.pause()"
)
MIGRATE = textwrap.dedent(
    """
    import asyncio, os, asyncpg
    async def main():
        connection = await asyncpg.connect(os.environ["LOANBROKER_OWNER_DATABASE_URL"])
        await connection.execute("SET ROLE lb_owner")
        await connection.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num text)")
        await connection.execute("INSERT INTO alembic_version SELECT 'one' WHERE NOT EXISTS (SELECT FROM alembic_version)")
        await connection.close()
    asyncio.run(main())
    print("migrated")
    """
)
SUPERVISOR = textwrap.dedent(
    """
    import sys
    from loanbroker_api.settings import Settings
    from loanbroker_api.up import Programs, run
    python = sys.executable
    api, worker, demo, migrate = sys.argv[1:5]
    sys.exit(run(Settings(), programs=Programs((python, "-c", migrate), (python, "-c", demo), (python, "-c", api), (python, "-c", worker))))
    """
)


@dataclass
class Copy:
    """One `up`, with everything it printed."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)

    def wait_until_ready(self) -> str:
        return self.read_until("Ctrl-C")

    def read_until(self, text: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if text in line:
                return "".join(self.lines)
        raise AssertionError("ended early:\n" + "".join(self.lines))

    def ask(self) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
            return json.load(answer)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        self.lines += self.process.communicate(timeout=60)[0].splitlines(keepends=True)
        return self.process.returncode


@pytest.fixture
def data_dir(open_folder: Path, request: pytest.FixtureRequest) -> Path:
    return open_folder / hashlib.sha256(request.node.name.encode()).hexdigest()[:8]


@pytest.fixture
def start() -> Iterator:
    with contextlib.ExitStack() as stack:

        def _start(data_dir: Path, port: int | None = None, *, demo: str = "print('seeded')", **extra: str) -> Copy:
            port = port or free_port()
            env = {name: value for name, value in os.environ.items() if not name.startswith("LOANBROKER_")}
            env |= {"LOANBROKER_DATA_DIR": str(data_dir), "LOANBROKER_PORT": str(port), **extra}
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", SUPERVISOR, API, WORKER, demo, MIGRATE],
                    env=env,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                    text=True,
                )
            )
            stack.callback(process.terminate)
            return Copy(process, port)

        yield _start


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_it_tells_where_it_is_and_one_signal_ends_all_of_it(start, data_dir: Path, number: signal.Signals):
    copy = start(data_dir)
    text = copy.wait_until_ready()
    answer = copy.ask()
    env = answer["env"]
    said = data_dir / "worker.pid"
    assert wait_until(lambda: said.exists() and said.read_text() != "", 20)
    worker = int(said.read_text())
    for expected in (
        f"http://localhost:{copy.port}",
        "/docs",
        "/graphiql",
        "/openapi.json",
        "admin",
        "超级管理员",
        "demo2",
        "migrated",
        "seeded",
    ):
        assert expected in text
    assert (data_dir / "secrets" / "demo.password").read_text() in text
    assert "lb_app" in env["LOANBROKER_DATABASE_URL"]
    assert "lb_migrator" in env["LOANBROKER_OWNER_DATABASE_URL"]
    assert env["LOANBROKER_MASTER_KEY"] not in text
    for secret in (data_dir / "secrets").iterdir():
        assert secret.stat().st_mode & 0o777 == 0o600
    assert copy.end(number) == 0
    assert not [pid for pid in (answer["pid"], answer["grandchild"], worker) if alive(pid)]
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_secrets_and_servers_are_the_same_at_the_second_start(start, data_dir: Path):
    kept = ("LOANBROKER_MASTER_KEY", "LOANBROKER_DEMO_PASSWORD", "LOANBROKER_DATABASE_URL", "LOANBROKER_REDIS_URL")
    seen = []
    for _ in range(2):
        copy = start(data_dir)
        copy.wait_until_ready()
        seen.append([copy.ask()["env"][name] for name in kept])
        assert copy.end() == 0
    assert seen[0] == seen[1]


def test_a_start_with_nothing_new_skips_migrations_and_demo_and_a_changed_password_or_database_does_not(start, data_dir: Path):
    seen = []
    for password, forget in (("one", False), ("one", False), ("two", False), ("two", True)):
        if forget:
            with EmbeddedServers(data_dir) as servers:
                asyncio.run(_drop_database(servers.admin_dsn))
        copy = start(data_dir, LOANBROKER_DEMO_PASSWORD=password)
        seen.append("seeded" in copy.wait_until_ready())
        assert copy.end() == 0
    assert seen == [True, False, True, True]


async def _drop_database(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("DROP DATABASE loanbroker")
    await connection.close()


def test_a_port_in_use_is_named_with_the_variable_before_anything_starts(start, data_dir: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        copy = start(data_dir, other.getsockname()[1])
        text, _ = copy.process.communicate(timeout=30)
    assert copy.process.returncode == 1
    assert "LOANBROKER_PORT" in text
    assert str(copy.port) in text
    assert "Traceback" not in text
    assert not (data_dir / "postgres").exists()


def test_a_second_copy_on_the_same_data_is_refused_and_one_on_another_runs_beside_it(start, data_dir: Path):
    first = start(data_dir)
    first.wait_until_ready()
    again = start(data_dir)
    text, _ = again.process.communicate(timeout=30)
    assert again.process.returncode == 1
    assert "LOANBROKER_DATA_DIR" in text
    assert str(first.process.pid) in text
    beside = start(data_dir.with_name(data_dir.name + "b"), LOANBROKER_DEMO_PASSWORD="given-by-the-operator")
    assert "given-by-the-operator" in beside.wait_until_ready()
    assert first.ask()["env"]["LOANBROKER_DATABASE_URL"] != beside.ask()["env"]["LOANBROKER_DATABASE_URL"]
    assert beside.end() == 0
    assert first.end() == 0


def test_a_child_that_dies_is_started_again(start, data_dir: Path):
    copy = start(data_dir)
    copy.wait_until_ready()
    before = copy.ask()["pid"]
    os.kill(before, signal.SIGKILL)
    copy.read_until("API ended")

    def back() -> bool:
        with contextlib.suppress(OSError):
            return copy.ask()["pid"] != before
        return False

    assert wait_until(back, 20)
    assert copy.end() == 0


def test_after_kill_9_of_the_supervisor_the_next_start_finds_the_port_and_the_data_free(start, data_dir: Path):
    copy = start(data_dir)
    copy.wait_until_ready()
    answer = copy.ask()
    # Left behind for certain: a stopped process does not act on the kernel's signal until it goes on.
    os.kill(answer["pid"], signal.SIGSTOP)
    copy.process.kill()
    copy.process.wait()
    following = start(data_dir, copy.port)
    following.wait_until_ready()
    assert following.ask()["pid"] != answer["pid"]
    assert not alive(answer["pid"])
    assert following.end() == 0


def test_a_step_that_fails_stops_everything_and_shows_why(start, data_dir: Path):
    copy = start(data_dir, demo="raise SystemExit('no more customers')")
    text, _ = copy.process.communicate(timeout=60)
    assert copy.process.returncode == 1
    assert "no more customers" in text
    assert "Traceback" not in text
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_a_signal_during_a_step_ends_it(start, data_dir: Path):
    copy = start(data_dir, demo="import signal; print('seeding', flush=True); signal.pause()")
    copy.read_until("seeding")
    assert copy.end(signal.SIGINT) == 0
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_production_is_refused(start, data_dir: Path):
    copy = start(
        data_dir,
        LOANBROKER_ENVIRONMENT="production",
        LOANBROKER_MASTER_KEY="MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        LOANBROKER_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
        LOANBROKER_REDIS_URL="redis://127.0.0.1:1/0",
        LOANBROKER_PUBLIC_URL="https://example.org",
    )
    text, _ = copy.process.communicate(timeout=30)
    assert copy.process.returncode == 1
    assert "docs/operations.md" in text


def test_an_administrators_database_gets_roles_and_database(start, data_dir: Path):
    with EmbeddedServers(data_dir.with_name(data_dir.name + "s"), postgres_settings=TEST_POSTGRES) as servers:
        copy = start(data_dir, LOANBROKER_DATABASE_URL=servers.admin_dsn, LOANBROKER_REDIS_URL=servers.redis_url)
        copy.wait_until_ready()
        env = copy.ask()["env"]
        assert "lb_app" in env["LOANBROKER_DATABASE_URL"]
        assert "lb_migrator" in env["LOANBROKER_OWNER_DATABASE_URL"]
        assert "/loanbroker?" in env["LOANBROKER_DATABASE_URL"]
        assert copy.end() == 0
        # What is no administrator's is used as it was given.
        given = {name: env[name] for name in ("LOANBROKER_DATABASE_URL", "LOANBROKER_OWNER_DATABASE_URL", "LOANBROKER_REDIS_URL")}
        copy = start(data_dir, **given)
        copy.wait_until_ready()
        assert copy.ask()["env"]["LOANBROKER_DATABASE_URL"] == env["LOANBROKER_DATABASE_URL"]
        assert copy.end() == 0
    assert not (data_dir / "postgres").exists()


def test_a_database_that_does_not_answer_is_named_without_its_password(start, data_dir: Path):
    copy = start(
        data_dir, LOANBROKER_DATABASE_URL="postgresql://lb_app:hush-hush@127.0.0.1:1/loanbroker", LOANBROKER_REDIS_URL="redis://127.0.0.1:1"
    )
    text, _ = copy.process.communicate(timeout=30)
    assert copy.process.returncode == 1
    assert "LOANBROKER_DATABASE_URL" in text
    assert "hush-hush" not in text
