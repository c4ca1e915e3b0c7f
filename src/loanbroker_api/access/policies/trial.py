"""Could this employee sign in from here, and which rule of whose policy decides: the rules of a login, asked without one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select

from loanbroker_api.access.models import Device, Employee, EmployeeRole, LoginPolicy, LoginSession, Role, Tenant
from loanbroker_api.access.permissions import POLICIES_MANAGE
from loanbroker_api.access.policies import queries
from loanbroker_api.access.policies.effective import PolicyRow, fold
from loanbroker_api.access.policies.phrases import sentence
from loanbroker_api.access.policies.places import Place, places
from loanbroker_api.access.policies.rules import RULES, Situation, explain, judge
from loanbroker_api.access.policies.schemas import PolicyIn, PolicyParts, TryIn, TryOut
from loanbroker_api.access.policies.service import check_parts, check_subject, replaced, stored
from loanbroker_api.access.sessions import lockout
from loanbroker_api.access.sessions.unusual import SIGNALS, Arrival, signals_of
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.explain import Explanation
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.core.schemas import ExplanationOut

FAR = timedelta(days=366)
_PART_OF_RULE = {f"access.rule.{name}": name for name in ("ip", "region", "time", "device", "sessions", "unusual", "factor")}


@dataclass(frozen=True)
class Source:
    """A policy that counts for somebody, with what it is called: 角色“业务员”."""

    row: PolicyRow
    name: str
    policy_id: UUID | None  # None: the draft

    @property
    def decides_on(self) -> frozenset[str]:
        return frozenset(self.row.parts) | frozenset(self.row.overrides)


async def sources_of(session: ReadSession, employee: Employee, client: str, draft: PolicyIn | None) -> list[Source]:
    """The policies of an employee's roles and his own, with the draft in the place of the one that it would replace or beside them."""
    roles = await session.execute(
        select(Role.id, Role.name)
        .join(EmployeeRole, (EmployeeRole.tenant_id == Role.tenant_id) & (EmployeeRole.role_id == Role.id))
        .where(EmployeeRole.employee_id == employee.id)
        .order_by(Role.code)
    )
    names = {row.id: row.name for row in roles}
    statement = select(LoginPolicy).where(
        LoginPolicy.client == client, LoginPolicy.role_id.in_(names) | (LoginPolicy.employee_id == employee.id)
    )
    found: dict[UUID, Source] = {}
    for policy in await session.scalars(statement):
        own = policy.employee_id is not None
        subject = policy.role_id or employee.id
        name = f"员工“{employee.display_name}”" if own else f"角色“{names[subject]}”"
        found[subject] = Source(PolicyRow(own, policy.parts, policy.overrides), name, policy.id)
    subject = None if draft is None or draft.client != client else draft.role_id or draft.employee_id
    if draft is not None and subject is not None and (subject in names or subject == employee.id):
        name = f"草稿：员工“{employee.display_name}”" if subject == employee.id else f"草稿：角色“{names[subject]}”"
        found[subject] = Source(draft_row(draft), name, None)
    # In the order in which they are read out: roles by code, then his own.
    return [found[subject] for subject in (*names, employee.id) if subject in found]


def draft_row(draft: PolicyIn) -> PolicyRow:
    """A draft as if it were stored."""
    own = draft.employee_id is not None
    return PolicyRow(own, stored(draft.parts), replaced(draft, own=own))


async def try_login(session: ReadSession, actor: Actor, runtime: Runtime, data: TryIn) -> TryOut:
    """Raises Forbidden, Invalid."""
    actor.require(POLICIES_MANAGE)
    now = runtime.clock.now()
    at = data.at or now
    if abs(at - now) > FAR:
        raise Invalid(FieldError("/at", "access.try-too-far", "时间应在前后一年之内", "Within a year of now"))
    if data.draft is not None:
        check_parts(data.draft, runtime.settings, own=data.draft.employee_id is not None, at="/draft")
        await check_subject(session, data.draft, at="/draft")
    employee = await session.scalar(select(Employee).where(Employee.id == data.employee_id))
    if employee is None:
        raise Invalid(FieldError("/employeeId", "access.employee-not-found", "员工不存在", "There is no such employee"))
    sources = await sources_of(session, employee, data.client, data.draft)
    situation = await _situation(session, actor, runtime, employee, data, at, sources)
    return _answer(actor, situation, sources)


