"""Matching both ways: one customer against all products with the reasons, and one product against all customers.

    python bench/match.py [--quick]

1,000 products made of the reference catalogue, each with thresholds of its own. The same hard conditions run in this run through zen-engine and
datalogic-py (JsonLogic in Rust), each in its fastest form: the whole catalogue as one compiled expression, so that a person crosses into it
once. All answer every condition of every product (the reasons); ours adds the verdicts, which are taken from theirs outside the time, and the
scores of soft conditions, which theirs leave out. Times are of the processor, so that other work on the machine does not count.

Reverse: 50,000 customers with --quick, 1,000,000 without (kept under .data/bench), as the application's role under row-level security:
counts of yes, unknown and no beside `count(*)` of the bare predicate; the newest 50 that qualify or could.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import datalogic_py
import zen
from sqlalchemy import func, select

from _common import Figure, finish, median, percentile, place, say, with_runtime
from _matching import TODAY, Zen, hard_exprs, json_logic, many_bodies, person_row, reference_bodies, table_of, wire_of
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Qualification
from loanbroker_api.products.rules.catalogue import compile_catalogue, hard_conditions
from loanbroker_api.products.rules.closures import verdict_of
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.judge import Judgement, judge
from loanbroker_api.products.rules.parse import parse_rules
from loanbroker_api.products.rules.sql import all_of, counted, newest, possible

PRODUCTS, SHOWN = 1_000, 20
Run = Callable[[int], Any]


@dataclass
class Timed:
    """Microseconds of processor time a person."""

    name: str
    run: Run
    taken: list[float]

    def once(self, who: int) -> Any:
        begun = time.thread_time_ns()
        answer = self.run(who)
        self.taken.append((time.thread_time_ns() - begun) / 1e3)
        return answer


def verdicts_of(answers: list[list[bool]]) -> list[bool]:
    return [all(one) for one in answers]


def one_customer(people_count: int, rounds: int) -> list[Figure]:
    random = Random(3)
    rows = [person_row(random, 0.3) for _ in range(people_count)]
    complete = [person_row(random, 0) for _ in range(people_count)]
    begun = time.process_time()
    bodies = many_bodies(PRODUCTS)
    catalogue = compile_catalogue(bodies)
    say(
        f"{PRODUCTS:,} products, {sum(len(one.conditions) for one in catalogue.versions):,} conditions, compiled in {time.process_time() - begun:.1f} s"
    )
    exprs = [hard_exprs(body) for _, body in bodies]
    guarded, bare = (
        zen.compile_expression(
            "[" + ", ".join("[" + ", ".join(Zen(guarded=is_guarded).expr(one) for one in product) + "]" for product in exprs) + "]"
        )
        for is_guarded in (True, False)
    )
    logic = datalogic_py.Engine().compile([[json_logic(one) for one in product] for product in exprs])
    facts = [Facts.from_row(row, TODAY) for row in rows]
    all_known = [Facts.from_row(row, TODAY) for row in complete]
    wires, known_wires = [wire_of(row) for row in rows], [wire_of(row) for row in complete]
    texts = [json.dumps(wire) for wire in wires]

    def ours(who: int) -> Judgement:
        return _judged(catalogue, facts[who])

    def page(who: int) -> list[Any]:
        judgement = _judged(catalogue, facts[who])
        return [judgement.product(at).explanation for at in range(SHOWN)]

    variants = [
        Timed("ours", ours, []),
        Timed("ours, all fields known", lambda who: _judged(catalogue, all_known[who]), []),
        Timed("zen-engine", lambda who: guarded.evaluate(wires[who]), []),
        Timed("zen-engine, all fields known, no guards", lambda who: bare.evaluate(known_wires[who]), []),
        Timed("datalogic-py", lambda who: json.loads(logic.evaluate_str(texts[who])), []),
        Timed("ours, and what to ask", lambda who: _judged(catalogue, facts[who]).ask(), []),
        Timed("ours, and near misses counted", lambda who: _judged(catalogue, facts[who]).counts(), []),
        Timed(f"ours, and {SHOWN} products explained in words", page, []),
    ]
    for variant in variants:
        variant.run(0)
    answers: dict[str, list[Any]] = {variant.name: [] for variant in variants}
    for turn in range(rounds):
        for who in range(people_count):
            for variant in variants:
                answer = variant.once(who)
                if turn == 0:
                    answers[variant.name].append(answer)
    _check(bodies, facts, answers["ours"])
    return _report(variants, answers)


def _judged(catalogue: Any, facts: Facts) -> Judgement:
    judgement = judge(catalogue, facts)
    _ = judgement.scores, judgement.condition_verdicts
    return judgement


def _check(bodies: list[tuple[int, dict[str, Any]]], facts: list[Facts], judged: list[Judgement]) -> None:
    """Ours against the closures, so that "right" is more than our word. Raises SystemExit."""
    oracles = [[verdict_of(expr) for expr in hard_conditions(parse_rules(body["rules"]), body)] for _, body in bodies]
    for one, judgement in zip(facts[:20], judged, strict=False):
        if [min(oracle(one) for oracle in product) for product in oracles] != judgement.verdicts.tolist():
            raise SystemExit("the arrays and the closures answer differently")


def _report(variants: list[Timed], answers: dict[str, list[Any]]) -> list[Figure]:
    base = {"all": median(variants[0].taken), "known": median(variants[1].taken)}
    figures: list[Figure] = []
    print(f"\n{'one customer, ' + format(PRODUCTS, ',') + ' products, µs of processor time':58} {'p50':>9} {'p99':>9}  ÷ ours")
    for variant in variants:
        p50, p99 = median(variant.taken), percentile(variant.taken, 0.99)
        reference = base["known" if "all fields known" in variant.name else "all"]
        print(f"{variant.name:58} {p50:>9.0f} {p99:>9.0f}  {p50 / reference:.1f}")
        figures.append(Figure("match", variant.name, "p50", round(p50), "µs", round(reference), round(p50 / reference, 2)))
        figures.append(Figure("match", variant.name, "p99", round(p99), "µs"))
    ours = [verdict for judgement in answers["ours"] for verdict in judgement.verdicts.tolist()]
    print(f"\n{len(ours):,} answers of ours: {ours.count(2):,} yes, {ours.count(1):,} unknown, {ours.count(0):,} no")
    for name in ("zen-engine", "datalogic-py"):
        theirs = [verdict for answer in answers[name] for verdict in verdicts_of(answer)]
        pairs = list(zip(ours, theirs, strict=True))
        wrong = {
            "unknown, said yes": sum(mine == 1 and other for mine, other in pairs),
            "unknown, said no": sum(mine == 1 and not other for mine, other in pairs),
            "no, said yes": sum(mine == 0 and other for mine, other in pairs),
            "yes, said no": sum(mine == 2 and not other for mine, other in pairs),
        }
        print(f"{name} differs in {sum(wrong.values()):,}: " + "; ".join(f"{what} {count:,}" for what, count in wrong.items()))
        figures.append(
            Figure(
                "match",
                f"answers of {name} that differ",
                "count",
                sum(wrong.values()),
                "answers",
                len(ours),
                round(sum(wrong.values()) / len(ours), 4),
            )
        )
    return figures


async def reverse(runtime: Runtime, tenant_id: UUID, size: int, repeats: int) -> list[Figure]:
    """The product of the catalogue with the most hard conditions."""
    body = max(reference_bodies(), key=lambda one: len(hard_exprs(one)))
    conditions = hard_conditions(parse_rules(body["rules"]), body)
    qualifies = all_of(conditions, Qualification, TODAY)
    statements: dict[str, Any] = {
        "count(*) WHERE P": select(func.count()).select_from(Qualification).where(qualifies),
        "yes, unknown, no": counted(select(Qualification.customer_id), qualifies),
        "count(*) WHERE (P) IS NOT FALSE": select(func.count()).select_from(Qualification).where(possible(qualifies)),
        "newest 50 that qualify or could": newest(select(Qualification.customer_id), qualifies, Qualification.customer_id.desc(), 50),
    }
    taken: dict[str, list[float]] = {name: [] for name in statements}
    found: dict[str, Any] = {}
    for _ in range(repeats):
        for name, statement in statements.items():
            async with runtime.read(tenant_id) as session:
                begun = time.perf_counter()
                rows = (await session.execute(statement)).all()
                taken[name].append((time.perf_counter() - begun) * 1e3)
            found[name] = rows
    yes, unknown, no = found["yes, unknown, no"][0]
    if (yes, yes + unknown, size) != (found["count(*) WHERE P"][0][0], found["count(*) WHERE (P) IS NOT FALSE"][0][0], yes + unknown + no):
        raise SystemExit("the counts do not agree")
    print(f"\none product ({len(conditions)} hard conditions), {size:,} customers: {yes:,} yes, {unknown:,} unknown, {no:,} no; ms")
    bare = taken["count(*) WHERE P"]
    figures: list[Figure] = []
    for name, times in taken.items():
        ratio = median([one / other for one, other in zip(times, bare, strict=True)])
        print(f"{name:58} {median(times):>9.1f}  ÷ count(*) {ratio:.2f}")
        case = f"reverse, {name}, {size} customers"
        figures.append(Figure("match", case, "p50", round(median(times), 2), "ms", round(median(bare), 2), round(ratio, 2)))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="50,000 customers, done within 60 s")
    parser.add_argument("--size", type=int, help="how many customers")
    parser.add_argument("--reverse", action="store_true", help="only one product against all customers")
    options = parser.parse_args()
    size = options.size or (50_000 if options.quick else 1_000_000)
    figures = [] if options.reverse else one_customer(60 if options.quick else 200, 2 if options.quick else 5)
    with place() as made:

        async def work(runtime: Runtime) -> list[Figure]:
            return await reverse(runtime, await table_of(runtime, made, size), size, 11 if options.quick else 7)

        figures += with_runtime(made, work)
    finish(figures)


if __name__ == "__main__":
    main()
