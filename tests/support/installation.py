"""A whole installation of real processes: servers of its own, `loanbroker serve`, `loanbroker worker`, with logs in files."""

import asyncio
import base64
import hashlib
import os
import signal
import socket
import subprocess
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from foundation import TEST_DATABASE, TEST_PASSWORDS, TEST_POSTGRES
from loanbroker_api import migrate
from loanbroker_api.embedded import APPLICATION, MIGRATOR, EmbeddedServers, bootstrap_roles
from loanbroker_api.settings import Settings
from support.wait import until

KEY = base64.b64encode(hashlib.sha256(b"master key of an installation").digest()).decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Installation:
    """Processes started here end with it."""

    folder: Path
    servers: EmbeddedServers
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    count: int = 0

    @property
    def data_dir(self) -> Path:
        return self.folder / "servers"

    def prepare(self) -> None:
        """Roles and tables."""
        asyncio.run(bootstrap_roles(self.servers.admin_dsn, TEST_DATABASE, TEST_PASSWORDS))
        asyncio.run(migrate.upgrade(self.servers.dsn(MIGRATOR, TEST_PASSWORDS[MIGRATOR], TEST_DATABASE)))

    @property
    def database_url(self) -> str:
        return self.servers.dsn(APPLICATION, TEST_PASSWORDS[APPLICATION], TEST_DATABASE)

    def settings(self) -> Settings:
        """For what the test itself does beside the processes, without Redis."""
        return Settings(environment="test", database_url=SecretStr(self.database_url), redis_url=None, master_key=SecretStr(KEY))

    def start(self, command: str, *, redis: bool = True, port: int = 0) -> subprocess.Popen[bytes]:
        """`loanbroker serve` or `loanbroker worker`, logging everything."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("LOANBROKER_")}
        env |= {
            "LOANBROKER_ENVIRONMENT": "test",
            "LOANBROKER_DATABASE_URL": self.database_url,
            "LOANBROKER_MASTER_KEY": KEY,
            "LOANBROKER_LOG_LEVEL": "DEBUG",
            "LOANBROKER_SWEEP_SECONDS": "0.5",
            "LOANBROKER_DATA_DIR": str(self.folder),
            "PYTHONUNBUFFERED": "1",
        }
        if redis:
            env["LOANBROKER_REDIS_URL"] = self.servers.redis_url
        if port:
            env["LOANBROKER_PORT"] = str(port)
        self.count += 1
        with (self.folder / f"{command}-{self.count}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "loanbroker_api.cli", command], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.running.append(process)
        return process

    async def serve(self, *, redis: bool = True) -> str:
        """The address of a new API process that is ready."""
        port = free_port()
        process = self.start("serve", redis=redis, port=port)
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(trust_env=False) as http:

            async def ready() -> bool:
                assert process.poll() is None, self.logs()
                try:
                    return (await http.get(f"{address}/readyz")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(ready)
        return address

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """SIGKILL by its pid."""
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    def end(self, process: subprocess.Popen[bytes]) -> int:
        """A clean end."""
        process.terminate()
        return process.wait(timeout=60)

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def end_all(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.terminate()
        for process in self.running:
            process.wait(timeout=60)
        self.running.clear()


def new_installation(folder: Path) -> Installation:
    """Its servers are to be started by the caller."""
    folder.mkdir(mode=0o711)
    return Installation(folder, EmbeddedServers(folder / "servers", postgres_settings=TEST_POSTGRES))


@asynccontextmanager
async def clients(count: int, address: str) -> Any:
    """HTTP clients with connections of their own."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(httpx.AsyncClient(base_url=address, trust_env=False, timeout=20)) for _ in range(count)]
