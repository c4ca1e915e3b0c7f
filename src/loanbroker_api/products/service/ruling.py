"""Where products meet the rule engine: reading, checking, and what a version's terms ask beside its rules."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import orjson

from loanbroker_api.core.errors import FieldError, Language
from loanbroker_api.products.rules.catalogue import hard_conditions, implicit_conditions
from loanbroker_api.products.rules.model import (
    MONEY,
    Arithmetic,
    Condition,
    Expr,
    Formula,
    Known,
    Not,
    Number,
    Or,
    Relation,
    Rules,
    formula_fields,
    formula_parts,
    interned,
)
from loanbroker_api.products.rules.parse import parse_rules
from loanbroker_api.products.rules.reading import condition_sentence, formula_text, phrase, sentence
from loanbroker_api.products.rules.refusals import RuleErrors
from loanbroker_api.products.rules.schema import rules_schema
from loanbroker_api.products.schemas import ReadsAs, RuleCheckOut
from loanbroker_api.products.schemas.rules import RuleErrorOut
from loanbroker_api.products.service.problems import RuleInvalid

_READ = 512  # rules kept as trees; a tree is some tens of kB


@lru_cache(maxsize=_READ)
def _parsed(rules: bytes) -> Rules:
    return parse_rules(orjson.loads(rules))


def read_rules(rules: Mapping[str, Any]) -> Rules:
    """Rules that were checked when they were stored, as a tree."""
    return _parsed(orjson.dumps(rules))


def rule_schema() -> dict[str, Any]:
    """The JSON Schema of rules, as it is published."""
    return rules_schema()


def rule_errors(rules: Mapping[str, Any], pointer: str) -> list[FieldError]:
    """What is wrong with rules, by JSON pointer; empty when nothing is."""
    try:
        parse_rules(rules)
    except RuleErrors as refused:
        return [FieldError(f"{pointer}{error.pointer}", error.code, error.message, error.english) for error in refused.errors]
    return []


def checked_rules(rules: Mapping[str, Any], pointer: str) -> Rules:
    """Raises RuleInvalid."""
    wrong = rule_errors(rules, pointer)
    if wrong:
        raise RuleInvalid(errors=wrong)
    return parse_rules(rules)


def check_rules(rules: Mapping[str, Any], cities: list[int], language: Language) -> RuleCheckOut:
    """What is wrong with rules, or how they read."""
    wrong = rule_errors(rules, "/rules")
    if wrong:
        errors = [RuleErrorOut.model_validate(error.to_json(language)) for error in wrong]
        return RuleCheckOut(ok=False, errors=errors, reads_as=[], sentence="")
    parsed = parse_rules(rules)
    return RuleCheckOut(ok=True, errors=[], reads_as=_reads_as(parsed, {"cities": cities}), sentence=sentence(parsed))


def reading_of(body: Mapping[str, Any]) -> tuple[list[ReadsAs], str]:
    """A version's conditions read aloud, those that its terms imply first; and its rules in one piece."""
    parsed = read_rules(body["rules"])
    return _reads_as(parsed, body), sentence(parsed)


def _reads_as(rules: Rules, body: Mapping[str, Any]) -> list[ReadsAs]:
    return [
        ReadsAs(id=condition.id, severity=condition.severity, text=_labelled(condition, condition_sentence(condition)))
        for condition in (*implicit_conditions(body), *rules.conditions)
    ]


def _labelled(condition: Condition, text: str) -> str:
    return f"{condition.label}：{text}" if condition.label else text


def read_condition(condition: dict[str, Any]) -> str:
    """One stored condition as a phrase with its label."""
    (found,) = read_rules({"conditions": [condition]}).conditions
    return _labelled(found, phrase(found.when))


def read_limit(formula: dict[str, Any]) -> str:
    """A stored limit formula: min(50万, 公积金个人月缴 × 12 × 10)."""
    found = read_rules({"conditions": [], "limit": formula}).limit
    return formula_text(found) if found is not None else ""


def read_rate(formula: dict[str, Any]) -> str:
    """A stored rate formula, in ppm."""
    found = read_rules({"conditions": [], "rate": formula}).rate
    return f"{formula_text(found)} ppm" if found is not None else ""


def refusing(rules: Rules, body: Mapping[str, Any]) -> list[Expr]:
    """All that refuses, for SQL: the hard conditions, what the terms imply, and a limit below the least amount."""
    enough = limit_reaches(rules, body)
    return [*hard_conditions(rules, body), *([] if enough is None else [enough])]


def limit_reaches(rules: Rules, body: Mapping[str, Any]) -> Expr | None:
    """That the limit, once all that it needs is known, reaches the least amount lent; a yes as long as something is unknown.

    None where there is nothing to hold it to, and where the formula divides by a field, which a condition may not.
    """
    least = body.get("amountMinFen")
    if rules.limit is None or least is None or not _divides_by_literals(rules.limit):
        return None
    reaches: Expr = interned(Relation("ge", rules.limit, interned(Number(Fraction(least), MONEY))))
    unknown: list[Expr] = [interned(Not(interned(Known(field)))) for field in formula_fields(rules.limit)]
    return interned(Or((reaches, *unknown))) if unknown else reaches


def _divides_by_literals(formula: Formula) -> bool:
    return all(isinstance(part.of[1], Number) for part in formula_parts(formula) if isinstance(part, Arithmetic) and part.op == "div")
