"""One person against a catalogue: verdicts, reasons, near misses, what is missing, what to ask next."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.products.rules.catalogue import CatalogueCache, CompiledCatalogue, compile_catalogue
from loanbroker_api.products.rules.closures import verdict_of
from loanbroker_api.products.rules.facts import FactError, Facts
from loanbroker_api.products.rules.judge import judge
from loanbroker_api.products.rules.near import months_later
from support.golden import bodies, people
from support.rules import exprs, pool, rules_of, wire

TODAY = date(2027, 1, 14)
FUND = {"op": "ge", "field": "fundMonths", "value": 12}
AGE = {"op": "between", "field": "age", "from": 22, "to": 55}
QUERIES = {"op": "le", "field": "queries2m", "value": 4}
HOUSE = {"op": "eq", "field": "hasHouse", "value": True}


def body_of(*whens: Any, cities: Any = (), amount: int = 0, terms: Any = (), **more: Any) -> dict[str, Any]:
    rules = json.loads(json.dumps(rules_of(*whens) | more))
    return {"amountMinFen": amount, "cities": list(cities), "terms": list(terms), "rules": rules}


def one(*whens: Any, **options: Any) -> CompiledCatalogue:
    return compile_catalogue([("only", body_of(*whens, **options))])


def product(catalogue: CompiledCatalogue, today: date = TODAY, **known: Any) -> Any:
    return judge(catalogue, Facts.from_wire({"wantedAmount": 1, **known}, today)).product(0)


def near(when: Any, today: date = TODAY, **known: Any) -> Any:
    """(field, from, by, text) of each miss; None where it is no near miss."""
    found = product(one(when), today, **known).near
    return None if found is None else [(one.miss.field.code, one.miss.mended, one.miss.by, one.miss.text) for one in found]


class TestNear:
    def test_queries_fall_out_of_their_window(self) -> None:
        assert near(QUERIES, queries2m=6) == [("queries2m", date(2027, 3, 14), 2, "近2月征信查询少 2 次：从 2027-03-14 起")]
        assert near({"op": "lt", "field": "queries12m", "value": 3}, queries12m=3)[0][1:3] == (date(2028, 1, 14), 1)
        assert near({"op": "ge", "field": "queries2m", "value": 4}, queries2m=1) is None

    def test_a_month_has_no_31st(self) -> None:
        assert near({"op": "eq", "field": "queries1m", "value": 0}, date(2027, 1, 31), queries1m=1)[0][1] == date(2027, 2, 28)
        assert months_later(date(2027, 12, 31), 2) == date(2028, 2, 29)

    def test_months_to_come(self) -> None:
        assert near(FUND, fundMonths=4) == [("fundMonths", date(2027, 9, 14), 8, "公积金连续月数再过 8 个月：从 2027-09 起")]
        assert near({"op": "gt", "field": "socialMonths", "value": 12}, socialMonths=12)[0][1:3] == (date(2027, 2, 14), 1)
        assert near({"op": "ge", "field": "fundMonths", "value": 60}, fundMonths=4) is None
        assert near({"op": "le", "field": "fundMonths", "value": 3}, fundMonths=4) is None

    def test_a_licence_grows_on_the_first_of_a_month(self) -> None:
        assert near({"op": "ge", "field": "licenceMonths", "value": 24}, licenceMonths=22)[0][1:3] == (date(2027, 3, 1), 2)

    def test_age_by_the_birthday(self) -> None:
        facts = Facts.from_row({"birth_ymd": 20_050_620, "wanted_amount": 1}, TODAY)
        (miss,) = judge(one(AGE), facts).product(0).near or ()
        assert (miss.condition_id, miss.miss.mended, miss.miss.by) == ("c1", date(2027, 6, 20), 1)
        leapling = Facts.from_row({"birth_ymd": 20_080_229, "wanted_amount": 1}, date(2025, 6, 1))
        (miss,) = judge(one({"op": "ge", "field": "age", "value": 18}), leapling).product(0).near or ()
        assert miss.miss.mended == date(2026, 3, 1)
        assert Facts.from_row({"birth_ymd": 20_080_229}, date(2026, 2, 28)).values["age"] == 17
        assert Facts.from_row({"birth_ymd": 20_080_229}, date(2026, 3, 1)).values["age"] == 18
        assert near(AGE, age=21)[0][1] == date(2028, 1, 14)
        assert near(AGE, age=56) is None
        assert near(AGE, age=15) is None

    def test_money_and_ratios_within_a_fifth(self) -> None:
        income = {"op": "ge", "field": "bankIncome", "value": 500_000}
        assert near(income, bankIncome=400_000) == [("bankIncome", None, 100_000, "代发月收入差 1,000元")]
        assert near(income, bankIncome=399_999) is None
        assert near({"op": "lt", "field": "cardUsage", "value": 7_000}, cardUsage=7_000)[0] == (
            "cardUsage",
            None,
            1,
            "信用卡使用率超出 0.01%",
        )
        assert near({"op": "eq", "field": "overdueNow", "value": 0}, overdueNow=1) is None
        debt = {"op": "le", "left": {"field": "debtTotal"}, "right": {"op": "mul", "of": [{"field": "bankIncome"}, {"value": 10}]}}
        assert near(debt, debtTotal=11_000, bankIncome=1_000) == [("debtTotal", None, 1_000, "负债总额相关的超出 10元")]
        assert near(debt, debtTotal=12_001, bankIncome=1_000) is None

    def test_what_nobody_can_mend(self) -> None:
        assert near({"op": "eq", "field": "executed", "value": False}, executed=True) is None
        assert near({"op": "in", "field": "taxGrade", "values": ["A", "B"]}, taxGrade="C") is None
        assert near({"op": "eq", "field": "city", "value": 510100}, city=510600) is None
        assert near({"op": "le", "field": "overdueRun24m", "value": 2}, overdueRun24m=3) is None
        assert near(HOUSE, hasHouse=False) is None

    def test_groups(self) -> None:
        both = {"op": "and", "of": [FUND, QUERIES]}
        assert [miss[:3] for miss in near(both, fundMonths=10, queries2m=5)] == [
            ("fundMonths", date(2027, 3, 14), 2),
            ("queries2m", date(2027, 3, 14), 1),
        ]
        assert near({"op": "and", "of": [FUND, HOUSE]}, fundMonths=10, hasHouse=False) is None
        assert [miss[0] for miss in near({"op": "and", "of": [FUND, HOUSE]}, fundMonths=10)] == ["fundMonths"]
        either = {
            "op": "or",
            "of": [HOUSE, {"op": "ge", "field": "bankIncome", "value": 100}, FUND, {"op": "ge", "field": "socialMonths", "value": 6}],
        }
        assert near(either, hasHouse=False, bankIncome=90, fundMonths=4, socialMonths=5)[0][0] == "socialMonths"
        assert near(either, hasHouse=False, bankIncome=90, fundMonths=-30, socialMonths=-30)[0][0] == "bankIncome"

    def test_not_turns_it_round(self) -> None:
        assert near({"op": "not", "of": {"op": "gt", "field": "queries2m", "value": 4}}, queries2m=6)[0][2] == 2
        neither = {
            "op": "not",
            "of": {"op": "or", "of": [{"op": "lt", "field": "fundMonths", "value": 12}, {"op": "gt", "field": "queries2m", "value": 4}]},
        }
        assert [miss[0] for miss in near(neither, fundMonths=10, queries2m=5)] == ["fundMonths", "queries2m"]
        outside = {"op": "not", "of": {"op": "between", "field": "fundMonths", "from": 5, "to": 11}}
        assert near(outside, fundMonths=10)[0][2] == 2

    def test_at_most_three_over_all_conditions(self) -> None:
        whens = [FUND, QUERIES, AGE, {"op": "ge", "field": "socialMonths", "value": 6}]
        known = {"fundMonths": 10, "queries2m": 5, "age": 21, "socialMonths": 6}
        assert [one.condition_id for one in product(one(*whens), **known).near] == ["c1", "c2", "c3"]
        assert product(one(*whens), **(known | {"socialMonths": 5})).near is None
        assert product(one(*whens), **(known | {"fundMonths": 12, "queries2m": 4, "age": 22})).near is None  # qualifies

    @settings(max_examples=150, deadline=None)
    @given(when=exprs(), numbers=st.lists(st.integers(0, 4), min_size=len(FIELDS), max_size=len(FIELDS)))
    def test_what_is_mended_is_no_longer_a_no(self, when: dict[str, Any], numbers: list[int]) -> None:
        """Each miss of one field, put right by its `by`, leaves nothing that refuses."""
        known = {
            code: wire(field, pool(field)[at % len(pool(field))])
            for at, (code, field) in zip(numbers, FIELDS.items(), strict=True)
            if field.kind != "set"
        }
        facts = Facts.from_wire(known | {"wantedAmount": 1}, TODAY)
        judgement = judge(one(when), facts)
        misses = judgement.near(0)
        if misses is None or len({one.miss.field for one in misses}) < len(misses) or "相关的" in "".join(one.miss.text for one in misses):
            return
        better = dict(facts.values)
        for found in misses:
            code = found.miss.field.code
            better[code] += -found.miss.by if ("少 " in found.miss.text or "超出" in found.miss.text) else found.miss.by
        assert verdict_of(judgement.catalogue.versions[0].conditions[-1].when)(Facts(better, TODAY)) > 0


class TestImplicit:
    def test_territory_amount_and_term(self) -> None:
        catalogue = one(cities=[510100], amount=5_000_000, terms=[12, 24])
        assert [condition.id for condition in catalogue.versions[0].conditions] == ["@territory", "@amount", "@term"]
        fits: dict[str, Any] = {"city": 510100, "wantedAmount": 5_000_000, "wantedMonths": 24}
        for changed, verdict in [
            ({}, 2),
            ({"city": 510600}, 1),
            ({"city": 510600, "workCity": 510100}, 2),
            ({"city": 510600, "workCity": 510600}, 0),
            ({"wantedAmount": 4_999_999}, 0),
            ({"wantedAmount": None}, 1),
            ({"wantedMonths": None}, 2),
            ({"wantedMonths": 36}, 0),
        ]:
            assert product(catalogue, **(fits | changed)).verdict == verdict, changed
        assert product(catalogue, **(fits | {"wantedAmount": 4_500_000})).near[0].condition_id == "@amount"

    def test_a_term_that_is_known_is_told_without_the_branch_of_who_named_none(self) -> None:
        catalogue = one(terms=[12, 24], amount=0)
        fits = product(catalogue, wantedAmount=1, wantedMonths=24).explanation.children[-1]
        assert (fits.verdict, fits.text, fits.children) == ("yes", "期限：期望期限 24，属于12 个月、24 个月", ())
        assert product(catalogue, wantedAmount=1, wantedMonths=36).refusals == ("期望期限 36，需属于12 个月、24 个月",)
        assert product(catalogue, wantedAmount=1).explanation.children[-1].verdict == "yes"

    def test_nationwide(self) -> None:
        assert [condition.id for condition in one(cities=[]).versions[0].conditions] == ["@amount"]


class TestReasons:
    def test_each_condition_with_the_persons_value(self) -> None:
        catalogue = compile_catalogue(
            [
                (
                    "v",
                    body_of(conditions=[
                        {"id": "fund", "severity": "hard", "when": FUND},
                        {"id": "asset", "severity": "hard", "when": {"op": "or", "of": [HOUSE, {"op": "ge", "field": "carValue", "value": 5_000_000}]}, "label": "有资产"},
                        {"id": "usage", "severity": "soft", "points": 15, "when": {"op": "le", "field": "cardUsage", "value": 7_000}},
                        {"id": "score", "severity": "need", "when": {"op": "known", "field": "zhimaScore"}},
                    ]),
                )
            ]
        )  # fmt: skip
        found = product(catalogue, fundMonths=14, hasHouse=False, carValue=6_000_000, cardUsage=8_000)
        assert (found.verdict, found.score, found.refusals, found.missing) == (2, 85, (), ())
        assert found.needs == ("进件前确认：芝麻分已知",)
        tree = found.explanation
        assert (tree.code, tree.verdict, tree.text) == ("products.match", "yes", "符合，85 分")
        assert [(child.facts["condition"], child.verdict, child.text) for child in tree.children[1:]] == [
            ("fund", "yes", "公积金连续月数 14 ≥ 12"),
            ("asset", "yes", "有资产：车辆估值 6万 ≥ 5万"),
            ("usage", "no", "信用卡使用率 80%，需 ≤ 70%（扣 15 分）"),
            ("score", "no", "芝麻分未知，需已知"),
        ]
        assert [child.text for child in tree.children[2].children] == ["没有房产，需有房产", "车辆估值 6万 ≥ 5万"]
        refused = product(catalogue, fundMonths=8, hasHouse=False, carValue=1)
        assert refused.refusals == ("公积金连续月数 8，需 ≥ 12", "都不满足（没有房产，需有房产；车辆估值 0.01元，需 ≥ 5万）")
        unknown = product(catalogue, fundMonths=12)
        assert (unknown.verdict, [field.code for field in unknown.missing]) == (1, ["hasHouse", "carValue"])
        assert unknown.explanation.text == "还缺有房产、车辆估值"

    def test_a_hard_known_names_its_field_as_missing(self) -> None:
        catalogue = one({"op": "known", "field": "zhimaScore"}, FUND)
        assert [field.code for field in product(catalogue, fundMonths=12).missing] == ["zhimaScore"]
        assert product(catalogue, fundMonths=2).missing == ()

    def test_rules_that_no_longer_read_are_set_aside(self) -> None:
        catalogue = compile_catalogue([("bad", body_of({"op": "ge", "field": "gone", "value": 1})), ("good", body_of(FUND))])
        assert ([version.id for version in catalogue.versions], list(catalogue.faulty)) == (["good"], ["bad"])
        assert catalogue.position == {"good": 0}

    def test_an_empty_catalogue(self) -> None:
        judgement = judge(compile_catalogue([]), Facts({}, TODAY))
        assert (judgement.counts(), judgement.ask()) == ({"yes": 0, "unknown": 0, "near": 0, "no": 0}, None)


class TestAsk:
    def test_the_field_that_decides_most_open_products(self) -> None:
        catalogue = compile_catalogue(
            [
                ("a", body_of(FUND, HOUSE)),
                ("b", body_of(FUND, {"op": "ge", "field": "age", "value": 99})),  # refused: its fund decides nothing
                ("c", body_of(HOUSE)),
                ("d", body_of({"op": "or", "of": [AGE, {"op": "ge", "field": "carValue", "value": 1}]})),  # met already
                ("e", body_of({"op": "or", "of": [HOUSE, FUND]})),
            ]
        )
        judgement = judge(catalogue, Facts.from_wire({"age": 30, "wantedAmount": 1}, TODAY))
        assert judgement.counts() == {"yes": 1, "unknown": 3, "near": 0, "no": 1}
        question = judgement.ask()
        assert question is not None
        assert (question.field.code, question.decides) == ("hasHouse", 3)

    def test_ties_go_by_weight(self) -> None:
        question = judge(one(QUERIES, FUND), Facts.from_wire({"wantedAmount": 1}, TODAY)).ask()
        assert question is not None
        assert question.field.code == "fundMonths"  # weight 3 against 2

    @pytest.mark.parametrize("who", range(0, 300, 25))
    def test_it_counts_what_the_reasons_say(self, who: int) -> None:
        """By every product's own missing fields, made another way."""
        judgement = judge(compile_catalogue(bodies()), Facts.from_row(people()[who], TODAY))
        assert judgement.near_positions == {at for at in range(len(bodies())) if judgement.near(at) is not None}
        tally: dict[str, int] = {}
        for at, verdict in enumerate(judgement.verdicts.tolist()):
            for field in judgement.product(at).missing if verdict == 1 else ():
                tally[field.code] = tally.get(field.code, 0) + 1
        question = judgement.ask()
        if question is None:
            assert tally == {}
        else:
            assert (tally[question.field.code], max(tally.values())) == (question.decides, question.decides)


