"""Cases: opened, edited, handed on, listed, by data scope; documents and participants."""

from datetime import timedelta

import pytest

from support.cases import CaseDoor, Maker, make_offer, refused
from support.clock import TestClock
from support.company import Company
from support.doors import DOORS, DoorName
from support.people import SignIn, set_columns

TOO_MUCH = 2**63


@pytest.mark.parametrize("door", DOORS)
class TestOpening:
    async def test_by_the_owner_of_the_customer(self, door: DoorName, make: Maker, sign_in: SignIn, company: Company) -> None:
        offer = await make_offer(company, kind="mortgage")
        customer = await make.customer()
        api = CaseDoor(await sign_in("sales1"), door)
        case = await api.create(customerId=str(customer.id), productVersionId=str(offer.version), wantedFen=1, feeFixedFen=5_000)
        assert (case["productKind"], case["product"]["id"], case["feeFixedFen"]) == ("mortgage", str(offer.product), 5_000)
        assert case["customer"]["name"]["value"] == "张**"
        pipelines = {row["id"]: row["name"] for row in await api.api.ok("GET", "/pipelines")}
        row = await api.api.ok("GET", f"/cases/{case['id']}")
        assert (pipelines[row["pipelineId"]], row["feeAgreedAt"] is not None) == ("抵押贷流程", True)

    async def test_not_of_a_customer_out_of_sight(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        customer = await make.customer()
        for username, role, code in (("sales2", "sales", "customers.not-found"), ("submission1", "submission", "customers.not-found")):
            api = CaseDoor(await sign_in(username, role=role), door)
            problem = await refused(api.create(customerId=str(customer.id), productKind="credit", wantedFen=1))
            assert problem.code == code

    async def test_what_is_wrong_is_pointed_at(self, door: DoorName, make: Maker, sign_in: SignIn, company: Company) -> None:
        api, customer = CaseDoor(await sign_in("sales1"), door), await make.customer()
        stopped = await make_offer(company, effective_to=company.runtime.clock.now())
        draft = await make_offer(company, state="draft")
        whole = {"customerId": str(customer.id), "productKind": "credit", "wantedFen": 100}
        for changed, pointer in (
            ({"productKind": None}, "/productKind"),
            ({"wantedFen": 0}, "/wantedFen"),
            ({"wantedFen": TOO_MUCH}, "/wantedFen"),
            ({"feeRatePpm": 1_000_001}, "/feeRatePpm"),
            ({"stageCode": "nowhere"}, "/stageCode"),
            ({"productVersionId": str(stopped.version)}, "/productVersionId"),
            ({"productVersionId": str(draft.version)}, "/productVersionId"),
            ({"productVersionId": str(customer.id)}, "/productVersionId"),
        ):
            problem = await refused(api.create(**{**whole, **changed}))
            assert (problem.code, problem.problem["errors"][0]["pointer"]) == ("core.invalid", pointer), changed
        problem = await refused(api.create(**whole, stageCode="signed"))
        assert problem.fields == ["pipeline.missing-product", "pipeline.missing-fee"]
        assert await api.ids() == []


@pytest.mark.parametrize("door", DOORS)
class TestEditing:
    async def test_only_what_is_sent_and_only_when_seen(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        api, case = CaseDoor(await sign_in("sales1"), door), await make.case()
        edited = await api.update(case.id, case.version, wantedFen=30_000_000)
        assert (edited["wantedFen"], edited["feeRatePpm"]) == (30_000_000, 0)
        problem = await refused(api.update(case.id, case.version, wantedFen=1))
        assert (problem.code, problem.problem["current"]["wantedFen"]) == ("core.stale", 30_000_000)
        problem = await refused(api.update(case.id, edited["version"], wantedFen=None))
        assert problem.problem["errors"][0]["pointer"] == "/wantedFen"
        same = await api.update(case.id, edited["version"], wantedFen=30_000_000)
        assert same["version"] == edited["version"]

    async def test_the_fee_moves_what_is_due_but_not_below_what_was_received(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        case = await make.case_at("disbursed")
        boss = CaseDoor(await sign_in("boss", role="boss"), door)
        today = (await boss.api.ok("GET", f"/cases/{case.id}"))["disbursements"][0]["paidOn"]
        await boss.receipt(case.id, amountFen=500_000, method="cash", receivedOn=today)
        version = (await boss.get(case.id))["version"]
        problem = await refused(boss.update(case.id, version, feeRatePpm=20_000))
        assert problem.code == "pipeline.due-below-received"
        assert "先冲销多出的 1000元" in problem.problem["message"]
        edited = await boss.update(case.id, version, feeRatePpm=25_000)
        assert (edited["dueFen"], edited["outstandingFen"]) == (500_000, 0)

    async def test_handing_on_within_one_s_scope(self, door: DoorName, make: Maker, sign_in: SignIn, company: Company) -> None:
        case = await make.case()
        leader = CaseDoor(await sign_in("leader1", role="leader"), door)
        colleague, other = await company.employee("sales2"), await company.employee("sales3", unit=company.other_team)
        finance = await company.employee("finance1", role="hr")
        for employee, why in ((other, "数据范围"), (finance, "权限")):
            problem = await refused(leader.update(case.id, case.version, ownerId=str(employee.id)))
            assert (problem.code, why in problem.problem["message"]) == ("customers.owner-not-eligible", True)
        handed = await leader.update(case.id, case.version, ownerId=str(colleague.id))
        assert handed["owner"]["id"] == str(colleague.id)
        todos = (await (await sign_in("sales2")).ok("GET", "/todos"))["items"]
        assert [todo["kind"] for todo in todos] == ["pipeline.stage_due"]


@pytest.mark.parametrize("door", DOORS)
class TestWhoSeesWhat:
    async def test_scope_participants_and_owners_of_the_customer(
        self, door: DoorName, make: Maker, sign_in: SignIn, company: Company
    ) -> None:
        mine, colleagues = await make.case(), await make.case(owner="sales2")
        await company.employee("sales3", unit=company.other_team)
        others = await make.case(owner="sales3")
        ids = {"mine": str(mine.id), "colleagues": str(colleagues.id), "others": str(others.id)}

        async def seen(username: str, **options: str) -> set[str]:
            found = await CaseDoor(await sign_in(username, **options), door).ids()
            return {name for name, case_id in ids.items() if case_id in found}

        assert await seen("sales1") == {"mine"}
        assert await seen("leader1", role="leader") == {"mine", "colleagues"}
        assert await seen("manager1", role="manager") == {"mine", "colleagues", "others"}
        assert await seen("submission1", role="submission") == {"mine", "colleagues", "others"}
        sales = CaseDoor(await sign_in("sales1"), door)
        assert (await refused(sales.get(others.id))).code == "pipeline.case-not-found"
        boss = await sign_in("boss", role="boss")
        part = {"participants": [{"employeeId": str(company.employees["sales1"].id), "part": "negotiator"}]}
        await boss.ok("PUT", f"/cases/{others.id}/participants", json=part)
        assert await seen("sales1") == {"mine", "others"}
        assert (await sales.move(others.id, others.version, "visit"))["stage"]["code"] == "visit"
        await set_columns(company, colleagues.customer_id, owner_id=company.employees["sales1"].id)
        assert await seen("sales1") == {"mine", "colleagues", "others"}
        assert (await refused(sales.move(colleagues.id, colleagues.version, "visit"))).code == "pipeline.not-yours"
        actions = {item["action"]: item["allowed"] for item in (await sales.get(colleagues.id))["allowedActions"]}
        assert actions == {"edit": False, "move": False, "submit": False, "disburse": False}

    async def test_without_the_permission(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        case = await make.case()
        hr = CaseDoor(await sign_in("hr1", role="hr"), door)
        assert (await refused(hr.ids())).code == "core.forbidden"
        assert (await refused(hr.get(case.id))).code == "pipeline.case-not-found"
        collateral = CaseDoor(await sign_in("collateral1", role="collateral"), door)
        offer = await make.offer()
        problem = await refused(collateral.submit(case.id, productVersionId=str(offer.version), amountFen=1))
        assert problem.code == "core.forbidden"

    async def test_another_company_sees_nothing(self, door: DoorName, make: Maker, sign_in: SignIn, another_company) -> None:
        stranger = await Maker(await another_company()).case()
        boss = CaseDoor(await sign_in("boss", role="boss"), door)
        assert (await refused(boss.get(stranger.id))).code == "pipeline.case-not-found"
        assert await boss.ids() == []


@pytest.mark.parametrize("door", DOORS)
async def test_lists_by_every_filter_and_page(door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock, company: Company) -> None:
    boss = CaseDoor(await sign_in("boss", role="boss"), door)
    approval = await make.case_at("approval")
    clock.move(timedelta(minutes=1))
    plain = [await make.case(owner=owner) for owner in ("sales1", "sales2", "sales1", "sales2")]
    lost = await make.move(plain[0].id, "lost", reason="other")
    stages, offer = await make.stages(lost), await make.offer()
    everything = [lost.id, *(case.id for case in reversed(plain[1:])), approval.id]
    assert await boss.ids() == [str(case_id) for case_id in everything]
    for wanted, found in (
        ({"stageId": str(stages["appointment"].id)}, plain[1:]),
        ({"open": False}, [lost]),
        ({"lost": True}, [lost]),
        ({"open": True, "lost": False}, [*plain[1:], approval]),
        ({"ownerId": str(company.employees["sales2"].id)}, [plain[1], plain[3]]),
        ({"lenderId": str(offer.lender)}, [approval]),
        ({"customerId": str(approval.customer_id)}, [approval]),
        ({"productKind": "car"}, []),
        ({"pipelineId": str(lost.pipeline_id)}, [*plain, approval]),
        ({"late": True}, []),
    ):
        assert set(await boss.ids(**wanted)) == {str(case.id) for case in found}, wanted
    clock.move(timedelta(hours=80))
    await boss.api.login()
    assert set(await boss.ids(late=True)) == {str(case.id) for case in plain[1:]}


class TestDocumentsAndParticipants:
    async def test_documents_are_noted_once(self, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        case, api = await make.case(), await sign_in("sales1")
        first = await api.ok("PUT", f"/cases/{case.id}/documents/身份证")
        assert [(row["name"], row["received"]) for row in first] == [("身份证", True), ("征信报告", False)]
        clock.move(timedelta(hours=1))
        await api.login()
        assert await api.ok("PUT", f"/cases/{case.id}/documents/身份证") == first
        more = await api.ok("PUT", f"/cases/{case.id}/documents/结婚证")
        assert [row["name"] for row in more] == ["身份证", "征信报告", "结婚证"]
        for _ in range(2):
            gone = await api.ok("DELETE", f"/cases/{case.id}/documents/身份证")
            assert [row["received"] for row in gone] == [False, False, True]

    async def test_participants_are_active_employees(self, make: Maker, sign_in: SignIn, company: Company) -> None:
        case, api = await make.case(), await sign_in("sales1")
        body = {"participants": [{"employeeId": str(case.id), "part": "finance"}]}
        problem = (await api("PUT", f"/cases/{case.id}/participants", json=body)).json()
        assert problem["errors"][0]["pointer"] == "/participants/0/employeeId"
        helper = await company.employee("submission1", role="submission")
        body = {"participants": [{"employeeId": str(helper.id), "part": part} for part in ("submission", "submission", "inviter")]}
        found = await api.ok("PUT", f"/cases/{case.id}/participants", json=body)
        assert sorted(row["part"] for row in found) == ["inviter", "submission"]


async def test_the_customer_s_cases_hang_below_it_in_graphql(make: Maker, sign_in: SignIn) -> None:
    case = await make.case_at("disbursed")
    api = await sign_in("sales1")
    below = (
        "submissions { lender { name } } disbursements { amountFen } history { toStage { code } } documents { name } participants { part }"
    )
    query = f"{{ customers(first: 5) {{ edges {{ node {{ id cases {{ id number late {below} targets {{ allowed }} }} }} }} }} }}"
    ((edge,),) = ((await api.graphql(query))["data"]["customers"]["edges"],)
    (found,) = edge["node"]["cases"]
    assert (found["id"], len(found["submissions"]), found["disbursements"]) == (str(case.id), 1, [{"amountFen": 20_000_000}])
    assert [event["toStage"]["code"] for event in found["history"]][0::6] == ["disbursed", "appointment"]
