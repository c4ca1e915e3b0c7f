"""Who one is, duty, the staff within one's scope, the org tree, and from where a request came."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_network

import pytest
from asgi_lifespan import LifespanManager
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.datastructures import Headers

from loanbroker_api.access.middleware import client_ip
from loanbroker_api.access.models import LoginSession
from loanbroker_api.access.roles.trees import below
from loanbroker_api.app import create_app
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.grading import GRADED
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.outbox import Outbox
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.settings import Settings
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]


PRODUCTS = ["match", "calculator", "products", "lenders"]
TEXTS = {"customer.note", "customer.followUpNote", "case.comment", "case.declinedReason", "case.voidReason", "receipt.note"}
MONEY = ["board", "cases", "receipts", "overview", "funnel"]


class TestMe:
    async def test_a_seller(self, sign_in: SignIn, company: Company, clock: TestClock) -> None:
        sales = await sign_in("sales1")
        me = await sales.ok("GET", "/me")
        assert (me["employee"]["username"], me["employee"]["displayName"]) == ("sales1", "员工sales1")
        assert (me["tenant"]["code"], me["orgUnit"]["name"], me["orgUnit"]["kind"]) == (company.code, "一队", "team")
        assert [(role["code"], role["name"]) for role in me["roles"]] == [("sales", "业务员")]
        held = {entry["permission"]: entry["scope"] for entry in me["permissions"]}
        own = ["customers.create", "customers.edit", "customers.follow_up", "customers.reveal", "customers.view", "finance.view"]
        own += ["pipeline.create", "pipeline.edit", "pipeline.move", "pipeline.submit", "pipeline.view"]
        assert held == {**dict.fromkeys(own, "self"), "products.match": "company", "products.view": "company"}
        assert [menu["key"] for menu in me["menus"]] == ["today", "customers", *PRODUCTS, "board", "cases", "receipts"]
        shown = {entry["field"]: entry["visibility"] for entry in me["fields"]}
        assert shown == {name: "full" if name in TEXTS else "masked" for name in GRADED}
        assert "password" not in str(me)

    async def test_menus_follow_permissions(self, sign_in: SignIn) -> None:
        settings = ["org", "roles", "login-policies", "login-approvals", "api-keys"]
        for role, menus in {
            "boss": ["today", "customers", "channels", "inbox", *PRODUCTS, *MONEY, "audit", *settings, "pipelines"],
            "hr": ["today", "org"],
            "leader": ["today", "customers", "channels", "inbox", *PRODUCTS, *MONEY, "org", "login-approvals"],
            "finance": ["today", *MONEY],
        }.items():
            me = await (await sign_in(role, role=role)).ok("GET", "/me")
            assert [menu["key"] for menu in me["menus"]] == menus, role


class TestDuty:
    async def test_it_changes_once(self, sign_in: SignIn, runtime: Runtime, company: Company) -> None:
        sales = await sign_in("sales1", on_duty=False)
        for on_duty in (True, True, False):
            assert (await sales.ok("PUT", "/me/duty", json={"onDuty": on_duty}))["onDuty"] is on_duty
        async with runtime.read(company.id) as session:
            entries = list(
                await session.scalars(select(AuditEntry).where(AuditEntry.action == "access.duty_changed").order_by(AuditEntry.id))
            )
            assert [entry.facts["changes"] for entry in entries] == [{"onDuty": [False, True]}, {"onDuty": [True, False]}]
            assert list(await session.scalars(select(Outbox))) == []

    async def test_what_is_no_duty(self, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        for body in ({}, {"onDuty": None}, {"onDuty": "perhaps"}, {"onDuty": True, "x": 1}, []):
            assert code_of(await sales("PUT", "/me/duty", json=body)) == "core.invalid"


class TestEmployees:
    @pytest.fixture
    async def staff(self, company: Company) -> Company:
        await company.employee("sales1")
        await company.employee("sales2", unit=company.other_team)
        await company.employee("leader1", role="leader")
        await company.employee("manager1", role="manager", unit=company.department)
        await company.employee("boss", role="boss", unit=company.root)
        await company.employee("hr1", role="hr", unit=company.root)
        return company

    @pytest.mark.parametrize(
        ("username", "seen"),
        [
            ("boss", {"sales1", "sales2", "leader1", "manager1", "boss", "hr1"}),
            ("hr1", {"sales1", "sales2", "leader1", "manager1", "boss", "hr1"}),
            ("manager1", {"sales1", "sales2", "leader1", "manager1"}),
            ("leader1", {"sales1", "leader1"}),
        ],
    )
    async def test_by_scope(self, staff: Company, sign_in: SignIn, username: str, seen: set[str]) -> None:
        page = await (await sign_in(username)).ok("GET", "/employees")
        assert {row["username"] for row in page["items"]} == seen
        numbers = [row["employeeNo"] for row in page["items"]]
        assert numbers == sorted(numbers)

    async def test_not_for_sellers(self, staff: Company, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        answer = await sales("GET", "/employees")
        assert (answer.status_code, code_of(answer)) == (403, "core.forbidden")
        assert "查看员工" in answer.json()["message"]

    async def test_filters_and_pages(self, staff: Company, sign_in: SignIn) -> None:
        boss = await sign_in("boss")

        async def names(**params: object) -> list[str]:
            return [row["username"] for row in (await boss.ok("GET", "/employees", params=params))["items"]]

        assert await names(search="员工sales") == ["sales1", "sales2"]
        assert await names(search="0003") == ["leader1"]
        assert await names(search="%") == []
        assert await names(search="_") == []
        assert await names(unitId=str(staff.other_team)) == ["sales2"]
        assert await names(active="false") == []
        found, cursor = [], None
        while True:
            page = await boss.ok("GET", "/employees", params={"limit": 4, **({"cursor": cursor} if cursor else {})})
            found += [row["username"] for row in page["items"]]
            cursor = page["nextCursor"]
            if cursor is None:
                break
        assert found == ["sales1", "sales2", "leader1", "manager1", "boss", "hr1"]


class TestOrgUnits:
    async def test_parents_come_first(self, sign_in: SignIn, company: Company) -> None:
        units = (await (await sign_in("sales1")).ok("GET", "/org-units"))["items"]
        assert [unit["kind"] for unit in units] == ["company", "department", "team", "team"]
        known = {None}
        for unit in units:
            assert unit["parentId"] in known
            known.add(unit["id"])

    def test_a_unit_and_what_is_below_it(self) -> None:
        top, left, right, leaf, lost = (new_id() for _ in range(5))
        parents = {top: None, left: top, right: top, leaf: left, lost: lost}
        assert below(parents, top) == {top, left, right, leaf}
        assert below(parents, left) == {left, leaf}
        assert below(parents, lost) == {lost}


def address(peer: str, forwarded: str, *trusted: str) -> str:
    class Trusting:
        settings = Settings(environment="test", trusted_proxies=tuple(ip_network(one) for one in trusted))

    return client_ip({"client": (peer, 1)}, Headers({"x-forwarded-for": forwarded} if forwarded else {}), Trusting())  # type: ignore[arg-type]


class TestWhereFrom:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "trusted", "found"),
        [
            ("203.0.113.9", "10.0.0.1", (), "203.0.113.9"),
            ("203.0.113.9", "10.0.0.1", ("10.0.0.0/8",), "203.0.113.9"),
            ("10.0.0.2", "203.0.113.9", ("10.0.0.0/8",), "203.0.113.9"),
            ("10.0.0.2", "198.51.100.7, 203.0.113.9, 10.0.0.3", ("10.0.0.0/8",), "203.0.113.9"),
            ("10.0.0.2", "", ("10.0.0.0/8",), "10.0.0.2"),
            ("10.0.0.2", "10.1.1.1, 10.2.2.2", ("10.0.0.0/8",), "10.1.1.1"),
            ("10.0.0.2", "nonsense", ("10.0.0.0/8",), "10.0.0.2"),
            ("10.0.0.2", "203.0.113.9,, ,", ("10.0.0.0/8",), "203.0.113.9"),
            ("::1", "2001:db8::7", ("::1/128",), "2001:db8::7"),
            ("unix", "203.0.113.9", ("10.0.0.0/8",), "unix"),
        ],
    )
    def test_the_nearest_address_that_is_no_proxy_of_ours(self, peer: str, forwarded: str, trusted: tuple[str, ...], found: str) -> None:
        assert address(peer, forwarded, *trusted) == found

    @given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=60))
    def test_whoever_is_not_trusted_cannot_choose(self, forwarded: str) -> None:
        assert address("203.0.113.9", forwarded, "10.0.0.0/8") == "203.0.113.9"

    async def test_a_session_keeps_it(self, settings: Settings, clock: TestClock, runtime: Runtime, company: Company) -> None:
        await company.employee("sales1")
        trusting = settings.model_copy(update={"trusted_proxies": (ip_network("127.0.0.0/8"),)})
        for chosen, expected in ((settings, "127.0.0.1"), (trusting, "203.0.113.9")):
            application = create_app(chosen, clock)
            async with LifespanManager(application, startup_timeout=30, shutdown_timeout=30), Api(application, company, "sales1") as api:
                api._http.headers["x-forwarded-for"] = "203.0.113.9"
                await api.login()
            async with runtime.read(company.id) as session:
                assert await session.scalar(select(LoginSession.ip).order_by(LoginSession.id.desc()).limit(1)) == expected
