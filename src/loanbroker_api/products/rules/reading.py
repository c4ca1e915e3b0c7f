"""Rules read aloud in Chinese: a condition as a phrase, a product's rules as one sentence."""

from loanbroker_api.customers.fields import Kind, QualificationField
from loanbroker_api.products.rules.model import (
    And,
    Arithmetic,
    Between,
    Comparison,
    Condition,
    Contains,
    Expr,
    FieldValue,
    Formula,
    Known,
    Leaf,
    Not,
    Number,
    OneOf,
    Or,
    Relation,
    Rules,
)
from loanbroker_api.products.rules.texts import OPPOSITES, SYMBOLS, exact_text, list_text, range_text, truth_text, value_text

_LEVELS = {"add": 1, "sub": 1, "mul": 2, "div": 2}
SIGNS = {"add": " + ", "sub": " − ", "mul": " × ", "div": " ÷ "}
_WORDS: dict[Comparison, str] = {"eq": "为", "ne": "不为", "lt": "少于", "le": "不超过", "gt": "超过", "ge": "不少于"}
_MONEY_WORDS: dict[Comparison, str] = {**_WORDS, "lt": "低于", "ge": "不低于"}


def phrase(expr: Expr) -> str:
    """年龄在 22–55 岁之间 且（有房产 或 公积金连续月数不少于 12 个月）."""
    if isinstance(expr, And | Or):
        word = " 且 " if isinstance(expr, And) else " 或 "
        return word.join(_inside(part, expr) for part in expr.of).replace("） ", "）").replace(" （", "（")
    if isinstance(expr, Not):
        if isinstance(expr.of, And | Or):
            return f"并非（{phrase(expr.of)}）"
        return phrase(expr.of.of) if isinstance(expr.of, Not) else leaf_phrase(expr.of, negated=True)
    return leaf_phrase(expr)


def _inside(part: Expr, group: And | Or) -> str:
    """Brackets only round a group of the other kind; one part alone is no group."""
    while isinstance(part, Not) and isinstance(part.of, Not):
        part = part.of.of
    needs = isinstance(part, And | Or) and type(part) is not type(group) and len(part.of) > 1 and len(group.of) > 1
    return f"（{phrase(part)}）" if needs else phrase(part)


def leaf_phrase(leaf: Leaf, *, negated: bool = False) -> str:
    """One comparison as a phrase, or its opposite."""
    if isinstance(leaf, Relation):
        op = OPPOSITES[leaf.op] if negated else leaf.op
        return f"{formula_text(leaf.left)} {SYMBOLS[op]} {formula_text(leaf.right)}"
    title, field = leaf.field.title, leaf.field
    if isinstance(leaf, Known):
        return f"{title}未知" if negated else f"{title}已知"
    if isinstance(leaf, Contains):
        return f"{title}{'不包含' if negated else '包含'}{value_text(field, 1 << leaf.choice)}"
    if isinstance(leaf, Between):
        return f"{title}{'不' if negated else ''}在 {range_text(field, leaf.low, leaf.high)}之间"
    if isinstance(leaf, OneOf):
        word = ("不在" if negated else "在") if field.kind is Kind.CITY else ("不属于" if negated else "属于")
        return f"{title}{word}{list_text(field, leaf.values)}"
    return _compared(field, leaf.op, leaf.value, negated)


def _compared(field: QualificationField, op: Comparison, value: int, negated: bool) -> str:
    op = OPPOSITES[op] if negated else op
    if field.kind is Kind.BOOL:
        return truth_text(field, value=bool(value) is (op == "eq"))
    word = (_MONEY_WORDS if field.kind in {Kind.MONEY, Kind.RATIO} else _WORDS)[op]
    gap = " " if field.kind in {Kind.MONEY, Kind.NUMBER, Kind.RATIO} else ""
    return f"{field.title}{word}{gap}{value_text(field, value)}"


def formula_text(formula: Formula) -> str:
    """min(50万, 公积金个人月缴 × 12 × 10)."""
    if isinstance(formula, Number):
        return exact_text(formula.value, formula.type)
    if isinstance(formula, FieldValue):
        return formula.field.title
    return arranged(formula, [formula_text(part) for part in formula.of])


def arranged(formula: Arithmetic, parts: list[str]) -> str:
    """The parts' texts put together, in brackets where the order of operations asks for it."""
    if formula.op in {"min", "max"}:
        return f"{formula.op}({', '.join(parts)})"
    shown = [_bracketed(formula, at, text) for at, text in enumerate(parts)]
    return SIGNS[formula.op].join(shown)


def _bracketed(formula: Arithmetic, at: int, text: str) -> str:
    part = formula.of[at]
    if isinstance(part, Number):
        return f"({text})" if part.value < 0 and at else text
    if not isinstance(part, Arithmetic) or part.op in {"min", "max"} or len(part.of) == 1:
        return text
    own, inner = _LEVELS[formula.op], _LEVELS[part.op]
    after_order = at > 0 and formula.op in {"sub", "div"}
    return f"({text})" if inner < own or (inner == own and (after_order or (at > 0 and part.op == "div"))) else text


def condition_sentence(condition: Condition) -> str:
    """A condition as its severity has it."""
    text = phrase(condition.when)
    if condition.severity == "soft":
        return f"最好{text}（否则扣 {condition.points} 分）"
    return f"进件前确认：{text}" if condition.severity == "need" else text


def reads_as(rules: Rules) -> list[tuple[Condition, str]]:
    """Each condition with its sentence."""
    return [(condition, condition_sentence(condition)) for condition in rules.conditions]


def sentence(rules: Rules) -> str:
    """All of it in one: 须…；…。最好…。进件前确认…。额度 = …。"""
    parts: list[str] = []
    for severity, words in (("hard", "须"), ("soft", "最好"), ("need", "进件前确认")):
        phrases = [
            phrase(condition.when) + (f"（否则扣 {condition.points} 分）" if severity == "soft" else "")
            for condition in rules.conditions
            if condition.severity == severity
        ]
        if phrases:
            parts.append(f"{words}{'；'.join(phrases)}")
    if rules.limit is not None:
        parts.append(f"额度 = {formula_text(rules.limit)}")
    if rules.rate is not None:
        parts.append(f"利率 = {formula_text(rules.rate)} ppm")
    return "。".join(parts) + "。" if parts else "没有条件，人人可做。"
