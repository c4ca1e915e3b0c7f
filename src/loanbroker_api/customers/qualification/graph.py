"""GraphQL of qualifications and states, thin."""

from datetime import date, datetime
from typing import NewType
from uuid import UUID

import strawberry

from loanbroker_api.access.graph import EmployeeNode, load_employees
from loanbroker_api.access.models import Employee
from loanbroker_api.core.clock import business_day
from loanbroker_api.customers.fields import FIELDS, shown
from loanbroker_api.customers.models import Customer, QualificationValue, StateChange
from loanbroker_api.customers.qualification import rows
from loanbroker_api.customers.qualification.queries import Standing
from loanbroker_api.customers.qualification.standing import ask_next, known_state
from loanbroker_api.workspace.graph import Info

FieldValue = NewType("FieldValue", object)
"""The scalar QualificationValue: a whole number, a truth, a choice's code, a set's codes."""


@strawberry.type(name="FieldChoice", description="资质字段的一个选项")
class FieldChoiceNode:
    code: str
    title: str


@strawberry.type(name="QualificationField", description="资质字段")
class QualificationFieldNode:
    code: str
    title: str
    kind: str
    unit: str
    group: str
    grade: str
    low: int
    high: FieldValue
    choices: list[FieldChoiceNode]
    weight: int
    hint: str


def catalogue_nodes(language: str) -> list[QualificationFieldNode]:
    """Every field of the catalogue, with titles in the caller's language."""
    return [
        QualificationFieldNode(
            code=field.code,
            title=field.title,
            kind=field.kind,
            unit=field.unit,
            group=field.group,
            grade=field.grade,
            low=field.low,
            high=FieldValue(field.high),
            choices=[FieldChoiceNode(code=choice.code, title=choice.title) for choice in field.choices],
            weight=field.weight,
            hint=field.hint,
        )
        for field in rows.catalogue(language).items
    ]


@strawberry.type(name="KnownField", description="一项已知的资质")
class KnownFieldNode:
    field: str
    value: FieldValue
    source: str
    at: datetime
    teller: strawberry.Private[UUID | None]

    @strawberry.field(description="提供人；渠道或系统为空")
    async def by(self, info: Info) -> EmployeeNode | None:
        return await _employee(info, self.teller)

    @classmethod
    def of(cls, row: QualificationValue, today: date) -> "KnownFieldNode":
        value = FieldValue(shown(FIELDS[row.field], row.value, today))
        return cls(field=row.field, value=value, source=row.source, at=row.at, teller=row.by_id)


async def _employee(info: Info, employee_id: UUID | None) -> EmployeeNode | None:
    found: Employee | None = await info.context.loader(load_employees).load(employee_id) if employee_id else None
    return EmployeeNode.of(found) if found else None


@strawberry.type(name="Qualification", description="客户资质；version 为 0 时还没有")
class QualificationNode:
    version: int
    completeness_bps: int
    state: str
    fields: list[KnownFieldNode]
    ask_next: list[str]

    @classmethod
    def of(cls, customer: Customer, standing: Standing, now: datetime) -> "QualificationNode":
        today = business_day(now)
        return cls(
            version=standing.version,
            completeness_bps=customer.completeness,
            state=known_state(standing.facts),
            fields=[KnownFieldNode.of(row, today) for row in rows.known_values(standing)],
            ask_next=ask_next(standing.facts),
        )


@strawberry.type(name="StateChange", description="星级、联系状态、意向或阶段的一次变化")
class StateChangeNode:
    id: UUID
    what: str
    was: FieldValue | None
    now: FieldValue | None
    at: datetime
    cause: str
    doer: strawberry.Private[UUID | None]

    @strawberry.field(description="谁改的；渠道或系统为空")
    async def by(self, info: Info) -> EmployeeNode | None:
        return await _employee(info, self.doer)

    @classmethod
    def of(cls, row: StateChange) -> "StateChangeNode":
        told = rows.state_change_out(row, {})
        was, now = (None if state is None else FieldValue(state) for state in (told.was, told.now))
        return cls(id=row.id, what=row.what, was=was, now=now, at=row.at, cause=row.cause, doer=row.by_id)
