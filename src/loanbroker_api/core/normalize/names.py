"""Names: one written form, surname and given name, and how they are typed in pinyin."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

from loanbroker_api.core.normalize.errors import BadValue

LONGEST_NAME = 60
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_HAN_RUN = re.compile(rf"[{HAN}]+")
_PART = re.compile(rf"[{HAN}]|[a-z]+")
_HAN_BLANK = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")
_DOTS = re.compile(r"[•‧∙⋅・･]")

_COMPOUND = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 "
    "长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 "
    "南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 "
    "即墨 达奚 褚师 纳兰 爱新"
)
COMPOUND_SURNAMES = frozenset(_COMPOUND.split())
# How a character is read as a surname, where a dictionary's first reading is another one. Both readings are indexed.
_SURNAME_READINGS = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "查": "zha", "区": "ou", "朴": "piao", "盖": "ge", "乐": "yue",
    "尉": "yu", "缪": "miao", "秘": "bi", "种": "chong", "覃": "qin", "黑": "he", "折": "she", "员": "yun", "洗": "xian",
    "翟": "zhai", "宓": "fu", "召": "shao", "繁": "po", "祭": "zhai", "隗": "wei", "薄": "bo", "卜": "bu", "阚": "kan",
    "牟": "mu", "郇": "xun", "乐正": "yue zheng",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PinyinForms:
    """What may be typed for a name, lower case, no tones, ü as v. `pairs` are adjacent syllables, `initials` first letters."""

    full: frozenset[str]
    pairs: frozenset[str]
    initials: frozenset[str]
    readings: tuple[tuple[str, ...], ...]  # the syllables of each reading; a Latin word counts as one


def normalize_name(text: str) -> str:
    """A name in its one form: full-width letters narrowed, blanks collapsed (none between Chinese characters), one kind of middle dot.

    Raises BadValue: name.empty, name.too-long (over 60 characters), name.control-character.
    """
    if len(text) > LONGEST_NAME * 4:
        raise BadValue("name.too-long", f"姓名不能超过 {LONGEST_NAME} 个字")
    plain = " ".join(unicodedata.normalize("NFKC", _DOTS.sub("·", text)).split())
    # Invisible format characters come along when a name is copied; real control characters never belong to one.
    plain = "".join(character for character in plain if unicodedata.category(character) != "Cf")
    if any(unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"} for character in plain):
        raise BadValue("name.control-character", "姓名中含有无法显示的字符，请重新输入")
    plain = _HAN_BLANK.sub("", " ".join(plain.split()))
    if not plain:
        raise BadValue("name.empty", "请填写姓名")
    if len(plain) > LONGEST_NAME:
        raise BadValue("name.too-long", f"姓名不能超过 {LONGEST_NAME} 个字")
    return plain


def split_surname(name: str) -> tuple[str, str]:
    """Surname and given name; a name that is not Chinese, or is one character, has no surname or no given name."""
    if not _HAN_RUN.match(name):
        return "", name
    if len(name) > 2 and name[:2] in COMPOUND_SURNAMES:
        return name[:2], name[2:]
    return name[0], name[1:]


@lru_cache(maxsize=4096)
def _surname_readings(surname: str) -> tuple[tuple[str, ...], ...]:
    """The readings of a surname, each as syllables, the surname table's first."""
    dictionary = tuple(_syllables(surname))
    special = tuple(_SURNAME_READINGS.get(surname, "").split()) or dictionary
    return tuple(dict.fromkeys((special, dictionary)))


def _syllables(han: str) -> list[str]:
    from pypinyin import Style, pinyin  # 0.15 s, which a process that never searches does not pay

    # Documented to take a list, one item a character; the stub knows only text.
    found = pinyin(han, style=Style.NORMAL, heteronym=False, errors=cast("Any", _unread))
    return [syllables[0].replace("ü", "v") for syllables in found]


def _unread(characters: str) -> list[str]:
    return [""] * len(characters)


def pinyin_readings(name: str) -> PinyinForms:
    """Every way a normalised name is typed: the surname in each of its readings, the rest as the dictionary reads it."""
    surname, rest = split_surname(name)
    tail = _parts(rest.lower())
    heads = _surname_readings(surname) if surname else ((),)
    readings = tuple(dict.fromkeys(tuple(syllable for syllable in (*head, *tail) if syllable) for head in heads))
    readings = tuple(reading for reading in readings if reading)
    return PinyinForms(
        full=frozenset("".join(reading) for reading in readings),
        pairs=frozenset(first + second for reading in readings for first, second in pairwise(reading)),
        initials=frozenset("".join(syllable[0] for syllable in reading) for reading in readings),
        readings=readings,
    )


def _parts(text: str) -> list[str]:
    han = "".join(_HAN_RUN.findall(text))
    read = iter(_syllables(han)) if han else iter(())
    return [next(read, "") if _HAN_RUN.match(part) else part for part in _PART.findall(text)]
