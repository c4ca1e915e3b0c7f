"""Customers as both doors show them: codes for numbers, masks by the actor's visibility, names beside ids."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Employee
from loanbroker_api.core.actor import Actor, Visibility
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.grading import GradedField
from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.core.schemas import Graded, NamedRef, PersonRef
from loanbroker_api.customers import queries, service
from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.customers.models import (
    FOLLOW_UP_NOTE,
    ID_NUMBER,
    NAME,
    NOTE,
    PHONE,
    Activity,
    ContactState,
    Customer,
    FollowUp,
    Intent,
    Outcome,
    OwnershipEvent,
    Stage,
)
from loanbroker_api.customers.schemas import (
    ActivityOut,
    AmountOut,
    CityRef,
    CustomerOut,
    CustomerRow,
    FollowUpOut,
    LastFollowUp,
    OwnershipEventOut,
    OwnershipOut,
    PhoneOut,
    SourceOut,
)
from loanbroker_api.customers.timeline import WORDS


def mask(actor: Actor, field: GradedField, masked: str | None) -> Graded | None:
    """A stored mask as the actor may see it; None where there is no value or the field is hidden."""
    shown = field.shown(actor, masked)
    return None if shown is None else Graded(value=shown, masked=True)


def content(actor: Actor, keys: TenantKeys, field: GradedField, row: Any) -> Graded | None:
    """Free text: plain for roles with full visibility, else only that there is some."""
    if getattr(row, f"{field.column}_enc") is None:
        return None
    visibility = actor.fields.get(field.field, Visibility.MASKED)
    if actor.all_permissions or visibility is Visibility.FULL:
        return Graded(value=field.open(keys, row), masked=False)
    return None if visibility is Visibility.HIDDEN else Graded(value="•••", masked=True)


async def customer_rows(session: ReadSession, actor: Actor, customers: Collection[Customer]) -> list[CustomerRow]:
    """A page as rows: one statement for its names, whatever its length."""
    around = await queries.surroundings(session, customers)
    return [CustomerRow.model_validate(_row(actor, customer, around)) for customer in customers]


def _row(actor: Actor, customer: Customer, around: queries.Surroundings) -> dict[str, Any]:
    source = around.sources.get(customer.source_id) if customer.source_id else None
    owner = around.owners.get(customer.owner_id) if customer.owner_id else None
    team = around.teams.get(customer.team_id) if customer.team_id else None
    last = None
    if customer.last_follow_up_at is not None and customer.last_outcome is not None:
        last = LastFollowUp.model_validate({"at": customer.last_follow_up_at, "outcome": Outcome(customer.last_outcome).name.lower()})
    return {
        "id": customer.id,
        "version": customer.version,
        "kind": customer.kind,
        "name": mask(actor, NAME, customer.name_masked),
        "phone": mask(actor, PHONE, customer.phone_masked),
        "intent": Intent(customer.intent).name if customer.intent else None,
        "stage": Stage(customer.stage).name.lower(),
        "wanted_amount": _amount(customer.wanted_from_fen, customer.wanted_to_fen),
        "city": _city(customer.city),
        "channel": source,
        "owner": owner,
        "team": team,
        "created_at": customer.created_at,
        "active_at": customer.active_at,
        "last_follow_up": last,
        "next_action_at": customer.next_action_at,
        "first_contact_due_at": customer.first_contact_due_at,
        "stars": customer.stars,
        "contact_state": ContactState(customer.contact_state).name.lower(),
        "unreachable_count": customer.unreachable_count,
        "completeness_bps": customer.completeness,
        "allowed_actions": service.allowed_actions(actor, customer),
    }


def _amount(from_fen: int | None, to_fen: int | None) -> AmountOut | None:
    return None if from_fen is None else AmountOut(from_fen=from_fen, to_fen=to_fen)


def _city(code: int | None) -> CityRef | None:
    found = city_by_code(code) if code else None
    return CityRef(code=found.code, name=found.name) if found else None


def person(employee: Employee | None) -> PersonRef | None:
    return PersonRef(id=employee.id, display_name=employee.display_name) if employee else None


async def customer_detail(session: ReadSession, actor: Actor, keys: TenantKeys, customer: Customer) -> CustomerOut:
    """Everything of the detail's first screen."""
    around = await queries.surroundings(session, [customer])
    phones = await queries.phones_of(session, customer.id)
    lead = await queries.first_lead(session, customer.id)
    last_change = next(iter(await queries.ownership_events(session, customer.id, limit=1)), None)
    source = None
    if lead is not None and customer.source_id is not None and customer.source_id in around.sources:
        channel = around.sources[lead.source_id] if lead.source_id in around.sources else around.sources[customer.source_id]
        fields = {name: getattr(lead, name) for name in SourceOut.model_fields if name != "channel"}
        source = SourceOut.model_validate({**fields, "channel": channel})
    return CustomerOut.model_validate(
        {
            **_row(actor, customer, around),
            "phones": [
                PhoneOut.model_validate(
                    {
                        "id": phone.id,
                        "phone": mask(actor, PHONE, phone.phone_masked),
                        "kind": phone.kind,
                        "primary": phone.is_primary,
                        "region": " ".join(dict.fromkeys(filter(None, [phone.province, phone.city]))) or None,
                        "carrier": phone.carrier,
                    }
                )
                for phone in phones
            ],
            "id_number": mask(actor, ID_NUMBER, customer.id_number_masked),
            "sex": customer.sex,
            "birth_year": customer.birth_year,
            "source": source,
            "note": content(actor, keys, NOTE, customer),
            "lead_count": customer.lead_count,
            "ownership": OwnershipOut.model_validate(
                {
                    "owned_since": customer.owned_since,
                    "reason_kind": last_change.kind if last_change else None,
                    "explanation": last_change.explanation if last_change else None,
                }
            ),
        }
    )


