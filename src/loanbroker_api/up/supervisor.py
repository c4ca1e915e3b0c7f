"""`loanbroker up`: everything on one machine, from one command, ended by one signal.

Order: data folder, its lock, what a killed run left, the port, secrets, servers, roles, migrations, demo data, API, worker. What runs
is a child of this process; each gets the kernel's parent-death signal, so that even kill -9 takes them along.
"""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import cast

from loanbroker_api.embedded import APPLICATION, MIGRATOR, ChildFailedError, DataDirInUseError, EmbeddedServers, bootstrap_roles
from loanbroker_api.embedded.places import Memory as ServersMemory
from loanbroker_api.embedded.places import choose_port, kept_secret, make_data_dir, make_private, port_is_free
from loanbroker_api.embedded.servers import FolderLock
from loanbroker_api.embedded.supervise import Command, Keeper, wait_until
from loanbroker_api.settings import Settings
from loanbroker_api.up.database import DATABASE, kept_master_key, own_database, role_password
from loanbroker_api.up.left_behind import LeftBehind
from loanbroker_api.up.prepared import Prepared, digest
from loanbroker_api.up.programs import CHECKOUT, DEMO_LOGINS, DEMO_TENANTS, Programs, answers, newest_change, vite
from loanbroker_api.up.refused import RefusedError


class StopRequested(BaseException):  # like KeyboardInterrupt: no error
    """SIGINT or SIGTERM came."""


def run(settings: Settings, *, reload: bool = False, with_parent: bool = False, programs: Programs | None = None) -> int:
    """Runs until SIGINT or SIGTERM (exit status 0). What cannot start is explained on stderr (1).

    `with_parent`: end when the parent process does, so that a killed `make run` leaves nothing running.
    """
    _heed_signals(with_parent=with_parent)
    up = Up(settings, programs or Programs.ours(reload=reload), reload=reload)
    status = 0
    try:
        up.start()
        while True:
            signal.pause()
    except StopRequested:
        up.say("正在停止… / Stopping…")
    except (RefusedError, ChildFailedError, TimeoutError) as error:
        _ignore_signals()
        print(f"\n{error}", file=sys.stderr, flush=True)
        status = 1
    finally:
        _ignore_signals()
        up.stop()
    if status == 0:
        up.say("已停止 / Stopped")
    return status


def _heed_signals(*, with_parent: bool) -> None:
    def on_signal(_number: int, _frame: FrameType | None) -> None:
        # Once: a second Ctrl-C must not cut short the stopping of the children, which has its own time limits.
        _ignore_signals()
        raise StopRequested

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, on_signal)
    if with_parent and sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


