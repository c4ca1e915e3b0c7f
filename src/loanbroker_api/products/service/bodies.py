"""What a version's body must hold beyond its types, each fault with its pointer."""

from typing import Any

from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.products.schemas import VersionBody
from loanbroker_api.products.service.calculator import fee_faults
from loanbroker_api.products.service.lenders import is_city
from loanbroker_api.products.service.problems import RuleInvalid
from loanbroker_api.products.service.ruling import rule_errors


def checked_body(body: VersionBody, pointer: str = "/body") -> dict[str, Any]:
    """The body as it is stored. Raises Invalid, RuleInvalid; pointers begin with `pointer`."""
    faults = [FieldError(f"{pointer}{at}", f"products.{code}", zh, en) for at, code, zh, en in _faults(body)]
    if faults:
        raise Invalid(*faults)
    wrong = rule_errors(body.rules, f"{pointer}/rules")
    if wrong:
        raise RuleInvalid(errors=wrong)
    stored = body.model_dump(mode="json", by_alias=True)
    stored["cities"] = sorted(set(body.cities))
    return stored


def _faults(body: VersionBody) -> list[tuple[str, str, str, str]]:
    found: list[tuple[str, str, str, str]] = []
    if body.amount_max_fen < body.amount_min_fen:
        found.append(("/amountMaxFen", "amount-range", "最高金额不能小于最低金额", "Not below amountMinFen"))
    if body.terms != sorted(set(body.terms)):
        found.append(("/terms", "terms-order", "期限应从小到大、不重复", "Sorted, each once"))
    if body.rate.max_ppm < body.rate.min_ppm:
        found.append(("/rate/maxPpm", "rate-range", "最高利率不能小于最低利率", "Not below minPpm"))
    if len(set(body.repayments)) != len(body.repayments):
        found.append(("/repayments", "repayment-twice", "还款方式不能重复", "Each once"))
    found += [
        (
            f"/repayments/{number}",
            "repayment-basis",
            "等本等息只配按原始本金的月费率，其他还款方式配月、年或日利率",
            "flat goes with monthly_flat only",
        )
        for number, repayment in enumerate(body.repayments)
        if (repayment == "flat") is not (body.rate.basis == "monthly_flat")
    ]
    if body.rate.basis == "daily" and body.rate.max_ppm > 33_333:
        found.append(("/rate/maxPpm", "rate-unit", "日利率折合每月超过 100%，检查单位", "Over 100 % a month"))
    for number, fee in enumerate(body.fees):
        found += [(f"/fees/{number}{at}", *rest) for at, *rest in fee_faults(fee)]  # type: ignore[misc]
    if len({fee.code for fee in body.fees}) != len(body.fees):
        found.append(("/fees", "fee-twice", "费用的 code 不能重复", "Each code once"))
    found += [
        (f"/cities/{number}", "city-unknown", "没有这个城市代码；见 GET /cities", "No city has this code")
        for number, code in enumerate(body.cities)
        if not is_city(code)
    ]
    if body.makes_query and body.query_step is None:
        found.append(("/queryStep", "query-step", "会查征信的产品要写在哪一步查", "Required where makesQuery"))
    if not body.makes_query and body.query_step is not None:
        found.append(("/queryStep", "query-step", "不查征信的产品没有查询步骤", "Null where there is no query"))
    if body.valid_from is not None and body.valid_to is not None and body.valid_to < body.valid_from:
        found.append(("/validTo", "date-range", "截止日期不能早于开始日期", "Not before validFrom"))
    return found
