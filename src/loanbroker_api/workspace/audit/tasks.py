"""The background tasks of the audit trail."""

from dataclasses import replace
from typing import Any, Final

import orjson

from loanbroker_api.access.permissions import AUDIT_EXPORT
from loanbroker_api.access.trail.queries import find_page
from loanbroker_api.access.trail.rows import entries_out
from loanbroker_api.access.trail.schemas import EntryFilter, EntryOut
from loanbroker_api.access.trail.service import keep_verification
from loanbroker_api.core.actor import Actor, Visibility
from loanbroker_api.core.audit import verify_chain
from loanbroker_api.core.clock import BUSINESS_ZONE
from loanbroker_api.core.spreadsheets import BYTE_ORDER_MARK, csv_lines, plain
from loanbroker_api.workspace.audit.service import EXPORT, VERIFY
from loanbroker_api.workspace.files import write_part
from loanbroker_api.workspace.registry import task_kind
from loanbroker_api.workspace.runner import TaskRun

PAGE: Final = 1_000
_HEAD: Final = (
    "时间",
    "动作",
    "动作代码",
    "操作人",
    "操作人类型",
    "记录类型",
    "记录",
    "记录编号",
    "客户端",
    "IP",
    "地点",
    "设备",
    "会话",
    "请求",
    "变更",
    "其他",
    "封印",
    "编号",
)


@task_kind(VERIFY, "校验审计链", "Verifying the audit chain")
async def run_verification(task: TaskRun) -> dict[str, object]:
    """Begins anew when it is resumed: a verification is of one moment."""

    async def told(entries: int) -> None:
        await task.report(done=entries)

    async with task.runtime.database.read(task.tenant_id, snapshot=True) as session:
        state = await verify_chain(session, task.tenant_id, progress=told)
    async with task.runtime.uow(task.tenant_id) as uow:
        await task.report_in(uow, done=state.entries)
        keep_verification(uow, Actor.system(task.tenant_id, "verify-audit"), state)
    broken = None if state.broken is None else {**state.broken.to_json(), "message": state.broken.text()}
    return {"toSeal": state.seals, "entries": state.entries, "waiting": state.unsealed, "head": state.head.hex(), "broken": broken}


@task_kind(EXPORT, "导出审计", "Exporting the audit trail", download=AUDIT_EXPORT)
async def run_export(task: TaskRun) -> dict[str, object]:
    """A CSV, newest entry first, a part of the file at a time; part and checkpoint are written together."""
    wanted = EntryFilter.model_validate(task.params["filters"])
    actor = Actor.system(task.tenant_id, "export-audit")
    actor = replace(actor, fields=dict.fromkeys(task.params["hidden"], Visibility.HIDDEN))
    at: dict[str, Any] = task.checkpoint or {"part": 0, "rows": 0, "bytes": 0, "cursor": None}
    while at["part"] == 0 or at["cursor"] is not None:
        async with task.runtime.read(task.tenant_id) as session:
            page = await find_page(session, wanted, cursor=at["cursor"], limit=PAGE)
            entries = await entries_out(session, actor, task.runtime.settings, page.items)
        body = csv_lines(_cells(entry) for entry in entries)
        if at["part"] == 0:
            body = BYTE_ORDER_MARK + csv_lines([_HEAD]) + body
        rows, size = at["rows"] + len(entries), at["bytes"] + len(body)
        async with task.runtime.uow(task.tenant_id) as uow:
            await write_part(uow, task.task_id, at["part"], body)
            at = {"part": at["part"] + 1, "rows": rows, "bytes": size, "cursor": page.next_cursor}
            await task.report_in(uow, done=rows, checkpoint=at)
    async with task.runtime.uow(task.tenant_id) as uow:
        uow.audit(actor, "access.audit_export_finished", task.task_id, rows=at["rows"])
        name = f"audit-{uow.now.astimezone(BUSINESS_ZONE):%Y%m%d-%H%M%S}.csv"
    return {"rows": at["rows"], "file": {"name": name, "mediaType": "text/csv; charset=utf-8", "bytes": at["bytes"], "parts": at["part"]}}


def _cells(entry: EntryOut) -> list[str | int | None]:
    changes = "；".join(f"{change.title}：{change.was or '–'} → {change.now or '–'}" for change in entry.changes)
    subject = entry.subject
    return [
        entry.at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds"),
        entry.title,
        entry.action,
        plain(entry.actor.name),
        entry.actor.kind,
        subject.kind if subject else None,
        plain(subject.label) if subject and subject.label else None,
        str(subject.id) if subject else None,
        entry.client,
        entry.ip,
        entry.place,
        plain(entry.device_name) if entry.device_name else None,
        str(entry.session_id) if entry.session_id else None,
        entry.request_id,
        plain(changes),
        plain(orjson.dumps(entry.facts, option=orjson.OPT_SORT_KEYS).decode()) if entry.facts else None,
        entry.sealed,
        str(entry.id),
    ]
