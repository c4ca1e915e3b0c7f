"""The rule engine under another name, with one line of its source changed."""

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from loanbroker_api.products import rules

SOURCE = Path(rules.__file__).parent
NAME = rules.__name__


@dataclass(frozen=True)
class Engine:
    """What the golden cases need of an engine."""

    compile_catalogue: Any
    judge: Any
    facts: Any
    sql: ModuleType
    hard_conditions: Any
    parse_rules: Any

    @classmethod
    def of(cls, package: str) -> "Engine":
        modules = {name: importlib.import_module(f"{package}.{name}") for name in ("catalogue", "judge", "facts", "sql", "parse")}
        catalogue = modules["catalogue"]
        return cls(
            catalogue.compile_catalogue,
            modules["judge"].judge,
            modules["facts"].Facts,
            modules["sql"],
            catalogue.hard_conditions,
            modules["parse"].parse_rules,
        )


def mutant(folder: Path, name: str, module: str, old: str, new: str) -> Engine:
    """A copy in `folder` (on sys.path) under `name`; `old` stands exactly once in that module."""
    package = folder / name
    package.mkdir()
    for path in SOURCE.glob("*.py"):
        text = path.read_text()
        if path.stem == module:
            assert text.count(old) == 1, f"{module}.py has {text.count(old)} of: {old}"
            text = text.replace(old, new)
        (package / path.name).write_text(text.replace(NAME, name))
    importlib.invalidate_caches()
    return Engine.of(name)


def forget(name: str) -> None:
    """Drops a mutant's modules."""
    for one in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        del sys.modules[one]
