"""Cases as tests need them: a product to sell, a customer, a case somewhere on its way, asked for through either door."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.core.clock import business_day
from loanbroker_api.core.ids import new_id
from loanbroker_api.customers.models import Customer
from loanbroker_api.pipeline import service as cases
from loanbroker_api.pipeline.models import Case, PipelineStage, Submission
from loanbroker_api.pipeline.schemas import CaseIn, DecisionIn, DisbursementIn, MoveIn, SubmissionIn
from loanbroker_api.products.models import Lender, Product, ProductVersion
from support.client import Api
from support.company import Company
from support.doors import DoorName, Refused, graph_of, rest_of
from support.people import set_columns

CASE = (
    "id version number late daysInStage stageDueAt productKind wantedFen approvedFen disbursedFen dueFen receivedFen outstandingFen closedAt "
    "lostReason feeRatePpm feeFixedFen stage { code name kind } customer { id name { value } } owner { id } team { id } "
    "product { id name lenderName } allowedActions { action allowed }"
)
SUBMISSION = "id version state amountFen approvedFen disbursedFen lender { name } declinedReason { value masked }"
DISBURSEMENT = "id amountFen paidOn voidedAt voidReason { value }"


@dataclass(frozen=True)
class Offer:
    """What can be submitted: a lender's product with one effective version."""

    lender: UUID
    product: UUID
    version: UUID


async def make_offer(company: Company, *, kind: str = "credit", cooperation: str = "active", state: str = "approved", **more: Any) -> Offer:
    """`more`: columns of the version, as effective_to."""
    async with company.runtime.uow(company.id) as uow:
        lender = Lender(id=new_id(), name=f"资方{new_id().hex[-8:]}", kind="bank", cooperation=cooperation, territories=[], route="offline")
        uow.session.add(lender)
        await uow.session.flush()
        product = Product(id=new_id(), lender_id=lender.id, name="工薪贷", kind=kind, state="active")
        uow.session.add(product)
        await uow.session.flush()
        given = {"effective_from": uow.now - timedelta(days=1), "effective_to": None, **more}
        version = ProductVersion(id=new_id(), product_id=product.id, number=1, state=state, body={"approvalHours": 24}, **given)
        uow.session.add(version)
    return Offer(lender.id, product.id, version.id)


