"""Keyset paging: pages put together are the list, whatever ties there are; a cursor fits its own sort only."""

import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import insert, select

from loanbroker_api.core.errors import CursorInvalid
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.paging import decode_cursor, encode_cursor, keyset
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.workspace.models import Todo
from support.client import Api, code_of
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]
START = datetime(2026, 3, 1, tzinfo=UTC)


@examples(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ties=st.lists(st.integers(0, 3), max_size=15), limit=st.integers(1, 7), descending=st.booleans())
async def test_pages_put_together_are_the_list(runtime: Runtime, company: Company, ties: list[int], limit: int, descending: bool) -> None:
    employee_id = new_id()
    rows = [
        {
            "id": new_id(),
            "employee_id": employee_id,
            "kind": "x",
            "subject_type": "x",
            "subject_id": new_id(),
            "due_at": START + timedelta(microseconds=tie),
            "created_at": START,
            "updated_at": START,
        }
        for tie in ties
    ]
    async with runtime.uow(company.id) as uow:
        if rows:
            await uow.session.execute(insert(Todo), rows)
    expected = sorted(((row["due_at"], row["id"]) for row in rows), reverse=descending)
    found: list[object] = []
    cursor = None
    async with runtime.read(company.id) as session:
        for _ in range(len(ties) + 2):
            statement = select(Todo).where(Todo.employee_id == employee_id)
            page = await keyset(session, statement, Todo.due_at, Todo.id, sort="due", cursor=cursor, limit=limit, descending=descending)
            assert len(page.items) <= limit
            found += [(todo.due_at, todo.id) for todo in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
            assert len(page.items) == limit
    assert found == expected


def test_a_cursor_comes_back_as_it_went() -> None:
    key = (START, new_id(), 7, "张三|\n")
    assert decode_cursor(encode_cursor("s", *key), "s", datetime, type(key[1]), int, str) == key


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda body: base64.urlsafe_b64encode(body).decode()))
def test_garbage_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(cursor, "s", datetime, int)


def forged(*parts: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(parts))).decode().rstrip("=")


FORGED = {
    "/customers": [
        "x",
        "",
        "é",
        "=" * 40,
        "/" * 40,
        forged(),
        forged("-activeAt"),
        forged("-createdAt", str(new_id())),
        forged("-activeAt", "2026-01-01T00:00:00Z"),
        forged("-activeAt", "soon", str(new_id())),
        forged("-activeAt", "2026-01-01T00:00:00Z", "no uuid"),
        forged("-activeAt", "0001-01-01T00:00:00+14:00", str(new_id())),
        forged("-activeAt", "9999-12-31T23:59:59-14:00", str(new_id())),
        forged("-activeAt", None, {"$": 1}),
        forged("-activeAt", "2026-01-01T00:00:00Z", str(new_id()), "more"),
    ],
    "/employees": [forged("employeeNo", "a\x00b", str(new_id())), forged("employeeNo", "0001", "x")],
}


async def test_a_list_refuses_a_cursor_that_it_did_not_make(sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss")
    for path, cursors in FORGED.items():
        for cursor in cursors:
            answer = await boss("GET", path, params={"cursor": cursor})
            assert (answer.status_code, code_of(answer)) == (422, "core.cursor-invalid"), cursor


async def test_a_cursor_of_another_sort_is_refused(sign_in: SignIn, company: Company) -> None:
    boss = await sign_in("boss", role="boss")
    for _ in range(2):
        await company.customer(team=company.team)
    page = await boss.ok("GET", "/customers", params={"limit": 1})
    answer = await boss("GET", "/customers", params={"limit": 1, "sort": "-createdAt", "cursor": page["nextCursor"]})
    assert (answer.status_code, code_of(answer)) == (422, "core.cursor-invalid")


async def test_a_limit_out_of_bounds_is_refused(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    for limit in ("0", "-1", "201", "x", "1.5", ""):
        answer = await sales("GET", "/customers", params={"limit": limit})
        assert (answer.status_code, code_of(answer)) == (422, "core.invalid"), limit
        assert answer.json()["errors"][0]["pointer"] == "?limit"
