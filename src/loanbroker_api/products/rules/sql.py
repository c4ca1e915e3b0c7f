"""Rules as SQL over the typed table `qualification`: its NULL logic is the three-valued one, so no field is ever wrapped in COALESCE.

What grows by itself is kept as its beginning and compared with a constant of today, so that the column stands alone.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from operator import add, eq, ge, gt, le, lt, mul, ne
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Numeric,
    Select,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import DeclarativeBase

from loanbroker_api.customers.fields import Kind, QualificationField, today_month, today_ymd
from loanbroker_api.products.rules.model import (
    MAX_INT,
    MIN_INT,
    And,
    Between,
    Compare,
    Contains,
    Expr,
    Known,
    Not,
    OneOf,
    Or,
    Relation,
    leaf_fields,
    leaves,
)
from loanbroker_api.products.rules.scaled import Combined, Scaled, Stored, Whole, scaled_sides

Predicate = ColumnElement[bool]
Table = type[DeclarativeBase] | FromClause
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {"eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge}
_YMD_YEAR = 10_000


def predicate(expr: Expr, table: Table, today: date) -> Predicate:
    """TRUE yes, NULL unknown, FALSE no. `table`: Qualification, an alias of it, or anything with its columns."""
    return _Compiler(table, today).expr(expr)


def all_of(conditions: Sequence[Expr], table: Table, today: date) -> Predicate:
    """All conditions together, the cheap ones first, which mostly decide; without any, TRUE."""
    if not conditions:
        return true()
    return and_(*(predicate(condition, table, today) for condition in sorted(conditions, key=_cost)))


def _cost(condition: Expr) -> tuple[int, int]:
    """The planner puts the parts of a WHERE in order of cost, but not those of an expression that is counted."""
    found = list(leaves(condition))
    return sum(isinstance(leaf, Relation) for leaf in found), len(found)


def possible(qualifies: Predicate) -> Predicate:
    """Yes or unknown."""
    return qualifies.is_not(false())


def counted(rows: Select[*tuple[Any, ...]], qualifies: Predicate) -> Select[int, int, int]:
    """One row: how many of these rows are a yes, unknown, a no.

    Grouping evaluates the predicate once a row, and unlike OFFSET 0 (data-plane.md 8) leaves the planner its parallel scan.
    """
    judged = (
        rows.with_only_columns(qualifies.label("verdict"), func.count().label("n"), maintain_column_froms=True)
        .group_by("verdict")
        .subquery("judged")
    )
    verdict, n = judged.c.verdict, judged.c.n
    return select(_sum(n, verdict).label("yes"), _sum(n, verdict.is_(None)).label("unknown"), _sum(n, not_(verdict)).label("no"))


def _sum(n: ColumnElement[int], where: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(n).filter(where), 0), BigInteger())


def newest(
    rows: Select[*tuple[Any, ...]], qualifies: Predicate, order: ColumnElement[Any], limit: int, *, sure: bool = False
) -> Select[*tuple[Any, ...]]:
    """The first `limit` of these rows in that order that are a yes or unknown (`sure`: a yes), with their `verdict` as the last column.

    The rows come in the order of an index and are judged one by one: OFFSET 0 keeps the planner, which takes a long predicate for one that
    hardly anything meets, from judging all of them and sorting what is left.
    """
    judged = rows.add_columns(qualifies.label("verdict")).order_by(order).offset(literal_column("0")).subquery("judged")
    return select(judged).where(judged.c.verdict if sure else possible(judged.c.verdict)).limit(limit)


class _Compiler:
    def __init__(self, table: Table, today: date) -> None:
        self._table = table
        self._today = today

    def expr(self, expr: Expr) -> Predicate:
        if isinstance(expr, And):
            return and_(*(self.expr(part) for part in expr.of))
        if isinstance(expr, Or):
            return or_(*(self.expr(part) for part in expr.of))
        if isinstance(expr, Not):
            return not_(self.expr(expr.of))
        if isinstance(expr, Relation):
            return self._relation(expr)
        return self._leaf(expr)

    def _column(self, field: QualificationField) -> ColumnElement[Any]:
        return getattr(self._table.c if isinstance(self._table, FromClause) else self._table, field.column)

    def _leaf(self, leaf: Compare | Between | OneOf | Contains | Known) -> Predicate:
        field, column = leaf.field, self._column(leaf.field)
        if isinstance(leaf, Known):
            return column.is_not(None)
        if isinstance(leaf, Contains):
            return column.op("&", return_type=Integer())(_whole(1 << leaf.choice)) != _whole(0)
        if isinstance(leaf, Between):
            return self._range(field, leaf.low, leaf.high)
        if isinstance(leaf, OneOf):
            if field.since:
                return or_(*(self._range(field, low, high) for low, high in _runs(leaf.values)))
            return column == any_(literal(list(leaf.values), ARRAY(BigInteger)))
        if field.kind is Kind.BOOL:
            return column if (leaf.op == "eq") == bool(leaf.value) else not_(column)
        if leaf.op in {"eq", "ne"}:
            equal = self._range(field, leaf.value, leaf.value)
            return equal if leaf.op == "eq" else not_(equal)
        if leaf.op in {"lt", "le"}:
            return self._range(field, MIN_INT, leaf.value, beyond=leaf.op == "lt")
        return not_(self._range(field, MIN_INT, leaf.value, beyond=leaf.op == "ge"))

    def _range(self, field: QualificationField, low: int, high: int, *, beyond: bool = False) -> Predicate:
        """low ≤ field ≤ high; with `beyond` < high. Where one end is open only the other is compared."""
        column = self._column(field)
        if field.since:
            # The value is at least n from its beginning's latest day on: a later beginning is a smaller value.
            first = self._latest(field, high if beyond else high + 1)
            parts = [column > _whole(first)]
            if low > MIN_INT:
                parts.append(column <= _whole(self._latest(field, low)))
            return and_(*parts)
        upper = column < _whole(high) if beyond else column <= _whole(high)
        if low == high and not beyond:
            return column == _whole(low)
        return upper if low == MIN_INT else and_(column >= _whole(low), upper)

    def _latest(self, field: QualificationField, value: int) -> int:
        """The latest beginning of what has this value today or more; every value is 0 or more."""
        if value <= 0:
            return MAX_INT
        if field.since == "ymd":
            return max(MIN_INT, today_ymd(self._today) - value * _YMD_YEAR)
        return max(MIN_INT, today_month(self._today) - value)

    def _relation(self, relation: Relation) -> Predicate:
        left, right = scaled_sides(relation)
        related = _COMPARISONS[relation.op](self._number(left), self._number(right))
        if not (_has_choice(left) or _has_choice(right)):
            return related
        # least() and greatest() pass over NULL; here one unknown field makes all of it unknown.
        known = [self._column(field).is_not(None) for field in leaf_fields(relation)]
        return case((and_(*known), related)) if known else related

    def _number(self, node: Scaled) -> ColumnElement[Any]:
        """In numeric, whole numbers only: exact, and nothing overflows (dimensions.MAX_BITS)."""
        if isinstance(node, Whole):
            return literal(Decimal(node.value), Numeric())
        if isinstance(node, Stored):
            return cast(self._value(node.field), Numeric())
        parts = [self._number(part) for part in node.of]
        if node.op in {"min", "max"}:
            return func.least(*parts) if node.op == "min" else func.greatest(*parts)
        return _balanced(add if node.op == "add" else mul, parts)

    def _value(self, field: QualificationField) -> ColumnElement[Any]:
        column = self._column(field)
        if field.since is None:
            return column
        today, step = (today_ymd(self._today), _YMD_YEAR) if field.since == "ymd" else (today_month(self._today), 1)
        return case((column < _whole(today), (_whole(today) - column) // _whole(step)), (column.is_not(None), _whole(0)))


def _whole(value: int) -> ColumnElement[int]:
    """As bigint whatever the column is: a literal may be beyond a smallint."""
    return literal(value, BigInteger())


def _has_choice(node: Scaled) -> bool:
    return isinstance(node, Combined) and (node.op in {"min", "max"} or any(_has_choice(part) for part in node.of))


def _balanced(op: Callable[[Any, Any], Any], parts: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    """A tree of logarithmic depth: SQLAlchemy compiles by recursion."""
    while len(parts) > 1:
        parts = [op(*parts[at : at + 2]) if at + 1 < len(parts) else parts[at] for at in range(0, len(parts), 2)]
    return parts[0]


def _runs(values: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as runs of neighbours."""
    found: list[tuple[int, int]] = []
    for value in values:
        if found and found[-1][1] == value - 1:
            found[-1] = (found[-1][0], value)
        else:
            found.append((value, value))
    return found
