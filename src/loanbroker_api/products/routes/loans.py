"""REST of the calculator."""

from loanbroker_api.access.deps import CurrentActor
from loanbroker_api.core.errors import Forbidden
from loanbroker_api.core.http import gated, problems
from loanbroker_api.products import permissions, service
from loanbroker_api.products.routes.base import router
from loanbroker_api.products.schemas import CompareIn, CompareOut, LoanIn, ScheduleOut
from loanbroker_api.products.service import LoanInvalid


@router.post("/loans/schedule", summary="还款计划", responses=problems(Forbidden, LoanInvalid), openapi_extra=gated(permissions.MATCH))
async def loan_schedule(body: LoanIn, actor: CurrentActor) -> ScheduleOut:
    """逐月的本金、利息、费用，精确到分；综合年化成本含全部费用（单利、复利两种）。"""
    return service.loan_schedule(actor, body)


@router.post("/loans/compare", summary="比较两笔借款", responses=problems(Forbidden, LoanInvalid), openapi_extra=gated(permissions.MATCH))
async def compare_loans(body: CompareIn, actor: CurrentActor) -> CompareOut:
    """两种条件并排：每月累计支出、差额，和哪个月起先便宜的变贵。"""
    return service.compare_loans(actor, body)
