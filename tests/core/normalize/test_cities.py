import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.core.normalize.cities import all_cities, city_by_code, find_city


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("成都", 510100),
        ("成都市", 510100),
        ("四川成都", 510100),
        ("四川省 成都市", 510100),
        ("四川省成都市武侯区", 510100),
        ("四川/成都", 510100),
        ("武侯区", 510100),
        ("510107", 510100),
        ("北京", 110000),
        ("北京市朝阳区", 110000),
        ("110105", 110000),
        ("500112", 500000),
        ("重庆渝北", 500000),
        ("吉林吉林", 220200),
        ("吉林市", 220200),
        ("海南藏族自治州", 632500),
        ("阿坝", 513200),
        ("凉山州", 513400),
        ("东莞", 441900),
        ("仙桃", 429004),
        ("昆山", 320500),
        ("浙江宁波鄞州", 330200),
        ("香港", 810000),
        ("台湾", 710000),
    ],
)
def test_names_and_codes(text, code):
    found = find_city(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["", "四川", "吉林", "海南", "朝阳区", "朝阳区建国路 8 号", "四川杭州", "上天入地", "999999", "成"])
def test_what_names_no_city_or_several(text):
    assert find_city(text) is None


def test_every_city_is_found_by_its_own_names_and_code():
    cities = all_cities()
    assert len(cities) > 360
    for city in cities:
        assert find_city(city.name) == city_by_code(city.code) == city
        assert find_city(city.province + city.name) == city
        assert find_city(city.province + city.short_name) == city


@given(st.text(max_size=20))
def test_any_text_is_answered(text):
    found = find_city(text)
    assert found is None or city_by_code(found.code) == found
