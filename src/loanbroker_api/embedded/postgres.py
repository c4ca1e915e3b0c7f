"""The embedded PostgreSQL: first initialisation, leftovers of killed runs, the command line, readiness."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from loanbroker_api.embedded.places import Memory, make_private, postgres_programs
from loanbroker_api.embedded.supervise import ChildFailedError, Command, OsUser, wait_until

SOCKET_PATH_LIMIT = 107 if sys.platform == "linux" else 103
SUPERUSER = "postgres"

DEFAULTS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    # The log must not repeat what a statement carried: no DETAIL with a duplicate's values, no text of a failed statement.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


def server_environment() -> dict[str, str]:
    """Nothing of ours is handed to a server: no keys, no libpq variables that would redirect it."""
    return {"LC_ALL": "C.UTF-8", "PATH": os.defpath, "TZ": "UTC"}


class Postgres:
    """Knows one cluster; the Keeper runs it."""

    def __init__(self, home: Path, logs: Path, memory: Memory, user: OsUser | None, settings: Mapping[str, str]) -> None:
        self.data = home / "postgres"
        self._logs = logs
        self._memory = memory
        self._user = user
        self._settings = DEFAULTS | dict(settings)
        self._programs = postgres_programs(home, user)

    def initialise(self) -> bool:
        """Makes the cluster where there is none (True then). Raises ChildFailedError with initdb's own words."""
        if (self.data / "PG_VERSION").exists() and not self._unfinished.exists():
            return False
        # A first start that was killed half-way leaves a folder that initdb refuses.
        if self.data.exists():
            self.clear_leftovers()
            shutil.rmtree(self.data)
        make_private(self.data, self._user)
        self._unfinished.touch(0o600)
        initdb = Command(
            (
                *(str(self._programs / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums"),
                # Whoever can enter the 0700 folder of the socket is ourselves; over TCP a password is always asked.
                *("--auth-local=trust", "--auth-host=scram-sha-256"),
            ),
            cwd=self.data,
            env=server_environment(),
            user=self._user,
            log=self._logs / "initdb.log",
        )
        if initdb.spawn().wait() != 0:
            raise ChildFailedError(f"initdb failed:\n{initdb.tail()}")
        self._unfinished.unlink()
        return True

    @property
    def _unfinished(self) -> Path:
        return self.data.with_name("postgres.unfinished")

    def socket_folder(self, port: int) -> Path:
        """The data folder, or one under the system's temporary folder where the socket's path would be too long."""
        if len(os.fsencode(self.data / f".s.PGSQL.{port}")) <= SOCKET_PATH_LIMIT:
            return self.data
        kept = self._memory.read().get("socket_folder")
        owner = os.geteuid() if self._user is None else self._user.uid
        with suppress(OSError):
            folder = Path(str(kept))
            if folder.lstat().st_uid == owner and folder.lstat().st_mode & 0o7777 == 0o700 and folder.is_dir():
                return folder
        folder = make_private(Path(tempfile.mkdtemp(prefix="loanbroker-")), self._user)
        self._memory.keep("socket_folder", str(folder))
        return folder

    def remove_socket_folder(self) -> None:
        """Takes the temporary folder away again; the next start makes a new one."""
        kept = self._memory.read().get("socket_folder")
        if kept is not None:
            with suppress(OSError):
                Path(str(kept)).rmdir()
            self._memory.keep("socket_folder", None)

    def command(self, port: int) -> Command:
        """One postgres on that port, loopback and socket only. SIGINT is its fast shutdown."""
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        return Command(
            (
                *(str(self._programs / "postgres"), "-D", str(self.data), "-p", str(port), "-k", str(self.socket_folder(port))),
                *("-c", "listen_addresses=127.0.0.1", *options),
            ),
            cwd=self.data,
            env=server_environment(),
            user=self._user,
            log=self._logs / "postgres.log",
            stop_signal=signal.SIGINT,
            stop_seconds=60.0,
        )

    def ready(self, pid: int) -> bool:
        """What pg_ctl looks at: the last line of postmaster.pid, written by this very process."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def clear_leftovers(self) -> None:
        """Ends what a killed run left on this cluster and removes its stale pid file. Raises RuntimeError where something survives.

        Only a process that works inside the data folder counts: a number in the pid file may long belong to someone else.
        """
        if sys.platform != "linux":
            return
        left = self._leftovers()
        postmaster = self._recorded_postmaster()
        if left:
            if postmaster in left:
                _signal([postmaster], signal.SIGINT)
            # Backends whose postmaster was killed see it and leave by themselves.
            for number in (signal.SIGQUIT, signal.SIGKILL):
                if wait_until(lambda: not self._leftovers(), 20.0):
                    break
                _signal(self._leftovers(), number)
            if not wait_until(lambda: not self._leftovers(), 10.0):
                raise RuntimeError(f"processes {self._leftovers()} still work on {self.data}")
        # Nobody is there: what remains is the file of a dead or zombie process, or of a number used again by another.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _recorded_postmaster(self) -> int:
        try:
            return int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        except (OSError, ValueError):
            return -1

    def _leftovers(self) -> list[int]:
        return [pid for pid in _all_pids() if _works_in(pid, self.data)]


def _all_pids() -> Iterable[int]:
    return [int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit()]


def _works_in(pid: int, folder: Path) -> bool:
    """A postgres (not a zombie, which has no working folder) with that working folder."""
    process = Path("/proc", str(pid))
    try:
        return (process / "cwd").readlink() == folder and (process / "comm").read_text(encoding="utf-8").startswith(("postgres", "initdb"))
    except OSError:
        return False


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
