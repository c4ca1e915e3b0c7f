"""The bell: counted, read one by one or all at once, worded when it is read."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.tasks import HANDED_CUSTOMER, NEW_CUSTOMER
from loanbroker_api.notifications import queries
from loanbroker_api.notifications.service import notify
from support.client import Api, code_of
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]


async def tell(runtime: Runtime, company: Company, username: str, times: int = 1, kind: str = NEW_CUSTOMER) -> None:
    employee = await company.employee(username)
    async with runtime.uow(company.id) as uow:
        for _ in range(times):
            await notify(uow, employee.id, kind)


async def unread(api: Api) -> int:
    return (await api.ok("GET", "/notifications/unread-count"))["unread"]


async def test_read_one_by_one_and_all_at_once(runtime: Runtime, company: Company, sign_in: SignIn) -> None:
    sales, other = await sign_in("sales1"), await sign_in("sales2")
    await tell(runtime, company, "sales1", 3)
    await tell(runtime, company, "sales2")
    assert await unread(sales) == 3
    newest, *_ = (await sales.ok("GET", "/notifications"))["items"]
    for _ in range(2):
        assert (await sales.ok("POST", f"/notifications/{newest['id']}/read"))["unread"] == 2
    listed = {wanted: (await sales.ok("GET", "/notifications", params={"unread": wanted}))["items"] for wanted in ("true", "false")}
    assert [len(listed["true"]), [row["id"] for row in listed["false"]]] == [2, [newest["id"]]]
    assert listed["false"][0]["readAt"] is not None
    assert (await sales.ok("POST", "/notifications/read-all"))["unread"] == 0
    assert (await unread(sales), await unread(other)) == (0, 1)


async def test_pages_newest_first(runtime: Runtime, company: Company, sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    await tell(runtime, company, "sales1", 5)
    found, cursor = [], None
    while True:
        page = await sales.ok("GET", "/notifications", params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        found += [row["id"] for row in page["items"]]
        if (cursor := page["nextCursor"]) is None:
            break
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 5


@pytest.mark.parametrize("whose", ["a colleague's", "nobody's"])
async def test_not_ones_own(runtime: Runtime, company: Company, sign_in: SignIn, whose: str) -> None:
    sales, other = await sign_in("sales1"), await sign_in("sales2")
    await tell(runtime, company, "sales1")
    (row,) = (await sales.ok("GET", "/notifications"))["items"]
    wanted = row["id"] if whose == "a colleague's" else uuid4()
    answer = await other("POST", f"/notifications/{wanted}/read")
    assert (answer.status_code, code_of(answer)) == (404, "notifications.not-found")
    assert await unread(sales) == 1


async def test_the_subject_is_named_when_it_is_read(runtime: Runtime, company: Company, sign_in: SignIn) -> None:
    sales, other = await sign_in("sales1"), await sign_in("sales2", unit=company.other_team)
    customer = await company.customer(name="欧阳修")
    async with runtime.uow(company.id) as uow:
        for username in ("sales1", "sales2"):
            await notify(uow, (await company.employee(username)).id, HANDED_CUSTOMER, subject=("customer", customer.id))
    newest, *_ = (await sales.ok("GET", "/notifications"))["items"]
    assert (newest["title"], newest["group"], newest["subject"]) == (
        "客户移交给你：欧阳*",
        "business",
        {"type": "customer", "id": str(customer.id)},
    )
    english, *_ = (await sales("GET", "/notifications", headers={"accept-language": "en"})).json()["items"]
    assert english["title"] == "Customer handed to you: 欧阳*"
    stranger, *_ = (await other.ok("GET", "/notifications"))["items"]
    assert (stranger["title"], stranger["subject"]) == ("客户移交给你：–", None)


async def test_counting_stops(runtime: Runtime, company: Company, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "SHOWN_AT_MOST", 2)
    sales = await sign_in("sales1")
    await tell(runtime, company, "sales1", 4)
    assert await unread(sales) == 2
