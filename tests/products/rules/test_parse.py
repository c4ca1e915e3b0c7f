"""Rules are read once: what is well-typed becomes a tree, what is not is told at its node, all of it at once."""

import math
import sys
import time
from collections import OrderedDict
from typing import Any

import pytest

from loanbroker_api.products.rules.closures import verdict_of
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.model import And, Between, Compare, Rules
from loanbroker_api.products.rules.parse import parse_rules
from loanbroker_api.products.rules.refusals import RuleErrors
from support.rules import TODAY, rules_of

AGE = {"op": "ge", "field": "age", "value": 22}
INCOME, DEBT, USAGE, MONTHS = ({"field": code} for code in ("bankIncome", "debtTotal", "cardUsage", "fundMonths"))


def refused(rules: Any) -> list[tuple[str, str]]:
    with pytest.raises(RuleErrors) as caught:
        parse_rules(rules)
    assert all(error.message and error.english for error in caught.value.errors)
    return [(error.pointer, error.code.removeprefix("products.rule-")) for error in caught.value.errors]


def judged(when: dict[str, Any], **wire: Any) -> int:
    (condition,) = parse_rules(rules_of(when)).conditions
    return verdict_of(condition.when)(Facts.from_wire(wire, TODAY))


@pytest.mark.parametrize(
    ("when", "yes", "no"),
    [
        ({"op": "eq", "field": "fundMonths", "value": 12}, {"fundMonths": 12}, {"fundMonths": 13}),
        ({"op": "ne", "field": "fundMonths", "value": 12}, {"fundMonths": 13}, {"fundMonths": 12}),
        ({"op": "lt", "field": "cardUsage", "value": 7000}, {"cardUsage": 6999}, {"cardUsage": 7000}),
        ({"op": "le", "field": "cardUsage", "value": 7000.0}, {"cardUsage": 7000}, {"cardUsage": 7001}),
        ({"op": "gt", "field": "overdueNow", "value": 0}, {"overdueNow": 1}, {"overdueNow": 0}),
        (AGE, {"age": 22}, {"age": 21}),
        ({"op": "between", "field": "age", "from": 22, "to": 55}, {"age": 55}, {"age": 56}),
        ({"op": "eq", "field": "hasHouse", "value": False}, {"hasHouse": False}, {"hasHouse": True}),
        ({"op": "ne", "field": "taxGrade", "value": "D"}, {"taxGrade": "A"}, {"taxGrade": "D"}),
        ({"op": "in", "field": "taxGrade", "values": ["A", "B"]}, {"taxGrade": "B"}, {"taxGrade": "C"}),
        ({"op": "in", "field": "city", "values": [510100, 500000]}, {"city": 500000}, {"city": 110000}),
        ({"op": "contains", "field": "houseKinds", "value": "shop"}, {"houseKinds": ["shop", "villa"]}, {"houseKinds": []}),
        ({"op": "le", "left": DEBT, "right": {"op": "mul", "of": [INCOME, {"value": 20}]}}, {"debtTotal": 40, "bankIncome": 2}, {"debtTotal": 41, "bankIncome": 2}),
        ({"op": "lt", "left": {"op": "div", "of": [DEBT, {"value": "0.1"}]}, "right": INCOME}, {"debtTotal": 1, "bankIncome": 11}, {"debtTotal": 1, "bankIncome": 10}),
        ({"op": "ge", "left": {"op": "mul", "of": [INCOME, USAGE]}, "right": {"value": 50}}, {"bankIncome": 100, "cardUsage": 5000}, {"bankIncome": 100, "cardUsage": 4999}),
        ({"op": "le", "left": USAGE, "right": {"value": 7000}}, {"cardUsage": 7000}, {"cardUsage": 7001}),
        ({"op": "eq", "left": {"op": "sub", "of": [INCOME, DEBT]}, "right": {"op": "max", "of": [{"value": -1}, {"value": -2}]}}, {"bankIncome": 1, "debtTotal": 2}, {"bankIncome": 1, "debtTotal": 3}),
        ({"op": "not", "of": {"op": "known", "field": "sex"}}, {}, {"sex": "male"}),
    ],
)  # fmt: skip
def test_each_operator(when: dict[str, Any], yes: dict[str, Any], no: dict[str, Any]) -> None:
    assert (judged(when, **yes), judged(when, **no)) == (2, 0)
    opposite = {"op": "not", "of": when}
    assert (judged(opposite, **yes), judged(opposite, **no)) == (0, 2)
    if when["op"] != "not":
        assert (judged(when), judged(opposite)) == (1, 1)


