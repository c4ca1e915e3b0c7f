"""Passwords: argon2id by passlib in a thread, so that the event loop stays free; new ones are judged after NIST SP 800-63B-4, 3.1.1.2.

A password is compared in Unicode's form NFC, so that two keyboards that compose a character differently open the same account.
"""

import asyncio
import gzip
import re
import secrets
import unicodedata
import warnings
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from loanbroker_api.core.errors import FieldError, Problem
from loanbroker_api.core.normalize.names import pinyin_readings
from loanbroker_api.settings import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # passlib 1.7.4 reads argon2.__version__ and crypt (docs/decisions/passlib.md)
    from passlib.context import CryptContext

_CONTEXT: Any = CryptContext(schemes=["argon2"], argon2__type="ID", argon2__memory_cost=19_456, argon2__time_cost=2, argon2__parallelism=1)
_UNKNOWN: str = _CONTEXT.hash(secrets.token_urlsafe(16))
LONGEST: Final = 200
PRODUCT: Final = ("loanbroker", "zhudai", "助贷")


class PasswordWeak(Problem):
    """`errors` holds every reason, the message the first."""

    code, status = "access.password-weak", 422
    message, english = "密码不够安全：{reason}", "The password is too weak: {reason_english}"
    remedy = "换一个更长、别人猜不到的密码，例如几个不相干的词；不要用姓名、机构代码、常见密码或键盘上连续的字符。"

    def __init__(self, *reasons: FieldError) -> None:
        super().__init__(errors=reasons, reason=reasons[0].message, reason_english=reasons[0].english)


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(_CONTEXT.hash, normal_form(password))


async def check_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether it fits, and a new hash when the parameters have changed since. Takes the same time for an account that does not exist."""
    matches, renewed = await asyncio.to_thread(_CONTEXT.verify_and_update, normal_form(password), stored or _UNKNOWN)
    return matches and stored is not None, renewed if matches and stored is not None else None


def normal_form(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def check_new_password(
    settings: Settings, password: str, *, username: str, tenant_code: str, display_name: str, pointer: str = "/password"
) -> None:
    """Raises PasswordWeak with each reason at `pointer`. Length and guessability only: no mix of characters is asked for, nothing expires."""
    reasons = weaknesses(settings, password, username=username, tenant_code=tenant_code, display_name=display_name)
    if reasons:
        raise PasswordWeak(*(FieldError(pointer, code, zh, en) for code, zh, en in reasons))


Reason = tuple[str, str, str]
SAME: Final[Reason] = ("access.password-same", "新密码和现在的密码一样", "The new password is the current one")
_LONG: Final[Reason] = ("access.password-long", f"最多 {LONGEST} 个字符", f"At most {LONGEST} characters")
_COMMON: Final[Reason] = ("access.password-common", "很多人在用这个密码，容易被猜到", "Many people use this password")
_RUN: Final[Reason] = ("access.password-run", "不能只由重复或连续的字符组成", "Not only repeated or running characters")
_CONTEXT_WORDS: Final[Reason] = (
    "access.password-context",
    "不能由账号、姓名、机构代码或产品名组成",
    "Not made of your username, name, company code or the product's name",
)


def weaknesses(settings: Settings, password: str, *, username: str, tenant_code: str, display_name: str) -> list[Reason]:
    """Why a password is refused, as (code, Chinese, English); empty when it is good."""
    length = len(normal_form(password))
    if max(length, len(password)) > LONGEST:
        return [_LONG]
    reasons: list[Reason] = []
    if length < settings.password_min:
        least = settings.password_min
        reasons.append(("access.password-short", f"至少 {least} 个字符", f"At least {least} characters"))
    folded = unicodedata.normalize("NFKC", password).casefold()
    if is_common(folded):
        reasons.append(_COMMON)
    elif is_run(folded):
        reasons.append(_RUN)
    if is_made_of(folded, _context_words(username, tenant_code, display_name)):
        reasons.append(_CONTEXT_WORDS)
    return reasons


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The shipped list, read when the first password is chosen; its origin and licence are in data/README.md."""
    packed = files("loanbroker_api.access").joinpath("data/common_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n"))


_PADDING = 8
_BEFORE, _AFTER = re.compile(r"^[\W\d_]*"), re.compile(r"[\W\d_]*$")


def is_common(folded: str) -> bool:
    """Whether it is a common password, also twice in a row, or with up to 8 digits and marks around it ("Password2024!")."""
    listed = common_passwords()
    half = len(folded) // 2
    if folded in listed or (folded[:half] in listed and folded[:half] * 2 == folded):
        return True
    before = min(_length(_BEFORE, folded), _PADDING)
    after = min(_length(_AFTER, folded), _PADDING)
    return any(
        folded[start : len(folded) - end] in listed
        for start in range(before + 1)
        for end in range(min(after, _PADDING - start) + 1)
        if start + end < len(folded)
    )


def _length(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return len(found.group()) if found else 0


_ROWS = (
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "!@#$%^&*()",
)
_LINES = tuple(line + line for row in _ROWS for line in (row, row[::-1]))
_SHORTEST_RUN, _OUTSIDE = 3, 2


def is_run(folded: str) -> bool:
    """Whether all but 2 characters lie in runs of the alphabet, the digits, the keyboard or one character, or a few characters repeat."""
    if not folded:
        return False
    periods = range(1, min(len(folded) // 2, 7) + 1)
    if any(folded[period:] == folded[:-period] for period in periods) or len(set(folded)) <= _OUTSIDE:
        return True
    outside, at = 0, 0
    while at < len(folded):
        length = _run_at(folded, at)
        outside += 0 if length >= _SHORTEST_RUN else 1
        at += length if length >= _SHORTEST_RUN else 1
    return outside <= _OUTSIDE


def _run_at(text: str, at: int) -> int:
    """The length of the longest run that begins at a place."""
    longest = 1
    while at + longest < len(text):
        piece = text[at : at + longest + 1]
        if len(set(piece)) > 1 and not any(piece in line for line in _LINES):
            break
        longest += 1
    return longest


def _context_words(username: str, tenant_code: str, display_name: str) -> list[str]:
    """What a stranger tries first, the longest first. Short words would be found in any password by chance."""
    given = {username, tenant_code, display_name, *PRODUCT, *pinyin_readings(display_name).full}
    folded = {unicodedata.normalize("NFKC", word).casefold() for word in given}
    return sorted((word for word in folded if len(word) >= (3 if word.isascii() else 2)), key=len, reverse=True)


def is_made_of(folded: str, words: list[str]) -> bool:
    """Whether some of these words were used and, without them, at most 3 letters and 8 letters and digits are left."""
    rest = folded
    for word in words:
        rest = rest.replace(word, " ")
    left = [character for character in rest if character.isalnum()]
    return rest != folded and len(left) <= _PADDING and sum(character.isalpha() for character in left) <= 3
