"""The funnel asked at either door."""

from collections.abc import Awaitable, Callable
from typing import Any

from support.brute import Wanted
from support.client import Api

STEPS = ("lead", "valid", "contacted", "visit", "signed", "submitted", "approved", "disbursed", "received")
SignIn = Callable[..., Awaitable[Api]]
ROW = "key title steps { step count amountFen rateBps totalBps previousCount }"
STEP = "step title count amountFen moves back rateBps totalBps previousCount medianSeconds p90Seconds definition { id text } drill { path query }"
FUNNEL = (
    f"query($i: FunnelInput!) {{ funnel(input: $i) {{ from to by split steps {{ {STEP} }} rows {{ {ROW} }} lost {{ reason count }}"
    " freshUntil definition { id text } rowsLeft } }"
)


async def ask(api: Api, door: str, **wanted: Any) -> dict[str, Any]:
    """The funnel, its codes in lower case at either door."""
    if door == "rest":
        return await api.ok("GET", "/funnel", params={name: str(value) for name, value in wanted.items() if value is not None})
    given = {
        name: value.upper() if name in {"by", "split"} else str(value) if name != "city" else value
        for name, value in wanted.items()
        if value is not None
    }
    answer = await api.graphql(FUNNEL, i=given)
    assert "errors" not in answer, answer
    found = answer["data"]["funnel"]
    for step in [*found["steps"], *(step for row in found["rows"] for step in row["steps"])]:
        step["step"] = step["step"].lower()
    return found


def parameters(wanted: Wanted) -> dict[str, Any]:
    team = next(iter(wanted.teams)) if wanted.teams else None
    return {
        "from": wanted.first, "to": wanted.last, "by": wanted.by, "split": wanted.split, "channelId": wanted.channel, "teamId": team,
        "employeeId": wanted.employee, "kind": wanted.kind, "city": wanted.city,
    }  # fmt: skip
