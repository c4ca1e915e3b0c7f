"""What hangs below cases, for many cases at once: GraphQL's loaders. What is out of the actor's sight has nothing."""

from collections.abc import Collection
from uuid import UUID

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.pipeline import queries, rows, targets
from loanbroker_api.pipeline.models import Case, Disbursement, StageEvent, Submission
from loanbroker_api.pipeline.rows import Loaded
from loanbroker_api.pipeline.schemas import DocumentOut, ParticipantOut, Target

HISTORY = 50


async def load_targets(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, list[Target]]:
    found = await queries.cases_by_id(session, actor, ids)
    return await targets.targets_of(session, actor, list(found.values()))


async def load_submissions(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, list[Loaded[Submission]]]:
    seen = await queries.cases_by_id(session, actor, ids)
    found: dict[UUID, list[Loaded[Submission]]] = {}
    for loaded in await rows.submissions_with_names(session, await queries.submissions_of(session, list(seen))):
        found.setdefault(loaded.row.case_id, []).append(loaded)
    return found


async def load_disbursements(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, list[Loaded[Disbursement]]]:
    seen = await queries.cases_by_id(session, actor, ids)
    paid = await queries.disbursements_of(session, list(seen))
    names = await rows.people_of(session, paid)
    found: dict[UUID, list[Loaded[Disbursement]]] = {}
    for row in paid:
        found.setdefault(row.case_id, []).append(Loaded(row, names))
    return found


async def load_history(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, list[Loaded[StageEvent]]]:
    """The newest 50 moves of each case."""
    seen = await queries.cases_by_id(session, actor, ids)
    found: dict[UUID, list[Loaded[StageEvent]]] = {}
    for loaded in await rows.events_with_stages(session, await queries.newest_events(session, list(seen), HISTORY)):
        found.setdefault(loaded.row.case_id, []).append(loaded)
    return found


async def load_documents(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, list[DocumentOut]]:
    seen = await queries.cases_by_id(session, actor, ids)
    return await rows.documents_by_case(session, list(seen.values()))


async def load_participants(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, list[ParticipantOut]]:
    seen = await queries.cases_by_id(session, actor, ids)
    return await rows.participants_by_case(session, await queries.participants_of(session, list(seen)))


async def load_cases_of_customers(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, list[Loaded[Case]]]:
    found = await queries.cases_by_customer(session, actor, ids)
    around = await queries.around(session, actor, [case for cases in found.values() for case in cases])
    return {customer_id: [Loaded(case, around) for case in cases] for customer_id, cases in found.items()}
