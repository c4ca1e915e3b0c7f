"""What a customer can be found by, and what a search text asks for; both sides make tokens by the same rules.

The kinds are data-plane.md's, but a token's kind follows from its value alone, since whoever types 张三 or zhangsan does not
say whether that is a whole name or part of one. So `name` is three Chinese characters in a row, `bigram` two, `char` one;
`pinyin` is a run of syllables, `initials` other letters; `last4` is the end of a phone or of an ID number alike.
A search means AND: each of its tokens is one that every matching customer has.
"""

import re
import unicodedata
from collections.abc import Iterable

from loanbroker_api.core.normalize.errors import BadValue
from loanbroker_api.core.normalize.idcards import parse_id_number
from loanbroker_api.core.normalize.names import HAN, pinyin_readings
from loanbroker_api.core.normalize.phones import Phone, PhoneKind, normalize_phone

Token = tuple[str, str]

_RAREST_FIRST = ("phone", "id", "name", "last4", "pinyin", "bigram", "initials", "char")
_INITIALS = "b|p|m|f|d|t|n|l|g|k|h|j|q|x|zh|ch|sh|r|z|c|s|y|w"
_FINALS = "iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ue|ve|van|ai|ei|ui|ao|ou|iu|ie|er|an|en|in|un|vn|ia|ua|uo|a|o|e|i|u|v"
_TWO_SYLLABLES = re.compile(rf"(?:(?:{_INITIALS})?(?:{_FINALS})){{2,}}\Z")
_RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<latin>[a-z]+)|(?P<digits>[0-9]+)")
_NUMBERS = re.compile(r"[0-9](?:[0-9]|[\s\-](?=[0-9]))*x?(?![0-9a-z])")
_LATIN_GAP = re.compile(r"(?<=[a-z])[\s'’\-.]+(?=[a-z])")
_LONGEST_SEARCH = 120


def search_tokens(name: str, phones: Iterable[Phone], id_number: str | None) -> list[Token]:
    """Every token of a customer, each once. All three in their normal forms."""
    found: dict[Token, None] = {}
    for phone in phones:
        found.update(dict.fromkeys(_phone_tokens(phone)))
    if id_number is not None:
        found["id", id_number] = None
        found["last4", id_number[-4:]] = None
    plain = _plain(name)
    for run in _RUN.finditer(plain):
        if run["han"]:
            found.update(dict.fromkeys(_han_tokens(run["han"], every=True)))
        elif run["latin"]:
            found[_latin_token(run["latin"])] = None
        elif (number := _number_token(run["digits"])) is not None:
            found[number] = None
    found.update(dict.fromkeys(_latin_token(text) for text in _typed_forms(name)))
    return list(found)


def query_tokens(text: str) -> list[Token]:
    """The tokens of a search text, rarest kind first: 张三, 5678, 13800138000, zhangsan, zs, 王 5678.

    Raises BadValue: search.empty, search.too-long, search.unsearchable (a part of a number, nothing readable).
    """
    if len(text) > _LONGEST_SEARCH:
        raise BadValue("search.too-long", f"搜索内容不能超过 {_LONGEST_SEARCH} 个字")
    plain = _plain(text)
    if not plain:
        raise BadValue("search.empty", "请输入姓名、拼音、手机号或后四位")
    whole = _whole_number(plain)
    if whole is not None:
        return [whole]
    found: dict[Token, None] = {}
    rest = _NUMBERS.sub(lambda number: _take_numbers(number[0], found), plain)
    for piece in _LATIN_GAP.sub("", rest).split():
        made = list(_piece_tokens(piece))
        if not made and piece.isdigit():
            raise BadValue("search.unsearchable", "号码请输入完整手机号、完整身份证号，或后四位")
        found.update(dict.fromkeys(made))
    if not found:
        raise BadValue("search.unsearchable", "请输入姓名、拼音、手机号或后四位")
    return sorted(found, key=lambda token: _RAREST_FIRST.index(token[0]))


def _plain(text: str) -> str:
    narrowed = unicodedata.normalize("NFKC", text).lower().replace("lyu", "lv")
    marks_apart = re.sub("u[\u0300-\u0307]?\u0308", "v", unicodedata.normalize("NFD", narrowed))
    toneless = "".join(character for character in marks_apart if not unicodedata.combining(character))
    return " ".join(unicodedata.normalize("NFC", toneless).split())


def _piece_tokens(piece: str) -> Iterable[Token]:
    for run in _RUN.finditer(piece):
        if run["han"]:
            yield from _han_tokens(run["han"], every=False)
        elif run["latin"]:
            yield _latin_token(run["latin"])
        elif (number := _number_token(run["digits"])) is not None:
            yield number


def _han_tokens(run: str, *, every: bool) -> Iterable[Token]:
    """Of a name every run of one to three characters; of a search only the longest ones that cover it."""
    longest = min(3, len(run))
    kinds = {1: "char", 2: "bigram", 3: "name"}
    for length in range(1 if every else longest, longest + 1):
        for start in range(len(run) - length + 1):
            yield kinds[length], run[start : start + length]


def _typed_forms(name: str) -> Iterable[str]:
    for reading in pinyin_readings(name).readings:
        yield "".join(reading)
        yield "".join(syllable[0] for syllable in reading)
        for length in (2, 3):
            for start in range(len(reading) - length + 1):
                yield "".join(reading[start : start + length])


def _latin_token(letters: str) -> Token:
    """安恩 has the initials ae, which also reads as two syllables: the letters decide the kind, on both sides alike."""
    letters = letters.replace("lyu", "lv")
    return ("pinyin" if _TWO_SYLLABLES.match(letters) else "initials"), letters


def _phone_tokens(phone: Phone) -> Iterable[Token]:
    number = phone.value.partition(",")[0]
    if phone.kind is not PhoneKind.MASKED:
        yield "phone", phone.value
        yield "phone", number
    if phone.kind is not PhoneKind.DIGEST and re.search(r"[0-9]{4}\Z", number):
        yield "last4", number[-4:]


def _whole_number(plain: str) -> Token | None:
    """A text that is one phone in any writing: with +86, an extension, masked, a digest."""
    try:
        phone = normalize_phone(plain)
    except BadValue:
        return None
    return next(iter(_phone_tokens(phone)), None)


def _take_numbers(text: str, found: dict[Token, None]) -> str:
    """A phone written in groups (138 0013 8000) is one number; anything else stays for the pieces."""
    token = _number_token(re.sub(r"[\s\-]+", "", text))
    if token is None:
        return text
    found[token] = None
    return " "


def _number_token(number: str) -> Token | None:
    if re.fullmatch(r"[0-9]{3}[0-9x]", number):
        return "last4", number.upper()
    if len(number) in {15, 18}:
        try:
            return "id", parse_id_number(number).value
        except BadValue:
            return None
    try:
        phone = normalize_phone(number)
    except BadValue:
        return None
    return ("phone", phone.value) if phone.dialable else None
