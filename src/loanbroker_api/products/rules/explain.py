"""Why a condition came out as it did, with the person's own values: the explanation tree (core.explain)."""

from collections.abc import Callable, Sequence

from loanbroker_api.core.explain import Explanation, Verdict
from loanbroker_api.customers.fields import Kind
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.formulas import computed
from loanbroker_api.products.rules.model import (
    NO,
    UNKNOWN,
    YES,
    And,
    Between,
    Compare,
    Condition,
    Contains,
    Expr,
    Known,
    Leaf,
    OneOf,
    Or,
    Relation,
    is_or,
    leaf_fields,
    unfolded,
)
from loanbroker_api.products.rules.reading import leaf_phrase
from loanbroker_api.products.rules.texts import OPPOSITES, SYMBOLS, list_text, range_text, truth_text, value_text

WORDS: dict[int, Verdict] = {NO: "no", UNKNOWN: "unknown", YES: "yes"}
VerdictOf = Callable[[Expr, bool], int]


def explained(condition: Condition, facts: Facts, verdict: VerdictOf) -> Explanation:
    """A condition: one comparison as its own sentence, a group as a sentence with its parts below."""
    return _Explainer(condition, facts, verdict).condition()


def failing_text(condition: Condition, facts: Facts, verdict: VerdictOf) -> str:
    """Why it is a no, in one sentence: 公积金连续月数 8，需 ≥ 12."""
    return _Explainer(condition, facts, verdict).failing(condition.when, negated=False)


class _Explainer:
    def __init__(self, condition: Condition, facts: Facts, verdict: VerdictOf) -> None:
        self._condition = condition
        self._facts = facts
        self._verdict = verdict

    def condition(self) -> Explanation:
        tree = self._node(self._condition.when, negated=False)
        facts = {"condition": self._condition.id, "severity": self._condition.severity, **tree.facts}
        text = f"{self._condition.label}：{tree.text}" if self._condition.label else tree.text
        if self._condition.severity == "soft" and tree.verdict == "no":
            text = f"{text}（扣 {self._condition.points} 分）"
            facts["points"] = self._condition.points
        return Explanation("products.condition", tree.verdict, text, facts, tree.children)

    def _node(self, expr: Expr, *, negated: bool) -> Explanation:
        verdict = self._verdict(expr, negated)
        inner, negated = unfolded(expr, negated=negated)
        if not isinstance(inner, And | Or):
            fields = [field.code for field in leaf_fields(inner)]
            return Explanation(
                "products.comparison", WORDS[verdict], leaf_text(inner, self._facts, verdict, negated=negated), {"fields": fields}
            )
        children = tuple(self._node(part, negated=negated) for part in self._parts(inner, negated=negated))
        if len(children) == 1:
            return children[0]
        either = is_or(inner, negated=negated)
        code = "products.any" if either else "products.all"
        return Explanation(code, WORDS[verdict], _group_text(children, WORDS[verdict], either=either), {}, children)

    def _parts(self, group: And | Or, *, negated: bool) -> Sequence[Expr]:
        """Without "unless it is unknown" once the value is known: that branch explains nothing then."""
        if not is_or(group, negated=negated):
            return group.of
        said = [
            part for part in group.of if not (isinstance(unfolded(part, negated=negated)[0], Known) and self._verdict(part, negated) == NO)
        ]
        return said or group.of

    def failing(self, expr: Expr, *, negated: bool) -> str:
        inner, negated = unfolded(expr, negated=negated)
        if not isinstance(inner, And | Or):
            return leaf_text(inner, self._facts, NO, negated=negated)
        parts = [part for part in self._parts(inner, negated=negated) if self._verdict(part, negated) == NO]
        texts = list(dict.fromkeys(self.failing(part, negated=negated) for part in parts))
        return f"都不满足（{'；'.join(texts)}）" if is_or(inner, negated=negated) and len(texts) > 1 else "；".join(texts)


def _group_text(children: tuple[Explanation, ...], verdict: Verdict, *, either: bool) -> str:
    """What made the group what it is: the part that is met, those that are not, those that nobody knows."""
    texts = [child.text for child in children if child.verdict == verdict]
    if verdict == "yes":
        return texts[0] if either else f"{len(children)} 项都满足"
    if verdict == "no" and either:
        return f"都不满足（{'；'.join(texts)}）"
    return ("，或" if either else "；").join(texts)


def leaf_text(leaf: Leaf, facts: Facts, verdict: int, *, negated: bool) -> str:
    """公积金连续月数 14 ≥ 12; 公积金连续月数 8，需 ≥ 12; 公积金连续月数未知，需 ≥ 12."""
    if isinstance(leaf, Relation):
        return _relation_text(leaf, facts, verdict, negated=negated)
    field = leaf.field
    if isinstance(leaf, Known):
        is_known = field.code in facts.values
        return f"{field.title}{'已知' if is_known else '未知'}" + ("" if verdict == YES else f"，需{'未知' if negated else '已知'}")
    needed = _needed(leaf, negated=negated)
    value = facts.values.get(field.code)
    if value is None:
        return f"{field.title}未知，需{needed}"
    if field.kind is Kind.BOOL:
        actual = truth_text(field, value=bool(value))
        return actual if verdict == YES else f"{actual}，需{needed}"
    actual = f"{field.title} {value_text(field, value, with_unit=False)}"
    return f"{actual}{'' if needed.startswith(' ') else '，'}{needed}" if verdict == YES else f"{actual}，需{needed}"


def _needed(leaf: Compare | Between | OneOf | Contains, *, negated: bool) -> str:
    field = leaf.field
    if isinstance(leaf, Between):
        return f"{'不' if negated else ''}在 {range_text(field, leaf.low, leaf.high, with_unit=False)} 之间"
    if isinstance(leaf, Contains):
        return f"{'不包含' if negated else '包含'}{value_text(field, 1 << leaf.choice)}"
    if isinstance(leaf, OneOf):
        return f"{'不属于' if negated else '属于'}{list_text(field, leaf.values)}"
    op = OPPOSITES[leaf.op] if negated else leaf.op
    if field.kind is Kind.BOOL:
        return truth_text(field, value=bool(leaf.value) is (op == "eq"))
    if field.kind in {Kind.CHOICE, Kind.CITY}:
        return f"{'为' if op == 'eq' else '不为'}{value_text(field, leaf.value)}"
    return f" {SYMBOLS[op]} {value_text(field, leaf.value, with_unit=False)}"


def _relation_text(relation: Relation, facts: Facts, verdict: int, *, negated: bool) -> str:
    op = OPPOSITES[relation.op] if negated else relation.op
    left, right = computed(relation.left, facts), computed(relation.right, facts)
    if verdict == UNKNOWN:
        missing = "、".join(dict.fromkeys(field.title for field in (*left.missing, *right.missing)))
        return f"{missing}未知，需 {leaf_phrase(relation, negated=negated)}"
    return f"{left.text}{' ' if verdict == YES else '，需 '}{SYMBOLS[op]} {right.text}"
