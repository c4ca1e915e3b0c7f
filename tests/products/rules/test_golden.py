"""300 people × 80 products (the 60 of the reference catalogue and twenty with rarer rules) against a table-driven oracle that knows nothing of
the engine; and twenty and more changes to the engine, each of which these cases see."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select

from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.customers.models import Qualification
from support.company import Company
from support.golden import PEOPLE, TODAY, bodies, expected, people
from support.mutants import NAME, Engine, forget, mutant

NUMBERS = {True: 2, None: 1, False: 0}
COLUMNS = [field.column for field in FIELDS.values()]
_AT_A_TIME = 24  # predicates in one statement


def differences(engine: Engine) -> Iterator[str]:
    """What the engine's arrays, scores and formulas say otherwise than the oracle."""
    catalogue = engine.compile_catalogue(bodies())
    yield from (f"{name} does not read" for name in catalogue.faulty)
    limited = [at for at, version in enumerate(catalogue.versions) if version.rules.limit is not None]
    for who, (row, answers) in enumerate(zip(people(), expected(), strict=True)):
        judgement = engine.judge(catalogue, engine.facts.from_row(row, TODAY))
        found = (judgement.verdicts.tolist(), judgement.condition_verdicts.tolist(), judgement.scores.tolist())
        wanted = (
            [NUMBERS[answer.verdict] for answer in answers],
            [NUMBERS[one] for answer in answers for one in answer.conditions],
            [answer.score for answer in answers],
        )
        if found != wanted:
            yield f"person {who}"
        for at in limited:
            limit = judgement.product(at).limit
            if ("unknown" if limit.value is None else limit.value) != answers[at].limit:
                yield f"person {who}, limit of {bodies()[at][0]}"


@pytest.fixture
async def loaded(company: Company, administrator: asyncpg.Connection) -> dict[UUID, int]:
    """The 300 people in the typed table, by id; their customers are not needed."""
    ids = {new_id(): at for at in range(PEOPLE)}
    async with administrator.transaction():
        await administrator.execute("SET LOCAL session_replication_role = replica")
        now = await administrator.fetchval("SELECT now()")
        await administrator.copy_records_to_table(
            "qualification",
            records=[(company.id, key, 1, now, *(people()[at][column] for column in COLUMNS)) for key, at in ids.items()],
            columns=["tenant_id", "customer_id", "version", "updated_at", *COLUMNS],
        )
    return ids


async def sql_differences(engine: Engine, runtime: Runtime, company: Company, loaded: dict[UUID, int]) -> list[tuple[str, int]]:
    """(product, person) whose verdict in SQL is another than the oracle's."""
    found: list[tuple[str, int]] = []
    predicates = [
        engine.sql.all_of(engine.hard_conditions(engine.parse_rules(body["rules"]), body), Qualification, TODAY).label(f"p{at}")
        for at, (_, body) in enumerate(bodies())
    ]
    async with runtime.read(company.id) as session:
        for start, end in pairwise([*range(0, len(predicates), _AT_A_TIME), len(predicates)]):
            rows = await session.execute(select(Qualification.customer_id, *predicates[start:end]))
            for key, *answers in rows:
                who = loaded[key]
                for at, answer in enumerate(answers, start):
                    if answer is not expected()[who][at].verdict:
                        found.append((bodies()[at][0], who))
    return found


def test_the_cases_are_worth_something() -> None:
    answers = Counter(answer.verdict for row in expected() for answer in row)
    assert len(expected()) == 300
    assert len(bodies()) >= 80
    assert all(count > 0.08 * answers.total() for count in answers.values())
    assert len(answers) == 3
    decided = [{row[at].verdict for row in expected()} for at in range(len(bodies()))]
    assert sum(True in one for one in decided) > 60


def test_arrays_scores_and_limits() -> None:
    assert list(differences(Engine.of(NAME))) == []


async def test_sql(runtime: Runtime, company: Company, loaded: dict[UUID, int]) -> None:
    assert await sql_differences(Engine.of(NAME), runtime, company, loaded) == []


