from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.core.normalize.errors import BadValue
from loanbroker_api.core.normalize.idcards import Sex, parse_id_number


def test_the_standards_own_examples():
    """GB 11643-1999, annex: 11010519491231002X and 440524188001010014 (the latter is before any living person's birth)."""
    found = parse_id_number("11010519491231002x")
    assert (found.value, found.birth_date, found.sex, found.division_code) == ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE, 110105)


def test_fifteen_digits_become_eighteen():
    found = parse_id_number("110105 491231 002")
    assert found == parse_id_number("11010519491231002X")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id.length"),
        ("1101051949123100", "id.length"),
        ("110105194912310021", "id.checksum"),
        ("110105194902300021", "id.date"),
        ("990105194912310020", "id.region"),
        ("1101051949123100AX", "id.unreadable"),
        ("110105188012310020", "id.date"),
    ],
)
def test_refusals(text, code):
    with pytest.raises(BadValue) as refused:
        parse_id_number(text)
    assert refused.value.code == code


def test_a_birth_date_to_come_is_refused_when_today_is_told():
    parse_id_number("11010519491231002X", today=date(1949, 12, 31))
    with pytest.raises(BadValue, match="出生日期"):
        parse_id_number("11010519491231002X", today=date(1949, 12, 30))


@given(st.integers(min_value=0, max_value=16), st.integers(min_value=1, max_value=9))
def test_any_one_wrong_digit_is_found(place, shift):
    good = "11010519491231002X"
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]
    with pytest.raises(BadValue):
        parse_id_number(wrong)
