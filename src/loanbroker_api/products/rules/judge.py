"""One person against a compiled catalogue: verdicts and scores of all at once; reasons of a product only when it is looked at."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from loanbroker_api.core.explain import Explanation
from loanbroker_api.customers.fields import QualificationField
from loanbroker_api.products.rules.arrays import Verdicts
from loanbroker_api.products.rules.ask import Question, questions
from loanbroker_api.products.rules.catalogue import CompiledCatalogue, CompiledVersion
from loanbroker_api.products.rules.explain import WORDS, explained, failing_text
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.formulas import Computed, computed
from loanbroker_api.products.rules.missing import missing_for
from loanbroker_api.products.rules.model import NO, UNKNOWN, YES, Condition, Expr
from loanbroker_api.products.rules.near import MOST, Miss, NearMisses
from loanbroker_api.products.rules.reading import condition_sentence

FULL_SCORE = 100


@dataclass(frozen=True)
class NearMiss:
    condition_id: str
    miss: Miss


class Judgement:
    """`verdicts` (0 no, 1 unknown, 2 yes) and `scores` (100 − points of soft conditions that are a no, at least 0) by position in the catalogue."""

    def __init__(self, catalogue: CompiledCatalogue, facts: Facts) -> None:
        self.catalogue = catalogue
        self.facts = facts
        self.places: Verdicts = catalogue.program.run(facts)
        hard = catalogue.hard
        self.verdicts: Verdicts = (
            np.minimum.reduceat(self.places[hard.parts], hard.starts) if len(hard.starts) else np.empty(0, dtype=np.int8)
        )
        self._near = NearMisses(facts, self.verdict_of)

    @cached_property
    def scores(self) -> NDArray[np.int64]:
        catalogue = self.catalogue
        lost = np.where(self.places[catalogue.soft_places] == NO, catalogue.soft_points, 0)
        sums = np.bincount(catalogue.soft_versions, weights=lost, minlength=len(catalogue.versions))
        return np.maximum(0, FULL_SCORE - sums.astype(np.int64))

    @cached_property
    def condition_verdicts(self) -> Verdicts:
        """Of every condition of every product, in the catalogue's order."""
        return self.places[self.catalogue.program.roots]

    @cached_property
    def _plain(self) -> list[int]:
        return self.places.tolist()

    def verdict_of(self, expr: Expr, negated: bool = False) -> int:
        """Of any expression in the catalogue."""
        return self._plain[self.catalogue.program.places[expr, negated]]

    def product(self, at: int) -> "ProductJudgement":
        """The reasons of the product at a position."""
        return ProductJudgement(self, at)

    def near(self, at: int) -> tuple[NearMiss, ...] | None:
        """What each failing hard condition lacks, at most three misses; None where the product is not refused, or not nearly fitting."""
        if self.verdicts[at] != NO:
            return None
        found: list[NearMiss] = []
        for condition in self.catalogue.versions[at].conditions:
            if condition.severity == "hard":
                misses = self._near.of(condition.when)
                if misses is None:
                    return None
                found.extend(NearMiss(condition.id, miss) for miss in misses)
                if len(found) > MOST:
                    return None
        return tuple(found)

    @cached_property
    def near_positions(self) -> frozenset[int]:
        """The refused products that are near misses: near() of all of them, each different condition looked at once."""
        hard = self.catalogue.hard
        if not len(hard.starts):
            return frozenset()
        failing = self.places[hard.parts] == NO
        lacking = np.zeros(self.catalogue.program.size, dtype=np.int64)
        for place in np.unique(hard.parts[failing]).tolist():
            misses = self._near.of(self.catalogue.hard_exprs[place])
            lacking[place] = MOST + 1 if misses is None else len(misses)
        total = np.add.reduceat(np.where(failing, lacking[hard.parts], 0), hard.starts)
        return frozenset(np.flatnonzero((self.verdicts == NO) & (total <= MOST)).tolist())

    def counts(self) -> dict[Literal["yes", "unknown", "near", "no"], int]:
        """How many of each; `no` without the near ones."""
        yes, unknown, no = (int(np.count_nonzero(self.verdicts == verdict)) for verdict in (YES, UNKNOWN, NO))
        near = len(self.near_positions)
        return {"yes": yes, "unknown": unknown, "near": near, "no": no - near}

    def ask(self) -> Question | None:
        """The unknown field that decides most open products."""
        found = questions(self.catalogue, self.facts, self.places, self.verdicts == UNKNOWN)
        return found[0] if found else None


class ProductJudgement:
    """One product's verdict with its reasons, each made when asked for."""

    def __init__(self, judgement: Judgement, at: int) -> None:
        self._judgement = judgement
        self.at = at
        self.version: CompiledVersion = judgement.catalogue.versions[at]
        self.verdict = int(judgement.verdicts[at])
        self.score = int(judgement.scores[at])

    @cached_property
    def results(self) -> tuple[tuple[Condition, int], ...]:
        """Every condition with its verdict."""
        return tuple((condition, self._judgement.verdict_of(condition.when)) for condition in self.version.conditions)

    @cached_property
    def refusals(self) -> tuple[str, ...]:
        """A sentence for each hard condition that is a no."""
        return tuple(
            failing_text(condition, self._judgement.facts, self._judgement.verdict_of)
            for condition, verdict in self.results
            if condition.severity == "hard" and verdict == NO
        )

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """What has to be known or settled before it is submitted."""
        return tuple(
            condition_sentence(condition) for condition, verdict in self.results if condition.severity == "need" and verdict != YES
        )

    @cached_property
    def missing(self) -> tuple[QualificationField, ...]:
        """The fields whose knowledge could make it a yes; none where it is one, or where nothing known could."""
        found: dict[str, QualificationField] = {}
        for condition, _ in self.results:
            if condition.severity == "hard":
                fields = missing_for(condition.when, self._judgement.facts, self._judgement.verdict_of)
                if fields is None:
                    return ()
                found |= fields
        return tuple(sorted(found.values(), key=lambda field: -field.weight))

    @cached_property
    def near(self) -> tuple[NearMiss, ...] | None:
        """None: no near miss."""
        return self._judgement.near(self.at)

    @cached_property
    def limit(self) -> Computed | None:
        """By the limit formula; None where the version has none."""
        limit = self.version.rules.limit
        return computed(limit, self._judgement.facts) if limit is not None else None

    @cached_property
    def rate(self) -> Computed | None:
        rate = self.version.rules.rate
        return computed(rate, self._judgement.facts) if rate is not None else None

    @cached_property
    def explanation(self) -> Explanation:
        """The tree: the product, then each condition with the person's own value."""
        judgement = self._judgement
        children = tuple(explained(condition, judgement.facts, judgement.verdict_of) for condition in self.version.conditions)
        return Explanation("products.match", WORDS[self.verdict], self._summary(), {"score": self.score}, children)

    def _summary(self) -> str:
        if self.verdict == YES:
            return "符合" if self.score == FULL_SCORE else f"符合，{self.score} 分"
        if self.verdict == UNKNOWN:
            return f"还缺{'、'.join(field.title for field in self.missing)}"
        words = "差一点" if self.near is not None else "不符合"
        return f"{words}：{'；'.join(self.refusals)}"


def judge(catalogue: CompiledCatalogue, facts: Facts) -> Judgement:
    """The verdict over the hard conditions of every product."""
    return Judgement(catalogue, facts)
