from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.core.normalize.amounts import LARGEST_FEN, AmountRange, parse_amount
from loanbroker_api.core.normalize.errors import BadValue

WAN = 1_000_000  # 10,000 yuan in fen


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("20万", 20 * WAN, 20 * WAN),
        ("20w", 20 * WAN, 20 * WAN),
        ("20W元", 20 * WAN, 20 * WAN),
        ("200,000", 20 * WAN, 20 * WAN),
        ("￥200,000.50", 20_000_050, 20_000_050),
        ("20-30万", 20 * WAN, 30 * WAN),
        ("20万-30万", 20 * WAN, 30 * WAN),
        ("20万～30万元", 20 * WAN, 30 * WAN),
        ("20万至30", 20 * WAN, 30 * WAN),
        ("5000-2万", WAN // 2, 2 * WAN),
        ("5千", WAN // 2, WAN // 2),
        ("1.5亿", 15_000 * WAN, 15_000 * WAN),
        ("1亿2000万", 12_000 * WAN, 12_000 * WAN),
        ("２０万", 20 * WAN, 20 * WAN),
        ("二十万", 20 * WAN, 20 * WAN),
        ("十五万", 15 * WAN, 15 * WAN),
        ("三百万", 300 * WAN, 300 * WAN),
        ("20萬", 20 * WAN, 20 * WAN),
        ("5000块", WAN // 2, WAN // 2),
        ("30万左右", 30 * WAN, 30 * WAN),
        ("大概30万", 30 * WAN, 30 * WAN),
        ("30万以上", 30 * WAN, None),
        ("50万+", 50 * WAN, None),
        ("10万以下", 0, 10 * WAN),
        ("10万以内", 0, 10 * WAN),
        ("不超过50万", 0, 50 * WAN),
    ],
)
def test_texts(text, low, high):
    assert parse_amount(text) == AmountRange(low, high)


@pytest.mark.parametrize(("number", "fen"), [(200000, 20 * WAN), (0, 0), (0.1, 10), (1234.56, 123456), (Decimal("99.99"), 9999)])
def test_numbers_are_yuan(number, fen):
    assert parse_amount(number) == AmountRange(fen, fen)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "amount.unreadable"),
        ("很多", "amount.unreadable"),
        ("2万5", "amount.unreadable"),
        ("1,5万", "amount.unreadable"),
        ("30-20万", "amount.unreadable"),
        ("10-20-30万", "amount.unreadable"),
        ("nan", "amount.unreadable"),
        ("1" * 100, "amount.unreadable"),
        ("9" * 30, "amount.too-large"),
        ("-5万", "amount.negative"),
        (-1, "amount.negative"),
        (float("nan"), "amount.unreadable"),
        (float("inf"), "amount.unreadable"),
        (Decimal("sNaN"), "amount.unreadable"),
        (Decimal("1E+999999"), "amount.too-large"),
        (10**10_000, "amount.too-large"),
        (-(10**10_000), "amount.negative"),
        (1e300, "amount.too-large"),
        (True, "amount.unreadable"),
    ],
    ids=lambda value: str(value)[:12] if isinstance(value, str) else type(value).__name__,
)
def test_refusals(value, code):
    with pytest.raises(BadValue) as refused:
        parse_amount(value)
    assert refused.value.code == code


@given(st.integers(min_value=0, max_value=LARGEST_FEN // 100))
def test_every_whole_number_of_yuan_is_exact(yuan):
    assert parse_amount(yuan) == parse_amount(str(yuan)) == parse_amount(f"{yuan:,}元") == AmountRange(yuan * 100, yuan * 100)


@given(st.text(alphabet="0123456789.,万亿千百wk-~至到元一二十以上下内 ", max_size=20) | st.text(max_size=20))
def test_any_text_is_a_range_in_order_or_a_bad_value(text):
    try:
        found = parse_amount(text)
    except BadValue:
        return
    assert 0 <= found.from_fen <= (found.to_fen if found.to_fen is not None else LARGEST_FEN) <= LARGEST_FEN
