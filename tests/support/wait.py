"""Waiting for a condition, with a deadline and never for a span of time."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

DEADLINE = 120.0
"""Only a test that fails waits this long."""


async def until(condition: Callable[[], Any], *, seconds: float = DEADLINE) -> Any:
    """The first truthy answer of `condition` (a coroutine function or a plain one). Raises AssertionError at the deadline."""
    ends = time.monotonic() + seconds
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        assert time.monotonic() < ends, f"not within {seconds} s: {condition}"
        await asyncio.sleep(0.05)
