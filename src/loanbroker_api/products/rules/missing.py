"""Which unknown fields could still change a verdict."""

from collections.abc import Callable

from loanbroker_api.customers.fields import QualificationField
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.model import UNKNOWN, YES, And, Expr, Known, Leaf, Or, is_or, leaf_fields, unfolded

Fields = dict[str, QualificationField]
Verdict = Callable[[Expr, bool], int]


def missing_for(expr: Expr, facts: Facts, verdict: Verdict, *, negated: bool = False) -> Fields | None:
    """The fields by code whose knowledge could turn an expression into a yes, none where it is one; None where nothing known could."""
    if verdict(expr, negated) == YES:
        return {}
    inner, negated = unfolded(expr, negated=negated)
    if not isinstance(inner, And | Or):
        return _leaf(inner, facts, verdict, negated=negated)
    parts = [missing_for(part, facts, verdict, negated=negated) for part in inner.of]
    useful = [part for part in parts if part is not None]
    if not useful or (len(useful) < len(parts) and not is_or(inner, negated=negated)):
        return None
    found: Fields = {}
    for part in useful:
        found |= part
    return found


def _leaf(leaf: Leaf, facts: Facts, verdict: Verdict, *, negated: bool) -> Fields | None:
    asked_for = isinstance(leaf, Known) and not negated
    if not asked_for and verdict(leaf, negated) != UNKNOWN:
        return None
    return {field.code: field for field in leaf_fields(leaf) if field.code not in facts.values}
