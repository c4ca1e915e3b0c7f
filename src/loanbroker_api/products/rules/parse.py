"""Rules from JSON: read once, type-checked, every error at its place. Nothing in them is ever executed."""

import re
from typing import Any, cast

from loanbroker_api.products.rules.bounds import MAX_CONDITIONS, MAX_NODES, check_bounds, escaped
from loanbroker_api.products.rules.dimensions import MAX_BITS, adapted, bits
from loanbroker_api.products.rules.model import COUNT, MONEY, Condition, Dimension, Formula, Rules
from loanbroker_api.products.rules.parse_nodes import Nodes
from loanbroker_api.products.rules.refusals import SHAPE, SIZE, TYPE, Collected, Enough, RuleErrors

MAX_LABEL = 100
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}\Z", re.ASCII)
_SEVERITIES = ("hard", "soft", "need")


def parse_rules(rules: Any) -> Rules:
    """Rules as JSON (an object of Python's dict, list, str, int, float, bool, None). Raises RuleErrors with up to 50 errors."""
    errors = Collected()
    parsed: Rules | None = None
    try:
        check_bounds(rules, errors)
        parsed = _Reader(errors).rules(rules)
    except Enough:
        pass
    if errors.found or parsed is None:
        raise RuleErrors(tuple(errors.found))
    return parsed


class _Reader:
    def __init__(self, errors: Collected) -> None:
        self._errors = errors
        self._nodes = Nodes(errors)

    def rules(self, data: Any) -> Rules | None:
        members = self._members(data, "", {"conditions"}, {"limit", "rate"})
        if members is None:
            return None
        conditions = self._conditions(members["conditions"])
        limit = self._formula(members.get("limit"), "/limit", MONEY, "额度公式的结果应是金额", "The limit has to be an amount of money")
        rate = self._formula(members.get("rate"), "/rate", COUNT, "利率公式的结果应是数字（ppm）", "The rate has to be a number (ppm)")
        if self._nodes.count > MAX_NODES:
            self._errors.add("", SIZE, f"规则超过 {MAX_NODES:,} 个节点", f"The rules have more than {MAX_NODES:,} nodes")
        return Rules(tuple(conditions), limit, rate)

    def _conditions(self, data: Any) -> list[Condition]:
        if not isinstance(data, list):
            self._errors.add("/conditions", SHAPE, "conditions 是一个数组", "conditions is an array")
            return []
        given = cast("list[Any]", data)
        if len(given) > MAX_CONDITIONS:
            self._errors.stop("/conditions", SIZE, f"条件超过 {MAX_CONDITIONS} 条", f"More than {MAX_CONDITIONS} conditions")
        found: list[Condition] = []
        ids: set[str] = set()
        for at, one in enumerate(given):
            condition = self._condition(one, f"/conditions/{at}")
            if condition is not None and condition.id in ids:
                self._errors.add(f"/conditions/{at}/id", SHAPE, "编号和前面的条件重复", "An earlier condition has this id")
            elif condition is not None:
                ids.add(condition.id)
                found.append(condition)
        return found

    def _condition(self, data: Any, pointer: str) -> Condition | None:
        members = self._members(data, pointer, {"id", "severity", "when"}, {"points", "label"})
        if members is None:
            return None
        condition_id = members["id"]
        if type(condition_id) is not str or not _ID.match(condition_id):
            self._errors.add(
                f"{pointer}/id", SHAPE, "编号是 1–40 个字母、数字、- 或 _", "An id is 1 to 40 letters, digits, hyphens or underscores"
            )
            condition_id = None
        severity = members["severity"]
        if type(severity) is not str or severity not in _SEVERITIES:
            self._errors.add(f"{pointer}/severity", SHAPE, "severity 是 hard、soft 或 need", "severity is hard, soft or need")
            severity = None
        points = self._points(members.get("points"), severity, pointer)
        label = self._label(members.get("label"), pointer)
        when = self._nodes.expr(members["when"], f"{pointer}/when", 1)
        if when is None or condition_id is None or severity is None:
            return None
        return Condition(condition_id, severity, when, points, label)

    def _points(self, given: Any, severity: str | None, pointer: str) -> int:
        if severity == "soft":
            if type(given) is int and 1 <= given <= 100:
                return given
            self._errors.add(f"{pointer}/points", SHAPE, "软条件的扣分是 1–100 的整数", "The points of a soft condition are 1 to 100")
        elif given is not None and severity is not None:
            self._errors.add(f"{pointer}/points", SHAPE, "只有软条件有扣分", "Only a soft condition has points")
        return 0

    def _label(self, given: Any, pointer: str) -> str | None:
        if given is None or (type(given) is str and 1 <= len(given) <= MAX_LABEL and given.isprintable()):
            return given
        self._errors.add(f"{pointer}/label", SHAPE, f"名称是 1–{MAX_LABEL} 个可见字符", f"A label is 1 to {MAX_LABEL} visible characters")
        return None

    def _formula(self, data: Any, pointer: str, wanted: Dimension, message: str, english: str) -> Formula | None:
        if data is None:
            return None
        formula = self._nodes.formula(data, pointer, 1, is_condition=False)
        if formula is None:
            return None
        formula = adapted(formula, wanted)
        if formula.type.kind != wanted.kind:
            self._errors.add(pointer, TYPE, message, english)
            return None
        if bits(formula) > MAX_BITS:
            self._errors.add(pointer, SIZE, "公式的数值太大", "The formula's numbers are too large")
            return None
        return formula

    def _members(self, data: Any, pointer: str, needed: set[str], optional: set[str]) -> dict[str, Any] | None:
        return members_of(data, pointer, needed, optional, self._errors)


def members_of(data: Any, pointer: str, needed: set[str], optional: set[str], errors: Collected) -> dict[str, Any] | None:
    """An object's members where they are the right ones; else the errors are added."""
    if not isinstance(data, dict):
        errors.add(pointer, SHAPE, "这里要填一个对象", "An object belongs here")
        return None
    members = cast("dict[str, Any]", data)
    if not members.keys() <= needed | optional:
        errors.add(pointer, SHAPE, "有不认识的成员", "There are members that do not belong here")
        return None
    missing = sorted(needed - members.keys())
    for name in missing:
        errors.add(f"{pointer}/{escaped(name)}", SHAPE, f"缺少 {name}", f"{name} is missing")
    return None if missing else members