class Maker:
    """Makes cases in a company, as its system unless said otherwise."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._offer: Offer | None = None

    async def offer(self) -> Offer:
        if self._offer is None:
            self._offer = await make_offer(self.company)
        return self._offer

    async def customer(self, owner: str = "sales1") -> Customer:
        employee = await self.company.employee(owner)
        customer = await self.company.customer()
        await set_columns(self.company, customer.id, owner_id=employee.id, team_id=employee.unit_id)
        return customer

    async def case(self, *, owner: str = "sales1", customer: UUID | None = None, **data: Any) -> Case:
        """At 预约, credit, 200,000 yuan, without product and fee unless `data` says so."""
        customer_id = customer or (await self.customer(owner)).id
        async with self.company.runtime.uow(self.company.id) as uow:
            given = {"product_kind": "credit", "wanted_fen": 20_000_000, **data}
            return await cases.create_case(uow, self.company.system, CaseIn(customer_id=customer_id, **given))

    async def case_at(self, code: str, *, owner: str = "sales1", approved: int = 20_000_000, paid: int = 20_000_000, **data: Any) -> Case:
        """A case with all papers, walked along the default pipeline to `code`; disbursed with a fee of 3 % where the stage asks for it."""
        offer = await self.offer()
        case = await self.case(owner=owner, product_version_id=offer.version, fee_rate_ppm=30_000, **data)
        actor = self.company.system
        async with self.company.runtime.uow(self.company.id) as uow:
            for name in ("身份证", "征信报告"):
                await cases.put_document(uow, actor, case.id, name)
        for step in ("appointment", "visit", "signed", "submitted", "approval", "collateral", "disbursed"):
            if step == "approval":
                await self.submit(case.id)
            elif step == "collateral":
                await self.approve(case.id, approved)
            elif step == "disbursed":
                await self.disburse(case.id, paid)
            if step != "appointment":
                case = await self.move(case.id, step)
            if step == code:
                return case
        raise ValueError(code)

    async def read(self, case_id: UUID) -> Case:
        async with self.company.runtime.read(self.company.id) as session:
            return (await session.scalars(select(Case).where(Case.id == case_id))).one()

    async def move(self, case_id: UUID, code: str, *, reason: str | None = None) -> Case:
        async with self.company.runtime.uow(self.company.id) as uow:
            version = (await uow.session.scalars(select(Case.version).where(Case.id == case_id))).one()
            return await cases.move_case(uow, self.company.system, case_id, MoveIn(stage_code=code, lost_reason=reason), version)

    async def submit(self, case_id: UUID, offer: Offer | None = None) -> UUID:
        version = (offer or await self.offer()).version
        async with self.company.runtime.uow(self.company.id) as uow:
            data = SubmissionIn(product_version_id=version, amount_fen=20_000_000, months=36)
            return (await cases.add_submission(uow, self.company.system, case_id, data)).id

    async def approve(self, case_id: UUID, amount: int, submission_id: UUID | None = None) -> UUID:
        async with self.company.runtime.uow(self.company.id) as uow:
            found = select(Submission).where(Submission.case_id == case_id).order_by(Submission.id.desc())
            if submission_id is not None:
                found = found.where(Submission.id == submission_id)
            row = (await uow.session.scalars(found.limit(1))).one()
            data = DecisionIn(state="approved", approved_fen=amount, approved_months=36, approved_rate_ppm=6_000)
            await cases.decide_submission(uow, self.company.system, row.id, data, row.version)
            return row.id

    async def disburse(self, case_id: UUID, amount: int, submission_id: UUID | None = None) -> UUID:
        async with self.company.runtime.uow(self.company.id) as uow:
            approved = select(Submission.id).where(Submission.case_id == case_id, Submission.state == "approved").limit(1)
            chosen = submission_id or (await uow.session.scalars(approved)).one()
            data = DisbursementIn(submission_id=chosen, amount_fen=amount, paid_on=business_day(uow.now))
            return (await cases.add_disbursement(uow, self.company.system, case_id, data)).id

    async def stages(self, case: Case) -> dict[str, PipelineStage]:
        async with self.company.runtime.read(self.company.id) as session:
            statement = select(PipelineStage).where(PipelineStage.pipeline_id == case.pipeline_id).order_by(PipelineStage.position)
            return {stage.code: stage for stage in await session.scalars(statement)}


class CaseDoor:
    """Cases as one employee sees them through one door. What is refused raises Refused."""

    def __init__(self, api: Api, name: DoorName) -> None:
        self.api, self.name = api, name

    async def _ask(
        self, method: str, path: str, query: str, field: str, *, body: Any = None, version: int | None = None, **variables: Any
    ) -> Any:
        if self.name == "rest":
            options: dict[str, Any] = {} if body is None else {"json": body}
            if version is not None:
                options["headers"] = {"If-Match": f'"{version}"'}
            return rest_of(await self.api(method, path, **options))
        return (await graph_of(self.api, query, **variables))[field]

    async def ids(self, **wanted: Any) -> list[str]:
        """All pages' ids, in order."""
        found: list[str] = []
        cursor: str | None = None
        while True:
            if self.name == "rest":
                params = {"limit": 3, **wanted, **({"cursor": cursor} if cursor else {})}
                page = rest_of(await self.api("GET", "/cases", params=params))
                found += [row["id"] for row in page["items"]]
                cursor = page["nextCursor"]
            else:
                query = (
                    "query($after: String, $filter: CaseFilter) { cases(first: 3, after: $after, filter: $filter) "
                    "{ edges { node { id } } pageInfo { hasNextPage endCursor } } }"
                )
                page = (await graph_of(self.api, query, after=cursor, filter=wanted or None))["cases"]
                found += [edge["node"]["id"] for edge in page["edges"]]
                cursor = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
            if cursor is None:
                return found

    async def get(self, case_id: Any) -> Any:
        query = f"query($id: UUID!) {{ case(id: $id) {{ {CASE} }} }}"
        return await self._ask("GET", f"/cases/{case_id}", query, "case", id=str(case_id))

    async def targets(self, case_id: Any) -> dict[str, list[str]]:
        """By stage code: the codes of what is missing; none where it is allowed."""
        query = "query($id: UUID!) { case(id: $id) { targets { allowed stage { code } missing { code } } } }"
        found = await self._ask("GET", f"/cases/{case_id}/targets", query, "case", id=str(case_id))
        rows = found if self.name == "rest" else found["targets"]
        assert all(row["allowed"] is (not row["missing"]) for row in rows)
        return {row["stage"]["code"]: [item["code"] for item in row["missing"]] for row in rows}

    async def create(self, **data: Any) -> Any:
        query = f"mutation($data: CaseInput!) {{ createCase(data: $data) {{ {CASE} }} }}"
        return await self._ask("POST", "/cases", query, "createCase", body=data, data=data)

    async def update(self, case_id: Any, version: int, **data: Any) -> Any:
        query = f"mutation($id: UUID!, $v: Int!, $data: CasePatch!) {{ updateCase(id: $id, version: $v, data: $data) {{ {CASE} }} }}"
        given = {"id": str(case_id), "v": version, "data": data}
        return await self._ask("PATCH", f"/cases/{case_id}", query, "updateCase", body=data, version=version, **given)

    async def move(self, case_id: Any, version: int, code: str, **more: Any) -> Any:
        query = f"mutation($id: UUID!, $v: Int!, $data: MoveInput!) {{ moveCase(id: $id, version: $v, data: $data) {{ {CASE} }} }}"
        data = {"stageCode": code, **more}
        given = {"id": str(case_id), "v": version, "data": data}
        return await self._ask("POST", f"/cases/{case_id}/move", query, "moveCase", body=data, version=version, **given)

    async def submit(self, case_id: Any, **data: Any) -> Any:
        query = f"mutation($id: UUID!, $data: SubmissionInput!) {{ addSubmission(caseId: $id, data: $data) {{ {SUBMISSION} }} }}"
        return await self._ask("POST", f"/cases/{case_id}/submissions", query, "addSubmission", body=data, id=str(case_id), data=data)

    async def decide(self, submission_id: Any, version: int, **data: Any) -> Any:
        query = (
            "mutation($id: UUID!, $v: Int!, $data: DecisionInput!) "
            f"{{ decideSubmission(id: $id, version: $v, data: $data) {{ {SUBMISSION} }} }}"
        )
        given = {"id": str(submission_id), "v": version, "data": data}
        path = f"/submissions/{submission_id}/decision"
        return await self._ask("POST", path, query, "decideSubmission", body=data, version=version, **given)

    async def disburse(self, case_id: Any, **data: Any) -> Any:
        query = f"mutation($id: UUID!, $data: DisbursementInput!) {{ addDisbursement(caseId: $id, data: $data) {{ {DISBURSEMENT} }} }}"
        return await self._ask("POST", f"/cases/{case_id}/disbursements", query, "addDisbursement", body=data, id=str(case_id), data=data)

    async def void(self, disbursement_id: Any, reason: str = "录错") -> Any:
        query = f"mutation($id: UUID!, $reason: String!) {{ voidDisbursement(id: $id, reason: $reason) {{ {DISBURSEMENT} }} }}"
        path, body = f"/disbursements/{disbursement_id}/void", {"reason": reason}
        return await self._ask("POST", path, query, "voidDisbursement", body=body, id=str(disbursement_id), reason=reason)

    async def board(self, **wanted: Any) -> dict[str, Any]:
        """Columns by stage code."""
        query = (
            "query($pipeline: UUID, $filter: BoardFilter) { board(pipelineId: $pipeline, filter: $filter) "
            "{ count amountFen late nextCursor stage { id code } cards { id } } }"
        )
        narrow = {name: value for name, value in wanted.items() if name != "pipelineId"}
        given = {"pipeline": wanted.get("pipelineId"), "filter": narrow or None}
        if self.name == "rest":
            found = rest_of(await self.api("GET", "/cases/board", params=wanted))["columns"]
        else:
            found = (await graph_of(self.api, query, **given))["board"]
        return {column["stage"]["code"]: column for column in found}

    async def receipt(self, case_id: Any, **data: Any) -> Any:
        query = (
            "mutation($id: UUID!, $data: ReceiptInput!) { recordReceipt(caseId: $id, data: $data) "
            "{ id amountFen reversesId reversed note { value } } }"
        )
        return await self._ask("POST", f"/cases/{case_id}/receipts", query, "recordReceipt", body=data, id=str(case_id), data=data)

    async def reverse(self, receipt_id: Any, reason: str = "录错") -> Any:
        query = (
            "mutation($id: UUID!, $reason: String!) { reverseReceipt(id: $id, reason: $reason) { id amountFen reversesId note { value } } }"
        )
        path, body = f"/receipts/{receipt_id}/reverse", {"reason": reason}
        return await self._ask("POST", path, query, "reverseReceipt", body=body, id=str(receipt_id), reason=reason)

    async def money(self, case_id: Any) -> Any:
        query = (
            "query($id: UUID!) { caseReceipts(caseId: $id) { dueFen receivedFen reversedFen outstandingFen "
            "items { id amountFen reversed reversesId } } }"
        )
        return await self._ask("GET", f"/cases/{case_id}/receipts", query, "caseReceipts", id=str(case_id))


async def refused(asking: Any) -> Refused:
    """The refusal of something that must be refused."""
    try:
        done = await asking
    except Refused as problem:
        return problem
    raise AssertionError(f"not refused: {done}")
