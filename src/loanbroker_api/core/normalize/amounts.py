"""Wanted amounts: yuan as a number, or as people write them, to a range of integer fen."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from loanbroker_api.core.normalize.errors import BadValue


@dataclass(frozen=True, slots=True)
class AmountRange:
    """Fen, both ends included. `to_fen` None: 30万以上. 10万以下 begins at 0; one amount has both ends equal."""

    from_fen: int
    to_fen: int | None


LARGEST_FEN = 2**63 - 1
_LARGEST_YUAN = Decimal(LARGEST_FEN) / 100
_UNITS = {
    "亿": 100_000_000,
    "千万": 10_000_000,
    "百万": 1_000_000,
    "十万": 100_000,
    "万": 10_000,
    "w": 10_000,
    "千": 1_000,
    "k": 1_000,
    "百": 100,
    "": 1,
}
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|[一二两三四五六七八九十百零]+?"
_TERM = re.compile(rf"(?P<number>{_NUMBER})(?P<unit>亿|千万|百万|十万|万|w|千|k|百|(?![0-9.,一二两三四五六七八九十百零]))")
_CURRENCY = re.compile(r"人民币|rmb|cny|[¥元块圆钱]")
_ABOUT = re.compile(r"左右|上下|大约|大概|约")
_AND_MORE = re.compile(r"及?以上|起|\+$|^>=?|^≥|^至少|^最少|^最低|^不低于")
_AND_LESS = re.compile(r"及?以[下内]|之内|^<=?|^≤|^最多|^最高|^不超过")
_BETWEEN = re.compile(r"[-~‐‑‒–—―−至到]+")
_DIGIT = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMERAL = re.compile(
    r"(?:(?P<hundreds>[一二两三四五六七八九])百零?)?(?:(?P<tens>[一二两三四五六七八九])?(?P<ten>十))?(?P<ones>[一二两三四五六七八九])?\Z"
)
_LEAST_BARE = 1_000  # 30-20万 is a slip, not thirty yuan
_LONGEST = 64


def parse_amount(yuan: float | Decimal | str) -> AmountRange:
    """A wanted amount in fen, from an amount in yuan: a number, or text such as 20万, 20w, 200,000, 20-30万, 30万以上, 10万以下.

    Raises BadValue: amount.unreadable, amount.too-large (over 64 bits of fen), amount.negative.
    """
    if isinstance(yuan, bool):
        raise _unreadable()
    if isinstance(yuan, str):
        return _parse_text(yuan)
    if isinstance(yuan, int) and yuan > LARGEST_FEN:
        raise _too_large()  # before Decimal, which would take long over a number of a million digits
    fen = _to_fen(Decimal(repr(yuan)) if isinstance(yuan, float) else Decimal(yuan))
    return AmountRange(fen, fen)


def _parse_text(text: str) -> AmountRange:
    if len(text) > _LONGEST:
        raise _unreadable()
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).lower()).replace("萬", "万").replace("億", "亿")
    plain = _ABOUT.sub("", _CURRENCY.sub("", plain))
    if re.match(r"[-−–][0-9]", plain):
        raise _negative()
    if len(parts := _BETWEEN.split(plain)) == 2 and all(parts):
        return _between(*parts)
    more, less = _AND_MORE.search(plain), _AND_LESS.search(plain)
    if more is not None and less is not None:
        raise _unreadable()
    bound = more or less
    fen = _to_fen(_one(plain if bound is None else plain.replace(bound[0], "", 1)))
    if more is not None:
        return AmountRange(fen, None)
    return AmountRange(0 if less is not None else fen, fen)


def _between(low_text: str, high_text: str) -> AmountRange:
    """20-30万 shares the unit; 5000-2万 does not: a bare end takes the other's unit only where that keeps the order."""
    low, high = _one(low_text), _one(high_text)
    low_unit, high_unit = _last_unit(low_text), _last_unit(high_text)
    if low_unit == 1 < high_unit and low * high_unit <= high:
        low *= high_unit
        low_unit = high_unit
    elif high_unit == 1 and low_unit > 1 and high < low:
        high *= low_unit
    if low > high or (low_unit == 1 < high_unit and low < _LEAST_BARE):
        raise BadValue("amount.unreadable", "金额范围应从小到大，例如 20-30万")
    return AmountRange(_to_fen(low), _to_fen(high))


def _last_unit(text: str) -> int:
    units = [_UNITS[term["unit"]] for term in _TERM.finditer(text)]
    return units[-1] if units else 1


def _one(text: str) -> Decimal:
    """1亿2000万 is the sum of its terms, each unit smaller than the one before."""
    total, at, smaller_than = Decimal(0), 0, 10**9
    while at < len(text):
        term = _TERM.match(text, at)
        if term is None or _UNITS[term["unit"]] >= smaller_than or (at > 0 and not term["unit"]):
            raise _unreadable()
        smaller_than = _UNITS[term["unit"]]
        total += _number(term["number"]) * smaller_than
        at = term.end()
    if at == 0:
        raise _unreadable()
    return total


def _number(text: str) -> Decimal:
    if text[0] in "0123456789":
        return Decimal(text.replace(",", ""))
    numeral = _NUMERAL.match(text)
    if numeral is None:
        raise _unreadable()
    tens = _DIGIT[numeral["tens"]] if numeral["tens"] else int(numeral["ten"] is not None)
    return Decimal(_DIGIT[numeral["hundreds"] or "零"] * 100 + tens * 10 + _DIGIT[numeral["ones"] or "零"])


def _to_fen(yuan: Decimal) -> int:
    if not yuan.is_finite():
        raise _unreadable()
    if yuan < 0:
        raise _negative()
    if yuan > _LARGEST_YUAN:
        raise _too_large()
    return int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def _unreadable() -> BadValue:
    return BadValue("amount.unreadable", "金额应为数字（单位：元），或如 20万、20-30万、30万以上")


def _negative() -> BadValue:
    return BadValue("amount.negative", "金额不能为负数")


def _too_large() -> BadValue:
    return BadValue("amount.too-large", "金额过大，请检查单位：数字的单位是元")
