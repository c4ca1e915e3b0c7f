"""GraphQL's bounds, and how it refuses: with the problems of REST and without what was sent."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI
from graphql import get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.access import queries as access_queries
from loanbroker_api.core.graphql_limits import Measure
from loanbroker_api.graph import MAX_ALIASES, MAX_COST, MAX_DEPTH, MAX_TOKENS, schema
from support.client import Api
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]
PHONE = "13912345678"


def nested(depth: int) -> str:
    """A query whose fields nest to a depth, by way of customers in pages of one."""
    return "query { " + "a { " * (depth - 1) + "b" + " }" * depth


async def problem(api: Api, query: str, **variables: Any) -> dict[str, Any]:
    """The one problem of a refused operation; asserts that nothing sent comes back."""
    answer = await api.graphql(query, **variables)
    assert answer.get("data") in (None, {}) or all(value is None for value in answer["data"].values()), answer
    assert all("extensions" in error for error in answer["errors"]), answer
    problems = [error["extensions"]["problem"] for error in answer["errors"]]
    assert PHONE not in str(answer)
    assert all(found["type"] == f"/problems/{found['code']}" and found["requestId"] for found in problems)
    return problems[0]


@pytest.fixture
async def boss(sign_in: SignIn) -> Api:
    return await sign_in("boss", role="boss")


class TestLimits:
    async def test_depth(self, boss: Api) -> None:
        found = await problem(boss, nested(MAX_DEPTH + 1))
        assert found["code"] == "core.graphql-invalid"
        assert f"{MAX_DEPTH + 1} levels, at most {MAX_DEPTH}" in found["message"]
        assert "levels" not in (await problem(boss, nested(MAX_DEPTH)))["message"]

    async def test_depth_through_fragments(self, boss: Api) -> None:
        parts = "".join(f"fragment F{n} on Query {{ a {{ ...F{n + 1} }} }} " for n in range(MAX_DEPTH))
        query = f"{{ ...F0 }} {parts} fragment F{MAX_DEPTH} on Query {{ b }}"
        assert Measure(parse(query)).operations().depth == MAX_DEPTH + 1
        answer = await boss.graphql(query)
        assert any("levels, at most" in error["message"] for error in answer["errors"])

    async def test_aliases(self, boss: Api) -> None:
        fields = " ".join(f"a{n}: me {{ serverTime }}" for n in range(MAX_ALIASES))
        assert (await boss.graphql(f"{{ {fields} }}"))["data"]["a0"]
        found = await problem(boss, f"{{ {fields} more: me {{ serverTime }} }}")
        assert f"{MAX_ALIASES + 1} aliases" in found["message"]

    async def test_aliases_through_fragments_and_operations(self, boss: Api) -> None:
        half = " ".join(f"a{n}: displayName" for n in range(MAX_ALIASES // 2 + 1))
        query = f"{{ me {{ employee {{ ...F }} }} x: me {{ employee {{ ...F }} }} }} fragment F on Employee {{ {half} }}"
        assert "aliases" in (await problem(boss, query))["message"]
        inline = f"{{ me {{ employee {{ ... on Employee {{ {half} }} ... {{ {half.replace('a', 'b')} }} }} }} }}"
        assert Measure(parse(inline)).operations().aliases == 2 * (MAX_ALIASES // 2 + 1)
        both = f"query A {{ me {{ employee {{ {half} }} }} }} query B {{ me {{ employee {{ {half} }} }} }}"
        assert Measure(parse(both)).operations().aliases == 2 * (MAX_ALIASES // 2 + 1)

    async def test_tokens(self, boss: Api) -> None:
        found = await problem(boss, "{ " + "me { serverTime } " * (MAX_TOKENS // 4) + "}")
        assert found["code"] == "core.graphql-invalid"

    async def test_rows(self, boss: Api) -> None:
        query = "query($n: Int) { customers(first: $n) { edges { node { timeline(first: 100) { id } } } } }"
        found = await problem(boss, query, n=100)
        assert found["code"] == "core.graphql-too-costly"
        assert (await boss.graphql(query, n=3))["data"]["customers"]["edges"] == []
        assert (await problem(boss, query.replace("$n: Int", "$n: Int = 100")))["code"] == "core.graphql-too-costly"
        assert (await problem(boss, query.replace("(first: $n)", "")))["code"] == "core.graphql-too-costly"

    def test_what_rows_cost(self) -> None:
        def cost(query: str) -> int:
            return Measure(parse(query)).operations().cost

        assert cost("{ me { serverTime } }") == 1
        assert cost("{ customers(first: 10) { edges { node { id } } } }") == 10 * (1 + 1 * (1 + 1))
        assert cost("{ customers(first: -5) { edges { node { id } } } }") == 1 * 3
        assert cost("{ customers { pageInfo { endCursor } } }") == 50 * 2
        assert cost("{ ...F } fragment F on Query { customers(first: 10) { pageInfo { endCursor } } }") == 20
        assert cost("{ customers(first: 2147483647) { pageInfo { endCursor } } }") > MAX_COST

    @pytest.mark.parametrize("first", ["-1", "0", "101", "2147483647"])
    async def test_first_out_of_bounds(self, boss: Api, first: str) -> None:
        for field in (f"customers(first: {first})", f'searchCustomers(search: "x", first: {first})'):
            found = await problem(boss, f"{{ {field} {{ pageInfo {{ endCursor }} }} }}")
            assert found["code"] in {"core.invalid", "core.graphql-too-costly"}
        if first == "-1":
            assert found["errors"][0]["code"] == "core.first"

    async def test_circular_fragments(self, boss: Api) -> None:
        for query in (
            "{ ...A } fragment A on Query { ...A }",
            "{ ...A } fragment A on Query { me { serverTime } ...B } fragment B on Query { ...A }",
            "{ me { employee { ...A } } } fragment A on Employee { x: id ...B } fragment B on Employee { y: id ...A }",
        ):
            found = await problem(boss, query)
            assert (found["code"], "within itself" in found["message"]) == ("core.graphql-invalid", True)

    async def test_unknown_fragments_and_fields(self, boss: Api) -> None:
        for query in (
            "{ ...Nothing }",
            "{ nothing }",
            "{ me { password } }",
            "{ me(x: 1) { serverTime } }",
            "",
            "{",
            "query A { me { serverTime } } query B { me { serverTime } }",
        ):
            answer = await boss._http.post("/graphql", json={"query": query})
            assert answer.status_code in {200, 400}, answer.text

    async def test_fragments_that_double_are_measured_at_once(self, boss: Api) -> None:
        """2¹⁵⁰ fields in a short document: whoever walks them all never ends."""
        levels = 150
        parts = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(levels))
        query = f"{{ ...F0 }} {parts} fragment F{levels} on Query {{ a: me {{ serverTime }} }}"
        weight = Measure(parse(query)).operations()
        assert (weight.depth, weight.aliases, weight.cost) == (2, 10**9, 10**9)
        assert (await problem(boss, query))["code"] == "core.graphql-invalid"

    async def test_the_schema_may_be_read(self, boss: Api) -> None:
        answer = await boss.graphql(get_introspection_query())
        assert "errors" not in answer
        assert {kind["name"] for kind in answer["data"]["__schema"]["types"]} >= {"Customer", "Query", "Fen"}

    async def test_but_not_without_end(self, boss: Api) -> None:
        inner = "name"
        for _ in range(6):
            inner = f"fields {{ type {{ {inner} }} }}"
        assert (await problem(boss, f"{{ __schema {{ types {{ {inner} }} }} }}"))["code"] == "core.graphql-invalid"

    @given(st.integers(1, 12), st.integers(0, 20))
    def test_a_document_weighs_what_it_says(self, depth: int, aliases: int) -> None:
        query = nested(depth).replace("b", " ".join(["b", *(f"x{n}: b" for n in range(aliases))]))
        weight = Measure(parse(query)).operations()
        assert (weight.depth, weight.aliases) == (depth, aliases)


class TestRefusals:
    async def test_an_unexpected_failure_is_masked(
        self, boss: Api, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        async def fail(*_: object) -> None:
            raise RuntimeError(f"the phone is {PHONE}")

        monkeypatch.setattr(access_queries, "employees_by_id", fail)
        found = await problem(boss, "{ me { serverTime } }")
        assert (found["code"], found["status"]) == ("core.internal", 500)
        assert PHONE not in "".join(capfd.readouterr())

    async def test_no_value_comes_back(self, boss: Api) -> None:
        search = "query($s: String!, $n: Int, $id: UUID!) { searchCustomers(search: $s, first: $n) { pageInfo { endCursor } } customer(id: $id) { id } }"
        for variables in (
            {"s": {"phone": PHONE}, "id": PHONE},
            {"s": [PHONE], "id": None},
            {"s": "x", "n": PHONE, "id": PHONE},
            {"s": "x", "n": int(PHONE), "id": int(PHONE)},
            {"s": PHONE},
        ):
            assert (await problem(boss, search, **variables))["code"] in {"core.graphql-invalid", "core.graphql-too-costly"}
        for query in (
            f'{{ customer(id: "{PHONE}") {{ id }} }}',
            f"{{ customer(id: {PHONE}) {{ id }} }}",
            f'{{ customers(first: "{PHONE}") {{ pageInfo {{ endCursor }} }} }}',
            f"{{ customers(first: {PHONE}) {{ pageInfo {{ endCursor }} }} }}",
            f"{{ searchCustomers(search: {PHONE}) {{ pageInfo {{ endCursor }} }} }}",
            f'mutation {{ createCustomer(data: {{name: "x", phone: {PHONE}}}) {{ id }} }}',
            f'{{ me "{PHONE}" }}',
            f'{{ me(a: "{PHONE}',
            f'query($x: Int = "{PHONE}") {{ customers(first: $x) {{ pageInfo {{ endCursor }} }} }}',
        ):
            assert (await problem(boss, query))["code"] in {"core.graphql-invalid", "core.graphql-too-costly"}, query

    async def test_what_the_service_refuses_is_its_problem(self, boss: Api, company: Company) -> None:
        found = await problem(boss, 'mutation { createCustomer(data: {name: "张三", phone: "12"}) { id } }')
        assert (found["code"], found["errors"][0]["pointer"]) == ("core.invalid", "/phone")
        found = await problem(boss, '{ customer(id: "018f0000-0000-7000-8000-000000000001") { id } }')
        assert (found["code"], found["status"]) == ("customers.not-found", 404)
        found = await problem(boss, '{ customers(after: "x") { pageInfo { endCursor } } }')
        assert found["code"] == "core.cursor-invalid"
        found = await problem(boss, '{ customers(sort: "-phone") { pageInfo { endCursor } } }')
        assert found["code"] == "core.invalid"

    async def test_in_english(self, boss: Api) -> None:
        answer = await boss._http.post("/graphql", json={"query": "{ nothing }"}, headers={"accept-language": "en"})
        assert answer.json()["errors"][0]["message"].startswith("The operation is not valid: Cannot query field")

    async def test_only_by_post(self, boss: Api) -> None:
        answer = await boss._http.get("/graphql", params={"query": "{ me { serverTime } }"})
        assert answer.status_code in {400, 404, 405}
        assert "serverTime" not in answer.text

    async def test_what_is_no_operation(self, boss: Api, app: FastAPI) -> None:
        for body in (
            b"",
            b"{",
            b"[]",
            b'"x"',
            b"null",
            b'{"query": 5}',
            b'{"query": null}',
            b'{"variables": {}}',
            b'{"query": "{ me { serverTime } }", "variables": "x"}',
        ):
            answer = await boss._http.post("/graphql", content=body, headers={"content-type": "application/json"})
            assert 400 <= answer.status_code < 500, (body, answer.status_code, answer.text)

    async def test_two_mutations_are_two_transactions(self, boss: Api) -> None:
        answer = await boss.graphql('mutation { setDuty(onDuty: true) { onDuty } createCustomer(data: {name: "x", phone: "1"}) { id } }')
        assert answer["errors"][0]["path"] == ["createCustomer"]
        me = await boss.ok("GET", "/me")
        assert me["employee"]["onDuty"] is True


def test_every_scalar_of_money_is_fen() -> None:
    text = schema.as_str()
    assert "fromFen: Fen!" in text
    assert "Fen: Int" not in text
