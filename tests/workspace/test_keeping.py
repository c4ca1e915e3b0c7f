"""Preferences, drafts and to-dos: what an employee's clients keep on the server."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import func, select

from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.events import NEXT_ACTION
from loanbroker_api.workspace import service
from loanbroker_api.workspace.models import Draft, PushEvent, Todo
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]


class TestPreferences:
    async def test_the_last_writer_wins_and_versions_rise(self, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        path = "/preferences/table.customers"
        assert code_of(await sales("GET", path)) == "workspace.preference-not-found"
        for version, value in enumerate(({"columns": ["name"]}, {"columns": []}, {}), 1):
            kept = await sales.ok("PUT", path, json={"value": value})
            assert kept == {"key": "table.customers", "value": value, "version": version}
            assert await sales.ok("GET", path) == kept
        for _ in range(2):
            assert (await sales("DELETE", path)).status_code == 204
        assert (await sales("GET", path)).status_code == 404

    async def test_many_writers_at_once(self, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        kept = await asyncio.gather(*(sales.ok("PUT", "/preferences/theme", json={"value": {"n": n}}) for n in range(8)))
        assert sorted(one["version"] for one in kept) == list(range(1, 9))

    async def test_its_size_is_bounded(self, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        room = service.MAX_PREFERENCE - len('{"a":""}')
        assert (await sales("PUT", "/preferences/a", json={"value": {"a": "x" * room}})).status_code == 200
        for text in ("x" * (room + 1), "字" * (room // 3 + 1)):
            answer = await sales("PUT", "/preferences/a", json={"value": {"a": text}})
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "core.too-long")
            assert answer.json()["errors"][0]["pointer"] == "/value"

    async def test_each_has_their_own(self, sign_in: SignIn) -> None:
        one, other = await sign_in("sales1"), await sign_in("sales2")
        await one.ok("PUT", "/preferences/theme", json={"value": {"dark": True}})
        assert (await other("GET", "/preferences/theme")).status_code == 404
        assert await other.ok("GET", "/preferences") == []
        assert [row["key"] for row in await one.ok("GET", "/preferences")] == ["theme"]

    async def test_names(self, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        for key in ("Theme", "1a", "a b", "a/b", "a" * 101, "ä"):
            assert (await sales("PUT", f"/preferences/{key}", json={"value": {}})).status_code in {404, 422}
        for body in ({"value": []}, {"value": "x"}, {}, {"value": None}):
            assert code_of(await sales("PUT", "/preferences/theme", json=body)) == "core.invalid"


class TestDrafts:
    BODY: ClassVar[dict[str, Any]] = {"name": "欧阳修", "phone": "13800138000", "note": ["月底", 1, None, {"a": True}]}

    async def test_it_comes_back_as_it_was_typed(self, sign_in: SignIn) -> None:
        sales, other = await sign_in("sales1"), await sign_in("sales2")
        assert code_of(await sales("GET", "/drafts/customer.new")) == "workspace.draft-not-found"
        saved = await sales.ok("PUT", "/drafts/customer.new", json={"body": self.BODY})
        assert (
            await sales.ok("GET", "/drafts/customer.new")
            == saved
            == {"key": "customer.new", "body": self.BODY, "savedAt": saved["savedAt"]}
        )
        assert (await other("GET", "/drafts/customer.new")).status_code == 404
        await sales.ok("PUT", "/drafts/customer.new", json={"body": {"name": "x"}})
        assert (await sales.ok("GET", "/drafts/customer.new"))["body"] == {"name": "x"}
        for _ in range(2):
            assert (await sales("DELETE", "/drafts/customer.new")).status_code == 204
        assert (await sales("GET", "/drafts/customer.new")).status_code == 404

    async def test_at_rest_nothing_of_it_can_be_read(self, sign_in: SignIn, company: Company, administrator: asyncpg.Connection) -> None:
        sales = await sign_in("sales1")
        await sales.ok("PUT", "/drafts/customer.new", json={"body": self.BODY})
        row = await administrator.fetchrow("SELECT d::text AS all, body_enc FROM draft d WHERE tenant_id = $1", company.id)
        for text in ("欧阳修", "13800138000", "月底", "phone"):
            assert text not in row["all"]
            assert text.encode() not in row["body_enc"]
            assert text.encode().hex() not in row["all"]

    async def test_anothers_ciphertext_in_ones_own_row_does_not_open(
        self, sign_in: SignIn, company: Company, administrator: asyncpg.Connection
    ) -> None:
        one, other = await sign_in("sales1"), await sign_in("sales2")
        await one.ok("PUT", "/drafts/a", json={"body": self.BODY})
        await other.ok("PUT", "/drafts/a", json={"body": {}})
        await administrator.execute(
            "UPDATE draft SET body_enc = theirs.body_enc FROM draft theirs WHERE draft.tenant_id = $1 AND theirs.tenant_id = $1 "
            "AND draft.employee_id = $2 AND theirs.employee_id = $3",
            company.id,
            (await company.employee("sales2")).id,
            (await company.employee("sales1")).id,
        )
        answer = await other("GET", "/drafts/a")
        assert (answer.status_code, code_of(answer)) == (500, "core.internal")
        assert "欧阳修" not in answer.text

    async def test_its_size_is_bounded_and_its_time_too(
        self, sign_in: SignIn, runtime: Runtime, company: Company, clock: TestClock
    ) -> None:
        sales = await sign_in("sales1")
        answer = await sales("PUT", "/drafts/a", json={"body": {"a": "x" * service.MAX_DRAFT}})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/body")
        await sales.ok("PUT", "/drafts/a", json={"body": {"a": "x"}})
        for days, left in ((29, 1), (2, 0)):
            clock.move(timedelta(days=days))
            async with runtime.uow(company.id) as uow:
                await service.purge(uow)
            async with runtime.read(company.id) as session:
                assert await session.scalar(select(func.count()).select_from(Draft)) == left


async def put(runtime: Runtime, company: Company, username: str, subject: UUID, *, hours: int = 1) -> Todo:
    employee = await company.employee(username)
    async with runtime.uow(company.id) as uow:
        return await service.put_todo(uow, employee.id, NEXT_ACTION, ("customer", subject), uow.now + timedelta(hours=hours))


async def pushed(runtime: Runtime, company: Company, username: str) -> int:
    employee = await company.employee(username)
    async with runtime.read(company.id) as session:
        mine = select(func.count()).select_from(PushEvent).where(PushEvent.employee_id == employee.id)
        return await session.scalar(mine.where(PushEvent.kind == "workspace.todo_changed")) or 0


def ids(page: dict[str, Any]) -> list[str]:
    return [row["id"] for row in page["items"]]


class TestTodos:
    async def test_one_is_open_for_a_subject(self, runtime: Runtime, company: Company, sign_in: SignIn) -> None:
        sales, subject = await sign_in("sales1"), new_id()
        first = await put(runtime, company, "sales1", subject)
        second = await put(runtime, company, "sales1", subject, hours=2)
        assert ids(await sales.ok("GET", "/todos")) == [str(second.id)]
        assert ids(await sales.ok("GET", "/todos", params={"state": "done"})) == [str(first.id)]

    async def test_they_come_by_due_time(self, runtime: Runtime, company: Company, sign_in: SignIn, clock: TestClock) -> None:
        sales = await sign_in("sales1")
        late, soon, far = [await put(runtime, company, "sales1", new_id(), hours=hours) for hours in (1, 2, 30)]
        clock.move(timedelta(hours=1, minutes=1))
        await sales.login()
        rows = (await sales.ok("GET", "/todos"))["items"]
        assert [(row["id"], row["late"]) for row in rows] == [(str(late.id), True), (str(soon.id), False), (str(far.id), False)]
        assert {row["title"] for row in rows} == {"下次跟进"}
        assert rows[0]["subject"] is None
        first = await sales.ok("GET", "/todos", params={"limit": 2})
        assert ids(await sales.ok("GET", "/todos", params={"limit": 2, "cursor": first["nextCursor"]})) == [str(far.id)]
        answer = await sales("GET", "/todos", params={"state": "done", "cursor": first["nextCursor"]})
        assert code_of(answer) == "core.cursor-invalid"

    async def test_they_follow_the_owner(self, runtime: Runtime, company: Company, sign_in: SignIn) -> None:
        one, other, subject = await sign_in("sales1"), await sign_in("sales2"), new_id()
        todo = await put(runtime, company, "sales1", subject)
        before = await pushed(runtime, company, "sales1")
        async with runtime.uow(company.id) as uow:
            await service.hand_todos(uow, subject, (await company.employee("sales2")).id)
        assert ids(await one.ok("GET", "/todos")) == []
        assert ids(await other.ok("GET", "/todos")) == [str(todo.id)]
        assert (await pushed(runtime, company, "sales1"), await pushed(runtime, company, "sales2")) == (before + 1, 1)
        async with runtime.uow(company.id) as uow:
            await service.hand_todos(uow, subject, (await company.employee("sales2")).id)
        assert await pushed(runtime, company, "sales2") == 1
        async with runtime.uow(company.id) as uow:
            await service.hand_todos(uow, subject, None)
        assert ids(await other.ok("GET", "/todos")) == []
        assert await pushed(runtime, company, "sales2") == 2

    async def test_done_twice_is_done_once(self, runtime: Runtime, company: Company, sign_in: SignIn) -> None:
        sales, todo = await sign_in("sales1"), await put(runtime, company, "sales1", new_id())
        first, second = [await sales.ok("POST", f"/todos/{todo.id}/complete") for _ in range(2)]
        assert first == second
        assert (first["doneAt"] is not None, first["allowedActions"]) == (True, [])

    async def test_put_off(self, runtime: Runtime, company: Company, sign_in: SignIn, clock: TestClock) -> None:
        sales, todo = await sign_in("sales1"), await put(runtime, company, "sales1", new_id())
        later = (clock.now() + timedelta(days=1)).replace(microsecond=0)
        moved = await sales.ok("POST", f"/todos/{todo.id}/reschedule", json={"dueAt": later.isoformat()})
        assert moved["dueAt"] == later.isoformat().replace("+00:00", "Z")
        assert moved["version"] > todo.version
        past = await sales("POST", f"/todos/{todo.id}/reschedule", json={"dueAt": (clock.now() - timedelta(seconds=1)).isoformat()})
        assert (past.status_code, past.json()["errors"][0]["code"]) == (422, "workspace.due-past")
        for due in ("soon", None, 5e20, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
            answer = await sales("POST", f"/todos/{todo.id}/reschedule", json={"dueAt": due})
            assert (answer.status_code, code_of(answer)) == (422, "core.invalid"), due

    async def test_what_is_done_is_not_put_off(self, runtime: Runtime, company: Company, sign_in: SignIn, clock: TestClock) -> None:
        """Else it would stand open beside its successor."""
        sales, subject = await sign_in("sales1"), new_id()
        first = await put(runtime, company, "sales1", subject)
        second = await put(runtime, company, "sales1", subject)
        answer = await sales("POST", f"/todos/{first.id}/reschedule", json={"dueAt": (clock.now() + timedelta(days=1)).isoformat()})
        assert (answer.status_code, code_of(answer)) == (409, "workspace.todo-done")
        assert ids(await sales.ok("GET", "/todos")) == [str(second.id)]

    @pytest.mark.parametrize("whose", ["a colleague's", "nobody's"])
    async def test_not_ones_own(self, runtime: Runtime, company: Company, sign_in: SignIn, whose: str, clock: TestClock) -> None:
        other = await sign_in("sales2")
        todo_id = (await put(runtime, company, "sales1", new_id())).id if whose == "a colleague's" else uuid4()
        body = {"dueAt": (clock.now() + timedelta(days=1)).isoformat()}
        for path, options in (("complete", {}), ("reschedule", {"json": body})):
            answer = await other("POST", f"/todos/{todo_id}/{path}", **options)
            assert (answer.status_code, code_of(answer)) == (404, "workspace.todo-not-found")
