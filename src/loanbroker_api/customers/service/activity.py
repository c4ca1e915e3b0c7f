"""The timeline's one writer; every later area appends through record_activity."""

from typing import Any
from uuid import UUID

import orjson

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import Activity


async def record_activity(uow: UnitOfWork, actor: Actor, customer_id: UUID, kind: str, *, ref_id: UUID | None = None, **facts: Any) -> None:
    """Append to a customer's timeline. Facts are ids, codes and numbers; what a person wrote stays in its own encrypted row."""
    clean: dict[str, Any] = orjson.loads(orjson.dumps(facts, default=str))
    uow.session.add(Activity(id=new_id(), customer_id=customer_id, at=uow.now, kind=kind, actor_id=actor.id, ref_id=ref_id, facts=clean))
