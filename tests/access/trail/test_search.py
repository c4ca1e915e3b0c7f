"""Searching the audit trail through both doors: filters, pages, titles, labels, masks, the history of one record."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from loanbroker_api.access.trail import queries
from loanbroker_api.core.audit import seal_once
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]
NODE = (
    "id at action title actor { kind id name } subject { kind id label } client ip place deviceName sessionId requestId facts "
    "changes { field title was now } sealed"
)
PAGE = f"edges {{ cursor node {{ {NODE} }} }} pageInfo {{ hasNextPage endCursor }}"
SEARCH = f"query($first: Int!, $after: String, $filter: AuditEntryFilter) {{ auditEntries(first: $first, after: $after, filter: $filter) {{ {PAGE} }} }}"


class Trail:
    """The search through one door; both answer the same entries and cursors."""

    def __init__(self, api: Api, door: str) -> None:
        self.api, self.door = api, door

    async def page(self, *, limit: int = 50, cursor: str | None = None, **wanted: Any) -> tuple[list[dict[str, Any]], str | None]:
        if self.door == "rest":
            params = {"limit": limit, **wanted, **({"cursor": cursor} if cursor else {})}
            page = await self.api.ok("GET", "/audit/entries", params=params)
            return page["items"], page["nextCursor"]
        answer = await self.api.graphql(SEARCH, first=limit, after=cursor, filter=wanted)
        assert "errors" not in answer, answer
        found = answer["data"]["auditEntries"]
        info = found["pageInfo"]
        return [edge["node"] for edge in found["edges"]], info["endCursor"] if info["hasNextPage"] else None

    async def all(self, *, limit: int = 50, **wanted: Any) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            items, cursor = await self.page(limit=limit, cursor=cursor, **wanted)
            entries += items
            if cursor is None:
                return entries


@pytest.fixture(params=["rest", "graphql"])
async def trail(request: pytest.FixtureRequest, sign_in: SignIn) -> Trail:
    return Trail(await sign_in("audit1", role="audit"), request.param)


async def test_an_act_is_found_with_its_words(trail: Trail, company: Company, sign_in: SignIn, runtime: Runtime, clock: TestClock) -> None:
    sales = await sign_in("sales1")
    customer = await company.customer(name="张三丰", phone="13812345678")
    await sales.ok("POST", f"/customers/{customer.id}/reveal", json={"field": "phone", "reason": {"code": "call"}})
    (entry,) = await trail.all(action="customers.revealed")
    person = company.employees["sales1"]
    assert (entry["title"], entry["actor"]) == ("查看完整信息", {"kind": "employee", "id": str(person.id), "name": person.display_name})
    assert entry["subject"] == {"kind": "customer", "id": str(customer.id), "label": "张**"}
    assert (entry["client"], entry["ip"], entry["sealed"]) == ("ios", "127.0.0.1", None)
    assert (entry["facts"]["field"], entry["changes"]) == ("phone", [])
    assert entry["sessionId"]
    assert "13812345678" not in str(entry)
    await seal_once(runtime.database, clock.now())
    (sealed,) = await trail.all(action="customers.revealed")
    assert sealed["sealed"] > 0
    assert {**sealed, "sealed": None} == entry


async def test_every_filter_narrows(trail: Trail, company: Company, sign_in: SignIn, runtime: Runtime, clock: TestClock) -> None:
    sales = await sign_in("sales1")
    customer = await company.customer()
    await sales.ok("PUT", "/me/duty", json={"onDuty": False})
    (mine,) = await trail.all(action="access.duty_changed")
    person = str(company.employees["sales1"].id)
    everything = await trail.all()
    assert [entry["at"] for entry in everything] == sorted((entry["at"] for entry in everything), reverse=True)
    wanted: list[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = [
        ({"action": "access.logged_in"}, lambda e: e["action"] == "access.logged_in"),
        ({"action": "access.logged_in, customers.created"}, lambda e: e["action"] in {"access.logged_in", "customers.created"}),
        ({"actorId": person}, lambda e: e["actor"]["id"] == person),
        ({"sessionId": mine["sessionId"]}, lambda e: e["sessionId"] == mine["sessionId"]),
        ({"subjectId": str(customer.id)}, lambda e: e["subject"] is not None and e["subject"]["id"] == str(customer.id)),
        ({"ip": "127.0.0.1"}, lambda e: e["ip"] == "127.0.0.1"),
        ({"client": "ios"}, lambda e: e["client"] == "ios"),
        ({"subjectId": str(customer.id), "action": "customers.created"}, lambda e: e["action"] == "customers.created"),
    ]
    for filters, holds in wanted:
        found = await trail.all(**filters)
        assert found, filters
        assert all(holds(entry) for entry in found), filters
    assert await trail.all(sessionId=str(new_id())) == []
    assert await trail.all(ip="10.1.2.3") == []
    assert await trail.all(client="web") == []
    at = everything[len(everything) // 2]["at"]
    since, before = await trail.all(**{"from": at}), await trail.all(to=at)
    assert len(since) + len(before) == len(everything)
    assert min(entry["at"] for entry in since) >= at > max(entry["at"] for entry in before)


async def test_pages_hold_each_entry_once(trail: Trail, company: Company, runtime: Runtime) -> None:
    """Also where many have one moment, and where new ones come in between."""
    async with runtime.uow(company.id) as uow:
        for n in range(11):
            uow.audit(company.system, "customers.touched", company.root, n=n)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        items, cursor = await trail.page(limit=3, cursor=cursor, subjectId=str(company.root), action="customers.touched")
        seen += [entry["id"] for entry in items]
        async with runtime.uow(company.id) as uow:
            uow.audit(company.system, "customers.touched", company.root, n=99)
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 11


async def test_what_is_rare_is_found_in_bounded_steps(
    trail: Trail, company: Company, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page looks at so many entries and no more: it may be empty and lead on."""
    monkeypatch.setattr(queries, "EXAMINED", 10)
    async with runtime.uow(company.id) as uow:
        uow.audit(company.system, "customers.touched", company.root)
    async with runtime.uow(company.id) as uow:
        for _ in range(35):
            uow.audit(company.system, "customers.edited", company.root)
    items, cursor = await trail.page(limit=5, action="customers.touched")
    assert (items, cursor is None) == ([], False)
    assert [entry["action"] for entry in await trail.all(limit=5, action="customers.touched")] == ["customers.touched"]
    assert len(await trail.all(limit=7, action="customers.edited", subjectId=str(company.root))) == 35


