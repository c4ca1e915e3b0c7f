"""The rules of API keys; the only writer of their table, last uses aside (access/sessions/uses.py writes those in batches)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access.events import ApiKeyCreated, ApiKeyRevoked
from loanbroker_api.access.machines.schemas import ApiKeyIn
from loanbroker_api.access.machines.tokens import digest_of_key, new_api_key
from loanbroker_api.access.models import ApiKey, Employee
from loanbroker_api.access.permissions import KEYS_MANAGE, POLICIES_MANAGE, ROLES_MANAGE, SESSIONS_MANAGE
from loanbroker_api.access.roles.granting import Excess, beyond, excess_of_reach
from loanbroker_api.access.roles.holdings import actor_of
from loanbroker_api.access.roles.trees import OrgTrees
from loanbroker_api.access.service import get_employee
from loanbroker_api.core.actions import allowed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.errors import FieldError, Forbidden, Invalid, Problem, Stale
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.permissions import PERMISSIONS, title_of
from loanbroker_api.core.schemas import AllowedAction
from loanbroker_api.core.uow import UnitOfWork

MAX_LIFE: Final = timedelta(days=366)
NEVER: Final = frozenset({KEYS_MANAGE, ROLES_MANAGE, POLICIES_MANAGE, SESSIONS_MANAGE})
"""What decides over access stays with people: a machine cannot confirm who it is again, and a key must not make the next one."""


class ApiKeyNotFound(Problem):
    code, status = "access.api-key-not-found", 404
    message, english = "接口密钥不存在", "There is no such API key"
    remedy = "刷新密钥列表。"


class ApiKeyOver(Problem):
    code, status = "access.api-key-over", 409
    message, english = "密钥已吊销", "The key is revoked already"
    remedy = "不需要再做什么；要继续调用时新建一个密钥。"


async def create_api_key(uow: UnitOfWork, actor: Actor, data: ApiKeyIn) -> tuple[ApiKey, str]:
    """A key and its secret, which is shown this once. Raises Forbidden, StepUpRequired, EmployeeNotFound, Invalid, BeyondOwn."""
    actor.require(KEYS_MANAGE)
    actor.require_step_up("policies", uow.now)
    owner = await get_employee(uow, data.employee_id or actor.employee_id)
    if not uow.now < data.expires_at <= uow.now + MAX_LIFE:
        raise Invalid(FieldError("/expiresAt", "access.key-life", "应在此刻之后、366 天之内", "Within 366 days from now"))
    await _check_permissions(uow, actor, owner, data.permissions)
    key = ApiKey(
        id=new_id(),
        employee_id=owner.id,
        name=data.name,
        permissions=sorted(set(data.permissions)),
        networks=list(dict.fromkeys(data.networks)),
        expires_at=data.expires_at,
        last_ip="",
        created_by=actor.id,
    )
    secret = new_api_key(uow.tenant_id, key.id)
    key.hint, key.digest = secret[-4:], digest_of_key(secret)
    uow.session.add(key)
    await uow.session.flush()
    facts = {"permissions": key.permissions, "networks": key.networks, "expires_at": key.expires_at, "employee": owner.id}
    uow.audit(actor, "access.api_key_created", key.id, **facts)
    uow.emit(ApiKeyCreated(key_id=key.id, employee_id=owner.id, created_by=actor.id))
    return key, secret


async def _check_permissions(uow: UnitOfWork, actor: Actor, owner: Employee, wanted: Sequence[str]) -> None:
    """Raises Invalid for what no key, or none of this owner, can hold; BeyondOwn for what the maker does not reach himself."""
    held = await actor_of(uow.session, OrgTrees(), uow.tenant_id, owner.id)
    acting = Actor(
        tenant_id=uow.tenant_id,
        id=owner.id,
        kind="employee",
        name=owner.display_name,
        unit_id=owner.unit_id,
        scopes=held.scopes,
        fields=held.fields,
        units=held.units,
        listed=held.listed,
    )
    invalid: list[FieldError] = []
    too_far: list[tuple[str, Excess]] = []
    for at, code in enumerate(wanted):
        pointer = f"/permissions/{at}"
        if code not in PERMISSIONS:
            invalid.append(FieldError(pointer, "access.unknown-permission", "没有这个权限", "There is no such permission"))
        elif code in NEVER:
            invalid.append(FieldError(pointer, "access.key-never", "密钥不能有这个权限", "No key can hold this permission"))
        elif not acting.may(code):
            message = f"该员工没有“{title_of(code)}”权限"
            invalid.append(FieldError(pointer, "access.key-beyond-owner", message, "The employee does not hold this permission"))
        elif not _reaches_as_far(actor, acting, code):
            too_far.append((pointer, Excess(permissions=(code,))))
    if invalid:
        raise Invalid(*invalid)
    fields = () if actor.id == owner.id else excess_of_reach(actor, held._replace(scopes={})).fields
    if fields:
        too_far.append(("/employeeId", Excess(fields=fields)))
    if too_far:
        raise beyond(too_far)


def _reaches_as_far(actor: Actor, owner: Actor, permission: str) -> bool:
    """Whether every row that the owner reaches by a permission is in the maker's reach, the owner's own rows among them."""
    if not actor.may(permission):
        return False
    if actor.id == owner.id or not PERMISSIONS[permission].scoped:
        return True
    mine, theirs = actor.units_of(permission), owner.units_of(permission)
    return mine is None or (theirs is not None and theirs <= mine and owner.unit_id in mine)


async def revoke_api_key(uow: UnitOfWork, actor: Actor, key_id: UUID, version: int) -> ApiKey:
    """End a key; the next request with it is refused. Raises Forbidden, StepUpRequired, ApiKeyNotFound, Stale, ApiKeyOver."""
    actor.require(KEYS_MANAGE)
    actor.require_step_up("policies", uow.now)
    key = await uow.session.scalar(select(ApiKey).where(ApiKey.id == key_id).with_for_update())
    if key is None:
        raise ApiKeyNotFound
    if key.version != version:
        raise Stale(current={"version": key.version, "name": key.name, "revokedAt": key.revoked_at})
    if key.revoked_at is not None:
        raise ApiKeyOver
    await _end(uow, actor, [key], "revoked")
    return key


async def end_keys_of(uow: UnitOfWork, actor: Actor, employee_id: UUID, reason: str) -> int:
    """End all keys of an employee, whose account is being closed. Returns how many."""
    live = select(ApiKey).where(ApiKey.employee_id == employee_id, ApiKey.revoked_at.is_(None)).order_by(ApiKey.id)
    return await _end(uow, actor, (await uow.session.scalars(live.with_for_update())).all(), reason)


async def _end(uow: UnitOfWork, actor: Actor, keys: Sequence[ApiKey], reason: str) -> int:
    for key in keys:
        key.revoked_at = uow.now
        uow.changed(employee_id=key.employee_id)  # what processes know of a key, they keep under its owner
        uow.audit(actor, "access.api_key_revoked", key.id, employee=key.employee_id, reason=reason)
        uow.emit(ApiKeyRevoked(key_id=key.id, employee_id=key.employee_id))
    await uow.session.flush()
    return len(keys)


def api_key_actions(actor: Actor, key: ApiKey) -> list[AllowedAction]:
    """What the actor may do to a key, with reasons."""
    refusal: Problem | None = None
    if not actor.may(KEYS_MANAGE):
        refusal = Forbidden(permission=KEYS_MANAGE, permission_title=title_of(KEYS_MANAGE))
    elif key.revoked_at is not None:
        refusal = ApiKeyOver()
    return [allowed("revoke", refusal)]
