"""docs/security.md names tests that exist, passages that stand where it says, and each requirement of OWASP ASVS once.

Tests are looked for by their text, not run: a Python one by `ast`, one of the client by its title.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
DOCUMENT = CHECKOUT / "docs" / "security.md"
REQUIREMENTS = 253
"""Of OWASP ASVS 5.0.0: 70 of level 1 and 183 of level 2, counted in the tables of 5.0/en/0x10-V1 … 0x26-V17 of OWASP/ASVS, tag v5.0.0_release."""
LEVELS = {"L1": 70, "L2": 183}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (L\d) \| (.+?) \| (.*?) \| (.*) \|$")
CLAUSE = re.compile(r"\S+ 8\.1\.4\.([1-9]|1[01])( [a-g])?")
NAMED = re.compile(r"`((?:tests|frontend)/[^`]+?\.(?:py|tsx?)::[^`]+)`")
PASSAGE = re.compile(r"^文档 (docs/[\w/.-]+\.md)#(.+)$")
MODULE = re.compile(r"`([a-z_]+(?:/[a-z_]+)*(?:\.py|/))`")
WITHOUT_TEST = ("不适用：", "缺：")


@dataclass(frozen=True)
class Row:
    number: str
    level: str
    asks: str
    clause: str
    evidence: str
    chapter: str


def rows_of(text: str) -> list[Row]:
    found: list[Row] = []
    chapter = ""
    for line in text.splitlines():
        heading = re.match(r"### V(\d+) ", line)
        chapter = heading[1] if heading else chapter
        row = ROW.match(line)
        if row:
            found.append(Row(*row.groups(), chapter))
    return found


@cache
def names_in(path: Path) -> frozenset[str]:
    """Names of a module's tests: `function` and `Class::function`."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {prefix + one.name for one in inside if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    return frozenset(name for name in found if name.split("::")[-1].startswith("test_"))


def exists(named: str) -> bool:
    file, _, name = named.partition("::")
    path = CHECKOUT / file
    if not path.is_file():
        return False
    return name in names_in(path) if path.suffix == ".py" else f'test("{name}"' in path.read_text()


def has_passage(file: str, heading: str) -> bool:
    path = CHECKOUT / file
    return path.is_file() and re.search(rf"^#+ {re.escape(heading)}$", path.read_text(), re.MULTILINE) is not None


def fault_of(row: Row) -> str | None:
    """What is wrong with a row's evidence or clause, None where nothing is."""
    if row.clause and not CLAUSE.fullmatch(row.clause):
        return "its clause is none of 8.1.4"
    if row.number.split(".")[0] != row.chapter:
        return f"it stands in V{row.chapter}"
    passage = PASSAGE.match(row.evidence)
    if passage is not None:
        return None if has_passage(*passage.groups()) else "there is no such passage"
    for word in WITHOUT_TEST:
        if row.evidence.startswith(word):
            return None if len(row.evidence) > len(word) + 3 else "it does not say why"
    return None if NAMED.search(row.evidence) else "it names neither a test nor why there is none"


def faults(text: str) -> list[str]:
    rows = rows_of(text)
    numbers = [row.number for row in rows]
    found = [f"{named} does not exist" for named in NAMED.findall(text) if not exists(named)]
    found += [f"{number} stands twice" for number in sorted({number for number in numbers if numbers.count(number) > 1})]
    found += [f"{row.number}: {fault}" for row in rows if (fault := fault_of(row)) is not None]
    return found


def test_nothing_is_wrong_with_it() -> None:
    assert faults(DOCUMENT.read_text()) == []


def test_every_requirement_has_a_row() -> None:
    levels = [row.level for row in rows_of(DOCUMENT.read_text())]
    assert len(levels) == REQUIREMENTS
    assert {level: levels.count(level) for level in sorted(set(levels))} == LEVELS


def test_its_own_count_is_right() -> None:
    text = DOCUMENT.read_text()
    rows = rows_of(text)
    passages = sum(row.evidence.startswith("文档 ") for row in rows)
    unfit, gaps = (sum(row.evidence.startswith(word) for row in rows) for word in WITHOUT_TEST)
    tested = len(rows) - passages - unfit - gaps
    counts = f"{tested} have tests, {passages} are answered by a passage that the test finds, {unfit} do not apply, {gaps} are gaps"
    assert f"All {len(rows)} requirements of level 1 and 2: {counts}" in text


def test_modules_that_it_names_are_there() -> None:
    named = set(MODULE.findall(DOCUMENT.read_text()))
    assert len(named) > 15
    homes = (CHECKOUT, CHECKOUT / "src/loanbroker_api")
    assert [path for path in sorted(named) if not any((home / path).exists() for home in homes)] == []


HERE = "tests/architecture/test_security_document.py::test_nothing_is_wrong_with_it"
GOOD = f"### V1 x\n| 1.1.1 | L2 | x | 入侵防范 8.1.4.4 d | `{HERE}` |\n| 1.1.2 | L2 | x |  | 缺：没有做。 |"


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("::test_nothing_is_wrong_with_it", "::test_nothing", f"{HERE.replace('_is_wrong_with_it', '')} does not exist"),
        ("::test_nothing_is_wrong_with_it", "::faults", "tests/architecture/test_security_document.py::faults does not exist"),
        ("architecture/test_s", "architecture/test_z", f"{HERE.replace('test_s', 'test_z')} does not exist"),
        (f"`{HERE}`", "有测试", "1.1.1: it names neither a test nor why there is none"),
        (f"`{HERE}`", "", "1.1.1: it names neither a test nor why there is none"),
        ("缺：没有做。", "不适用：", "1.1.2: it does not say why"),
        ("缺：没有做。", "文档 docs/security.md#Nowhere", "1.1.2: there is no such passage"),
        ("1.1.2", "1.1.1", "1.1.1 stands twice"),
        ("1.1.2", "2.1.2", "2.1.2: it stands in V1"),
        ("8.1.4.4 d", "8.1.5.4", "1.1.1: its clause is none of 8.1.4"),
        ("缺：没有做。", "`frontend/src/app/Gate.test.tsx::no such title`", "frontend/src/app/Gate.test.tsx::no such title does not exist"),
    ],
)
def test_the_check_sees(was: str, becomes: str, fault: str) -> None:
    assert faults(GOOD) == []
    assert was in GOOD
    assert faults(GOOD.replace(was, becomes)) == [fault]


def test_titles_of_the_client_are_found() -> None:
    assert exists("frontend/src/app/Gate.test.tsx::no limit, no lock")
