"""Literals of rules: what stands in the JSON becomes a whole number of the field, or a fraction in a formula."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.customers.fields import Kind, QualificationField
from loanbroker_api.products.rules.model import MAX_INT, MIN_INT

MAX_PLACES = 6
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,6})?\Z", re.ASCII)
_EXACT_FLOAT = 2**53


class BadLiteralError(Exception):
    """`code` of FAULTS below says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


FAULTS: dict[str, tuple[str, str]] = {
    "integer": ("这里要填整数", "A whole number belongs here"),
    "range": ("数字超出 64 位整数的范围", "The number does not fit into 64 bits"),
    "truth": ("这里要填是或否", "true or false belongs here"),
    "choice": ("这里要填该项的选项代码", "The code of one of the field's choices belongs here"),
    "unknown-choice": ("没有这个选项", "The field has no such choice"),
    "city": ("城市代码不存在，用地级市的六位代码", "No such city; use the six digits of a prefecture-level city"),
    "number": ("这里要填数字或小数文本", "A number or a decimal text belongs here"),
    "places": (f"小数最多 {MAX_PLACES} 位，且在 64 位范围内", f"At most {MAX_PLACES} decimal places, within 64 bits"),
}


def whole(given: Any) -> int:
    """A JSON integer within 64 bits; 12.0 is one too, as JSON Schema has it. Raises BadLiteralError."""
    if type(given) is float and given.is_integer() and abs(given) <= _EXACT_FLOAT:
        return int(given)
    if type(given) is not int:
        raise BadLiteralError("integer")
    if not MIN_INT <= given <= MAX_INT:
        raise BadLiteralError("range")
    return given


def literal_of(field: QualificationField, given: Any) -> int:
    """The whole number that stands for a literal of that field (for a set: of one of its choices). Raises BadLiteralError."""
    if field.kind is Kind.BOOL:
        if type(given) is not bool:
            raise BadLiteralError("truth")
        return int(given)
    if field.kind in {Kind.CHOICE, Kind.SET}:
        if type(given) is not str:
            raise BadLiteralError("choice")
        try:
            return field.number_of(given)
        except KeyError as error:
            raise BadLiteralError("unknown-choice") from error
    number = whole(given)
    if field.kind is Kind.CITY:
        city = city_by_code(number)
        if city is None or city.code != number:
            raise BadLiteralError("city")
    return number


def fraction_of(given: Any) -> Fraction:
    """A literal of a formula: a JSON number or a decimal text of at most 6 places, within 64 bits. Raises BadLiteralError."""
    if type(given) is int:
        return Fraction(whole(given))
    if type(given) is float:
        # The shortest text that reads as this float is what stood in the JSON; NaN and infinities match no decimal.
        text = format(Decimal(repr(given)), "f") if abs(given) <= MAX_INT else ""
        text = text.rstrip("0").rstrip(".") if "." in text else text
    elif type(given) is str:
        text = given
    else:
        raise BadLiteralError("number")
    if len(text) > 30 or not _DECIMAL.match(text):
        raise BadLiteralError("places")
    value = Fraction(text)
    if not MIN_INT <= value <= MAX_INT:
        raise BadLiteralError("places")
    return value
