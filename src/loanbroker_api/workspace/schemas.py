"""What crosses the wire in workspace."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from loanbroker_api.core.schemas import ActionReason, AllowedAction, InSchema, JsonObject, OutSchema, PageParams, When, example

TaskState = Literal["queued", "running", "cancelling", "cancelled", "done", "failed"]
Key = Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9_.:-]{0,99}$", description="小写字母开头，如 table.customers")]


class TaskOut(OutSchema):
    id: UUID
    kind: str
    title: str
    state: TaskState
    done: int
    total: int | None
    failed: int
    created_at: When
    started_at: When | None
    finished_at: When | None
    created_by: UUID | None
    result: dict[str, Any] | None
    error: ActionReason | None
    version: int
    allowed_actions: list[AllowedAction]


class PreferenceIn(InSchema):
    model_config = example(value={"columns": ["name", "phone", "stage"], "density": "compact"})

    value: JsonObject


class PreferenceOut(OutSchema):
    key: str
    value: dict[str, Any]
    version: int


class DraftIn(InSchema):
    model_config = example(body={"outcome": "interested", "note": "月底前要用"})

    body: JsonObject


class DraftOut(OutSchema):
    key: str
    body: dict[str, Any]
    saved_at: When


class TodoFilter(PageParams):
    state: Literal["open", "done"] = "open"


class SubjectRef(OutSchema):
    type: str
    id: UUID
    label: str


class TodoOut(OutSchema):
    id: UUID
    kind: str
    title: str
    subject: SubjectRef | None
    due_at: When
    done_at: When | None
    late: bool
    version: int
    allowed_actions: list[AllowedAction]


class RescheduleIn(InSchema):
    model_config = example(dueAt="2026-11-25T09:30:00+08:00")

    due_at: When


class PushOut(OutSchema):
    id: UUID
    kind: str
    at: When
    data: dict[str, Any]
