"""What is wrong with rules, and where: texts by code."""

from loanbroker_api.core.errors import FieldError

MAX_ERRORS = 50

FIELD, TYPE, OP, SIZE, DEPTH, CYCLE, LITERAL, SHAPE = (
    f"products.rule-{name}" for name in ("field", "type", "op", "size", "depth", "cycle", "literal", "shape")
)


class RuleErrors(Exception):  # noqa: N818 - it carries errors, each with its place
    """Rules that cannot be used. `errors`: 1 to 50, each with its JSON pointer into the rules."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(f"{len(errors)} errors in rules")
        self.errors = errors


class Enough(Exception):  # noqa: N818 - ends the reading, is no error itself
    """There are 50 errors, or one after which it makes no sense to read on."""


class Collected:
    """The errors found so far."""

    def __init__(self) -> None:
        self.found: list[FieldError] = []

    def add(self, pointer: str, code: str, message: str, english: str) -> None:
        """Raises Enough at the fiftieth."""
        self.found.append(FieldError(pointer, code, message, english))
        if len(self.found) >= MAX_ERRORS:
            raise Enough

    def stop(self, pointer: str, code: str, message: str, english: str) -> None:
        """Raises Enough: nothing after this is worth reading."""
        self.add(pointer, code, message, english)
        raise Enough
