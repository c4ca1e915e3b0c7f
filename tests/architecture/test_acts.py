"""Every act that reaches the audit trail is declared, with titles and the kind of record that it is about."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import loanbroker_api
from loanbroker_api import registry
from loanbroker_api.core.audit import SUBJECT_LABELS
from loanbroker_api.core.audit_actions import ACTS

SOURCE = Path(loanbroker_api.__file__).parent
CODE = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")
registry.load()


class UnknownActError(AssertionError):
    """The test cannot tell which act is meant: it must be a literal, a constant, a choice of two, or a parameter given as such."""


def acts_in(path: Path) -> Iterator[tuple[str, int]]:
    """Codes that a module passes to `….audit(actor, code, …)` and to the demonstration's `….write(doer, at, code, …)`, with their lines."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = ast.unparse(node.func.value)
        if node.func.attr == "audit" and len(node.args) >= 2:
            for code in meant(path, tree, node.args[1]):
                yield code, node.lineno
        elif node.func.attr == "write" and owner.endswith("trail") and len(node.args) >= 3:
            for code in meant(path, tree, node.args[2]):
                yield code, node.lineno


def meant(path: Path, tree: ast.Module, node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return meant(path, tree, node.body) + meant(path, tree, node.orelse)
    if isinstance(node, ast.Name):
        module = importlib.import_module(".".join(["loanbroker_api", *path.relative_to(SOURCE).with_suffix("").parts]))
        value = getattr(module, node.id, None)
        if isinstance(value, str):
            return [value]
        given = [code for argument in given_for(tree, node.id) for code in meant(path, tree, argument)]
        if given:
            return given
    raise UnknownActError(f"{path.name}:{node.lineno}: {ast.unparse(node)}")


def given_for(tree: ast.Module, parameter: str) -> Iterator[ast.expr]:
    """What a module's own calls give for a parameter of one of its functions, and what it assigns to a name."""
    for function in ast.walk(tree):
        if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
            names = [argument.arg for argument in function.args.args]
            for call in ast.walk(tree):
                if parameter in names and isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] == function.name:
                    at = names.index(parameter) - (names[0] == "self")
                    yield from call.args[at : at + 1]
                    yield from (keyword.value for keyword in call.keywords if keyword.arg == parameter)
        if isinstance(function, ast.Assign) and any(isinstance(target, ast.Name) and target.id == parameter for target in function.targets):
            yield function.value


# The seam itself passes on what it is given.
WRITTEN = {
    (code, f"{path.relative_to(SOURCE)}:{line}")
    for path in sorted(SOURCE.rglob("*.py"))
    if path.relative_to(SOURCE).parts[0] != "core"
    for code, line in acts_in(path)
}


def test_the_walk_sees_acts() -> None:
    codes = {code for code, _ in WRITTEN}
    assert len(codes) > 40
    assert {"customers.revealed", "finance.receipt_reversed", "pipeline.disbursement_voided", "access.audit_verified"} <= codes


def test_the_walk_fails_for_what_it_cannot_read() -> None:
    tree = ast.parse("def f(uow, what):\n    uow.audit(actor, what + '_done')")
    (call,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    with pytest.raises(UnknownActError):
        meant(SOURCE / "cli.py", tree, call.args[1])


@pytest.mark.parametrize(("code", "where"), sorted(WRITTEN), ids=lambda value: value)
def test_an_act_is_declared(code: str, where: str) -> None:
    assert code in ACTS, f"declare {code} ({where}) in its area's acts.py"


@pytest.mark.parametrize("act", ACTS.values(), ids=lambda act: act.code)
def test_an_act_has_titles(act: object) -> None:
    declared = ACTS[act.code]  # type: ignore[attr-defined]
    assert CODE.fullmatch(declared.code)
    assert re.search(r"[\u4e00-\u9fff]", declared.title)
    assert re.fullmatch(r"[ -~]+", declared.english)
    assert declared.subject is None or re.fullmatch(r"[a-z]+(-[a-z]+)*", declared.subject)


def test_an_act_is_declared_in_its_area() -> None:
    for path in SOURCE.rglob("acts.py"):
        declared = re.findall(r'act\("([^"]+)"', path.read_text())
        assert declared
        assert {code.split(".")[0] for code in declared} == {path.parent.name}


def test_no_declaration_is_left_over() -> None:
    assert set(ACTS) == {code for code, _ in WRITTEN}


def test_whoever_labels_records_labels_a_kind_that_acts_are_about() -> None:
    kinds = {act.subject for act in ACTS.values()}
    assert {"customer", "employee", "unit", "session", "tenant"} <= set(SUBJECT_LABELS) & kinds
