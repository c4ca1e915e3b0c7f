"""Comparisons of formulas for one person, in whole numbers."""

from operator import eq, le, lt

from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.model import NO, UNKNOWN, YES, Relation, leaf_fields
from loanbroker_api.products.rules.scaled import scaled_sides, whole_of

_COMPARISONS = {"eq": eq, "lt": lt, "le": le}


class RelationTest:
    """One comparison (eq, lt, le), compiled."""

    def __init__(self, relation: Relation) -> None:
        left, right = scaled_sides(relation)
        self._left, self._right = whole_of(left), whole_of(right)
        self._compare = _COMPARISONS[relation.op]
        self.codes = tuple(field.code for field in leaf_fields(relation))

    def __call__(self, facts: Facts) -> int:
        """0 no, 1 unknown, 2 yes."""
        values = facts.values
        for code in self.codes:
            if code not in values:
                return UNKNOWN
        return YES if self._compare(self._left(values), self._right(values)) else NO