def follow_up_out(actor: Actor, keys: TenantKeys, row: FollowUp, people: dict[UUID, Employee]) -> FollowUpOut:
    return FollowUpOut.model_validate(
        {
            "id": row.id,
            "at": row.at,
            "by": person(people[row.employee_id]),
            "outcome": Outcome(row.outcome).name.lower(),
            "intent": Intent(row.intent).name if row.intent else None,
            "note": content(actor, keys, FOLLOW_UP_NOTE, row),
            "next_action_at": row.next_action_at,
            "next_action_kind": row.next_action_kind,
        }
    )


async def timeline_out(session: ReadSession, actor: Actor, keys: TenantKeys, rows: Collection[Activity]) -> list[ActivityOut]:
    """Timeline entries with their sentence and, for follow-ups, what was written."""
    follow_ups = await queries.follow_ups_by_id(session, follow_ups_in(rows))
    people = await access_queries.employees_by_id(session, people_in(rows, follow_ups.values()))
    return [activity_out(actor, keys, row, people, follow_ups) for row in rows]


def follow_ups_in(rows: Collection[Activity]) -> set[UUID]:
    """The follow-ups that timeline entries show."""
    return {row.ref_id for row in rows if row.ref_id and row.kind == "follow_up"}


def people_in(rows: Collection[Activity], follow_ups: Collection[FollowUp]) -> set[UUID]:
    """The employees whom timeline entries name."""
    named = {row.actor_id for row in rows if row.actor_id} | {row.employee_id for row in follow_ups}
    return named | {UUID(row.facts[key]) for row in rows for key in ("owner", "previous") if row.facts.get(key)}


def activity_out(
    actor: Actor, keys: TenantKeys, row: Activity, people: dict[UUID, Employee], follow_ups: dict[UUID, FollowUp]
) -> ActivityOut:
    """One timeline entry."""
    follow_up = follow_ups.get(row.ref_id) if row.ref_id else None
    return ActivityOut(
        id=row.id,
        at=row.at,
        kind=row.kind,
        actor=person(people.get(row.actor_id)) if row.actor_id else None,
        text=_sentence(row, people),
        facts=row.facts,
        follow_up=follow_up_out(actor, keys, follow_up, people) if follow_up else None,
    )


