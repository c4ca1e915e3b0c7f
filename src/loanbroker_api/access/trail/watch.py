"""Reads that matter: whoever lists many records within an hour leaves an entry, and the leader is told.

Lists are read page by page, so no single request looks like much. What counts is the number of rows in an hour of the clock.
"""

from datetime import UTC, datetime
from typing import Final

from loanbroker_api.access.events import BulkViewed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.runtime import Runtime

FIRST: Final = 500
HOUR: Final = 3_600


async def note_view(runtime: Runtime, actor: Actor, kind: str, count: int) -> None:
    """Count rows of a kind that an employee was shown; at 500, 1,000, 2,000 … within an hour it becomes an entry and an alert.

    The entry has a transaction of its own: it stays even where the read that led to it fails afterwards.
    """
    if count <= 0 or actor.id is None:
        return
    now = runtime.clock.now()
    hour = datetime(now.year, now.month, now.day, now.hour, tzinfo=UTC)
    total = await runtime.tally.add(f"lb:viewed:{actor.tenant_id}:{actor.id}:{kind}:{hour:%Y%m%d%H}", count, seconds=2 * HOUR)
    passed = threshold(total)
    if passed == threshold(total - count):
        return
    async with runtime.uow(actor.tenant_id) as uow:
        uow.audit(actor, "access.bulk_viewed", actor.id, kind=kind, count=passed, hour=hour.isoformat())
        uow.emit(BulkViewed(employee_id=actor.id, kind=kind, count=passed))


def threshold(total: int) -> int:
    """The largest of 500, 1,000, 2,000, 4,000 … that a total has reached; 0 below."""
    return FIRST << (total // FIRST).bit_length() - 1 if total >= FIRST else 0
