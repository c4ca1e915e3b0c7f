"""Matching a person with every product on sale."""

from datetime import datetime
from typing import Any
from uuid import UUID

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.products.schemas import CustomerMatchIn, MatchCounts, MatchIn, MatchOut


async def match_facts(session: ReadSession, actor: Actor, data: MatchIn, now: datetime) -> MatchOut:
    raise NotImplementedError


async def match_customer(session: ReadSession, actor: Actor, customer_id: UUID, data: CustomerMatchIn, now: datetime) -> MatchOut:
    raise NotImplementedError


async def keep_match(uow: UnitOfWork, actor: Actor, customer_id: UUID, data: CustomerMatchIn) -> MatchOut:
    raise NotImplementedError


def counts_of(results: list[Any]) -> MatchCounts:
    raise NotImplementedError


def best_of(results: list[Any]) -> dict[str, Any] | None:
    raise NotImplementedError
