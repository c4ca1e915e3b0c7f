"""REST of sessions, devices, approvals and records: one's own and those of one's people, thin."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from loanbroker_api.access.deps import CurrentActor, CurrentGate, CurrentRuntime, IfMatch, Reads, Writes
from loanbroker_api.access.gate import Gate
from loanbroker_api.access.permissions import EMPLOYEES_MANAGE, SESSIONS_MANAGE
from loanbroker_api.access.service import EmployeeNotFound
from loanbroker_api.access.sessions import approvals, queries, rows, service
from loanbroker_api.access.sessions.schemas import (
    ApprovalFilter,
    ApprovalOut,
    DecideIn,
    DeviceNameIn,
    DeviceOut,
    DevicesOut,
    EndedOut,
    PushTokenIn,
    RecordFilter,
    RecordOut,
    SessionsOut,
)
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Forbidden, IfMatchRequired
from loanbroker_api.core.http import area_router, gated, problems
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.schemas import Page

router = area_router("access")


@router.get("/me/sessions", summary="我的登录", openapi_extra=gated("self"))
async def list_my_sessions(session: Reads, actor: CurrentActor, runtime: CurrentRuntime, gate: CurrentGate) -> SessionsOut:
    """我现在有效的登录，最近使用的在前。"""
    return await _sessions(session, actor.employee_id, runtime, gate, actor.session_id)


@router.delete("/me/sessions", summary="结束其他登录", openapi_extra=gated("self"))
async def end_my_other_sessions(uow: Writes, actor: CurrentActor) -> EndedOut:
    """结束除当前以外的全部登录。"""
    return EndedOut(ended=await service.revoke_sessions(uow, actor, actor.employee_id))


@router.delete(
    "/me/sessions/{session_id}",
    status_code=204,
    responses=problems(service.SessionNotFound),
    summary="结束一个登录",
    openapi_extra=gated("self"),
)
async def end_my_session(session_id: UUID, uow: Writes, actor: CurrentActor) -> None:
    """结束我的一个登录，立即生效。"""
    await service.revoke_session(uow, actor, actor.employee_id, session_id)


@router.get("/me/devices", summary="我的设备", openapi_extra=gated("self"))
async def list_my_devices(session: Reads, actor: CurrentActor, gate: CurrentGate) -> DevicesOut:
    """我登录过的设备。"""
    current = await queries.current_device(session, actor.session_id)
    return DevicesOut(items=[rows.device_out(row, gate.places, current) for row in await queries.devices_of(session, actor.employee_id)])


@router.patch("/me/devices/{device_id}", responses=problems(service.DeviceNotFound), summary="给设备起名", openapi_extra=gated("self"))
async def rename_my_device(device_id: UUID, body: DeviceNameIn, uow: Writes, actor: CurrentActor, gate: CurrentGate) -> DeviceOut:
    """改设备的名字，方便辨认。"""
    device = await service.rename_device(uow, actor, device_id, body.name)
    return rows.device_out(device, gate.places, await queries.current_device(uow.session, actor.session_id))


@router.delete(
    "/me/devices/{device_id}", status_code=204, responses=problems(service.DeviceNotFound), summary="解绑设备", openapi_extra=gated("self")
)
async def unbind_my_device(device_id: UUID, uow: Writes, actor: CurrentActor) -> None:
    """解绑后这台设备上的登录立即结束。"""
    await service.unbind_device(uow, actor, actor.employee_id, device_id)


@router.put(
    "/me/devices/current/push", status_code=204, responses=problems(service.NoDevice), summary="登记推送", openapi_extra=gated("self")
)
async def register_push(body: PushTokenIn, uow: Writes, actor: CurrentActor) -> None:
    """把手机的推送令牌登记到当前设备，加密保存。"""
    await service.put_push_token(uow, actor, body)


@router.delete(
    "/me/devices/current/push", status_code=204, responses=problems(service.NoDevice), summary="取消推送", openapi_extra=gated("self")
)
async def remove_push(uow: Writes, actor: CurrentActor) -> None:
    """取消当前设备的推送。"""
    await service.put_push_token(uow, actor, None)


async def _sessions(session: ReadSession, employee_id: UUID, runtime: Runtime, gate: Gate, current: UUID | None) -> SessionsOut:
    found = await queries.live_sessions(session, employee_id, runtime.clock.now())
    return SessionsOut(items=[rows.session_out(row, gate.places, current) for row in found])


NOT_THEIRS = problems(Forbidden, EmployeeNotFound)


@router.get("/employees/{employee_id}/sessions", responses=NOT_THEIRS, summary="员工的登录", openapi_extra=gated(SESSIONS_MANAGE))
async def list_employee_sessions(
    employee_id: UUID, session: Reads, actor: CurrentActor, runtime: CurrentRuntime, gate: CurrentGate
) -> SessionsOut:
    """员工现在有效的登录。"""
    await service.managed_employee(session, actor, employee_id, SESSIONS_MANAGE)
    return await _sessions(session, employee_id, runtime, gate, actor.session_id)


@router.delete("/employees/{employee_id}/sessions", responses=NOT_THEIRS, summary="结束员工的登录", openapi_extra=gated(SESSIONS_MANAGE))
async def end_employee_sessions(employee_id: UUID, uow: Writes, actor: CurrentActor) -> EndedOut:
    """结束员工的全部登录，立即生效。"""
    await service.managed_employee(uow.session, actor, employee_id, SESSIONS_MANAGE)
    return EndedOut(ended=await service.revoke_sessions(uow, actor, employee_id))


@router.delete(
    "/employees/{employee_id}/sessions/{session_id}",
    status_code=204,
    responses=problems(Forbidden, EmployeeNotFound, service.SessionNotFound),
    summary="结束员工的一个登录",
    openapi_extra=gated(SESSIONS_MANAGE),
)
async def end_employee_session(employee_id: UUID, session_id: UUID, uow: Writes, actor: CurrentActor) -> None:
    """结束员工的一个登录，立即生效。"""
    await service.managed_employee(uow.session, actor, employee_id, SESSIONS_MANAGE)
    await service.revoke_session(uow, actor, employee_id, session_id)


@router.get("/employees/{employee_id}/devices", responses=NOT_THEIRS, summary="员工的设备", openapi_extra=gated(SESSIONS_MANAGE))
async def list_employee_devices(employee_id: UUID, session: Reads, actor: CurrentActor, gate: CurrentGate) -> DevicesOut:
    """员工登录过的设备。"""
    await service.managed_employee(session, actor, employee_id, SESSIONS_MANAGE)
    return DevicesOut(items=[rows.device_out(row, gate.places, None) for row in await queries.devices_of(session, employee_id)])


@router.delete(
    "/employees/{employee_id}/devices/{device_id}",
    status_code=204,
    responses=problems(Forbidden, EmployeeNotFound, service.DeviceNotFound),
    summary="解绑员工的设备",
    openapi_extra=gated(SESSIONS_MANAGE),
)
async def unbind_employee_device(employee_id: UUID, device_id: UUID, uow: Writes, actor: CurrentActor) -> None:
    """解绑员工的设备，其登录立即结束。"""
    await service.managed_employee(uow.session, actor, employee_id, SESSIONS_MANAGE)
    await service.unbind_device(uow, actor, employee_id, device_id)


@router.post(
    "/employees/{employee_id}/unlock", status_code=204, responses=NOT_THEIRS, summary="解除密码锁定", openapi_extra=gated(EMPLOYEES_MANAGE)
)
async def unlock_employee(employee_id: UUID, uow: Writes, actor: CurrentActor) -> None:
    """清除输错密码的计数。"""
    await service.unlock_employee(uow, actor, employee_id)


@router.get("/login-approvals", responses=problems(Forbidden), summary="登录申请", openapi_extra=gated(SESSIONS_MANAGE))
async def list_login_approvals(
    session: Reads,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    gate: CurrentGate,
    wanted: Annotated[ApprovalFilter, Query()],
) -> Page[ApprovalOut]:
    """下属等待批准的登录：首次设备、未知地区、异常登录。"""
    actor.require(SESSIONS_MANAGE)
    now = runtime.clock.now()
    page = await queries.list_approvals(session, actor, wanted, now)
    return Page(items=await rows.approvals_out(session, page.items, gate.places, actor.language, now), next_cursor=page.next_cursor)


@router.post(
    "/login-approvals/{approval_id}/decide",
    responses=problems(Forbidden, approvals.OwnApproval, approvals.ApprovalNotFound, approvals.ApprovalSettled, IfMatchRequired),
    summary="批准或拒绝登录",
    openapi_extra=gated(SESSIONS_MANAGE),
)
async def decide_login(
    approval_id: UUID, body: DecideIn, version: IfMatch, uow: Writes, actor: CurrentActor, gate: CurrentGate
) -> ApprovalOut:
    """批准后对方的登录继续；拒绝首次设备会使该设备作废。"""
    row = await approvals.decide(uow, actor, approval_id, version, approve=body.approve)
    return (await rows.approvals_out(uow.session, [row], gate.places, actor.language, uow.now))[0]


@router.get("/login-records", responses=problems(Forbidden), summary="登录记录", openapi_extra=gated(SESSIONS_MANAGE))
async def list_login_records(
    session: Reads, actor: CurrentActor, gate: CurrentGate, wanted: Annotated[RecordFilter, Query()]
) -> Page[RecordOut]:
    """下属密码正确的每次登录，成功或被策略拒绝，保留 180 天。"""
    actor.require(SESSIONS_MANAGE)
    page = await queries.list_records(session, actor, wanted)
    return Page(items=await rows.records_out(session, page.items, gate.places, actor.language), next_cursor=page.next_cursor)