STAGE_NAMES = {
    "lead": "线索", "contact": "沟通", "appointment": "预约", "visit": "到访", "contract": "签约", "submission": "进件", "supplement": "补件",
    "approval": "审批", "collateral": "权证", "disbursement": "放款", "receipt": "回款", "repayment": "还款", "settled": "结清",
    "overdue": "逾期", "lost": "流失",
}  # fmt: skip
OUTCOME_NAMES = {
    "interested": "有意向", "call_again": "再联系", "no_answer": "未接", "invalid_number": "空号", "refused": "拒绝", "other": "其他",
}  # fmt: skip
FIELD_NAMES = {
    "name": "姓名",
    "phone": "电话",
    "idNumber": "证件号",
    "note": "备注",
    "city": "城市",
    "intent": "意向",
    "wantedAmount": "需求金额",
    "stars": "星级",
}
REASON_NAMES = {"call": "拨打", "verify": "核对资料", "submission": "进件", "complaint": "处理投诉", "other": "其他"}


def _sentence(row: Activity, people: dict[UUID, Employee]) -> str:
    facts = row.facts
    if row.kind in WORDS:
        return WORDS[row.kind](facts)
    if row.kind == "lead_received":
        return "线索到达，建立客户" if facts.get("created") else "再次留资"
    if row.kind == "assigned":
        return _assigned(facts, people)
    if row.kind == "follow_up":
        return OUTCOME_NAMES.get(str(facts.get("outcome")), "跟进")
    if row.kind == "stage_changed":
        return f"阶段 {STAGE_NAMES.get(str(facts.get('was')), '–')} → {STAGE_NAMES.get(str(facts.get('now')), '–')}"
    if row.kind == "revealed":
        field, reason = FIELD_NAMES.get(str(facts.get("field")), "–"), REASON_NAMES.get(str(facts.get("reason")), "–")
        return f"查看了{field}，原因：{reason}"
    if row.kind == "edited":
        fields: list[str] = facts.get("fields", [])
        return "修改了" + "、".join(FIELD_NAMES.get(name, name) for name in fields)
    if row.kind == "qualification_changed":
        codes: list[str] = facts.get("fields", [])
        return "更新了资质：" + "、".join(FIELDS[code].title if code in FIELDS else code for code in codes)
    return "建立客户"


def _assigned(facts: dict[str, Any], people: dict[UUID, Employee]) -> str:
    owner = people.get(UUID(facts["owner"])) if facts.get("owner") else None
    previous = people.get(UUID(facts["previous"])) if facts.get("previous") else None
    if owner is None:
        return f"{previous.display_name} 不再归属，等待分配" if previous else "等待分配"
    return f"{previous.display_name} → {owner.display_name}" if previous else f"分配给 {owner.display_name}"


async def ownership_out(session: ReadSession, events: Collection[OwnershipEvent]) -> list[OwnershipEventOut]:
    """Changes of owner with names."""
    ids = {one for event in events for one in (event.owner_id, event.previous_owner_id, event.by_id) if one}
    people = await access_queries.employees_by_id(session, ids)
    teams = await access_queries.units_by_id(session, {event.team_id for event in events if event.team_id})
    found: list[OwnershipEventOut] = []
    for event in events:
        team = teams.get(event.team_id) if event.team_id else None
        found.append(
            OwnershipEventOut.model_validate(
                {
                    "id": event.id,
                    "at": event.at,
                    "kind": event.kind,
                    "owner": person(people.get(event.owner_id)) if event.owner_id else None,
                    "previous_owner": person(people.get(event.previous_owner_id)) if event.previous_owner_id else None,
                    "team": NamedRef(id=team.id, name=team.name) if team else None,
                    "by": person(people.get(event.by_id)) if event.by_id else None,
                    "explanation": event.explanation,
                }
            )
        )
    return found
