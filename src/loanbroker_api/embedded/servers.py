"""Embedded PostgreSQL and Valkey for one data folder, started, watched and stopped together."""

import fcntl
import itertools
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Self
from urllib.parse import quote

from loanbroker_api.embedded.places import Memory, choose_port, home_of, kept_secret, make_data_dir, make_private, server_user
from loanbroker_api.embedded.postgres import SUPERUSER, Postgres
from loanbroker_api.embedded.supervise import ChildFailedError, Command, Keeper
from loanbroker_api.embedded.valkey import Valkey


class DataDirInUseError(RuntimeError):
    """Another process runs on the same data folder."""


class FolderLock:
    """An advisory lock that dies with its process, kill -9 included."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises DataDirInUseError, with the holder's process id, where another holds it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "?"
            os.close(descriptor)
            raise DataDirInUseError(holder) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def is_free(self) -> bool:
        """Whether acquire() would succeed now."""
        try:
            self.acquire()
        except DataDirInUseError:
            return False
        self.release()
        return True

    def release(self) -> None:
        """Idempotent."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class EmbeddedServers:
    """PostgreSQL and Valkey on one data folder; a server that dies is started again on the same port.

    Ports are chosen by itself and kept, so two data folders run side by side.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        postgres_settings: dict[str, str] | None = None,
        wanted: Collection[str] = ("postgres", "valkey"),
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`postgres_settings` go to the server as `-c name=value`; tests may turn fsync off there. `wanted` may name one of the two."""
        self._wanted = wanted
        self._data_dir = data_dir
        self._postgres_settings = postgres_settings or {}
        self._say = say
        self._lock: FolderLock | None = None
        self._postgres: Postgres | None = None
        self._keepers: dict[str, Keeper] = {}
        self._ports: dict[str, int] = {}
        self._password = ""
        self._wipe_valkey = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Both ready on return. Raises DataDirInUseError, or ChildFailedError where a server does not come up or its package is missing."""
        data_dir = make_data_dir(self._data_dir)
        self._lock = FolderLock(data_dir / "servers.lock")
        try:
            self._lock.acquire()
        except DataDirInUseError:
            self._lock = None
            raise
        try:
            self._start(data_dir)
        except BaseException:
            self.stop()
            raise

    def _start(self, data_dir: Path) -> None:
        user = server_user()
        memory = Memory(data_dir)
        home = home_of(data_dir, memory, user)
        if home != data_dir:
            self._say(f"{data_dir} lies in a closed folder: the servers' data is kept in {home}")
        logs = make_private(data_dir / "logs", None)
        self._password = kept_secret(data_dir / "secrets" / "valkey.password")
        if "postgres" in self._wanted:
            self._keepers["postgres"] = self._keep_postgres(Postgres(home, logs, memory, user, self._postgres_settings), memory)
        if "valkey" in self._wanted:
            self._keepers["valkey"] = self._keep_valkey(Valkey(home, logs, self._password, user), memory)
        for keeper in self._keepers.values():
            keeper.start()

    def _keep_postgres(self, postgres: Postgres, memory: Memory) -> Keeper:
        self._postgres = postgres
        if postgres.initialise():
            self._say("PostgreSQL initialised")

        def start_postgres(first: bool) -> Command:
            postgres.clear_leftovers()
            if first:
                self._ports["postgres"] = choose_port(memory, "postgres")
            return postgres.command(self._ports["postgres"])

        return Keeper("PostgreSQL", start_postgres, ready=postgres.ready, say=self._say, ready_seconds=300.0)

    def _keep_valkey(self, valkey: Valkey, memory: Memory) -> Keeper:
        attempts = itertools.count(1)

        def start_valkey(first: bool) -> Command:
            if first:
                self._ports["valkey"] = choose_port(memory, "valkey", avoid=frozenset(self._ports.values()))
                if next(attempts) == 3 and (place := valkey.put_aside()):
                    self._say(f"Valkey refused its data; put aside as {place}")
            if self._wipe_valkey:
                valkey.wipe()
                self._wipe_valkey = False
            return valkey.command(self._ports["valkey"])

        return Keeper("Valkey", start_valkey, ready=valkey.ready, say=self._say, ready_seconds=30.0)

    def stop(self) -> None:
        """Ends both cleanly and gives the folder free. Idempotent."""
        for keeper in self._keepers.values():
            keeper.begin_stop()
        for keeper in self._keepers.values():
            keeper.stop()
        if self._postgres is not None:
            self._postgres.remove_socket_folder()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @property
    def admin_dsn(self) -> str:
        """The superuser on the maintenance database, over the socket (trust inside a 0700 folder); for libpq, asyncpg and SQLAlchemy."""
        return self.dsn(SUPERUSER, None, "postgres")

    def dsn(self, role: str, password: str | None, database: str) -> str:
        """postgresql://… over the unix socket, half the round trip of TCP."""
        if self._postgres is None:
            raise ChildFailedError("the servers are not started")
        port = self._ports["postgres"]
        secret = f":{quote(password, safe='')}" if password else ""
        return f"postgresql://{quote(role)}{secret}@/{quote(database)}?host={quote(str(self._postgres.socket_folder(port)))}&port={port}"

    def tcp_dsn(self, role: str, password: str, database: str) -> str:
        """postgresql://… over TCP with a password, for what cannot speak to a socket."""
        return f"postgresql://{quote(role)}:{quote(password, safe='')}@127.0.0.1:{self._ports['postgres']}/{quote(database)}"

    @property
    def redis_url(self) -> str:
        return f"redis://:{quote(self._password, safe='')}@127.0.0.1:{self._ports['valkey']}/0"

    @property
    def postgres_pid(self) -> int:
        return self._pid("postgres")

    @property
    def valkey_pid(self) -> int:
        return self._pid("valkey")

    def _pid(self, name: str) -> int:
        pid = self._keepers[name].pid if name in self._keepers else None
        if pid is None:
            raise ChildFailedError(f"{name} does not run")
        return pid

    def kill_postgres(self) -> None:
        """SIGKILL to the postmaster; returns when its successor is ready."""
        keeper = self._keepers["postgres"]
        keeper.wait_ready(generation=keeper.kill())

    def kill_valkey(self, *, wipe: bool = False) -> None:
        """SIGKILL to Valkey; returns when its successor is ready, with `wipe` an empty one."""
        keeper = self._keepers["valkey"]
        self._wipe_valkey = wipe
        keeper.wait_ready(generation=keeper.kill())

    def restart_valkey(self, *, wipe: bool = False) -> None:
        """SIGTERM to Valkey; returns when its successor is ready, with `wipe` an empty one."""
        keeper = self._keepers["valkey"]
        self._wipe_valkey = wipe
        keeper.wait_ready(generation=keeper.restart())
