"""Which passwords are good enough, and why not: length and guessability, nothing else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.access import passwords
from loanbroker_api.access.passwords import PasswordWeak, check_new_password, check_password, common_passwords, hash_password, weaknesses
from loanbroker_api.settings import Settings

SETTINGS = Settings(environment="test")
EIGHT = Settings(environment="test", password_min=8)


def reasons(
    password: str, settings: Settings = SETTINGS, *, username: str = "sales1", code: str = "chengxin", name: str = "张三丰"
) -> list[str]:
    found = weaknesses(settings, password, username=username, tenant_code=code, display_name=name)
    return [reason.removeprefix("access.password-") for reason, _, _ in found]


GOOD = [
    "correct horse battery",
    "mountain-tea-1931",
    "我家的狗爱吃苹果和梨子吗",
    "x7#Kd9!mQ2pz",
    "all small letters",
    "8391 0273 5546",
    "🦔🌧️🚲 and nothing else",
    "   spaces   inside   ",
    "ferry" + "é" * 2 + " to the isle",
]


@pytest.mark.parametrize("password", GOOD)
def test_no_mix_of_characters_is_asked_for(password: str) -> None:
    assert reasons(password) == []


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("woaini1314520", "common"),
        ("zhangsan2024!", "common"),
        ("5201314520520", "common"),
        ("qq123456789012", "common"),
        ("a123456789!!", "common"),
        ("Password2024!", "common"),
        ("P@ssw0rd2024", "common"),
        ("PASSWORDpassword", "common"),
        ("2024password!", "common"),
        ("ｐａｓｓｗｏｒｄ１２３４", "common"),
        ("iloveyou!!!!", "common"),
        ("aaaaaaaaaaaa", "run"),
        ("abcabcabcabc", "run"),
        ("kfm7kfm7kfm7", "run"),
        ("lkjhgfdsapoiuyt", "run"),
        ("defghijklmno", "run"),
        ("            ", "run"),
        ("sales1sales1", "context"),
        ("Sales1@chengxin", "context"),
        ("chengxin-20241124", "context"),
        ("loanbroker 2024", "context"),
        ("zhangsanfeng99", "context"),
        ("张三丰的助贷2024ab", "context"),
    ],
)
def test_what_can_be_guessed(password: str, reason: str) -> None:
    assert reason in reasons(password), reasons(password)


@pytest.mark.parametrize(
    "password", ["woaini1314", "5201314520", "a123456789", "qq123456789", "qq123456", "88888888", "1qaz2wsx", "asd123456"]
)
def test_what_is_common_in_china(password: str) -> None:
    assert reasons(password, EIGHT) == ["common"]


@pytest.mark.parametrize(
    ("password", "bad"), [("q9#kQ2!x", False), ("q9#kQ2!", True), ("密码要八个字够了", False), ("密码要八个字够", True)]
)
def test_the_least_length_is_a_setting(password: str, bad: bool) -> None:
    assert reasons(password, EIGHT) == (["short"] if bad else [])
    assert reasons(password) == ["short"]


def test_length_counts_characters_not_bytes_nor_parts() -> None:
    decomposed = unicodedata.normalize("NFD", "éàèùâêîôûçä")
    assert (len(decomposed), reasons(decomposed)) == (22, ["short"])
    assert reasons("k" + "x7#Kd9!mQ2p" * 18) == []
    assert reasons("x7#Kd9!mQ2p" * 18 + "abc") == ["long"]
    assert reasons("x" * 1_000) == ["long"]


def test_a_word_inside_a_longer_one_is_no_reason() -> None:
    for password in ("sales1 hunts the fox", "loanbroker of the misty isles", "dragons sleep in passwords", "张三丰爱吃苹果和梨子喝茶"):
        assert reasons(password) == []


def test_short_context_words_are_not_looked_for() -> None:
    assert reasons("ab-mountain-tea", username="ab", code="a", name="李") == []


def test_every_reason_is_told_at_the_callers_field() -> None:
    with pytest.raises(PasswordWeak) as refused:
        check_new_password(EIGHT, "qq1234", username="qq1234", tenant_code="t", display_name="李", pointer="/newPassword")
    problem = refused.value.to_json()
    assert problem["message"] == "密码不够安全：至少 8 个字符"
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [
        ("/newPassword", "access.password-short"),
        ("/newPassword", "access.password-common"),
        ("/newPassword", "access.password-context"),
    ]
    assert refused.value.to_json("en")["message"] == "The password is too weak: At least 8 characters"
    check_new_password(EIGHT, "mountain tea", username="sales1", tenant_code="t", display_name="李")


def test_the_list_is_what_it_is_said_to_be() -> None:
    words = common_passwords()
    assert sum(len(word) >= 8 for word in words) >= 10_000
    assert all(len(word) >= 6 and word == word.casefold() and word == word.strip() for word in words)
    assert {"password", "qwerty123", "woaini1314", "5201314", "p@ssw0rd", "trustno1"} <= words


@given(st.text(max_size=220))
def test_any_text_is_judged(password: str) -> None:
    found = reasons(password)
    assert set(found) <= {"short", "long", "common", "run", "context"}
    if len(unicodedata.normalize("NFC", password)) < 12:
        assert "short" in found


@given(st.sampled_from(sorted(common_passwords())), st.text("0123456789!@#$", max_size=8))
def test_digits_and_marks_behind_a_common_one_do_not_help(word: str, tail: str) -> None:
    assert passwords.is_common(word + tail)
    assert passwords.is_common(word.upper().casefold() + tail)


@given(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789"), st.integers(12, 60))
def test_one_character_is_a_run(character: str, length: int) -> None:
    assert passwords.is_run(character * length)


class TestHashing:
    async def test_a_keyboards_composition_makes_no_difference(self) -> None:
        composed, decomposed = "caf\u00e9 \u00e0 la gare", "cafe\u0301 a\u0300 la gare"
        for chosen, typed in ((composed, decomposed), (decomposed, composed)):
            assert (await check_password(typed, await hash_password(chosen)))[0]

    async def test_width_and_case_do(self) -> None:
        stored = await hash_password("mountain tea")
        for typed in ("Mountain tea", "ｍountain tea", "mountain tea ", "mountain\u00a0tea"):
            assert (await check_password(typed, stored)) == (False, None)

    async def test_weaker_parameters_are_renewed(self) -> None:
        weak = passwords._CONTEXT.using(argon2__memory_cost=8_192, argon2__time_cost=1).hash("mountain tea")
        fits, renewed = await check_password("mountain tea", weak)
        assert fits
        assert renewed is not None
        assert "m=19456,t=2,p=1" in renewed
        assert await check_password("mountain tea", renewed) == (True, None)
        assert await check_password("wrong", weak) == (False, None)
        assert await check_password("wrong", None) == (False, None)
