"""Files that background tasks make: parts in the database, encrypted, so that any process can write and any can hand them out."""

import zlib
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import delete, select

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.workspace.models import TaskFile
from loanbroker_api.workspace.registry import TASK_KINDS
from loanbroker_api.workspace.service import TaskNotFound, get_task

FILE_KEPT: Final = timedelta(days=7)


class FileNotFound(Problem):
    code, status = "workspace.file-not-found", 404
    message, english = "没有结果文件，或已过期", "There is no file of this task, or it has expired"
    remedy = "文件在任务完成后保留 7 天；重新发起导出。"


async def write_part(uow: UnitOfWork, task_id: UUID, part: int, body: bytes) -> None:
    """Keep the next part of a task's file, with the transaction that moves the task's checkpoint."""
    sealed = uow.keys.encrypt("task_file", "body", _part_id(task_id, part), zlib.compress(body))
    uow.session.add(TaskFile(task_id=task_id, part=part, body_enc=sealed, created_at=uow.now))
    await uow.session.flush()


def _part_id(task_id: UUID, part: int) -> UUID:
    """What a part's ciphertext is bound to: its task and its place."""
    return uuid5(task_id, str(part))


async def open_file(uow: UnitOfWork, actor: Actor, task_id: UUID) -> dict[str, Any]:
    """What is known of a task's file: name, mediaType, bytes, parts. Only who started the task may have it; the download is an act.

    Raises TaskNotFound, Forbidden, StepUpRequired, FileNotFound.
    """
    task = await get_task(uow.session, actor, task_id)
    if task.created_by != actor.id:
        raise TaskNotFound
    kind = TASK_KINDS.get(task.kind)
    if kind is None or kind.download is None:
        raise FileNotFound
    actor.require(kind.download)
    actor.require_step_up("export", uow.now)
    file: dict[str, Any] | None = (task.result or {}).get("file")
    if file is None or await uow.session.scalar(select(TaskFile.part).where(TaskFile.task_id == task_id).limit(1)) is None:
        raise FileNotFound
    uow.audit(actor, "workspace.file_downloaded", task.id, kind=task.kind, bytes=file["bytes"])
    return file


async def file_body(runtime: Runtime, actor: Actor, task_id: UUID, parts: int) -> AsyncGenerator[bytes]:
    """The file, a part at a time."""
    for part in range(parts):
        async with runtime.read(actor.tenant_id) as session:
            keys = await runtime.keyring.load(session, actor.tenant_id)
            statement = select(TaskFile.body_enc).where(TaskFile.task_id == task_id, TaskFile.part == part)
            sealed = (await session.scalars(statement)).one()
        yield zlib.decompress(keys.decrypt("task_file", "body", _part_id(task_id, part), sealed))


async def purge_files(uow: UnitOfWork) -> int:
    """Files past their time. Returns how many parts went."""
    gone = await uow.session.scalars(delete(TaskFile).where(TaskFile.created_at < uow.now - FILE_KEPT).returning(TaskFile.part))
    return len(gone.all())
