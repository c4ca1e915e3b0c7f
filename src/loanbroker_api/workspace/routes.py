"""REST of workspace, thin."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Header, Path, Query, Request
from fastapi.responses import StreamingResponse

from loanbroker_api.access.deps import CurrentActor, CurrentGate, CurrentRuntime, Reads, Writes
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Forbidden, Invalid, Problem, StepUpRequired
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.core.schemas import Page, PageParams
from loanbroker_api.workspace import files, queries, service
from loanbroker_api.workspace.files import FileNotFound
from loanbroker_api.workspace.models import BackgroundTask, PushEvent, Todo
from loanbroker_api.workspace.registry import TASK_KINDS, TODO_TITLES, labels_of
from loanbroker_api.workspace.schemas import (
    DraftIn,
    DraftOut,
    Key,
    PreferenceIn,
    PreferenceOut,
    PushOut,
    RescheduleIn,
    TaskOut,
    TodoFilter,
    TodoOut,
)
from loanbroker_api.workspace.service import (
    DraftNotFound,
    PreferenceNotFound,
    TaskNotCancellable,
    TaskNotFound,
    TaskNotResumable,
    TodoDone,
    TodoNotFound,
)
from loanbroker_api.workspace.stream import Hub, TooManyStreams

router = area_router("workspace")
KeyPath = Annotated[Key, Path(description="偏好或草稿的名字，如 table.customers")]


@router.get(
    "/events",
    summary="推送（SSE）",
    responses={200: {"content": {"text/event-stream": {}}, "description": "事件流"}, **problems(TooManyStreams)},
    openapi_extra=gated("self"),
    response_class=StreamingResponse,
)
async def stream_events(
    request: Request,
    actor: CurrentActor,
    gate: CurrentGate,
    after: Annotated[UUID | None, Query(description="最后收到的事件 id，从它之后继续")] = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> StreamingResponse:
    """当前员工的事件流，断开后带 Last-Event-ID 继续；事件保留 24 小时。重连可能重发最近 10 秒的事件，按 id 去重。"""
    hub: Hub = request.app.state.hub
    position = after or _event_id(last_event_id)
    events = hub.events(gate, actor, position, "sse")
    first = await anext(events)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_frames(first, events, actor), media_type="text/event-stream", headers=headers)


def _event_id(text: str | None) -> UUID | None:
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(FieldError("Last-Event-ID", "core.uuid-parsing", "应为事件的 id", "Must be an event's id")) from error


async def _frames(first: PushEvent | None, events: AsyncGenerator[PushEvent | None], actor: Actor) -> AsyncGenerator[bytes]:
    yield b": connected\n\n" if first is None else _frame(first)
    try:
        async for event in events:
            yield b": ping\n\n" if event is None else _frame(event)
    except Problem as problem:
        body = orjson.dumps(problem.to_json(actor.language, actor.request.request_id))
        yield b"event: problem\ndata: " + body + b"\n\n"


def _frame(event: PushEvent) -> bytes:
    body = orjson.dumps(PushOut.model_validate(event).model_dump(mode="json", by_alias=True))
    return f"id: {event.id}\nevent: {event.kind}\ndata: ".encode() + body + b"\n\n"


@router.get("/tasks", summary="后台任务列表", openapi_extra=gated("self"))
async def list_tasks(session: Reads, actor: CurrentActor, wanted: Annotated[PageParams, Query()]) -> Page[TaskOut]:
    """我发起的任务，新的在前；有管理权限时是全部。"""
    page = await queries.list_tasks(session, actor, wanted)
    return Page(items=[task_out(task, actor) for task in page.items], next_cursor=page.next_cursor)


@router.get("/tasks/{task_id}", summary="后台任务", responses=problems(TaskNotFound), openapi_extra=gated("self"))
async def get_task(task_id: UUID, session: Reads, actor: CurrentActor) -> TaskOut:
    """一个任务的进度、结果和可做的操作。"""
    return task_out(await service.get_task(session, actor, task_id), actor)


@router.get(
    "/tasks/{task_id}/file",
    summary="任务的结果文件",
    responses={
        200: {"description": "文件", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **problems(TaskNotFound, FileNotFound, Forbidden, StepUpRequired),
    },
    openapi_extra=gated("self"),
    response_class=StreamingResponse,
)
async def download_task_file(task_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> StreamingResponse:
    """只有发起人能下载，保留 7 天；下载计入审计。"""
    async with runtime.uow(actor.tenant_id) as uow:
        file = await files.open_file(uow, actor, task_id)
    headers = {"Content-Disposition": f'attachment; filename="{file["name"]}"', "Cache-Control": "no-store"}
    return StreamingResponse(files.file_body(runtime, actor, task_id, file["parts"]), media_type=file["mediaType"], headers=headers)


@router.post(
    "/tasks/{task_id}/cancel", summary="取消任务", responses=problems(TaskNotFound, TaskNotCancellable), openapi_extra=gated("self")
)
async def cancel_task(task_id: UUID, uow: Writes, actor: CurrentActor) -> TaskOut:
    """在下一个检查点停下；已完成的部分保留。"""
    return task_out(await service.cancel_task(uow, actor, task_id), actor)


@router.post("/tasks/{task_id}/resume", summary="继续任务", responses=problems(TaskNotFound, TaskNotResumable), openapi_extra=gated("self"))
async def resume_task(task_id: UUID, uow: Writes, actor: CurrentActor) -> TaskOut:
    """从检查点继续失败或已取消的任务。"""
    return task_out(await service.resume_task(uow, actor, task_id), actor)


def task_out(task: BackgroundTask, actor: Actor) -> TaskOut:
    kind = TASK_KINDS.get(task.kind)
    title = task.kind if kind is None else (kind.english if actor.language == "en" else kind.title)
    error = None if task.error is None else {"code": task.error, "message": TASK_ERRORS[actor.language][task.error]}
    fields = {name: getattr(task, name) for name in TaskOut.model_fields if hasattr(task, name) and name != "error"}
    return TaskOut.model_validate({**fields, "title": title, "error": error, "allowed_actions": service.task_actions(task)})


TASK_ERRORS = {
    "zh": {"workspace.task-failed": "执行中出错，可以继续", "workspace.task-abandoned": "多次中断后停止，可以继续"},
    "en": {"workspace.task-failed": "It failed and can be resumed", "workspace.task-abandoned": "Interrupted too often; it can be resumed"},
}


@router.get("/preferences", summary="全部偏好", openapi_extra=gated("self"))
async def list_preferences(session: Reads, actor: CurrentActor) -> list[PreferenceOut]:
    """我保存过的全部偏好，按名字排序；客户端登录后读一次。"""
    return [PreferenceOut.model_validate(row) for row in await queries.list_preferences(session, actor)]


@router.get("/preferences/{key}", summary="读取偏好", responses=problems(PreferenceNotFound), openapi_extra=gated("self"))
async def get_preference(key: KeyPath, session: Reads, actor: CurrentActor) -> PreferenceOut:
    """我保存的视图、列、密度或主题。"""
    return PreferenceOut.model_validate(await service.get_preference(session, actor, key))


@router.put("/preferences/{key}", summary="保存偏好", openapi_extra=gated("self"))
async def put_preference(key: KeyPath, body: PreferenceIn, uow: Writes, actor: CurrentActor) -> PreferenceOut:
    """保存一项偏好，最多 20 kB。"""
    return PreferenceOut.model_validate(await service.put_preference(uow, actor, key, body.value))


@router.delete("/preferences/{key}", status_code=204, summary="删除偏好", openapi_extra=gated("self"))
async def delete_preference(key: KeyPath, uow: Writes, actor: CurrentActor) -> None:
    """恢复默认。"""
    await service.delete_preference(uow, actor, key)


@router.get("/drafts/{key}", summary="读取草稿", responses=problems(DraftNotFound), openapi_extra=gated("self"))
async def get_draft(key: KeyPath, session: Reads, actor: CurrentActor, request: Request) -> DraftOut:
    """没提交的表单内容；加密保存，保留 30 天。"""
    draft = await service.get_draft(session, actor, key)
    keys = await request.app.state.runtime.keyring.load(session, actor.tenant_id)
    return DraftOut(key=key, body=orjson.loads(keys.decrypt("draft", "body", draft.id, draft.body_enc)), saved_at=draft.saved_at)


@router.put("/drafts/{key}", summary="保存草稿", openapi_extra=gated("self"))
async def put_draft(key: KeyPath, body: DraftIn, uow: Writes, actor: CurrentActor) -> DraftOut:
    """保存没提交的表单内容，最多 100 kB。"""
    return DraftOut(key=key, body=body.body, saved_at=await service.put_draft(uow, actor, key, body.body))


@router.delete("/drafts/{key}", status_code=204, summary="删除草稿", openapi_extra=gated("self"))
async def delete_draft(key: KeyPath, uow: Writes, actor: CurrentActor) -> None:
    """丢弃草稿。"""
    await service.delete_draft(uow, actor, key)


@router.get("/todos", summary="待办列表", openapi_extra=gated("self"))
async def list_todos(session: Reads, actor: CurrentActor, wanted: Annotated[TodoFilter, Query()], request: Request) -> Page[TodoOut]:
    """我的待办：未完成的按到期时间，已完成的按完成先后。"""
    page = await queries.list_todos(session, actor, wanted)
    now: datetime = request.app.state.runtime.clock.now()
    return Page(items=await _todos_out(session, actor, list(page.items), now), next_cursor=page.next_cursor)


@router.post("/todos/{todo_id}/complete", summary="完成待办", responses=problems(TodoNotFound), openapi_extra=gated("self"))
async def complete_todo(todo_id: UUID, uow: Writes, actor: CurrentActor) -> TodoOut:
    """标记完成。"""
    return (await _todos_out(uow.session, actor, [await service.complete_todo(uow, actor, todo_id)], uow.now))[0]


@router.post("/todos/{todo_id}/reschedule", summary="改期", responses=problems(TodoNotFound, TodoDone), openapi_extra=gated("self"))
async def reschedule_todo(todo_id: UUID, body: RescheduleIn, uow: Writes, actor: CurrentActor) -> TodoOut:
    """改到现在之后的时间。"""
    return (await _todos_out(uow.session, actor, [await service.reschedule_todo(uow, actor, todo_id, body.due_at)], uow.now))[0]


async def _todos_out(session: ReadSession, actor: Actor, todos: list[Todo], now: datetime) -> list[TodoOut]:
    labels = await labels_of(session, actor, {(todo.subject_type, todo.subject_id) for todo in todos})
    found: list[TodoOut] = []
    for todo in todos:
        label = labels.get(todo.subject_id)
        title = TODO_TITLES.get(todo.kind, (todo.kind, todo.kind))[1 if actor.language == "en" else 0]
        found.append(
            TodoOut.model_validate(
                {
                    "id": todo.id,
                    "kind": todo.kind,
                    "title": title,
                    "subject": {"type": todo.subject_type, "id": todo.subject_id, "label": label} if label else None,
                    "due_at": todo.due_at,
                    "done_at": todo.done_at,
                    "late": todo.done_at is None and todo.due_at < now,
                    "version": todo.version,
                    "allowed_actions": [service.allowed("complete", None), service.allowed("reschedule", None)]
                    if todo.done_at is None
                    else [],
                }
            )
        )
    return found
