import pytest

from loanbroker_api.core.normalize.masks import HIDDEN, mask_bank_card, mask_id, mask_name, mask_phone, mask_text


@pytest.mark.parametrize(
    ("name", "mask"),
    [
        ("张三", "张*"),
        ("张小三", "张**"),
        ("欧阳娜娜", "欧阳**"),
        ("王", "*"),
        ("", ""),
        ("成都星辰商贸有限公司", "成都**商贸"),
        ("星辰有限公司", "星**"),
        ("John Smith", "J***"),
        ("阿里木·买买提", "阿***"),
    ],
)
def test_names(name, mask):
    assert mask_name(name) == mask


@pytest.mark.parametrize(
    ("value", "mask"),
    [
        ("13812345678", "138****5678"),
        ("02888888890", "028****8890"),
        ("08162345678", "0816****5678"),
        ("18400001111,1234", "184****1111"),
        ("138****5678", "138****5678"),
        ("d41d8cd98f00b204e9800998ecf8427e", HIDDEN),
    ],
)
def test_phones(value, mask):
    assert mask_phone(value) == mask


def test_the_others():
    assert mask_id("110105194912311234") == "110***********1234"
    assert mask_id("short") == HIDDEN
    assert mask_bank_card("6222 0200 0000 1234") == "**** 1234"
    assert mask_text("客户电话不便接听") == HIDDEN
    assert mask_text("") == ""
