"""GraphQL's own: connections, statements that do not grow with rows, refusals that are REST's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event

from support.client import Api
from support.company import Company, fresh_phone
from support.doors import Door, Refused
from support.people import SignIn, crowd

PAGE = """
query($first: Int!, $after: String, $sort: String!) {
  customers(first: $first, after: $after, sort: $sort) {
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
ALL = """
query($first: Int!) {
  customers(first: $first) { edges { node {
    id note { value } channel { name } owner { displayName } team { name } city { name }
    followUps { outcome note { value } by { displayName } }
    timeline(first: 5) { kind text actorName }
    qualification { version completenessBps fields { field value by { displayName } } askNext }
    stateChanges(first: 5) { what was now by { displayName } }
    allowedActions { action allowed reason }
  } } }
}
"""


@contextmanager
def statements(app: FastAPI) -> Iterator[list[str]]:
    """Every statement that the application sends inside."""
    sent: list[str] = []

    def record(_c: object, _u: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = app.state.runtime.database.app.sync_engine
    event.listen(engine, "before_cursor_execute", record)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", record)


@pytest.mark.parametrize("sort", ["-activeAt", "-createdAt", "nextActionAt"])
async def test_a_connection_pages_from_any_edge(company: Company, sign_in: SignIn, sort: str) -> None:
    api = await sign_in("boss", role="boss", unit=company.root)
    await crowd(company, [None], size=23)
    whole = await Door(api, "graphql").ids(sort=sort)
    after, got = None, []
    while True:
        page = (await api.graphql(PAGE, first=5, after=after, sort=sort))["data"]["customers"]
        info, edges = page["pageInfo"], page["edges"]
        assert (info["startCursor"], info["endCursor"]) == (edges[0]["cursor"], edges[-1]["cursor"])
        assert info["hasPreviousPage"] == (after is not None)
        got += [edge["node"]["id"] for edge in edges]
        after = info["endCursor"]
        if not info["hasNextPage"]:
            break
    assert got == whole
    middle = (await api.graphql(PAGE, first=2, after=None, sort=sort))["data"]["customers"]["edges"][0]["cursor"]
    rest = (await api.graphql(PAGE, first=2, after=middle, sort=sort))["data"]["customers"]["edges"]
    assert [edge["node"]["id"] for edge in rest] == whole[1:3]


async def test_statements_do_not_grow_with_rows(app: FastAPI, company: Company, sign_in: SignIn) -> None:
    api = await sign_in("boss", role="boss", unit=company.root)
    sales = await sign_in("sales1")
    for number in range(12):
        customer = await company.customer()
        for _ in range(1 + number % 3):
            await sales.ok("POST", f"/customers/{customer.id}/follow-ups", json={"outcome": "no_answer", "note": "记录"})
        values = {"values": {"hasCar": True, "fundMonths": number}}
        await sales.ok("PATCH", f"/customers/{customer.id}/qualification", json=values, headers={"If-Match": "0"})
    await _ask(api, 1)  # what is cached once is not counted
    with statements(app) as few:
        one = await _ask(api, 2)
    with statements(app) as many:
        twelve = await _ask(api, 12)
    assert (len(one), len(twelve)) == (2, 12)
    assert len(many) == len(few), "\n".join(many)
    for node in twelve:
        assert [entry["kind"] for entry in node["timeline"]][-2:] == ["assigned", "lead_received"] or len(node["timeline"]) == 5
        assert {entry["note"]["value"] for entry in node["followUps"]} == {"记录"}
        told = [*node["followUps"], *node["qualification"]["fields"], *node["stateChanges"]]
        assert {entry["by"]["displayName"] for entry in told} == {"员工sales1"}
        assert (len(node["qualification"]["fields"]), node["stateChanges"][0]["now"]) == (2, "unreachable")


async def _ask(api: Api, first: int) -> list[dict[str, Any]]:
    answer = await api.graphql(ALL, first=first)
    assert "errors" not in answer, answer
    return [edge["node"] for edge in answer["data"]["customers"]["edges"]]


async def test_every_refusal_has_rests_code_and_words(company: Company, sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    finance = await sign_in("money", role="finance")
    customer = await company.customer(phone=(taken := fresh_phone()))
    nobody = company.id
    asked: list[tuple[Api, Any]] = [
        (finance, lambda door: door.page()),
        (finance, lambda door: door.search("张")),
        (finance, lambda door: door.get(customer.id)),
        (finance, lambda door: door.create(name="x", phone=fresh_phone())),
        (sales, lambda door: door.get(nobody)),
        (sales, lambda door: door.search("12345")),
        (sales, lambda door: door.page(cursor="nonsense")),
        (sales, lambda door: door.page(stage="nonsense")),
        (sales, lambda door: door.create(name="x", phone=taken)),
        (sales, lambda door: door.create(name="x", phone="123")),
        (sales, lambda door: door.create(name="a" * 61, phone=fresh_phone())),
        (sales, lambda door: door.update(customer.id, 99, name="x")),
        (sales, lambda door: door.update(nobody, 1, name="x")),
        (sales, lambda door: door.follow_up(customer.id, outcome="other", stage="settled")),
        (sales, lambda door: door.follow_up(customer.id, outcome="nonsense")),
        (sales, lambda door: door.reveal(customer.id, "note")),
        (sales, lambda door: door.reveal(customer.id, "name", "other")),
        (sales, lambda door: door.assign(customer.id, nobody, 1)),
    ]
    for number, (api, ask) in enumerate(asked):
        told: list[dict[str, Any]] = []
        for name in ("rest", "graphql"):
            with pytest.raises(Refused) as refused:
                await ask(Door(api, name))
            told.append(refused.value.problem)
        rest, graphql = ({key: problem[key] for key in ("code", "status", "title", "message", "type")} for problem in told)
        assert rest == graphql, number
        assert [error["code"] for error in told[0]["errors"]] == [error["code"] for error in told[1]["errors"]], number


async def test_what_a_query_may_not_ask(sign_in: SignIn) -> None:
    api = await sign_in("boss", role="boss")
    deep = "{ customers { edges { node { followUps { by { orgUnit { parent { parent { parent { parent { parent { id } } } } } } } } } } } }"
    wide = "{ " + " ".join(f"a{number}: me {{ id }}" for number in range(40)) + " }"
    costly = "{ customers(first: 100) { edges { node { followUps { id by { id } } timeline(first: 100) { kind } } } } }"
    for query in (deep, wide, "{ customers { nonsense } }", "query { ", "mutation { createCustomer { id } }"):
        assert await _told(api, query) == "core.graphql-invalid", query
    assert await _told(api, costly) == "core.graphql-too-costly"
    assert await _told(api, "{ customers(first: 101) { edges { cursor } } }") == "core.invalid"


async def test_a_refused_value_is_not_repeated(sign_in: SignIn) -> None:
    api = await sign_in("boss", role="boss")
    phone, name = "13912345678", "欧阳炜煜"
    asked: list[tuple[str, dict[str, Any]]] = [
        (f'{{ customer(id: "{phone}") {{ id }} }}', {}),
        (f"{{ customer(id: {phone}) {{ id }} }}", {}),
        (f'{{ customer(id: "{phone}', {}),
        (f'{{ "{phone}" }}', {}),
        (f'mutation {{ createCustomer(data: {{name: "{name}", phone: {phone}}}) {{ id }} }}', {}),
        ("query($id: UUID!) { customer(id: $id) { id } }", {"id": phone}),
        ("mutation($data: CustomerInput!) { createCustomer(data: $data) { id } }", {"data": {"name": name, "phone": 13912345678}}),
        ("mutation($data: CustomerInput!) { createCustomer(data: $data) { id } }", {"data": {"name": name, "tel": phone}}),
        ("mutation($data: CustomerInput!) { createCustomer(data: $data) { id } }", {"data": {"name": name}}),
    ]
    for query, variables in asked:
        assert await _told(api, query, phone, name, **variables) == "core.graphql-invalid", query


async def _told(api: Api, query: str, *values: str, **variables: Any) -> str:
    """The first refusal's code; the answer holds none of the values."""
    answer = await api.graphql(query, **variables)
    assert not answer.get("data"), query
    assert not any(value in str(answer) for value in values), answer
    return answer["errors"][0]["extensions"]["problem"]["code"]