class Up:
    """One run of everything."""

    def __init__(self, settings: Settings, programs: Programs, *, reload: bool) -> None:
        self._settings = settings
        self._programs = programs
        self._reload = reload
        self._begun = time.monotonic()
        self._lock: FolderLock | None = None
        self._servers: EmbeddedServers | None = None
        self._keepers: list[Keeper] = []
        self._left_behind: LeftBehind | None = None
        self._stopping_mark: Path | None = None
        self._ended = threading.Event()

    def say(self, text: str) -> None:
        """One line of progress with the seconds since the start."""
        print(f"[{time.monotonic() - self._begun:5.1f}s] {text}", flush=True)

    def start(self) -> None:
        """Everything is up on return. Raises RefusedError, ChildFailedError or TimeoutError."""
        settings = self._settings
        if settings.production:
            raise RefusedError(
                "`loanbroker up` 只用于开发和演示；生产环境用 serve 和 worker（docs/operations.md）。 / "
                "`loanbroker up` is for development and demonstrations; production runs serve and worker (docs/operations.md)."
            )
        data_dir = self._claim_data_dir()
        self._check_port()
        env = self._environment(data_dir)
        self._prepare(data_dir, env)
        self._run_programs(data_dir, env)
        self._welcome(env["LOANBROKER_DEMO_PASSWORD"], data_dir)

    def stop(self) -> None:
        """Ends all children and gives the data folder free. Idempotent."""
        self._ended.set()
        if self._stopping_mark is not None:
            self._stopping_mark.touch()
        for keeper in self._keepers:
            keeper.begin_stop()
        for keeper in self._keepers:
            keeper.stop()
        if self._servers is not None:
            self._servers.stop()
        if self._left_behind is not None:
            self._left_behind.forget()
        if self._stopping_mark is not None:
            self._stopping_mark.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.release()

    def _claim_data_dir(self) -> Path:
        try:
            data_dir = make_data_dir(self._settings.data_dir)
            lock = FolderLock(data_dir / "up.lock")
        except OSError as error:
            raise RefusedError(
                f"数据目录 {self._settings.data_dir} 不可用（{error.strerror}）；用 LOANBROKER_DATA_DIR 换一个。 / "
                f"The data folder {self._settings.data_dir} cannot be used ({error.strerror}); set LOANBROKER_DATA_DIR to another one."
            ) from error
        mark = data_dir / "up.stopping"
        try:
            try:
                lock.acquire()
            except DataDirInUseError:
                # The run before is on its way out: its end is near.
                if not mark.exists() or not wait_until(lambda: not mark.exists(), 60.0):
                    raise
                wait_until(lock.is_free, 5.0)
                lock.acquire()
        except DataDirInUseError as error:
            raise RefusedError(
                f"数据目录 {data_dir} 正被另一个 loanbroker up 使用（进程 {error}）。先停止它，或用 LOANBROKER_DATA_DIR 和 LOANBROKER_PORT 另开一份。 / "
                f"The data folder {data_dir} is in use by another loanbroker up (process {error}). "
                "Stop that one, or run a second copy with another LOANBROKER_DATA_DIR and LOANBROKER_PORT."
            ) from error
        self._lock, self._stopping_mark = lock, mark
        mark.unlink(missing_ok=True)
        self._left_behind = LeftBehind(data_dir / "up.children.json")
        if ended := self._left_behind.end():
            self.say(f"清理了上次被强制结束的运行留下的 {ended} 个进程 / Ended {ended} processes that a killed run left")
        return data_dir

    def _check_port(self) -> None:
        port = self._settings.port
        if not port_is_free(port, self._settings.host):
            raise RefusedError(
                f"端口 {port} 已被占用或不可用。用 LOANBROKER_PORT 换一个，例如 LOANBROKER_PORT={port + 1 if port < 65535 else 8000} make run。 / "
                f"Port {port} is in use or not allowed. Set LOANBROKER_PORT to another one."
            )

    def _environment(self, data_dir: Path) -> dict[str, str]:
        """The children's environment, once servers, roles and database are there."""
        settings = self._settings
        master_key = settings.master_key.get_secret_value() if settings.master_key else kept_master_key(data_dir / "secrets" / "master.key")
        demo_password = (
            settings.demo_password.get_secret_value() if settings.demo_password else kept_secret(data_dir / "secrets" / "demo.password")
        )
        passwords = {role: role_password(master_key, role) for role in (APPLICATION, MIGRATOR)}
        wanted = [name for name, url in (("postgres", settings.database_url), ("valkey", settings.redis_url)) if url is None]
        if wanted:
            self.say("正在启动内置数据库 / Starting the embedded servers: " + ", ".join(wanted))
            self._servers = EmbeddedServers(data_dir, wanted=wanted, say=self.say)
            try:
                self._servers.start()
            except DataDirInUseError as error:
                raise RefusedError(
                    f"{data_dir}: 内置数据库正被进程 {error} 使用 / the embedded servers are in use by process {error}"
                ) from error
        if settings.database_url is None and self._servers is not None:
            asyncio.run(bootstrap_roles(self._servers.admin_dsn, DATABASE, passwords))
            application = self._servers.dsn(APPLICATION, passwords[APPLICATION], DATABASE)
            owner = self._servers.dsn(MIGRATOR, passwords[MIGRATOR], DATABASE)
        else:
            application, owner = asyncio.run(own_database(settings, passwords))
        redis_url = settings.redis_url.get_secret_value() if settings.redis_url else cast("EmbeddedServers", self._servers).redis_url
        public = settings.public_url or f"http://localhost:{settings.port}"
        return {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "LOANBROKER_DATA_DIR": str(data_dir),
            "LOANBROKER_DATABASE_URL": application,
            "LOANBROKER_OWNER_DATABASE_URL": owner,
            "LOANBROKER_REDIS_URL": redis_url,
            "LOANBROKER_MASTER_KEY": master_key,
            "LOANBROKER_DEMO_PASSWORD": demo_password,
            "LOANBROKER_HOST": settings.host,
            "LOANBROKER_PORT": str(settings.port),
            "LOANBROKER_PUBLIC_URL": public,
        }

    def _prepare(self, data_dir: Path, env: Mapping[str, str]) -> None:
        """Migrations and demo data, skipped where the last start did just this on just this database."""
        programs = self._programs
        wanted = digest(env["LOANBROKER_MASTER_KEY"], programs.migrate, programs.demo, password=env["LOANBROKER_DEMO_PASSWORD"])
        prepared = Prepared(data_dir, env["LOANBROKER_OWNER_DATABASE_URL"])
        if asyncio.run(prepared.fits(wanted)):
            return
        self._step("正在迁移数据库 / Migrating the database", programs.migrate, env)
        self._step("正在准备演示数据（仅首次） / Preparing demo data (first time only)", programs.demo, env)
        asyncio.run(prepared.keep(wanted))

    def _step(self, title: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Runs a command to its end with its output shown. Raises ChildFailedError where it fails."""
        self.say(title)
        command = Command(tuple(argv), cwd=Path.cwd(), env=env, whole_group=True)
        process = command.spawn()
        try:
            status = process.wait()
        except StopRequested:
            process.terminate()
            wait_until(lambda: process.poll() is not None, 10.0)
            process.kill()
            raise
        if status != 0:
            raise ChildFailedError(f"{title}: 失败，状态 {status} / failed with status {status}")

    def _run_programs(self, data_dir: Path, env: dict[str, str]) -> None:
        logs = make_private(data_dir / "logs", None)
        port = self._settings.port
        if self._reload:
            api_port = choose_port(ServersMemory(data_dir), "api")
            env = env | {
                "LOANBROKER_PORT": str(api_port),
                "LOANBROKER_API_PORT": str(api_port),
                "LOANBROKER_INTERNAL_URL": f"http://127.0.0.1:{api_port}",
            }
            self._keep("Vite", vite(port), env, None, ready=lambda _: answers(port, "/"), cwd=CHECKOUT / "frontend")
        else:
            api_port = port
        self.say("正在启动 API 和后台进程 / Starting API and worker")
        worker = self._keep("worker", self._programs.worker, env, None if self._reload else logs / "worker.log")
        api = self._keep(
            "API", self._programs.api, env, None if self._reload else logs / "api.log", ready=lambda _: answers(api_port, "/readyz")
        )
        if self._reload:
            threading.Thread(target=self._restart_on_change, args=(worker,), daemon=True).start()
        for keeper in self._keepers:
            keeper.wait_ready()
        api.wait_ready()

    def _keep(
        self,
        name: str,
        argv: tuple[str, ...],
        env: dict[str, str],
        log: Path | None,
        *,
        ready: Callable[[int], bool] = lambda _: True,
        cwd: Path | None = None,
    ) -> Keeper:
        command = Command(argv, cwd=cwd or Path.cwd(), env=env, log=log, whole_group=True, stop_seconds=12.0)
        keeper = Keeper(
            name, lambda _: command, ready=ready, say=self.say, settled_seconds=15.0, spawned=cast("LeftBehind", self._left_behind).note
        )
        self._keepers.append(keeper)
        keeper.start(wait=False)
        return keeper

    def _restart_on_change(self, worker: Keeper) -> None:
        """Restarts the worker when a Python file of ours changes; the API's own reloader does the same for itself."""
        seen = newest_change()
        while not self._ended.wait(1.0):
            now = newest_change()
            if now != seen:
                seen = now
                worker.restart()

    def _welcome(self, password: str, data_dir: Path) -> None:
        address = self._settings.public_url or f"http://localhost:{self._settings.port}"
        logins = "\n".join(f"      {name:<18} {role}" for name, role in DEMO_LOGINS)
        print(
            f"""
助贷业务系统已就绪 / The loan-broker system is ready ({time.monotonic() - self._begun:.1f} s)

  地址 Address       {address}
  接口文档 API docs   {address}/docs   {address}/graphiql   {address}/openapi.json
  机构代码 Company    {" 或 ".join(DEMO_TENANTS)}
  密码 Password      {password}
  账号 Logins
{logins}

  日志 Logs          {data_dir / "logs"}
  停止 Stop          Ctrl-C
""",
            flush=True,
        )
