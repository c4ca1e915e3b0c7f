"""REST of the board."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access.deps import CurrentActor, CurrentRuntime, Reads
from loanbroker_api.core.errors import Forbidden
from loanbroker_api.core.http import gated, problems
from loanbroker_api.core.schemas import Page
from loanbroker_api.pipeline import board, permissions, rows
from loanbroker_api.pipeline.problems import PipelineNotFound, StageNotFound
from loanbroker_api.pipeline.routes.router import router
from loanbroker_api.pipeline.schemas import BoardOut, BoardParams, CaseRow, ColumnParams


@router.get("/cases/board", summary="业务单看板", responses=problems(Forbidden, PipelineNotFound), openapi_extra=gated(permissions.VIEW))
async def get_board(session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[BoardParams, Query()]) -> BoardOut:
    """一个流程的各阶段：单数、金额、超时数和前 20 张，停留最久的在前。结清和流失只算最近 90 天，新的在前。"""
    return await board.board_out(session, actor, wanted, runtime.clock.now())


@router.get(
    "/cases/board/{stage_id}", summary="看板的一列", responses=problems(Forbidden, StageNotFound), openapi_extra=gated(permissions.VIEW)
)
async def get_board_column(
    stage_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime, wanted: Annotated[ColumnParams, Query()]
) -> Page[CaseRow]:
    """看板一列的后续页，顺序同看板。"""
    now = runtime.clock.now()
    page = await board.column_page(session, actor, stage_id, wanted, now)
    return Page(items=await rows.case_rows(session, actor, page.items, now), next_cursor=page.next_cursor)
