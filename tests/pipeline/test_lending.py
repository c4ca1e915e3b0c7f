"""Submissions, decisions and disbursements: several lenders, the states, what a case owes."""

from datetime import timedelta

import pytest

from loanbroker_api.core.clock import business_day
from loanbroker_api.pipeline.service.money import fee_due
from support.cases import CaseDoor, Maker, make_offer, refused
from support.clock import TestClock
from support.company import Company
from support.doors import DOORS, DoorName
from support.people import SignIn

STATES = ("submitted", "supplement", "approved", "declined", "withdrawn")
ALLOWED = {
    ("submitted", "supplement"), ("submitted", "approved"), ("submitted", "declined"), ("submitted", "withdrawn"),
    ("supplement", "submitted"), ("supplement", "approved"), ("supplement", "declined"), ("supplement", "withdrawn"),
    ("approved", "withdrawn"),
}  # fmt: skip
WITH = {"approved": {"approvedFen": 1_000}, "declined": {"declinedReason": "查询过多"}}


@pytest.mark.parametrize("door", DOORS)
class TestSubmissions:
    async def test_several_lenders_at_once_and_the_latest_approval_counts(
        self, door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock, company: Company
    ) -> None:
        case = await make.case_at("submitted")
        boss = CaseDoor(await sign_in("boss", role="boss"), door)
        rows = [await boss.submit(case.id, productVersionId=str((await make_offer(company)).version), amountFen=100) for _ in range(3)]
        for row, amount in zip(rows, (300, 100, 200), strict=True):
            clock.move(timedelta(minutes=1))
            await boss.decide(row["id"], row["version"], state="approved", approvedFen=amount)
        assert (await boss.get(case.id))["approvedFen"] == 200
        last = (await boss.api.ok("GET", f"/cases/{case.id}"))["submissions"][2]
        await boss.decide(last["id"], last["version"], state="withdrawn")
        assert (await boss.get(case.id))["approvedFen"] == 100

    async def test_a_lender_that_is_not_active(self, door: DoorName, make: Maker, sign_in: SignIn, company: Company) -> None:
        case = await make.case()
        api = CaseDoor(await sign_in("sales1"), door)
        for cooperation in ("candidate", "suspended", "exited"):
            offer = await make_offer(company, cooperation=cooperation)
            problem = await refused(api.submit(case.id, productVersionId=str(offer.version), amountFen=1))
            assert problem.code == "pipeline.lender-not-active"

    async def test_the_case_s_own_version_may_have_ended(
        self, door: DoorName, make: Maker, sign_in: SignIn, company: Company, clock: TestClock
    ) -> None:
        offer = await make_offer(company, effective_to=clock.now() + timedelta(hours=1))
        case = await make.case(product_version_id=offer.version)
        clock.move(timedelta(hours=2))
        api = CaseDoor(await sign_in("sales1"), door)
        assert (await api.submit(case.id, productVersionId=str(offer.version), amountFen=1))["state"] == "submitted"

    async def test_every_pair_of_states(self, door: DoorName, make: Maker, sign_in: SignIn) -> None:
        case, offer = await make.case_at("submitted"), await make.offer()
        boss = CaseDoor(await sign_in("boss", role="boss"), door)
        for was in STATES:
            for now in STATES:
                row = await boss.submit(case.id, productVersionId=str(offer.version), amountFen=1_000)
                if was != "submitted":
                    row = await boss.decide(row["id"], row["version"], state=was, **WITH.get(was, {}))
                asked = boss.decide(row["id"], row["version"], state=now, **WITH.get(now, {}))
                if (was, now) in ALLOWED:
                    assert (await asked)["state"] == now
                else:
                    assert (await refused(asked)).code == "pipeline.submission-state", (was, now)

    async def test_a_decision_says_what_belongs_to_it(self, door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        case, offer = await make.case_at("submitted"), await make.offer()
        boss = CaseDoor(await sign_in("boss", role="boss"), door)
        row = await boss.submit(case.id, productVersionId=str(offer.version), amountFen=1_000)
        for data, pointer in (
            ({"state": "approved"}, "/approvedFen"),
            ({"state": "approved", "approvedFen": 2**63}, "/approvedFen"),
            ({"state": "declined"}, "/declinedReason"),
            ({"state": "supplement", "approvedFen": 1}, "/approvedFen"),
            ({"state": "withdrawn", "declinedReason": "x"}, "/declinedReason"),
            ({"state": "supplement", "decidedAt": (clock.now() + timedelta(hours=1)).isoformat()}, "/decidedAt"),
            ({"state": "supplement", "decidedAt": (clock.now() - timedelta(days=9)).isoformat()}, "/decidedAt"),
        ):
            problem = await refused(boss.decide(row["id"], row["version"], **data))
            assert (problem.code, problem.problem["errors"][0]["pointer"]) == ("core.invalid", pointer), data
        declined = await boss.decide(row["id"], row["version"], state="declined", declinedReason="查询过多")
        assert declined["declinedReason"] == {"value": "查询过多", "masked": False}
        assert (await refused(boss.decide(row["id"], row["version"], state="withdrawn"))).code == "core.stale"


@pytest.mark.parametrize("door", DOORS)
class TestDisbursements:
    async def test_in_tranches_up_to_what_was_approved(self, door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        case = await make.case_at("approval")
        submission = str(await make.approve(case.id, 10_000_000))
        boss = CaseDoor(await sign_in("boss", role="boss"), door)
        today = business_day(clock.now())
        for amount in (4_000_000, 3_000_000):
            await boss.disburse(case.id, submissionId=submission, amountFen=amount, paidOn=today.isoformat())
        problem = await refused(boss.disburse(case.id, submissionId=submission, amountFen=3_000_001, paidOn=today.isoformat()))
        assert (problem.code, problem.problem["errors"][0]["pointer"]) == ("pipeline.over-approved", "/amountFen")
        assert problem.problem["message"] == "超过批复：批复 10万，已放 7万，最多再放 3万"
        tomorrow = (today + timedelta(days=1)).isoformat()
        assert (await refused(boss.disburse(case.id, submissionId=submission, amountFen=1, paidOn=tomorrow))).fields == ["pipeline.paid-on"]
        row = await boss.get(case.id)
        assert (row["disbursedFen"], row["dueFen"]) == (7_000_000, 210_000)
        shown = (await boss.api.ok("GET", f"/cases/{case.id}"))["submissions"][0]
        assert (await refused(boss.decide(submission, shown["version"], state="withdrawn"))).code == "pipeline.submission-state"

    async def test_not_of_what_is_not_approved(self, door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        case, other = await make.case_at("approval"), await make.case_at("collateral")
        boss = CaseDoor(await sign_in("boss", role="boss"), door)
        today = business_day(clock.now()).isoformat()
        (waiting,) = (await boss.api.ok("GET", f"/cases/{case.id}"))["submissions"]
        (theirs,) = (await boss.api.ok("GET", f"/cases/{other.id}"))["submissions"]
        asked = {"amountFen": 1, "paidOn": today}
        assert (await refused(boss.disburse(case.id, submissionId=waiting["id"], **asked))).code == "pipeline.submission-state"
        assert (await refused(boss.disburse(case.id, submissionId=theirs["id"], **asked))).code == "pipeline.submission-not-found"

    async def test_voided_with_a_reason_once_and_never_below_what_was_received(
        self, door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock
    ) -> None:
        case = await make.case_at("disbursed")
        boss = CaseDoor(await sign_in("boss", role="boss"), door)
        (paid,) = (await boss.api.ok("GET", f"/cases/{case.id}"))["disbursements"]
        receipt = await boss.receipt(case.id, amountFen=100_000, method="cash", receivedOn=business_day(clock.now()).isoformat())
        problem = await refused(boss.void(paid["id"]))
        assert (problem.code, "先冲销多出的 1000元" in problem.problem["message"]) == ("pipeline.due-below-received", True)
        await boss.reverse(receipt["id"])
        voided = await boss.void(paid["id"], "重复登记")
        assert (voided["voidReason"]["value"], voided["voidedAt"] is not None) == ("重复登记", True)
        row = await boss.get(case.id)
        assert (row["disbursedFen"], row["dueFen"], row["outstandingFen"]) == (0, 0, 0)
        assert (await refused(boss.void(paid["id"]))).code == "pipeline.already-voided"

    async def test_sums_beyond_64_bits(self, door: DoorName, make: Maker, sign_in: SignIn, clock: TestClock) -> None:
        case = await make.case_at("submitted")
        boss = CaseDoor(await sign_in("boss", role="boss"), door)
        most = 2**63 - 1
        submission = str(await make.approve(case.id, most, await make.submit(case.id)))
        another = str(await make.approve(case.id, most, await make.submit(case.id)))
        paid_on = business_day(clock.now()).isoformat()
        await boss.disburse(case.id, submissionId=submission, amountFen=most, paidOn=paid_on)
        problem = await refused(boss.disburse(case.id, submissionId=another, amountFen=1, paidOn=paid_on))
        assert (problem.fields, problem.problem["errors"][0]["pointer"]) == (["pipeline.amount-too-large"], "/amountFen")


@pytest.mark.parametrize(
    ("disbursed", "rate", "fixed", "due"),
    [
        (0, 30_000, 5_000, 0),
        (100, 5_000, 0, 1),
        (99, 5_000, 0, 0),
        (300, 5_000, 0, 2),
        (20_000_000, 30_000, 5_000, 605_000),
        (1, 1_000_000, 0, 1),
    ],
)
def test_the_fee_is_a_share_half_up_and_a_fixed_sum(disbursed: int, rate: int, fixed: int, due: int) -> None:
    assert fee_due(disbursed, rate, fixed) == due
