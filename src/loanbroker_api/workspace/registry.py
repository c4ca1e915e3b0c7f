"""What other areas fill in: kinds of background tasks, push events, to-dos, and the labels of subjects."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession

if TYPE_CHECKING:
    from loanbroker_api.workspace.runner import TaskRun

Labels = Callable[[ReadSession, Actor, Collection[UUID]], Awaitable[dict[UUID, str]]]
"""Masked labels of the subjects that the actor may see."""


@dataclass(frozen=True)
class TaskKind:
    """`run` does the work, reporting its progress, and answers the result; it must resume from its checkpoint."""

    kind: str
    title: str
    english: str
    run: Callable[["TaskRun"], Awaitable[dict[str, object]]]
    download: str | None = None
    """The permission to have the file that it makes; None where it makes none."""


TASK_KINDS: dict[str, TaskKind] = {}
SUBJECTS: dict[str, Labels] = {}
PUSH_KINDS: dict[str, str] = {}
TODO_TITLES: dict[str, tuple[str, str]] = {}


def task_kind(
    kind: str, title: str, english: str, *, download: str | None = None
) -> Callable[[Callable[["TaskRun"], Awaitable[dict[str, object]]]], None]:
    """Register long work under a stable kind."""

    def register(run: Callable[["TaskRun"], Awaitable[dict[str, object]]]) -> None:
        TASK_KINDS[kind] = TaskKind(kind, title, english, run, download)

    return register


def subject(kind: str, labels: Labels) -> None:
    """Register how subjects of a kind are called in to-dos and notifications."""
    SUBJECTS[kind] = labels


def push_kind(kind: str, meaning: str) -> str:
    """Register a kind of push event; answers it."""
    PUSH_KINDS[kind] = meaning
    return kind


def todo_kind(kind: str, title: str, english: str) -> str:
    """Register a kind of to-do with its title; answers it."""
    TODO_TITLES[kind] = (title, english)
    return kind


async def labels_of(session: ReadSession, actor: Actor, subjects: Collection[tuple[str, UUID]]) -> dict[UUID, str]:
    """Labels of mixed subjects, one statement for each kind."""
    found: dict[UUID, str] = {}
    for kind in {kind for kind, _ in subjects}:
        loader = SUBJECTS.get(kind)
        if loader is not None:
            found.update(await loader(session, actor, {subject_id for other, subject_id in subjects if other == kind}))
    return found


TODO_CHANGED = push_kind("workspace.todo_changed", "我的待办有变化")
TASK_CHANGED = push_kind("workspace.task_changed", "后台任务有变化：taskId、state")
SESSION_ENDED = push_kind("access.session_ended", "会话已结束：sessionId、reason")