MUTATIONS = [
    ("arrays", "(gathered <= self.range_high)", "(gathered < self.range_high)"),
    ("arrays", "(gathered >= self.range_low)", "(gathered > self.range_low)"),
    ("arrays", "np.where(known[self.range_columns], inside * np.int8(YES), np.int8(UNKNOWN))", "inside * np.int8(YES)"),
    ("arrays", "np.where(known[self.mask_columns], hit * np.int8(YES), np.int8(UNKNOWN))", "hit * np.int8(YES)"),
    ("arrays", "np.maximum.reduceat(", "np.minimum.reduceat("),
    ("arrays", "np.minimum.reduceat(", "np.maximum.reduceat("),
    ("arrays", "= YES - verdicts[self.negated]", "= verdicts[self.negated]"),
    ("arrays", "self.add(expr.of, negated=not negated)", "self.add(expr.of, negated=negated)"),
    ("arrays", "isinstance(expr, Or) is not negated", "isinstance(expr, Or)"),
    ("arrays", "0 if known[one.column] else UNKNOWN", "0"),
    ("arrays", "known[self.known_columns] * np.int8(YES)", "np.int8(YES)"),
    ("arrays", "if is_turned is negated:", "if not is_turned:"),
    ("arrays", "value if is_set else 1 << value", "1 << value"),
    ("leaf_forms", "MIN_INT, value - 1)", "MIN_INT, value)"),
    ("leaf_forms", "sum(1 << value for value in leaf.values)", "1 << leaf.values[0]"),
    ("leaf_forms", '1 << leaf.value), leaf.op == "ne"', "1 << leaf.value), False"),
    ("relations", "                return UNKNOWN\n", "                return NO\n"),
    ("relations", '"le": le}', '"le": lt}'),
    ("scaled", "(nodes[0], _times(nodes[1], -1))", "(nodes[0], nodes[1])"),
    ("scaled", '_BPS if formula.type.kind == "ratio" else 1', "1"),
    ("scaled", '"min": min, "max": max}[node.op]', '"min": max, "max": min}[node.op]'),
    ("facts", "value_since(known, int(stored), today)", "value_since(known, int(stored), today) + 1"),
    ("catalogue", '"wantedAmount"], "ge"', '"wantedAmount"], "gt"'),
    ("catalogue", 'for code in ("city", "workCity")', 'for code in ("city",)'),
    ("catalogue", "interned(Or((unnamed, offered)))", "offered"),
    ("judge", "== NO, catalogue.soft_points", "!= 2, catalogue.soft_points"),
    ("judge", "np.minimum.reduceat(self.places", "np.maximum.reduceat(self.places"),
    ("formulas", "    value = floor(part.value)", "    value = round(part.value)"),
    ("formulas", "        return min(values)", "        return max(values)"),
    ("formulas", "            return None\n", "            total = total\n"),
    ("dimensions", 'formula.value / BPS if wanted.kind == "ratio" else formula.value', "formula.value"),
    ("parse_nodes", 'interned(And(good) if op == "and" else Or(good))', "interned(And(good))"),
]  # fmt: skip
SQL_MUTATIONS = [
    ("sql", "column < _whole(high) if beyond else column <= _whole(high)", "column < _whole(high)"),
    ("sql", "high if beyond else high + 1", "high"),
    ("sql", "today_ymd(self._today) - value * _YMD_YEAR", "today_ymd(self._today) - value * _YMD_YEAR - 1"),
    ("sql", "case((and_(*known), related)) if known else related", "related"),
    ("sql", "return column.is_not(None)", "return column.is_(None)"),
    ("sql", "return not_(self.expr(expr.of))", "return self.expr(expr.of)"),
    ("sql", "return or_(*(self.expr(part) for part in expr.of))", "return and_(*(self.expr(part) for part in expr.of))"),
    ("sql", '(leaf.op == "eq") == bool(leaf.value)', "bool(leaf.value)"),
    ("sql", "_whole(1 << leaf.choice)", "_whole(leaf.choice)"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new"), MUTATIONS)
def test_a_changed_engine_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, old: str, new: str) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    name = f"mutant_{new_id().hex}"
    try:
        engine = mutant(tmp_path, name, module, old, new)
        assert next(differences(engine), None) is not None
    finally:
        forget(name)


async def test_changed_sql_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: Runtime, company: Company, loaded: dict[UUID, int]
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    unseen: list[str] = []
    for module, old, new in SQL_MUTATIONS:
        name = f"mutant_{new_id().hex}"
        try:
            if not await sql_differences(mutant(tmp_path, name, module, old, new), runtime, company, loaded):
                unseen.append(new)
        finally:
            forget(name)
    assert unseen == []