def test_three_values_of_groups() -> None:
    yes, no, unknown = AGE, {"op": "lt", "field": "age", "value": 0}, {"op": "eq", "field": "sex", "value": "male"}
    table = {(2, 2): (2, 2), (2, 1): (1, 2), (2, 0): (0, 2), (1, 1): (1, 1), (1, 0): (0, 1), (0, 0): (0, 0)}
    nodes = {2: yes, 1: unknown, 0: no}
    for (a, b), expected in table.items():
        assert tuple(judged({"op": op, "of": [nodes[a], nodes[b]]}, age=30) for op in ("and", "or")) == expected


def test_equal_trees_are_one_object() -> None:
    one, other = (parse_rules(rules_of({"op": "and", "of": [AGE, {"op": "known", "field": "sex"}]})).conditions[0].when for _ in range(2))
    assert one is other
    assert isinstance(one, And)
    assert isinstance(one.of[0], Compare)
    assert not isinstance(one.of[0], Between)


@pytest.mark.parametrize(
    ("when", "errors"),
    [
        ({"op": "ge", "field": "wealth", "value": 1}, [("/field", "field")]),
        ({"op": "ge", "field": ["age"], "value": 1}, [("/field", "field")]),
        ({"op": "xor", "of": [AGE]}, [("/op", "op")]),
        ({"op": {}, "of": [AGE]}, [("/op", "op")]),
        ({"of": [AGE]}, [("/op", "op")]),
        ({"op": "and", "of": []}, [("/of", "shape")]),
        ({"op": "and", "of": AGE}, [("/of", "shape")]),
        ({"op": "not", "of": [AGE]}, [("/of", "shape")]),
        ({"op": "and", "of": [AGE, "age"]}, [("/of/1", "shape")]),
        ({"op": "ge", "field": "age"}, [("/value", "shape")]),
        ({"op": "ge", "field": "age", "value": 1, "unit": "year"}, [("", "shape")]),
        ({"op": "lt", "field": "education", "value": "master"}, [("/op", "type")]),
        ({"op": "gt", "field": "hasHouse", "value": True}, [("/op", "type")]),
        ({"op": "eq", "field": "houseKinds", "value": "shop"}, [("/op", "type")]),
        ({"op": "contains", "field": "education", "value": "master"}, [("/op", "type")]),
        ({"op": "between", "field": "city", "from": 510100, "to": 510600}, [("/op", "type")]),
        ({"op": "ge", "field": "age", "value": True}, [("/value", "literal")]),
        ({"op": "ge", "field": "age", "value": "22"}, [("/value", "literal")]),
        ({"op": "ge", "field": "age", "value": 22.5}, [("/value", "literal")]),
        ({"op": "ge", "field": "age", "value": None}, [("/value", "literal")]),
        ({"op": "ge", "field": "age", "value": 2**63}, [("/value", "literal")]),
        ({"op": "ge", "field": "age", "value": -(2**63) - 1}, [("/value", "literal")]),
        ({"op": "ge", "field": "age", "value": math.nan}, [("/value", "literal")]),
        ({"op": "ge", "field": "age", "value": math.inf}, [("/value", "literal")]),
        ({"op": "eq", "field": "hasHouse", "value": 1}, [("/value", "literal")]),
        ({"op": "eq", "field": "education", "value": 5}, [("/value", "literal")]),
        ({"op": "eq", "field": "education", "value": "professor"}, [("/value", "literal")]),
        ({"op": "eq", "field": "city", "value": 510107}, [("/value", "literal")]),
        ({"op": "between", "field": "age", "from": 55, "to": 22}, [("/to", "literal")]),
        ({"op": "in", "field": "city", "values": []}, [("/values", "shape")]),
        ({"op": "in", "field": "city", "values": [510100, "510600", 1]}, [("/values/1", "literal"), ("/values/2", "literal")]),
        ({"op": "in", "field": "fundMonths", "values": list(range(501))}, [("/values", "size")]),
        ({"op": "lt", "left": INCOME, "right": MONTHS}, [("", "type")]),
        ({"op": "lt", "left": USAGE, "right": INCOME}, [("", "type")]),
        ({"op": "lt", "left": MONTHS, "right": {"field": "age"}}, [("", "type")]),
        ({"op": "lt", "left": {"op": "add", "of": [INCOME, MONTHS]}, "right": DEBT}, [("/left", "type")]),
        ({"op": "lt", "left": {"op": "mul", "of": [INCOME, dict(DEBT)]}, "right": DEBT}, [("/left", "type")]),
        ({"op": "lt", "left": {"op": "div", "of": [{"value": 1}, INCOME]}, "right": DEBT}, [("/left/of/1", "type")]),
        ({"op": "lt", "left": {"op": "div", "of": [INCOME, {"value": 0}]}, "right": DEBT}, [("/left/of/1", "literal")]),
        ({"op": "lt", "left": {"op": "div", "of": [INCOME]}, "right": DEBT}, [("/left/of", "shape")]),
        ({"op": "lt", "left": {"op": "pow", "of": [INCOME]}, "right": DEBT}, [("/left/op", "op")]),
        ({"op": "lt", "left": {"field": "city"}, "right": DEBT}, [("/left/field", "type")]),
        ({"op": "lt", "left": {"field": "hasHouse"}, "right": {"value": 1}}, [("/left/field", "type")]),
        ({"op": "lt", "left": {"value": "1.0000001"}, "right": DEBT}, [("/left/value", "literal")]),
        ({"op": "lt", "left": {"value": 1e300}, "right": DEBT}, [("/left/value", "literal")]),
        ({"op": "lt", "left": {"value": math.nan}, "right": DEBT}, [("/left/value", "literal")]),
        ({"op": "lt", "left": {"value": -math.inf}, "right": DEBT}, [("/left/value", "literal")]),
        ({"op": "lt", "left": {"value": "1e5"}, "right": DEBT}, [("/left/value", "literal")]),
        ({"op": "lt", "left": {"value": "٣"}, "right": DEBT}, [("/left/value", "literal")]),
        ({"op": "lt", "left": {"value": "9" * 19}, "right": DEBT}, [("/left/value", "literal")]),
        ({"op": "lt", "left": {"value": True}, "right": DEBT}, [("/left/value", "literal")]),
        ({"op": "lt", "left": {"value": []}, "right": DEBT}, [("/left/value", "literal")]),
        ({"op": "lt", "left": DEBT}, [("/right", "shape")]),
        (None, [("", "shape")]),
    ],
)
def test_what_is_wrong_is_told_at_its_node(when: Any, errors: list[tuple[str, str]]) -> None:
    assert refused(_plain(when)) == [(f"/conditions/0/when{pointer}", code) for pointer, code in errors]