async def test_before_and_after_are_shown_masked(trail: Trail, company: Company, sign_in: SignIn, runtime: Runtime) -> None:
    sales = await sign_in("sales1")
    customer = await company.customer(name="张三丰")
    version = (await sales.ok("GET", f"/customers/{customer.id}"))["version"]
    body = {"name": "欧阳修", "city": "成都", "intent": "A", "note": "月底前要用", "idNumber": "11010519491231002X"}
    await sales.ok("PATCH", f"/customers/{customer.id}", json=body, headers={"If-Match": str(version)})
    (entry,) = await trail.all(action="customers.edited", subjectId=str(customer.id))
    changes = {change["field"]: (change["title"], change["was"], change["now"]) for change in entry["changes"]}
    assert changes["name"] == ("姓名", "张**", "欧阳*")
    assert changes["intent"] == ("意向", None, "A")
    assert changes["note"] == ("备注", None, "•••")
    assert changes["idNumber"] == ("证件号", None, "110***********002X")
    assert not {"张三丰", "欧阳修", "月底", "19491231"} & {part for part in ("张三丰", "欧阳修", "月底", "19491231") if part in str(entry)}


async def test_what_was_written_plain_is_masked_when_it_is_read(trail: Trail, company: Company, runtime: Runtime) -> None:
    """Entries cannot be changed any more, so the mask is also at the reading end."""
    async with runtime.uow(company.id) as uow:
        uow.audit(company.system, "customers.edited", company.root)
        uow._audit[-1]["facts"] = {
            "changes": {"name": ["张三丰", "李四"], "stars": [None, 5], "active": [True, False], "roles": [["a"], []]}
        }
    (entry,) = await trail.all(subjectId=str(company.root), action="customers.edited")
    changes = {change["field"]: (change["was"], change["now"]) for change in entry["changes"]}
    assert changes == {"name": ("张**", "李*"), "stars": (None, "5"), "active": ("是", "否"), "roles": ("a", "")}
    assert "changes" not in entry["facts"]


async def test_the_history_of_one_record(company: Company, sign_in: SignIn) -> None:
    api, customer = await sign_in("audit1", role="audit"), await company.customer()
    page = await api.ok("GET", f"/audit/records/{customer.id}", params={"limit": 1})
    rest = await api.ok("GET", f"/audit/records/{customer.id}", params={"cursor": page["nextCursor"]})
    entries = page["items"] + rest["items"]
    assert {entry["subject"]["id"] for entry in entries} == {str(customer.id)}
    assert entries[-1]["action"] == "customers.created"
    query = f"query($id: UUID!) {{ auditRecord(subjectId: $id) {{ {PAGE} }} }}"
    answer = await api.graphql(query, id=str(customer.id))
    assert [edge["node"]["id"] for edge in answer["data"]["auditRecord"]["edges"]] == [entry["id"] for entry in entries]
    assert (await api.ok("GET", f"/audit/records/{new_id()}"))["items"] == []


