"""Phone numbers as platforms and people write them, and where a mobile number's segment was sold."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Protocol, cast

from loanbroker_api.core.normalize.errors import BadValue


class PhoneKind(StrEnum):
    PLAIN = "plain"
    MASKED = "masked"  # digits with asterisks, as consoles show them; matches nothing and cannot be dialled
    VIRTUAL = "virtual"  # a mobile number with an extension: a platform's privacy number
    DIGEST = "digest"  # md5 or sha256 of a number, hex; as personal as the number itself
    LANDLINE = "landline"


@dataclass(frozen=True, slots=True)
class Phone:
    """`value`: eleven digits; `138****5678`; `18400001111,1234`; lower-case hex; area code and number without a dash."""

    kind: PhoneKind
    value: str

    @property
    def dialable(self) -> bool:
        return self.kind in {PhoneKind.PLAIN, PhoneKind.VIRTUAL, PhoneKind.LANDLINE}


@dataclass(frozen=True, slots=True)
class PhoneRegion:
    """Of a number segment as sold; short names (四川, 成都, 移动). A ported number keeps its first carrier."""

    province: str
    city: str
    carrier: str


# Blanks, dashes, brackets, dots, and the direction marks that address books copy along.
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—―−.()·\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
_DIGEST = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{64})\Z")
_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
_LANDLINE = re.compile(r"(?:0(?:10|2[0-9])[0-9]{8}|0[3-9][0-9]{2}[0-9]{7,8}|[48]00[0-9]{7})\Z")
_EXTENSION = re.compile(r"(?P<number>.*?[0-9])\s*(?:转|分机|,|#|;|ext\.?|-)\s*:?\s*(?P<extension>[0-9]{1,8})\Z", re.DOTALL)
_MASK_LETTERS = re.compile(r"(?<=[0-9])x{3,}(?=[0-9])")
_LONGEST = 120


def normalize_phone(text: str) -> Phone:
    """One phone number in its one form.

    Raises BadValue: phone.empty, phone.unreadable, phone.foreign, phone.too-short, phone.too-long, phone.not-mobile.
    """
    if len(text) > _LONGEST:
        raise BadValue("phone.too-long", "手机号应为 11 位数字，内容过长")
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    compact = _SEPARATORS.sub("", plain)
    if not compact:
        raise BadValue("phone.empty", "请填写手机号（11 位数字）")
    if _DIGEST.match(compact):
        return Phone(PhoneKind.DIGEST, compact)
    masked = _MASK_LETTERS.sub(lambda run: "*" * len(run[0]), compact)
    if "*" in masked:
        return Phone(PhoneKind.MASKED, _masked(masked))
    number = _without_country(compact)
    if (found := _dialable(number)) is not None:
        return found
    extended = _EXTENSION.match(plain)
    if extended is not None:
        base = _dialable(_without_country(_SEPARATORS.sub("", extended["number"])))
        if base is not None:
            kind = PhoneKind.VIRTUAL if base.kind is PhoneKind.PLAIN else base.kind
            return Phone(kind, f"{base.value},{extended['extension']}")
    raise _refusal(number)


def _dialable(number: str) -> Phone | None:
    if _MOBILE.match(number):
        return Phone(PhoneKind.PLAIN, number)
    if _LANDLINE.match(number):
        return Phone(PhoneKind.LANDLINE, number)
    return None


def _without_country(compact: str) -> str:
    for prefix in ("+86", "0086"):
        if compact.startswith(prefix):
            rest = compact.removeprefix(prefix)
            # An international form of a landline leaves out the area code's zero.
            return rest if rest.startswith(("0", "1", "400", "800")) else f"0{rest}"
    if compact.startswith("86") and _MOBILE.match(compact[2:]):
        return compact[2:]
    if compact.startswith("0") and _MOBILE.match(compact[1:]):
        return compact[1:]  # the zero once dialled before mobiles of other cities
    return compact


def _masked(compact: str) -> str:
    number = compact.removeprefix("+86").removeprefix("0086")
    if len(number) == 13 and number.startswith("86"):
        number = number[2:]
    if not re.fullmatch(r"[0-9*]{4,20}", number) or not re.search(r"[0-9]", number):
        raise BadValue("phone.unreadable", "脱敏号码只能由数字和星号组成，例如 138****0000")
    return number


def _refusal(number: str) -> BadValue:
    if number.startswith(("+", "00")) and number.lstrip("+").isascii() and number.lstrip("+").isdigit():
        return BadValue("phone.foreign", "只支持中国大陆号码：11 位手机号，或区号加座机号")
    if not re.fullmatch(r"[0-9]+", number):
        return BadValue("phone.unreadable", "手机号只能包含数字、空格、短横线和 +86，每次填写一个号码")
    if len(number) < 11:
        return BadValue("phone.too-short", f"手机号应为 11 位数字，现在只有 {len(number)} 位")
    if len(number) > 11:
        return BadValue("phone.too-long", f"手机号应为 11 位数字，现在有 {len(number)} 位")
    return BadValue("phone.not-mobile", "手机号应为 11 位，以 13 至 19 开头；座机请带区号")


class _Segments(Protocol):
    def find(self, phone_num: str) -> dict[str, str] | None: ...


@cache
def _segments() -> _Segments:
    import phone

    table = cast("Any", phone).Phone
    return cast("_Segments", table())  # reads 4.5 MB, so not before the first question


def phone_region(value: str) -> PhoneRegion | None:
    """Where a mobile number's segment was sold; None for anything else and for segments newer than the table (2023-12).

    `value` is a normal form: a mobile number, with or without an extension.
    """
    number = value.partition(",")[0]
    if not _MOBILE.match(number):
        return None
    found = _segments().find(number[:7])
    if found is None:
        return None
    return PhoneRegion(found["province"], found["city"], found["phone_type"])
