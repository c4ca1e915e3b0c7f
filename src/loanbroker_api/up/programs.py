"""What `up` runs and how it sees that it runs."""

import http.client
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
CHECKOUT = SOURCE.parents[1]
DEMO_TENANTS = ("demo", "demo2")
DEMO_LOGINS = (
    ("admin", "超级管理员"),
    ("boss", "老板"),
    ("manager1", "部门经理"),
    ("leader1, leader2", "团队长"),
    ("sales1 … sales12", "业务员"),
    ("submission1", "进件专员"),
    ("collateral1", "权证专员"),
    ("finance1", "财务"),
    ("hr1", "人事"),
    ("audit1", "审计"),
)


@dataclass(frozen=True)
class Programs:
    """What `up` runs, as argument lists; tests put small programs of their own in their place."""

    migrate: tuple[str, ...]
    demo: tuple[str, ...]
    api: tuple[str, ...]
    worker: tuple[str, ...]

    @classmethod
    def ours(cls, *, reload: bool) -> "Programs":
        """The product's own commands, run by this very Python."""
        loanbroker = (sys.executable, "-m", "loanbroker_api.cli")
        return cls(
            (*loanbroker, "migrate"),
            (*loanbroker, "demo", "--customers", "3000", "--tenants", str(len(DEMO_TENANTS)), "--seed", "1", "--once"),
            (*loanbroker, "serve", *(["--reload"] if reload else [])),
            (*loanbroker, "worker"),
        )


def answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def vite(port: int) -> tuple[str, ...]:
    """Vite's own file under the wheel's node: npm in between would not hand signals on."""
    node = Path(sys.executable).parent / "node"
    return (
        str(node),
        "node_modules/vite/bin/vite.js",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--strictPort",
        "--clearScreen",
        "false",
    )


def newest_change() -> int:
    newest = 0
    for path in SOURCE.rglob("*.py"):
        try:
            newest = max(newest, path.stat().st_mtime_ns)
        except FileNotFoundError:
            continue
    return newest
