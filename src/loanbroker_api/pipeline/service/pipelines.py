"""Pipelines as data: founded, made, edited with a mapping for the cases that stand in what goes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select, update

from loanbroker_api.access.builtin_roles import BUILTIN_ROLES
from loanbroker_api.access.founding import founding
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession, Small
from loanbroker_api.core.errors import FieldError, Invalid, Stale
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.customers.models import Stage
from loanbroker_api.pipeline import permissions, queries, rows
from loanbroker_api.pipeline.defaults import DEFAULT_PIPELINES
from loanbroker_api.pipeline.entry import ENTRY_KINDS
from loanbroker_api.pipeline.models import Case, Pipeline, PipelineStage
from loanbroker_api.pipeline.problems import MappingNeeded, PipelineNameTaken, PipelineNotFound
from loanbroker_api.pipeline.schemas import PipelineIn, PipelinePut, StageIn
from loanbroker_api.pipeline.service.moves import enter_by_mapping, follow_customers
from loanbroker_api.pipeline.targets import CLOSED

Found = tuple[Pipeline, Sequence[PipelineStage]]


async def list_pipelines(session: ReadSession, actor: Actor) -> list[Found]:
    """Raises Forbidden."""
    actor.require(permissions.VIEW)
    found = await queries.list_pipelines(session)
    stages = await queries.stages_of(session, [pipeline.id for pipeline in found])
    return [(pipeline, stages[pipeline.id]) for pipeline in found]


@founding("pipelines")
async def ensure_pipelines(uow: UnitOfWork, actor: Actor) -> None:
    """Give a company the shipped pipelines where it has none."""
    if await uow.session.scalar(select(Pipeline.id).limit(1)) is None:
        for shipped in DEFAULT_PIPELINES:
            await _write_new(uow, actor, PipelineIn.model_validate(shipped))


async def create_pipeline(uow: UnitOfWork, actor: Actor, data: PipelineIn) -> Found:
    """Raises Forbidden, Invalid, PipelineNameTaken."""
    actor.require(permissions.MANAGE)
    await ensure_pipelines(uow, actor)
    check(data)
    await _check_name(uow, data.name, None)
    return await _write_new(uow, actor, data)


async def _write_new(uow: UnitOfWork, actor: Actor, data: PipelineIn) -> Found:
    pipeline = Pipeline(id=new_id(), name=data.name, product_kinds=list(data.product_kinds), is_default=data.is_default)
    await _take_places(uow, pipeline.id, data)
    uow.session.add(pipeline)
    await uow.session.flush()
    stages = [
        _fill(PipelineStage(id=new_id(), pipeline_id=pipeline.id), stage, number) for number, stage in enumerate(data.stages, start=1)
    ]
    uow.session.add_all(stages)
    await uow.session.flush()
    uow.audit(actor, "pipeline.pipeline_created", pipeline.id, stages=[stage.code for stage in stages])
    return pipeline, stages


def _fill(row: PipelineStage, data: StageIn, position: int) -> PipelineStage:
    row.code, row.name, row.kind, row.position = data.code, data.name, Small(Stage[data.kind.upper()]), Small(position)
    row.tone, row.sla_hours, row.post, row.win_bps = data.tone, data.sla_hours, data.post, Small(data.win_bps)
    row.entry = [entry.model_dump(exclude_none=True) for entry in data.entry]
    row.moves, row.archived_at = list(data.moves), None
    return row


async def _take_places(uow: UnitOfWork, pipeline_id: UUID, data: PipelineIn) -> None:
    """One default, and one pipeline for each kind of product: the newly saved takes both from the others."""
    others = await uow.session.scalars(select(Pipeline).where(Pipeline.id != pipeline_id, Pipeline.archived_at.is_(None)).with_for_update())
    for other in others:
        if data.is_default:
            other.is_default = False
        kept = [kind for kind in other.product_kinds if kind not in data.product_kinds]
        if kept != other.product_kinds:
            other.product_kinds = kept


async def _check_name(uow: UnitOfWork, name: str, own: UUID | None) -> None:
    taken = await uow.session.scalar(select(Pipeline.id).where(Pipeline.name == name))
    if taken is not None and taken != own:
        raise PipelineNameTaken


def check(data: PipelineIn) -> None:
    """Raises Invalid at the pointer of each fault: codes, moves, kinds, conditions, a beginning, an end, and a way to every stage."""
    errors: list[FieldError] = []
    codes = [stage.code for stage in data.stages]
    for number, stage in enumerate(data.stages):
        at = f"/stages/{number}"
        if stage.code in codes[:number]:
            errors.append(FieldError(f"{at}/code", "pipeline.code-repeated", "代码重复", "The code is used twice"))
        errors += _check_moves(at, stage, codes)
        errors += _check_entry(at, stage)
        if stage.post is not None and stage.post not in {role.code for role in BUILTIN_ROLES}:
            errors.append(FieldError(f"{at}/post", "pipeline.post-unknown", "没有这个岗位", "There is no such post"))
    kinds = [Stage[stage.kind.upper()] for stage in data.stages]
    if kinds[0] in CLOSED:
        errors.append(
            FieldError("/stages/0/kind", "pipeline.no-start", "第一个阶段应是进行中的阶段", "The first stage must be an open one")
        )
    for needed, title in ((Stage.SETTLED, "结清"), (Stage.LOST, "流失")):
        if needed not in kinds:
            errors.append(
                FieldError("/stages", "pipeline.no-end", f"缺少“{title}”阶段", f"A stage of kind {needed.name.lower()} is missing")
            )
    if not errors:
        errors = [
            FieldError(f"/stages/{number}/code", "pipeline.stage-unreachable", "没有阶段能到这里", "No move leads here")
            for number in _unreachable(data.stages)
        ]
    if errors:
        raise Invalid(*errors)


def _check_moves(at: str, stage: StageIn, codes: list[str]) -> list[FieldError]:
    found: list[FieldError] = []
    for number, code in enumerate(stage.moves):
        if code not in codes or code == stage.code:
            found.append(FieldError(f"{at}/moves/{number}", "pipeline.move-unknown", "去向应是本流程的另一个阶段", "Name another stage"))
    return found


def _check_entry(at: str, stage: StageIn) -> list[FieldError]:
    found: list[FieldError] = []
    for number, entry in enumerate(stage.entry):
        here = f"{at}/entry/{number}"
        named = entry.kind in {"document", "approval"}
        if entry.kind not in ENTRY_KINDS:
            found.append(FieldError(f"{here}/kind", "pipeline.entry-unknown", "没有这种条件", "There is no such condition"))
        if (entry.kind == "field") is (entry.field is None) or (entry.field is not None and entry.field not in FIELDS):
            found.append(FieldError(f"{here}/field", "pipeline.entry-field", "资质条件要指定一个资质字段，其他条件不用", "Name a field"))
        if named is (not entry.name):
            found.append(
                FieldError(f"{here}/name", "pipeline.entry-name", "资料和审批条件要有名称，其他条件不用", "Name what is asked for")
            )
    return found


def _unreachable(stages: Sequence[StageIn]) -> list[int]:
    moves = {stage.code: stage.moves for stage in stages}
    reached, waiting = {stages[0].code}, [stages[0].code]
    while waiting:
        more = [code for code in moves[waiting.pop()] if code not in reached]
        reached.update(more)
        waiting += more
    return [number for number, stage in enumerate(stages) if stage.code not in reached]


async def put_pipeline(uow: UnitOfWork, actor: Actor, pipeline_id: UUID, data: PipelinePut, version: int) -> Found:
    """Replace a pipeline's stages, matched by code. Cases in stages that go are moved as `mapping` says, each with a stage event.

    Raises Forbidden, PipelineNotFound, Stale, Invalid, PipelineNameTaken, MappingNeeded (`current`: cases by code).
    """
    actor.require(permissions.MANAGE)
    pipeline = await uow.session.scalar(
        select(Pipeline).where(Pipeline.id == pipeline_id, Pipeline.archived_at.is_(None)).with_for_update()
    )
    if pipeline is None:
        raise PipelineNotFound
    statement = select(PipelineStage).where(PipelineStage.pipeline_id == pipeline_id).order_by(PipelineStage.position)
    known = {stage.code: stage for stage in await uow.session.scalars(statement)}
    live = [stage for stage in known.values() if stage.archived_at is None]
    if pipeline.version != version:
        raise Stale(current=rows.pipeline_out((pipeline, live)).model_dump(mode="json", by_alias=True))
    check(data)
    await _check_name(uow, data.name, pipeline.id)
    gone = [stage for stage in live if stage.code not in {one.code for one in data.stages}]
    _check_mapping(data, gone)
    _check_kinds(data, known)
    if pipeline.is_default and not data.is_default:
        raise Invalid(FieldError("/isDefault", "pipeline.default-needed", "把另一个流程设为默认，就会取代它", "Make another the default"))
    counts = await _standing(uow, gone)
    unmapped = {stage.code: counts[stage.id] for stage in gone if counts.get(stage.id) and stage.code not in data.mapping}
    if unmapped:
        names = "、".join(f"{stage.name} {unmapped[stage.code]} 单" for stage in gone if stage.code in unmapped)
        raise MappingNeeded(current=unmapped, stages=names)
    await _take_places(uow, pipeline.id, data)
    pipeline.name, pipeline.product_kinds, pipeline.is_default = data.name, list(data.product_kinds), data.is_default
    stages = [
        _fill(known.get(stage.code) or PipelineStage(id=new_id(), pipeline_id=pipeline.id), stage, number)
        for number, stage in enumerate(data.stages, start=1)
    ]
    uow.session.add_all(stages)
    for stage in gone:
        stage.archived_at = uow.now
    pipeline.updated_at = uow.now  # a change of stages alone is a new version of the pipeline too
    await uow.session.flush()
    by_code = {stage.code: stage for stage in stages}
    for stage in gone:
        if counts.get(stage.id):
            await enter_by_mapping(uow, actor, stage, by_code[data.mapping[stage.code]])
    await _rekind(uow, actor, stages)
    uow.audit(actor, "pipeline.pipeline_edited", pipeline.id, gone=[stage.code for stage in gone], mapping=data.mapping)
    return pipeline, stages


def _check_mapping(data: PipelinePut, gone: Sequence[PipelineStage]) -> None:
    kept = {stage.code for stage in data.stages}
    errors = [
        FieldError(f"/mapping/{code}", "pipeline.mapping-unknown", "只为要删除的阶段指定本流程的去处", "Map a removed stage to a stage")
        for code, target in data.mapping.items()
        if code not in {stage.code for stage in gone} or target not in kept
    ]
    if errors:
        raise Invalid(*errors)


def _check_kinds(data: PipelinePut, known: Mapping[str, PipelineStage]) -> None:
    """A stage stays open or closed for good: what stood in it was counted so."""
    errors = [
        FieldError(
            f"/stages/{number}/kind", "pipeline.kind-fixed", "进行中的阶段不能改成结束，反之亦然；另建一个阶段", "Make another stage"
        )
        for number, stage in enumerate(data.stages)
        if stage.code in known and (known[stage.code].kind in CLOSED) is not (Stage[stage.kind.upper()] in CLOSED)
    ]
    if errors:
        raise Invalid(*errors)


async def _rekind(uow: UnitOfWork, actor: Actor, stages: Sequence[PipelineStage]) -> None:
    """Cases keep the kind of their stage beside them: where it changed, they and their customers follow."""
    touched: set[UUID] = set()
    for stage in stages:
        stale = Case.stage_id == stage.id, Case.stage_kind != stage.kind
        changed = update(Case).where(*stale).values(stage_kind=stage.kind, version=Case.version + 1).returning(Case.customer_id)
        touched.update(await uow.session.scalars(changed, execution_options={"synchronize_session": False}))
    await follow_customers(uow, actor, touched)


async def _standing(uow: UnitOfWork, stages: Sequence[PipelineStage]) -> dict[UUID, int]:
    """How many cases stand in each stage."""
    statement = select(Case.stage_id, func.count()).where(Case.stage_id.in_([stage.id for stage in stages])).group_by(Case.stage_id)
    return {row[0]: row[1] for row in await uow.session.execute(statement)} if stages else {}
