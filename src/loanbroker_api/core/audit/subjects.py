"""What the records of the trail are called: areas say for their kinds of records."""

from collections.abc import Awaitable, Callable, Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

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


def named(identifier: InstrumentedAttribute[UUID], name: InstrumentedAttribute[str]) -> Resolver:
    """A resolver that takes a column for the label: for records whose name is nobody's personal data."""

    async def labels(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
        return {row[0]: row[1] for row in await session.execute(select(identifier, name).where(identifier.in_(ids)))}

    return labels


async def subject_labels(session: ReadSession, actor: Actor, subjects: Collection[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    """Labels of mixed records, one statement for each kind."""
    found: dict[tuple[str, UUID], str] = {}
    for kind in sorted({kind for kind, _ in subjects}):
        resolver = SUBJECT_LABELS.get(kind)
        if resolver is not None:
            wanted = {subject_id for other, subject_id in subjects if other == kind}
            found.update({(kind, subject_id): label for subject_id, label in (await resolver(session, actor, wanted)).items()})
    return found
