"""REST of pipelines."""

from uuid import UUID

from loanbroker_api.access.deps import CurrentActor, IfMatch, Reads, Writes
from loanbroker_api.core.errors import Forbidden, IfMatchRequired, Stale
from loanbroker_api.core.http import gated, problems
from loanbroker_api.pipeline import permissions, rows, service
from loanbroker_api.pipeline.problems import MappingNeeded, PipelineNameTaken, PipelineNotFound
from loanbroker_api.pipeline.routes.router import router
from loanbroker_api.pipeline.schemas import PipelineIn, PipelineOut, PipelinePut


@router.get("/pipelines", summary="流程", responses=problems(Forbidden), openapi_extra=gated(permissions.VIEW))
async def list_pipelines(session: Reads, actor: CurrentActor) -> list[PipelineOut]:
    """全部流程和阶段，默认流程在前。"""
    return rows.pipelines_out(await service.list_pipelines(session, actor))


@router.post(
    "/pipelines",
    status_code=201,
    summary="新建流程",
    responses=problems(Forbidden, PipelineNameTaken),
    openapi_extra=gated(permissions.MANAGE),
)
async def create_pipeline(body: PipelineIn, uow: Writes, actor: CurrentActor) -> PipelineOut:
    """阶段按给出的顺序；代码不重复，moves 指向本流程的代码，至少一个进行中的阶段、一个结清和一个流失阶段。"""
    return rows.pipeline_out(await service.create_pipeline(uow, actor, body))


@router.put(
    "/pipelines/{pipeline_id}",
    summary="编辑流程",
    responses=problems(Forbidden, PipelineNotFound, PipelineNameTaken, MappingNeeded, Stale, IfMatchRequired),
    openapi_extra=gated(permissions.MANAGE),
)
async def put_pipeline(pipeline_id: UUID, body: PipelinePut, uow: Writes, actor: CurrentActor, version: IfMatch) -> PipelineOut:
    """阶段按代码对应：同代码的是修改，没有的是删除。删除的阶段里还有业务单时，mapping 要给出去处，否则 409，current 列出各阶段单数。"""
    return rows.pipeline_out(await service.put_pipeline(uow, actor, pipeline_id, body, version))
