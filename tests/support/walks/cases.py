"""Every operation of cases and receipts, for the walks that call each one."""

from datetime import timedelta
from typing import Any, Protocol

from loanbroker_api.core.clock import business_day
from support.cases import Maker, make_offer
from support.client import Api
from support.company import Company


class Calls(Protocol):
    api: Api

    async def __call__(self, method: str, template: str, *, api: Api | None = None, status: int | None = None, **options: Any) -> Any: ...


async def walk_cases(walk: Calls, company: Company, sales: Api, leader: Api) -> None:
    """Pipelines, lists and boards for every width of scope, and one case from its opening to a reversed receipt."""
    make = Maker(company)
    shown = (await walk("GET", "/pipelines"))[0]
    stages = [{name: value for name, value in stage.items() if name not in {"id", "position"}} for stage in shown["stages"]]
    body = {"name": shown["name"], "productKinds": [], "isDefault": True, "stages": stages}
    customer, offer = await make.customer("sales1"), await make.offer()
    opened = {"customerId": str(customer.id), "productVersionId": str(offer.version), "wantedFen": 20_000_000, "feeRatePpm": 30_000}
    case = await walk("POST", "/cases", api=sales, json=opened)
    one = {"case_id": case["id"]}
    await _papers(walk, company, sales, one)
    case = await _along(walk, make, sales, one)
    await _money(walk, make, one)
    await _lists(walk, (walk.api, leader, sales), str(offer.lender), case)
    await walk("POST", "/pipelines", json={**body, "name": "另一个", "isDefault": False, "productKinds": ["car"]})
    fewer = [{**stage, "moves": [code for code in stage["moves"] if code != "visit"]} for stage in stages if stage["code"] != "visit"]
    await make.move((await make.case()).id, "visit")
    version = (await walk("GET", "/pipelines"))[0]["version"]
    for mapping, status in (({}, 409), ({"visit": "appointment"}, None)):
        changed = {"json": {**body, "stages": fewer, "mapping": mapping}, "headers": {"If-Match": f'"{version}"'}}
        await walk("PUT", "/pipelines/{pipeline_id}", pipeline_id=shown["id"], status=status, **changed)
    await _graphql(walk.api, case["id"], str(customer.id))


async def _papers(walk: Calls, company: Company, sales: Api, one: dict[str, Any]) -> None:
    for name in ("身份证", "征信报告", "多余"):
        await walk("PUT", "/cases/{case_id}/documents/{name}", api=sales, name=name, **one)
    await walk("DELETE", "/cases/{case_id}/documents/{name}", api=sales, name="多余", **one)
    helper = await company.employee("submission1", role="submission")
    part = {"participants": [{"employeeId": str(helper.id), "part": "submission"}]}
    await walk("PUT", "/cases/{case_id}/participants", api=sales, json=part, **one)


async def _along(walk: Calls, make: Maker, sales: Api, one: dict[str, Any]) -> Any:
    """To 放款, with a refused submission, a supplement, an approval and two tranches, one of them voided."""
    colleague = await make.company.employee("sales2")

    async def version() -> dict[str, str]:
        return {"If-Match": f'"{(await walk("GET", "/cases/{case_id}", **one))["version"]}"'}

    await walk("PATCH", "/cases/{case_id}", json={"ownerId": str(colleague.id), "wantedMonths": 36}, headers=await version(), **one)
    owner = await make.company.employee("sales1")
    await walk("PATCH", "/cases/{case_id}", json={"ownerId": str(owner.id), "feeFixedFen": 100}, headers=await version(), **one)
    for code in ("visit", "signed", "submitted"):
        headers = await version()
        await walk("POST", "/cases/{case_id}/move", api=sales, json={"stageCode": code, "comment": "好"}, headers=headers, **one)
    await walk("POST", "/cases/{case_id}/move", api=sales, json={"stageCode": "approval"}, headers=await version(), status=422, **one)
    stopped, offer = await make_offer(make.company, cooperation="exited"), await make.offer()
    asked = {"amountFen": 20_000_000, "months": 36}
    template = "/cases/{case_id}/submissions"
    await walk("POST", template, api=sales, json={**asked, "productVersionId": str(stopped.version)}, status=409, **one)
    row = await walk("POST", template, api=sales, json={**asked, "productVersionId": str(offer.version)}, **one)
    for data in ({"state": "supplement"}, {"state": "approved", "approvedFen": 18_000_000}):
        headers = {"If-Match": f'"{row["version"]}"'}
        row = await walk("POST", "/submissions/{submission_id}/decision", submission_id=row["id"], json=data, headers=headers)
    today = business_day(make.company.runtime.clock.now()).isoformat()
    for amount in (10_000_000, 5_000_000):
        data = {"submissionId": row["id"], "amountFen": amount, "paidOn": today}
        paid = await walk("POST", "/cases/{case_id}/disbursements", json=data, **one)
    await walk("POST", "/disbursements/{disbursement_id}/void", disbursement_id=paid["id"], json={"reason": "录错"})
    for code in ("approval", "disbursed"):
        moved = await walk("POST", "/cases/{case_id}/move", json={"stageCode": code}, headers=await version(), **one)
    await walk("GET", "/cases/{case_id}/targets", api=sales, **one)
    await walk("GET", "/cases/{case_id}/history", api=sales, params={"limit": 2}, **one)
    return moved


