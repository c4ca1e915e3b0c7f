"""Looking after one's own sessions and devices and those of one's people; confirming one's identity again."""

import base64
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import select, update

from loanbroker_api.access.factors import service as factors
from loanbroker_api.access.models import Device, Employee, LoginSession
from loanbroker_api.access.passwords import check_password
from loanbroker_api.access.permissions import EMPLOYEES_MANAGE, SESSIONS_MANAGE
from loanbroker_api.access.policies.problems import FactorRefused
from loanbroker_api.access.policies.rules import locked
from loanbroker_api.access.service import EmployeeNotFound
from loanbroker_api.access.sessions import lockout
from loanbroker_api.access.sessions.ending import end_session, end_sessions
from loanbroker_api.access.sessions.live import limits_of
from loanbroker_api.access.sessions.schemas import PushTokenIn, StepUpIn
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.crypto import CannotDecrypt
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork

STATE_LIFE: Final = timedelta(minutes=5)


class SessionNotFound(Problem):
    code, status = "access.session-not-found", 404
    message, english = "这个登录不存在或已结束", "There is no such session, or it has ended"
    remedy = "刷新列表。"


class DeviceNotFound(Problem):
    code, status = "access.device-not-found", 404
    message, english = "设备不存在或已解绑", "There is no such device, or it was unbound"
    remedy = "刷新列表。"


class NoDevice(Problem):
    code, status = "access.no-device", 409
    message, english = "当前登录没有设备，重新登录后再登记推送", "This session has no device; sign in again first"
    remedy = "重新登录。"


async def managed_employee(session: ReadSession, actor: Actor, employee_id: UUID, permission: str) -> Employee:
    """An employee in the scope of a permission. Raises Forbidden, EmployeeNotFound (also out of scope)."""
    actor.require(permission)
    employee = await session.scalar(select(Employee).where(Employee.id == employee_id))
    if employee is None or not actor.reaches(permission, owner_id=employee.id, unit_id=employee.unit_id):
        raise EmployeeNotFound
    return employee


async def revoke_session(uow: UnitOfWork, actor: Actor, employee_id: UUID, session_id: UUID) -> None:
    """End one session, one's own or that of somebody in scope. Raises SessionNotFound, Forbidden, EmployeeNotFound."""
    if employee_id != actor.id:
        await managed_employee(uow.session, actor, employee_id, SESSIONS_MANAGE)
    row = await uow.session.scalar(select(LoginSession).where(LoginSession.id == session_id, LoginSession.employee_id == employee_id))
    if row is None or not await end_session(uow, actor, row, "logout" if session_id == actor.session_id else "revoked"):
        raise SessionNotFound


async def revoke_sessions(uow: UnitOfWork, actor: Actor, employee_id: UUID) -> int:
    """End all sessions of somebody, of one's own all but this one. Raises Forbidden, EmployeeNotFound."""
    if employee_id != actor.id:
        await managed_employee(uow.session, actor, employee_id, SESSIONS_MANAGE)
    return await end_sessions(uow, actor, employee_id, "revoked", keep=actor.session_id if employee_id == actor.id else None)


async def _device(uow: UnitOfWork, employee_id: UUID, device_id: UUID) -> Device:
    device = await uow.session.scalar(select(Device).where(Device.id == device_id, Device.employee_id == employee_id).with_for_update())
    if device is None or device.state == "revoked":
        raise DeviceNotFound
    return device


async def unbind_device(uow: UnitOfWork, actor: Actor, employee_id: UUID, device_id: UUID) -> None:
    """Forget a device: its sessions end, its secret opens nothing any more. Raises DeviceNotFound, Forbidden, EmployeeNotFound."""
    if employee_id != actor.id:
        await managed_employee(uow.session, actor, employee_id, SESSIONS_MANAGE)
    device = await _device(uow, employee_id, device_id)
    device.state, device.revoked_at = "revoked", uow.now
    device.secret_digest, device.push_kind, device.push_token_enc = None, None, None
    await uow.session.flush()
    uow.audit(actor, "access.device_unbound", device.id, employee=employee_id, client=device.client)
    await end_sessions(uow, actor, employee_id, "device", device_id=device.id)
    uow.changed(employee_id=employee_id)


async def rename_device(uow: UnitOfWork, actor: Actor, device_id: UUID, name: str) -> Device:
    """Raises DeviceNotFound."""
    device = await _device(uow, actor.employee_id, device_id)
    was, device.name = device.name, name
    await uow.session.flush()
    uow.audit(actor, "access.device_renamed", device.id, changes={"name": [was, name]})
    return device


