"""Expressions and formulas from JSON."""

from typing import Any, cast

from loanbroker_api.customers.fields import FIELDS, Kind, QualificationField
from loanbroker_api.products.rules.bounds import MAX_DEPTH, MAX_NODES, MAX_VALUES
from loanbroker_api.products.rules.dimensions import MAX_BITS, adapted, bits, common, field_dimension, product, quotient
from loanbroker_api.products.rules.literals import FAULTS, BadLiteralError, fraction_of, literal_of
from loanbroker_api.products.rules.model import (
    PLAIN,
    And,
    Arithmetic,
    ArithmeticOp,
    Between,
    Compare,
    Comparison,
    Contains,
    Expr,
    FieldValue,
    Formula,
    Known,
    Not,
    Number,
    OneOf,
    Or,
    Relation,
    interned,
)
from loanbroker_api.products.rules.refusals import DEPTH, FIELD, LITERAL, OP, SHAPE, SIZE, TYPE, Collected

COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
COUNTED = frozenset({Kind.MONEY, Kind.NUMBER, Kind.RATIO})
_SINGLE = COUNTED | {Kind.BOOL, Kind.CHOICE, Kind.CITY}
# Which kinds of fields an operator takes.
KINDS: dict[str, frozenset[Kind]] = {
    **{op: _SINGLE if op in {"eq", "ne"} else COUNTED for op in COMPARISONS},
    "between": COUNTED,
    "in": COUNTED | {Kind.CHOICE, Kind.CITY},
    "contains": frozenset({Kind.SET}),
    "known": frozenset(Kind),
}
MEMBERS: dict[str, frozenset[str]] = {
    **{op: frozenset({"op", "field", "value"}) for op in (*COMPARISONS, "contains")},
    "between": frozenset({"op", "field", "from", "to"}),
    "in": frozenset({"op", "field", "values"}),
    "known": frozenset({"op", "field"}),
}


