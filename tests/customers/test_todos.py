"""A to-do that is completed or moved takes the customer's next action along."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from support.client import Api
from support.clock import TestClock
from support.company import Company

SignIn = Callable[..., Awaitable[Api]]
Settle = Callable[[], Awaitable[None]]


async def test_a_moved_or_completed_todo_is_seen_on_the_customer(
    company: Company, sign_in: SignIn, settle: Settle, clock: TestClock
) -> None:
    sales = await sign_in("sales1")
    customer = await company.customer()
    first, second = ((clock.now() + timedelta(hours=hours)).replace(microsecond=0) for hours in (2, 26))
    await sales.ok("POST", f"/customers/{customer.id}/follow-ups", json={"outcome": "call_again", "nextActionAt": first.isoformat()})
    (todo,) = (await sales.ok("GET", "/todos"))["items"]
    await sales.ok("POST", f"/todos/{todo['id']}/reschedule", json={"dueAt": second.isoformat()})
    await settle()
    row = await sales.ok("GET", f"/customers/{customer.id}")
    assert row["nextActionAt"] == second.isoformat().replace("+00:00", "Z")
    await sales.ok("POST", f"/todos/{todo['id']}/complete")
    await settle()
    assert (await sales.ok("GET", f"/customers/{customer.id}"))["nextActionAt"] is None
