"""The published schema and the parser agree: all that parses is valid; what the schema refuses does not parse."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.products.rules.parse import parse_rules
from loanbroker_api.products.rules.refusals import RuleErrors
from loanbroker_api.products.rules.schema import rules_schema
from support.rules import exprs, money, rules_of

VALID = jsonschema_rs.Draft202012Validator(rules_schema())


def parses(rules: Any) -> bool:
    try:
        parse_rules(rules)
    except RuleErrors:
        return False
    return True


def test_it_is_a_schema() -> None:
    assert jsonschema_rs.meta.is_valid(rules_schema())
    assert json.loads(json.dumps(rules_schema())) == rules_schema()


@settings(max_examples=150, deadline=None)
@given(whens=st.lists(exprs(), max_size=4), limit=st.none() | money(2), points=st.integers(1, 100))
def test_what_parses_is_valid(whens: list[dict[str, Any]], limit: dict[str, Any] | None, points: int) -> None:
    rules = rules_of(*whens) | {"limit": json.loads(json.dumps(limit))}
    for condition in rules["conditions"][1:]:
        condition |= {"severity": "soft", "points": points, "label": "条件"}
    assert parses(rules)
    assert VALID.is_valid(rules)


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value: its container and key."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place for key, part in inside for place in ((node, key), *places(part))]


@settings(max_examples=300, deadline=None)
@given(
    when=exprs(),
    at=st.integers(0, 10_000),
    put=st.sampled_from([None, True, 0, -1, 1.5, "and", "age", "city", "male", [], {}, [0], {"op": "known", "field": "sex"}, {"value": 1}, 2**63]),
    remove=st.booleans(),
)  # fmt: skip
def test_what_is_changed_anywhere_parses_only_if_valid(when: dict[str, Any], at: int, put: Any, remove: bool) -> None:
    rules = rules_of(when)
    where = places(rules)
    container, key = where[at % len(where)]
    if remove:
        del container[key]
    else:
        container[key] = json.loads(json.dumps(put))
    if parses(rules):
        assert VALID.is_valid(rules)


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.code)
def test_every_field_can_be_written(field: Any) -> None:
    rules = rules_of({"op": "known", "field": field.code})
    assert parses(rules)
    assert VALID.is_valid(rules)
