"""The funnel through both doors equals brute force, whatever is asked; each viewer sees their own scope and no more."""

import csv
import io
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from loanbroker_api.core import outbox
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.customers.models import Stage
from support.brute import Everything, Wanted, brute, funnel_of, spans_of
from support.client import Api, code_of
from support.company import Company
from support.facts import Facts
from support.funnel import FUNNEL, STEPS, SignIn, ask, parameters
from support.histories import BEGIN, History


def check(answer: dict[str, Any], found: Everything, wanted: Wanted) -> None:
    """Bars, rows and times are those of brute force."""
    by_key = funnel_of(found, wanted)
    sums = {
        number: [sum(cells.get(number, (0, 0, 0, 0))[place] for cells in by_key.values()) for place in range(4)] for number in range(1, 10)
    }
    times = spans_of(found, wanted)
    assert [step["step"] for step in answer["steps"]] == list(STEPS)
    for number, step in enumerate(answer["steps"], start=1):
        assert [step["count"], step["amountFen"], step["moves"], step["back"]] == sums[number], step
        if number in times:
            assert step["medianSeconds"] == pytest.approx(times[number][0], abs=0.5)
            assert step["p90Seconds"] == pytest.approx(times[number][1], abs=0.5)
        else:
            assert step["medianSeconds"] is None
        above = sums[number - 1][0] if number > 1 else 0
        assert (step["rateBps"] is None) == (above == 0)
        if above:
            assert step["rateBps"] == pytest.approx(step["count"] * 10_000 / above, abs=0.5)
    if wanted.split != "none":
        rows = {row["key"]: {number: step for number, step in enumerate(row["steps"], start=1)} for row in answer["rows"]}
        assert set(rows) == {key for key, cells in by_key.items() if any(map(any, cells.values()))}
        for key, cells in by_key.items():
            for number in range(1, 10) if key in rows else ():
                count, amount, *_ = cells.get(number, (0, 0, 0, 0))
                assert (rows[key][number]["count"], rows[key][number]["amountFen"]) == (count, amount)


def questions(rng: random.Random, told: History, company: Company, number: int) -> list[Wanted]:
    """All sorts: one dimension, several crossing ones, short and long periods."""
    found: list[Wanted] = []
    for _ in range(number):
        first = BEGIN.date() + timedelta(days=rng.randrange(130))
        people = [one for one, _ in told.owners]
        found.append(
            Wanted(
                first,
                first + timedelta(days=rng.choice([0, 6, 30, 120])),
                rng.choice(["cohort", "event"]),
                rng.choice(["none", "channel", "team", "employee", "kind", "city"]),
                channel=rng.choice([None, None, *told.sources]),
                employee=rng.choice([None, None, None, *people]),
                kind=rng.choice([None, None, None, "credit", "car"]),
                city=rng.choice([None, None, None, 510100]),
                teams=rng.choice([None, None, frozenset({company.team}), frozenset({company.other_team})]),
            )
        )
    return found


async def test_whatever_is_asked_brute_force_says_the_same(runtime: Runtime, company: Company, sign_in: SignIn, told: History) -> None:
    boss = await sign_in("boss", role="boss")
    found = await brute(runtime, company.id)
    asked = questions(random.Random(3), told, company, 60)
    assert {wanted.split for wanted in asked} == {"none", "channel", "team", "employee", "kind", "city"}
    for number, wanted in enumerate(asked):
        check(await ask(boss, ("rest", "graphql")[number % 2], **parameters(wanted)), found, wanted)


@pytest.mark.parametrize("by", ["cohort", "event"])
@pytest.mark.parametrize("door", ["rest", "graphql"])
async def test_the_period_before_has_as_many_days(
    by: str, door: str, runtime: Runtime, company: Company, sign_in: SignIn, told: History
) -> None:
    boss = await sign_in("boss", role="boss")
    found = await brute(runtime, company.id)
    first, last = BEGIN.date() + timedelta(days=60), BEGIN.date() + timedelta(days=89)
    answer = await ask(boss, door, **{"from": first, "to": last, "by": by, "split": "channel"})
    before = funnel_of(found, Wanted(first - timedelta(days=30), last - timedelta(days=30), by, "channel"))
    for number, step in enumerate(answer["steps"], start=1):
        assert step["previousCount"] == sum(cells.get(number, (0,))[0] for cells in before.values())
    for row in answer["rows"]:
        assert [step["previousCount"] for step in row["steps"]] == [
            before.get(row["key"], {}).get(number, (0,))[0] for number in range(1, 10)
        ]


