"""What a person brings (资质): the catalogue of qualification fields. Rules, forms, matching and the typed table all read it here.

A value has one of five kinds, always a whole number or a truth inside: money in fen, ratios in basis points, counts as they are, choices by
their number, sets of choices as a bit mask. Unknown is NULL, never zero. What grows by itself (age, licence, car) is kept as its beginning.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from loanbroker_api.core.grading import Grade

MAX_BIGINT = 2**63 - 1
_TEN_BILLION = 10_000_000_000_00


class Kind(StrEnum):
    MONEY = "money"  # fen
    NUMBER = "number"  # a count of `unit`
    RATIO = "ratio"  # basis points
    BOOL = "bool"
    CHOICE = "choice"  # one code of `choices`
    SET = "set"  # any codes of `choices`
    CITY = "city"  # GB/T 2260, six digits of a prefecture-level city


class Unit(StrEnum):
    FEN = "fen"
    FEN_MONTH = "fen_month"
    FEN_YEAR = "fen_year"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    TIMES = "times"
    PIECES = "pieces"
    POINTS = "points"
    BPS = "bps"
    NONE = "none"


class Group(StrEnum):
    PERSON = "person"
    INCOME = "income"
    SOCIAL = "social"
    HOUSE = "house"
    CAR = "car"
    POLICY = "policy"
    CREDIT = "credit"
    DEBT = "debt"
    BUSINESS = "business"
    WANTED = "wanted"


@dataclass(frozen=True)
class Choice:
    number: int
    code: str
    title: str
    english: str


@dataclass(frozen=True)
class QualificationField:
    """`column` of the typed table; `since` says that it keeps a beginning: `ymd` a day as yyyymmdd, `month` a month as year × 12 + month − 1."""

    code: str
    column: str
    title: str
    english: str
    kind: Kind
    unit: Unit
    group: Group
    grade: Grade
    low: int = 0
    high: int = MAX_BIGINT
    choices: tuple[Choice, ...] = ()
    since: Literal["ymd", "month"] | None = None
    weight: int = 1  # in the completeness of a qualification; 0 does not count
    hint: str = ""

    def number_of(self, code: str) -> int:
        """The number of a choice. Raises KeyError."""
        return {choice.code: choice.number for choice in self.choices}[code]

    def code_of(self, number: int) -> str:
        """The code of a choice's number. Raises KeyError."""
        return {choice.number: choice.code for choice in self.choices}[number]

    def mask_of(self, codes: list[str]) -> int:
        """A set of choices as a bit mask: bit n for the choice of number n. Raises KeyError."""
        mask = 0
        for code in codes:
            mask |= 1 << self.number_of(code)
        return mask

    def codes_of(self, mask: int) -> list[str]:
        return [choice.code for choice in self.choices if mask >> choice.number & 1]


def today_ymd(today: date) -> int:
    return today.year * 10_000 + today.month * 100 + today.day


def today_month(today: date) -> int:
    return today.year * 12 + today.month - 1


def beginning_of(field: QualificationField, value: int, today: date) -> int:
    """What the typed table keeps for a value that grows by itself: 35 years → the day on which they were born at the latest."""
    if field.since == "ymd":
        return today_ymd(today) - value * 10_000
    return today_month(today) - value


