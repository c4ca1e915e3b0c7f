"""How timeline entries of later areas read: each declares its kinds with their words."""

from collections.abc import Callable, Mapping
from typing import Any

Words = Callable[[Mapping[str, Any]], str]
"""The sentence of an entry, from its facts."""

WORDS: dict[str, Words] = {}


def timeline_kind(kind: str, words: Words) -> str:
    """Declare a kind of timeline entry; answers it. Raises ValueError when declared twice."""
    if kind in WORDS:
        raise ValueError(f"timeline kind {kind} is declared twice")
    WORDS[kind] = words
    return kind