async def put_push_token(uow: UnitOfWork, actor: Actor, data: PushTokenIn | None) -> None:
    """Where pushes to this device go, encrypted; None takes it away. Raises NoDevice."""
    device_id = await uow.session.scalar(select(LoginSession.device_id).where(LoginSession.id == actor.session_id))
    if device_id is None:
        raise NoDevice
    device = await _device(uow, actor.employee_id, device_id)
    device.push_kind = data.kind if data else None
    device.push_token_enc = uow.keys.encrypt("device", "push_token", device.id, data.token) if data else None
    await uow.session.flush()
    uow.audit(actor, "access.push_registered" if data else "access.push_removed", device.id, kind=device.push_kind)


async def unlock_employee(uow: UnitOfWork, actor: Actor, employee_id: UUID) -> None:
    """Forget somebody's wrong passwords. Raises Forbidden, EmployeeNotFound."""
    employee = await managed_employee(uow.session, actor, employee_id, EMPLOYEES_MANAGE)
    await lockout.unlock(uow, employee.username)
    uow.audit(actor, "access.unlocked", employee.id)


async def step_up_kinds(session: ReadSession, employee_id: UUID) -> list[str]:
    """What confirms one's identity: one's second factors, or the password for who has none."""
    kinds = await factors.kinds_of(session, employee_id)
    return sorted(kinds) if kinds - {"recovery"} else ["password"]


async def step_up_options(session: ReadSession, actor: Actor, runtime: Runtime) -> tuple[list[str], dict[str, Any] | None, str | None]:
    """The kinds, and for passkeys the browser's options with a sealed challenge that comes back as `state`."""
    kinds = await step_up_kinds(session, actor.employee_id)
    if "passkey" not in kinds:
        return kinds, None, None
    options, challenge = await factors.passkey_request(session, actor.employee_id, runtime)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    body = orjson.dumps({"c": base64.b64encode(challenge).decode(), "u": (runtime.clock.now() + STATE_LIFE).timestamp()})
    state = base64.urlsafe_b64encode(keys.encrypt("step_up", "challenge", actor.session_id or actor.employee_id, body)).decode()
    return kinds, options, state


def _challenge(uow: UnitOfWork, actor: Actor, state: str | None) -> bytes | None:
    if state is None:
        return None
    try:
        sealed = base64.urlsafe_b64decode(state.encode())
        body = orjson.loads(uow.keys.decrypt("step_up", "challenge", actor.session_id or actor.employee_id, sealed))
    except (ValueError, CannotDecrypt):
        return None
    return base64.b64decode(body["c"]) if uow.now.timestamp() < body["u"] else None


async def step_up(runtime: Runtime, actor: Actor, data: StepUpIn) -> datetime:
    """Confirm one's identity for the acts that need it; until when that holds. Counted as a login's password is. Raises FactorRefused, LoginLocked."""
    async with runtime.uow(actor.tenant_id) as uow:
        employee = (await uow.session.scalars(select(Employee).where(Employee.id == actor.employee_id).with_for_update())).one()
        allowed = await step_up_kinds(uow.session, employee.id)
        limits = await limits_of(uow.session, actor.tenant_id, employee.id, actor.request.client)
        guard = f"step-up:{employee.id}"
        counted = await lockout.take_attempt(uow, username=guard, device_id=employee.id, ip=actor.request.ip, part=limits.attempts)
        good = False
        if counted.locked_until is None and data.kind in allowed:
            if data.kind == "password":
                good, _ = await check_password(data.password or "", employee.password_hash)
            else:
                good = await factors.verify(uow, employee.id, data.proof(), _challenge(uow, actor, data.state))
        if good:
            await lockout.forget_attempts(uow, username=guard, device_id=employee.id, ip=actor.request.ip)
            await uow.session.execute(update(LoginSession).where(LoginSession.id == actor.session_id).values(stepped_up_at=uow.now))
            uow.changed(employee_id=employee.id, session_id=actor.session_id)
        uow.audit(actor, "access.stepped_up" if good else "access.step_up_refused", employee.id, kind=data.kind)
        minutes = limits.factor.step_up_minutes if limits.factor else 5
    if counted.locked_until is not None:
        raise locked(counted.locked_until - runtime.clock.now())
    if not good:
        raise FactorRefused
    return uow.now + timedelta(minutes=minutes)
