"""Near misses: what a refused person lacks, and the day from which time alone has mended it."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from loanbroker_api.customers.fields import Kind, QualificationField
from loanbroker_api.products.rules.closures import value_of
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.leaf_forms import canonical
from loanbroker_api.products.rules.model import MAX_INT, MIN_INT, NO, And, Expr, Leaf, Or, Relation, is_or, leaf_fields, unfolded
from loanbroker_api.products.rules.texts import UNITS, money_text, percent_text

MOST = 3  # misses of one product
MAX_MONTHS = 24  # to wait for
_SHARE = Fraction(1, 5)  # how far money and ratios may be off
# Queries fall out of their window of so many months. All of them have by its end, whenever each was made.
WINDOWS = {"queries1m": 1, "queries2m": 2, "queries3m": 3, "queries6m": 6, "queries12m": 12}
# One more each month, as long as it goes on.
GROWING = frozenset(
    {"fundMonths", "socialMonths", "jobMonths", "policyMonths", "mortgageMonths", "licenceMonths", "carAgeMonths", "firstLoanMonths"}
)


@dataclass(frozen=True)
class Miss:
    """`by`: how much is lacking, in the field's own whole numbers. `mended`: from that day it is not; None where waiting does not help."""

    field: QualificationField
    text: str
    mended: date | None
    by: int


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or that month's last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class NearMisses:
    """Of one person. `verdict` tells what a (turned) expression came to."""

    def __init__(self, facts: Facts, verdict: Callable[[Expr, bool], int]) -> None:
        self._facts = facts
        self._verdict = verdict
        self._found: dict[tuple[Expr, bool], tuple[Miss, ...] | None] = {}

    def of(self, expr: Expr, *, negated: bool = False) -> tuple[Miss, ...] | None:
        """What is lacking to make an expression a yes or at least no no; None where it is no near miss."""
        key = (expr, negated)
        if key not in self._found:
            self._found[key] = self._of(expr, negated=negated)
        return self._found[key]

    def _of(self, expr: Expr, *, negated: bool) -> tuple[Miss, ...] | None:
        if self._verdict(expr, negated) != NO:
            return ()
        inner, negated = unfolded(expr, negated=negated)
        if not isinstance(inner, And | Or):
            return self._leaf(inner, negated=negated)
        parts = [self.of(part, negated=negated) for part in inner.of]
        if is_or(inner, negated=negated):
            return min((part for part in parts if part is not None), key=self._cost, default=None)
        found: dict[Miss, None] = {}
        for part in parts:
            if part is None:
                return None
            found.update(dict.fromkeys(part))
        return tuple(found) if len(found) <= MOST else None

    @staticmethod
    def _cost(misses: tuple[Miss, ...]) -> tuple[bool, int, date, int]:
        """Waiting comes before money; then fewer, sooner, less."""
        never = [miss for miss in misses if miss.mended is None]
        latest = max((miss.mended for miss in misses if miss.mended), default=date.min)
        return (bool(never), len(misses), latest, sum(miss.by for miss in misses))

    def _leaf(self, leaf: Leaf, *, negated: bool) -> tuple[Miss, ...] | None:
        if isinstance(leaf, Relation):
            return self._relation(leaf, negated=negated)
        form, is_turned = canonical(leaf)
        field, value = leaf.field, self._facts.values.get(leaf.field.code)
        if form.form not in {"range", "member"} or value is None or field.kind is Kind.CITY:
            return None
        if form.form == "member":
            if is_turned is not negated:
                return None
            ranges = [(one, one) for one in form.values]
        elif is_turned is negated:
            ranges = [(form.low, form.high)]
        else:
            ranges = [(MIN_INT, form.low - 1)] * (form.low > MIN_INT) + [(form.high + 1, MAX_INT)] * (form.high < MAX_INT)
        misses = [(miss,) for low, high in ranges if (miss := self._range(field, value, low, high)) is not None]
        return min(misses, key=self._cost, default=None)

    def _range(self, field: QualificationField, value: int, low: int, high: int) -> Miss | None:
        """What mends a value that lies outside."""
        by, up = (low - value, True) if value < low else (value - high, False)
        if field.kind in {Kind.MONEY, Kind.RATIO}:
            bound = low if up else high
            return _gap(field, by, up=up) if 0 < by <= abs(bound) * _SHARE else None
        if field.code in WINDOWS and not up and low <= 0 <= high:
            mended = months_later(self._facts.today, WINDOWS[field.code])
            return Miss(field, f"{field.title}少 {by} 次：从 {mended.isoformat()} 起", mended, by)
        if not up or (field.code not in GROWING and field.code != "age"):
            return None
        mended = self._grown(field, low, by)
        if mended is None or mended > months_later(self._facts.today, MAX_MONTHS):
            return None
        unit = "岁" if field.code == "age" else UNITS[field.unit]
        when = mended.isoformat() if field.since == "ymd" else f"{mended:%Y-%m}"
        return Miss(field, f"{field.title}再过 {by} {unit}：从 {when} 起", mended, by)

    def _grown(self, field: QualificationField, wanted: int, by: int) -> date | None:
        """The day on which it has grown that far."""
        beginning = self._facts.beginnings.get(field.code)
        if by > MAX_MONTHS:
            return None
        if field.since is None or beginning is None:
            return months_later(self._facts.today, by * 12 if field.code == "age" else by)
        if field.since == "month":
            year, month = divmod(beginning + wanted, 12)
            return date(year, month + 1, 1)
        year, month, day = beginning // 10_000 + wanted, beginning // 100 % 100, beginning % 100
        if not 1 <= month <= 12:
            return None
        # Born on 29 February: the next day that yyyymmdd counts as that birthday or later.
        return date(year, month, day) if day <= monthrange(year, month)[1] else date(year, month + 1, 1)

    def _relation(self, relation: Relation, *, negated: bool) -> tuple[Miss, ...] | None:
        kind = relation.left.type.kind
        left, right = value_of(relation.left)(self._facts), value_of(relation.right)(self._facts)
        fields = leaf_fields(relation)
        if kind not in {"money", "ratio"} or left is None or right is None or not fields or relation.op in {"eq", "ne"}:
            return None
        scale = 1 if kind == "money" else 10_000
        by = max(1, ceil(abs(left - right) * scale))
        if not abs(left - right) <= abs(right) * _SHARE or right == 0:
            return None
        wants_more = (relation.op in {"gt", "ge"}) is not negated
        shown = money_text(by) if kind == "money" else percent_text(by)
        return (Miss(fields[0], f"{fields[0].title}相关的{'不足' if wants_more else '超出'} {shown}", None, by),)


def _gap(field: QualificationField, by: int, *, up: bool) -> Miss:
    shown = money_text(by) if field.kind is Kind.MONEY else percent_text(by)
    return Miss(field, f"{field.title}{'差' if up else '超出'} {shown}", None, by)
