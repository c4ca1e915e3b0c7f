"""Kinds of notifications, declared by the areas that send them."""

from dataclasses import dataclass
from typing import Literal

Group = Literal["todo", "lead", "business", "system"]


@dataclass(frozen=True)
class NotificationKind:
    """Templates are filled with the facts and with `{label}`, the subject's masked label at reading time."""

    kind: str
    group: Group
    title: str
    body: str
    english_title: str
    english_body: str


KINDS: dict[str, NotificationKind] = {}


def notification_kind(kind: NotificationKind) -> str:
    """Declare a kind; answers its code."""
    KINDS[kind.kind] = kind
    return kind.kind
