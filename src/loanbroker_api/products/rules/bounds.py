"""Bounds of rules, looked at before anything is read: a loop over the raw JSON that cannot recurse and stops at the first excess."""

from typing import Any, TypeGuard

from loanbroker_api.products.rules.refusals import CYCLE, DEPTH, SHAPE, SIZE, Collected

MAX_NODES = 2_000  # expressions and formulas
MAX_DEPTH = 12
MAX_CONDITIONS = 200
MAX_VALUES = 500  # of one `in`
MAX_ITEMS = 20_000  # values in all lists together
_MAX_MEMBERS = 8
# rules › conditions › condition › when, then object and list by turns, and a list of values at the end
_MAX_NESTING = 3 + 2 * MAX_DEPTH


def check_bounds(rules: Any, errors: Collected) -> None:
    """Raises Enough, with one error added, where they are too large, too deep, or no tree of plain JSON objects and lists."""
    seen: set[int] = set()
    waiting: list[tuple[Any, str, int]] = [(rules, "", 0)]
    objects = items = 0
    while waiting:
        value, pointer, depth = waiting.pop()
        if not _is_container(value):
            continue
        if type(value) not in {dict, list}:
            errors.stop(pointer, SHAPE, "只能是普通的 JSON 对象或数组", "Only plain JSON objects and arrays can stand here")
        if id(value) in seen:
            errors.stop(pointer, CYCLE, "规则必须是一棵树，这里引用了别处的节点", "Rules are a tree; this node stands elsewhere too")
        seen.add(id(value))
        if depth > _MAX_NESTING:
            errors.stop(pointer, DEPTH, f"嵌套超过 {MAX_DEPTH} 层", f"Nested deeper than {MAX_DEPTH}")
        if isinstance(value, list):
            items += len(value)
            if len(value) > MAX_NODES or items > MAX_ITEMS:
                errors.stop(pointer, SIZE, "规则太大，拆分后再试", "The rules are too large")
            inside = [(part, f"{pointer}/{at}", depth + 1) for at, part in enumerate(value) if _is_container(part)]
        else:
            objects += 1
            if objects > MAX_NODES + MAX_CONDITIONS + 1:
                errors.stop(pointer, SIZE, f"规则超过 {MAX_NODES:,} 个节点", f"The rules have more than {MAX_NODES:,} nodes")
            if len(value) > _MAX_MEMBERS or not all(type(name) is str and len(name) <= 40 for name in value):
                errors.stop(pointer, SHAPE, "这里的成员不对", "The members here are not right")
            inside = [(part, f"{pointer}/{escaped(name)}", depth + 1) for name, part in value.items() if _is_container(part)]
        waiting.extend(reversed(inside))  # the first one next: errors come in the order of reading


def _is_container(value: Any) -> TypeGuard[dict[Any, Any] | list[Any]]:
    return isinstance(value, dict | list)


def escaped(name: str) -> str:
    """A member's name in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
