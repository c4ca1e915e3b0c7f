"""What may be shown of a value to someone who may not see it."""

import re

from loanbroker_api.core.normalize.names import HAN, split_surname

HIDDEN = "•••"
_LEGAL_FORM = re.compile(
    r"(?:[(（].*?[)）])?(?:股份有限公司|有限责任公司|有限公司|集团公司|总公司|分公司|公司|集团|合伙企业|个人独资企业)\Z"
)
_COMPANY = re.compile(
    r"(?:公司|集团|企业|合作社|工作室|事务所|商行|商贸|超市|餐厅|饭店|酒店|[^小]厂|门市|经营部|服务部|营业部|中心|[^小]店|协会|学校|医院)\Z"
)
_HAN_FIRST = re.compile(rf"[{HAN}]")


def mask_name(name: str) -> str:
    """张*, 欧阳**, J***; a company keeps both ends: 成都**商贸."""
    if not name:
        return ""
    if len(name) > 3 and _COMPANY.search(name):
        core = _LEGAL_FORM.sub("", name)
        kept = 2 if len(core) > 4 else 1
        return f"{core[:kept]}**{core[-kept:]}" if len(core) > 2 else f"{core[:1]}**"
    if not _HAN_FIRST.match(name) or "·" in name:
        return f"{name[0]}***"
    surname, given = split_surname(name)
    return surname + "*" * max(1, len(given)) if len(name) > 1 else "*"


def mask_phone(value: str) -> str:
    """138****5678, 028****8890, 0816****8890; of a digest nothing; what came masked stays as it came."""
    number = value.partition(",")[0]
    if "*" in number:
        return number
    if not re.fullmatch(r"[0-9]{7,13}", number):
        return HIDDEN
    if number.startswith("0"):
        area = 3 if number[1] in "12" else 4
        return f"{number[:area]}****{number[-4:]}"
    return f"{number[:3]}****{number[-4:]}"


def mask_id(value: str) -> str:
    """110***********1234, of 18 characters."""
    return f"{value[:3]}***********{value[-4:]}" if len(value) == 18 else HIDDEN


def mask_bank_card(value: str) -> str:
    """The last four: **** 1234."""
    digits = re.sub(r"\s+", "", value)
    return f"**** {digits[-4:]}" if len(digits) >= 12 else HIDDEN


def mask_text(value: str) -> str:
    """Notes and other free text: nothing of it, not even its length."""
    return HIDDEN if value else ""
