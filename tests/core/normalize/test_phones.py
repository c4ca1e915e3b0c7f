import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.core.normalize.errors import BadValue
from loanbroker_api.core.normalize.phones import Phone, PhoneKind, normalize_phone, phone_region


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "１３８ ００１３ ８０００",
        "+86 138-0013-8000",
        "＋86（138）00138000",
        "008613800138000",
        "8613800138000",
        "86-138 0013 8000",
        "013800138000",
        "\u202a138 0013 8000\u202c",
        "138\u00a00013\u00a08000",
    ],
)
def test_writings_of_one_mobile(text):
    assert normalize_phone(text) == Phone(PhoneKind.PLAIN, "13800138000")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("138****8000", PhoneKind.MASKED, "138****8000"),
        ("138＊＊＊＊8000", PhoneKind.MASKED, "138****8000"),
        ("138xxxx8000", PhoneKind.MASKED, "138****8000"),
        ("+86 138****8000", PhoneKind.MASKED, "138****8000"),
        ("18400001111转1234", PhoneKind.VIRTUAL, "18400001111,1234"),
        ("18400001111，1234", PhoneKind.VIRTUAL, "18400001111,1234"),
        ("184 0000 1111-1234", PhoneKind.VIRTUAL, "18400001111,1234"),
        ("D41D8CD98F00B204E9800998ECF8427E", PhoneKind.DIGEST, "d41d8cd98f00b204e9800998ecf8427e"),
        ("ab" * 32, PhoneKind.DIGEST, "ab" * 32),
        ("(028) 8888 8890", PhoneKind.LANDLINE, "02888888890"),
        ("+86 28 8888 8890", PhoneKind.LANDLINE, "02888888890"),
        ("0816-2345678", PhoneKind.LANDLINE, "08162345678"),
        ("010-12345678转801", PhoneKind.LANDLINE, "01012345678,801"),
        ("400-800-8000", PhoneKind.LANDLINE, "4008008000"),
    ],
)
def test_other_kinds(text, kind, value):
    assert normalize_phone(text) == Phone(kind, value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone.empty"),
        (" - ", "phone.empty"),
        ("1380013800", "phone.too-short"),
        ("138001380001", "phone.too-long"),
        ("12800138000", "phone.not-mobile"),
        ("+852 1234 5678", "phone.foreign"),
        ("张三", "phone.unreadable"),
        ("13800138000/13900139000", "phone.unreadable"),
        ("*", "phone.unreadable"),
        ("1" * 200, "phone.too-long"),
        ("١٣٨٠٠١٣٨٠٠٠", "phone.unreadable"),
    ],
)
def test_refusals_say_what_would_be_right_and_not_the_value(text, code):
    with pytest.raises(BadValue) as refused:
        normalize_phone(text)
    assert refused.value.code == code
    assert len(text.strip(" -")) < 4 or text not in refused.value.message


@given(st.text(max_size=40))
def test_any_text_is_a_normal_form_or_a_bad_value(text):
    try:
        found = normalize_phone(text)
    except BadValue:
        return
    assert normalize_phone(found.value) == found


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "+86", "0086", "86", "+86 ", "0"]),
    st.sampled_from([" ", "-", "–", ""]),
)
def test_every_mobile_in_every_writing(number, country, gap):
    written = country + gap.join([number[:3], number[3:7], number[7:]])
    assert normalize_phone(written) == Phone(PhoneKind.PLAIN, number)


def test_region_by_segment():
    region = phone_region("13540000000")
    assert region is not None
    assert (region.province, region.city, region.carrier) == ("四川", "成都", "移动")
    assert phone_region("13540000000,12") == region
    assert phone_region("02888888890") is None
    assert phone_region("19280001234") is None  # a segment that the table does not have
