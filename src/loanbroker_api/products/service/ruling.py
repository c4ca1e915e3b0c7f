"""The one place where products call the rule engine."""

from typing import Any

from loanbroker_api.core.errors import FieldError, Language
from loanbroker_api.products.schemas import ReadsAs, RuleCheckOut


def rule_errors(rules: dict[str, Any], pointer: str) -> list[FieldError]:
    """What is wrong with rules, by JSON pointer; empty when nothing is."""
    raise NotImplementedError


def rule_schema() -> dict[str, Any]:
    raise NotImplementedError


def check_rules(rules: dict[str, Any], cities: list[int], language: Language) -> RuleCheckOut:
    raise NotImplementedError


def reading_of(body: dict[str, Any]) -> tuple[list[ReadsAs], str]:
    raise NotImplementedError