def _plain(when: Any) -> dict[str, Any]:
    """Without a way through JSON text, which has no NaN."""
    return {"conditions": [{"id": "c1", "severity": "hard", "when": when}]}


@pytest.mark.parametrize(
    ("rules", "errors"),
    [
        (None, [("", "shape")]),
        ([], [("", "shape")]),
        ({}, [("/conditions", "shape")]),
        ({"conditions": {}}, [("/conditions", "shape")]),
        ({"conditions": [], "price": 1}, [("", "shape")]),
        ({"conditions": [{"severity": "hard", "when": AGE}]}, [("/conditions/0/id", "shape")]),
        ({"conditions": [{"id": "@term", "severity": "hard", "when": AGE}]}, [("/conditions/0/id", "shape")]),
        ({"conditions": [{"id": 1, "severity": "firm", "when": AGE}]}, [("/conditions/0/id", "shape"), ("/conditions/0/severity", "shape")]),
        ({"conditions": [{"id": "a", "severity": "soft", "when": AGE}]}, [("/conditions/0/points", "shape")]),
        ({"conditions": [{"id": "a", "severity": "soft", "when": AGE, "points": 101}]}, [("/conditions/0/points", "shape")]),
        ({"conditions": [{"id": "a", "severity": "hard", "when": AGE, "points": 5}]}, [("/conditions/0/points", "shape")]),
        ({"conditions": [{"id": "a", "severity": "hard", "when": AGE, "label": "a\x00"}]}, [("/conditions/0/label", "shape")]),
        ({"conditions": [{"id": "a", "severity": "hard", "when": dict(AGE)}] * 2}, [("/conditions/1", "cycle")]),
        ({"conditions": [{"id": "a", "severity": "hard", "when": dict(AGE)} for _ in range(2)]}, [("/conditions/1/id", "shape")]),
        ({"conditions": [], "limit": {"value": "x"}}, [("/limit/value", "literal")]),
        ({"conditions": [], "limit": MONTHS}, [("/limit", "type")]),
        ({"conditions": [], "rate": INCOME}, [("/rate", "type")]),
        ({"conditions": OrderedDict()}, [("/conditions", "shape")]),
        ({"conditions": [{1: 2}]}, [("/conditions/0", "shape")]),
        ({"conditions": [{"a/b": {"~": []} | {str(at): 1 for at in range(9)}}]}, [("/conditions/0/a~1b", "shape")]),
    ],
)  # fmt: skip
def test_the_frame_is_checked_too(rules: Any, errors: list[tuple[str, str]]) -> None:
    assert refused(rules) == errors


