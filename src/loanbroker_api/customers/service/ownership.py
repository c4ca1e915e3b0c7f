"""Owners: round-robin assignment that explains itself, and the one place that writes owner_id."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Employee
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.explain import Explanation
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers import permissions
from loanbroker_api.customers.events import ARRIVED, CHANGED, CustomerAssigned
from loanbroker_api.customers.models import AssignmentTurn, Customer, OwnershipEvent
from loanbroker_api.customers.service.access import check_version, demand, get_customer
from loanbroker_api.customers.service.activity import record_activity
from loanbroker_api.customers.service.problems import OwnerNotEligible
from loanbroker_api.workspace.service import hand_todos, push

FIRST_CONTACT_WITHIN = timedelta(minutes=30)


async def set_owner(
    uow: UnitOfWork,
    actor: Actor,
    customer: Customer,
    owner: Employee | None,
    *,
    kind: str,
    explanation: Explanation | None,
    team_id: UUID | None = None,
) -> None:
    """Give a customer an owner, or none. The only writer of owner_id and team_id; to-dos follow, history is kept, both sides are told."""
    previous = customer.owner_id
    customer.owner_id = owner.id if owner else None
    customer.team_id = owner.unit_id if owner else team_id
    customer.owned_since = uow.now if owner else None
    if customer.first_contacted_at is None:
        customer.first_contact_due_at = uow.now + FIRST_CONTACT_WITHIN if owner else None
    if owner is None:
        customer.next_action_at = customer.next_action_kind = None
    await uow.session.flush()
    uow.session.add(
        OwnershipEvent(
            id=new_id(),
            customer_id=customer.id,
            at=uow.now,
            kind=kind,
            owner_id=customer.owner_id,
            previous_owner_id=previous,
            team_id=customer.team_id,
            by_id=actor.id,
            explanation=explanation.to_json() if explanation else None,
        )
    )
    await hand_todos(uow, customer.id, customer.owner_id)
    await record_activity(uow, actor, customer.id, "assigned", owner=customer.owner_id, previous=previous, how=kind)
    uow.audit(actor, "customers.owner_changed", customer.id, owner=customer.owner_id, previous=previous, how=kind)
    uow.emit(
        CustomerAssigned(customer_id=customer.id, owner_id=customer.owner_id, previous_owner_id=previous, by_rule=actor.kind != "employee")
    )
    if previous is not None and previous != customer.owner_id:
        await push(uow, [previous], CHANGED, {"customerId": str(customer.id), "version": customer.version})


async def tell_arrival(uow: UnitOfWork, customer: Customer, *, is_new: bool) -> None:
    """The owner and the team's leaders see the customer arrive."""
    told: set[UUID] = set()
    if customer.owner_id is not None:
        told.add(customer.owner_id)
    if customer.team_id is not None:
        told.update(await access_queries.leaders_of(uow.session, customer.team_id))
    owner = str(customer.owner_id) if customer.owner_id else None
    await push(uow, told, ARRIVED, {"customerId": str(customer.id), "ownerId": owner, "isNew": is_new})


async def assign_by_turn(uow: UnitOfWork, actor: Actor, customer: Customer, team_id: UUID | None) -> Explanation:
    """Give a new customer to the next on-duty member of a team; when there is none it waits without owner for its team. Explains itself."""
    if team_id is None:
        explanation = Explanation("customers.assign.no-team", "no", "渠道没有指定团队，等待分配")
        await set_owner(uow, actor, customer, None, kind="created", explanation=explanation)
        return explanation
    chosen, explanation = await next_in_turn(uow, team_id)
    kind = "assigned" if chosen else "created"
    await set_owner(uow, actor, customer, chosen, kind=kind, explanation=explanation, team_id=team_id)
    return explanation


async def next_in_turn(uow: UnitOfWork, team_id: UUID, *, take: bool = True) -> tuple[Employee | None, Explanation]:
    """Whose turn it is in a team, by staff number after the last one; `take` false only looks (test leads)."""
    last: str | None = None
    turn: AssignmentTurn | None = None
    if take:
        await uow.session.execute(insert(AssignmentTurn).values(team_id=team_id, last_employee_no="", given=0).on_conflict_do_nothing())
        turn = (await uow.session.scalars(select(AssignmentTurn).where(AssignmentTurn.team_id == team_id).with_for_update())).one()
        last = turn.last_employee_no
    else:
        last = await uow.session.scalar(select(AssignmentTurn.last_employee_no).where(AssignmentTurn.team_id == team_id))
    members = await access_queries.on_duty_members(uow.session, team_id, permissions.FOLLOW_UP)
    chosen = next((member for member in members if member.employee_no > (last or "")), members[0] if members else None)
    if turn is not None and chosen is not None:
        turn.last_employee_no, turn.given = chosen.employee_no, turn.given + 1
        await uow.session.flush()
    return chosen, explain_turn(members, chosen, last or None)


def explain_turn(members: Sequence[Employee], chosen: Employee | None, last: str | None) -> Explanation:
    """Why it was the turn of `chosen`, after the staff number `last`, among the on-duty members."""
    if chosen is None:
        return Explanation("customers.assign.nobody-on-duty", "no", "团队里没有在岗的人，等待分配")
    children = tuple(
        Explanation(
            "customers.assign.candidate",
            "yes" if member is chosen else "no",
            f"{member.display_name}（{member.employee_no}）" + ("轮到" if member is chosen else "在岗，未轮到"),
            {"employeeId": str(member.id)},
        )
        for member in members
    )
    after = f"上一位是工号 {last}，" if last else ""
    text = f"按工号轮流：{after}在岗 {len(members)} 人，轮到 {chosen.display_name}"
    return Explanation("customers.assign.round-robin", "yes", text, {"employeeId": str(chosen.id), "onDuty": len(members)}, children)


async def assign_customer(
    uow: UnitOfWork, actor: Actor, customer_id: UUID, owner_id: UUID, *, comment: str | None, version: int | None
) -> Customer:
    """Give a customer to an employee by hand. Raises CustomerNotFound, Forbidden, NotYours, Stale, OwnerNotEligible.

    `comment` is kept in the audit trail only as a mark that there was one; assigning to the present owner changes nothing.
    """
    customer = await get_customer(uow.session, actor, customer_id, lock=True)
    demand(actor, permissions.ASSIGN, customer)
    if version is not None:
        check_version(customer, version, {"version": customer.version, "ownerId": str(customer.owner_id) if customer.owner_id else None})
    owner = (await access_queries.employees_by_id(uow.session, [owner_id])).get(owner_id)
    if owner is None or not owner.active:
        raise OwnerNotEligible(why="不在职或不存在")
    if not actor.reaches(permissions.ASSIGN, owner_id=owner.id, unit_id=owner.unit_id):
        raise OwnerNotEligible(why="不在你的数据范围内")
    if not await access_queries.holds(uow.session, owner.id, permissions.FOLLOW_UP):
        raise OwnerNotEligible(why="没有跟进客户的权限")
    if customer.owner_id == owner.id:
        return customer
    explanation = Explanation(
        "customers.assign.by-hand", "yes", f"{actor.name} 分配给 {owner.display_name}", {"commented": comment is not None}
    )
    await set_owner(uow, actor, customer, owner, kind="transferred" if customer.owner_id else "assigned", explanation=explanation)
    await tell_arrival(uow, customer, is_new=False)
    return customer
