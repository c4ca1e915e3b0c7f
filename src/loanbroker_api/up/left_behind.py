"""The children of a run, written down while they live, so that the run after a kill -9 finds and ends those that linger."""

import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from loanbroker_api.embedded.places import write_private
from loanbroker_api.embedded.supervise import signal_group, wait_until


class LeftBehind:
    """Each child is a group leader, known by process id and start time, since numbers are used again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def note(self, pid: int) -> None:
        """Adds a living child; those that have ended are dropped."""
        started = _started(pid)
        if started is None:
            return
        with self._lock:
            alive = [[other, ticks] for other, ticks in self._read() if _started(other) == ticks]
            write_private(self._path, json.dumps([*alive, [pid, started]]))

    def end(self) -> int:
        """Ends what still lives of the run before, with its descendants; how many there were."""
        left = [pid for pid, ticks in self._read() if _started(pid) == ticks]
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not any(signal_group(pid, signal.SIGCONT) and _started(pid) for pid in left), 15.0)
        for pid in left:
            signal_group(pid, signal.SIGKILL)
        self.forget()
        return len(left)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def _read(self) -> list[tuple[int, int]]:
        try:
            return [(int(pid), int(ticks)) for pid, ticks in json.loads(self._path.read_text(encoding="utf-8"))]
        except (FileNotFoundError, ValueError, TypeError):
            return []


def _started(pid: int) -> int | None:
    """When the process started, in the kernel's ticks; None for one that is gone, a zombie, or on a system without /proc."""
    if sys.platform != "linux":
        return None
    try:
        fields = Path("/proc", str(pid), "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else int(fields[19])