class TestScopes:
    """The viewer's data scope holds for figures too."""

    FIRST, LAST = BEGIN.date(), BEGIN.date() + timedelta(days=180)

    @pytest.mark.parametrize("door", ["rest", "graphql"])
    @pytest.mark.parametrize("split", ["none", "team", "employee", "channel"])
    async def test_a_leader_sees_the_teams_below(
        self, door: str, split: str, runtime: Runtime, company: Company, sign_in: SignIn, told: History
    ) -> None:
        leader = await sign_in("leader1", role="leader", unit=company.team)
        answer = await ask(leader, door, **{"from": self.FIRST, "to": self.LAST, "by": "event", "split": split})
        check(answer, await brute(runtime, company.id), Wanted(self.FIRST, self.LAST, "event", split, teams=frozenset({company.team})))

    async def test_a_manager_sees_the_department_and_may_narrow_it(
        self, runtime: Runtime, company: Company, sign_in: SignIn, told: History
    ) -> None:
        manager = await sign_in("manager1", role="manager", unit=company.department)
        found = await brute(runtime, company.id)
        both = frozenset({company.team, company.other_team})
        for asked, teams in ((None, both), (company.department, both), (company.other_team, frozenset({company.other_team}))):
            answer = await ask(manager, "rest", **{"from": self.FIRST, "to": self.LAST, "by": "cohort", "teamId": asked})
            check(answer, found, Wanted(self.FIRST, self.LAST, "cohort", teams=teams))

    @pytest.mark.parametrize("path", ["/funnel", "/funnel/export", "/funnel/customers"])
    async def test_another_team_is_no_more_told_than_one_that_is_not(self, path: str, company: Company, sign_in: SignIn) -> None:
        leader = await sign_in("leader1", role="leader", unit=company.team)
        stranger = await company.employee("stranger", unit=company.other_team)
        for wanted in (
            {"teamId": company.other_team}, {"teamId": company.department}, {"teamId": UUID(int=7)},
            {"employeeId": stranger.id}, {"employeeId": UUID(int=7)},
        ):  # fmt: skip
            answer = await leader("GET", path, params={name: str(value) for name, value in wanted.items()})
            assert (answer.status_code, code_of(answer)) == (403, "analytics.out-of-scope")
        boss = await sign_in("boss", role="boss")
        assert code_of(await boss("GET", path, params={"teamId": str(UUID(int=7))})) == "analytics.out-of-scope"

    @pytest.mark.parametrize("path", ["/funnel", "/funnel/export", "/funnel/customers", "/overview", "/figures/definitions"])
    async def test_who_has_no_figures_gets_none(self, path: str, sign_in: SignIn) -> None:
        sales = await sign_in("sales1")
        assert code_of(await sales("GET", path)) == "core.forbidden"

    async def test_graphql_refuses_alike(self, company: Company, sign_in: SignIn) -> None:
        leader, sales = await sign_in("leader1", role="leader", unit=company.team), await sign_in("sales1")
        refused = await leader.graphql(FUNNEL, i={"teamId": str(company.other_team)})
        assert refused["errors"][0]["extensions"]["problem"]["code"] == "analytics.out-of-scope"
        for query in (FUNNEL, "query { overview { period } }", "query { figureDefinitions { id } }"):
            answer = await sales.graphql(query, **({"i": {}} if "$i" in query else {}))
            assert answer["errors"][0]["extensions"]["problem"]["code"] == "core.forbidden"

    async def test_one_s_own_figures(self, runtime: Runtime, company: Company, sign_in: SignIn, told: History) -> None:
        """A role may give figures with the scope of oneself."""
        from sqlalchemy import insert, select

        from loanbroker_api.access.models import Role, RolePermission
        from loanbroker_api.core.actor import Scope

        async with runtime.uow(company.id) as uow:
            role = await uow.session.scalar(select(Role.id).where(Role.code == "sales"))
            await uow.session.execute(insert(RolePermission).values(role_id=role, permission="analytics.view", scope=Scope.SELF))
        me = told.owners[0][0]
        own = await sign_in("s0")
        found = await brute(runtime, company.id)
        for split in ("none", "channel", "team", "employee"):
            answer = await ask(own, "rest", **{"from": self.FIRST, "to": self.LAST, "by": "event", "split": split})
            check(answer, found, Wanted(self.FIRST, self.LAST, "event", split, employee=me))
        assert code_of(await own("GET", "/funnel", params={"employeeId": str(told.owners[1][0])})) == "analytics.out-of-scope"
        assert code_of(await own("GET", "/funnel", params={"teamId": str(company.team)})) == "analytics.out-of-scope"
        overview = await own.ok("GET", "/overview")
        assert (overview["scope"], overview["teams"]) == ("self", [])
        assert {row["id"] for row in overview["employees"]} <= {str(me)}


