"""The rules of access: tenants, login, sessions, duty. The only writer of its tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access import queries
from loanbroker_api.access.builtin_roles import BUILTIN_ROLES
from loanbroker_api.access.events import DutyChanged, SessionEnded
from loanbroker_api.access.founding import STEPS
from loanbroker_api.access.models import (
    Employee,
    EmployeeRole,
    LoginSession,
    OrgUnit,
    RefreshToken,
    Role,
    RoleField,
    RolePermission,
    Tenant,
    TenantDirectory,
)
from loanbroker_api.access.passwords import check_password, hash_password
from loanbroker_api.access.policy import AccountDisabled
from loanbroker_api.access.schemas import LoginIn
from loanbroker_api.access.tokens import BadToken, Claims, TokenSigner, digest_of, new_refresh_token, tenant_of_refresh_token
from loanbroker_api.core.actor import Actor, RequestInfo, Scope
from loanbroker_api.core.audit import AuditHead
from loanbroker_api.core.db import Small
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.uow import UnitOfWork

RETRY_WINDOW = timedelta(seconds=10)


class LoginRefused(Problem):
    code, status = "access.login-refused", 401
    message, english = "机构、账号或密码不对", "Company, account or password is wrong"
    remedy = "核对机构代码、账号和密码；忘记密码时找管理员重置。"


class RefreshRefused(Problem):
    code, status = "access.refresh-refused", 401
    message, english = "登录已失效，重新登录", "Your sign-in is no longer valid; sign in again"
    remedy = "重新登录。"


class TenantCodeTaken(Problem):
    code, status = "access.tenant-code-taken", 409
    message, english = "机构代码“{tenant}”已被使用", "The company code {tenant} is taken"
    remedy = "换一个机构代码。"


class EmployeeNotFound(Problem):
    code, status = "access.employee-not-found", 404
    message, english = "员工不存在或无权查看", "There is no such employee, or you may not see them"
    remedy = "核对员工，或联系管理员。"


@dataclass(frozen=True)
class Tokens:
    access_token: str
    expires_in: int
    refresh_token: str
    session_id: UUID
    client: str


async def create_tenant(runtime: Runtime, *, code: str, name: str, tenant_id: UUID | None = None) -> UUID:
    """A new company with its keys, its audit chain, its built-in roles, its root unit and what areas give it. Raises TenantCodeTaken."""
    tenant_id = tenant_id or new_id()
    async with runtime.database.write(tenant_id, runtime.clock.now()) as session:
        taken = await session.scalar(
            insert(TenantDirectory).values(code=code, tenant_id=tenant_id).on_conflict_do_nothing().returning(TenantDirectory.code)
        )
        if taken is None:
            raise TenantCodeTaken(tenant=code)
        now = runtime.clock.now()
        session.add(Tenant(tenant_id=tenant_id, code=code, name=name, created_at=now))
        session.add(AuditHead())
        await runtime.keyring.create(session, tenant_id)
        uow = UnitOfWork(session, tenant_id, now, await runtime.keyring.load(session, tenant_id), runtime)
        actor = Actor.system(tenant_id, "create_tenant")
        session.add(OrgUnit(kind="company", name=name))
        for builtin in BUILTIN_ROLES:
            role = Role(id=new_id(), code=builtin.code, name=builtin.name, builtin=True)
            session.add(role)
            await session.flush()
            session.add_all(
                RolePermission(role_id=role.id, permission=permission, scope=Small(scope))
                for permission, scope in builtin.permissions.items()
            )
            session.add_all(RoleField(role_id=role.id, field=field, visibility=Small(shown)) for field, shown in builtin.fields.items())
        for step in STEPS.values():
            await step(uow, actor)
        uow.audit(actor, "access.tenant_created", tenant_id, code=code)
        await uow.commit()
    return tenant_id


async def add_unit(uow: UnitOfWork, actor: Actor, *, name: str, kind: str, parent_id: UUID | None, position: int = 0) -> OrgUnit:
    """A department or team under `parent_id`."""
    unit = OrgUnit(id=new_id(), name=name, kind=kind, parent_id=parent_id, position=Small(position))
    uow.session.add(unit)
    await uow.session.flush()
    await _org_changed(uow)
    uow.audit(actor, "access.unit_created", unit.id, kind=kind)
    return unit


async def add_employee(
    uow: UnitOfWork,
    actor: Actor,
    *,
    username: str,
    display_name: str,
    employee_no: str,
    unit_id: UUID,
    password: str,
    role_codes: Sequence[str],
    on_duty: bool = False,
    password_hash: str | None = None,
) -> Employee:
    """An employee with roles. `password_hash` spares hashing where many share one password."""
    employee = Employee(
        id=new_id(),
        username=username,
        display_name=display_name,
        employee_no=employee_no,
        unit_id=unit_id,
        on_duty=on_duty,
        password_hash=password_hash or await hash_password(password),
    )
    uow.session.add(employee)
    await uow.session.flush()
    roles = await uow.session.scalars(select(Role).where(Role.code.in_(role_codes)))
    uow.session.add_all(EmployeeRole(employee_id=employee.id, role_id=role.id) for role in roles)
    await uow.session.flush()
    uow.audit(actor, "access.employee_created", employee.id, roles=list(role_codes))
    return employee


async def _org_changed(uow: UnitOfWork) -> None:
    await uow.session.execute(update(Tenant).values(org_version=Tenant.org_version + 1))


async def login(runtime: Runtime, signer: TokenSigner, data: LoginIn, request: RequestInfo) -> Tokens:
    """Open a session. Raises LoginRefused, which does not tell whether the account exists, and AccountDisabled to who knows the password."""
    tenant_id = await queries.tenant_by_code(runtime, data.tenant)
    if tenant_id is None:
        await check_password(data.password, None)
        raise LoginRefused
    async with runtime.read(tenant_id) as session:
        employee = await session.scalar(select(Employee).where(Employee.username == data.username))
        tenant = await queries.get_tenant(session)
    fits, renewed = await check_password(data.password, employee.password_hash if employee else None)
    if employee is None or not fits:
        await _record_refusal(runtime, tenant_id, employee, request, data.client)
        raise LoginRefused
    if not employee.active or not tenant.active:
        raise AccountDisabled
    async with runtime.uow(tenant_id) as uow:
        if renewed:
            await uow.session.execute(update(Employee).where(Employee.id == employee.id).values(password_hash=renewed))
        opened = LoginSession(
            id=new_id(),
            employee_id=employee.id,
            client=data.client,
            ip=request.ip,
            created_at=uow.now,
            last_used_at=uow.now,
            expires_at=uow.now + timedelta(days=runtime.settings.refresh_token_days),
        )
        uow.session.add(opened)
        await uow.session.flush()
        refresh = await _issue_refresh(uow, opened)
        actor = Actor(tenant_id, employee.id, "employee", employee.display_name, session_id=opened.id, request=request)
        uow.audit(actor, "access.logged_in", employee.id, client=data.client)
    return await _tokens(runtime, signer, tenant_id, opened, refresh)


async def _record_refusal(runtime: Runtime, tenant_id: UUID, employee: Employee | None, request: RequestInfo, client: str) -> None:
    async with runtime.uow(tenant_id) as uow:
        actor = Actor(tenant_id, employee.id if employee else None, "system", "login", request=request)
        uow.audit(actor, "access.login_refused", employee.id if employee else None, reason="wrong_password", client=client)


async def _issue_refresh(uow: UnitOfWork, session: LoginSession) -> str:
    token = new_refresh_token(uow.tenant_id)
    uow.session.add(RefreshToken(digest=digest_of(token), session_id=session.id, created_at=uow.now, expires_at=session.expires_at))
    await uow.session.flush()
    return token


async def _tokens(runtime: Runtime, signer: TokenSigner, tenant_id: UUID, session: LoginSession, refresh: str) -> Tokens:
    lifetime = timedelta(minutes=runtime.settings.access_token_minutes)
    claims = Claims(tenant_id, session.employee_id, session.id, session.client)
    access = await signer.sign(claims, runtime.clock.now(), lifetime)
    return Tokens(access, int(lifetime.total_seconds()), refresh, session.id, session.client)


async def refresh(runtime: Runtime, signer: TokenSigner, token: str) -> Tokens:
    """Rotate a refresh token. Raises RefreshRefused; a token used again after the retry window ends its session for everyone.

    Within 10 s of its use the same token gives another successor, so that two tabs do not log each other out.
    """
    try:
        tenant_id = tenant_of_refresh_token(token)
    except BadToken as error:
        raise RefreshRefused from error
    reused = False
    successor = ""
    session: LoginSession | None = None
    async with runtime.database.write(tenant_id, runtime.clock.now()) as bound:
        row = await bound.scalar(select(RefreshToken).where(RefreshToken.digest == digest_of(token)).with_for_update())
        now = runtime.clock.now()
        if row is None or row.expires_at <= now:
            raise RefreshRefused
        session = await bound.scalar(select(LoginSession).where(LoginSession.id == row.session_id))
        employee = await bound.scalar(select(Employee).where(Employee.id == session.employee_id)) if session else None
        if session is None or session.ended_at is not None or session.expires_at <= now or employee is None or not employee.active:
            raise RefreshRefused
        if not (await queries.get_tenant(bound)).active:
            raise RefreshRefused
        uow = UnitOfWork(bound, tenant_id, now, await runtime.keyring.load(bound, tenant_id), runtime)
        if row.used_at is not None and row.used_at + RETRY_WINDOW < now:
            reused = True
            await end_session(uow, Actor.system(tenant_id, "refresh"), session, "refresh_reused")
        else:
            row.used_at = row.used_at or now
            session.last_used_at = now
            successor = await _issue_refresh(uow, session)
        await uow.commit()
    if reused:
        raise RefreshRefused
    return await _tokens(runtime, signer, tenant_id, session, successor)


async def end_session(uow: UnitOfWork, actor: Actor, session: LoginSession, reason: str) -> None:
    """End a session and its streams; ending it twice changes nothing."""
    ended = await uow.session.scalar(
        update(LoginSession)
        .where(LoginSession.id == session.id, LoginSession.ended_at.is_(None))
        .values(ended_at=uow.now, end_reason=reason)
        .returning(LoginSession.id)
    )
    if ended is not None:
        uow.audit(actor, "access.session_ended", session.id, reason=reason, employee=session.employee_id)
        uow.emit(SessionEnded(session_id=session.id, employee_id=session.employee_id, reason=reason))


async def logout(uow: UnitOfWork, actor: Actor) -> None:
    """End the actor's own session."""
    session = await uow.session.scalar(select(LoginSession).where(LoginSession.id == actor.session_id))
    if session is not None:
        await end_session(uow, actor, session, "logout")


async def set_duty(uow: UnitOfWork, actor: Actor, *, on_duty: bool) -> Employee:
    """Go on or off duty: only who is on duty is given leads."""
    employee = (await uow.session.scalars(select(Employee).where(Employee.id == actor.employee_id).with_for_update())).one()
    if employee.on_duty != on_duty:
        employee.on_duty = on_duty
        await uow.session.flush()
        uow.audit(actor, "access.duty_changed", employee.id, on_duty=on_duty, changes={"onDuty": [not on_duty, on_duty]})
        uow.emit(DutyChanged(employee_id=employee.id, on_duty=on_duty))
    return employee


async def get_employee(uow: UnitOfWork, employee_id: UUID, *, active: bool = True) -> Employee:
    """Raises EmployeeNotFound."""
    employee = await uow.session.scalar(select(Employee).where(Employee.id == employee_id))
    if employee is None or (active and not employee.active):
        raise EmployeeNotFound
    return employee


SCOPE_NAMES: dict[Scope, str] = {scope: scope.name.lower() for scope in Scope}
