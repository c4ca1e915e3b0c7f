"""What the records of the trail are called: areas say for their kinds of records."""

from collections.abc import Awaitable, Callable, Collection
from uuid import UUID

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession

Resolver = Callable[[ReadSession, Actor, Collection[UUID]], Awaitable[dict[UUID, str]]]
"""Labels of records by id in one statement, as the actor may see them; a record that is gone has none."""

SUBJECT_LABELS: dict[str, Resolver] = {}


def register_subject(kind: str, resolver: Resolver) -> None:
    """Say how records of a kind are called. Raises ValueError when said twice."""
    if kind in SUBJECT_LABELS:
        raise ValueError(f"subject {kind} is registered twice")
    SUBJECT_LABELS[kind] = resolver


async def subject_labels(session: ReadSession, actor: Actor, subjects: Collection[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    """Labels of mixed records, one statement for each kind."""
    found: dict[tuple[str, UUID], str] = {}
    for kind in sorted({kind for kind, _ in subjects}):
        resolver = SUBJECT_LABELS.get(kind)
        if resolver is not None:
            wanted = {subject_id for other, subject_id in subjects if other == kind}
            found.update({(kind, subject_id): label for subject_id, label in (await resolver(session, actor, wanted)).items()})
    return found
