"""Pipelines as data: founded, checked, edited with a mapping for what goes."""

from copy import deepcopy
from typing import Any

from sqlalchemy import delete, select

from loanbroker_api.pipeline.defaults import DEFAULT_PIPELINES
from loanbroker_api.pipeline.models import Pipeline, PipelineStage, StageEvent
from support.cases import Maker
from support.client import Api, code_of
from support.company import Company
from support.people import SignIn


def body_of(shown: dict[str, Any]) -> dict[str, Any]:
    """What PUT takes, from what GET shows."""
    stages = [{name: value for name, value in stage.items() if name not in {"id", "position"}} for stage in shown["stages"]]
    return {**{name: shown[name] for name in ("name", "productKinds", "isDefault")}, "stages": stages}


async def put(api: Api, shown: dict[str, Any], body: dict[str, Any]) -> Any:
    return await api("PUT", f"/pipelines/{shown['id']}", json=body, headers={"If-Match": f'"{shown["version"]}"'})


async def standard(api: Api) -> dict[str, Any]:
    return (await api.ok("GET", "/pipelines"))[0]


async def test_a_new_company_has_the_shipped_ones(sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss")
    shown = await boss.ok("GET", "/pipelines")
    assert [(row["name"], row["isDefault"], row["productKinds"]) for row in shown] == [
        ("标准流程", True, []),
        ("抵押贷流程", False, ["mortgage"]),
    ]
    assert [stage["name"] for stage in shown[0]["stages"]] == [
        "预约",
        "到访",
        "签约",
        "进件",
        "补件",
        "审批",
        "权证",
        "放款",
        "回款",
        "还款",
        "结清",
        "流失",
    ]
    for row, shipped in zip(shown, DEFAULT_PIPELINES, strict=True):
        for stage, given in zip(row["stages"], shipped["stages"], strict=True):
            assert {name: stage[name] for name in given if name != "entry"} == {name: given[name] for name in given if name != "entry"}
    found = await boss.graphql("{ pipelines { name stages { code moves entry { kind name } } } }")
    assert [row["name"] for row in found["data"]["pipelines"]] == ["标准流程", "抵押贷流程"]


async def test_a_company_without_any_gets_them_with_its_first_case(make: Maker, company: Company) -> None:
    async with company.runtime.uow(company.id) as uow:
        await uow.session.execute(delete(PipelineStage))
        await uow.session.execute(delete(Pipeline))
    case = await make.case()
    assert "appointment" in await make.stages(case)


async def test_only_who_may_configure(sign_in: SignIn) -> None:
    sales, boss = await sign_in("sales1"), await sign_in("boss", role="boss")
    shown = await standard(sales)
    assert code_of(await put(sales, shown, body_of(shown))) == "core.forbidden"
    assert code_of(await sales("POST", "/pipelines", json=body_of(shown))) == "core.forbidden"
    assert code_of(await boss("POST", "/pipelines", json=body_of(shown))) == "pipeline.name-taken"


def _with(path: list[Any], value: Any) -> Any:
    def change(body: dict[str, Any]) -> None:
        place: Any = body
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value

    return change


FAULTS = [
    (_with(["stages", 1, "code"], "appointment"), "/stages/1/code", "pipeline.code-repeated"),
    (_with(["stages", 0, "moves"], ["visit", "gone"]), "/stages/0/moves/1", "pipeline.move-unknown"),
    (_with(["stages", 0, "moves"], ["appointment"]), "/stages/0/moves/0", "pipeline.move-unknown"),
    (_with(["stages", 0, "kind"], "lost"), "/stages/0/kind", "pipeline.no-start"),
    (_with(["stages", 10, "kind"], "repayment"), "/stages", "pipeline.no-end"),
    (_with(["stages", 3, "post"], "nobody"), "/stages/3/post", "pipeline.post-unknown"),
    (_with(["stages", 3, "entry"], [{"kind": "field", "field": "shoeSize"}]), "/stages/3/entry/0/field", "pipeline.entry-field"),
    (_with(["stages", 3, "entry"], [{"kind": "document"}]), "/stages/3/entry/0/name", "pipeline.entry-name"),
    (_with(["stages", 3, "entry"], [{"kind": "magic"}]), "/stages/3/entry/0/kind", "core.literal-error"),
    (_with(["stages", 3, "tone"], "pink"), "/stages/3/tone", "core.literal-error"),
    (_with(["stages", 3, "code"], "Ä"), "/stages/3/code", "core.string-pattern-mismatch"),
    (_with(["mapping"], {"visit": "signed"}), "/mapping/visit", "pipeline.mapping-unknown"),
    (_with(["isDefault"], False), "/isDefault", "pipeline.default-needed"),
]


async def test_every_fault_is_pointed_at(sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss")
    shown = await standard(boss)
    for change, pointer, code in FAULTS:
        body = deepcopy(body_of(shown))
        change(body)
        answer = await put(boss, shown, body)
        assert code_of(answer) == "core.invalid", (pointer, answer.text)
        assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]], answer.text
    body = body_of(shown)
    for stage in body["stages"]:
        stage["moves"] = [code for code in stage["moves"] if code != "supplement"]
    errors = (await put(boss, shown, body)).json()["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [("/stages/4/code", "pipeline.stage-unreachable")]
    assert await standard(boss) == shown


async def test_an_edit_keeps_stages_by_code_and_is_seen_by_version(sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss")
    shown = await standard(boss)
    body = body_of(shown)
    body["stages"][1]["name"], body["stages"][1]["slaHours"] = "面谈", 12
    body["productKinds"] = ["mortgage"]
    edited = (await put(boss, shown, body)).json()
    assert [stage["id"] for stage in edited["stages"]] == [stage["id"] for stage in shown["stages"]]
    assert (edited["stages"][1]["name"], edited["version"]) == ("面谈", shown["version"] + 1)
    assert [row["productKinds"] for row in await boss.ok("GET", "/pipelines")] == [["mortgage"], []]
    stale = await put(boss, shown, body)
    assert (code_of(stale), stale.json()["current"]["stages"][1]["name"]) == ("core.stale", "面谈")


async def test_what_stands_in_a_removed_stage_needs_a_mapping(make: Maker, sign_in: SignIn, company: Company) -> None:
    boss = await sign_in("boss", role="boss")
    here = [await make.case() for _ in range(3)]
    for case in here[:2]:
        await make.move(case.id, "visit")
    shown = await standard(boss)
    body = body_of(shown)
    body["stages"] = [stage for stage in body["stages"] if stage["code"] != "visit"]
    for stage in body["stages"]:
        stage["moves"] = [code for code in stage["moves"] if code != "visit"]
    answer = await put(boss, shown, body)
    assert code_of(answer) == "pipeline.mapping-needed"
    assert answer.json()["current"] == {"visit": 2}
    assert answer.json()["message"] == "要删除的阶段里还有业务单：到访 2 单"
    assert code_of(await put(boss, shown, {**body, "mapping": {"visit": "gone"}})) == "core.invalid"
    edited = await put(boss, shown, {**body, "mapping": {"visit": "appointment"}})
    assert [stage["code"] for stage in edited.json()["stages"]][:2] == ["appointment", "signed"]
    for case in here[:2]:
        history = (await boss.ok("GET", f"/cases/{case.id}/history"))["items"]
        assert [(row["to"]["name"], row["back"]) for row in history] == [("预约", True), ("到访", False), ("预约", False)]
        detail = await boss.ok("GET", f"/cases/{case.id}")
        assert (detail["stage"]["code"], detail["version"]) == ("appointment", (await make.read(case.id)).version)
    async with company.runtime.read(company.id) as session:
        events = list(await session.scalars(select(StageEvent).where(StageEvent.case_id == here[2].id)))
    assert len(events) == 1
    # The code comes back as the stage that it was: history keeps its name.
    body = body_of(shown)
    again = (await put(boss, await standard(boss), body)).json()
    assert [stage["id"] for stage in again["stages"]] == [stage["id"] for stage in shown["stages"]]


async def test_a_stage_s_kind_may_change_but_not_between_open_and_closed(make: Maker, sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss")
    case = await make.case()
    shown = await standard(boss)
    body = body_of(shown)
    body["stages"][0]["kind"] = "contact"
    assert (await put(boss, shown, body)).is_success
    assert (await boss.ok("GET", f"/cases/{case.id}"))["stage"]["kind"] == "contact"
    shown = await standard(boss)
    body = body_of(shown)
    body["stages"][9]["kind"] = "settled"
    errors = (await put(boss, shown, body)).json()["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [("/stages/9/kind", "pipeline.kind-fixed")]