def value_since(field: QualificationField, beginning: int, today: date) -> int:
    """The value today of what began then: whole years for `ymd`, months for `month`, never below zero."""
    if field.since == "ymd":
        return max(0, (today_ymd(today) - beginning) // 10_000)
    return max(0, today_month(today) - beginning)


def _choices(*items: tuple[str, str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(number, code, title, english) for number, (code, title, english) in enumerate(items, start=1))


_OWNERSHIP = _choices(("full", "全款", "Owned outright"), ("mortgaged", "按揭", "Mortgaged"))
_HOUSES = _choices(
    ("residence", "住宅", "Residence"),
    ("shop", "商铺", "Shop"),
    ("apartment", "公寓", "Apartment"),
    ("factory", "厂房", "Factory"),
    ("villa", "别墅", "Villa"),
    ("office", "写字楼", "Office"),
)
_INDUSTRIES = _choices(
    ("agriculture", "农林牧渔", "Agriculture"),
    ("mining", "采矿", "Mining"),
    ("manufacturing", "制造业", "Manufacturing"),
    ("utilities", "电力燃气水", "Utilities"),
    ("construction", "建筑业", "Construction"),
    ("wholesale_retail", "批发零售", "Wholesale and retail"),
    ("transport", "交通物流", "Transport and logistics"),
    ("catering_hotel", "住宿餐饮", "Catering and hotels"),
    ("it", "信息技术", "Information technology"),
    ("finance", "金融投资", "Finance and investment"),
    ("real_estate", "房地产", "Real estate"),
    ("leasing_business", "租赁商务", "Leasing and business services"),
    ("science", "科研技术", "Research and technology"),
    ("environment", "水利环境", "Environment"),
    ("resident_services", "居民服务", "Resident services"),
    ("education", "教育培训", "Education and training"),
    ("health", "医疗卫生", "Health"),
    ("entertainment", "文体娱乐", "Culture and entertainment"),
    ("public", "公共管理", "Public administration"),
    ("other", "其他", "Other"),
)

_P, _S = Grade.PERSONAL, Grade.SENSITIVE


def _money(
    code: str, column: str, title: str, english: str, group: Group, unit: Unit = Unit.FEN, *, weight: int = 1, hint: str = ""
) -> QualificationField:
    return QualificationField(code, column, title, english, Kind.MONEY, unit, group, _S, 0, _TEN_BILLION, weight=weight, hint=hint)


def _number(
    code: str, column: str, title: str, english: str, unit: Unit, group: Group, high: int, *, low: int = 0, grade: Grade = _S,
    since: Literal["ymd", "month"] | None = None, weight: int = 1, hint: str = "",
) -> QualificationField:  # fmt: skip
    return QualificationField(
        code, column, title, english, Kind.NUMBER, unit, group, grade, low, high, since=since, weight=weight, hint=hint
    )


def _bool(code: str, column: str, title: str, english: str, group: Group, *, grade: Grade = _S, weight: int = 1) -> QualificationField:
    return QualificationField(code, column, title, english, Kind.BOOL, Unit.NONE, group, grade, 0, 1, weight=weight)


def _choice(
    code: str, column: str, title: str, english: str, group: Group, choices: tuple[Choice, ...], *, grade: Grade = _P, weight: int = 1
) -> QualificationField:
    return QualificationField(
        code, column, title, english, Kind.CHOICE, Unit.NONE, group, grade, 1, len(choices), choices=choices, weight=weight
    )


def _city(code: str, column: str, title: str, english: str, group: Group, *, weight: int = 1) -> QualificationField:
    return QualificationField(code, column, title, english, Kind.CITY, Unit.NONE, group, _P, 100_000, 999_999, weight=weight)


def _ratio(code: str, column: str, title: str, english: str, group: Group, high: int, *, weight: int = 1) -> QualificationField:
    return QualificationField(code, column, title, english, Kind.RATIO, Unit.BPS, group, _S, 0, high, weight=weight)


_LIST = (
    _number("age", "birth_ymd", "年龄", "Age", Unit.YEAR, Group.PERSON, 120, grade=_P, since="ymd", weight=3),
    _choice("sex", "sex", "性别", "Sex", Group.PERSON, _choices(("male", "男", "Male"), ("female", "女", "Female"))),
    _choice(
        "education",
        "education",
        "学历",
        "Education",
        Group.PERSON,
        _choices(
            ("junior", "初中及以下", "Junior school"),
            ("senior", "高中/中专", "Senior school"),
            ("college", "大专", "College"),
            ("bachelor", "本科", "Bachelor"),
            ("master", "硕士", "Master"),
            ("doctor", "博士", "Doctor"),
        ),
    ),
    _choice(
        "maritalStatus",
        "marital_status",
        "婚姻",
        "Marital status",
        Group.PERSON,
        _choices(
            ("single", "未婚", "Single"), ("married", "已婚", "Married"), ("divorced", "离异", "Divorced"), ("widowed", "丧偶", "Widowed")
        ),
    ),
    _city("city", "city", "居住城市", "City of residence", Group.PERSON, weight=3),
    _city("householdCity", "household_city", "户籍城市", "Household registration", Group.PERSON),
    _city("workCity", "work_city", "工作城市", "City of work", Group.PERSON),
    _choice(
        "occupation",
        "occupation",
        "职业",
        "Occupation",
        Group.INCOME,
        _choices(
            ("institution", "公务员/事业单位", "Public institution"),
            ("state_owned", "国企", "State-owned company"),
            ("listed", "上市公司", "Listed company"),
            ("private", "私企", "Private company"),
            ("self_employed", "个体户", "Self-employed"),
            ("owner", "企业主", "Company owner"),
            ("freelancer", "自由职业", "Freelancer"),
            ("retired", "退休", "Retired"),
        ),
        weight=3,
    ),
    _money("bankIncome", "bank_income", "代发月收入", "Monthly income by bank", Group.INCOME, Unit.FEN_MONTH, weight=3),
    _money("cashIncome", "cash_income", "现金月收入", "Monthly cash income", Group.INCOME, Unit.FEN_MONTH),
    _number("jobMonths", "job_months", "现单位工作月数", "Months in the job", Unit.MONTH, Group.INCOME, 720),
    _money("socialBase", "social_base", "社保基数", "Social insurance base", Group.SOCIAL, Unit.FEN_MONTH),
    _number("socialMonths", "social_months", "社保连续月数", "Months of social insurance", Unit.MONTH, Group.SOCIAL, 720, weight=2),
    _money("fundBase", "fund_base", "公积金基数", "Housing fund base", Group.SOCIAL, Unit.FEN_MONTH),
    _number("fundMonths", "fund_months", "公积金连续月数", "Months of housing fund", Unit.MONTH, Group.SOCIAL, 720, weight=3),
    _money("fundMonthly", "fund_monthly", "公积金个人月缴", "Own monthly housing fund", Group.SOCIAL, Unit.FEN_MONTH),
    _bool("hasHouse", "has_house", "有房产", "Owns real estate", Group.HOUSE, weight=3),
    _city("houseCity", "house_city", "房产城市", "City of the real estate", Group.HOUSE),
    QualificationField(
        "houseKinds",
        "house_kinds",
        "房产类型",
        "Kinds of real estate",
        Kind.SET,
        Unit.NONE,
        Group.HOUSE,
        _S,
        0,
        (1 << 7) - 1,
        choices=_HOUSES,
    ),
    _choice("houseOwnership", "house_ownership", "房产权属", "Ownership of the real estate", Group.HOUSE, _OWNERSHIP, grade=_S),
    _money("houseValue", "house_value", "房产估值", "Valuation of the real estate", Group.HOUSE, weight=2),
    _money("houseMortgage", "house_mortgage", "按揭余额", "Outstanding mortgage", Group.HOUSE),
    _number("mortgageMonths", "mortgage_months", "按揭已还月数", "Mortgage months repaid", Unit.MONTH, Group.HOUSE, 420),
    _bool("hasCar", "has_car", "有车", "Owns a car", Group.CAR, weight=2),
    _choice("carOwnership", "car_ownership", "车辆权属", "Ownership of the car", Group.CAR, _OWNERSHIP, grade=_S),
    _number("carAgeMonths", "car_month", "车龄", "Age of the car", Unit.MONTH, Group.CAR, 480, since="month"),
    _money("carValue", "car_value", "车辆估值", "Valuation of the car", Group.CAR),
    _bool("hasPolicy", "has_policy", "有人寿保单", "Has a life insurance policy", Group.POLICY),
    _choice(
        "policyInsurer",
        "policy_insurer",
        "承保公司",
        "Insurer",
        Group.POLICY,
        _choices(
            ("china_life", "中国人寿", "China Life"),
            ("ping_an", "平安人寿", "Ping An Life"),
            ("cpic", "太平洋人寿", "CPIC Life"),
            ("new_china", "新华人寿", "New China Life"),
            ("taikang", "泰康人寿", "Taikang Life"),
            ("picc", "人保寿险", "PICC Life"),
            ("taiping", "太平人寿", "Taiping Life"),
            ("other", "其他", "Other"),
        ),
        grade=_S,
    ),
    _money("policyPremium", "policy_premium", "保单年缴保费", "Annual premium", Group.POLICY, Unit.FEN_YEAR),
    _number("policyMonths", "policy_months", "保单生效月数", "Months in force", Unit.MONTH, Group.POLICY, 720),
    _choice(
        "policyInterval",
        "policy_interval",
        "缴费方式",
        "Payment interval",
        Group.POLICY,
        _choices(
            ("year", "年缴", "Yearly"), ("half", "半年缴", "Half-yearly"), ("quarter", "季缴", "Quarterly"), ("month", "月缴", "Monthly")
        ),
        grade=_S,
    ),
    _number("queries1m", "queries_1m", "近1月征信查询", "Credit queries, 1 month", Unit.TIMES, Group.CREDIT, 500),
    _number("queries2m", "queries_2m", "近2月征信查询", "Credit queries, 2 months", Unit.TIMES, Group.CREDIT, 500, weight=2),
    _number("queries3m", "queries_3m", "近3月征信查询", "Credit queries, 3 months", Unit.TIMES, Group.CREDIT, 500),
    _number("queries6m", "queries_6m", "近6月征信查询", "Credit queries, 6 months", Unit.TIMES, Group.CREDIT, 500, weight=2),
    _number("queries12m", "queries_12m", "近12月征信查询", "Credit queries, 12 months", Unit.TIMES, Group.CREDIT, 500),
    _money("overdueNow", "overdue_now", "当前逾期金额", "Amount overdue now", Group.CREDIT, weight=3),
    _number(
        "overdueRun24m",
        "overdue_run_24m",
        "近2年最长连续逾期期数",
        "Worst overdue run in 2 years",
        Unit.TIMES,
        Group.CREDIT,
        60,
        hint="连三的三",
    ),
    _number(
        "overdueCount24m",
        "overdue_count_24m",
        "近2年累计逾期次数",
        "Overdue times in 2 years",
        Unit.TIMES,
        Group.CREDIT,
        200,
        hint="累六的六",
    ),
    _number("overdueRun60m", "overdue_run_60m", "近5年最长连续逾期期数", "Worst overdue run in 5 years", Unit.TIMES, Group.CREDIT, 60),
    _number("overdueCount60m", "overdue_count_60m", "近5年累计逾期次数", "Overdue times in 5 years", Unit.TIMES, Group.CREDIT, 500),
    _number("accountsOpen", "accounts_open", "未结清账户数", "Accounts outstanding", Unit.PIECES, Group.CREDIT, 500),
    _number("lenderCount", "lender_count", "未结清贷款机构数", "Lenders outstanding", Unit.PIECES, Group.CREDIT, 200),
    _money("cardLimit", "card_limit", "信用卡总额度", "Credit card limit", Group.CREDIT),
    _ratio("cardUsage", "card_usage", "信用卡使用率", "Credit card usage", Group.CREDIT, 30_000),
    _money("guarantees", "guarantees", "对外担保", "External guarantees", Group.CREDIT),
    _number(
        "firstLoanMonths", "first_loan_month", "首贷距今月数", "Months since the first loan", Unit.MONTH, Group.CREDIT, 720, since="month"
    ),
    _money("debtTotal", "debt_total", "负债总额", "Total debt", Group.DEBT, weight=2),
    _money("debtUnsecured", "debt_unsecured", "信用负债", "Unsecured debt", Group.DEBT, weight=2),
    _money("debtMonthly", "debt_monthly", "每月还款", "Monthly repayment", Group.DEBT, Unit.FEN_MONTH),
    _ratio("debtToIncome", "debt_to_income", "收入负债比", "Debt to income", Group.DEBT, 100_000),
    _number("zhimaScore", "zhima_score", "芝麻分", "Zhima score", Unit.POINTS, Group.CREDIT, 950, low=350),
    _bool("weilidai", "weilidai", "有微粒贷额度", "Offered Weilidai", Group.CREDIT),
    _number("licenceMonths", "licence_month", "执照月数", "Age of the licence", Unit.MONTH, Group.BUSINESS, 1200, since="month", weight=2),
    _ratio("shareHeld", "share_held", "持股比例", "Share held", Group.BUSINESS, 10_000),
    _money("tax12m", "tax_12m", "近12月纳税", "Tax in 12 months", Group.BUSINESS),
    _money("invoice12m", "invoice_12m", "近12月开票", "Invoice sales in 12 months", Group.BUSINESS, weight=2),
    _choice(
        "taxGrade",
        "tax_grade",
        "纳税等级",
        "Tax grade",
        Group.BUSINESS,
        _choices(("A", "A 级", "A"), ("B", "B 级", "B"), ("M", "M 级", "M"), ("C", "C 级", "C"), ("D", "D 级", "D")),
        grade=_S,
    ),
    _money("bankFlow", "bank_flow", "月均对公流水", "Monthly bank flow", Group.BUSINESS, Unit.FEN_MONTH),
    _choice("industry", "industry", "行业", "Industry", Group.BUSINESS, _INDUSTRIES),
    _bool("executed", "executed", "被执行人", "Executed party", Group.CREDIT, weight=2),
    _bool("dishonest", "dishonest", "失信被执行人", "Dishonest party", Group.CREDIT, weight=2),
    _money("wantedAmount", "wanted_amount", "需求金额", "Amount wanted", Group.WANTED, weight=3),
    _number("wantedMonths", "wanted_months", "期望期限", "Term wanted", Unit.MONTH, Group.WANTED, 600, low=1, grade=_P),
    _choice(
        "purpose",
        "purpose",
        "用途",
        "Purpose",
        Group.WANTED,
        _choices(
            ("business", "经营周转", "Business"),
            ("consumption", "日常消费", "Consumption"),
            ("decoration", "装修", "Decoration"),
            ("car", "购车", "Car"),
            ("education", "教育", "Education"),
            ("medical", "医疗", "Medical"),
            ("refinance", "置换贷款", "Refinancing"),
            ("house", "购房", "House purchase"),
            ("other", "其他", "Other"),
        ),
    ),
    _money("latestMonthlyCost", "latest_monthly_cost", "可接受月供", "Acceptable monthly payment", Group.WANTED, Unit.FEN_MONTH),
    _number("urgencyDays", "urgency_days", "最迟用款天数", "Needed within", Unit.DAY, Group.WANTED, 3650, grade=_P),
)

FIELDS: dict[str, QualificationField] = {field.code: field for field in _LIST}
BY_COLUMN: dict[str, QualificationField] = {field.column: field for field in _LIST}
TOTAL_WEIGHT = sum(field.weight for field in _LIST)


def shown(field: QualificationField, stored: int | bool | None, today: date) -> int | bool | str | list[str] | None:
    """A stored value as it goes over the wire: codes for choices, years and months for what began once."""
    if stored is None:
        return None
    if field.kind is Kind.BOOL:
        return bool(stored)
    if field.kind is Kind.CHOICE:
        return field.code_of(int(stored))
    if field.kind is Kind.SET:
        return field.codes_of(int(stored))
    return value_since(field, int(stored), today) if field.since else int(stored)
