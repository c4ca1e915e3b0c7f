"""Where products meet the rule engine."""

from typing import Any

from loanbroker_api.core.errors import FieldError, Language
from loanbroker_api.products.rules.parse import parse_rules
from loanbroker_api.products.rules.refusals import RuleErrors
from loanbroker_api.products.schemas import ReadsAs, RuleCheckOut


def rule_errors(rules: dict[str, Any], pointer: str) -> list[FieldError]:
    """What is wrong with rules, by JSON pointer; empty when nothing is."""
    try:
        parse_rules(rules)
    except RuleErrors as refused:
        return [FieldError(f"{pointer}{error.pointer}", error.code, error.message, error.english) for error in refused.errors]
    return []


def rule_schema() -> dict[str, Any]:
    raise NotImplementedError


def check_rules(rules: dict[str, Any], cities: list[int], language: Language) -> RuleCheckOut:
    raise NotImplementedError


def reading_of(body: dict[str, Any]) -> tuple[list[ReadsAs], str]:
    return [], ""


def read_condition(condition: dict[str, Any]) -> str:
    raise NotImplementedError


def read_formula(formula: dict[str, Any]) -> str:
    raise NotImplementedError
