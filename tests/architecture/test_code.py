"""House rules that are read off the source: what may stand in one place only, and how long a file may be."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import loanbroker_api

SOURCE = Path(loanbroker_api.__file__).parent
CHECKOUT = SOURCE.parents[1]
MODULES = sorted(SOURCE.rglob("*.py"))
MIGRATIONS = sorted((CHECKOUT / "migrations").rglob("*.py"))
SIZED = [path for folder in ("src", "tests", "bench") for path in sorted((CHECKOUT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE if path.is_relative_to(SOURCE) else CHECKOUT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file with its dotted text."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


COMMITS = {
    "core/uow.py": "the edge: the end of a unit of work",
    "access/service.py": "a new company is made before there is a unit of work",
    "access/sessions/uses.py": "uses of sessions are shared in a batch of its own, which no act is part of",
    "customers/service/leads.py": "a savepoint within the unit of work",
}


def test_services_do_not_commit() -> None:
    committing = {name_of(path) for path in MODULES for called, _ in calls(path) if called.endswith(".commit")}
    assert committing == set(COMMITS)
    (savepoint,) = [called for called, _ in calls(SOURCE / "customers/service/leads.py") if called.endswith(".commit")]
    assert savepoint == "savepoint.commit"


def test_time_is_read_from_the_clock() -> None:
    asked = {
        (name_of(path), called)
        for path in MODULES
        for called, _ in calls(path)
        if called in {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    }
    # A damaged folder is put aside under the machine's time, before there is a runtime.
    assert asked == {("core/clock.py", "datetime.now"), ("embedded/valkey.py", "time.time")}


def test_refusals_are_problems() -> None:
    raised = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Raise) and node.exc is not None and "HTTPException" in ast.unparse(node.exc)
    }
    named = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and any("HTTPException" in alias.name for alias in node.names) and node.module != "http.client"
    }
    assert (raised, named) == (set(), {"core/http.py"})


def test_tokens_have_one_home_and_heads_of_the_trail_another() -> None:
    importing = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "jose")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "jose" for alias in node.names))
    }
    assert importing == {"access/tokens/access_tokens.py", "access/tokens/heads.py"}


def without_comments(path: Path) -> str:
    """A file's texts and calls: docstrings and comments are prose and may name what they forbid."""
    tree = tree_of(path)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    ]
    return "\n".join(texts + [f"{called}(" for called, _ in calls(path)])


def test_sql_that_a_distributed_server_refuses_is_not_written() -> None:
    forbidden = {
        "set_config": r"set_config\(",
        "advisory lock": r"pg_(try_)?advisory",
        "MERGE": r"\bMERGE\s+INTO\b",
        "trigger": r"\bCREATE\s+(CONSTRAINT\s+)?TRIGGER\b",
        "rule": r"\bCREATE\s+(OR\s+REPLACE\s+)?RULE\b",
        "SET NULL": r"ON\s+DELETE\s+SET\s+(NULL|DEFAULT)|^SET NULL$",
        "concurrent detach": r"DETACH\s+PARTITION\s+\w+\s+CONCURRENTLY",
        "DO UPDATE with a function": r"DO\s+UPDATE\s+SET[^;]*?\b(now|clock_timestamp|gen_random_uuid|current_timestamp|random|nextval)\b",
    }
    found = [
        (name_of(path), what)
        for path in [*MODULES, *MIGRATIONS]
        for text in [without_comments(path)]
        for what, pattern in forbidden.items()
        if re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
    ]
    assert found == []


def test_upserts_set_only_what_was_sent() -> None:
    """`excluded.x`, `row.n + 1`: no function, whose value each worker would find for itself."""
    functions = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for called, node in calls(path)
        if called.endswith("on_conflict_do_update")
        for part in ast.walk(node)
        if isinstance(part, ast.Call) and part is not node and ast.unparse(part.func).startswith("func.")
    ]
    assert functions == []


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("INSERT … ON CONFLICT DO UPDATE SET at = now()", True),
        ("ON CONFLICT (a) DO UPDATE SET n = t.n + 1, at = excluded.at", False),
        ("SELECT now(); INSERT … DO NOTHING", False),
    ],
)
def test_the_rule_sees_a_function(text: str, is_refused: bool) -> None:
    pattern = r"DO\s+UPDATE\s+SET[^;]*?\b(now|clock_timestamp|gen_random_uuid|current_timestamp|random|nextval)\b"
    assert bool(re.search(pattern, text, re.IGNORECASE)) is is_refused


def test_no_file_is_over_600_lines() -> None:
    long = {path.relative_to(CHECKOUT).as_posix(): len(path.read_text().splitlines()) for path in SIZED}
    assert {name: lines for name, lines in long.items() if lines > 600} == {}


def test_nothing_is_left_for_later() -> None:
    marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
    found = [
        f"{path.relative_to(CHECKOUT)}: {mark}"
        for path in SIZED
        for mark in marks
        if re.search(rf"(#|\"\"\")[^\n]*\b{mark}\b", path.read_text()) and path != Path(__file__)
    ]
    assert found == []


def test_no_test_is_switched_off() -> None:
    """But for what only root can do."""
    off = [
        f"{path.relative_to(CHECKOUT)}: {called}"
        for path in SIZED
        if path.is_relative_to(CHECKOUT / "tests")
        for called, node in calls(path)
        if called in {"pytest.skip", "pytest.xfail", "pytest.mark.skip", "pytest.mark.xfail", "pytest.importorskip"}
        or (called == "pytest.mark.skipif" and "geteuid" not in ast.unparse(node.args[0]))
    ]
    assert off == []
