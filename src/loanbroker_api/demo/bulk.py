"""Many rows in few statements: one INSERT … SELECT FROM unnest(…) a table, compiled once, whatever the number of rows."""

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Insert, Select, Table, bindparam, column, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from loanbroker_api.access.models import LoginRecord
from loanbroker_api.channels.models import Inbox
from loanbroker_api.core.audit import AuditEntry, AuditTodo
from loanbroker_api.core.db import TenantLink, WriteSession
from loanbroker_api.customers.models import (
    Activity,
    Customer,
    CustomerPhone,
    CustomerToken,
    FollowUp,
    Lead,
    OwnershipEvent,
    Qualification,
    QualificationValue,
    Reveal,
    StateChange,
)
from loanbroker_api.finance.models import Receipt
from loanbroker_api.notifications.models import Notification
from loanbroker_api.pipeline.models import Case, CaseDocument, CaseParticipant, Disbursement, StageEvent, Submission
from loanbroker_api.workspace.models import Todo

# Customers and cases before what refers to them.
_ORDER: tuple[type[TenantLink], ...] = (
    Customer,
    CustomerPhone,
    CustomerToken,
    Lead,
    FollowUp,
    OwnershipEvent,
    Activity,
    Reveal,
    Qualification,
    QualificationValue,
    StateChange,
    Case,
    CaseParticipant,
    CaseDocument,
    StageEvent,
    Submission,
    Disbursement,
    Receipt,
    Inbox,
    Todo,
    Notification,
    LoginRecord,
    AuditEntry,
    AuditTodo,
)


class Record(SimpleNamespace):
    """A row before it is written; graded fields set their columns on it as they do on a mapped object, at a fraction of its price."""

    id: UUID


class Rows:
    """The rows of one batch, by table."""

    def __init__(self, tenant_id: UUID) -> None:
        self._tenant_id = tenant_id
        self._records: dict[type[TenantLink], list[Record]] = {model: [] for model in _ORDER}

    def add(self, model: type[TenantLink], **values: Any) -> Record:
        """One row, which may still be changed until the batch is inserted. Columns that are not named are NULL."""
        record = Record(tenant_id=self._tenant_id, **values)
        self._records[model].append(record)
        return record

    def count(self, model: type[TenantLink]) -> int:
        return len(self._records[model])

    async def insert(self, session: WriteSession) -> None:
        """Everything, in the session's transaction. Raises ValueError for a value that is no column."""
        for model, records in self._records.items():
            if records:
                table = table_of(model)
                await session.execute(_statement(table), _arrays(table, records))


def table_of(model: type[TenantLink]) -> Table[Any]:
    """The table itself, for statements that pass by the mapping."""
    return cast("Table[Any]", model.__table__)


def _arrays(table: Table[Any], records: Sequence[Record]) -> dict[str, list[Any]]:
    names = [one.name for one in table.columns]
    known = set(names)
    rows = [vars(record) for record in records]
    for row in rows:
        if not row.keys() <= known:
            raise ValueError(f"{table.name} has no column {', '.join(sorted(row.keys() - known))}")
    return {name: [row.get(name) for row in rows] for name in names}


@cache
def _statement(table: Table[Any]) -> Insert:
    names = [one.name for one in table.columns]
    given = (
        func.unnest(*(bindparam(one.name, type_=ARRAY(_item_type(one), dimensions=1)) for one in table.columns))
        .table_valued(*(column(one.name, one.type) for one in table.columns), name="given")
        .render_derived()
    )
    columns: list[ColumnElement[Any]] = [given.c[name] for name in names]
    statement: Select[Any] = select(*columns)
    return insert(table).from_select(names, statement)


def _item_type(one: ColumnElement[Any]) -> Any:
    """A missing JSON value is no value, not the JSON value null."""
    return JSONB(none_as_null=True) if isinstance(one.type, JSONB) else one.type
