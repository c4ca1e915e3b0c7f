"""Root fields that read cases."""

from functools import partial
from typing import Any
from uuid import UUID

import strawberry

from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.nodes import PageInfoNode
from loanbroker_api.pipeline import board as boards
from loanbroker_api.pipeline import queries, rows, service
from loanbroker_api.pipeline.graph.nodes import BoardColumnNode, CaseConnection, CaseEdge, CaseNode, PipelineNode
from loanbroker_api.pipeline.schemas import BoardParams, CaseListParams
from loanbroker_api.workspace.graph import Info

MAX_FIRST = 100


@strawberry.input(name="CaseFilter", description="与 REST 的筛选相同")
class CaseFilterInput:
    pipeline_id: UUID | None = None
    stage_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    lender_id: UUID | None = None
    product_kind: str | None = None
    customer_id: UUID | None = None
    late: bool | None = None
    open: bool | None = None
    lost: bool | None = None


@strawberry.input(name="BoardFilter", description="与 REST 的筛选相同")
class BoardFilterInput:
    owner_id: UUID | None = None
    team_id: UUID | None = None
    lender_id: UUID | None = None
    late: bool | None = None


def _bounded(first: int) -> int:
    """Raises Invalid."""
    if not 1 <= first <= MAX_FIRST:
        raise Invalid(FieldError("first", "core.first", f"first 应在 1 到 {MAX_FIRST} 之间", f"first must be 1 to {MAX_FIRST}"))
    return first


@strawberry.type
class PipelineQuery:
    @strawberry.field(description="流程和阶段，默认流程在前")
    async def pipelines(self, info: Info) -> list[PipelineNode]:
        async with info.context.reads() as session:
            found = await service.list_pipelines(session, info.context.actor)
        return [PipelineNode.of(row) for row in rows.pipelines_out(found)]

    @strawberry.field(description="业务单列表")
    async def cases(
        self, info: Info, first: int = 50, after: str | None = None, filter: CaseFilterInput | None = None, sort: str = "-activeAt"
    ) -> CaseConnection:
        given: dict[str, Any] = vars(filter) if filter else {}
        wanted = CaseListParams.model_validate({**given, "limit": _bounded(first), "cursor": after, "sort": sort})
        actor, now = info.context.actor, info.context.now()
        async with info.context.reads() as session:
            page = await queries.list_cases(session, actor, wanted, now)
            shown = await rows.case_rows(session, actor, page.items, now)
        cursor_of = partial(queries.cursor_of, sort=wanted.sort)
        edges = [CaseEdge(cursor=cursor_of(case), node=CaseNode.of(row)) for case, row in zip(page.items, shown, strict=True)]
        info_of_page = PageInfoNode(
            has_next_page=page.next_cursor is not None,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=page.next_cursor or (edges[-1].cursor if edges else None),
        )
        return CaseConnection(edges=edges, page_info=info_of_page)

    @strawberry.field(description="一张业务单；不存在或无权查看时是错误 pipeline.case-not-found")
    async def case(self, info: Info, id: UUID) -> CaseNode:
        async with info.context.reads() as session:
            found = await service.get_case(session, info.context.actor, id)
            (row,) = await rows.case_rows(session, info.context.actor, [found], info.context.now())
        return CaseNode.of(row)

    @strawberry.field(description="看板：一个流程的各阶段和前 20 张")
    async def board(self, info: Info, pipeline_id: UUID | None = None, filter: BoardFilterInput | None = None) -> list[BoardColumnNode]:
        given: dict[str, Any] = vars(filter) if filter else {}
        wanted = BoardParams.model_validate({**given, "pipeline_id": pipeline_id})
        async with info.context.reads() as session:
            found = await boards.board_out(session, info.context.actor, wanted, info.context.now())
        return [BoardColumnNode.of(column) for column in found.columns]
