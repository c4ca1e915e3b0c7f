"""The timeline's one writer; every later area appends through record_activity. And the push that something changed."""

from typing import Any
from uuid import UUID

import orjson

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.events import CHANGED
from loanbroker_api.customers.models import Activity, Customer
from loanbroker_api.workspace.service import push


async def record_activity(uow: UnitOfWork, actor: Actor, customer_id: UUID, kind: str, *, ref_id: UUID | None = None, **facts: Any) -> None:
    """Append to a customer's timeline. Facts are ids, codes and numbers; what a person wrote stays in its own encrypted row."""
    clean: dict[str, Any] = orjson.loads(orjson.dumps(facts, default=str))
    uow.session.add(Activity(id=new_id(), customer_id=customer_id, at=uow.now, kind=kind, actor_id=actor.id, ref_id=ref_id, facts=clean))


async def tell_changed(uow: UnitOfWork, customer: Customer) -> None:
    """The owner's other clients follow."""
    if customer.owner_id is not None:
        await push(uow, [customer.owner_id], CHANGED, {"customerId": str(customer.id), "version": customer.version})
