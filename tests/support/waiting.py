"""Waiting for a condition, never for a time: it returns as soon as the thing is so, and fails with its name."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
DEADLINE = 30.0
"""Seconds after which a test gives up; far more than anything takes, on a slow machine too."""


async def until(condition: Callable[[], bool | Awaitable[bool]], what: str) -> None:
    """Ask until it is so. Raises AssertionError, naming `what`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + DEADLINE
    while True:
        found = condition()
        if await found if inspect.isawaitable(found) else found:
            return
        assert loop.time() < end, f"not in time: {what}"
        await asyncio.sleep(0.01)


async def soon(work: Awaitable[T], what: str) -> T:
    """The result of something that must happen. Raises AssertionError, naming `what`."""
    try:
        return await asyncio.wait_for(work, DEADLINE)
    except TimeoutError as error:
        raise AssertionError(f"not in time: {what}") from error