async def _money(walk: Calls, make: Maker, one: dict[str, Any]) -> None:
    today = business_day(make.company.runtime.clock.now())
    paid = {"amountFen": 1_000, "method": "cash", "receivedOn": today.isoformat(), "note": "首笔"}
    receipt = await walk("POST", "/cases/{case_id}/receipts", json=paid, **one)
    await walk("POST", "/cases/{case_id}/receipts", json={**paid, "amountFen": 10**12}, status=422, **one)
    for status in (None, 409):
        await walk("POST", "/receipts/{receipt_id}/reverse", receipt_id=receipt["id"], json={"reason": "录错"}, status=status)
    await walk("GET", "/cases/{case_id}/receipts", **one)
    owner = str((await make.company.employee("sales1")).id)
    page = await walk("GET", "/receipts", params={"from": (today - timedelta(days=1)).isoformat(), "ownerId": owner, "limit": 1})
    await walk("GET", "/receipts", params={"cursor": page["nextCursor"]})
    await walk("GET", "/receipts/summary", params={"ownerId": owner})


async def _lists(walk: Calls, readers: tuple[Api, ...], lender: str, case: dict[str, Any]) -> None:
    for api in readers:
        for params in ({"limit": 1}, {"sort": "-createdAt", "late": True}, {"lenderId": lender, "open": True, "lost": False}):
            page = await walk("GET", "/cases", api=api, params=params)
            if page["nextCursor"]:
                await walk("GET", "/cases", api=api, params={**params, "cursor": page["nextCursor"]})
        await walk("GET", "/cases/total", api=api, params={"pipelineId": case["pipelineId"]})
        for params in ({}, {"lenderId": lender, "late": True, "pipelineId": case["pipelineId"]}):
            columns = (await walk("GET", "/cases/board", api=api, params=params))["columns"]
        for column in columns[:1] + columns[-1:]:
            await walk("GET", "/cases/board/{stage_id}", api=api, stage_id=column["stage"]["id"], params={"limit": 1})
        await walk("GET", "/receipts", api=api)
        await walk("GET", "/receipts/summary", api=api)
        await walk("GET", "/cases/{case_id}", api=api, case_id=case["id"])
        await walk("GET", "/todos", api=api)


async def _graphql(boss: Api, case_id: str, customer_id: str) -> None:
    below = (
        "id submissions { lender { name } declinedReason { value } } disbursements { amountFen } history { toStage { code } comment { value } } "
        "documents { name } participants { employee { displayName } } targets { allowed missing { message } }"
    )
    for query, variables in (
        (
            f"query($id: UUID!) {{ case(id: $id) {{ {below} }} caseReceipts(caseId: $id) {{ items {{ note {{ value }} }} }} }}",
            {"id": case_id},
        ),
        (f"query($id: UUID!) {{ customer(id: $id) {{ cases {{ {below} }} }} }}", {"id": customer_id}),
        ("{ cases(first: 2) { edges { node { id } } } board { count cards { id } } pipelines { name } receiptSummary { dueFen } }", {}),
    ):
        answer = await boss.graphql(query, **variables)
        assert "errors" not in answer, answer
