"""The embedded Valkey: configuration, readiness, and a damaged append-only file, which is put aside (it never holds the only copy)."""

import shutil
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

from loanbroker_api.embedded.places import make_private, valkey_program, write_private
from loanbroker_api.embedded.postgres import server_environment
from loanbroker_api.embedded.supervise import Command, OsUser


class Valkey:
    """Knows one server; the Keeper runs it."""

    def __init__(self, home: Path, logs: Path, password: str, user: OsUser | None) -> None:
        self.data = home / "valkey"
        self._logs = logs
        self._password = password
        self._user = user
        self._program = valkey_program(home, user)
        self._port = 0

    def command(self, port: int) -> Command:
        """Append-only with fsync every second. The password stands in a file: a command line is visible to everyone."""
        self._port = port
        make_private(self.data, self._user)
        configuration = self.data / "valkey.conf"
        lines = {
            "port": port,
            "bind": "127.0.0.1",
            "dir": ".",
            "requirepass": self._password,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        write_private(configuration, "".join(f"{name} {value}\n" for name, value in lines.items()), self._user)
        return Command(
            (str(self._program), "-"),
            cwd=self.data,
            env=server_environment(),
            user=self._user,
            log=self._logs / "valkey.log",
            # Given by name, a bracket anywhere in the path would be taken for a pattern.
            stdin=configuration,
            stop_signal=signal.SIGTERM,
        )

    def ready(self, pid: int) -> bool:
        """Whether it answers PING as this very process; LOADING is not yet ready, and another's server on the port is not ours."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), 1.0) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\nINFO server\r\n".encode())
                answer = b""
                while f"process_id:{pid}\r\n".encode() not in answer:
                    part = connection.recv(65536)
                    if not part or part.startswith(b"-"):
                        return False
                    answer += part
                return b"+PONG" in answer
        except OSError:
            return False

    def put_aside(self) -> Path | None:
        """Moves data that the server refuses out of the way; where it went, None where there was none."""
        append_only = self.data / "appendonlydir"
        if not append_only.exists():
            return None
        place = self.data / f"damaged-{int(time.time())}"
        append_only.rename(place)
        return place

    def wipe(self) -> None:
        """Deletes everything that it holds; for tests that Valkey is no source of truth. The server must not run."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.data / "appendonlydir")