async def _situation(
    session: ReadSession, actor: Actor, runtime: Runtime, employee: Employee, data: TryIn, at: datetime, sources: Sequence[Source]
) -> Situation:
    known = places(runtime.settings)
    place = known.find(data.ip)
    limits = fold(source.row for source in sources)
    keys = await runtime.keyring.load(session, actor.tenant_id)
    familiar = data.device != "new"
    return Situation(
        now=at,
        client=data.client,
        ip=data.ip,
        place=place,
        active=employee.active and bool(await session.scalar(select(Tenant.active))),
        limits=limits,
        calendar=await queries.calendar_of(session),
        device=data.device,
        bound_devices=await _bound_devices(session, employee.id, data.client),
        live_sessions=await _live_sessions(session, employee.id, data.client, at),
        # A device that the account has used is not locked with it.
        locked_until=None if familiar else await lockout.locked_until(session, keys, employee.username, at),
        signals=tuple(await signals_of(session, limits.unusual, known, Arrival(employee.id, at, data.ip, place, not familiar))),
    )


async def _bound_devices(session: ReadSession, employee_id: UUID, client: str) -> int:
    statement = select(func.count()).where(Device.employee_id == employee_id, Device.client == client, Device.state == "bound")
    return await session.scalar(statement) or 0


async def _live_sessions(session: ReadSession, employee_id: UUID, client: str, at: datetime) -> int:
    statement = select(func.count()).where(
        LoginSession.employee_id == employee_id,
        LoginSession.client == client,
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > at,
    )
    return await session.scalar(statement) or 0


def _answer(actor: Actor, situation: Situation, sources: Sequence[Source]) -> TryOut:
    decision = judge(situation)
    tree = explain(situation)
    # The rule that refuses, or the first that demands something.
    rule = decision.rule or next((child.code for child in tree.children if child.verdict == "unknown"), None)
    blamed = blame(situation, rule, sources)
    children = (
        _place_node(situation.place),
        _policies_node(sources),
        *(_blaming(_with_signals(child, situation), blamed if child.code == rule else ()) for child in tree.children),
    )
    then: Literal["signed_in", "factor", "approval"] | None = None
    if decision.refusal is None:
        then = "approval" if decision.approvals else "factor" if decision.wants_factor else "signed_in"
    return TryOut(
        allowed=decision.refusal is None,
        code=decision.refusal.code if decision.refusal else None,
        message=decision.refusal.text(actor.language) if decision.refusal else None,
        rule=rule,
        then=then,
        place=situation.place.name,
        explanation=ExplanationOut.model_validate(replace(tree, children=children).to_json()),
    )


def blame(situation: Situation, rule: str | None, sources: Sequence[Source]) -> list[Source]:
    """The policies which by themselves bring that rule to its verdict."""
    part = _PART_OF_RULE.get(rule or "")
    if part is None:
        return []
    judged = dict(RULES)[rule or ""]
    overriding = [source for source in sources if source.row.own and part in source.row.overrides]
    return [
        source
        for source in overriding or sources
        if part in source.row.parts and judged(replace(situation, limits=fold([source.row]))) is not None
    ]


def _blaming(child: Explanation, blamed: Sequence[Source]) -> Explanation:
    if not blamed:
        return child
    part = _PART_OF_RULE[child.code]
    nodes = tuple(
        Explanation(
            "access.policy",
            "info",
            f"{source.name}：{sentence(part, getattr(PolicyParts.model_validate(source.row.parts), part))}",
            {"policyId": str(source.policy_id) if source.policy_id else None, "part": part},
        )
        for source in blamed
    )
    return replace(child, children=(*child.children, *nodes))


def _with_signals(child: Explanation, situation: Situation) -> Explanation:
    if child.code != "access.rule.unusual" or not situation.signals:
        return child
    signs = tuple(Explanation(f"access.signal.{code}", "info", SIGNALS[code][0]) for code in situation.signals)
    return replace(child, children=(*child.children, *signs))


def _place_node(place: Place) -> Explanation:
    return Explanation("access.place", "info", f"IP 归属地：{place.name}", {"code": place.code})


def _policies_node(sources: Sequence[Source]) -> Explanation:
    nodes = tuple(
        Explanation("access.policy", "info", source.name, {"policyId": str(source.policy_id) if source.policy_id else None})
        for source in sources
    )
    return Explanation("access.policies", "info", f"按 {len(nodes)} 条策略判断" if nodes else "没有策略，只有默认限制", children=nodes)
