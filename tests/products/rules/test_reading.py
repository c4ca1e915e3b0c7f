"""Rules read aloud, limits with the numbers put in."""

from typing import Any

import pytest

from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.formulas import Computed, computed
from loanbroker_api.products.rules.parse import parse_rules
from loanbroker_api.products.rules.reading import phrase, reads_as, sentence
from loanbroker_api.products.rules.texts import money_text, percent_text
from support.rules import TODAY, rules_of

HOUSE = {"op": "eq", "field": "hasHouse", "value": True}
FUND = {"op": "ge", "field": "fundMonths", "value": 12}
BASE = {"op": "ge", "field": "fundBase", "value": 300_000}


def field(code: str) -> dict[str, str]:
    return {"field": code}


def both(op: str, *of: Any) -> dict[str, Any]:
    return {"op": op, "of": list(of)}


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ({"op": "between", "field": "age", "from": 22, "to": 55}, "年龄在 22–55 岁之间"),
        (FUND, "公积金连续月数不少于 12 个月"),
        (BASE, "公积金基数不低于 3,000元"),
        ({"op": "le", "field": "cardUsage", "value": 7_050}, "信用卡使用率不超过 70.5%"),
        ({"op": "lt", "field": "queries2m", "value": 5}, "近2月征信查询少于 5 次"),
        ({"op": "gt", "field": "invoice12m", "value": 100_000_000}, "近12月开票超过 100万"),
        ({"op": "eq", "field": "overdueNow", "value": 0}, "当前逾期金额为 0元"),
        (HOUSE, "有房产"),
        ({"op": "ne", "field": "hasHouse", "value": True}, "没有房产"),
        ({"op": "eq", "field": "executed", "value": False}, "不是被执行人"),
        ({"op": "eq", "field": "maritalStatus", "value": "married"}, "婚姻为已婚"),
        ({"op": "ne", "field": "taxGrade", "value": "D"}, "纳税等级不为D 级"),
        ({"op": "in", "field": "occupation", "values": ["owner", "state_owned"]}, "职业属于国企、企业主"),
        ({"op": "in", "field": "city", "values": [510600, 510100]}, "居住城市在成都、德阳"),
        ({"op": "contains", "field": "houseKinds", "value": "shop"}, "房产类型包含商铺"),
        ({"op": "known", "field": "zhimaScore"}, "芝麻分已知"),
        (both("and", FUND, HOUSE), "公积金连续月数不少于 12 个月 且 有房产"),
        (both("and", FUND, both("and", BASE, HOUSE)), "公积金连续月数不少于 12 个月 且 公积金基数不低于 3,000元 且 有房产"),
        (both("or", both("and", FUND, BASE), HOUSE), "（公积金连续月数不少于 12 个月 且 公积金基数不低于 3,000元）或 有房产"),
        (both("and", both("or", HOUSE), FUND), "有房产 且 公积金连续月数不少于 12 个月"),
        ({"op": "not", "of": FUND}, "公积金连续月数少于 12 个月"),
        ({"op": "not", "of": {"op": "not", "of": FUND}}, "公积金连续月数不少于 12 个月"),
        ({"op": "not", "of": both("or", HOUSE, FUND)}, "并非（有房产 或 公积金连续月数不少于 12 个月）"),
        ({"op": "not", "of": {"op": "known", "field": "sex"}}, "性别未知"),
        (
            {"op": "le", "left": field("debtUnsecured"), "right": both("mul", both("add", field("bankIncome"), field("cashIncome")), {"value": 20})},
            "信用负债 ≤ (代发月收入 + 现金月收入) × 20",
        ),
        ({"op": "not", "of": {"op": "lt", "left": field("cardUsage"), "right": {"value": 100}}}, "信用卡使用率 ≥ 1%"),
    ],
)  # fmt: skip
def test_a_condition_reads_itself(when: dict[str, Any], text: str) -> None:
    (condition,) = parse_rules(rules_of(when)).conditions
    assert phrase(condition.when) == text


def test_rules_read_as_one_sentence() -> None:
    rules = parse_rules(
        {
            "conditions": [
                {"id": "a", "severity": "hard", "when": dict(FUND)},
                {"id": "b", "severity": "hard", "when": dict(HOUSE)},
                {"id": "c", "severity": "soft", "points": 10, "when": dict(BASE)},
                {"id": "d", "severity": "need", "when": {"op": "known", "field": "zhimaScore"}},
            ],
            "limit": both(
                "min", {"value": 50_000_000}, both("sub", both("mul", field("houseValue"), {"value": 0.7}), field("houseMortgage"))
            ),
            "rate": {"value": 36_000},
        }
    )
    assert [text for _, text in reads_as(rules)] == [
        "公积金连续月数不少于 12 个月",
        "有房产",
        "最好公积金基数不低于 3,000元（否则扣 10 分）",
        "进件前确认：芝麻分已知",
    ]
    assert sentence(rules) == (
        "须公积金连续月数不少于 12 个月；有房产。最好公积金基数不低于 3,000元（否则扣 10 分）。进件前确认芝麻分已知。"
        "额度 = min(50万, 房产估值 × 0.7 − 按揭余额)。利率 = 36,000 ppm。"
    )
    assert sentence(parse_rules({"conditions": []})) == "没有条件，人人可做。"


def limit(formula: Any, **wire: Any) -> Computed:
    made = parse_rules({"conditions": [], "limit": formula}).limit
    assert made is not None
    return computed(made, Facts.from_wire(wire, TODAY))


def test_a_limit_shows_its_numbers() -> None:
    formula = both("min", {"value": 50_000_000}, both("mul", field("fundMonthly"), {"value": 12}, {"value": 10}))
    assert limit(formula, fundMonthly=320_000) == Computed(38_400_000, "min(50万, 公积金个人月缴 3,200元 × 12 × 10 = 38.4万) = 38.4万")
    missing = limit(formula)
    assert (missing.value, [one.code for one in missing.missing]) == (None, ["fundMonthly"])
    assert missing.text == "min(50万, 公积金个人月缴 未知 × 12 × 10)（缺少公积金个人月缴）"


def test_limits_at_their_edges() -> None:
    third = both("div", field("houseValue"), {"value": 3})
    assert limit(third, houseValue=100).value == 33
    below = limit(both("sub", field("houseValue"), field("houseMortgage")), houseValue=1_000_000, houseMortgage=3_000_001)
    assert (below.value, below.text) == (0, "房产估值 1万 − 按揭余额 30,000.01元 = -20,000.01元，按 0 计")
    by_nothing = limit(both("div", field("houseValue"), field("accountsOpen")), houseValue=100, accountsOpen=0)
    assert (by_nothing.value, by_nothing.missing) == (None, ())
    assert by_nothing.text.endswith("（除数为 0，算不出）")
    share = limit(both("mul", field("tax12m"), field("shareHeld")), tax12m=1_000_000, shareHeld=5_100)
    assert (share.value, share.text) == (510_000, "近12月纳税 1万 × 持股比例 51% = 5,100元")
    assert limit(field("houseValue"), houseValue=7) == Computed(7, "房产估值 0.07元")


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0元"), (5, "0.05元"), (320_000, "3,200元"), (1_000_000, "1万"), (38_400_000, "38.4万"), (38_412_345, "384,123.45元"), (12_000_000_000, "1.2亿"), (-2_000_001, "-20,000.01元")],
)  # fmt: skip
def test_money_is_exact(fen: int, text: str) -> None:
    assert money_text(fen) == text


def test_percents() -> None:
    assert [percent_text(bps) for bps in (7_000, 7_050, 1)] == ["70%", "70.5%", "0.01%"]
