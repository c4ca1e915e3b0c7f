import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.core.normalize.errors import BadValue
from loanbroker_api.core.normalize.idcards import check_character
from loanbroker_api.core.normalize.names import normalize_name, pinyin_readings
from loanbroker_api.core.normalize.phones import normalize_phone
from loanbroker_api.core.normalize.tokens import query_tokens, search_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("张三", [("bigram", "张三")]),
        ("张", [("char", "张")]),
        ("张三丰", [("name", "张三丰")]),
        ("欧阳娜娜", [("name", "欧阳娜"), ("name", "阳娜娜")]),
        ("5678", [("last4", "5678")]),
        ("123x", [("last4", "123X")]),
        ("王 5678", [("last4", "5678"), ("char", "王")]),
        ("王5678", [("last4", "5678"), ("char", "王")]),
        ("13800138000", [("phone", "13800138000")]),
        ("+86 138-0013-8000", [("phone", "13800138000")]),
        ("张三 138 0013 8000", [("phone", "13800138000"), ("bigram", "张三")]),
        ("5678 1234", [("last4", "5678"), ("last4", "1234")]),
        ("zhangsan", [("pinyin", "zhangsan")]),
        ("Zhang San", [("pinyin", "zhangsan")]),
        ("Lǚ Bù", [("pinyin", "lvbu")]),
        ("xi'an", [("pinyin", "xian")]),
        ("zs", [("initials", "zs")]),
        ("11010519491231002x", [("id", "11010519491231002X")]),
    ],
)
def test_what_a_text_asks_for(text, tokens):
    assert query_tokens(text) == tokens


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "search.empty"),
        ("138", "search.unsearchable"),
        ("王 56", "search.unsearchable"),
        ("😀", "search.unsearchable"),
        ("张" * 200, "search.too-long"),
    ],
)
def test_a_text_that_would_find_everyone_is_refused(text, code):
    with pytest.raises(BadValue) as refused:
        query_tokens(text)
    assert refused.value.code == code


def test_a_common_customer_has_few_tokens():
    tokens = search_tokens("张小明", [normalize_phone("13812345678")], "11010519491231002X")
    assert len(tokens) == len(set(tokens)) == 14
    assert ("last4", "002X") in tokens


def found_by(tokens, text):
    return set(query_tokens(text)) <= set(tokens)


HAN_NAME = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)
SURNAMED = st.tuples(
    st.sampled_from(["王", "单", "仇", "曾", "欧阳", "尉迟", "吕", "安", "区"]),
    st.text(alphabet="伟芳娜安恩艾鄂单重长乐吕女", min_size=1, max_size=3),
).map("".join)
LATIN_NAME = st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8), min_size=1, max_size=3).map(
    lambda words: " ".join(words).title()
)
MIXED = st.sampled_from(["阿里木·买买提", "张三Tony", "用户8812", "3M公司", "王先生13800138000", "A先生", "成都星辰商贸有限公司", "𠮷野家"])
PHONE = st.from_regex(r"1[3-9][0-9]{9}(转[0-9]{4})?|028[0-9]{8}|1[3-9][0-9]\*{4}[0-9]{4}|[0-9a-f]{32}", fullmatch=True)
ID_NUMBER = st.builds(
    lambda day, serial: (head := f"510107199001{day:02}{serial:03}") + check_character(head), st.integers(1, 28), st.integers(0, 999)
)


@given(SURNAMED | HAN_NAME | LATIN_NAME | MIXED, PHONE, ID_NUMBER | st.none())
def test_a_customer_is_found_by_each_of_its_own_forms(written, phone_text, id_number):
    name, phone = normalize_name(written), normalize_phone(phone_text)
    tokens = search_tokens(name, [phone], id_number)
    forms = pinyin_readings(name)
    number = phone.value.partition(",")[0]
    texts = [name, *forms.full, *forms.initials, *forms.pairs, phone_text, phone.value]
    if number[-4:].isdigit() and len(number) < 32:
        texts += [number[-4:], f"{name} {number[-4:]}"]
    if id_number is not None:
        texts += [id_number, id_number.lower(), id_number[-4:], f"{id_number[-4:]} {name}"]
    for text in texts:
        assert found_by(tokens, text), text


@given(HAN_NAME.filter(lambda name: len(name) > 1), st.data())
def test_a_customer_is_found_by_any_part_of_the_name(name, data):
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert found_by(search_tokens(name, [], None), name[start:end])


@given(st.text(max_size=30))
def test_any_text_is_answered_or_refused(text):
    try:
        tokens = query_tokens(text)
    except BadValue:
        return
    assert tokens
