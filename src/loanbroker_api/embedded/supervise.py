"""One child process kept alive: started again when it ends, stopped with everything that it started."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

LAUNCHER = Path(__file__).with_name("launch.py")
LOG_LIMIT = 10 * 1024 * 1024


class ChildFailedError(RuntimeError):
    """A child did not come up; the message carries the end of its log."""


@dataclass(frozen=True)
class OsUser:
    """The user that a server runs as when the supervisor is root."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    """What to run. `log` receives both outputs; without it they go where the supervisor's own go."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    user: OsUser | None = None
    log: Path | None = None
    stdin: Path = Path(os.devnull)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0
    whole_group: bool = False
    """Whether its descendants are signalled too when it has ended (a reloader, npm)."""

    def spawn(self) -> subprocess.Popen[bytes]:
        """Starts it in a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone."""
        user = self.user or OsUser(-1, -1)
        prefix = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(self.stop_signal)), str(user.uid), str(user.gid)]
        with self.stdin.open("rb") as source, _output(self.log) as output:
            return subprocess.Popen(  # noqa: S603 # our own programs
                [*prefix, *self.argv],
                cwd=self.cwd,
                env=dict(self.env),
                stdin=source,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
            )

    def tail(self, lines: int = 20) -> str:
        """The last lines of its log; empty where it has none."""
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@contextmanager
def _output(log: Path | None) -> Generator[IO[bytes] | None]:
    if log is None:
        yield None
        return
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "ab") as stream:
        yield stream


def wait_until(condition: Callable[[], bool], seconds: float, *, every: float = 0.02) -> bool:
    """Polls until the condition holds (True) or the seconds are over (False)."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def signal_group(group: int, number: signal.Signals) -> bool:
    """Whether anyone in the process group was there to be signalled."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


@dataclass
class _State:
    process: subprocess.Popen[bytes] | None = None
    command: Command | None = None
    ready: bool = False
    generation: int = 0
    """How many times it has become ready."""
    stopping: bool = False
    failure: str | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)


def _at_once(_pid: int) -> bool:
    return True


class Keeper:
    """Runs one child in a thread of its own until stop().

    The thread lives exactly as long as the keeping: the kernel's parent-death signal fires when the *thread* that forked ends.
    """

    def __init__(
        self,
        name: str,
        prepare: Callable[[bool], Command],
        *,
        ready: Callable[[int], bool] = _at_once,
        ready_seconds: float = 60.0,
        attempts: int = 3,
        settled_seconds: float = 1.0,
        say: Callable[[str], None] = lambda _: None,
        spawned: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`prepare(first)` gives the command before each start; `ready(pid)` is polled.

        After `attempts` starts that never got ready it gives up. A child that lived for `settled_seconds` is started again at once, one
        that keeps dying sooner with growing pauses up to 5 s.
        """
        self.name = name
        self._prepare = prepare
        self._ready = ready
        self._ready_seconds = ready_seconds
        self._attempts = attempts
        self._settled_seconds = settled_seconds
        self._say = say
        self._spawned = spawned
        self._state = _State()
        self._thread = threading.Thread(target=self._run, name=f"keep-{name}", daemon=True)

    @property
    def pid(self) -> int | None:
        process = self._state.process
        return process.pid if process is not None and process.returncode is None else None

    @property
    def generation(self) -> int:
        return self._state.generation

    @property
    def is_ready(self) -> bool:
        return self._state.ready

    def start(self, *, wait: bool = True) -> None:
        """Raises ChildFailedError where it does not come up."""
        self._thread.start()
        if wait:
            self.wait_ready()

    def wait_ready(self, *, generation: int = 1, seconds: float | None = None) -> None:
        """Until it has become ready that many times and still is. Raises ChildFailedError on failure, TimeoutError when time is over."""
        state = self._state
        with state.changed:
            done = state.changed.wait_for(
                lambda: (state.ready and state.generation >= generation) or state.failure is not None or state.stopping,
                seconds if seconds is not None else self._ready_seconds * self._attempts,
            )
            if state.failure is not None:
                raise ChildFailedError(state.failure)
            if not done or not state.ready:
                raise TimeoutError(f"{self.name} is not ready")

    def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Signals the child as a crash would and returns the generation to wait for."""
        with self._state.changed:
            pid, wanted = self.pid, self._state.generation + 1
            self._state.ready = False
        if pid is not None:
            os.kill(pid, number)
        return wanted

    def restart(self) -> int:
        """Asks the child to end; it is started again. Returns the generation to wait for."""
        command = self._state.command
        return self.kill(command.stop_signal if command else signal.SIGTERM)

    def begin_stop(self) -> None:
        """Sends the stop signal and returns at once, so that several children stop side by side."""
        state = self._state
        with state.changed:
            already, state.stopping = state.stopping, True
            state.changed.notify_all()
            process, command = state.process, state.command
        if process is not None and command is not None and not already and process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, command.stop_signal)

    def stop(self) -> None:
        """Ends the child, the hard way after its stop_seconds. Idempotent."""
        self.begin_stop()
        if not self._thread.ident:
            return
        state = self._state
        self._thread.join(state.command.stop_seconds if state.command else 5.0)
        if self._thread.is_alive() and state.process is not None:
            self._say(f"{self.name} did not stop in time; killed")
            signal_group(state.process.pid, signal.SIGKILL)
            self._thread.join(10)

    def _run(self) -> None:
        state = self._state
        failures = 0
        while not state.stopping:
            came_up, lived, reason = self._live_once()
            if state.stopping:
                return
            failures = 0 if came_up and lived > self._settled_seconds else failures + 1
            if state.generation == 0 and failures >= self._attempts:
                with state.changed:
                    state.failure = f"{self.name} did not start: {reason}"
                    state.changed.notify_all()
                return
            self._say(f"{self.name} ended ({reason}); starting it again")
            with state.changed:
                state.changed.wait_for(lambda: state.stopping, min(0.1 * 2**failures, 5.0) if failures else 0)

    def _live_once(self) -> tuple[bool, float, str]:
        """Came up, seconds lived, how it ended."""
        state = self._state
        try:
            command = self._prepare(state.generation == 0)
            process = command.spawn()
        except (OSError, RuntimeError) as error:
            return False, 0.0, str(error)
        begun = time.monotonic()
        with state.changed:
            state.process, state.command = process, command
            stop_now = state.stopping
        self._spawned(process.pid)
        if stop_now:
            process.send_signal(command.stop_signal)
        came_up = self._watch_ready(process)
        status = process.wait()
        with state.changed:
            state.ready = False
            state.changed.notify_all()
        if command.whole_group and signal_group(process.pid, signal.SIGTERM):
            wait_until(lambda: not signal_group(process.pid, signal.SIGCONT), 3.0)
            signal_group(process.pid, signal.SIGKILL)
        tail = "" if came_up else command.tail()
        return came_up, time.monotonic() - begun, f"status {status}" + (f"\n{tail}" if tail else "")

    def _watch_ready(self, process: subprocess.Popen[bytes]) -> bool:
        state = self._state
        deadline = time.monotonic() + self._ready_seconds
        while process.poll() is None and not state.stopping:
            if self._ready(process.pid):
                with state.changed:
                    state.ready = True
                    state.generation += 1
                    state.changed.notify_all()
                return True
            if time.monotonic() > deadline:
                signal_group(process.pid, signal.SIGKILL)
            time.sleep(0.02)
        return False