async def test_one_entry_with_its_seal_and_hash(company: Company, sign_in: SignIn, runtime: Runtime, clock: TestClock) -> None:
    api = await sign_in("audit1", role="audit")
    (entry,) = (await api.ok("GET", "/audit/entries", params={"action": "access.tenant_created"}))["items"]
    waiting = await api.ok("GET", f"/audit/entries/{entry['id']}")
    assert (waiting["seal"], len(waiting["hash"])) == (None, 64)
    await seal_once(runtime.database, clock.now())
    sealed = await api.ok("GET", f"/audit/entries/{entry['id']}")
    assert (sealed["seal"]["n"], sealed["sealed"], sealed["hash"]) == (1, 1, waiting["hash"])
    chain = await api.ok("GET", "/audit/chain")
    assert (chain["head"], chain["seals"]) == (sealed["seal"]["digest"], 1)
    answer = await api.graphql(f"query($id: UUID!) {{ auditEntry(id: $id) {{ {NODE} }} }}", id=entry["id"])
    assert answer["data"]["auditEntry"]["sealed"] == 1
    assert code_of(await api("GET", f"/audit/entries/{new_id()}")) == "access.audit-entry-not-found"


async def test_seals_of_entries_are_found_however_they_lie(company: Company, runtime: Runtime, clock: TestClock) -> None:
    """Late entries have older ids than what was sealed before them."""
    async with runtime.uow(company.id) as slow:
        slow.audit(company.system, "customers.touched", company.root)
        late = slow._audit[0]["id"]
        for _ in range(3):
            async with runtime.uow(company.id) as uow:
                uow.audit(company.system, "customers.touched", company.root)
            await seal_once(runtime.database, clock.now())
    await seal_once(runtime.database, clock.now())
    async with runtime.read(company.id) as session:
        (last,) = (await queries.seals_of(session, company.id, [late])).values()
        chain = await queries.get_chain(session, company.id)
        seal = await queries.get_seal(session, last)
    assert (last, chain.n) == (4, 4)
    assert late in seal.entry_ids


async def test_what_is_refused(company: Company, sign_in: SignIn) -> None:
    api, sales = await sign_in("audit1", role="audit"), await sign_in("sales1")
    for path in ("entries", f"entries/{new_id()}", f"records/{new_id()}", "actions", "chain"):
        assert code_of(await sales("GET", f"/audit/{path}")) == "core.forbidden"
    for query in ("{ auditEntries { edges { cursor } } }", "{ auditChain { seals } }", "{ auditActions { action } }"):
        answer = await sales.graphql(query)
        assert answer["errors"][0]["extensions"]["problem"]["code"] == "core.forbidden"
    for params in ({"action": "customers.nothing"}, {"action": ","}, {"actorId": "x"}, {"from": "yesterday"}, {"client": "fax"}):
        assert code_of(await api("GET", "/audit/entries", params=params)) == "core.invalid"
    assert code_of(await api("GET", "/audit/entries", params={"cursor": "x"})) == "core.cursor-invalid"


async def test_all_actions_with_titles(sign_in: SignIn) -> None:
    api = await sign_in("audit1", role="audit")
    items = (await api.ok("GET", "/audit/actions"))["items"]
    assert {"action": "customers.revealed", "title": "查看完整信息", "area": "customers"} in items
    assert [item["action"] for item in items] == sorted(item["action"] for item in items)
    english = (await api.ok("GET", "/audit/actions", headers={"Accept-Language": "en"}))["items"]
    assert {"action": "customers.revealed", "title": "Revealed a field", "area": "customers"} in english
    answer = await api.graphql("{ auditActions { action title area } }")
    assert answer["data"]["auditActions"] == items


async def test_a_page_is_few_statements(company: Company, sign_in: SignIn, runtime: Runtime) -> None:
    """Labels, devices and seals are read for the page, not for each row."""
    from sqlalchemy import Engine, event

    api = await sign_in("audit1", role="audit")
    for _ in range(3):
        await company.customer()
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        few = await api.ok("GET", "/audit/entries", params={"limit": 2})
        count = len(sent)
        many = await api.ok("GET", "/audit/entries", params={"limit": 100})
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(many["items"]) > 10 > len(few["items"])
    kinds = {entry["subject"]["kind"] for entry in many["items"] if entry["subject"]}
    assert len(sent) - count <= count + len(kinds)


async def test_another_company_sees_nothing_of_it(company: Company, sign_in: SignIn, runtime: Runtime, clock: TestClock) -> None:
    from support.company import new_company

    other = await new_company(runtime)
    async with runtime.uow(other.id) as uow:
        uow.audit(other.system, "customers.touched", other.root)
        theirs = uow._audit[0]["id"]
    clock.move(timedelta(seconds=1))
    api = await sign_in("audit1", role="audit")
    assert code_of(await api("GET", f"/audit/entries/{theirs}")) == "access.audit-entry-not-found"
    assert (await api.ok("GET", f"/audit/records/{other.root}"))["items"] == []
