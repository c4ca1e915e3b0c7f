"""Where a case may go: every stage of its pipeline with each reason against it. The move itself asks the same functions."""

from collections.abc import Collection, Sequence
from uuid import UUID

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Problem
from loanbroker_api.customers.models import Stage
from loanbroker_api.pipeline import access, permissions, queries
from loanbroker_api.pipeline.entry import Unmet, load_facts, unmet
from loanbroker_api.pipeline.models import Case, PipelineStage
from loanbroker_api.pipeline.problems import CaseClosed, MoveNotAllowed
from loanbroker_api.pipeline.schemas import Missing, StageRef, Target

CLOSED = (Stage.SETTLED, Stage.LOST)


def is_back(was: PipelineStage, now: PipelineStage) -> bool:
    """Whether a move goes back: to an earlier place, or out of a closed stage into an open one."""
    return now.position < was.position or (was.kind in CLOSED and now.kind not in CLOSED)


def against_move(case: Case, stages: Sequence[PipelineStage], target: PipelineStage, *, may_reopen: bool) -> Problem | None:
    """Why the pipeline itself allows no move to `target`, whatever the conditions say."""
    present = next(stage for stage in stages if stage.id == case.stage_id)
    if target.code not in present.moves:
        names = {stage.code: stage.name for stage in stages}
        choices = "、".join(names[code] for code in present.moves if code in names) or "无"
        return MoveNotAllowed(was=present.name, wanted=target.name, choices=choices)
    if case.closed_at is not None and not may_reopen:
        return CaseClosed(stage=present.name)
    return None


async def targets(session: ReadSession, actor: Actor, case: Case) -> list[Target]:
    """Of one case."""
    return (await targets_of(session, actor, [case]))[case.id]


async def targets_of(session: ReadSession, actor: Actor, cases: Collection[Case]) -> dict[UUID, list[Target]]:
    """Of many cases, with a fixed number of statements."""
    if not cases:
        return {}
    stages = await queries.stages_of(session, {case.pipeline_id for case in cases})
    facts = await load_facts(session, cases)
    parts = {row.case_id for row in await queries.participants_of(session, [case.id for case in cases]) if row.employee_id == actor.id}
    found: dict[UUID, list[Target]] = {}
    for case in cases:
        takes_part = case.id in parts
        refused = access.refusal(actor, permissions.MOVE, case, takes_part=takes_part)
        may_reopen = access.refusal(actor, permissions.EDIT, case, takes_part=takes_part) is None
        found[case.id] = []
        for stage in stages[case.pipeline_id]:
            against = against_move(case, stages[case.pipeline_id], stage, may_reopen=may_reopen)
            missing = [_reason("permission", refused)] if refused else []
            missing += [_reason("move", against)] if against else []
            missing += [_missing(item) for item in unmet(stage, facts[case.id])] if stage.id != case.stage_id else []
            found[case.id].append(Target(stage=stage_ref(stage), allowed=not missing, missing=missing))
    return found


def stage_ref(stage: PipelineStage | queries.StageFacts) -> StageRef:
    return StageRef.model_validate(
        {"id": stage.id, "code": stage.code, "name": stage.name, "kind": Stage(stage.kind).name.lower(), "tone": stage.tone}
    )


def _reason(kind: str, problem: Problem) -> Missing:
    return Missing(kind=kind, code=problem.code, message=problem.text(), field=None, document=None)


def _missing(item: Unmet) -> Missing:
    return Missing(kind=item.kind, code=item.code, message=item.message, field=item.field, document=item.document)