class Nodes:
    """Reads nodes and counts them; what is wrong goes to `errors` and reads as None."""

    def __init__(self, errors: Collected) -> None:
        self._errors = errors
        self.count = 0

    def expr(self, data: Any, pointer: str, depth: int) -> Expr | None:
        members = self._node(data, pointer, depth)
        if members is None:
            return None
        op = members.get("op")
        if type(op) is not str or (op not in KINDS and op not in {"and", "or", "not"}):
            self._errors.add(f"{pointer}/op", OP, "没有这种条件", "There is no such operator for a condition")
            return None
        if op in {"and", "or"}:
            return self._group(op, members, pointer, depth)
        if op == "not":
            if not self._has(members, {"op", "of"}, pointer):
                return None
            inner = self.expr(members["of"], f"{pointer}/of", depth + 1)
            return None if inner is None else interned(Not(inner))
        if op in COMPARISONS and "field" not in members and ("left" in members or "right" in members):
            return self._relation(cast("Comparison", op), members, pointer, depth)
        return self._leaf(op, members, pointer)

    def _node(self, data: Any, pointer: str, depth: int) -> dict[str, Any] | None:
        """A node's members. Raises Enough where there are too many nodes."""
        self.count += 1
        if self.count > MAX_NODES:
            self._errors.stop(pointer, SIZE, f"规则超过 {MAX_NODES:,} 个节点", f"The rules have more than {MAX_NODES:,} nodes")
        if depth > MAX_DEPTH:
            self._errors.add(pointer, DEPTH, f"嵌套超过 {MAX_DEPTH} 层", f"Nested deeper than {MAX_DEPTH}")
        elif not isinstance(data, dict):
            self._errors.add(pointer, SHAPE, "这里要填一个对象", "An object belongs here")
        else:
            return cast("dict[str, Any]", data)
        return None

    def _has(self, members: dict[str, Any], names: frozenset[str] | set[str], pointer: str) -> bool:
        for name in sorted(names - members.keys()):
            self._errors.add(f"{pointer}/{name}", SHAPE, f"缺少 {name}", f"{name} is missing")
        if not members.keys() <= names:
            self._errors.add(pointer, SHAPE, "有不认识的成员", "There are members that do not belong here")
        return members.keys() == names

    def _parts(self, given: Any, pointer: str) -> list[Any]:
        if isinstance(given, list) and given:
            return cast("list[Any]", given)
        self._errors.add(pointer, SHAPE, "这里要填一个不为空的数组", "An array with something in it belongs here")
        return []

    def _group(self, op: str, members: dict[str, Any], pointer: str, depth: int) -> Expr | None:
        if not self._has(members, {"op", "of"}, pointer):
            return None
        given = self._parts(members["of"], f"{pointer}/of")
        parts = [self.expr(part, f"{pointer}/of/{at}", depth + 1) for at, part in enumerate(given)]
        good = tuple(part for part in parts if part is not None)
        if not good or len(good) < len(parts):
            return None
        return interned(And(good) if op == "and" else Or(good))

    def _field(self, given: Any, pointer: str) -> QualificationField | None:
        found = FIELDS.get(given) if type(given) is str else None
        if found is None:
            self._errors.add(f"{pointer}/field", FIELD, "没有这个资质项", "There is no such field")
        return found

    def _leaf(self, op: str, members: dict[str, Any], pointer: str) -> Expr | None:
        if not self._has(members, MEMBERS[op], pointer):
            return None
        field = self._field(members["field"], pointer)
        if field is None:
            return None
        if field.kind not in KINDS[op]:
            self._errors.add(f"{pointer}/op", TYPE, f"“{field.title}”不能用 {op}", f"{op} does not go with {field.code}")
            return None
        if op == "known":
            return interned(Known(field))
        if op == "between":
            return self._between(field, members, pointer)
        if op == "in":
            return self._one_of(field, members["values"], pointer)
        value = self._literal(field, members["value"], f"{pointer}/value")
        if value is None:
            return None
        return interned(Contains(field, value) if op == "contains" else Compare(field, cast("Comparison", op), value))

    def _between(self, field: QualificationField, members: dict[str, Any], pointer: str) -> Expr | None:
        low = self._literal(field, members["from"], f"{pointer}/from")
        high = self._literal(field, members["to"], f"{pointer}/to")
        if low is None or high is None:
            return None
        if low > high:
            self._errors.add(f"{pointer}/to", LITERAL, "上限比下限小", "The upper end is below the lower one")
            return None
        return interned(Between(field, low, high))

    def _one_of(self, field: QualificationField, given: Any, pointer: str) -> Expr | None:
        values = self._parts(given, f"{pointer}/values")
        if len(values) > MAX_VALUES:
            self._errors.add(f"{pointer}/values", SIZE, f"最多 {MAX_VALUES} 个值", f"At most {MAX_VALUES} values")
            return None
        numbers = [self._literal(field, value, f"{pointer}/values/{at}") for at, value in enumerate(values)]
        good = {number for number in numbers if number is not None}
        return interned(OneOf(field, tuple(sorted(good)))) if numbers and None not in numbers else None

    def _literal(self, field: QualificationField, given: Any, pointer: str) -> int | None:
        try:
            return literal_of(field, given)
        except BadLiteralError as bad:
            message, english = FAULTS[bad.code]
            self._errors.add(pointer, LITERAL, f"{message}（{field.title}）", f"{english} ({field.code})")
        return None

    def _relation(self, op: Comparison, members: dict[str, Any], pointer: str, depth: int) -> Expr | None:
        if not self._has(members, {"op", "left", "right"}, pointer):
            return None
        left = self.formula(members["left"], f"{pointer}/left", depth + 1, is_condition=True)
        right = self.formula(members["right"], f"{pointer}/right", depth + 1, is_condition=True)
        if left is None or right is None:
            return None
        shared = common([left.type, right.type])
        if shared is None:
            self._errors.add(pointer, TYPE, "左右两边不是同一种量，不能比较", "The two sides do not measure the same thing")
            return None
        left, right = adapted(left, shared), adapted(right, shared)
        if bits(left) + bits(right) > MAX_BITS:
            self._errors.add(pointer, SIZE, "公式的数值太大", "The formula's numbers are too large")
            return None
        return interned(Relation(op, left, right))

    def formula(self, data: Any, pointer: str, depth: int, *, is_condition: bool) -> Formula | None:
        """A formula; in a condition a divisor is a literal, so that SQL needs no division."""
        members = self._node(data, pointer, depth)
        if members is None:
            return None
        if "op" in members:
            return self._arithmetic(members, pointer, depth, is_condition=is_condition)
        if "value" in members:
            return self._number(members, pointer)
        if not self._has(members, {"field"}, pointer):
            return None
        field = self._field(members["field"], pointer)
        dimension = field_dimension(field) if field else None
        if field is not None and dimension is None:
            self._errors.add(f"{pointer}/field", TYPE, f"“{field.title}”不是数量，不能计算", f"One cannot count with {field.code}")
        return interned(FieldValue(field, dimension)) if field and dimension else None

    def _number(self, members: dict[str, Any], pointer: str) -> Formula | None:
        if not self._has(members, {"value"}, pointer):
            return None
        try:
            return interned(Number(fraction_of(members["value"]), PLAIN))
        except BadLiteralError as bad:
            self._errors.add(f"{pointer}/value", LITERAL, *FAULTS[bad.code])
        return None

    def _arithmetic(self, members: dict[str, Any], pointer: str, depth: int, *, is_condition: bool) -> Formula | None:
        op = members["op"]
        if type(op) is not str or op not in {"add", "sub", "mul", "div", "min", "max"}:
            self._errors.add(f"{pointer}/op", OP, "没有这种运算", "There is no such operator for a formula")
            return None
        if not self._has(members, {"op", "of"}, pointer):
            return None
        given = self._parts(members["of"], f"{pointer}/of")
        if op in {"sub", "div"} and given and len(given) != 2:
            self._errors.add(f"{pointer}/of", SHAPE, f"{op} 有两项", f"{op} has two parts")
            return None
        parts = [self.formula(part, f"{pointer}/of/{at}", depth + 1, is_condition=is_condition) for at, part in enumerate(given)]
        good = tuple(part for part in parts if part is not None)
        if not good or len(good) < len(parts):
            return None
        return self._combined(cast("ArithmeticOp", op), good, pointer, is_condition=is_condition)

    def _combined(self, op: ArithmeticOp, parts: tuple[Formula, ...], pointer: str, *, is_condition: bool) -> Formula | None:
        types = [part.type for part in parts]
        if op == "div":
            divisor = parts[1]
            if is_condition and not isinstance(divisor, Number):
                self._errors.add(f"{pointer}/of/1", TYPE, "条件里只能除以固定的数", "In a condition the divisor is a literal")
                return None
            if isinstance(divisor, Number) and not divisor.value:
                self._errors.add(f"{pointer}/of/1", LITERAL, "不能除以 0", "A divisor cannot be 0")
                return None
            found = quotient(*types)
        else:
            found = product(types) if op == "mul" else common(types)
        if found is None:
            self._errors.add(pointer, TYPE, "这几个量不能这样计算", "These cannot be put together like this")
            return None
        if op in {"add", "sub", "min", "max"}:
            parts = tuple(adapted(part, found) for part in parts)
        return interned(Arithmetic(op, parts, found))