class TestBadQuestions:
    @pytest.mark.parametrize(
        "wanted",
        [
            {"from": "2016-11-24", "to": "2026-11-24"}, {"from": "2025-10-20", "to": "2026-11-24"}, {"from": "2026-11-24", "to": "2026-11-23"},
        ],
    )  # fmt: skip
    async def test_ranges(self, wanted: dict[str, str], company: Company, sign_in: SignIn) -> None:
        """Ten years of another's team: the range is what is told."""
        leader = await sign_in("leader1", role="leader", unit=company.team)
        answer = await leader("GET", "/funnel", params={**wanted, "teamId": str(company.other_team)})
        assert (answer.status_code, code_of(answer)) == (422, "analytics.range")
        refused = await leader.graphql(FUNNEL, i=wanted)
        assert refused["errors"][0]["extensions"]["problem"]["code"] == "analytics.range"

    async def test_four_hundred_days_are_the_most(self, sign_in: SignIn) -> None:
        boss = await sign_in("boss", role="boss")
        assert (await boss.ok("GET", "/funnel", params={"from": "2025-10-21", "to": "2026-11-24"}))["from"] == "2025-10-21"

    @pytest.mark.parametrize(
        "wanted",
        [
            {"by": "week"}, {"split": "stage"}, {"kind": "gold"}, {"city": "-1"}, {"teamId": "x"}, {"from": "0001-01-01", "to": "0001-01-02"},
            {"from": "yesterday"}, {"to": "9999-12-31"}, {"channel": "x"}, {"city": "99999999999999999999"},
        ],
    )  # fmt: skip
    async def test_values(self, wanted: dict[str, str], sign_in: SignIn) -> None:
        boss = await sign_in("boss", role="boss")
        answer = await boss("GET", "/funnel", params=wanted)
        assert (answer.status_code, code_of(answer)) == (422, "core.invalid")
        assert answer.json()["errors"]
        assert code_of(await boss("GET", "/funnel/customers", params={"step": "gone"})) == "core.invalid"
        assert code_of(await boss("GET", "/funnel/customers", params={"cursor": "x"})) == "core.cursor-invalid"


@pytest.mark.parametrize("door", ["rest", "graphql"])
async def test_lost_reasons(door: str, runtime: Runtime, company: Company, sign_in: SignIn) -> None:
    facts, boss, person = Facts(), await sign_in("boss", role="boss"), await company.employee("s0")
    owner = (person.id, company.team)
    async with runtime.uow(company.id) as uow:
        await facts.prepare(uow, "credit")
        for number, reason in enumerate(["rate_too_high", "rate_too_high", "chose_another", None, "something of before"]):
            customer = await facts.customer(uow, BEGIN + timedelta(days=number), owner=owner)
            case = await facts.case(
                uow, customer, BEGIN + timedelta(days=number, hours=1), owner, kind="credit", amount=1, stage=Stage.VISIT
            )
            await facts.move(uow, case, Stage.VISIT, Stage.LOST, BEGIN + timedelta(days=40 + number), reason=reason)
    await outbox.deliver(runtime, company.id)
    cohort = await ask(boss, door, **{"from": BEGIN.date(), "to": BEGIN.date() + timedelta(days=1), "by": "cohort"})
    assert [(one["reason"], one["count"]) for one in cohort["lost"]] == [("rate_too_high", 2)]
    event = await ask(boss, door, **{"from": BEGIN.date() + timedelta(days=40), "to": BEGIN.date() + timedelta(days=50), "by": "event"})
    assert [(one["reason"], one["count"]) for one in event["lost"]] == [("other", 2), ("rate_too_high", 2), ("chose_another", 1)]
    elsewhere = await ask(boss, door, **{"from": BEGIN.date(), "to": BEGIN.date() + timedelta(days=50), "by": "event", "kind": "car"})
    assert elsewhere["lost"] == []


async def test_freshness_is_that_of_what_still_waits(runtime: Runtime, company: Company, sign_in: SignIn, clock: Any) -> None:
    boss, facts = await sign_in("boss", role="boss"), Facts()
    async with runtime.uow(company.id) as uow:
        await facts.customer(uow, uow.now)
        told_at = uow.now
    clock.move(timedelta(minutes=5))
    answer = await boss.ok("GET", "/funnel")
    assert answer["freshUntil"] == told_at.isoformat().replace("+00:00", "Z")
    assert answer["steps"][0]["count"] == 0
    await outbox.deliver(runtime, company.id)
    answer = await boss.ok("GET", "/funnel")
    assert answer["steps"][0]["count"] == 1
    assert answer["freshUntil"] > (told_at + timedelta(minutes=4)).isoformat()


