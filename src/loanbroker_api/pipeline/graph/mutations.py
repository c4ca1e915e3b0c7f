"""Root fields that write cases."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from pydantic.alias_generators import to_camel

from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.pipeline import rows, service
from loanbroker_api.pipeline.graph.nodes import CaseNode, DisbursementNode, SubmissionNode
from loanbroker_api.pipeline.models import Case
from loanbroker_api.pipeline.schemas import CaseIn, CasePatch, DecisionIn, DisbursementIn, MoveIn, SubmissionIn, VoidIn
from loanbroker_api.workspace.graph import Fen, Info

Version = Annotated[int, strawberry.argument(description="所见版本号")]


@strawberry.input(name="CaseInput", description="新业务单")
class CaseInput:
    customer_id: UUID
    wanted_fen: Fen
    product_version_id: UUID | None = None
    product_kind: str | None = None
    pipeline_id: UUID | None = None
    wanted_months: int | None = None
    fee_rate_ppm: int | None = strawberry.UNSET
    fee_fixed_fen: Fen | None = strawberry.UNSET
    stage_code: str | None = None


@strawberry.input(name="CasePatch", description="只改给出的字段")
class CasePatchInput:
    product_version_id: UUID | None = strawberry.UNSET
    wanted_fen: Fen | None = strawberry.UNSET
    wanted_months: int | None = strawberry.UNSET
    fee_rate_ppm: int | None = strawberry.UNSET
    fee_fixed_fen: Fen | None = strawberry.UNSET
    owner_id: UUID | None = strawberry.UNSET


@strawberry.input(name="MoveInput", description="去哪个阶段")
class MoveInput:
    stage_code: str
    lost_reason: str | None = None
    comment: str | None = None


@strawberry.input(name="SubmissionInput", description="进件")
class SubmissionInput:
    product_version_id: UUID
    amount_fen: Fen
    months: int | None = None
    submitted_at: datetime | None = None


@strawberry.input(name="DecisionInput", description="资方的答复")
class DecisionInput:
    state: str
    approved_fen: Fen | None = None
    approved_months: int | None = None
    approved_rate_ppm: int | None = None
    declined_reason: str | None = None
    decided_at: datetime | None = None


@strawberry.input(name="DisbursementInput", description="一笔放款")
class DisbursementInput:
    submission_id: UUID
    amount_fen: Fen
    paid_on: date


def as_body(data: Any) -> dict[str, Any]:
    """An input as REST's body has it, so that both doors point at the same fields."""
    given: dict[str, Any] = data.__dict__
    return {to_camel(name): value for name, value in given.items() if value is not strawberry.UNSET}


async def _case(info: Info, uow: UnitOfWork, case: Case) -> CaseNode:
    (row,) = await rows.case_rows(uow.session, info.context.actor, [case], uow.now)
    return CaseNode.of(row)


@strawberry.type
class PipelineMutation:
    @strawberry.mutation(description="新建业务单")
    async def create_case(self, info: Info, data: CaseInput) -> CaseNode:
        async with info.context.writes() as uow:
            return await _case(info, uow, await service.create_case(uow, info.context.actor, CaseIn.model_validate(as_body(data))))

    @strawberry.mutation(description="编辑业务单")
    async def update_case(self, info: Info, id: UUID, version: Version, data: CasePatchInput) -> CaseNode:
        patch = CasePatch.model_validate(as_body(data))
        async with info.context.writes() as uow:
            return await _case(info, uow, await service.update_case(uow, info.context.actor, id, patch, version))

    @strawberry.mutation(description="移动业务单")
    async def move_case(self, info: Info, id: UUID, version: Version, data: MoveInput) -> CaseNode:
        wanted = MoveIn.model_validate(as_body(data))
        async with info.context.writes() as uow:
            return await _case(info, uow, await service.move_case(uow, info.context.actor, id, wanted, version))

    @strawberry.mutation(description="进件")
    async def add_submission(self, info: Info, case_id: UUID, data: SubmissionInput) -> SubmissionNode:
        wanted = SubmissionIn.model_validate(as_body(data))
        async with info.context.writes() as uow:
            row = await service.add_submission(uow, info.context.actor, case_id, wanted)
            (shown,) = await rows.submissions_out(uow.session, info.context.actor, uow.keys, [row], uow.now)
        return SubmissionNode.of(shown)

    @strawberry.mutation(description="登记资方的答复")
    async def decide_submission(self, info: Info, id: UUID, version: Version, data: DecisionInput) -> SubmissionNode:
        wanted = DecisionIn.model_validate(as_body(data))
        async with info.context.writes() as uow:
            row = await service.decide_submission(uow, info.context.actor, id, wanted, version)
            (shown,) = await rows.submissions_out(uow.session, info.context.actor, uow.keys, [row], uow.now)
        return SubmissionNode.of(shown)

    @strawberry.mutation(description="登记放款")
    async def add_disbursement(self, info: Info, case_id: UUID, data: DisbursementInput) -> DisbursementNode:
        wanted = DisbursementIn.model_validate(as_body(data))
        async with info.context.writes() as uow:
            row = await service.add_disbursement(uow, info.context.actor, case_id, wanted)
            (shown,) = await rows.disbursements_out(uow.session, info.context.actor, uow.keys, [row])
        return DisbursementNode.of(shown)

    @strawberry.mutation(description="作废放款")
    async def void_disbursement(self, info: Info, id: UUID, reason: str) -> DisbursementNode:
        wanted = VoidIn(reason=reason)
        async with info.context.writes() as uow:
            row = await service.void_disbursement(uow, info.context.actor, id, wanted.reason)
            (shown,) = await rows.disbursements_out(uow.session, info.context.actor, uow.keys, [row])
        return DisbursementNode.of(shown)
