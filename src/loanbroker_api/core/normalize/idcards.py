"""ID numbers of mainland citizens (GB 11643-1999)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from loanbroker_api.core.normalize.errors import BadValue


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """`value` has 18 characters, X upper case. `division_code` is of the first registration and may exist no longer."""

    value: str
    birth_date: date
    sex: Sex
    division_code: int


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
# The first two digits, GB/T 2260; 83 is the residence permit of Taiwan's residents. Counties are not checked: an ID number
# keeps a code that has been abolished since (5102 重庆 before 1997), so only the province is certain.
_PROVINCES = frozenset(
    {
        11,
        12,
        13,
        14,
        15,
        21,
        22,
        23,
        31,
        32,
        33,
        34,
        35,
        36,
        37,
        41,
        42,
        43,
        44,
        45,
        46,
        50,
        51,
        52,
        53,
        54,
        61,
        62,
        63,
        64,
        65,
        71,
        81,
        82,
        83,
    }
)
_EARLIEST = date(1900, 1, 1)


def check_character(first17: str) -> str:
    """The 18th character for the 17 digits before it (ISO 7064 MOD 11-2)."""
    return _CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def parse_id_number(text: str, *, today: date | None = None) -> IdNumber:
    """An ID number of 18 characters, or an old one of 15 brought to 18; with `today`, a birth date after it is refused.

    Raises BadValue: id.length, id.unreadable, id.region, id.date, id.checksum.
    """
    number = re.sub(r"[\s\-]+", "", unicodedata.normalize("NFKC", text)).upper()
    if len(number) not in {15, 18}:
        raise BadValue("id.length", "身份证号应为 18 位（旧证 15 位）")
    if not re.fullmatch(r"[0-9]{15}(?:[0-9]{2}[0-9X])?", number):
        raise BadValue("id.unreadable", "身份证号应由数字组成，只有最后一位可以是 X")
    if int(number[:2]) not in _PROVINCES:
        raise BadValue("id.region", "身份证号前两位应为省级行政区划代码，例如 11、51")
    old = len(number) == 15
    if old:
        number = f"{number[:6]}19{number[6:]}"
    birth_date = _birth_date(number[6:14], today)
    expected = check_character(number[:17])
    if not old and number[17] != expected:
        raise BadValue("id.checksum", "身份证号校验位不符，请逐位核对")
    return IdNumber(
        value=number[:17] + expected,
        birth_date=birth_date,
        sex=Sex.MALE if int(number[16]) % 2 else Sex.FEMALE,
        division_code=int(number[:6]),
    )


def _birth_date(digits: str, today: date | None) -> date:
    refusal = BadValue("id.date", "身份证号第 7 至 14 位应为真实的出生日期（年月日）")
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise refusal from None
    if born < _EARLIEST or (today is not None and born > today):
        raise refusal
    return born