class TestExport:
    async def _file(self, api: Api, **wanted: Any) -> list[list[str]]:
        answer = await api("GET", "/funnel/export", params={name: str(value) for name, value in wanted.items()})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith('attachment; filename="funnel-')
        assert answer.content.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    async def test_it_is_the_funnel(self, company: Company, sign_in: SignIn, told: History) -> None:
        boss = await sign_in("boss", role="boss")
        wanted = {"from": BEGIN.date(), "to": BEGIN.date() + timedelta(days=100), "by": "cohort"}
        shown = await ask(boss, "rest", **wanted)
        title, head, *rows = await self._file(boss, **wanted)
        assert title[:3] == ["漏斗", "2026-07-01 至 2026-10-09", "按到达批次"]
        assert head == ["步骤", "客户数", "金额(元)", "转化率", "总转化率", "上一期客户数", "中位间隔(秒)", "P90间隔(秒)"]
        assert [row[0] for row in rows] == ["线索", "有效", "接通", "到访", "签约", "进件", "批复", "放款", "回款"]
        assert [int(row[1]) for row in rows] == [step["count"] for step in shown["steps"]]
        assert [round(float(row[2]) * 100) for row in rows] == [step["amountFen"] for step in shown["steps"]]

    @pytest.mark.parametrize("name", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0"])
    async def test_a_name_is_no_formula(self, name: str, runtime: Runtime, company: Company, sign_in: SignIn) -> None:
        boss, facts = await sign_in("boss", role="boss"), Facts()
        async with runtime.uow(company.id) as uow:
            await facts.customer(uow, uow.now, source=await facts.source(uow, name))
        await outbox.deliver(runtime, company.id)
        _, head, first, *_ = await self._file(boss, split="channel")
        assert head[:2] == ["渠道", "步骤"]
        assert first[0] == f"'{name}"


async def test_definitions_belong_to_every_figure(company: Company, sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss")
    listed = {one["id"]: one for one in (await boss.ok("GET", "/figures/definitions"))["items"]}
    funnel, overview = await boss.ok("GET", "/funnel"), await boss.ok("GET", "/overview")
    shown = [
        funnel["definition"],
        *(step["definition"] for step in funnel["steps"]),
        *(figure["definition"] for figure in overview["figures"]),
    ]
    assert len({one["id"] for one in shown}) == len(shown) == 17
    for one in shown:
        assert listed[one["id"]] == one
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one["text"])
    answer = await boss.graphql("query { figureDefinitions { id title text } }")
    assert answer["data"]["figureDefinitions"] == list(listed.values())


async def test_both_doors_say_the_same(company: Company, sign_in: SignIn, told: History) -> None:
    boss = await sign_in("boss", role="boss")
    wanted = {"from": BEGIN.date(), "to": BEGIN.date() + timedelta(days=100), "by": "event", "split": "city"}
    rest, graph = await ask(boss, "rest", **wanted), await ask(boss, "graphql", **wanted)
    for one in (rest, graph):
        one.pop("freshUntil")
    for step in graph["steps"]:
        full = next(one for one in rest["steps"] if one["step"] == step["step"])
        assert step["definition"] == {name: full["definition"][name] for name in ("id", "text")}
        assert {name: value for name, value in step.items() if name != "definition"} == {
            name: full[name] for name in step if name != "definition"
        }
    assert graph["rows"] == [{name: value for name, value in row.items() if name != "drill"} for row in rest["rows"]]
    assert graph["lost"] == [{name: one[name] for name in ("reason", "count")} for one in rest["lost"]]


class TestRealService:
    """Facts that services write, not rows of a test."""

    async def test_a_lead_that_is_called_and_visits(self, runtime: Runtime, company: Company, sign_in: SignIn, settle: Any) -> None:
        sales, boss = await sign_in("sales1"), await sign_in("boss", role="boss")
        customer = await company.customer()
        await sales.ok("POST", f"/customers/{customer.id}/follow-ups", json={"outcome": "no_answer"})
        await sales.ok("POST", f"/customers/{customer.id}/follow-ups", json={"outcome": "interested", "stage": "visit"})
        await settle()
        steps = (await boss.ok("GET", "/funnel"))["steps"]
        assert [step["count"] for step in steps] == [1, 1, 1, 1, 0, 0, 0, 0, 0]
        assert [step["moves"] for step in (await boss.ok("GET", "/funnel", params={"by": "event"}))["steps"]] == [1, 1, 1, 1, 0, 0, 0, 0, 0]
        row = await sales.ok("GET", f"/customers/{customer.id}")
        await sales.ok("PATCH", f"/customers/{customer.id}", json={"city": "成都"}, headers={"If-Match": str(row["version"])})
        await settle()
        rows = (await boss.ok("GET", "/funnel", params={"split": "city"}))["rows"]
        assert [(one["key"], one["title"], one["steps"][3]["count"]) for one in rows] == [("510100", "成都市", 1)]
