"""Moves: what the pipeline allows, what a stage asks for, what follows from a move."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from loanbroker_api.core.clock import business_day
from loanbroker_api.core.errors import Problem
from loanbroker_api.customers.models import Customer, StateChange
from loanbroker_api.pipeline.defaults import DEFAULT_PIPELINES
from loanbroker_api.pipeline.models import Case, StageEvent
from loanbroker_api.pipeline.schemas import MoveIn
from loanbroker_api.pipeline.service import move_case, targets
from loanbroker_api.workspace.models import PushEvent, Todo
from support.cases import CaseDoor, Maker, refused
from support.clock import TestClock
from support.company import Company
from support.doors import DOORS, DoorName
from support.people import SignIn

STAGES: list[dict[str, Any]] = DEFAULT_PIPELINES[0]["stages"]
MISSING = {
    "product": "pipeline.missing-product",
    "fee_agreed": "pipeline.missing-fee",
    "document": "pipeline.missing-document",
    "submission": "pipeline.missing-submission",
    "approved": "pipeline.missing-approved",
    "disbursed": "pipeline.missing-disbursed",
    "receipt": "finance.missing-receipt",
    "settled_fee": "finance.missing-settled-fee",
}


@pytest.mark.parametrize("door", DOORS)
class TestTheWalk:
    async def test_from_appointment_to_settlement(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        """Each step refuses while something is missing, says what, and is free once that is done."""
        offer, customer = await make.offer(), await make.customer()
        boss = CaseDoor(await sign_in("boss", role="boss"), door)
        case = await boss.create(customerId=str(customer.id), productKind="credit", wantedFen=20_000_000, wantedMonths=36)
        assert (case["stage"]["code"], case["owner"]["id"]) == ("appointment", str((await make.company.employee("sales1")).id))
        case = await boss.move(case["id"], case["version"], "visit")
        problem = await refused(boss.move(case["id"], case["version"], "signed"))
        assert (problem.code, problem.fields) == ("pipeline.conditions-missing", ["pipeline.missing-product", "pipeline.missing-fee"])
        case = await boss.update(case["id"], case["version"], productVersionId=str(offer.version), feeRatePpm=30_000)
        case = await boss.move(case["id"], case["version"], "signed")
        problem = await refused(boss.move(case["id"], case["version"], "submitted"))
        assert problem.fields == ["pipeline.missing-document", "pipeline.missing-document"]
        assert "身份证" in problem.problem["message"]
        for name in ("身份证", "征信报告"):
            await boss.api.ok("PUT", f"/cases/{case['id']}/documents/{name}")
        case = await boss.move(case["id"], (await boss.get(case["id"]))["version"], "submitted")
        assert (await refused(boss.move(case["id"], case["version"], "approval"))).fields == ["pipeline.missing-submission"]
        submission = await boss.submit(case["id"], productVersionId=str(offer.version), amountFen=20_000_000, months=36)
        case = await boss.move(case["id"], (await boss.get(case["id"]))["version"], "approval")
        assert (await refused(boss.move(case["id"], case["version"], "disbursed"))).fields == [
            "pipeline.missing-approved",
            "pipeline.missing-disbursed",
        ]
        await boss.decide(submission["id"], submission["version"], state="approved", approvedFen=18_000_000)
        today = business_day(make.company.runtime.clock.now()).isoformat()
        await boss.disburse(case["id"], submissionId=submission["id"], amountFen=18_000_000, paidOn=today)
        case = await boss.move(case["id"], (await boss.get(case["id"]))["version"], "disbursed")
        assert (case["disbursedFen"], case["dueFen"], case["outstandingFen"]) == (18_000_000, 540_000, 540_000)
        assert (await refused(boss.move(case["id"], case["version"], "receipt"))).fields == ["finance.missing-receipt"]
        await boss.receipt(case["id"], amountFen=500_000, method="transfer", receivedOn=today)
        case = await boss.move(case["id"], (await boss.get(case["id"]))["version"], "receipt")
        assert (await refused(boss.move(case["id"], case["version"], "settled"))).fields == ["finance.missing-settled-fee"]
        await boss.receipt(case["id"], amountFen=40_000, method="cash", receivedOn=today)
        case = await boss.move(case["id"], (await boss.get(case["id"]))["version"], "settled")
        assert (case["stage"]["kind"], case["outstandingFen"], case["closedAt"] is not None) == ("settled", 0, True)


class Undone(Exception):  # noqa: N818 - takes a successful move back
    pass


async def tried(make: Maker, case: Case, code: str) -> Problem | None:
    """What the service says to a move, which is taken back when it is done."""
    try:
        async with make.company.runtime.uow(make.company.id) as uow:
            data = MoveIn(stage_code=code, lost_reason="other" if code == "lost" else None)
            await move_case(uow, make.company.system, case.id, data, case.version)
            raise Undone  # noqa: TRY301 - rolls back
    except Undone:
        return None
    except Problem as problem:
        return problem


async def stand(make: Maker, case: Case, code: str) -> Case:
    """Put a case into a stage without asking anybody."""
    stage = (await make.stages(case))[code]
    closed = make.company.runtime.clock.now() if code in {"settled", "lost"} else None
    async with make.company.runtime.uow(make.company.id) as uow:
        await uow.session.execute(update(Case).where(Case.id == case.id).values(stage_id=stage.id, stage_kind=stage.kind, closed_at=closed))
    return await make.read(case.id)


@pytest.mark.parametrize("was", STAGES, ids=lambda stage: stage["code"])
class TestEveryPairOfTheDefaultPipeline:
    async def test_with_everything_done_only_the_pipeline_says_no(self, was: dict[str, Any], make: Maker) -> None:
        case = await make.case_at("disbursed")
        async with make.company.runtime.uow(make.company.id) as uow:
            await uow.session.execute(update(Case).where(Case.id == case.id).values(received_fen=Case.due_fen))
        case = await stand(make, case, was["code"])
        async with make.company.runtime.read(make.company.id) as session:
            told = {row.stage.code: row for row in await targets(session, make.company.system, case)}
        for now in STAGES:
            problem = await tried(make, case, now["code"])
            allowed = now["code"] in was["moves"]
            assert (problem.code if problem else None) == (None if allowed else "pipeline.move-not-allowed"), now["code"]
            assert told[now["code"]].allowed is allowed
            assert [item.code for item in told[now["code"]].missing] == ([] if allowed else ["pipeline.move-not-allowed"])

    async def test_with_nothing_done_every_missing_condition_is_told(self, was: dict[str, Any], make: Maker) -> None:
        case = await stand(make, await make.case(), was["code"])
        async with make.company.runtime.read(make.company.id) as session:
            told = {row.stage.code: row for row in await targets(session, make.company.system, case)}
        for code in was["moves"]:
            now = next(stage for stage in STAGES if stage["code"] == code)
            # Nothing is due yet, so nothing is outstanding; 放款 stands in the way of 结清.
            expected = [MISSING[entry["kind"]] for entry in now["entry"] if entry["kind"] != "settled_fee"]
            problem = await tried(make, case, code)
            assert ([error.code for error in problem.errors] if problem else []) == expected, code
            assert (problem.code if problem else None) == ("pipeline.conditions-missing" if expected else None)
            assert [item.code for item in told[code].missing] == expected


@pytest.mark.parametrize("door", DOORS)
class TestRefusals:
    async def test_a_stale_version_is_told_the_present_state(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        api = CaseDoor(await sign_in("sales1"), door)
        case = await make.case()
        moved = await api.move(case.id, case.version, "visit")
        problem = (await refused(api.move(case.id, case.version, "lost", lostReason="other"))).problem
        assert problem["code"] == "core.stale"
        assert problem["current"]["stage"]["code"] == "visit"
        assert problem["current"]["version"] == moved["version"]

    async def test_a_loss_has_a_reason_from_the_list(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        api = CaseDoor(await sign_in("sales1"), door)
        case = await make.case()
        assert (await refused(api.move(case.id, case.version, "lost"))).code == "pipeline.lost-reason-needed"
        problem = await refused(api.move(case.id, case.version, "lost", lostReason="bored"))
        assert (problem.code, problem.problem["errors"][0]["pointer"]) == ("core.invalid", "/lostReason")
        unused = await refused(api.move(case.id, case.version, "visit", lostReason="other"))
        assert unused.fields == ["pipeline.lost-reason-unused"]
        lost = await api.move(case.id, case.version, "lost", lostReason="rate_too_high", comment="同行 2.8%")
        assert (lost["lostReason"], lost["stage"]["kind"]) == ("rate_too_high", "lost")
        assert lost["closedAt"] is not None

    async def test_an_unknown_stage(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        api = CaseDoor(await sign_in("sales1"), door)
        case = await make.case()
        problem = await refused(api.move(case.id, case.version, "nowhere"))
        assert (problem.code, problem.fields) == ("core.invalid", ["pipeline.stage-unknown"])

    async def test_a_move_the_pipeline_does_not_have_names_those_it_has(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        api = CaseDoor(await sign_in("sales1"), door)
        case = await make.case()
        problem = await refused(api.move(case.id, case.version, "settled"))
        assert problem.code == "pipeline.move-not-allowed"
        assert "到访、签约、流失" in problem.problem["message"]

    async def test_reopening_takes_the_permission_to_edit(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        case = await make.case()
        case = await make.move(case.id, "lost", reason="withdrew")
        finance = CaseDoor(await sign_in("finance1", role="finance"), door)
        assert (await refused(finance.move(case.id, case.version, "visit"))).code == "pipeline.case-closed"
        assert "pipeline.case-closed" in (await finance.targets(case.id))["visit"]
        owner = CaseDoor(await sign_in("sales1"), door)
        reopened = await owner.move(case.id, case.version, "visit")
        assert (reopened["closedAt"], reopened["lostReason"], reopened["stage"]["code"]) == (None, None, "visit")
        last = (await owner.api.ok("GET", f"/cases/{case.id}/history"))["items"][0]
        assert (last["back"], last["from"]["code"], last["to"]["code"]) == (True, "lost", "visit")

    async def test_a_closed_case_is_not_worked_on(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        case = await make.case()
        case = await make.move(case.id, "lost", reason="withdrew")
        api = CaseDoor(await sign_in("boss", role="boss"), door)
        offer = await make.offer()
        assert (await refused(api.update(case.id, case.version, wantedFen=1))).code == "pipeline.case-closed"
        assert (await refused(api.submit(case.id, productVersionId=str(offer.version), amountFen=1))).code == "pipeline.case-closed"


class TestWhatFollows:
    async def test_history_due_time_customer_and_todo(self, make: Maker, clock: TestClock) -> None:
        company, case = make.company, await make.case()
        first = case.stage_since
        clock.move(timedelta(hours=5))
        moved = await make.move(case.id, "visit")
        assert moved.stage_due_at == moved.stage_since + timedelta(hours=48)
        async with company.runtime.read(company.id) as session:
            events = list(await session.scalars(select(StageEvent).where(StageEvent.case_id == case.id).order_by(StageEvent.at)))
            customer = (await session.scalars(select(Customer).where(Customer.id == case.customer_id))).one()
            changes = list(
                await session.scalars(select(StateChange).where(StateChange.customer_id == customer.id, StateChange.what == "stage"))
            )
            todos = list(await session.scalars(select(Todo).where(Todo.subject_id == case.id)))
            pushed = list(await session.scalars(select(PushEvent).where(PushEvent.kind == "pipeline.case_changed")))
        assert [(event.from_kind, event.to_kind, event.back) for event in events] == [(None, 30, False), (30, 40, False)]
        assert events[1].seconds == int((moved.stage_since - first).total_seconds()) >= 5 * 3600
        assert (events[1].owner_id, events[1].amount_fen, events[1].product_kind) == (case.owner_id, 20_000_000, "credit")
        assert customer.stage == 40
        assert [(change.was, change.now) for change in changes] == [(10, 30), (30, 40)]
        assert [todo.due_at for todo in todos if todo.done_at is None] == [moved.stage_due_at]
        assert {event.employee_id for event in pushed} == {case.owner_id}
        assert pushed[-1].data["version"] == moved.version

    async def test_a_case_is_late_when_its_time_is_over(self, make: Maker, clock: TestClock, sign_in: SignIn) -> None:
        case = await make.case()
        clock.move(timedelta(hours=73))
        row = await CaseDoor(await sign_in("sales1"), "rest").get(case.id)
        assert (row["late"], row["daysInStage"], row["slaHours"]) == (True, 3, 72)

    async def test_the_customer_is_with_the_furthest_open_case_and_lost_when_all_are(self, make: Maker) -> None:
        customer = await make.customer()

        async def stage() -> int:
            async with make.company.runtime.read(make.company.id) as session:
                return (await session.scalars(select(Customer.stage).where(Customer.id == customer.id))).one()

        one, two = await make.case(customer=customer.id), await make.case(customer=customer.id)
        await make.move(one.id, "visit")
        assert await stage() == 40
        await make.move(two.id, "lost", reason="other")
        assert await stage() == 40
        await make.move(one.id, "lost", reason="other")
        assert await stage() == 99
        await make.move(two.id, "visit")
        assert await stage() == 40

    async def test_the_timeline_words_it(self, make: Maker, sign_in: SignIn) -> None:
        case = await make.case()
        await make.move(case.id, "visit")
        await make.move(case.id, "lost", reason="rate_too_high")
        api = await sign_in("sales1")
        texts = [row["text"] for row in (await api.ok("GET", f"/customers/{case.customer_id}/timeline"))["items"]]
        assert f"业务单 {case.number}：到访 → 流失，利率高" in texts
        assert f"新建业务单 {case.number}，20万" in texts

    async def test_a_comment_is_plain_to_who_works_cases_only(self, make: Maker, sign_in: SignIn, company: Company) -> None:
        case = await make.case()
        api = CaseDoor(await sign_in("sales1"), "rest")
        await api.move(case.id, case.version, "visit", comment="客户周五到店")
        (last, _) = (await api.api.ok("GET", f"/cases/{case.id}/history"))["items"]
        assert last["comment"] == {"value": "客户周五到店", "masked": False}
        async with company.runtime.read(company.id) as session:
            (sealed,) = await session.scalars(select(StageEvent.comment_enc).where(StageEvent.comment_enc.is_not(None)))
        assert "客户".encode() not in sealed
