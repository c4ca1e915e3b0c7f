"""Values of rules as people of the trade write them: 50万, 3,200元, 70%, 12 个月, 成都."""

from fractions import Fraction

from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.customers.fields import Kind, QualificationField, Unit
from loanbroker_api.products.rules.model import Comparison, Dimension

SYMBOLS: dict[Comparison, str] = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}
OPPOSITES: dict[Comparison, Comparison] = {"eq": "ne", "ne": "eq", "lt": "ge", "le": "gt", "gt": "le", "ge": "lt"}
UNITS: dict[Unit, str] = {
    Unit.YEAR: "岁",
    Unit.MONTH: "个月",
    Unit.DAY: "天",
    Unit.TIMES: "次",
    Unit.PIECES: "个",
    Unit.POINTS: "分",
}
_WAN, _YI = 10_000_00, 100_000_000_00
_SHOWN = 6  # of a list of choices or cities


def decimal_text(value: Fraction) -> str:
    """With thousands, at most six places, rounded down to them."""
    millionths = abs(value) * 1_000_000 // 1
    whole, rest = divmod(millionths, 1_000_000)
    places = f"{rest:06}".rstrip("0")
    return f"{'-' if value < 0 and millionths else ''}{whole:,}{'.' if places else ''}{places}"


def money_text(fen: int | Fraction) -> str:
    """Exact to the fen: in 亿 or 万 where two places of them say it all, else in yuan."""
    whole = fen // 1
    for size, name in ((_YI, "亿"), (_WAN, "万")):
        if abs(whole) >= size and whole % (size // 100) == 0:
            return f"{decimal_text(Fraction(whole, size))}{name}"
    return f"{decimal_text(Fraction(whole, 100))}元"


def percent_text(bps: int | Fraction) -> str:
    return f"{decimal_text(Fraction(bps) / 100)}%"


def city_text(code: int) -> str:
    """成都; the code itself where nobody knows it."""
    city = city_by_code(code)
    return city.short_name if city else str(code)


def value_text(field: QualificationField, value: int, *, with_unit: bool = True) -> str:
    """A value of a field: 3,200元, 70%, 14 个月, 本科, 成都, 住宅、商铺."""
    if field.kind is Kind.MONEY:
        return money_text(value)
    if field.kind is Kind.RATIO:
        return percent_text(value)
    if field.kind is Kind.CITY:
        return city_text(value)
    if field.kind is Kind.BOOL:
        return "是" if value else "否"
    if field.kind is Kind.CHOICE:
        return next((choice.title for choice in field.choices if choice.number == value), str(value))
    if field.kind is Kind.SET:
        return "、".join(choice.title for choice in field.choices if value >> choice.number & 1) or "无"
    unit = UNITS.get(field.unit, "")
    return f"{value:,} {unit}" if with_unit and unit else f"{value:,}"


def list_text(field: QualificationField, values: tuple[int, ...]) -> str:
    """The first few of a list, and how many there are."""
    shown = "、".join(value_text(field, value) for value in values[:_SHOWN])
    return shown if len(values) <= _SHOWN else f"{shown}等 {len(values)} 项"


def range_text(field: QualificationField, low: int, high: int, *, with_unit: bool = True) -> str:
    """22–55 岁, 3,000元–8,000元."""
    if field.kind is Kind.NUMBER:
        return f"{low:,}–{value_text(field, high, with_unit=with_unit)}"
    return f"{value_text(field, low)}–{value_text(field, high)}"


def truth_text(field: QualificationField, *, value: bool) -> str:
    """有房产, 没有房产; 是被执行人, 不是被执行人."""
    if field.title.startswith("有"):
        return field.title if value else f"没{field.title}"
    return f"是{field.title}" if value else f"不是{field.title}"


def exact_text(value: Fraction, dimension: Dimension) -> str:
    """A value in a formula; a ratio's is 1 for 100 %."""
    if dimension.kind == "money":
        return money_text(value)
    if dimension.kind == "ratio":
        return percent_text(value * 10_000)
    return decimal_text(value)