def test_a_limit_may_divide_by_a_field_and_a_literal_alone_is_money() -> None:
    rules = parse_rules({"conditions": [], "limit": {"op": "div", "of": [INCOME, MONTHS]}, "rate": {"value": 36_000}})
    assert isinstance(rules, Rules)
    assert rules.limit is not None
    assert rules.limit.type.kind == "money"
    assert parse_rules({"conditions": [], "limit": {"value": 1}, "rate": None}).limit is not None


def test_fifty_errors_and_no_more() -> None:
    bad = [{"op": "ge", "field": "wealth", "value": at} for at in range(80)]
    assert len(refused(rules_of({"op": "and", "of": bad}))) == 50


def nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = dict(AGE)
    for _ in range(depth - 1):
        node = {"op": "not", "of": node}
    return node


def test_depth() -> None:
    assert parse_rules(_plain(nested(12))).conditions
    assert refused(_plain(nested(13))) == [("/conditions/0/when" + "/of" * 12, "depth")]
    ((pointer, code),) = refused(_plain(nested(5_000)))
    assert code == "depth"
    assert len(pointer) < 200
    formula: dict[str, Any] = dict(INCOME)
    for _ in range(12):
        formula = {"op": "add", "of": [formula]}
    assert [code for _, code in refused({"conditions": [], "limit": formula})] == ["depth"]


def test_size() -> None:
    full = {"op": "and", "of": [dict(AGE) for _ in range(1_999)]}
    assert parse_rules(_plain(full)).conditions
    assert [code for _, code in refused(_plain({"op": "or", "of": [full, dict(AGE)]}))] == ["size"]
    assert refused(_plain({"op": "and", "of": [dict(AGE) for _ in range(10_000)]})) == [("/conditions/0/when/of", "size")]
    many = [{"id": f"c{at}", "severity": "hard", "when": dict(AGE)} for at in range(201)]
    assert refused({"conditions": many}) == [("/conditions", "size")]
    wide = {"op": "mul", "of": [{"op": "add", "of": [dict(USAGE), {"value": "1.000001"}]} for _ in range(100)]}
    assert refused({"conditions": [], "limit": {"op": "mul", "of": [dict(INCOME), wide]}}) == [("/limit", "size")]


def test_what_is_no_tree() -> None:
    turning: dict[str, Any] = {"op": "not"}
    turning["of"] = turning
    shared = dict(AGE)
    assert [code for _, code in refused(_plain(turning))] == ["cycle"]
    assert [code for _, code in refused(_plain({"op": "and", "of": [shared, shared]}))] == ["cycle"]
    bomb: Any = dict(AGE)
    for _ in range(11):
        bomb = {"op": "and", "of": [bomb] * 100}
    assert [code for _, code in refused(_plain(bomb))] == ["cycle"]


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param({"op": "eq", "field": "__class__", "value": 1}, id="attribute"),
        pytest.param({"op": "__import__('os').system('true')", "of": [AGE]}, id="code"),
        pytest.param({"op": "in", "field": "fundMonths", "values": [0] * 1_000_000}, id="million values"),
        pytest.param({"op": "ge", "field": "fundMonths", "value": 10**5_000}, id="huge integer"),
        pytest.param({"op": "lt", "left": {"value": "9" * 1_000_000}, "right": INCOME}, id="long text"),
        pytest.param({"x" * 1_000_000: 1}, id="long name"),
        pytest.param({str(at): [] for at in range(100_000)}, id="many members"),
        pytest.param([[[[]]]] * 1_000, id="lists"),
        pytest.param({"op": "and", "of": [{"op": "and", "of": [{} for _ in range(1_500)]} for _ in range(1_500)]}, id="wide twice"),
    ],
)
def test_hostile_rules_cost_nothing(hostile: Any) -> None:
    rules, frames = _plain(hostile), sys.getrecursionlimit()
    begun = time.process_time()
    assert refused(rules)
    assert time.process_time() - begun < 0.5
    assert sys.getrecursionlimit() == frames