def test_facts_that_are_not_values() -> None:
    for bad in ({"wealth": 1}, {"age": "35"}, {"age": True}, {"hasHouse": 1}, {"education": 5}, {"education": "none"}, {"houseKinds": "shop"}, {"houseKinds": [1]}, {"houseKinds": [[]]}, {"bankIncome": 2**63}, {"city": "510100"}):  # fmt: skip
        with pytest.raises(FactError) as caught:
            Facts.from_wire(bad, TODAY)
        assert caught.value.field == next(iter(bad))


def test_the_cache_keeps_the_last_used() -> None:
    cache, made = CatalogueCache(kept=2, kept_versions=2), []

    def bodies_of(name: str) -> Any:
        made.append(name)
        return [(name, body_of(FUND))]

    for name in ("a", "b", "a", "c", "a", "b"):
        assert cache.get((name,), lambda name=name: bodies_of(name)).versions[0].id == name
    assert made == ["a", "b", "c", "b"]


def test_a_new_product_does_not_have_the_others_read_again() -> None:
    cache = CatalogueCache()
    cache.get(("a",), lambda: [("a", body_of(FUND))])
    both = cache.get(("a", "b"), lambda: [("a", {"rules": "not read again"}), ("b", body_of(HOUSE))])
    assert [version.id for version in both.versions] == ["a", "b"]
