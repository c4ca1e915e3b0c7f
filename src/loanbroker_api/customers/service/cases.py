"""The customer's stage follows the cases; the area of cases tells where they stand."""

from collections.abc import Collection

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import Customer, Stage
from loanbroker_api.customers.service.activity import tell_changed
from loanbroker_api.customers.service.states import put_stage

CLOSED = (Stage.SETTLED, Stage.LOST)


def stage_by_cases(present: int, kinds: Collection[int]) -> int:
    """Where a customer stands whose cases stand at `kinds`: with the furthest open one; settled when none is open; lost only if all are.

    What follow-ups have reached by hand, a visit at the most, is not taken back by a case that begins earlier.
    """
    running = [kind for kind in kinds if kind not in CLOSED]
    if running:
        furthest = max(running)
        return present if furthest < present <= Stage.VISIT else furthest
    if not kinds:
        return present
    return Stage.SETTLED if Stage.SETTLED in kinds else Stage.LOST


async def follow_cases(uow: UnitOfWork, actor: Actor, customer: Customer, kinds: Collection[int]) -> None:
    """Bring a locked customer's stage in step with where all its cases stand; the history is kept and the owner told."""
    customer.active_at = uow.now
    put_stage(uow, actor, customer, Stage(stage_by_cases(customer.stage, kinds)), "case")
    await uow.session.flush()
    await tell_changed(uow, customer)
