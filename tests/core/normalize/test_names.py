import pytest

from loanbroker_api.core.normalize.errors import BadValue
from loanbroker_api.core.normalize.names import normalize_name, pinyin_readings, split_surname


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" 张三 ", "张三"),
        ("张\u3000三", "张三"),
        ("张\u200b三", "张三"),
        ("Ｊohn   Smith", "John Smith"),
        ("阿里木•买买提", "阿里木·买买提"),
        ("张\n三", "张三"),
    ],
)
def test_one_form(text, name):
    assert normalize_name(text) == name
    assert normalize_name(name) == name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name.empty"),
        ("\u200b ", "name.empty"),
        ("张\x00三", "name.control-character"),
        ("张" * 61, "name.too-long"),
        ("张" * 999, "name.too-long"),
    ],
)
def test_refusals(text, code):
    with pytest.raises(BadValue) as refused:
        normalize_name(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "surname", "given"),
    [("张三", "张", "三"), ("欧阳娜娜", "欧阳", "娜娜"), ("欧阳", "欧", "阳"), ("王", "王", ""), ("John", "", "John")],
)
def test_surname(name, surname, given):
    assert split_surname(name) == (surname, given)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("单田芳", {"shantianfang", "dantianfang"}),
        ("仇英", {"qiuying", "chouying"}),
        ("曾国藩", {"zengguofan", "cengguofan"}),
        ("解晓东", {"xiexiaodong", "jiexiaodong"}),
        ("查良镛", {"zhaliangyong", "chaliangyong"}),
        ("区小明", {"ouxiaoming", "quxiaoming"}),
        ("尉迟恭", {"yuchigong"}),
        ("吕布", {"lvbu"}),
        ("张三", {"zhangsan"}),
    ],
)
def test_a_surname_is_read_as_a_surname_and_as_the_dictionary_has_it(name, full):
    assert pinyin_readings(name).full == full


def test_pairs_and_initials():
    forms = pinyin_readings("欧阳娜娜")
    assert forms.pairs == {"ouyang", "yangna", "nana"}
    assert forms.initials == {"oynn"}
    assert pinyin_readings("单雄信").initials == {"sxx", "dxx"}
    assert pinyin_readings("😀").full == frozenset()
